"""Watching a training from outside: what a run's folder tells, read as it grows. Needs no torch."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from charlm_core.characters import one_line
from charlm_core.errors import RunError
from charlm_core.learn.events import (
    EVENTS,
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
from charlm_core.learn.runs import (
    CONFIG_FILE,
    LOG_FILE,
    METRICS_FILE,
    Run,
    RunConfig,
    is_held,
    requested,
)
from charlm_core.library import runs_directory

RunState = Literal[
    "starting", "running", "paused", "stopping", "finished", "stopped", "interrupted", "failed"
]
"""`starting`: held by a process that has made no step yet, or about to be. `running`, `paused`:
held. `stopping`: held, asked to stop. `finished`: the budget is used. `stopped`: ended early, as
asked; can be resumed. `interrupted`: its process ended without a word; can be resumed. `failed`:
it said why."""

CURVE_POINTS = 2000
"""A curve of more points is thinned: each two neighbours become their mean."""

RATE_RECORDS = 16
"""Records that the speed is an average of: about four seconds."""

LOG_BYTES = 4096
"""The log's tail is looked for in so many bytes."""

RISE_NATS = 0.01
"""A validation loss this far above the best one has risen; less is chance."""

_KINDS: dict[str, type[Event]] = {kind.__name__.lower(): kind for kind in EVENTS}


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a curve."""

    epochs: float
    """Passes over the corpus."""
    seconds: float
    """Training time."""
    nats: float
    """Loss, nats per character."""


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

    def read(self, *, starting: bool = False) -> RunView:
        """How things stand now; `starting` says that a process for it was started just now.

        Never raises for what the folder holds or lacks.
        """
        # Held first, events after: what ends between the two is seen as ended next time.
        held = is_held(self.path)
        self._follow_metrics()
        fault = self._read_config()
        log = tail(self.path / LOG_FILE)
        state, reason = self._state(held=held, starting=starting, fault=fault, log=log)
        step, began = self._step, self._began
        progress = 1.0 if state == "finished" else step.progress if step else 0.0
        left = 0.0
        if step and state not in {"finished", "stopped"} and step.progress > 0:
            left = step.seconds * (1 - step.progress) / step.progress
        return RunView(
            path=self.path,
            name=self._config.name if self._config else self.path.name,
            state=state,
            reason=reason,
            config=self._config,
            began=began,
            step=step,
            progress=progress,
            epoch_progress=step.epochs % 1.0 if step else 0.0,
            eta_seconds=left,
            chars_per_second=self._rate() if held and not self._paused else 0.0,
            train=tuple(self._train),
            valid=tuple(map(_point, self._evaluations)),
            final=self._final,
            best=min(self._evaluations, key=lambda event: event.nats, default=None),
            latest=self._evaluations[-1] if self._evaluations else None,
            samples=tuple(self._samples),
            done=self._done,
            overfitting=overfitting(self._train, list(map(_point, self._evaluations))),
            log=log,
            has_model=(self.path / "best" / CONFIG_FILE).is_file(),
        )

    def _state(
        self, *, held: bool, starting: bool, fault: str, log: tuple[str, ...]
    ) -> tuple[RunState, str]:
        """The state, and the reason where it is a sad one."""
        if held:
            if self._config is None or self._step is None:
                return "starting", ""
            if requested(self.path) == "stop":
                return "stopping", ""
            return ("paused" if self._paused else "running"), ""
        if starting:
            return "starting", ""
        if self._failed:
            return "failed", self._failed
        if fault:
            # It never came to be a run; whatever tried has left its last words in the log.
            return "failed", log[-1] if log else fault
        if self._done:
            return ("stopped" if self._done.stopped else "finished"), ""
        reason = "its process ended without a word"
        try:
            if shutil.disk_usage(self.path).free < 1 << 16:
                reason = "the disk is full"
        except OSError:
            pass
        return "interrupted", reason

    def _read_config(self) -> str:
        """Read the settings once they are there; what is wrong with them, or nothing."""
        if self._config is None:
            try:
                self._config = Run.open(self.path).config
            except RunError as error:
                return str(error)
        elif not (self.path / CONFIG_FILE).exists():
            return f"{self.path}: the run's folder is gone"
        return ""

    def _follow_metrics(self) -> None:
        """Take in what was appended since the last time."""
        try:
            with (self.path / METRICS_FILE).open("rb") as stream:
                if os.fstat(stream.fileno()).st_size < self._offset:
                    self._restart()
                stream.seek(self._offset)
                data = stream.read()
        except OSError:
            return
        self._offset += len(data)
        *lines, self._half = (self._half + data).split(b"\n")
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
            self._recent = [*self._recent[-RATE_RECORDS:], event]
        elif isinstance(event, Evaluation):
            self._recent.clear()
            if event.final:
                self._final = event
            else:
                self._evaluations.append(event)
        elif isinstance(event, Sample):
            self._samples.append(event)
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
        if self._step is not None and self._step.step > event.step:
            self._evaluations = [past for past in self._evaluations if past.step <= event.step]
            self._samples = [past for past in self._samples if past.step <= event.step]
            kept = event.step / self._step.step * self._step.epochs
            self._train = [point for point in self._train if point.epochs <= kept]
            self._step = None

    def _rate(self) -> float:
        """Characters a second over the last records."""
        if len(self._recent) < 2:
            return 0.0
        seconds = self._recent[-1].seconds - self._recent[0].seconds
        return sum(step.chars for step in self._recent[1:]) / max(seconds, 1e-9)


def run_folders(folder: Path | None = None) -> list[Path]:
    """The folders of all runs, the user's own unless told otherwise, the newest first.

    A folder counts as soon as it holds a config or a log: a training may be just starting there.
    """
    found: list[tuple[float, Path]] = []
    for path in (folder or runs_directory()).glob("[!.]*"):
        for name in (CONFIG_FILE, LOG_FILE):
            try:
                found.append(((path / name).stat().st_mtime, path))
                break
            except OSError:
                continue
    return [path for _, path in sorted(found, reverse=True)]


def parse(line: bytes) -> Event | None:
    """The event that a line of metrics holds; None for a damaged or unknown one."""
    try:
        fields = msgspec.json.decode(line)
        kind = _KINDS[fields.pop("event")]
        return msgspec.convert(fields, kind, strict=False, dec_hook=_decode)
    except (msgspec.MsgspecError, UnicodeDecodeError, AttributeError, KeyError, TypeError):
        return None


def _decode(kind: type, value: object) -> object:
    """A path from the text it is written as."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"not a {kind.__name__}")


def tail(file: Path, lines: int = 50) -> tuple[str, ...]:
    """The last lines of a text file, controls made visible; none where it can't be read."""
    try:
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            stream.seek(max(0, size - LOG_BYTES))
            found = stream.read(LOG_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return ()
    if size > LOG_BYTES:
        # The first one is cut.
        found = found[1:]
    return tuple(one_line(line) for line in found[-lines:] if line.strip())


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
        f"Over-fitting: since epoch {best.epochs:.1f} validation has risen from {best.nats:.3f} to "
        f"{valid[-1].nats:.3f} while training fell from {then:.3f} to {now:.3f}. The model learns "
        "the text by heart. Its best weights are kept: stop here, or add more text."
    )


def _loss_at(train: list[Point], epochs: float) -> float:
    """The training loss around a moment: the mean of what came shortly before it."""
    before = [point.nats for point in train if epochs - 0.5 < point.epochs <= epochs]
    return sum(before) / len(before) if before else 0.0


def _point(event: Step | Evaluation) -> Point:
    epochs = event.epochs if isinstance(event, Step) else event.epoch
    return Point(epochs, event.seconds, event.nats)
