"""The engine against torch, against itself, and against weights it can't use."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import CheckpointError
from charlm_core.checkpoint import Checkpoint
from charlm_core.config import CELLS, Cell
from charlm_core.predict.engine import LARGEST_WEIGHT, Array, Engine
from tests.support import make_checkpoint

NETWORKS = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}


def torch_logits(checkpoint: Checkpoint, symbols: list[int]) -> Array:
    """Logits (len(symbols), V) after each symbol, by torch's own layers."""
    config = checkpoint.config
    network = NETWORKS[config.cell](config.embed, config.hidden, config.layers)
    weights = {name: torch.from_numpy(tensor) for name, tensor in checkpoint.tensors.items()}
    own = {
        name.removeprefix("recurrent."): tensor
        for name, tensor in weights.items()
        if name.startswith("recurrent.")
    }
    if config.cell == "rnn":
        own |= {f"bias_hh_l{layer}": torch.zeros(config.hidden) for layer in range(config.layers)}
    network.load_state_dict(own)
    with torch.no_grad():
        hidden, _ = network(weights["embedding.weight"][symbols])  # (T, hidden)
        logits = hidden @ weights["output.weight"].T + weights["output.bias"]  # (T, V)
    answer: Array = logits.numpy()
    return answer


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_the_engine_computes_what_torch_does(cell: Cell, layers: int) -> None:
    """What the editor suggests is what the trained network would say."""
    checkpoint = make_checkpoint(cell, hidden=48, layers=layers, scale=1.5, seed=layers)
    engine = Engine(checkpoint)
    symbols = np.random.default_rng(7).integers(0, engine.symbols, 1000).tolist()
    state = engine.zero_state()
    logits = []
    for symbol in symbols:
        state = engine.step(symbol, state)
        logits.append(engine.logits(state))
    np.testing.assert_allclose(
        np.stack(logits), torch_logits(checkpoint, symbols), rtol=0, atol=1e-4
    )


@pytest.mark.parametrize("batch", [0, 1, 3, 40])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_a_batch_is_its_rows(cell: Cell, layers: int, batch: int) -> None:
    """Looking ahead along many paths at once finds what one path at a time would."""
    engine = Engine(make_checkpoint(cell, layers=layers))
    rng = np.random.default_rng(batch)
    states = engine.zero_states(batch)
    rows = list(states)
    for _ in range(5):
        symbols = rng.integers(0, engine.symbols, batch)
        states = engine.step_batch(symbols, states)
        rows = [engine.step(int(s), row) for s, row in zip(symbols, rows, strict=True)]
        logits = engine.logits_batch(states)
        assert logits.shape == (batch, engine.symbols)
        for index, row in enumerate(rows):
            np.testing.assert_allclose(states[index], row, atol=1e-5)
            np.testing.assert_allclose(logits[index], engine.logits(row), atol=1e-5)


@given(
    cell=st.sampled_from(CELLS),
    symbols=st.lists(st.integers(0, 20), max_size=20),
    offset=st.integers(0, 15),
)
def test_equal_states_step_alike_wherever_they_lie(
    cell: Cell, symbols: list[int], offset: int
) -> None:
    """The same text gives the same ghost, each time and on each day."""
    engine = Engine(make_checkpoint(cell, hidden=37, layers=2))
    state = engine.zero_state()
    for symbol in symbols:
        # Elsewhere in memory, and aligned otherwise: BLAS must not care.
        moved = np.empty(state.size + 16, dtype=np.float32)[offset : offset + state.size]
        moved = moved.reshape(state.shape)
        moved[...] = state
        after = engine.step(symbol, state)
        assert after.tobytes() == engine.step(symbol, moved).tobytes()
        assert engine.logits(state).tobytes() == engine.logits(moved).tobytes()
        state = after


def test_a_step_leaves_the_state_before_it_alone() -> None:
    """Going back finds the earlier state as it was."""
    engine = Engine(make_checkpoint(layers=2))
    before = engine.step(3, engine.zero_state())
    kept = before.copy()
    after = engine.step(4, before)
    assert before.tobytes() == kept.tobytes()
    with pytest.raises(ValueError, match="read-only"):
        after[0, 0, 0] = 1.0


@pytest.mark.parametrize(
    ("cell", "layers", "matrices"),
    [("rnn", 1, 1), ("rnn", 2, 3), ("gru", 1, 3), ("gru", 2, 9), ("lstm", 1, 4), ("lstm", 2, 12)],
)
def test_the_floor_counts_every_recurrent_weight_once(
    cell: Cell, layers: int, matrices: int
) -> None:
    """The bench compares a step with reading all of its weights, not some of them."""
    engine = Engine(make_checkpoint(cell, hidden=16, layers=layers))
    assert engine.weight_bytes == matrices * 16 * 16 * 4
    assert engine.floor_us(repeats=3) > 0.0


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_weights_that_could_overflow_are_refused(sign: float) -> None:
    """A damaged checkpoint is told in one line that names the weight."""
    checkpoint = make_checkpoint()
    checkpoint.tensors["output.weight"][1, 2] = sign * LARGEST_WEIGHT * 2
    with pytest.raises(CheckpointError, match=r"memory: tensor output\.weight holds a value"):
        Engine(checkpoint)


@pytest.mark.parametrize("cell", CELLS)
def test_weights_at_the_limit_never_overflow(cell: Cell) -> None:
    """Odd weights give odd ghosts, and no warning on the screen."""
    checkpoint = make_checkpoint(cell, hidden=64, layers=2)
    for tensor in checkpoint.tensors.values():
        tensor[...] = np.sign(tensor) * LARGEST_WEIGHT
    engine = Engine(checkpoint)
    state = engine.zero_state()
    for symbol in range(engine.symbols):
        state = engine.step(symbol, state)
        assert np.isfinite(state).all()
        assert np.isfinite(engine.logits(state)).all()
