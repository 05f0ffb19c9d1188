"""How far a training is in its budget, and what that decides: rates, drop and evaluations."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from charlm_core.learn.config import TrainConfig, suited_weight_drop
from charlm_core.learn.position import Position

FINAL_RATE = 0.01
"""The cosine ends at this share of the highest learning rate."""


EVALUATION_SECONDS = 10.0
"""No more than one evaluation in so many seconds of a budget in minutes: it stores two checkpoints,
and a training of seconds would do little else."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A training's budget; pure functions of where it stands."""

    config: TrainConfig
    """The trainer's settings."""
    steps_per_epoch: int
    """Steps in a pass over the corpus."""

    def epochs(self, at: Position) -> float:
        """Passes over the corpus so far, in part."""
        return at.epoch + at.epoch_step / self.steps_per_epoch

    def progress(self, at: Position) -> float:
        """Share of the budget used; reaches 1."""
        if self.config.minutes:
            return min(1.0, at.seconds / (60 * self.config.minutes))
        total = max(1, round(self.config.epochs * self.steps_per_epoch))
        return min(1.0, at.step / total)

    def learning_rate(self, at: Position) -> float:
        """The rate of the next step: linear warm-up, then a cosine (Loshchilov & Hutter 2017)."""
        config, progress = self.config, self.progress(at)
        if config.warmup and progress < config.warmup:
            # Not from zero itself: a first step that learns nothing is a step lost.
            return config.learning_rate * max(progress / config.warmup, 0.01)
        if config.schedule == "constant":
            return config.learning_rate
        along = (progress - config.warmup) / max(1e-9, 1 - config.warmup)
        cosine = 0.5 * (1 + math.cos(math.pi * along))
        return config.learning_rate * (FINAL_RATE + (1 - FINAL_RATE) * cosine)

    def weight_drop(self, at: Position) -> float:
        """The share of recurrent weights that the next step drops."""
        chosen = self.config.weight_drop
        return suited_weight_drop(self.epochs(at)) if chosen == "auto" else chosen

    def evaluations(self, at: Position) -> int:
        """Evaluations on the way that should have been made so far."""
        wanted = self.config.evaluations
        if self.config.minutes:
            wanted = max(1, min(wanted, int(60 * self.config.minutes / EVALUATION_SECONDS)))
        return math.floor(self.progress(at) * wanted + 1e-9)


class Stopwatch:
    """Adds up the seconds spent inside `running()`; starts at zero."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._spent = 0.0
        self._since = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time counts while this is open."""
        self._since = self._clock()
        try:
            yield
        finally:
            self._spent += self._clock() - self._since

    def lap(self) -> float:
        """Seconds since the last lap; to be asked while it runs."""
        now = self._clock()
        spent, self._spent = self._spent + now - self._since, 0.0
        self._since = now
        return spent
