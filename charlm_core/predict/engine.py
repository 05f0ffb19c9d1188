"""The network in NumPy: one character in, one state out.

A state is a plain float32 array of shape (layers, parts, hidden), a value that nothing here
changes once it has been returned. `parts` is 2 for the LSTM (hidden state h, then cell state c)
and 1 for the others (h). A batch of states puts the batch in front, (batch, layers, parts, hidden),
so that `states[i]` is a state and `states[picked]` a batch.

A step is bound by memory: every recurrent weight is read once a character, and little else takes
time. What is done about the rest, once, when an engine is made:

- the first layer's input is one of V embeddings, so embedding, input weights and biases are folded
  into a table with one row of gates a symbol;
- gates that pass a sigmoid lie side by side, their weights and biases halved, since
  sigmoid(x) = (1 + tanh(x/2)) / 2: one tanh serves all the gates, and halving is exact;
- weights lie transposed, (inputs, gates): a product then adds up whole rows, which BLAS does at
  the speed of the memory, up to 1.7 times that of a dot product for each gate.

The formulas are those of torch.nn.RNN, torch.nn.GRU and torch.nn.LSTM, from their documentation.
"""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from charlm_core.checkpoint import Checkpoint
from charlm_core.config import ModelConfig
from charlm_core.errors import CheckpointError
from charlm_core.weights import Tensors

Array = npt.NDArray[np.float32]
State = npt.NDArray[np.float32]
States = npt.NDArray[np.float32]
Logits = npt.NDArray[np.float32]
Symbols = npt.NDArray[np.integer]

Precision = Literal["single", "double"]
"""Of the numbers that an engine computes with. Processors sum and round in orders of their own: of
single precision all but six digits agree between any two of them, of double precision fourteen."""

LARGEST_WEIGHT = 1e15
"""Below this no sum or product of a step can overflow float32, whatever the network's size."""

_FEW = 8
"""Up to this many vectors are multiplied one by one: the product of two matrices rearranges the
whole weight matrix first, which below this costs more than it saves (twice the time for 4)."""

_HALF = np.float32(0.5)


class _Layer(Protocol):
    """A recurrent layer. Where there is a batch, it is the axis before the last."""

    matrices: tuple[Array, ...]
    """What a step multiplies by, (inputs, gates) each."""

    names: tuple[str, ...]
    """What a person calls the gates, in the order in which they lie; empty where there are none."""

    def opened(self, below: Array, h: Array) -> Array:
        """The gates of a step from hidden state `h`, past their activations, (..., gates)."""

    def step(self, below: Array, old: Array, new: Array) -> None:
        """Write into `new` (parts, ..., hidden) what follows `old` (parts, ..., hidden).

        `below` is the first layer's row of the table, (..., gates), or for a layer above it the new
        hidden state of the one underneath, (..., hidden).
        """


