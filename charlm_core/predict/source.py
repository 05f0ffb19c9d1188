"""What a ghost is made from: something that steps over characters and says what comes next."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from charlm_core.predict.engine import Engine, State
from charlm_core.predict.index import EMPTY, Context, advance

LogProbabilities = npt.NDArray[np.float32]


class Point(NamedTuple):
    """Where a text stands: a value, as cheap to keep as the network's state in it."""

    state: State
    """The network's, (layers, parts, hidden)."""
    context: Context
    """The last characters, as the memory looks them up."""


class Source(Protocol):
    """Predicts the next character."""

    @property
    def untouched(self) -> bool:
        """Whether it has learned nothing and predicts what the network does."""

    @property
    def begun(self) -> int:
        """How often it has begun to learn, which outdates what it said before."""

    def start(self) -> Point:
        """The point before any character."""

    def advance(self, symbol: int, point: Point) -> Point:
        """The point after one more symbol."""

    def log_probabilities(self, point: Point) -> LogProbabilities:
        """Of each next symbol, nats, (V,)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Opinion:
    """What one part of a source says of the next character."""

    name: str
    """What a person calls it: `network`, `network, adapted`, `memory`, `memory, long contexts`."""
    weight: float
    """The power that its probabilities are raised to where they are multiplied with the others'.
    Weights need not sum to 1, and one may be below 0."""
    log_probabilities: LogProbabilities
    """Of each next symbol, nats, (V,)."""


@runtime_checkable
class Mixing(Protocol):
    """A source whose prediction is made of several opinions."""

    def opinions(self, point: Point) -> tuple[Opinion, ...]:
        """What each says at a point, the network first."""

    def matched(self, point: Point) -> int:
        """How many characters of context the memory knows there; 0 where it knows none."""


def opinions_of(source: Source, point: Point) -> tuple[tuple[Opinion, ...], int]:
    """What a source's parts say at a point, and how many characters of context its memory knows.

    One that is not mixed is the network alone.
    """
    if isinstance(source, Mixing):
        return source.opinions(point), source.matched(point)
    said = source.log_probabilities(point)
    return (Opinion(name="network", weight=1.0, log_probabilities=said),), 0


class NetworkSource:
    """The network alone, as it was trained."""

    untouched = True
    begun = 1

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def start(self) -> Point:
        """The point before any character."""
        return Point(self._engine.zero_state(), EMPTY)

    def advance(self, symbol: int, point: Point) -> Point:
        """The point after one more symbol."""
        return Point(self._engine.step(symbol, point.state), advance(point.context, symbol))

    def log_probabilities(self, point: Point) -> LogProbabilities:
        """Of each next symbol, nats, (V,)."""
        return normalised(self._engine.logits(point.state))


def log_normaliser(logits: npt.NDArray[np.float32]) -> np.float32:
    """What logits (V,) are more than their log-probabilities, nats."""
    most = np.maximum.reduce(logits)
    total: np.float32 = most + np.log(np.add.reduce(np.exp(logits - most)))
    return total


def normalised(logits: npt.NDArray[np.float32]) -> LogProbabilities:
    """Logits (V,) as log-probabilities, nats, in single precision."""
    return logits - log_normaliser(logits)
