"""Where a training stands: with the tensors beside it, all that resuming needs."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load as parse_tensors
from safetensors.torch import save as serialize

from charlm_core.config import check_range
from charlm_core.errors import RunError
from charlm_core.learn.runs import Run

POSITION_FILE = "trainer.json"
MOMENTS_FILE = "trainer.safetensors"


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


def read_position(run: Run) -> tuple[Position, dict[str, torch.Tensor]]:
    """Where the training stood when `last` was written, and the tensors that go with it.

    Raises RunError.
    """
    try:
        position = msgspec.json.decode((run.last / POSITION_FILE).read_bytes(), type=Position)
        tensors = parse_tensors((run.last / MOMENTS_FILE).read_bytes())
    except OSError as error:
        raise RunError(f"{run.last}: nothing to resume from ({error.strerror})") from error
    except (msgspec.MsgspecError, SafetensorError, UnicodeDecodeError) as error:
        raise RunError(f"{run.last}: can't resume from it ({error})") from error
    return position, tensors


def position_files(position: Position, tensors: Mapping[str, torch.Tensor]) -> dict[str, bytes]:
    """The files that stand beside the weights in `last`."""
    return {
        POSITION_FILE: msgspec.json.encode(position),
        MOMENTS_FILE: serialize({name: tensor.contiguous() for name, tensor in tensors.items()}),
    }