class Engine:
    """A checkpoint's network, ready to predict. Immutable; threads may share it.

    Raises CheckpointError when a weight is beyond LARGEST_WEIGHT. Symbols are indices in the
    vocabulary, 0 <= symbol < V. Equal arguments give equal results, bit for bit; a batch agrees
    with its rows taken one by one to rounding (about 1e-6), since BLAS sums in another order.

    In double precision every array is float64 where float32 is said. A step takes twice the time,
    since it reads twice the bytes; the weights are the same.
    """

    def __init__(self, checkpoint: Checkpoint, precision: Precision = "single") -> None:
        self._dtype = np.dtype(np.float32 if precision == "single" else np.float64)
        tensors: Tensors = {
            name: tensor.astype(self._dtype, copy=False)
            for name, tensor in checkpoint.tensors.items()
        }
        for name, tensor in tensors.items():
            if max(tensor.max(), -tensor.min()) > LARGEST_WEIGHT:
                raise CheckpointError(
                    f"{checkpoint.path}: tensor {name} holds a value beyond {LARGEST_WEIGHT:.0e}"
                )
        model = checkpoint.config.model
        inputs, self._layers = _build(model, tensors)
        embedded = tensors["embedding.weight"]  # (V, embed)
        self._table: Array = embedded @ inputs.weights + inputs.bias  # (V, gates)
        self._output = np.ascontiguousarray(tensors["output.weight"].T)  # (hidden, V)
        self._output_bias = tensors["output.bias"]  # (V,)
        self.symbols = len(self._table)
        """How many symbols the vocabulary has, V."""
        self.state_shape = (model.layers, 2 if model.cell == "lstm" else 1, model.hidden)
        """(layers, parts, hidden) of a state."""

    def zero_state(self) -> State:
        """The state before any character, read-only, (layers, parts, hidden)."""
        state: State = np.zeros(self.state_shape, dtype=self._dtype)
        state.flags.writeable = False
        return state

    def zero_states(self, batch: int) -> States:
        """`batch` times the state before any character, (batch, layers, parts, hidden)."""
        return np.zeros((batch, *self.state_shape), dtype=self._dtype)

    def step(self, symbol: int, state: State) -> State:
        """The state after `symbol`, a new and read-only array (layers, parts, hidden)."""
        return self._advance(self._table[symbol], state)

    def step_batch(self, symbols: Symbols, states: States) -> States:
        """The states after `symbols` (batch,), one for each of `states`, new and read-only."""
        return self._advance(self._table[symbols], states)

    def logits(self, state: State) -> Logits:
        """The unnormalised log-probability of each next symbol, (V,)."""
        logits: Logits = state[-1, 0].dot(self._output)
        logits += self._output_bias
        return logits

    def logits_batch(self, states: States) -> Logits:
        """The same for each state of a batch, (batch, V)."""
        logits: Logits = states[:, -1, 0].dot(self._output)
        logits += self._output_bias
        return logits

    def gates(self, symbol: int, state: State) -> tuple[Mapping[str, Array], ...]:
        """The gates of each layer in the step over `symbol`, by name, read-only, (hidden,) each.

        Nothing of a vanilla RNN, which has none.
        """
        after = self.step(symbol, state)
        below = self._table[symbol]
        found = []
        for layer, old, new in zip(self._layers, state, after, strict=True):
            gates: dict[str, Array] = {}
            if layer.names:
                opened = layer.opened(below, old[0])
                opened.flags.writeable = False
                gates = dict(zip(layer.names, np.split(opened, len(layer.names)), strict=True))
            found.append(gates)
            below = new[0]
        return tuple(found)

    @property
    def output(self) -> tuple[Array, Array]:
        """The output layer: weights (hidden, V) and bias (V,); not to be changed."""
        return self._output, self._output_bias

    @property
    def weight_bytes(self) -> int:
        """Bytes of recurrent weights that a step reads, all of them once."""
        return sum(matrix.nbytes for layer in self._layers for matrix in layer.matrices)

    def floor_us(self, repeats: int = 200) -> float:
        """The time of a step's matrix-vector products alone, in microseconds: its honest floor.

        Measured now, as the median of `repeats`.
        """
        products = [
            (np.full(len(matrix), 0.5, dtype=self._dtype), matrix)
            for layer in self._layers
            for matrix in layer.matrices
        ]
        times = []
        for _ in range(repeats):
            started = time.perf_counter()
            for vector, matrix in products:
                vector.dot(matrix)
            times.append(time.perf_counter() - started)
        return statistics.median(times) * 1e6

    def _advance(self, below: Array, old: Array) -> Array:
        """One step of every layer, from the first one's gates; with or without a batch."""
        new = np.empty_like(old)
        # A batch goes behind layers and parts, so that one indexing serves both.
        before, after = (old, new) if old.ndim == 3 else (_batch_last(old), _batch_last(new))
        for index, layer in enumerate(self._layers):
            layer.step(below, before[index], after[index])
            below = after[index][0]
        # Sessions share states between snapshots and forks; a stray write must not get far.
        new.flags.writeable = False
        return new


@dataclass(frozen=True, slots=True)
class _Inputs:
    """How a layer's input becomes gates."""

    weights: Array
    """(inputs, gates)."""
    bias: Array
    """(gates,)."""


class _Rnn:
    """h' = tanh(W_ih x + W_hh h + b), as torch.nn.RNN with one bias."""

    names: tuple[str, ...] = ()

    def __init__(self, inputs: _Inputs | None, recurrent: Array) -> None:
        self._bias = inputs.bias if inputs else None
        # Above the first layer, input and state are multiplied at once: one product costs less
        # than two and their sum.
        matrix = np.concatenate((inputs.weights, recurrent)) if inputs else recurrent
        self.matrices: tuple[Array, ...] = (np.ascontiguousarray(matrix),)

    def step(self, below: Array, old: Array, new: Array) -> None:
        new[0] = self.opened(below, old[0])  # (..., hidden)

    def opened(self, below: Array, h: Array) -> Array:
        act = self._before_activation(below, h)
        return np.tanh(act, out=act)

    def _before_activation(self, below: Array, h: Array) -> Array:
        """What the activations are applied to, (..., gates)."""
        if self._bias is None:
            pre = _product(h, self.matrices[0])
            pre += below
        else:
            pre = _product(np.concatenate((below, h), axis=-1), self.matrices[0])
            pre += self._bias
        return pre


