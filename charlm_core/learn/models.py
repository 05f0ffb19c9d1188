"""The networks: a vanilla RNN, an LSTM and a GRU behind one interface.

    ids (B, T) ──embedding──▶ (B, T, E) ──recurrence──▶ (B, T, H) ──output──▶ logits (B, T, V)

with B texts side by side, T characters each, E the embedding, H hidden units, V symbols. The state
that enters and leaves is a tuple of tensors of shape (layers, B, H): (h, c) for the LSTM, (h,) for
the others.
"""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the field's own name for it

from charlm_core.checkpoint import Tensors, tensor_shapes
from charlm_core.config import GATES, ModelConfig

State = tuple[Tensor, ...]


class VanillaRNN(nn.Module):
    """Elman's recurrence (1990), written out: h_t = tanh(W_xh x_t + W_hh h_{t-1} + b).

    `weight_ih_l{l}` is W_xh of layer l, `weight_hh_l{l}` its W_hh, `bias_ih_l{l}` its b.
    """

    def __init__(self, embed: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.layers = layers
        self.dropout = dropout
        for layer in range(layers):
            width = hidden if layer else embed
            self.register_parameter(f"weight_ih_l{layer}", nn.Parameter(torch.empty(hidden, width)))
            self.register_parameter(
                f"weight_hh_l{layer}", nn.Parameter(torch.empty(hidden, hidden))
            )
            self.register_parameter(f"bias_ih_l{layer}", nn.Parameter(torch.empty(hidden)))

    def forward(self, xs: Tensor, h0: Tensor) -> tuple[Tensor, Tensor]:
        """Run over xs (B, T, E) from h0 (layers, B, H): all states (B, T, H), the last of each."""
        last = []
        for layer in range(self.layers):
            W_xh, W_hh, b = (  # noqa: N806 - the letters of the formula
                self.get_parameter(f"{name}_l{layer}")
                for name in ("weight_ih", "weight_hh", "bias_ih")
            )
            if layer:
                xs = F.dropout(xs, self.dropout, self.training)
            # What does not depend on the state is multiplied for all T at once.
            inputs = F.linear(xs, W_xh, b)  # (B, T, H)
            h = h0[layer]  # (B, H)
            hs = []
            for xt in inputs.unbind(1):
                h = torch.tanh(xt + F.linear(h, W_hh))  # (B, H)
                hs.append(h)
            xs = torch.stack(hs, dim=1)  # (B, T, H)
            last.append(h)
        return xs, torch.stack(last)


class CharModel(nn.Module):
    """A recurrent character model; the interface of all three cells.

    `dropout` applies between layers and before the output, while training.
    """

    def __init__(self, config: ModelConfig, vocab_size: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        self.vocab_size = vocab_size
        self.embedding = nn.Embedding(vocab_size, config.embed)
        shape = (config.embed, config.hidden, config.layers)
        between = dropout if config.layers > 1 else 0.0
        self.recurrent: nn.Module
        if config.cell == "rnn":
            self.recurrent = VanillaRNN(*shape, between)
        elif config.cell == "gru":
            self.recurrent = nn.GRU(*shape, batch_first=True, dropout=between)
        else:
            self.recurrent = nn.LSTM(*shape, batch_first=True, dropout=between)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(config.hidden, vocab_size)
        self._initialize()

    def forward(self, ids: Tensor, state: State) -> tuple[Tensor, State]:
        """Logits (B, T, V) of the character after each of `ids` (B, T), and the state after all."""
        xs = self.embedding(ids)  # (B, T, E)
        if self.config.cell == "lstm":
            hs, after = self.recurrent(xs, state)  # (B, T, H)
            state = after
        else:
            hs, h = self.recurrent(xs, state[0])  # (B, T, H)
            state = (h,)
        return self.output(self.dropout(hs)), state  # (B, T, V)

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
        for name, parameter in self.named_parameters():
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

    def to_tensors(self) -> Tensors:
        """The weights as a checkpoint holds them."""
        return {
            name: parameter.detach().to("cpu", torch.float32).numpy().copy()
            for name, parameter in self.named_parameters()
        }

    def load_tensors(self, tensors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Take over weights as a checkpoint holds them; shapes must be those of the config."""
        own = dict(self.named_parameters())
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
