"""A checkpoint that writes, the same text of the same seed on any machine.

Processors round sums of single precision each in its own way: to six digits they agree, and now and
then the seventh decides which character is drawn, after which texts have nothing more in common. In
double precision fourteen digits agree, so that no text of any length is likely to part ever. But
that takes nearly twice the time. So a text is begun in double precision and, unless all of it is to
be exact, goes on in single precision.
"""

import os
from collections.abc import Iterable

import numpy as np

from charlm_core import checkpoint, library
from charlm_core.checkpoint import Checkpoint
from charlm_core.config import GenerateConfig
from charlm_core.predict.engine import Engine
from charlm_core.predict.generating import Generation
from charlm_core.predict.model import one_blas_thread
from charlm_core.predict.proposal import Alphabet
from charlm_core.predict.source import LogProbabilities, Point

EXACT_CHARS = 10_000
"""So many characters of a text are the same on any machine, if no more are asked to be."""

_ALWAYS = -1


class Writer:
    """A network that writes. It has learned nothing but what it was trained on."""

    def __init__(self, read: Checkpoint, *, exact: bool = False) -> None:
        """With `exact` all of a text is, however long."""
        self.vocab = read.config.vocab
        """The characters it knows."""
        self._alphabet = Alphabet(self.vocab)
        self._source = _Network(read, _ALWAYS if exact else EXACT_CHARS)

    def generation(self, config: GenerateConfig, prompt: Iterable[str] = ()) -> Generation:
        """A text that goes on from a prompt, which comes in pieces and of which none is kept."""
        point = self._source.start()
        for piece in prompt:
            for character in piece:
                point = self._source.warmed(self.vocab.id_of(character), point)
        return Generation(self._source, self._alphabet, point, config)


def load_writer(name: str | os.PathLike[str], *, exact: bool = False) -> Writer:
    """Load a checkpoint to write with, as `load` does. Raises CheckpointError."""
    read = checkpoint.read(library.locate(name))
    one_blas_thread()
    return Writer(read, exact=exact)


class _Network:
    """The network as a source for writing. A point's context is how long it is still exact."""

    untouched = True
    begun = 1

    def __init__(self, read: Checkpoint, exact_chars: int) -> None:
        self._double = Engine(read, "double")
        self._single = Engine(read)
        self._exact_chars = exact_chars

    def start(self) -> Point:
        """The point before any character."""
        return Point(self._double.zero_state(), (self._exact_chars, 0))

    def warmed(self, symbol: int, point: Point) -> Point:
        """The point after one more symbol of what stood there before writing began."""
        return Point(self._double.step(symbol, point.state), point.context)

    def advance(self, symbol: int, point: Point) -> Point:
        """The point after one more symbol written."""
        left = point.context[0]
        if left == 0:
            return Point(self._single.step(symbol, point.state), point.context)
        state = self._double.step(symbol, point.state)
        if left == 1:
            state = state.astype(np.float32)
        return Point(state, (left - 1, 0))

    def log_probabilities(self, point: Point) -> LogProbabilities:
        """The logits (V,), which are off by a constant: nobody who writes needs their sum."""
        return (self._double if point.context[0] else self._single).logits(point.state)
