"""A training run on disk: what trains writes it, whatever shows or resumes training reads it.

RUN/
  config.json     the trainer's settings, the texts and their hashes
  metrics.jsonl   the trainer's events, one JSON object a line, append-only
  best/           the checkpoint with the lowest validation loss so far
  last/           the latest weights, and with them what resuming needs:
    trainer.json, trainer.safetensors   position, optimizer moments, states, random numbers
  lock            held by the process that trains
"""

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock
import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load as parse_tensors
from safetensors.torch import save as serialize

from charlm_core.checkpoint import TextFacts
from charlm_core.config import check_range
from charlm_core.errors import RunError
from charlm_core.learn.config import TrainConfig
from charlm_core.learn.events import Event
from charlm_core.storage import write_synced

CONFIG_FILE = "config.json"
METRICS_FILE = "metrics.jsonl"
LOCK_FILE = "lock"
POSITION_FILE = "trainer.json"
MOMENTS_FILE = "trainer.safetensors"


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


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a training stands; with the tensors beside it, all that resuming needs."""

    step: int = 0
    """Steps done."""
    epoch: int = 0
    """Epoch of the next step."""
    epoch_step: int = 0
    """The next step within that epoch."""
    seconds: float = 0.0
    """Training time so far."""
    chars: int = 0
    """Targets learned from so far."""
    epoch_nats: float = 0.0
    """Sum of the training loss since the epoch began, nats."""
    epoch_chars: int = 0
    """Targets since the epoch began."""
    last_epoch_nats: float = 0.0
    """Training loss of the last complete epoch, nats per character; 0 before the first."""
    best_nats: float = 0.0
    """Lowest validation loss so far."""
    evaluations: int = 0
    """Evaluations done of those the budget asks for."""
    evaluated_step: int = -1
    """Step of the latest evaluation; -1 before the first."""
    done: bool = False
    """Whether the budget is used up."""

    def __post_init__(self) -> None:
        for name in ("step", "epoch", "epoch_step", "seconds", "chars", "epoch_chars"):
            check_range(name, getattr(self, name), 0, 1 << 62)


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
        """Make the folder and its config. Refuses a folder that holds anything."""
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise RunError(f"{path}: not empty; choose another name, or resume the run there")
            data = msgspec.json.format(msgspec.json.encode(config), indent=1)
            try:
                write_synced(path / CONFIG_FILE, data)
            except OSError:
                (path / CONFIG_FILE).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise RunError(f"{path}: {error.strerror}") from error
        return cls(path=path, config=config)

    @classmethod
    def open(cls, path: Path) -> "Run":
        """Open an existing run."""
        file = path / CONFIG_FILE
        try:
            config = msgspec.json.decode(file.read_bytes(), type=RunConfig)
        except OSError as error:
            raise RunError(
                f"{path}: not a training run ({CONFIG_FILE}: {error.strerror})"
            ) from None
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise RunError(f"{file}: {error}") from error
        return cls(path=path, config=config)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the run for this process: two trainers can't write one run."""
        lock = filelock.FileLock(self.path / LOCK_FILE, timeout=0)
        try:
            with lock:
                yield
        except filelock.Timeout:
            raise RunError(f"{self.path}: another process is training this run") from None
        except OSError as error:
            raise RunError(f"{self.path}: {error.strerror or error}") from error

    def record(self, event: Event) -> None:
        """Append an event to the metrics."""
        line = {"event": type(event).__name__.lower(), **dataclasses.asdict(event)}
        try:
            with (self.path / METRICS_FILE).open("ab") as stream:
                stream.write(msgspec.json.encode(line, enc_hook=str) + b"\n")
        except OSError as error:
            raise RunError(f"{self.path / METRICS_FILE}: {error.strerror}") from error

    def read_position(self) -> tuple[Position, dict[str, torch.Tensor]]:
        """Where the training stood when `last` was written, and the tensors that go with it."""
        try:
            position = msgspec.json.decode((self.last / POSITION_FILE).read_bytes(), type=Position)
            tensors = parse_tensors((self.last / MOMENTS_FILE).read_bytes())
        except OSError as error:
            raise RunError(f"{self.last}: nothing to resume from ({error.strerror})") from error
        except (msgspec.MsgspecError, SafetensorError, UnicodeDecodeError) as error:
            raise RunError(f"{self.last}: can't resume from it ({error})") from error
        return position, tensors


def position_files(position: Position, tensors: Mapping[str, torch.Tensor]) -> dict[str, bytes]:
    """The files that stand beside the weights in `last`."""
    return {
        POSITION_FILE: msgspec.json.encode(position),
        MOMENTS_FILE: serialize({name: tensor.contiguous() for name, tensor in tensors.items()}),
    }
