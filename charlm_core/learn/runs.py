"""A training run on disk: what trains writes it, whatever shows or resumes training reads it.

RUN/
  config.json     the trainer's settings, the texts and their hashes
  metrics.jsonl   the trainer's events, one JSON object a line, append-only
  log             what happened, a line each, for people
  best/           the checkpoint with the lowest validation loss so far
  last/           the latest weights, and with them what resuming needs:
    trainer.json, trainer.safetensors   position, optimizer moments, states, random numbers
  lock            held by the process that trains
  request         what that process is asked to do: `pause` or `stop`; missing where nothing

Needs no torch.
"""

import contextlib
import dataclasses
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import filelock
import msgspec

from charlm_core.characters import one_line
from charlm_core.checkpoint import StartFacts, TextFacts
from charlm_core.errors import RunError
from charlm_core.learn.config import TrainConfig
from charlm_core.learn.events import Event, Step
from charlm_core.storage import (
    make_private,
    open_regular,
    read_regular,
    recover_directory,
    sync_directory,
    write_synced,
)

CONFIG_FILE = "config.json"
METRICS_FILE = "metrics.jsonl"
LOG_FILE = "log"
LOCK_FILE = "lock"
REQUEST_FILE = "request"

LOCK_SECONDS = 2.0
"""A trainer waits so long for the lock: whoever looks whether a run is held holds it a moment."""

LONGEST_CONFIG = 1 << 25
"""A longer one is none: so many bytes tell of 100,000 texts."""

END_BYTES = 1 << 20
"""Whether a run is finished stands in so many bytes at the end of its metrics."""

RECORD_SECONDS = 0.25
"""Steps are recorded together, once in so many seconds."""


def _temporary(name: str) -> str:
    """What a file is called while it is written."""
    return f".{name}.tmp"


_BEFORE = (LOG_FILE, LOCK_FILE, REQUEST_FILE, _temporary(REQUEST_FILE), _temporary(CONFIG_FILE))
"""What a folder may hold in which a run is made: what its starter, or one that was killed, left."""

Wish = Literal["", "pause", "stop"]
"""What a training is asked to do; the empty one is to go on."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """The model whose weights a run begins with."""

    path: str
    """Its checkpoint's folder, absolute."""
    facts: StartFacts
    """What it was when the run began."""
    doubt: float = 1.0
    """That of its config: how many ghosts turn out wrong lies in the language."""


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """The contents of a run's config.json."""

    name: str
    """What the model is called."""
    corpora: tuple[str, ...]
    """The texts as named on the command line, made absolute; `-` for standard input."""
    valid: tuple[str, ...] = ()
    """The validation texts likewise; empty when parts of `corpora` validate."""
    about: str = ""
    """What the texts are, in a person's words."""
    train: TrainConfig
    """The trainer's settings."""
    facts: tuple[TextFacts, ...]
    """The texts as they were when the run began."""
    validation: tuple[TextFacts, ...] = ()
    """The validation texts likewise."""
    start: Start | None = None
    """The model it begins with; random weights where there is none."""


def _left_in(path: Path) -> list[Path]:
    """What lies in a folder in which a run is to be made. Raises RunError, OSError."""
    present = list(path.iterdir())
    if any(entry.name not in _BEFORE for entry in present):
        raise RunError(f"{path}: not empty; choose another name, or resume the run there")
    return present


