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
from charlm_core.predict.index import CODES, EMPTY, ORDERS, advance, last_code
from charlm_core.predict.memory import Memory
from charlm_core.predict.mixer import LogProbabilities, Mixer, Predictions
from charlm_core.predict.ppm import interpolate
from charlm_core.predict.source import Point, normalised

BLENDS = ((0, 0.6, 0.3), (3, 0.8, 2.0))
"""The memory's opinions: from which of ORDERS on, with which discount and which strength."""

WEIGHTS = (0.4, 0.2, 0.2, 0.2)
"""Of the opinions, to begin with: they sum to one, so that agreeing is believed as it is."""

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
    mixed: LogProbabilities
    """(V,)."""


class Mixture:
    """A source that learns. With nothing learned it predicts what the network does."""

    begun = 1

    def __init__(
        self, engine: Engine, memory: Memory, adapter: OutputAdapter | None = None
    ) -> None:
        self.memory = memory
        """What it remembers."""
        self._engine = engine
        self._adapter = adapter or OutputAdapter(engine)
        self._mixer = Mixer(WEIGHTS, (len(ORDERS) + 1, CODES), RATE)
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

    def learn(self, point: Point, symbol: int) -> None:
        """Learn that `symbol` came at `point`: each part from what it had predicted."""
        found = self._predict(point)
        self._last = None
        self._mixer.learn(found.opinions, found.rows, found.mixed, symbol)
        errors = np.exp(found.opinions[0])
        errors[symbol] -= 1
        self._adapter.learn(point.state, errors)
        self.memory.learn(point.context, symbol)

    def tensors(self) -> dict[str, npt.NDArray[np.float32]]:
        """All that has been learned but for the memory, by name."""
        return {**self._adapter.tensors(), **self._mixer.tensors()}

    def restore(self, tensors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Go on from what `tensors` gave, each of the same shape."""
        self._adapter.restore(tensors)
        self._mixer.restore(tensors)
        self._last = None

    def _predict(self, point: Point) -> _Prediction:
        """What is said at a point; what was said last is at hand, since learning asks again."""
        if self._last is not None and self._last.point is point:
            return self._last
        opinions = np.empty((len(WEIGHTS), self._engine.symbols), dtype=np.float32)
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
        rows = (matched, last_code(point.context))
        mixed = self._mixer.mix(opinions, rows)
        self._last = _Prediction(point, opinions, rows, mixed)
        return self._last
