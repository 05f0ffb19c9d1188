"""Several predictions made one, and weights that learn which of them to believe."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core.predict.mixer import Mixer

ROWS = (3, 4)
SHAPES = st.tuples(st.integers(1, 4), st.integers(2, 6))


def opinions(shape: tuple[int, int], seed: int, spread: float = 2.0) -> npt.NDArray[np.float32]:
    """Log-probabilities of some sources, each summing to one."""
    logits = np.random.default_rng(seed).normal(size=shape) * spread
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return logits.astype(np.float32)


def some_mixer(sources: int, seed: int, rate: float) -> Mixer:
    """A mixer that has learned something in each row."""
    mixer = Mixer([[1.0 / sources] * sources] * ROWS[0], ROWS[1], rate)
    rng = np.random.default_rng(seed)
    for weights in mixer.weights:
        weights += rng.normal(size=weights.shape).astype(np.float32) * 0.2
    return mixer


def loss(
    mixer: Mixer, predictions: npt.NDArray[np.float32], rows: tuple[int, int], symbol: int
) -> float:
    """-ln p(symbol), in double precision, by the formula."""
    first, second = (
        weights[row].astype(float) for weights, row in zip(mixer.weights, rows, strict=True)
    )
    logits = (first + second) @ predictions.astype(float)
    return float(np.log(np.exp(logits).sum()) - logits[symbol])


@given(SHAPES, st.integers(0, 99), st.data())
def test_a_mixture_is_a_distribution_by_its_formula(
    shape: tuple[int, int], seed: int, data: st.DataObject
) -> None:
    """It sums to one, and each symbol's is the weighted product that the docstring gives."""
    mixer, predictions = some_mixer(shape[0], seed, 0.1), opinions(shape, seed)
    rows = data.draw(st.tuples(st.integers(0, 2), st.integers(0, 3)))
    mixed = mixer.mix(predictions, rows)
    assert np.exp(mixed).sum() == pytest.approx(1.0, abs=1e-5)
    for symbol in range(shape[1]):
        expected = -loss(mixer, predictions, rows, symbol)
        assert mixed[symbol] == pytest.approx(expected, abs=1e-4)


@given(SHAPES, st.integers(0, 99), st.data())
def test_a_step_is_down_the_gradient(
    shape: tuple[int, int], seed: int, data: st.DataObject
) -> None:
    """The weights of the two rows in use go by the rate down the slope that differences find."""
    rate = 0.01
    mixer, predictions = some_mixer(shape[0], seed, rate), opinions(shape, seed)
    rows = data.draw(st.tuples(st.integers(0, 2), st.integers(0, 3)))
    symbol = data.draw(st.integers(0, shape[1] - 1))
    before = [weights.copy() for weights in mixer.weights]
    slopes = np.zeros(shape[0])
    for source in range(shape[0]):
        ends = []
        for step in (-0.01, 0.01):
            mixer.weights[0][rows[0], source] = before[0][rows[0], source] + step
            ends.append(loss(mixer, predictions, rows, symbol))
        slopes[source] = (ends[1] - ends[0]) / 0.02
        mixer.weights[0][rows[0], source] = before[0][rows[0], source]
    mixer.learn(predictions, rows, mixer.mix(predictions, rows), symbol)
    for weights, earlier, row in zip(mixer.weights, before, rows, strict=True):
        np.testing.assert_allclose(earlier[row] - weights[row], rate * slopes, atol=2e-5)
        others = np.delete(weights, row, axis=0)
        np.testing.assert_array_equal(others, np.delete(earlier, row, axis=0))


@given(SHAPES, st.integers(0, 99), st.data())
def test_what_comes_again_surprises_less(
    shape: tuple[int, int], seed: int, data: st.DataObject
) -> None:
    """With the same thing said and the same thing coming, each step is an improvement."""
    mixer, predictions = some_mixer(shape[0], seed, 0.005), opinions(shape, seed)
    symbol = data.draw(st.integers(0, shape[1] - 1))
    losses = [loss(mixer, predictions, (1, 2), symbol)]
    for _ in range(10):
        mixer.learn(predictions, (1, 2), mixer.mix(predictions, (1, 2)), symbol)
        losses.append(loss(mixer, predictions, (1, 2), symbol))
    assert (np.diff(losses) <= 1e-6).all()
    # Convex: each step brings no more than the one before it.
    assert (np.diff(losses, 2) >= -1e-5).all()


@given(st.integers(2, 6), st.integers(0, 99))
def test_agreeing_sources_are_believed_as_they_are(symbols: int, seed: int) -> None:
    """Where all say the same, and nothing was learned, that is what comes out."""
    said = opinions((1, symbols), seed)
    mixer = Mixer([(0.4, 0.2, 0.2, 0.2)] * ROWS[0], ROWS[1], 0.1)
    mixed = mixer.mix(np.repeat(said, 4, axis=0), (2, 3))
    np.testing.assert_allclose(mixed, said[0], atol=2e-6)


def test_the_source_that_is_right_gains_weight() -> None:
    """Of two that disagree the one that keeps being right decides before long."""
    good, bad = np.log([0.8, 0.2]), np.log([0.2, 0.8])
    predictions = np.array([good, bad], dtype=np.float32)
    mixer = Mixer([(0.5, 0.5)] * ROWS[0], ROWS[1], 0.1)
    assert np.exp(mixer.mix(predictions, (0, 0)))[0] == pytest.approx(0.5)
    for _ in range(50):
        mixer.learn(predictions, (0, 0), mixer.mix(predictions, (0, 0)), 0)
    assert np.exp(mixer.mix(predictions, (0, 0)))[0] > 0.9
    # Elsewhere nothing was learned.
    assert np.exp(mixer.mix(predictions, (1, 1)))[0] == pytest.approx(0.5)


def test_what_was_learned_can_be_restored() -> None:
    """Another mixer goes on from the same weights, and shares none of them."""
    mixer, predictions = some_mixer(2, 1, 0.1), opinions((2, 5), 1)
    other = Mixer([(0.5, 0.5)] * ROWS[0], ROWS[1], 0.1)
    other.restore(mixer.tensors())
    before = other.mix(predictions, (1, 1))
    np.testing.assert_array_equal(before, mixer.mix(predictions, (1, 1)))
    mixer.learn(predictions, (1, 1), before, 3)
    np.testing.assert_array_equal(before, other.mix(predictions, (1, 1)))
