"""How sure of itself a model may be."""

from pathlib import Path

import numpy as np
import pytest
import torch

from charlm_core.learn.calibration import FACTORS, scale_logits, suited_factor
from charlm_core.learn.evaluate import evaluate
from charlm_core.learn.models import CharModel
from charlm_core.vocab import Ids
from docs.calibrated import FACTOR, calibrated, measured
from tests.support import make_checkpoint


def written_by(model: CharModel, chars: int) -> Ids:
    """What a model writes that is as sure of it as it should be."""
    engine, ids = np.random.default_rng(1), [0]
    state = model.zero_state(1)
    with torch.no_grad():
        for _ in range(chars):
            logits, state = model(torch.tensor([[ids[-1]]]), state)
            odds = torch.softmax(logits[0, -1].double(), 0).numpy()
            ids.append(int(engine.choice(len(odds), p=odds / odds.sum())))
    return np.array(ids, dtype=np.uint16)


@pytest.mark.parametrize("too_sure", [0.7, 1.0, 1.37])
def test_a_model_that_is_too_sure_is_mended(too_sure: float) -> None:
    """Of what it has written itself no other factor predicts better than what undoes the change."""
    model = CharModel.of(make_checkpoint("gru", hidden=12))
    ids = written_by(model, 20_000)
    scale_logits(model, too_sure)
    before = evaluate(model, ids).nats
    factor = suited_factor(model, ids)
    assert factor == pytest.approx(1 / too_sure, rel=0.06)
    scale_logits(model, factor)
    after = evaluate(model, ids).nats
    assert after <= before
    assert suited_factor(model, ids) == pytest.approx(1.0, abs=0.01)


def test_a_factor_is_never_beyond_those_that_are_tried() -> None:
    """A model that has it all wrong is made less sure, but not without bounds."""
    model = CharModel.of(make_checkpoint("gru", hidden=12))
    ids = written_by(model, 20_000)
    scale_logits(model, 50.0)
    assert suited_factor(model, ids) == FACTORS[0]


def test_a_short_text_says_nothing() -> None:
    """It changes nothing then."""
    model = CharModel.of(make_checkpoint("gru", hidden=12))
    assert suited_factor(model, np.zeros(100, np.uint16)) == 1.0


def test_calibrated_weights_are_measured_anew(tmp_path: Path) -> None:
    """What the card says of them is what they cost, as they are stored."""
    before = make_checkpoint("lstm", hidden=8)
    letters = "".join(before.config.vocabulary[1:])
    valid, other = tmp_path / "valid.txt", tmp_path / "other.txt"
    valid.write_text(letters * 30, "utf-8")
    other.write_text(letters[::-1] * 1000, "utf-8")
    made = measured(calibrated(before, other), valid)
    facts = made.config.training
    assert 0.5 <= float(facts.settings[FACTOR]) < 1.5
    score = evaluate(CharModel.of(made), made.config.vocab.encode(valid.read_text("utf-8")))
    assert facts.validation_nats == score.nats
    assert facts.validation_chars == len(letters) * 30
    for tensor in made.tensors.values():
        assert np.array_equal(tensor, tensor.astype(np.float16).astype(np.float32))
    for name in ("output.weight", "output.bias"):
        expected = before.tensors[name] * float(facts.settings[FACTOR])
        assert made.tensors[name] == pytest.approx(expected, rel=3e-3, abs=1e-5)
    for name in before.tensors.keys() - {"output.weight", "output.bias"}:
        assert made.tensors[name] == pytest.approx(before.tensors[name], rel=1e-3, abs=1e-5)