@dataclass(kw_only=True)
class Run:
    """A run directory. Raises RunError where it can't be read or written."""

    path: Path
    """The folder."""
    config: RunConfig
    """What config.json says."""

    @property
    def best(self) -> Path:
        """The best checkpoint's directory."""
        return self.path / "best"

    @property
    def last(self) -> Path:
        """The latest checkpoint's directory."""
        return self.path / "last"

    @classmethod
    def create(cls, path: Path, config: RunConfig) -> "Run":
        """Make the folder and its config, for nobody but their owner.

        Refuses a folder that holds more than a log. Of two that make the same run one is refused.
        """
        lock = filelock.FileLock(path / LOCK_FILE, timeout=LOCK_SECONDS, mode=0o600)
        try:
            make_private(path)
            # Before the lock, too: it is a file, and in somebody's folder there is to be none.
            _left_in(path)
            with lock:
                cls._create(path, config)
        except filelock.Timeout:
            raise RunError(f"{path}: another process is making a run there") from None
        except OSError as error:
            with contextlib.suppress(OSError):  # a log may be in it
                (path / LOCK_FILE).unlink(missing_ok=True)
                path.rmdir()
            raise RunError(f"{path}: {error.strerror}") from error
        return cls(path=path, config=config)

    @staticmethod
    def _create(path: Path, config: RunConfig) -> None:
        """Put the config into the folder, where nobody else does now. Raises RunError, OSError."""
        for entry in _left_in(path):
            if not entry.is_symlink():
                entry.chmod(0o600)
        data = msgspec.json.format(msgspec.json.encode(config), indent=1)
        fresh = path / _temporary(CONFIG_FILE)
        try:
            write_synced(fresh, data, 0o600)
            fresh.replace(path / CONFIG_FILE)
            sync_directory(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise

    @classmethod
    def open(cls, path: Path) -> "Run":
        """Open an existing run."""
        file = path / CONFIG_FILE
        try:
            config = msgspec.json.decode(read_regular(file, LONGEST_CONFIG), type=RunConfig)
        except OSError as error:
            raise RunError(
                f"{path}: not a training run ({CONFIG_FILE}: {error.strerror})"
            ) from None
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise RunError(f"{file}: {error}") from error
        except RecursionError as error:
            raise RunError(f"{file}: nested too deeply") from error
        return cls(path=path, config=config)

    def is_finished(self) -> bool:
        """Whether its record ends with the budget used up."""
        try:
            with open_regular(self.path / METRICS_FILE) as stream:
                size = stream.seek(0, os.SEEK_END)
                stream.seek(max(0, size - END_BYTES))
                record = stream.read(END_BYTES)
        except OSError:
            return False
        ended = record.rfind(b'{"event":"done"')
        line = record[ended:].partition(b"\n")[0]
        return ended > record.rfind(b'{"event":"began"') and b'"stopped":false' in line

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the run for this process: two trainers can't write one run.

        What an earlier one left that was killed while it wrote a checkpoint is put right.
        """
        lock = filelock.FileLock(self.path / LOCK_FILE, timeout=LOCK_SECONDS, mode=0o600)
        try:
            with lock:
                for folder in (self.best, self.last):
                    recover_directory(folder)
                yield
        except filelock.Timeout:
            raise RunError(f"{self.path}: another process is training this run") from None
        except OSError as error:
            raise RunError(f"{self.path}: {error.strerror or error}") from error

    def log(self, line: str) -> None:
        """Append a line to the log, with the time before it. A log that can't be kept is let go."""
        with (
            contextlib.suppress(OSError),
            open(self.path / LOG_FILE, "a", encoding="utf-8", opener=_for_the_owner) as log,
        ):
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {one_line(line)}\n")


@dataclass(kw_only=True)
class Recorder:
    """Appends events to a run's metrics; steps not one by one, but those of a moment together.

    Raises RunError where they can't be written.
    """

    run: Run
    """Whose metrics."""
    clock: Callable[[], float] = time.monotonic
    """Seconds."""
    _steps: list[Step] = field(default_factory=list)
    _recorded: float = -RECORD_SECONDS

    def __post_init__(self) -> None:
        # A process that was killed may have left half a line.
        file = self.run.path / METRICS_FILE
        with self._told(), open(file, "ab+", opener=_for_the_owner) as stream:
            if stream.tell():
                stream.seek(-1, os.SEEK_END)
                if stream.read(1) != b"\n":
                    stream.write(b"\n")

    def record(self, event: Event) -> None:
        """Take an event."""
        if isinstance(event, Step):
            self._steps.append(event)
            if self.clock() - self._recorded >= RECORD_SECONDS:
                self.flush()
        else:
            self.flush()
            self._write(event)

    def flush(self) -> None:
        """Write what was held back."""
        if self._steps:
            chars = sum(step.chars for step in self._steps)
            nats = sum(step.nats * step.chars for step in self._steps) / chars
            self._write(dataclasses.replace(self._steps[-1], nats=nats, chars=chars))
            self._steps.clear()
            self._recorded = self.clock()

    def _write(self, event: Event) -> None:
        line = {"event": type(event).__name__.lower(), **dataclasses.asdict(event)}
        with self._told(), (self.run.path / METRICS_FILE).open("ab") as stream:
            stream.write(msgspec.json.encode(line, enc_hook=str) + b"\n")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RunError(f"{self.run.path / METRICS_FILE}: {error.strerror}") from error


def _for_the_owner(name: str, flags: int) -> int:
    """Open a file so that, where it is made, nobody else may read it."""
    return os.open(name, flags, 0o600)


def is_held(path: Path) -> bool:
    """Whether a process trains the run in this folder at this moment."""
    if not (path / LOCK_FILE).exists():
        return False
    try:
        with filelock.FileLock(path / LOCK_FILE, timeout=0, mode=0o600):
            return False
    except filelock.Timeout:
        return True
    except OSError:
        # A folder that one may only read: nobody known to train there.
        return False


def request(path: Path, wish: Wish) -> None:
    """Ask the process that trains the run in this folder for something. Raises RunError.

    It looks between two steps. What is asked of a run that nobody trains is forgotten when one
    begins.
    """
    file = path / REQUEST_FILE
    try:
        if wish:
            fresh = file.with_name(_temporary(REQUEST_FILE))
            with open(fresh, "w", encoding="ascii", opener=_for_the_owner) as stream:
                stream.write(wish)
            fresh.replace(file)
        else:
            file.unlink(missing_ok=True)
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error


def requested(path: Path) -> Wish:
    """What the run in this folder was last asked for; to go on where that can't be read."""
    try:
        with open_regular(path / REQUEST_FILE) as stream:
            text = stream.read(16)
    except OSError:
        return ""
    for wish in ("pause", "stop"):
        if text == wish.encode():
            return wish
    return ""


def delete_run(path: Path) -> None:
    """Delete the run in this folder, checkpoints and all. Raises RunError while it is trained.

    What is not a run's own stays, and the folder with it.
    """
    if is_held(path):
        raise RunError(f"{path}: a process is training this run; stop it first")
    try:
        for name in ("best", "last"):
            for folder in (path / name, *path.glob(f".{name}.*.tmp*")):
                if folder.is_dir() and not folder.is_symlink():
                    shutil.rmtree(folder)
        # The config goes last: until then it is still a run that can be deleted.
        for name in (*_BEFORE, METRICS_FILE, LOCK_FILE, CONFIG_FILE):
            (path / name).unlink(missing_ok=True)
        if not any(path.iterdir()):
            path.rmdir()
    except OSError as error:
        raise RunError(f"{error.filename or path}: {error.strerror}") from error
