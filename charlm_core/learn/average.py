"""An average of the weights over the last steps, beside the weights themselves.

While the learning rate is high, the weights circle around a valley's floor and their average lies
nearer to it (Polyak & Juditsky 1992): a training that is stopped early, or goes on for too long,
gives the better model so. At the end of a cosine both are the same.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor

from charlm_core.learn.models import CharModel

WARM_UP = 10
"""The first averages look back over a tenth of the steps done: they forget the random start."""


class Average:
    """An exponential moving average of a model's weights; `decay` a step, 0 keeps none.

    After n steps the decay is min(decay, (1 + n) / (10 + n)).
    """

    def __init__(self, model: CharModel, decay: float) -> None:
        self._model = model
        self._decay = decay
        self._steps = 0
        self._values = [weight.detach().clone() for weight in self._weights()] if decay else []

    def __bool__(self) -> bool:
        """Whether there is an average."""
        return bool(self._values)

    def update(self) -> None:
        """Take in the weights after a step."""
        if self._values:
            decay = min(self._decay, (1 + self._steps) / (WARM_UP + self._steps))
            torch._foreach_lerp_(self._values, self._weights(), 1 - decay)
            self._steps += 1

    def restart(self) -> None:
        """Forget what was averaged: begin with the weights as they are."""
        if self._values:
            torch._foreach_copy_(self._values, self._weights())
            self._steps = 0

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """While this is open, the model has the average as its weights."""
        own = [weight.clone() for weight in self._weights()]
        with torch.no_grad():
            torch._foreach_copy_(self._weights(), self._values)
            try:
                yield
            finally:
                torch._foreach_copy_(self._weights(), own)

    def to_tensors(self) -> dict[str, Tensor]:
        """What `restore` needs."""
        if not self._values:
            return {}
        named = zip(self._names(), self._values, strict=True)
        steps = torch.tensor(self._steps)
        return {f"average.{name}": value.cpu() for name, value in named} | {"average.steps": steps}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what `to_tensors` gave; KeyError or RuntimeError where that is of another."""
        if self._values:
            for name, value in zip(self._names(), self._values, strict=True):
                value.copy_(tensors[f"average.{name}"].view(value.shape))
            self._steps = int(tensors["average.steps"])

    def _names(self) -> list[str]:
        return [name for name, _ in self._model.named_weights()]

    def _weights(self) -> list[Tensor]:
        return [weight.detach() for _, weight in self._model.named_weights()]
