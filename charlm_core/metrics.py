"""How well a model predicts a text: in nats, bits and choices per character, and in keys saved."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """The total surprise of a model at a text, and over how many characters."""

    total_nats: float
    """Sum of -ln p(actual character), nats."""
    chars: int
    """How many characters were predicted."""

    def __add__(self, other: "Score") -> "Score":
        return Score(self.total_nats + other.total_nats, self.chars + other.chars)

    @property
    def nats(self) -> float:
        """Cross-entropy, nats per character; NaN over no characters."""
        return self.total_nats / self.chars if self.chars else math.nan

    @property
    def bpc(self) -> float:
        """Bits per character: nats / ln 2."""
        return bits(self.nats)

    @property
    def perplexity(self) -> float:
        """e^nats: among how many equally likely characters the model chose, on average."""
        return perplexity(self.nats)


class Typed:
    """The figures of a text that was typed with ghosts to help, from its counts."""

    chars: int
    """Characters of the text."""
    keys: int
    """Keys pressed for them."""
    ghosts_shown: int
    """At how many places a ghost was shown."""
    ghosts_wrong: int
    """At how many of those its first word was not what came."""

    @property
    def keystroke_savings(self) -> float:
        """The share of keys that was saved; 0 of no text."""
        return 1 - self.keys / self.chars if self.chars else 0.0

    @property
    def wrong_share(self) -> float:
        """The share of shown ghosts that were wrong; 0 where none was shown."""
        return self.ghosts_wrong / self.ghosts_shown if self.ghosts_shown else 0.0


def bits(nats: float) -> float:
    """Nats as bits."""
    return nats / math.log(2)


def perplexity(nats: float) -> float:
    """e^nats; infinity where that overflows, as it does for a model that has diverged."""
    try:
        return math.exp(nats)
    except OverflowError:
        return math.inf
