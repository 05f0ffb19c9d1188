"""The networks: one interface, the formulas of the field, careful first weights."""

import numpy as np
import pytest
import torch

from charlm_core.config import CELLS, GATES, Cell, ModelConfig
from charlm_core.learn.models import CharModel, State, keep
from charlm_core.predict.engine import Engine
from charlm_core.weights import tensor_shapes
from tests.support import make_checkpoint

V = 17


def model_of(cell: Cell, layers: int = 1, dropout: float = 0.0) -> CharModel:
    """A model with fresh weights, the same ones each time."""
    torch.manual_seed(0)
    return CharModel(ModelConfig(cell=cell, embed=5, hidden=12, layers=layers), V, dropout)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_every_cell_has_one_interface(cell: Cell, layers: int) -> None:
    """Whatever the cell, ids and a state give logits and a state of the same shape."""
    model = model_of(cell, layers)
    state = model.zero_state(3)
    logits, after = model(torch.randint(V, (3, 7)), state)
    assert logits.shape == (3, 7, V)
    assert [part.shape for part in after] == [part.shape for part in state]


@pytest.mark.parametrize("cell", CELLS)
def test_a_carried_state_continues_the_text(cell: Cell) -> None:
    """A text read in two parts with the state carried is the text read in one."""
    model = model_of(cell, 2).eval()
    ids = torch.randint(V, (2, 20))
    whole, _ = model(ids, model.zero_state(2))
    first, state = model(ids[:, :9], model.zero_state(2))
    second, _ = model(ids[:, 9:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)


def test_the_vanilla_rnn_is_its_formula() -> None:
    """h_t = tanh(W_xh x_t + W_hh h_{t-1} + b) and o_t = W_hy h_t + b_y, to the letter."""
    model = model_of("rnn").eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.uniform_(-0.5, 0.5)
    weights = {name: p.detach().numpy() for name, p in model.named_weights()}
    ids = [3, 1, 4, 1, 5]
    h = np.zeros(12)
    for symbol in ids:
        xt = weights["embedding.weight"][symbol]
        h = np.tanh(
            weights["recurrent.weight_ih_l0"] @ xt
            + weights["recurrent.weight_hh_l0"] @ h
            + weights["recurrent.bias_ih_l0"]
        )
    o = weights["output.weight"] @ h + weights["output.bias"]
    logits, _ = model(torch.tensor([ids]), model.zero_state(1))
    np.testing.assert_allclose(logits[0, -1].detach().numpy(), o, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_both_halves_compute_the_same_function(cell: Cell, layers: int) -> None:
    """1,000 random characters give the same logits in torch and in NumPy, to 1e-4."""
    stored = make_checkpoint(cell, hidden=24, layers=layers, seed=layers)
    symbols = len(stored.config.vocabulary)
    model = CharModel.of(stored).eval()
    engine = Engine(stored)
    ids = np.random.default_rng(1).integers(symbols, size=1000)
    with torch.no_grad():
        logits, _ = model(torch.from_numpy(ids)[None], model.zero_state(1))
    state = engine.zero_state()
    for position, symbol in enumerate(ids.tolist()):
        state = engine.step(symbol, state)
        expected = logits[0, position].numpy()
        np.testing.assert_allclose(engine.logits(state), expected, atol=1e-4)
    np.testing.assert_array_equal(engine.logits(engine.zero_state()), model.first_logits().detach())


@pytest.mark.parametrize("cell", CELLS)
def test_first_weights_are_orthogonal_xavier_and_zero(cell: Cell) -> None:
    """Recurrent blocks start orthogonal, biases zero but for the LSTM's forget gates at 1."""
    model = model_of(cell, 2)
    hidden = 12
    weights = {name: p.detach() for name, p in model.named_weights()}
    for layer in range(2):
        blocks = torch.split(weights[f"recurrent.weight_hh_l{layer}"], hidden)
        assert len(blocks) == GATES[cell]
        for block in blocks:
            torch.testing.assert_close(block @ block.T, torch.eye(hidden), atol=1e-5, rtol=0)
        bias = weights[f"recurrent.bias_ih_l{layer}"]
        expected = torch.zeros_like(bias)
        if cell == "lstm":
            expected[hidden : 2 * hidden] = 1.0
        torch.testing.assert_close(bias, expected)
        inputs = weights[f"recurrent.weight_ih_l{layer}"]
        bound = (6 / sum(inputs.shape)) ** 0.5
        assert 0.8 * bound < inputs.abs().max() <= bound
    assert not weights["output.bias"].any()


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 3])
def test_weights_have_the_checkpoints_names_and_shapes(cell: Cell, layers: int) -> None:
    """A model's weights go into a checkpoint and come back unchanged."""
    model, other = model_of(cell, layers), model_of(cell, layers)
    tensors = model.to_tensors()
    assert {k: v.shape for k, v in tensors.items()} == tensor_shapes(model.config, V)
    assert model.parameter_count() == sum(tensor.size for tensor in tensors.values())
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.zero_()
    other.load_tensors(tensors)
    for name, tensor in other.to_tensors().items():
        np.testing.assert_array_equal(tensor, tensors[name])


