"""The output layer that learns on."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core.predict.adapt import DECAY, RATE, OutputAdapter
from charlm_core.predict.engine import State
from charlm_core.predict.sampling import softmax
from charlm_core.predict.source import normalised
from tests.support import LETTERS, make_checkpoint, make_model

MODEL = make_model(make_checkpoint(hidden=6, layers=2, scale=2.0))
SYMBOLS = len(MODEL.vocab)


def state_of(text: str) -> State:
    """The network's state after a text."""
    return MODEL.start(text).state


def errors(adapter: OutputAdapter, state: State, symbol: int) -> npt.NDArray[np.float32]:
    """By how much each probability was too high when `symbol` came."""
    found = np.exp(normalised(adapter.logits(state)))
    found[symbol] -= 1
    return found


def learned(times: int, decay: float, rate: float = RATE) -> OutputAdapter:
    """One that has seen the same character come at the same place so many times."""
    adapter, state = OutputAdapter(MODEL.engine, rate, decay), state_of("the sa")
    for _ in range(times):
        adapter.learn(state, errors(adapter, state, 5))
    return adapter


def test_untouched_it_is_the_layer_as_it_was_trained() -> None:
    """Before anything is learned the logits are the network's to the last bit."""
    adapter = OutputAdapter(MODEL.engine)
    assert adapter.untouched
    state = state_of("once")
    assert adapter.logits(state).tobytes() == MODEL.engine.logits(state).tobytes()


@given(st.text(LETTERS, max_size=5), st.integers(0, SYMBOLS - 1), st.integers(0, 3))
def test_a_step_is_down_the_gradient(text: str, symbol: int, before: int) -> None:
    """Each weight and bias goes by the rate down the slope of -ln p that differences find."""
    rate = 0.05
    adapter, state = learned(before, 0.0), state_of(text)
    adapter._rate = np.float32(rate)
    weights = adapter.tensors()["output.weight"].astype(float)
    bias = adapter.tensors()["output.bias"].astype(float)
    hidden = state[-1, 0].astype(float)

    def loss(weights: npt.NDArray[np.float64], bias: npt.NDArray[np.float64]) -> float:
        logits = hidden @ weights + bias
        return float(np.log(np.exp(logits).sum()) - logits[symbol])

    adapter.learn(state, errors(adapter, state, symbol))
    after = adapter.tensors()
    rng = np.random.default_rng(symbol)
    others = [(int(rng.integers(6)), int(rng.integers(SYMBOLS))) for _ in range(6)]
    for row, column in [*others, (0, symbol), (5, symbol)]:
        nudge = np.zeros_like(weights)
        nudge[row, column] = 1e-4
        slope = (loss(weights + nudge, bias) - loss(weights - nudge, bias)) / 2e-4
        step = weights[row, column] - after["output.weight"][row, column]
        assert step == pytest.approx(rate * slope, abs=2e-6)
        nudge_bias = np.zeros_like(bias)
        nudge_bias[column] = 1e-4
        slope = (loss(weights, bias + nudge_bias) - loss(weights, bias - nudge_bias)) / 2e-4
        assert bias[column] - after["output.bias"][column] == pytest.approx(rate * slope, abs=2e-6)
    assert not adapter.untouched


def test_what_comes_again_is_expected() -> None:
    """A character that came a hundred times at one place is likely there, the network unchanged."""
    state = state_of("the sa")
    adapter = learned(100, DECAY, 0.1)
    assert softmax(adapter.logits(state))[5] > 0.8
    assert softmax(MODEL.engine.logits(state))[5] < 0.5


def test_what_is_not_repeated_fades() -> None:
    """With nothing new to learn, the weights go back to those that were trained."""
    trained, trained_bias = MODEL.engine.output
    adapter, state = learned(255, 1e-3, 0.1), state_of("else")
    nothing = np.zeros(SYMBOLS, dtype=np.float32)
    before = {name: tensor.copy() for name, tensor in adapter.tensors().items()}
    kept = (1.0 - 1e-3) ** 256
    # All that lies between two fadings fades at once.
    adapter.learn(state, nothing)
    for name, was in (("output.weight", trained), ("output.bias", trained_bias)):
        away = adapter.tensors()[name] - was
        np.testing.assert_allclose(away, kept * (before[name] - was), atol=1e-6)
    for _ in range(256 * 40):
        adapter.learn(state, nothing)
    np.testing.assert_allclose(adapter.logits(state), MODEL.engine.logits(state), atol=1e-3)


def test_what_was_learned_can_be_restored() -> None:
    """Another adapter goes on from the same weights, and the network's own stay as they were."""
    state = state_of("the sa")
    logits = MODEL.engine.logits(state)
    adapter, other = learned(9, DECAY), OutputAdapter(MODEL.engine)
    other.restore(adapter.tensors())
    assert not other.untouched
    before = other.logits(state)
    assert before.tobytes() == adapter.logits(state).tobytes()
    adapter.learn(state, errors(adapter, state, 7))
    assert before.tobytes() == other.logits(state).tobytes()
    assert logits.tobytes() == MODEL.engine.logits(state).tobytes()
