"""What a training tells on its way: frozen events, one kind for each thing that happens."""

from dataclasses import dataclass
from pathlib import Path

from charlm_core.metrics import bits, perplexity


@dataclass(frozen=True, kw_only=True)
class Began:
    """A process has taken up the run and is about to make its first step."""

    step: int
    """Steps done before; above 0 where the run is resumed."""
    parameters: int
    """Weights of the network."""
    chars: int
    """Characters to learn from."""
    valid_chars: int
    """Characters that validate."""
    steps_per_epoch: int
    """Steps in a pass over the corpus."""
    dropout: float
    """As `auto` turned out."""
    device: str
    """`cpu` or `cuda`."""
    precision: str
    """Of matrix products: `float32` or `bfloat16`."""
    threads: int
    """Processor cores each process computes on."""
    ranks: int = 1
    """Processes that train together."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the optimizer is done; in a run's metrics, the steps since the last record."""

    step: int
    """Steps so far, from 1."""
    epoch: int
    """The epoch it belongs to, from 0."""
    epochs: float
    """Passes over the corpus so far, in part."""
    progress: float
    """Share of the budget used, 0 to 1."""
    seconds: float
    """Training time so far, interruptions left out."""
    nats: float
    """Training loss, nats per character, dropout on."""
    chars: int
    """Targets learned from."""
    learning_rate: float
    """Used in this step, the latest of a record."""
    gradient_norm: float
    """Before clipping; the latest of a record."""


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One pass over the corpus is complete."""

    epoch: int
    """Passes so far, from 1."""
    step: int
    """Steps so far."""
    seconds: float
    """Training time so far."""
    nats: float
    """Training loss over the pass, nats per character, dropout on."""
    chars: int
    """Targets of the pass."""

    @property
    def perplexity(self) -> float:
        """e^nats."""
        return perplexity(self.nats)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The model was measured on the validation text."""

    step: int
    """Steps so far."""
    epoch: float
    """Passes over the corpus so far, in part."""
    seconds: float
    """Training time so far."""
    nats: float
    """Validation loss, nats per character."""
    chars: int
    """Characters scored."""
    best: bool
    """Whether no earlier evaluation was lower."""
    averaged: bool = False
    """Whether it tells of the weights' average, which did better than the weights."""
    final: bool = False
    """Whether this is the closing one: the best weights, the whole validation text, one running
    state. Those on the way are estimates of it on parallel pieces."""

    @property
    def bpc(self) -> float:
        """Bits per character."""
        return bits(self.nats)

    @property
    def perplexity(self) -> float:
        """e^nats."""
        return perplexity(self.nats)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The model was let write, after an evaluation."""

    step: int
    """Steps so far."""
    text: str
    """What it wrote."""


@dataclass(frozen=True, kw_only=True)
class Paused:
    """The training waits, its state saved, until it is asked to go on."""

    step: int
    """Steps so far."""


@dataclass(frozen=True, kw_only=True)
class Continued:
    """A paused training goes on."""

    step: int
    """Steps so far."""


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The training could not go on; the checkpoints written before are whole."""

    step: int
    """Steps so far."""
    reason: str
    """One line."""


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A checkpoint was written."""

    step: int
    """Steps so far."""
    path: Path
    """Its directory."""
    best: bool
    """Whether it holds the best weights so far; otherwise the latest, to resume from."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """The training has ended, by its budget or because it was asked to stop."""

    step: int
    """Steps in all."""
    epochs: float
    """Passes over the corpus, in part."""
    seconds: float
    """Training time, evaluations on the way included, the closing one not."""
    chars: int
    """Targets learned from in all."""
    train_nats: float
    """Training loss over the last complete pass; where there was none, over what was trained."""
    checkpoint: Path
    """Directory of the best checkpoint."""
    stopped: bool
    """Whether it was asked to stop before its budget was used."""


Event = Began | Step | Epoch | Evaluation | Sample | Saved | Paused | Continued | Failed | Done
EVENTS: tuple[type[Event], ...] = (
    Began,
    Step,
    Epoch,
    Evaluation,
    Sample,
    Saved,
    Paused,
    Continued,
    Failed,
    Done,
)
