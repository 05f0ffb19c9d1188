"""The network, what its output layer has learned since, and the memory: one prediction.

Four opinions are mixed: the output layer that learns; the same as it was trained; and the memory
twice, with all its orders and with the long ones alone, both over the first opinion, so that a
memory which knows nothing says what that says. Their weights depend on how long a context the
memory knows and on the last character.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlm_core.predict.adapt import OutputAdapter
from charlm_core.predict.engine import Engine
from charlm_core.predict.index import CODES, EMPTY, ORDERS, Counts, advance, last_code, letter_codes
from charlm_core.predict.memory import Memory
from charlm_core.predict.mixer import LogProbabilities, Mixer, Predictions
from charlm_core.predict.ppm import interpolate
from charlm_core.predict.source import Opinion, Point, normalised
from charlm_core.vocab import Vocab

BLENDS = ((0, 0.6, 0.3), (3, 0.8, 2.0))
"""The memory's opinions: from which of ORDERS on, with which discount and which strength."""

WEIGHTS = (
    (0.40, 0.20, 0.20, 0.20),
    (0.40, 0.20, 0.20, 0.20),
    (0.40, 0.20, 0.20, 0.20),
    (0.40, 0.20, 0.20, 0.20),
    (0.31, 0.15, 0.25, 0.09),
    (0.20, 0.53, 0.15, 0.02),
    (0.39, 0.16, 0.25, 0.18),
    (0.27, 0.32, 0.18, 0.09),
    (0.40, 0.14, 0.24, 0.10),
    (0.20, 0.60, 0.14, 0.03),
    (0.35, 0.15, 0.27, 0.12),
    (0.24, 0.45, 0.23, 0.06),
    (0.40, 0.28, 0.18, 0.06),
    (0.18, 0.64, 0.11, 0.01),
    (0.39, 0.08, 0.24, 0.12),
    (0.23, 0.49, 0.22, 0.05),
    (0.42, 0.32, 0.15, 0.01),
    (0.18, 0.63, 0.12, 0.00),
    (0.42, 0.19, 0.18, 0.09),
    (0.17, 0.47, 0.17, 0.15),
    (0.40, 0.34, 0.13, 0.03),
    (0.21, 0.59, 0.09, 0.03),
    (0.44, 0.19, 0.14, 0.08),
    (0.20, 0.47, 0.14, 0.13),
    (0.40, 0.39, 0.12, -0.01),
    (0.25, 0.45, 0.09, 0.11),
    (0.47, 0.24, 0.14, 0.03),
    (0.26, 0.38, 0.16, 0.13),
    (0.40, 0.28, 0.11, 0.08),
    (0.27, 0.28, 0.10, 0.16),
    (0.42, 0.21, 0.15, 0.08),
    (0.28, 0.26, 0.21, 0.15),
    (0.37, 0.34, 0.12, 0.09),
    (0.28, 0.24, 0.11, 0.12),
    (0.35, 0.18, 0.21, 0.08),
    (0.28, 0.08, 0.34, 0.17),
)
"""Of the opinions, to begin with an empty memory; `_row` says which counts when. Where it knows
nothing they sum to one, since all agree. The others are what `python -m tests.perf.weights` found
two novels to teach, Great Expectations and Wuthering Heights."""

TEXTS_WEIGHTS = ((0.4, 0.2, 0.2, 0.2),) * len(WEIGHTS)
"""To begin with a memory of texts chosen beforehand, which is more often right."""

OPINIONS = 4

NAMES = ("network, adapted", "network", "memory", "memory, long contexts")
"""Of the opinions, as a person calls them."""

_TOLD = (1, 0, 2, 3)
"""In which order a person is told of them: the network first, as it was trained."""

RATE = 0.001
"""The mixer's step size."""

_LEAST = np.float32(1e-12)
"""What no symbol's probability falls below: the logarithm of less would drown all others."""


@dataclass(frozen=True, slots=True)
class _Prediction:
    """What was said at a point."""

    point: Point
    opinions: Predictions
    """Log-probabilities, (opinions, V)."""
    rows: tuple[int, int]
    """Which of the mixer's weights count."""
    matched: int
    """How many of ORDERS the memory knows."""
    mixed: LogProbabilities
    """(V,)."""


