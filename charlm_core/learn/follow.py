"""Watching a training from outside: what a run's folder tells, read as it grows. Needs no torch."""

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from charlm_core.errors import RunError
from charlm_core.learn.curve import CURVE_POINTS, overfitting, thinned
from charlm_core.learn.curve import Point as Point
from charlm_core.learn.events import (
    Began,
    Continued,
    Done,
    Evaluation,
    Event,
    Failed,
    Paused,
    Sample,
    Step,
)
from charlm_core.learn.records import parse, tail
from charlm_core.learn.records import run_folders as run_folders
from charlm_core.learn.runs import (
    CONFIG_FILE,
    LOG_FILE,
    METRICS_FILE,
    Run,
    RunConfig,
    Wish,
    is_held,
    requested,
)
from charlm_core.storage import open_regular

RunState = Literal[
    "starting", "running", "paused", "stopping", "finished", "stopped", "interrupted", "failed"
]
"""`starting`: held by a process that has made no step yet, or about to be. `running`, `paused`:
held. `stopping`: held, asked to stop. `finished`: the budget is used. `stopped`: ended early, as
asked. `interrupted`: its process ended without a word. `failed`: it said why."""

LAST_WORDS = "charlm-tui: "
"""So begins the line in which the command line gives up."""

FULL_BYTES = 1 << 16
"""A disk with less room than this is full."""

PIECE_BYTES = 1 << 20
"""So much of the metrics is read at a time."""

LONGEST_LINE = 1 << 20
"""A longer line of metrics is damaged."""

MOST_EVALUATIONS = 1 << 14
"""Of more evaluations, and samples, the latest are shown."""

RATE_RECORDS = 16
"""Records that the speed is an average of: about four seconds."""


@dataclass(frozen=True, kw_only=True)
class RunView:
    """What a run's folder told at one moment."""

    path: Path
    """The folder."""
    name: str
    """What the model is called."""
    state: RunState
    """How the training stands."""
    reason: str = ""
    """Why it failed, or was interrupted, as far as known; one line."""
    wish: Wish = ""
    """What it was last asked to do; empty where that is to go on, or where nobody trains it."""
    config: RunConfig | None = None
    """The run's settings; None before the trainer has read the texts."""
    began: Began | None = None
    """What the trainer said when it took the run up last."""
    step: Step | None = None
    """The latest steps on record."""
    progress: float = 0.0
    """Share of the budget used, 0 to 1."""
    epoch_progress: float = 0.0
    """Share of the present pass over the corpus, 0 to 1."""
    eta_seconds: float = 0.0
    """Training time that is left, seconds; 0 where unknown or at the end."""
    chars_per_second: float = 0.0
    """Of late; evaluations left out."""
    train: tuple[Point, ...] = ()
    """The training loss, dropout on."""
    valid: tuple[Point, ...] = ()
    """The validation loss, estimates."""
    final: Evaluation | None = None
    """The closing evaluation, by the definition."""
    best: Evaluation | None = None
    """The best evaluation on the way."""
    latest: Evaluation | None = None
    """The latest evaluation on the way."""
    samples: tuple[Sample, ...] = ()
    """What the model wrote after each evaluation."""
    done: Done | None = None
    """The end, where there was one."""
    overfitting: str = ""
    """In words, where validation rises while training falls; empty otherwise."""
    log: tuple[str, ...] = ()
    """The log's last lines."""
    has_model: bool = False
    """Whether there is a checkpoint to use."""

    @property
    def held(self) -> bool:
        """Whether a process has the run in its hands."""
        return self.state in {"starting", "running", "paused", "stopping"}


