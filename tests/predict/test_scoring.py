"""Scoring a text that comes in pieces."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import Model, Score, adaptive_scores, running_scores, score
from charlm_core.config import CELLS
from charlm_core.predict.sampling import log_softmax
from charlm_core.predict.surprises import BLOCK
from tests.support import LETTERS, make_checkpoint, make_model

MODELS = [make_model(make_checkpoint(cell, hidden=6, scale=3.0)) for cell in CELLS]
MODEL = MODELS[-1]
TEXT = "".join(np.random.default_rng(3).choice(list(LETTERS + "§\ud800"), 3 * BLOCK + 17))


@given(st.sampled_from(MODELS), st.lists(st.integers(0, len(TEXT)), max_size=12))
def test_chunks_make_no_difference(model: Model, cuts: list[int]) -> None:
    """A file of any size scores the same, however it is read."""
    edges = [0, *sorted(cuts), len(TEXT)]
    chunks = [TEXT[a:b] for a, b in pairwise(edges)]
    assert score(model, chunks) == score(model, [TEXT])


@pytest.mark.parametrize("model", MODELS)
def test_every_character_counts_from_the_first(model: Model) -> None:
    """The figure printed is the surprise at the whole text, one running state from zero."""
    state = model.engine.zero_state()
    nats = 0.0
    for character in TEXT:
        symbol = model.vocab.id_of(character)
        nats -= float(log_softmax(model.engine.logits(state))[symbol])
        state = model.engine.step(symbol, state)
    found = score(model, [TEXT])
    assert found.chars == len(TEXT)
    assert found.total_nats == pytest.approx(nats, rel=1e-6)
    # The editor's status line and the command line agree.
    assert model.start(TEXT).score.total_nats == pytest.approx(nats, rel=1e-5)


def test_nothing_scores_nothing() -> None:
    """An empty text has no figure."""
    assert score(MODEL, []) == score(MODEL, ["", ""]) == Score(0.0, 0)


def test_progress_is_told_on_the_way() -> None:
    """A long file shows that it is being read, and its score so far."""
    scores = list(running_scores(MODEL, [TEXT]))
    assert [so_far.chars for so_far in scores] == [BLOCK, 2 * BLOCK, 3 * BLOCK, len(TEXT)]
    assert scores[0] == score(MODEL, [TEXT[:BLOCK]])


def learning(text: str, chunk: int = 100) -> list[Score]:
    """The scores of a text while learning from it."""
    chunks = [text[start : start + chunk] for start in range(0, len(text), chunk)]
    return list(adaptive_scores(MODEL.mixture(), MODEL.vocab, chunks))


def test_learning_never_looks_ahead() -> None:
    """The score of a beginning is the same whatever comes after it."""
    scores = learning(TEXT)
    assert [so_far.chars for so_far in scores] == [BLOCK, 2 * BLOCK, 3 * BLOCK, len(TEXT)]
    assert learning(TEXT[: 2 * BLOCK]) == scores[:2]
    assert learning(TEXT[: 2 * BLOCK] + "q" * BLOCK)[:2] == scores[:2]
    assert learning(TEXT, chunk=7) == scores


def test_each_character_is_scored_before_it_is_learned() -> None:
    """The figure is that of asking, then learning, character by character."""
    mixture, nats = MODEL.mixture(), 0.0
    session = MODEL.start(learned=mixture)
    for character in TEXT[:BLOCK]:
        symbol = MODEL.vocab.id_of(character)
        nats -= float(mixture.log_probabilities(session.point)[symbol])
        mixture.learn(session.point, symbol)
        session.type(character)
    assert learning(TEXT)[0] == Score(nats, BLOCK)
    # The very first character can't have been learned from.
    (first,) = learning("a")
    assert first.total_nats == pytest.approx(score(MODEL, ["a"]).total_nats, abs=1e-5)
    assert learning("") == []