class Mixture:
    """A source that learns. With nothing learned it predicts what the network does."""

    begun = 1

    def __init__(
        self,
        engine: Engine,
        vocab: Vocab,
        memory: Memory,
        adapter: OutputAdapter | None = None,
    ) -> None:
        self.memory = memory
        """What it remembers."""
        self._engine = engine
        self._adapter = adapter or OutputAdapter(engine)
        self._mixer = Mixer(TEXTS_WEIGHTS if memory.chars else WEIGHTS, CODES, RATE)
        self._letters = letter_codes(vocab)
        self._last: _Prediction | None = None

    @property
    def untouched(self) -> bool:
        """Whether it has learned nothing and remembers nothing."""
        return self.unlearned and not self.memory.chars

    @property
    def unlearned(self) -> bool:
        """Whether it has learned nothing, whatever it remembers."""
        return self._adapter.untouched

    def start(self) -> Point:
        """The point before any character."""
        return Point(self._engine.zero_state(), EMPTY)

    def advance(self, symbol: int, point: Point) -> Point:
        """The point after one more symbol."""
        return Point(self._engine.step(symbol, point.state), advance(point.context, symbol))

    def log_probabilities(self, point: Point) -> LogProbabilities:
        """Of each next symbol, nats, (V,)."""
        return self._predict(point).mixed

    def surprises(self, point: Point, symbol: int) -> tuple[float, float]:
        """-ln p(symbol), nats: of the network as it was trained, and of the mixture."""
        found = self._predict(point)
        return -float(found.opinions[1, symbol]), -float(found.mixed[symbol])

    def opinions(self, point: Point) -> tuple[Opinion, ...]:
        """What each part says at a point, and what it weighs there."""
        found = self._predict(point)
        weights = self._mixer.weighed(found.rows).tolist()
        return tuple(
            Opinion(name=NAMES[one], weight=weights[one], log_probabilities=found.opinions[one])
            for one in _TOLD
        )

    def matched(self, point: Point) -> int:
        """How many characters of context the memory knows at a point, one of ORDERS or 0."""
        matched = self._predict(point).matched
        return ORDERS[matched - 1] if matched else 0

    def learn(self, point: Point, symbol: int) -> None:
        """Learn that `symbol` came at `point`: each part from what it had predicted."""
        found = self._predict(point)
        self._last = None
        self._mixer.learn(found.opinions, found.rows, found.mixed, symbol)
        errors = np.exp(found.opinions[0])
        errors[symbol] -= 1
        self._adapter.learn(point.state, errors)
        self.memory.learn(point.context, symbol)

    def rows(self, point: Point) -> tuple[int, int]:
        """Which weights count at a point."""
        return self._predict(point).rows

    @property
    def weights(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """The mixer's, not to be changed; the sum of a row of each counts."""
        return self._mixer.weights

    def tensors(self) -> dict[str, npt.NDArray[np.float32]]:
        """All that has been learned but for the memory, by name."""
        return {**self._adapter.tensors(), **self._mixer.tensors()}

    def restore(self, tensors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Go on from what `tensors` gave, each of the same shape."""
        self._adapter.restore(tensors)
        self._mixer.restore(tensors)
        self._last = None

    def _row(self, counts: Counts, matched: int, point: Point) -> int:
        """Which of WEIGHTS count: by how many orders the memory knows, whether the longest was ever
        followed by one symbol alone, and whether the text stands within a word.
        """
        sure = matched and np.count_nonzero(counts[matched - 1]) == 1
        return 4 * matched + 2 * bool(sure) + (last_code(point.context) in self._letters)

    def _predict(self, point: Point) -> _Prediction:
        """What is said at a point; what was said last is at hand, since learning asks again."""
        if self._last is not None and self._last.point is point:
            return self._last
        opinions = np.empty((OPINIONS, self._engine.symbols), dtype=np.float32)
        opinions[0] = normalised(self._adapter.logits(point.state))
        opinions[1] = normalised(self._engine.logits(point.state))
        adapted = np.exp(opinions[0])
        counts = self.memory.counts(point.context)
        matched = int(np.count_nonzero(counts.any(axis=1)))
        for opinion, (lowest, discount, strength) in zip(opinions[2:], BLENDS, strict=True):
            if matched > lowest:
                blend = interpolate(counts[lowest:matched], adapted, discount, strength)
                np.log(np.maximum(blend, _LEAST), out=opinion, casting="same_kind")
            else:
                opinion[:] = opinions[0]
        rows = (self._row(counts, matched, point), last_code(point.context))
        mixed = self._mixer.mix(opinions, rows)
        self._last = _Prediction(point, opinions, rows, matched, mixed)
        return self._last
