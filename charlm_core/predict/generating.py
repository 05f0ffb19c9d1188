"""Text out of nothing but the model: one character chosen after another."""

import copy
from collections.abc import Callable

import numpy as np

from charlm_core.config import GenerateConfig, SamplingConfig
from charlm_core.predict.beam import Beam
from charlm_core.predict.loops import Loop, LoopWatch
from charlm_core.predict.proposal import Alphabet
from charlm_core.predict.sampling import draw
from charlm_core.predict.source import Point, Source

GREEDY = SamplingConfig(temperature=0.0)


def seeded(seed: int) -> np.random.Generator:
    """What a seed stands for: numbers that are the same with any version of NumPy.

    What `default_rng` gives may change; this bit generator's stream and its seeding may not.
    """
    return np.random.Generator(np.random.PCG64(seed))


class Generation:
    """A text that is being written on. A value: no threads, and it keeps none of its text.

    Only suggestible characters are written: never the unknown symbol, no controls but the newline.
    What is written depends on where it began, on `config` and on nothing else, in whatever pieces
    it is asked for.
    """

    def __init__(
        self, source: Source, alphabet: Alphabet, point: Point, config: GenerateConfig
    ) -> None:
        """Begin at a point. What `source` says may be off by a constant at each point."""
        self.config = config
        """How it is written; not to be changed, see `fork`."""
        self._source = source
        self._alphabet = alphabet
        self._point = point
        self._rng = seeded(config.seed)
        self._beam: Beam | None = None
        self._watch = LoopWatch()

    @property
    def chars(self) -> int:
        """How much has been written, in characters."""
        return self._watch.chars

    @property
    def loop(self) -> Loop | None:
        """Since where it repeats itself, if it does; counted from the first character written."""
        return self._watch.loop

    def write(self, count: int, cancelled: Callable[[], bool] = lambda: False) -> str:
        """Up to `count` more characters: fewer when `cancelled`, asked before each, says so.

        Fewer as well where nothing can be suggested. A beam looks some way ahead before it is sure
        of a character, and asks `cancelled` as it goes.
        """
        written = []
        for _ in range(count):
            if cancelled():
                break
            symbol = self._choose(cancelled)
            if symbol is None:
                break
            self._point = self._source.advance(symbol, self._point)
            character = self._alphabet.symbols[symbol]
            self._watch.saw(character)
            written.append(character)
        return "".join(written)

    def _choose(self, cancelled: Callable[[], bool]) -> int | None:
        """The symbol that comes next, if any may."""
        config = self.config
        if config.decoding == "beam":
            if self._beam is None:
                self._beam = Beam(self._source, self._alphabet, config.width, self._point)
            return self._beam.next(cancelled)
        logits = self._source.log_probabilities(self._point) + self._alphabet.mask  # (V,)
        if logits.max() == -np.inf:
            return None
        return draw(logits, config.sampling if config.decoding == "sample" else GREEDY, self._rng)

    def fork(self, config: GenerateConfig | None = None) -> "Generation":
        """An independent one that goes on from where this one stands, with `config` if given.

        With another seed what is drawn begins anew; with the same one it goes on.
        """
        other = copy.copy(self)
        other.config = config or self.config
        other._watch = copy.copy(self._watch)
        other._rng = seeded(other.config.seed)
        if other.config.seed == self.config.seed:
            other._rng.bit_generator.state = self._rng.bit_generator.state
        # Where a beam goes on otherwise, what this one has looked at ahead is of no use.
        same = (other.config.decoding, other.config.width) == ("beam", self.config.width)
        other._beam = copy.copy(self._beam) if same else None
        return other
