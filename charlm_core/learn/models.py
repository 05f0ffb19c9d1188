"""The networks: a vanilla RNN, an LSTM and a GRU behind one interface.

    ids (B, T) ──embedding──▶ (B, T, E) ──recurrence──▶ (B, T, H) ──output──▶ logits (B, T, V)

with B texts side by side, T characters each, E the embedding, H hidden units, V symbols. The state
that enters and leaves is a tuple of tensors of shape (layers, B, H): (h, c) for the LSTM, (h,) for
the others.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F  # noqa: N812 - the field's own name for it

from charlm_core.checkpoint import Checkpoint
from charlm_core.config import GATES, Cell, ModelConfig
from charlm_core.weights import Tensors, tensor_shapes

State = tuple[Tensor, ...]


class VanillaRNN(nn.Module):
    """Elman's recurrence (1990), written out: h_t = tanh(W_xh x_t + W_hh h_{t-1} + b).

    `weight_ih_l0` is W_xh, `weight_hh_l0` W_hh and `bias_ih_l0` b, as torch's own layers have it.
    """

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.empty(hidden, width))
        self.weight_hh_l0 = nn.Parameter(torch.empty(hidden, hidden))
        self.bias_ih_l0 = nn.Parameter(torch.empty(hidden))

    def forward(self, xs: Tensor, h0: Tensor) -> tuple[Tensor, Tensor]:
        """Run over xs (B, T, E) from h0 (1, B, H): all states (B, T, H), the last (1, B, H)."""
        # What does not depend on the state is multiplied for all T at once.
        inputs = F.linear(xs, self.weight_ih_l0, self.bias_ih_l0)  # (B, T, H)
        h = h0[0]  # (B, H)
        hs = []
        for xt in inputs.unbind(1):
            h = torch.tanh(xt + F.linear(h, self.weight_hh_l0))  # (B, H)
            hs.append(h)
        return torch.stack(hs, dim=1), h[None]  # (B, T, H), (1, B, H)


_CELLS: dict[Cell, Callable[[int, int], nn.Module]] = {
    "rnn": VanillaRNN,
    "gru": partial(nn.GRU, batch_first=True),
    "lstm": partial(nn.LSTM, batch_first=True),
}
"""A layer of each cell, made from the width of its input and its hidden units."""


class CharModel(nn.Module):
    """A recurrent character model; the interface of all three cells.

    `dropout` applies between layers and before the output, while training. It is locked: for all
    characters of a step the same units of a text are dropped (Gal & Ghahramani 2016), which also
    draws a hundredth of the random numbers.

    `weight_drop`, 0 at first, is the share of recurrent weights that each forward pass drops while
    training (DropConnect, Wan et al. 2013; on recurrent weights Merity et al. 2018). It may be
    changed at any time.
    """

    def __init__(self, config: ModelConfig, vocab_size: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        self.vocab_size = vocab_size
        self.dropout = dropout
        self.weight_drop = 0.0
        self.embedding = nn.Embedding(vocab_size, config.embed)
        widths = [config.embed] + [config.hidden] * (config.layers - 1)
        self.recurrent = nn.ModuleList(
            _CELLS[config.cell](width, config.hidden) for width in widths
        )
        self.output = nn.Linear(config.hidden, vocab_size)
        self._initialize()

    @classmethod
    def of(cls, stored: Checkpoint) -> "CharModel":
        """The network of a checkpoint, with its weights."""
        model = cls(stored.config.model, len(stored.config.vocabulary))
        model.load_tensors(stored.tensors)
        return model

    def forward(self, ids: Tensor, state: State) -> tuple[Tensor, State]:
        """Logits (B, T, V) of the character after each of `ids` (B, T), and the state after all."""
        hs, state = self.recur(self.embedding(ids), state)  # (B, T, H)
        return self.output(self._drop(hs)), state  # (B, T, V)

    def recur(self, xs: Tensor, state: State) -> tuple[Tensor, State]:
        """The last layer's hidden states (B, T, H) over xs (B, T, E), and the state after all."""
        hs = xs
        last: list[State] = []
        for index, layer in enumerate(self.recurrent):
            if index:
                hs = self._drop(hs)
            before = tuple(part[index : index + 1] for part in state)  # each (1, B, H)
            hs, after = self._through(layer, hs, before)  # (B, T, H)
            last.append(after)
        return hs, tuple(torch.cat(parts) for parts in zip(*last, strict=True))

    def _through(self, layer: nn.Module, xs: Tensor, state: State) -> tuple[Tensor, State]:
        """One layer over xs (B, T, E or H) from its state, each part (1, B, H): hs (B, T, H)."""
        given = state if len(state) == 2 else state[0]
        hs, after = functional_call(layer, self._dropped_weights(layer), (xs, given))
        return hs, after if len(state) == 2 else (after,)

    def _drop(self, hs: Tensor) -> Tensor:
        """Locked dropout of hs (B, T, H)."""
        if not self.training or not self.dropout:
            return hs
        kept = torch.rand(hs.shape[0], 1, hs.shape[2], device=hs.device) >= self.dropout
        return hs * (kept.to(hs.dtype) / (1 - self.dropout))

    def _dropped_weights(self, layer: nn.Module) -> dict[str, Tensor]:
        """The layer's recurrent weights with a share of them zero; nothing where none is dropped.

        A byte decides on each, so that an eighth of the random numbers is drawn that floats would
        take: a 256th is as fine as the share can be.
        """
        cut = round(256 * self.weight_drop)
        if not (self.training and cut):
            return {}
        weight: Tensor = layer.weight_hh_l0  # type: ignore[assignment]
        words = torch.empty(-(-weight.numel() // 8), dtype=torch.int64, device=weight.device)
        bytes_ = words.random_(-(1 << 63), None).view(torch.uint8)[: weight.numel()]
        kept = (bytes_ >= cut).view(weight.shape)
        return {"weight_hh_l0": weight * (kept * (256 / (256 - cut)))}

    def zero_state(self, batch: int) -> State:
        """The state before any text, for `batch` texts."""
        weight = self.output.weight
        zero = weight.new_zeros(self.config.layers, batch, self.config.hidden)  # (layers, B, H)
        return (zero, zero) if self.config.cell == "lstm" else (zero,)

    def first_logits(self) -> Tensor:
        """Logits (V,) of a text's first character, predicted from the zero state: the bias."""
        return self.output.bias

    def _initialize(self) -> None:
        """Orthogonal recurrent blocks (Saxe et al. 2014), Xavier elsewhere (Glorot & Bengio 2010).

        The embedding is standard normal, as torch has it: with smaller numbers in front, gates are
        slow to tell characters apart. Biases are zero, but for the LSTM's forget gates, which start
        open at 1 (Gers et al. 2000; Jozefowicz et al. 2015).
        """
        hidden = self.config.hidden
        for name, parameter in self.named_weights():
            if "weight_hh" in name:
                for gate in range(GATES[self.config.cell]):
                    nn.init.orthogonal_(parameter.data[gate * hidden : (gate + 1) * hidden])
            elif name == "embedding.weight":
                nn.init.normal_(parameter)
            elif parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
            else:
                nn.init.zeros_(parameter)
                if self.config.cell == "lstm" and "bias_ih" in name:
                    parameter.data[hidden : 2 * hidden] = 1.0

    def named_weights(self) -> Iterator[tuple[str, nn.Parameter]]:
        """The weights under the names that a checkpoint has for them."""
        for name, parameter in self.named_parameters():
            yield re.sub(r"^recurrent\.(\d+)\.(\w+_l)0$", r"recurrent.\2\1", name), parameter

    def to_tensors(self) -> Tensors:
        """The weights as a checkpoint holds them."""
        return {
            name: parameter.detach().to("cpu", torch.float32).numpy().copy()
            for name, parameter in self.named_weights()
        }

    def load_tensors(self, tensors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Take over weights as a checkpoint holds them; shapes must be those of the config."""
        own = dict(self.named_weights())
        if {name: tuple(p.shape) for name, p in own.items()} != tensor_shapes(
            self.config, self.vocab_size
        ):  # pragma: no cover - a change of this class that forgets the format
            raise AssertionError("the model's parameters are not the checkpoint's tensors")
        with torch.no_grad():
            for name, parameter in own.items():
                parameter.copy_(torch.from_numpy(np.asarray(tensors[name])))

    def parameter_count(self) -> int:
        """How many weights there are."""
        return sum(math.prod(parameter.shape) for parameter in self.parameters())


def detach(state: State) -> State:
    """The same numbers, cut from the graph: where truncated back-propagation stops."""
    return tuple(part.detach() for part in state)


def keep(state: State, kept: Tensor) -> State:
    """The state with the texts where `kept` (B,) is 0 set back to zero."""
    mask = kept.view(1, -1, 1)  # (1, B, 1)
    return tuple(part * mask for part in state)