class _Lstm(_Rnn):
    """c' = f*c + i*g and h' = o*tanh(c'), as torch.nn.LSTM; gates lie in the order f, i, o, g."""

    names: tuple[str, ...] = ("forget", "input", "output", "candidate")

    def opened(self, below: Array, h: Array) -> Array:
        act = self._before_activation(below, h)  # (..., 4·hidden)
        np.tanh(act, out=act)
        sigmoids = act[..., : 3 * h.shape[-1]]
        sigmoids *= _HALF
        sigmoids += _HALF
        return act

    def step(self, below: Array, old: Array, new: Array) -> None:
        hidden = old.shape[-1]
        act = self.opened(below, old[0])  # (..., 4·hidden)
        c = np.multiply(act[..., :hidden], old[1], out=new[1])  # (..., hidden)
        written = act[..., hidden : 2 * hidden]
        written *= act[..., 3 * hidden :]
        c += written
        h = np.tanh(c, out=new[0])  # (..., hidden)
        h *= act[..., 2 * hidden : 3 * hidden]


class _Gru:
    """h' = (1-z)*n + z*h with n = tanh(x_n + r*(W_hn h + b_hn)), as torch.nn.GRU; gates r, z, n."""

    names: tuple[str, ...] = ("reset", "update", "candidate")

    def __init__(self, inputs: _Inputs | None, recurrent: Array, reset_bias: Array) -> None:
        self._inputs = inputs
        self._recurrent = np.ascontiguousarray(recurrent)  # (hidden, 3·hidden)
        self._reset_bias = reset_bias  # (hidden,)
        self.matrices = (self._recurrent, *([inputs.weights] if inputs else []))

    def opened(self, below: Array, h: Array) -> Array:
        hidden = h.shape[-1]
        gates = below
        if self._inputs:
            gates = _product(below, self._inputs.weights)  # (..., 3·hidden)
            gates += self._inputs.bias
        act = _product(h, self._recurrent)  # (..., 3·hidden)
        sigmoids = act[..., : 2 * hidden]
        sigmoids += gates[..., : 2 * hidden]
        np.tanh(sigmoids, out=sigmoids)
        sigmoids *= _HALF
        sigmoids += _HALF
        n = act[..., 2 * hidden :]  # (..., hidden)
        n += self._reset_bias
        n *= act[..., :hidden]
        n += gates[..., 2 * hidden :]
        np.tanh(n, out=n)
        return act

    def step(self, below: Array, old: Array, new: Array) -> None:
        hidden = old.shape[-1]
        act = self.opened(below, old[0])  # (..., 3·hidden)
        n = act[..., 2 * hidden :]  # (..., hidden)
        # (1-z)*n + z*h, written n + z*(h-n).
        after = np.subtract(old[0], n, out=new[0])  # (..., hidden)
        after *= act[..., hidden : 2 * hidden]
        after += n


def _batch_last(states: States) -> Array:
    """A view (layers, parts, batch, hidden) of a batch of states."""
    return states.transpose(1, 2, 0, 3)


def _product(vectors: Array, matrix: Array) -> Array:
    """`vectors` (inputs,) or (batch, inputs) times `matrix` (inputs, gates)."""
    if vectors.ndim == 1 or len(vectors) > _FEW:
        product: Array = vectors.dot(matrix)
        return product
    product = np.empty((len(vectors), matrix.shape[1]), dtype=matrix.dtype)
    for vector, row in zip(vectors, product, strict=True):
        vector.dot(matrix, out=row)
    return product


def _build(model: ModelConfig, tensors: Tensors) -> tuple[_Inputs, list[_Layer]]:
    """How the first layer's input becomes gates, and every layer."""
    hidden = model.hidden
    stacks: list[_Inputs] = []
    layers: list[_Layer] = []
    for index in range(model.layers):
        weights = _arranged(tensors[f"recurrent.weight_ih_l{index}"], model)
        recurrent = _arranged(tensors[f"recurrent.weight_hh_l{index}"], model)
        bias = _arranged(tensors[f"recurrent.bias_ih_l{index}"], model)
        reset_bias = np.zeros(hidden, dtype=bias.dtype)
        if model.cell != "rnn":
            second = _arranged(tensors[f"recurrent.bias_hh_l{index}"], model)
            if model.cell == "gru":
                # The reset gate multiplies this part, so it can't be added beforehand.
                reset_bias = second[2 * hidden :].copy()
                second[2 * hidden :] = 0.0
            bias = bias + second
        inputs = _Inputs(weights=np.ascontiguousarray(weights.T), bias=bias)
        stacks.append(inputs)
        above = inputs if index else None
        if model.cell == "gru":
            layers.append(_Gru(above, recurrent.T, reset_bias))
        else:
            layers.append((_Lstm if model.cell == "lstm" else _Rnn)(above, recurrent.T))
    return stacks[0], layers


def _arranged(rows: Array, model: ModelConfig) -> Array:
    """A copy of `rows` (gates, ...) with sigmoid gates first and halved."""
    hidden = model.hidden
    if model.cell == "rnn":
        return rows.copy()
    if model.cell == "gru":
        arranged = rows.copy()
        arranged[: 2 * hidden] *= _HALF
        return arranged
    i, f, g, o = np.split(rows, 4)
    return np.concatenate((f * _HALF, i * _HALF, o * _HALF, g))
