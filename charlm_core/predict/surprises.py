"""The surprise of a text character by character, as the network was trained."""

import copy
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlm_core.predict.model import Model
from charlm_core.predict.sampling import Probabilities, log_softmax

Symbols = npt.NDArray[np.integer]

BLOCK = 256
"""How many characters are scored at once: enough that a step is all that takes time."""

_BITS = 1 / math.log(2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Expected:
    """What was expected at each of n characters, and how surprising it was that came."""

    bits: npt.NDArray[np.float32]
    """-log2 of the probability of the character that came, (n,)."""
    likeliest: npt.NDArray[np.uint16]
    """The symbols that were likeliest there, the likeliest first, (n, count)."""
    chances: npt.NDArray[np.float32]
    """The probability of each of those, (n, count)."""


class Surprises:
    """Reads a text, with one running state from zero, and says how surprising each character is.

    A value that can be forked; no threads. How the text is cut into pieces shows in the last digits
    of single precision at most. A character costs a step of the network.
    """

    def __init__(self, model: Model) -> None:
        self._engine = model.engine
        self._vocab = model.vocab
        self._state = model.engine.zero_state()
        self.chars = 0
        """How many characters have been read."""

    def feed(self, text: str) -> npt.NDArray[np.float32]:
        """Read on: the bits of each character of `text`, (len(text),)."""
        return _as_bits(self.nats(self._vocab.encode(text)))

    def expect(self, text: str, count: int) -> Expected:
        """Read on: what was expected at each character, the `count` likeliest symbols of it."""
        symbols = self._vocab.encode(text)
        count = min(count, len(self._vocab))
        nats = np.empty(len(symbols))
        likeliest = np.empty((len(symbols), count), dtype=np.uint16)
        chances = np.empty((len(symbols), count), dtype=np.float32)
        for start in range(0, len(symbols), BLOCK):
            block = slice(start, start + BLOCK)
            said = self._said(symbols[block])  # (n, V)
            nats[block] = _taken(said, symbols[block])
            # Of those that tie, the earlier in the vocabulary.
            order = np.argsort(-said, axis=1, kind="stable")[:, :count]
            likeliest[block] = order
            chances[block] = np.exp(np.take_along_axis(said, order, axis=1))
        return Expected(bits=_as_bits(nats), likeliest=likeliest, chances=chances)

    def nats(self, symbols: Symbols) -> npt.NDArray[np.float64]:
        """Read on: -ln p of each of `symbols`, (n,), in double precision."""
        found = np.empty(len(symbols))
        for start in range(0, len(symbols), BLOCK):
            block = symbols[start : start + BLOCK]
            found[start : start + BLOCK] = _taken(self._said(block), block)
        return found

    def fork(self) -> "Surprises":
        """Another that has read the same so far, to go back to when the text is edited."""
        return copy.copy(self)

    def _said(self, symbols: Symbols) -> Probabilities:
        """Read on: the log-probabilities (n, V) before each of up to BLOCK symbols."""
        engine, state = self._engine, self._state
        states = np.empty((len(symbols), *engine.state_shape), dtype=np.float32)
        for place, symbol in enumerate(symbols.tolist()):
            states[place] = state
            state = engine.step(symbol, state)
        self._state = state
        self.chars += len(symbols)
        return log_softmax(engine.logits_batch(states))


def _taken(said: Probabilities, symbols: Symbols) -> npt.NDArray[np.float64]:
    """-ln p of each of `symbols` (n,), given log-probabilities (n, V)."""
    found = np.take_along_axis(said, symbols[:, None].astype(np.int64), axis=1)  # (n, 1)
    nats: npt.NDArray[np.float64] = -found[:, 0]
    return nats


def _as_bits(nats: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return (nats * _BITS).astype(np.float32)
