"""Counts of many orders as one distribution."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from charlm_core.predict.ppm import interpolate

Numbers = npt.NDArray[np.float64]

COUNTS = st.tuples(st.integers(0, 5), st.integers(1, 7)).flatmap(
    lambda shape: arrays.arrays(np.float64, shape, elements=st.integers(0, 9).map(float))
)
DISCOUNTS = st.floats(0.0, 1.0)
STRENGTHS = st.floats(0.01, 10.0)


def some_base(symbols: int, seed: int) -> Numbers:
    """Any distribution."""
    found: Numbers = np.random.default_rng(seed).dirichlet(np.ones(symbols))
    return found


def slowly(counts: Numbers, base: Numbers, discount: float, strength: float) -> Numbers:
    """The formula of the docstring, from the shortest context to the longest."""
    below = base
    for row in counts:
        freed = strength + discount * np.count_nonzero(row)
        below = (np.maximum(row - discount, 0.0) + freed * below) / (row.sum() + strength)
    return below


@given(COUNTS, DISCOUNTS, STRENGTHS, st.integers(0, 9))
def test_a_blend_is_a_distribution_by_its_formula(
    counts: Numbers, discount: float, strength: float, seed: int
) -> None:
    """It sums to one, no probability is negative, and it is what the formula says."""
    base = some_base(counts.shape[1], seed)
    blend = interpolate(counts, base, discount, strength)
    assert blend.sum() == pytest.approx(1.0)
    assert (blend >= 0).all()
    np.testing.assert_allclose(blend, slowly(counts, base, discount, strength), atol=1e-12)


@given(st.integers(0, 5), st.integers(1, 7), DISCOUNTS, STRENGTHS, st.integers(0, 9))
def test_without_counts_the_base_is_what_it_was(
    orders: int, symbols: int, discount: float, strength: float, seed: int
) -> None:
    """A memory that has seen nothing like this has nothing to say."""
    base = some_base(symbols, seed)
    blend = interpolate(np.zeros((orders, symbols)), base, discount, strength)
    np.testing.assert_allclose(blend, base, rtol=1e-12)


@given(COUNTS, st.integers(0, 9), st.data())
def test_seen_once_more_is_likelier(counts: Numbers, seed: int, data: st.DataObject) -> None:
    """What has followed again is expected more than before."""
    symbols = counts.shape[1]
    base = some_base(symbols, seed)
    symbol = data.draw(st.integers(0, symbols - 1))
    more = counts.copy()
    more[:, symbol] += 1
    before = interpolate(counts, base, 0.6, 0.3)[symbol]
    assert interpolate(more, base, 0.6, 0.3)[symbol] >= before - 1e-12
