"""The ghost: what would come next, for as long as the model is sure enough."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from charlm_core.config import SuggestConfig
from charlm_core.predict.engine import Engine, Logits, State
from charlm_core.vocab import Vocab

Stopped = Literal["threshold", "line end", "length", "cancelled"]

_FIRST_WORD = re.compile(r"\s*\S* ?")


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A ghost: text that could be accepted at the session's end."""

    text: str = ""
    """Suggestible characters of one line; empty when there is nothing to show."""
    probabilities: tuple[float, ...] = ()
    """For each character of `text`, its probability given all before it, over the whole
    vocabulary."""
    stopped: Stopped
    """Why it ends where it does: the next character would bring the product of the probabilities
    under the threshold; the line ends there; it is as long as allowed; the caller lost interest."""

    @property
    def probability(self) -> float:
        """Of the whole text: the product of `probabilities`, 1 when there are none."""
        return math.prod(self.probabilities)

    @property
    def first_word(self) -> str:
        """The first word, with all space before it and the one space that follows it, if any."""
        found = _FIRST_WORD.match(self.text)
        return found[0] if found else ""


def penalties(vocab: Vocab) -> npt.NDArray[np.float32]:
    """What added to logits (V,) leaves only suggestible symbols: 0 for them, else -infinity."""
    return np.where(vocab.suggestible(), np.float32(0), np.float32(-np.inf))


def suggest(
    engine: Engine,
    vocab: Vocab,
    state: State,
    config: SuggestConfig,
    cancelled: Callable[[], bool] = lambda: False,
) -> Suggestion:
    """The greedy path from `state` over suggestible symbols, until something stops it.

    `cancelled` is asked before each character; one costs little more than a step of the engine.
    """
    return extend(engine, vocab, penalties(vocab), state, engine.logits(state), config, cancelled)


def extend(
    engine: Engine,
    vocab: Vocab,
    penalty: npt.NDArray[np.float32],
    state: State,
    logits: Logits,
    config: SuggestConfig,
    cancelled: Callable[[], bool],
) -> Suggestion:
    """`suggest`, for a caller who has `penalties(vocab)` and the logits (V,) of `state`."""
    text: list[str] = []
    chances: list[float] = []
    product = 1.0
    stopped: Stopped = "length"
    while True:
        if cancelled():
            stopped = "cancelled"
            break
        symbol = int((logits + penalty).argmax())
        character = vocab.symbols[symbol]
        if character == "\n":
            stopped = "line end"
            break
        weights = np.exp(logits - np.maximum.reduce(logits))  # (V,)
        chance = float(weights[symbol] / np.add.reduce(weights))
        # With nothing suggestible at all, the best of the masked symbols is still masked.
        if product * chance < config.threshold or penalty[symbol]:
            stopped = "threshold"
            break
        text.append(character)
        chances.append(chance)
        product *= chance
        if len(text) == config.max_chars:
            break
        state = engine.step(symbol, state)
        logits = engine.logits(state)
    return Suggestion(text="".join(text), probabilities=tuple(chances), stopped=stopped)
