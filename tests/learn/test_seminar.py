"""The classroom recipe gives the classroom's figures."""

import statistics
from dataclasses import replace
from pathlib import Path

import pytest

from charlm_core.config import Cell
from charlm_core.learn.config import seminar
from charlm_core.learn.events import Epoch, Evaluation
from charlm_core.learn.launch import start
from tests.learn.support import PARAGRAPH, of_kind


@pytest.mark.parametrize(("cell", "perplexity"), [("rnn", 1.16), ("lstm", 1.22)])
def test_the_seminar_preset_reaches_the_classroom_figures(
    tmp_path: Path, cell: Cell, perplexity: float
) -> None:
    """Over three seeds the last epoch's perplexity is within 5% of what the course gives."""
    (tmp_path / "p.txt").write_text(PARAGRAPH)
    found = []
    for seed in (1, 2, 3):
        config = seminar()
        config = replace(config, model=replace(config.model, cell=cell), seed=seed)
        training = start(
            [str(tmp_path / "p.txt")], name="seminar", config=config, out=tmp_path / str(seed)
        )
        events = list(training.events())
        assert len(of_kind(events, Epoch)) == 8
        evaluations = of_kind(events, Evaluation)[:8]
        assert [event.epoch for event in evaluations] == list(range(1, 9))
        found.append(evaluations[-1].perplexity)
    assert all(abs(value / perplexity - 1) < 0.05 for value in found), found
    assert abs(statistics.mean(found) / perplexity - 1) < 0.05