@pytest.mark.parametrize("cell", CELLS)
def test_dropout_acts_only_while_training(cell: Cell) -> None:
    """Evaluation is the same every time; training with dropout is not."""
    model = model_of(cell, 2, dropout=0.5)
    ids = torch.randint(V, (1, 10))

    def logits() -> torch.Tensor:
        found: torch.Tensor = model(ids, model.zero_state(1))[0]
        return found

    model.train()
    assert not torch.equal(logits(), logits())
    model.eval()
    assert torch.equal(logits(), logits())


@pytest.mark.parametrize("cell", CELLS)
def test_dropout_is_locked_to_units(cell: Cell) -> None:
    """The same units of a text are dropped at every character; another text has others."""
    model = model_of(cell, 2, dropout=0.5).train()
    ones = torch.ones(3, 9, 12)
    dropped = model._drop(ones)
    assert torch.equal(dropped, dropped[:, :1].expand_as(ones))
    assert set(dropped.flatten().tolist()) == {0.0, 2.0}
    assert not torch.equal(dropped[0], dropped[1])


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_dropout_lies_between_layers_and_before_the_output(
    cell: Cell, layers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first layer's input is whole; what each layer says is dropped from, once."""
    model = model_of(cell, layers, dropout=0.5).train()
    said: list[torch.Tensor] = []
    real = model._through

    def through(
        layer: torch.nn.Module, xs: torch.Tensor, state: State
    ) -> tuple[torch.Tensor, State]:
        zeros = xs.eq(0).float().mean().item()
        assert (0.2 < zeros < 0.8) if said else zeros == 0
        hs, after = real(layer, xs, state)
        said.append(hs)
        return hs, after

    def output(hs: torch.Tensor) -> torch.Tensor:
        assert 0.2 < hs.eq(0).float().mean().item() < 0.8
        kept = hs.ne(0)
        torch.testing.assert_close(hs[kept], 2 * said[-1][kept])
        return hs

    monkeypatch.setattr(model, "_through", through)
    monkeypatch.setattr(model.output, "forward", output)
    model(torch.randint(V, (8, 10)), model.zero_state(8))
    assert len(said) == layers


@pytest.mark.parametrize("cell", CELLS)
def test_weight_drop_acts_only_while_training(cell: Cell) -> None:
    """Every pass drops other recurrent weights; evaluation uses all of them."""
    model = model_of(cell)
    ids = torch.randint(V, (1, 10))

    def logits() -> torch.Tensor:
        found: torch.Tensor = model(ids, model.zero_state(1))[0]
        return found

    whole = logits()
    model.weight_drop = 0.5
    assert not torch.equal(logits(), logits())
    model.eval()
    assert torch.equal(logits(), whole)


def test_weight_drop_drops_its_share_and_keeps_the_mean() -> None:
    """Of the recurrent weights a quarter are zero, and the others as much larger."""
    model = CharModel(ModelConfig(cell="lstm", embed=5, hidden=64), V).train()
    layer = model.recurrent[0]
    weight = layer.weight_hh_l0
    assert isinstance(weight, torch.Tensor)
    assert model._dropped_weights(layer) == {}
    model.weight_drop = 0.25
    (dropped,) = model._dropped_weights(layer).values()
    kept = dropped != 0
    assert 0.74 < kept.float().mean() < 0.76
    torch.testing.assert_close(dropped[kept], weight[kept] / 0.75)
    dropped.sum().backward()  # type: ignore[no-untyped-call]
    torch.testing.assert_close(weight.grad, kept / 0.75)


def test_keep_zeroes_the_lanes_that_start_again() -> None:
    """A lane that is reset goes on from zero, the others from where they were."""
    state = (torch.ones(2, 3, 4), torch.ones(2, 3, 4))
    kept = keep(state, torch.tensor([True, False, True]))
    for part in kept:
        assert part[:, 1].eq(0).all()
        assert part[:, [0, 2]].eq(1).all()
