"""How a checkpoint was trained, from the record of its run: how long, how steeply, what is next."""

import math
import statistics
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from charlm_core.checkpoint import CheckpointConfig
from charlm_core.learn.curve import Point
from charlm_core.learn.events import Began, Step
from charlm_core.learn.follow import RunReader
from charlm_core.learn.records import parse
from charlm_core.learn.runs import METRICS_FILE
from charlm_core.metrics import bits

QUICK = 10
"""Of its pace the tenth part that was quickest is told."""

HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class History:
    """What a run tells of itself."""

    seconds: float
    """Of training, on the run's own clock: all but interruptions."""
    taken_up: int
    """How often a process began or went on with it."""
    epochs: float
    """Passes over the training text."""
    chars: int
    """Characters learned from in them all."""
    pace: float
    """Characters a second, of the quickest tenth of the records at the least."""
    valid: tuple[Point, ...]
    """The validation loss on the way, estimates."""
    valid_nats: float
    """At the end, by the definition."""
    train_nats: float
    """Over the last pass of the training text, dropout on."""

    @property
    def quiet_seconds(self) -> float:
        """How long all of it takes at that pace."""
        return self.chars / self.pace

    def half_way(self) -> Point | None:
        """The evaluation nearest to half of the passes, a tenth of them away at most."""
        near = min(self.valid, key=lambda point: abs(point.epochs - self.epochs / 2), default=None)
        if near is None or abs(near.epochs - self.epochs / 2) > self.epochs / 10:
            return None
        return near

    def next_hour(self) -> float | None:
        """The most that another hour at `pace` can bring, bits a character; None if unknown.

        A training of half the length, its learning rate brought down in time, would have ended no
        worse than this one stood half-way; and what a doubling brings is less each time. So it is
        at most what the second half has brought, times the logarithm to the base 2 of how much
        longer the training would be.
        """
        half = self.half_way()
        if half is None:
            return None
        brought = bits(half.nats - self.valid[-1].nats)
        return max(0.0, brought) * math.log2(1 + HOUR / self.quiet_seconds)


def history(run: Path, config: CheckpointConfig) -> History | None:
    """The record of the run in folder `run`, where it is the one that made this checkpoint.

    None, too, for a run that has not ended.
    """
    view, facts = RunReader(run).read(), config.training
    if view.done is None or view.final is None or not view.valid:
        return None
    if view.final.nats != facts.validation_nats:
        return None
    taken_up, pace = _record(run / METRICS_FILE)
    return History(
        seconds=view.done.seconds,
        taken_up=taken_up,
        epochs=view.done.epochs,
        chars=view.done.chars,
        pace=pace,
        valid=view.valid,
        valid_nats=view.final.nats,
        train_nats=view.done.train_nats,
    )


def _record(metrics: Path) -> tuple[int, float]:
    """How often the run was taken up, and its pace, characters a second."""
    with metrics.open("rb") as lines:
        events = [event for line in lines if (event := parse(line)) is not None]
    paces = [
        now.chars / (now.seconds - before.seconds)
        for before, now in pairwise(events)
        if isinstance(before, Step) and isinstance(now, Step) and now.seconds > before.seconds
    ]
    taken_up = sum(isinstance(event, Began) for event in events)
    if len(paces) < QUICK:
        return taken_up, max(paces, default=math.nan)
    return taken_up, statistics.quantiles(paces, n=QUICK)[-1]
