"""How a checkpoint was trained, from its runs' records: how long, how steeply, what is next."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from pathlib import Path

from charlm_core.checkpoint import CheckpointConfig, read_config
from charlm_core.errors import CheckpointError, RunError
from charlm_core.learn.curve import Point
from charlm_core.learn.events import Began, Step
from charlm_core.learn.follow import RunReader
from charlm_core.learn.records import parse
from charlm_core.learn.runs import METRICS_FILE, Run
from charlm_core.metrics import bits
from charlm_core.weights import weights_digest

QUICK = 10
"""Of its pace the tenth part that was quickest is told."""

HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What one run tells of itself."""

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


@dataclass(frozen=True, kw_only=True)
class History:
    """What the runs of a checkpoint tell, each of which began with the weights of the one before.

    The learning rate comes down along a cosine in each of them.
    """

    stages: tuple[Stage, ...]
    """At least one, the first of them from random weights."""

    @property
    def seconds(self) -> float:
        """Of training in all."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def quiet_seconds(self) -> float:
        """How long all of it takes at each stage's pace."""
        return sum(stage.quiet_seconds for stage in self.stages)

    @property
    def lengthened(self) -> float:
        """How many times as long the last stage has made it; 2 of an only one."""
        before = sum(stage.quiet_seconds for stage in self.stages[:-1])
        return self.quiet_seconds / before if before else 2.0

    @property
    def pieces(self) -> int:
        """How often a process began or went on with one of them."""
        return sum(stage.taken_up for stage in self.stages)

    def brought(self) -> float | None:
        """Bits a character that the last stage brought, or the second half of an only one.

        A training of half the length, its learning rate brought down in time, would have ended no
        worse than a whole one stood half-way, so that of an only stage this is the most that its
        second half can have brought. None where it is unknown.
        """
        last = self.stages[-1]
        if len(self.stages) > 1:
            return bits(self.stages[-2].valid_nats - last.valid_nats)
        half = last.half_way()
        return None if half is None else bits(half.nats - last.valid[-1].nats)

    def next_hour(self) -> float | None:
        """The most that another hour at that pace can bring, bits a character; None if unknown.

        What a training that is so many times as long brings is less each time: at most what the
        last lengthening has `brought`, in proportion to the logarithms of both.
        """
        brought = self.brought()
        if brought is None:
            return None
        longer = 1 + HOUR / self.quiet_seconds
        return max(0.0, brought) * math.log(longer) / math.log(self.lengthened)


def history(runs: Sequence[Path], config: CheckpointConfig) -> History | None:
    """The record of these runs, where they are those that made this checkpoint.

    None, too, where one of them has not ended or did not begin with the one before.
    """
    if not _made(runs[-1], config) or not all(starmap(_follows, pairwise(runs))):
        return None
    stages = tuple(stage for stage in map(_stage, runs) if stage is not None)
    return History(stages=stages) if len(stages) == len(runs) else None


def _made(run: Path, config: CheckpointConfig) -> bool:
    """Whether a run's best weights are those that a checkpoint was made of, as far as it says."""
    try:
        best, made = read_config(run / "best").training, config.training
    except CheckpointError:
        return False
    # What becomes of them after the training changes the other facts.
    return (best.start, best.seed, best.chars_seen, best.seconds, best.corpora) == (
        *(made.start, made.seed, made.chars_seen, made.seconds, made.corpora),
    )


def _follows(before: Path, after: Path) -> bool:
    """Whether the run `after` began with the best weights of the run `before`."""
    try:
        start = Run.open(after).config.start
        return start is not None and start.facts.sha256 == weights_digest(before / "best")
    except (RunError, CheckpointError):
        return False


def _stage(run: Path) -> Stage | None:
    view = RunReader(run).read()
    if view.done is None or view.final is None or not view.valid:
        return None
    taken_up, pace = _record(run / METRICS_FILE)
    return Stage(
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