class RunReader:
    """Reads one run's folder again and again, each time only what is new.

    A reader belongs to one thread. Damaged lines are passed over; where a resumed training goes
    back behind what was recorded, the record follows it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0
        self._config: RunConfig | None = None
        self._restart()

    def _restart(self) -> None:
        """Forget everything read."""
        self._offset = 0
        self._half = b""
        self._began: Began | None = None
        self._step: Step | None = None
        self._paused = False
        self._failed = ""
        self._final: Evaluation | None = None
        self._done: Done | None = None
        self._train: list[Point] = []
        self._evaluations: list[Evaluation] = []
        self._samples: list[Sample] = []
        self._recent: list[Step] = []
        self._rate = 0.0

    def read(self, *, starting: bool = False) -> RunView:
        """How things stand now; `starting` says that a process for it was started just now.

        Never raises for what the folder holds or lacks.
        """
        # Held first, events after: what ends between the two is seen as ended next time.
        held = is_held(self.path)
        wish = requested(self.path) if held or starting else ""
        self._follow_metrics()
        fault = self._read_config()
        log = tail(self.path / LOG_FILE)
        state, reason = self._state(held=held, starting=starting, wish=wish, fault=fault, log=log)
        step = self._step
        progress = 1.0 if state == "finished" else step.progress if step else 0.0
        left = 0.0
        if step and state not in {"finished", "stopped"} and step.progress > 0:
            left = step.seconds * (1 - step.progress) / step.progress
        valid = tuple(map(_point, self._evaluations))
        return RunView(
            path=self.path,
            name=self._config.name if self._config else self.path.name,
            state=state,
            reason=reason.removeprefix(f"{self.path}: "),
            wish=wish,
            config=self._config,
            began=self._began,
            step=step,
            progress=progress,
            epoch_progress=min(1.0, max(0.0, step.epochs - step.epoch)) if step else 0.0,
            eta_seconds=left,
            chars_per_second=self._rate if held and not self._paused else 0.0,
            train=tuple(self._train),
            valid=valid,
            final=self._final,
            best=min(self._evaluations, key=lambda event: event.nats, default=None),
            latest=self._evaluations[-1] if self._evaluations else None,
            samples=tuple(self._samples),
            done=self._done,
            overfitting=overfitting(self._train, list(valid)),
            log=log,
            has_model=(self.path / "best" / CONFIG_FILE).is_file(),
        )

    def _state(
        self, *, held: bool, starting: bool, wish: Wish, fault: str, log: tuple[str, ...]
    ) -> tuple[RunState, str]:
        """The state, and the reason where it is a sad one."""
        if held:
            if self._config is None or self._step is None:
                return "starting", ""
            if wish == "stop":
                return "stopping", ""
            return ("paused" if self._paused else "running"), ""
        if starting:
            return "starting", ""
        # What the command line says when it gives up; whatever began after it logs more.
        said = log[-1].removeprefix(LAST_WORDS) if log and log[-1].startswith(LAST_WORDS) else ""
        if self._failed:
            return "failed", self._failed
        if fault:
            # It never came to be a run.
            silent = self._config is None and not log
            if silent and requested(self.path) == "stop":
                return "stopped", "before its first step"
            return "failed", said or ("it ended before its first step" if silent else fault)
        if self._done:
            return ("stopped", said) if self._done.stopped else ("finished", "")
        return "interrupted", said or _full(self.path) or "its process ended without a word"

    def _read_config(self) -> str:
        """Read the settings once they are there; what is wrong with them, or nothing."""
        if self._config is None:
            try:
                self._config = Run.open(self.path).config
            except RunError as error:
                return str(error)
        elif not (self.path / CONFIG_FILE).exists():
            return "the run's folder is gone"
        return ""

    def _follow_metrics(self) -> None:
        """Take in what was appended since the last time."""
        try:
            with open_regular(self.path / METRICS_FILE) as stream:
                if os.fstat(stream.fileno()).st_size < self._offset:
                    self._restart()
                stream.seek(self._offset)
                while data := stream.read(PIECE_BYTES):
                    self._offset += len(data)
                    self._take_lines(data)
        except OSError:
            return

    def _take_lines(self, data: bytes) -> None:
        *lines, self._half = (self._half + data).split(b"\n")
        if len(self._half) > LONGEST_LINE:
            # Whatever comes of it, it is no event.
            self._half = b"\0"
        for line in lines:
            if (event := parse(line)) is not None:
                self._take(event)

    def _take(self, event: Event) -> None:
        if isinstance(event, Began):
            self._begin(event)
        elif isinstance(event, Step):
            self._step, self._paused = event, False
            self._train.append(_point(event))
            if len(self._train) > CURVE_POINTS:
                self._train = list(thinned(self._train))
            self._measure_rate(event)
        elif isinstance(event, Evaluation):
            self._recent.clear()
            if event.final:
                self._final = event
            else:
                self._evaluations.append(event)
                del self._evaluations[:-MOST_EVALUATIONS]
        elif isinstance(event, Sample):
            self._samples.append(event)
            del self._samples[:-MOST_EVALUATIONS]
        elif isinstance(event, Paused | Continued):
            self._paused = isinstance(event, Paused)
            self._recent.clear()
        elif isinstance(event, Failed):
            self._failed = event.reason
        elif isinstance(event, Done):
            self._done = event

    def _begin(self, event: Began) -> None:
        """A process took the run up: what came after its first step is void."""
        self._began, self._paused, self._failed = event, False, ""
        self._done, self._final = None, None
        self._recent.clear()
        self._rate = 0.0
        if self._step is not None and self._step.step > event.step:
            self._evaluations = [past for past in self._evaluations if past.step <= event.step]
            self._samples = [past for past in self._samples if past.step <= event.step]
            kept = event.step / self._step.step * self._step.epochs
            self._train = [point for point in self._train if point.epochs <= kept]
            self._step = None

    def _measure_rate(self, event: Step) -> None:
        """Characters a second over the last records; what is no training lies between none."""
        self._recent = [*self._recent[-RATE_RECORDS:], event]
        seconds = event.seconds - self._recent[0].seconds
        if seconds > 0:
            self._rate = sum(step.chars for step in self._recent[1:]) / seconds


def _full(path: Path) -> str:
    """In words, that the disk is full; empty where it is not, or nobody can say."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(path).free < FULL_BYTES:
            return "the disk is full"
    return ""


def _point(event: Step | Evaluation) -> Point:
    epochs = event.epochs if isinstance(event, Step) else event.epoch
    return Point(epochs, event.seconds, event.nats)
