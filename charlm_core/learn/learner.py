"""A network and its optimizer: learns from one batch at a time, and is saved and restored whole."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the field's own name for it

from charlm_core.learn.config import TrainConfig
from charlm_core.learn.device import select_device, select_precision
from charlm_core.learn.models import CharModel, State, detach, keep
from charlm_core.learn.passages import Batch


class DivergedError(ArithmeticError):
    """The loss or its gradient is no number any more; the weights are as before the batch."""


class Learner:
    """What changes while it learns: weights, optimizer moments, the lanes' states, random numbers.

    Raises ConfigError when the device is not there.
    """

    def __init__(self, config: TrainConfig, vocab_size: int, dropout: float) -> None:
        torch.manual_seed(config.seed)
        self.device = select_device(config.device)
        self.precision = select_precision(config.precision, self.device)
        self.model = CharModel(config.model, vocab_size, dropout).to(self.device)
        self.optimizer = torch.optim.AdamW(
            _parameter_groups(self.model, config.weight_decay), lr=config.learning_rate, fused=True
        )
        self._clip = config.clip or math.inf
        self._state: State = ()

    def learn(self, batch: Batch, learning_rate: float) -> tuple[float, float]:
        """One update from `batch`: its loss in nats per character, its gradient's norm.

        Raises DivergedError, and then changes no weight.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.model.train()
        inputs = torch.from_numpy(batch.inputs).to(self.device)  # (B, T)
        targets = torch.from_numpy(batch.targets).to(self.device)  # (B, T)
        kept = torch.from_numpy(batch.kept).to(self.device)  # (B,)
        if self._state and bool(batch.kept.any()):
            state = keep(self._state, kept)
        else:
            state = self.model.zero_state(len(inputs))
        with torch.autocast(
            self.device.type, dtype=torch.bfloat16, enabled=self.precision is torch.bfloat16
        ):
            logits, state = self.model(inputs, state)  # (B, T, V)
        loss = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self._clip)
        nats, length = float(loss.detach()), float(norm)
        if not (math.isfinite(nats) and math.isfinite(length)):
            raise DivergedError
        self.optimizer.step()
        self._state = tuple(part.float() for part in detach(state))
        return nats, length

    def to_tensors(self) -> dict[str, Tensor]:
        """What `restore` needs besides the weights."""
        tensors = {"random.cpu": torch.get_rng_state()}
        if self.device.type == "cuda":
            tensors["random.cuda"] = torch.cuda.get_rng_state()
        for name, parameter in self.model.named_weights():
            for key, value in self.optimizer.state[parameter].items():
                tensors[f"{key}.{name}"] = value.cpu()
        for part, value in enumerate(self._state):
            tensors[f"state.{part}"] = value.cpu()
        return tensors

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what `to_tensors` gave. Raises ValueError when that is not of this network."""
        try:
            self._restore(tensors)
        except (KeyError, IndexError, RuntimeError, TypeError) as error:
            raise ValueError(str(error)) from error

    def _restore(self, tensors: Mapping[str, Tensor]) -> None:
        torch.set_rng_state(tensors["random.cpu"])
        if "random.cuda" in tensors and self.device.type == "cuda":
            torch.cuda.set_rng_state(tensors["random.cuda"])
        for name, parameter in self.model.named_weights():
            # The fused optimizer trusts these shapes: a wrong one would write beyond memory.
            moments = {
                "step": _checked(tensors[f"step.{name}"], torch.Size()),
                "exp_avg": _checked(tensors[f"exp_avg.{name}"], parameter.shape),
                "exp_avg_sq": _checked(tensors[f"exp_avg_sq.{name}"], parameter.shape),
            }
            # Where the optimizer's step counts is where it would have made it itself.
            self.optimizer.state[parameter] = {
                key: value.to(self.device) for key, value in moments.items()
            }
        shape = self.model.config
        lanes = tensors["state.0"].shape[1]
        self._state = tuple(
            _checked(tensors[f"state.{part}"], torch.Size((shape.layers, lanes, shape.hidden))).to(
                self.device
            )
            for part in range(len(self.model.zero_state(1)))
        )


def _checked(tensor: Tensor, shape: torch.Size) -> Tensor:
    """The tensor, if it is what it should be; raises ValueError."""
    if tensor.shape != shape or tensor.dtype != torch.float32:
        raise ValueError(f"a tensor of {tensor.dtype} {tuple(tensor.shape)}, not {tuple(shape)}")
    return tensor


def _parameter_groups(model: CharModel, weight_decay: float) -> list[dict[str, object]]:
    """Matrices decay; biases and the embedding, whose rows are seldom updated, do not."""
    decayed: list[Tensor] = []
    spared: list[Tensor] = []
    for name, parameter in model.named_parameters():
        matrix = parameter.dim() > 1 and not name.startswith("embedding")
        (decayed if matrix else spared).append(parameter)
    return [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": spared, "weight_decay": 0.0},
    ]
