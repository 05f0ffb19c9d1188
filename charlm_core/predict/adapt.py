"""The output layer, learning on: one step of gradient descent a character.

With the softmax p over logits W'h + b, the gradient of -ln p(actual) by W is the outer product of
h and p - onehot(actual), and by b that difference itself. A hidden state is the network's summary
of the text so far; which characters it stands for is the part of the network that a writer's own
words change most, and the part that costs microseconds. Decaying towards the trained weights lets
what is not repeated fade. This is dynamic evaluation (Mikolov et al. 2010; Krause et al. 2018,
arXiv:1709.07432), of the last layer.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from charlm_core.predict.engine import Array, Engine, Logits, State

RATE = 0.011
"""Step size, of weights and bias."""

DECAY = 1e-5
"""Which share of what was learned fades with each character learned after it."""

_DECAY_EVERY = 256
"""Fading is done so seldom, and then for so many characters at once."""


class OutputAdapter:
    """A copy of a network's output layer that learns. Starts as it was trained."""

    def __init__(self, engine: Engine, rate: float = RATE, decay: float = DECAY) -> None:
        self._rate = np.float32(rate)
        self._fade = np.float32(1.0 - (1.0 - decay) ** _DECAY_EVERY)
        self._trained, self._trained_bias = engine.output
        self._weights: Array = self._trained.copy()  # (hidden, V)
        self._bias: Array = self._trained_bias.copy()  # (V,)
        self._step = np.empty_like(self._weights)
        self._learned = 0
        self._touched = False

    @property
    def untouched(self) -> bool:
        """Whether it is as it was trained."""
        return not self._touched

    def logits(self, state: State) -> Logits:
        """The unnormalised log-probability of each next symbol, (V,)."""
        logits: Logits = state[-1, 0].dot(self._weights)
        logits += self._bias
        return logits

    def learn(self, state: State, errors: npt.NDArray[np.float32]) -> None:
        """Take one step, given the state and by how much each probability was too high, (V,)."""
        scaled = errors * self._rate
        np.multiply(state[-1, 0][:, None], scaled, out=self._step)
        self._weights -= self._step
        self._bias -= scaled
        self._learned += 1
        self._touched = True
        if self._learned % _DECAY_EVERY == 0:
            self._weights -= (self._weights - self._trained) * self._fade
            self._bias -= (self._bias - self._trained_bias) * self._fade

    def tensors(self) -> dict[str, Array]:
        """What has been learned, by name."""
        return {"output.weight": self._weights, "output.bias": self._bias}

    def restore(self, tensors: Mapping[str, Array]) -> None:
        """Go on from what `tensors` gave."""
        self._weights = tensors["output.weight"].copy()
        self._bias = tensors["output.bias"].copy()
        self._touched = True
