"""The surprise of each character, however the text comes."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import Model, Surprises, score
from charlm_core.config import CELLS
from charlm_core.predict.sampling import log_softmax, softmax
from charlm_core.predict.surprises import BLOCK
from tests.support import LETTERS, make_checkpoint, make_model

MODELS = [make_model(make_checkpoint(cell, hidden=10, layers=2, scale=3.0)) for cell in CELLS]
MODEL = MODELS[-1]
TEXT = "".join(np.random.default_rng(5).choice(list(LETTERS + "§\ud800"), 2 * BLOCK + 45))


def bits_of(model: Model, *pieces: str) -> list[float]:
    """The bits of a text that comes in pieces."""
    surprises = Surprises(model)
    return [float(bits) for piece in pieces for bits in surprises.feed(piece)]


@pytest.mark.parametrize("model", MODELS)
def test_each_character_has_the_bits_that_the_model_gave_it(model: Model) -> None:
    """A tint is -log2 of the probability that stood there before the character came."""
    state = model.engine.zero_state()
    found = bits_of(model, TEXT)
    assert len(found) == len(TEXT)
    for character, bits in zip(TEXT, found, strict=True):
        symbol = model.vocab.id_of(character)
        said = log_softmax(model.engine.logits(state))[symbol]
        assert bits == pytest.approx(-said / math.log(2), rel=1e-5, abs=1e-5)
        state = model.engine.step(symbol, state)


@given(st.sampled_from(MODELS), st.lists(st.integers(0, len(TEXT)), max_size=12))
def test_their_mean_is_what_eval_prints(model: Model, cuts: list[int]) -> None:
    """However the text is cut, the bits are the same, and their mean is the static bpc."""
    edges = [0, *sorted(cuts), len(TEXT)]
    found = bits_of(model, *(TEXT[a:b] for a, b in pairwise(edges)))
    np.testing.assert_allclose(found, bits_of(model, TEXT), rtol=1e-5, atol=1e-5)
    assert np.mean(found) == pytest.approx(score(model, [TEXT]).bpc, abs=1e-5)


@given(st.text(LETTERS, max_size=40), st.text(LETTERS, max_size=9), st.text(LETTERS, max_size=9))
def test_an_edit_goes_on_from_what_stays(start: str, one: str, other: str) -> None:
    """A text edited behind its start has the bits of a text that was always so."""
    kept = Surprises(MODEL)
    kept.feed(start)
    assert kept.chars == len(start)
    fork = kept.fork()
    fork.feed(one)
    assert (fork.chars, kept.chars) == (len(start + one), len(start))
    np.testing.assert_allclose(
        kept.feed(other), bits_of(MODEL, start + other)[len(start) :], rtol=1e-5, atol=1e-5
    )


def test_nothing_has_no_bits() -> None:
    """An empty document has nothing to tint."""
    found = Surprises(MODEL).feed("")
    assert found.shape == (0,)
    assert found.dtype == np.float32


@pytest.mark.parametrize("model", MODELS)
def test_what_was_expected_instead_is_what_was_likeliest(model: Model) -> None:
    """Beside a surprise stands what the model had in mind: its likeliest characters, in order."""
    expected = Surprises(model).expect(TEXT, 4)
    np.testing.assert_array_equal(expected.bits, Surprises(model).feed(TEXT))
    for place in (0, 1, BLOCK - 1, BLOCK, len(TEXT) - 1):
        said = softmax(model.start(TEXT[:place]).logits)
        order = np.argsort(-said, kind="stable")[:4]
        np.testing.assert_array_equal(expected.likeliest[place], order)
        np.testing.assert_allclose(expected.chances[place], said[order], rtol=1e-4)


def test_no_more_is_expected_than_there_are_symbols() -> None:
    """A model of three characters lists three, however many are asked for."""
    model = make_model(make_checkpoint(letters="ab"))
    surprises = Surprises(model)
    assert surprises.expect("abba", 9).likeliest.shape == (4, 3)
    assert surprises.chars == 4
    np.testing.assert_allclose(surprises.expect("b", 9).chances.sum(), 1.0, rtol=1e-5)
