"""Evaluation: one running state from zero, sums over counts, however it is cut."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from charlm_core.config import CELLS, Cell
from charlm_core.learn.evaluate import estimate, evaluate, evaluate_windows
from charlm_core.learn.models import CharModel
from charlm_core.predict.model import Model
from charlm_core.predict.scoring import score
from charlm_core.vocab import Ids
from tests.support import make_checkpoint, make_model


def random_model(cell: Cell = "lstm") -> CharModel:
    """A small model with random weights."""
    return CharModel.of(make_checkpoint(cell, hidden=12))


def random_ids(count: int, seed: int = 0) -> Ids:
    """Random characters."""
    return np.random.default_rng(seed).integers(20, size=count).astype(np.uint16)


@settings(deadline=None, max_examples=25)
@given(chars=st.integers(1, 200), chunk=st.integers(1, 80))
def test_evaluating_in_chunks_is_evaluating_in_one_pass(chars: int, chunk: int) -> None:
    """How many characters go through the network at once never shows in a figure."""
    model, ids = random_model(), random_ids(chars)
    whole, cut = evaluate(model, ids, chunk=10_000), evaluate(model, ids, chunk=chunk)
    assert cut.chars == whole.chars == chars
    assert cut.total_nats == pytest.approx(whole.total_nats, rel=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_both_halves_measure_the_same(cell: Cell) -> None:
    """The trainer's figure for a text is the predictor's."""
    stored = make_checkpoint(cell, hidden=12)
    model = random_model(cell)
    text = "the quick brown fox.\n" * 20
    ids = stored.config.vocab.encode(text)
    predicted = score(make_model(stored), [text])
    learned = evaluate(model, ids)
    assert learned.chars == predicted.chars
    assert learned.total_nats == pytest.approx(predicted.total_nats, rel=1e-5)


def test_every_character_counts_from_the_first() -> None:
    """The first character is predicted from the state before any text."""
    model, ids = random_model(), random_ids(1)
    expected = -torch.log_softmax(model.first_logits().detach(), 0)[int(ids[0])]
    found = evaluate(model, ids)
    assert found.chars == 1
    assert found.total_nats == pytest.approx(float(expected), rel=1e-6)


def test_the_estimate_is_close_and_counts_what_it_scores() -> None:
    """Parallel pieces give nearly the figure of the one running state."""
    model, ids = random_model(), random_ids(5000)
    exact = evaluate(model, ids)
    quick = estimate(model, ids, rows=8, burn_in=64)
    assert quick.nats == pytest.approx(exact.nats, rel=0.02)
    assert 4900 < quick.chars < 5000
    assert estimate(model, ids[:100]) == evaluate(model, ids[:100])


def test_estimated_pieces_join_up() -> None:
    """No character is scored twice: with no state to carry, the estimate is the exact figure."""
    model, ids = random_model("rnn"), random_ids(1 + 64 + 8 * 100)
    with torch.no_grad():
        model.get_parameter("recurrent.0.weight_hh_l0").zero_()
    quick = estimate(model, ids, rows=8, burn_in=64)
    whole, head = evaluate(model, ids), evaluate(model, ids[:65])
    assert quick.chars == whole.chars - head.chars
    assert quick.total_nats == pytest.approx(whole.total_nats - head.total_nats, rel=1e-5)


def test_windows_start_from_zero_and_overlap() -> None:
    """Each window is scored as a text of its own, without its first character."""
    model, ids = random_model(), random_ids(40)
    found = evaluate_windows(model, ids, 8)
    expected = 0.0
    for start in range(40 - 8):
        window = ids[start : start + 9]
        expected += evaluate(model, window).total_nats - evaluate(model, window[:1]).total_nats
    assert found.chars == 32 * 8
    assert found.total_nats == pytest.approx(expected, rel=1e-5)


def test_evaluation_leaves_the_model_as_it_was() -> None:
    """A model in training is in training afterwards."""
    model = random_model().train()
    evaluate(model, random_ids(10))
    assert model.training
    assert math.isfinite(evaluate(model, random_ids(10)).perplexity)


def test_the_predictors_model_is_shared() -> None:
    """What the tests score with is what the editor uses."""
    assert isinstance(make_model(make_checkpoint()), Model)
