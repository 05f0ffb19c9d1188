"""A network and its optimizer: learns from one batch at a time, and is saved and restored whole."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the field's own name for it

from charlm_core.errors import ConfigError
from charlm_core.learn.average import Average
from charlm_core.learn.config import TrainConfig
from charlm_core.learn.device import select_device, select_precision, to_device
from charlm_core.learn.distributed import ALONE, Ranks
from charlm_core.learn.models import CharModel, State, detach, keep
from charlm_core.learn.passages import Batch, share

HALF_SCALE = 1024.0
"""The loss is multiplied by this, and the gradients divided, where recurrent layers compute in
float16: the mean's small gradients would else vanish in it (Micikevicius et al. 2018)."""


class DivergedError(ArithmeticError):
    """The loss or its gradient is no number any more; the weights are as before the batch."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A batch on the device; its fields are those of Batch."""

    inputs: Tensor
    targets: Tensor
    kept: Tensor
    carries: bool
    """Whether any text goes on from the last step's state."""
    chars: int
    weight: float


class Learner:
    """What changes while it learns: weights, optimizer moments, the lanes' states, random numbers.

    Of several processes that train together each has the same weights and moments, and the states
    and random numbers of its own share of the lanes. Raises ConfigError when the device is not
    there, or not in all processes.
    """

    def __init__(
        self, config: TrainConfig, vocab_size: int, dropout: float, ranks: Ranks = ALONE
    ) -> None:
        torch.manual_seed(config.seed)
        self.device = select_device(config.device, ranks.local)
        if self.device.type == "cuda":
            torch.cuda.set_device(self.device)
        self.precision = select_precision(config.precision, self.device)
        _refuse_unlike(ranks, self.device, self.precision)
        self.model = CharModel(config.model, vocab_size, dropout).to(self.device)
        self.optimizer = torch.optim.AdamW(
            _parameter_groups(self.model, config.weight_decay), lr=config.learning_rate, fused=True
        )
        self.average = Average(self.model, config.average)
        self._ranks = ranks
        self._parallel = ranks.parallel(self.model)
        self._clip = config.clip or math.inf
        # Under autocast cuDNN's layers take float16, whatever type was asked for.
        half = self.device.type == "cuda" and self.precision is torch.bfloat16
        self._scale = HALF_SCALE if half else 1.0
        self._state: State = ()
        self._next_state: State = ()
        if not ranks.first:
            self._draw_otherwise()

    def learn(self, batch: Batch, learning_rate: float) -> tuple[float, float]:
        """One update of a process alone: `batch`'s loss in nats per character, its gradient's norm.

        Raises DivergedError, and then changes no weight.
        """
        nats, norm = self.gradients(self.place(batch)).tolist()
        self.update(nats, norm, learning_rate)
        return nats, norm

    def place(self, batch: Batch) -> Placed:
        """`batch` on the device; the copy may still be under way."""
        return Placed(
            inputs=to_device(batch.inputs, self.device),  # (B, T)
            targets=to_device(batch.targets, self.device),  # (B, T)
            kept=to_device(batch.kept, self.device),  # (B,)
            carries=bool(batch.kept.any()),
            chars=batch.chars,
            weight=batch.weight,
        )

    def gradients(self, batch: Placed) -> Tensor:
        """Find what `update` needs: these texts' part of the loss, and the whole gradient's norm.

        A tensor (2,) on the device: the parts of all processes add up to the step's nats per
        character. A GPU may still be at it, until somebody looks at the numbers.
        """
        self.model.train()
        if self._state and batch.carries:
            state = keep(self._state, batch.kept)
        else:
            state = self.model.zero_state(len(batch.inputs))
        with torch.autocast(
            self.device.type, dtype=torch.bfloat16, enabled=self.precision is torch.bfloat16
        ):
            logits, state = self._parallel(batch.inputs, state)  # (B, T, V)
        loss = F.cross_entropy(logits.float().flatten(0, 1), batch.targets.flatten())
        loss = loss * batch.weight
        self.optimizer.zero_grad(set_to_none=True)
        # The processes' gradients are averaged where they are to be added.
        (loss * (self._ranks.world * self._scale)).backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self._clip * self._scale)
        if self._scale != 1.0:
            for parameter in self.model.parameters():
                if parameter.grad is not None:
                    parameter.grad.div_(self._scale)
        self._next_state = detach(state)
        return torch.stack([loss.detach(), norm / self._scale])

    def update(self, nats: float, norm: float, learning_rate: float) -> None:
        """Go along the gradients: `nats` is the step's loss, `norm` their norm.

        Raises DivergedError where those are no numbers, and then changes no weight.
        """
        if not (math.isfinite(nats) and math.isfinite(norm)):
            raise DivergedError
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()
        self.average.update()
        self._state = tuple(part.float() for part in self._next_state)

    def begin_with(self, tensors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Take over weights as a checkpoint holds them, before the first step."""
        self.model.load_tensors(tensors)
        self.average.restart()

    def to_tensors(self) -> dict[str, Tensor]:
        """What `restore` needs besides the weights, of all processes: each must ask for it."""
        tensors: dict[str, Tensor] = {}
        for device, numbers in self._random_states().items():
            for rank, row in enumerate(self._ranks.gather(numbers[None])):
                tensors[_random_name(device, rank)] = row
        for name, parameter in self.model.named_weights():
            for key, value in self.optimizer.state[parameter].items():
                tensors[f"{key}.{name}"] = value.cpu()
        for part, value in enumerate(self._state):
            tensors[f"state.{part}"] = self._ranks.gather(value.cpu(), dim=1)
        return tensors | self.average.to_tensors()

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what `to_tensors` gave, with as many processes as then or with others.

        Raises ValueError when that is not of this network.
        """
        try:
            self._restore(tensors)
        except (KeyError, IndexError, RuntimeError, TypeError) as error:
            raise ValueError(str(error)) from error

    def _restore(self, tensors: Mapping[str, Tensor]) -> None:
        rank = self._ranks.rank
        own = rank if _random_name("cpu", rank) in tensors else 0
        torch.set_rng_state(tensors[_random_name("cpu", own)])
        if self.device.type == "cuda" and _random_name("cuda", own) in tensors:
            torch.cuda.set_rng_state(tensors[_random_name("cuda", own)], self.device)
        if own != rank:
            self._draw_otherwise()
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
        self.average.restore(tensors)
        shape = self.model.config
        lanes = tensors["state.0"].shape[1]
        own_lanes = share(lanes, rank, self._ranks.world)
        whole = torch.Size((shape.layers, lanes, shape.hidden))
        self._state = tuple(
            _checked(tensors[f"state.{part}"], whole)[:, own_lanes].contiguous().to(self.device)
            for part in range(len(self.model.zero_state(1)))
        )

    def _random_states(self) -> dict[str, Tensor]:
        """Where this process's random numbers stand, by device."""
        states = {"cpu": torch.get_rng_state()}
        if self.device.type == "cuda":
            states["cuda"] = torch.cuda.get_rng_state(self.device)
        return states

    def _draw_otherwise(self) -> None:
        """Draw other random numbers than the first process, which are as repeatable."""
        torch.manual_seed(int(torch.randint(1 << 62, ())) + self._ranks.rank)


def _random_name(device: str, rank: int) -> str:
    """The name under which a process's random numbers are kept."""
    return f"random.{device}.{rank}" if rank else f"random.{device}"


def _refuse_unlike(ranks: Ranks, device: torch.device, precision: torch.dtype) -> None:
    """Raise ConfigError where another process computes otherwise than the first."""
    own = f"{str(precision).removeprefix('torch.')} on {device.type}"
    first = ranks.from_first(lambda: own)
    if own != first:
        raise ConfigError(
            f"device, precision: {own} here, {first} in the first process; name one for all"
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
