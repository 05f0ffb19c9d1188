"""What a ghost is: its text with its odds, and how far was looked behind it."""

import math
import re
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from charlm_core.config import SuggestConfig
from charlm_core.predict.index import Context, last_codes, letter_codes
from charlm_core.predict.source import Point
from charlm_core.vocab import Vocab

Stopped = Literal["threshold", "lines", "length", "cancelled"]

SHORTEST_GHOST = 2
"""A ghost of one character saves nothing and counts as none."""

MOST_LINES = 2
"""A ghost goes over so many line ends at most."""

_FIRST_WORD = re.compile(r"\s*\S* ?")


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A ghost: text that could be accepted at the session's end."""

    text: str = ""
    """Suggestible characters, line ends among them, quotes and dashes as the session's text writes
    them; empty when there is nothing to show."""
    probabilities: tuple[float, ...] = ()
    """For each character of `text`, its probability given all before it, over the whole
    vocabulary."""
    stopped: Stopped
    """Why it ends where it does: going on would not pay, or nothing was likely enough; it would go
    over too many lines; it is as long as allowed; the caller lost interest."""

    @property
    def probability(self) -> float:
        """Of the whole text: the product of `probabilities`, 1 when there are none."""
        return math.prod(self.probabilities)

    @property
    def first_word(self) -> str:
        """The first word, with all space before it and the one space that follows it, if any."""
        return first_word(self.text)


def first_word(text: str) -> str:
    """The first word, with all space before it and the one space that follows it, if any."""
    found = _FIRST_WORD.match(text)
    return found[0] if found else ""


class Alphabet:
    """What a search must know of a vocabulary, worked out once."""

    def __init__(self, vocab: Vocab) -> None:
        self.symbols = vocab.symbols
        """The character of each symbol."""
        self.mask = np.where(vocab.suggestible(), np.float32(0), np.float32(-np.inf))
        """0 for what may be suggested, else -infinity, (V,)."""
        self._letters = letter_codes(vocab)

    def letters_before(self, context: Context, most: int) -> int:
        """How many letters and digits in a row a context ends in, up to `most`, at most eight."""
        codes = last_codes(context)[:most]
        return next((n for n, each in enumerate(codes) if each not in self._letters), most)


@dataclass(frozen=True, slots=True)
class Path:
    """A way the text may go on."""

    text: str
    """Its characters."""
    symbols: tuple[int, ...]
    """The same as symbols."""
    chances: tuple[float, ...]
    """The probability of each, given those before it."""
    product: float
    """Of all of them."""

    def then(self, character: str, symbol: int, chance: float) -> "Path":
        """The same with one more character."""
        return Path(
            self.text + character,
            (*self.symbols, symbol),
            (*self.chances, chance),
            self.product * chance,
        )


NOWHERE = Path("", (), (), 1.0)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ghost, and how far was looked behind it."""

    path: Path
    """As far as was looked, which may be farther than what shows."""
    end: Point
    """The point behind the path."""
    ended: bool
    """Whether nothing may be shown beyond the path."""
    shown: int
    """How many of the path's characters show."""
    config: SuggestConfig
    """What was asked for."""
    cancelled: bool = False
    """Whether the caller lost interest before it was done."""
    odds: tuple[float, ...] = ()
    """Where nothing was searched for but one character chosen after another: the probability of
    each of the path in what it was chosen from."""
    why: Stopped | None = None
    """Why it ends, where that does not follow from the rest."""

    @property
    def suggestion(self) -> Suggestion:
        """What shows of it."""
        stopped: Stopped = "threshold"
        if self.why:
            stopped = self.why
        elif self.cancelled:
            stopped = "cancelled"
        elif self.ended and self.shown == len(self.path.text):
            stopped = "lines"
        elif self.shown == self.config.max_chars:
            stopped = "length"
        return Suggestion(
            text=self.path.text[: self.shown],
            probabilities=self.path.chances[: self.shown],
            stopped=stopped,
        )


def dropped(proposal: Proposal) -> Proposal:
    """What is left of a proposal once its first character has been typed."""
    path = proposal.path
    rest = Path(path.text[1:], path.symbols[1:], path.chances[1:], math.prod(path.chances[1:]))
    shown = max(0, proposal.shown - 1)
    return replace(proposal, path=rest, odds=proposal.odds[1:], shown=shown)
