"""The laws of drawing a character."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from charlm_core import SamplingConfig
from charlm_core.predict.sampling import (
    Probabilities,
    draw,
    log_softmax,
    pick,
    probabilities,
    softmax,
    surprise,
)

# Halves, so that ties are common.
ROWS = arrays(np.float32, st.integers(1, 12), elements=st.integers(-20, 20).map(lambda n: n / 2))
TEMPERATURES = st.floats(0.05, 10.0)
TOP_P = st.floats(0.0, 1.0)


@given(ROWS)
def test_softmax_is_a_distribution_in_the_order_of_the_logits(logits: Probabilities) -> None:
    """Likelier characters are drawn more often, and something always is."""
    chances = softmax(logits)
    assert chances.sum() == pytest.approx(1.0)
    assert (np.argsort(chances, kind="stable") == np.argsort(logits, kind="stable")).all()
    assert np.exp(log_softmax(logits)) == pytest.approx(chances)


@given(ROWS, st.data())
def test_surprise_is_the_negative_log_probability(
    logits: np.ndarray[tuple[int], np.dtype[np.float32]], data: st.DataObject
) -> None:
    """The perplexity shown while typing is the one that scoring would give."""
    symbol = data.draw(st.integers(0, len(logits) - 1))
    assert surprise(logits, symbol) == pytest.approx(-log_softmax(logits)[symbol], abs=1e-5)


@given(ROWS, st.integers(0, 12), TOP_P, st.integers(0, 9))
def test_temperature_zero_is_greedy_whatever_the_rest_says(
    logits: Probabilities, top_k: int, top_p: float, seed: int
) -> None:
    """`--temperature 0` writes the likeliest text, the same one each time."""
    config = SamplingConfig(temperature=0.0, top_k=top_k, top_p=top_p)
    best = int(np.argmax(logits))
    assert draw(logits, config, np.random.default_rng(seed)) == best
    assert probabilities(logits, config).tolist() == [i == best for i in range(len(logits))]


@given(ROWS, TEMPERATURES)
def test_temperature_divides_the_logits(logits: Probabilities, temperature: float) -> None:
    """A low temperature plays safe, a high one takes risks."""
    found = probabilities(logits, SamplingConfig(temperature=temperature))
    assert found == pytest.approx(softmax(logits.astype(np.float64) / temperature))


@given(ROWS, st.integers(1, 14), TEMPERATURES)
def test_top_k_keeps_exactly_k(logits: Probabilities, top_k: int, temperature: float) -> None:
    """`--top-k 1` never wavers between two that tie: the first is kept."""
    found = probabilities(logits, SamplingConfig(temperature=temperature, top_k=top_k))
    kept = np.flatnonzero(found)
    best = np.argsort(-logits, kind="stable")[:top_k]
    assert kept.tolist() == sorted(best.tolist())
    assert found.sum() == pytest.approx(1.0)
    # What is kept keeps its proportions.
    before = probabilities(logits, SamplingConfig(temperature=temperature))
    assert found[kept] == pytest.approx(before[kept] / before[kept].sum())


@given(ROWS, TOP_P)
def test_top_p_keeps_the_fewest_that_reach_p(logits: Probabilities, top_p: float) -> None:
    """`--top-p` cuts the unlikely tail, and never everything."""
    before = probabilities(logits, SamplingConfig())
    found = probabilities(logits, SamplingConfig(top_p=top_p))
    kept = np.flatnonzero(found)
    best = np.argsort(-logits, kind="stable")[: len(kept)]
    assert len(kept) >= 1
    assert kept.tolist() == sorted(best.tolist())
    assert found.sum() == pytest.approx(1.0)
    mass = before[best].sum()
    assert mass >= top_p - 1e-9
    if len(kept) > 1:
        assert mass - before[best[-1]] < top_p + 1e-9


@given(ROWS, st.integers(1, 12), TOP_P)
def test_top_p_counts_what_top_k_left(logits: Probabilities, top_k: int, top_p: float) -> None:
    """The two compose in the order they are documented in."""
    both = probabilities(logits, SamplingConfig(top_k=top_k, top_p=top_p))
    first = probabilities(logits, SamplingConfig(top_k=top_k))
    order = np.argsort(-logits, kind="stable")
    reached = np.cumsum(first[order])
    assume(np.abs(reached - top_p).min() > 1e-9)
    fewest = min(int((reached < top_p).sum()) + 1, int((first > 0).sum()))
    assert np.flatnonzero(both).tolist() == sorted(order[:fewest].tolist())


def test_top_p_of_one_keeps_even_the_least_likely() -> None:
    """With the default settings nothing is ruled out."""
    logits = np.array([60.0, 0.0], dtype=np.float32)
    assert (probabilities(logits, SamplingConfig(top_p=1.0)) > 0).all()


def test_the_smallest_temperature_is_as_good_as_none() -> None:
    """An absurd setting draws the likeliest character and warns of nothing."""
    logits = np.array([-3.0, 2.0, 1.0], dtype=np.float32)
    assert probabilities(logits, SamplingConfig(temperature=5e-324)).tolist() == [0.0, 1.0, 0.0]


@given(ROWS, TEMPERATURES, st.integers(0, 12), TOP_P, st.data())
def test_what_is_masked_or_cut_is_never_drawn(
    logits: Probabilities, temperature: float, top_k: int, top_p: float, data: st.DataObject
) -> None:
    """No setting brings back a character that was ruled out."""
    masked = data.draw(st.sets(st.integers(0, len(logits) - 1), max_size=len(logits) - 1))
    logits[list(masked)] = -np.inf
    config = SamplingConfig(temperature=temperature, top_k=top_k, top_p=top_p)
    chances = probabilities(logits, config)
    rng = np.random.default_rng(0)
    for _ in range(20):
        symbol = draw(logits, config, rng)
        assert symbol not in masked
        assert chances[symbol] > 0.0


@pytest.mark.parametrize("number", [0.0, 0.5, 1.0 - 2.0**-53])
def test_no_number_drawn_picks_what_is_masked(number: float) -> None:
    """Not even the rarest luck brings back a character that was ruled out."""
    logits = np.array([-np.inf, 0.1, -np.inf, 0.2, 0.3, -np.inf], dtype=np.float32)
    assert pick(logits, SamplingConfig(), number)[0] in {1, 3, 4}
    assert pick(np.array([-1000.0, 3.0, -1000.0]), SamplingConfig(), number)[0] == 1


@given(ROWS, TEMPERATURES, st.integers(0, 12), TOP_P, st.floats(0.0, 1.0, exclude_max=True))
def test_the_chance_of_a_pick_is_that_of_its_symbol(
    logits: Probabilities, temperature: float, top_k: int, top_p: float, number: float
) -> None:
    """How sure a ghost is told to be is how often it would be drawn."""
    config = SamplingConfig(temperature=temperature, top_k=top_k, top_p=top_p)
    symbol, chance = pick(logits, config, number)
    assert chance == pytest.approx(probabilities(logits, config)[symbol])


def test_a_lower_number_picks_a_likelier_symbol() -> None:
    """Turned a little, a knob changes little of a text drawn with the same seed."""
    logits = np.array([0.0, 2.0, 1.0])
    picked = [pick(logits, SamplingConfig(), number / 100)[0] for number in range(100)]
    assert [symbol for symbol, _ in groupby(picked)] == [1, 2, 0]
    # Of two that are as likely each has its half, the middle belonging to the second.
    halves = [pick(np.zeros(2), SamplingConfig(), number)[0] for number in (0.0, 0.49, 0.5, 0.99)]
    assert halves == [0, 0, 1, 1]
    narrower = SamplingConfig(top_k=2)
    assert [pick(logits, narrower, number / 100)[0] for number in range(60)] == picked[:60]


def test_one_seed_gives_one_text() -> None:
    """`--seed 5` writes the same text again."""
    logits = np.zeros(50, dtype=np.float32)
    one, other = (
        [draw(logits, SamplingConfig(), rng) for _ in range(30)]
        for rng in (np.random.default_rng(5), np.random.default_rng(5))
    )
    assert one == other
