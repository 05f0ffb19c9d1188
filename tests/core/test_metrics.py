"""Scores are sums over counts."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core.metrics import Score, bits, perplexity

SURPRISES = st.lists(st.floats(0, 50), min_size=1)


def test_a_score_in_every_unit() -> None:
    """A model that always hesitates between two characters: 1 bit, perplexity 2."""
    score = Score(math.log(2) * 10, 10)
    assert score.nats == pytest.approx(math.log(2))
    assert score.bpc == pytest.approx(1.0)
    assert score.perplexity == pytest.approx(2.0)


@given(SURPRISES, st.data())
def test_parts_add_up_to_the_whole(surprises: list[float], data: st.DataObject) -> None:
    """However a text is cut into parts, its score is the same; no part is averaged by itself."""
    cut = data.draw(st.integers(0, len(surprises)))
    parts = (surprises[:cut], surprises[cut:])
    whole = Score(math.fsum(surprises), len(surprises))
    added = Score(math.fsum(parts[0]), len(parts[0])) + Score(math.fsum(parts[1]), len(parts[1]))
    assert added.chars == whole.chars
    assert added.nats == pytest.approx(whole.nats)


def test_a_short_part_weighs_little() -> None:
    """One bad character after 99 good ones is a hundredth of the text, not half of it."""
    assert (Score(99.0, 99) + Score(101.0, 1)).nats == pytest.approx(2.0)


def test_no_characters_have_no_score() -> None:
    """Nothing predicted is not the same as everything predicted well."""
    empty = Score(0.0, 0)
    assert math.isnan(empty.nats)
    assert math.isnan(empty.bpc)
    assert math.isnan(empty.perplexity)
    assert (empty + Score(3.0, 2)).nats == 1.5


def test_a_diverged_model_has_infinite_perplexity() -> None:
    """A number too large to hold is told as infinite, not with an exception."""
    assert perplexity(1e6) == math.inf
    assert perplexity(0.0) == 1.0
    assert bits(math.log(2)) == pytest.approx(1.0)
