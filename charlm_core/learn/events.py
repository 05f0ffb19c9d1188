"""What a training tells on its way: frozen events, one kind for each thing that happens."""

from dataclasses import dataclass
from pathlib import Path

from charlm_core.metrics import bits, perplexity


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the optimizer is done."""

    step: int
    """Steps so far, from 1."""
    epoch: int
    """The epoch it belongs to, from 0."""
    progress: float
    """Share of the budget used, 0 to 1."""
    seconds: float
    """Training time so far, interruptions left out."""
    nats: float
    """Training loss of this step, nats per character, dropout on."""
    chars: int
    """Targets it learned from."""
    learning_rate: float
    """Used in this step."""
    gradient_norm: float
    """Before clipping."""


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
    """Training loss over the last pass, or the part of one since the last complete pass."""
    checkpoint: Path
    """Directory of the best checkpoint."""
    stopped: bool
    """Whether it was asked to stop before its budget was used."""


Event = Step | Epoch | Evaluation | Saved | Done
EVENTS: tuple[type[Event], ...] = (Step, Epoch, Evaluation, Saved, Done)
