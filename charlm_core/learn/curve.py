"""Loss curves: how they are kept short, and what they say of over-fitting. Needs no torch."""

from collections.abc import Iterator
from dataclasses import dataclass

CURVE_POINTS = 2000
"""A curve of more points is thinned: each two neighbours become their mean."""

RISE_NATS = 0.01
"""A validation loss this far above the best one has risen; less is chance."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a curve."""

    epochs: float
    """Passes over the corpus."""
    seconds: float
    """Training time."""
    nats: float
    """Loss, nats per character."""


def thinned(points: list[Point]) -> Iterator[Point]:
    """Half as many points: each two neighbours become their mean."""
    for one, other in zip(points[::2], points[1::2], strict=False):
        yield Point(other.epochs, other.seconds, (one.nats + other.nats) / 2)
    if len(points) % 2:
        yield points[-1]


def overfitting(train: list[Point], valid: list[Point]) -> str:
    """In words, that validation rises while training falls; empty where it does not.

    Said when the last two evaluations are both above the best by more than chance, and the
    training loss is lower than it was then.
    """
    best = min(valid, key=lambda point: point.nats, default=None)
    if best is None:
        return ""
    after = valid[valid.index(best) + 1 :]
    risen = len(after) >= 2 and all(point.nats > best.nats + RISE_NATS for point in after[-2:])
    then, now = _loss_at(train, best.epochs), _loss_at(train, valid[-1].epochs)
    if not risen or not now < then:
        return ""
    return (
        f"Over-fitting since epoch {best.epochs:.1f}: validation rose from {best.nats:.3f} to "
        f"{valid[-1].nats:.3f} while training fell from {then:.3f} to {now:.3f}. The model learns "
        "the text by heart; its best weights are kept."
    )


def _loss_at(train: list[Point], epochs: float) -> float:
    """The training loss around a moment: the mean of what came shortly before it."""
    before = [point.nats for point in train if epochs - 0.5 < point.epochs <= epochs]
    return sum(before) / len(before) if before else 0.0
