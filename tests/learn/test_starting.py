"""A training that begins with the weights of a model there is."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from charlm_core import checkpoint
from charlm_core.config import ModelConfig
from charlm_core.errors import CheckpointError, RunError
from charlm_core.learn.events import Epoch, Evaluation, Saved, Step
from charlm_core.learn.launch import Training, resume, start
from charlm_core.learn.runs import Run
from charlm_core.weights import weights_digest
from charlm_core.widening import kin
from tests.learn.support import PARAGRAPH, SMALL, of_kind, paragraph_file, small_training

GENTLE = dataclasses.replace(SMALL, epochs=1, learning_rate=1e-6, dropout=0.0, weight_drop=0.0)
"""A training that changes next to nothing."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a model to begin with."""
    folder = tmp_path_factory.mktemp("made")
    list(small_training(folder, epochs=20, learning_rate=1e-2).events())
    return folder / "run"


def begun(folder: Path, model: Path | str, text: str = (PARAGRAPH + "\n") * 4) -> Training:
    """A gentle training that begins with `model`."""
    path = folder / "text.txt"
    path.write_text(text, "utf-8")
    return start([str(path)], name="more", config=GENTLE, out=folder / "more", begin_with=model)


def test_it_goes_on_from_what_the_model_knows(made: Path, tmp_path: Path) -> None:
    """Its first loss is that of the model trained, and its shape the model's."""
    events = list(begun(tmp_path, made).events())
    fresh = list(small_training(tmp_path, out="fresh", epochs=1).events())
    assert of_kind(events, Step)[0].nats < 0.6 * of_kind(fresh, Step)[0].nats
    before = checkpoint.read(made / "best")
    after = checkpoint.read(tmp_path / "more" / "best")
    assert of_kind(events, Evaluation)[-1].nats == pytest.approx(
        before.config.training.validation_nats, abs=0.02
    )
    for name, tensor in before.tensors.items():
        np.testing.assert_allclose(after.tensors[name], tensor, atol=1e-3)


def test_the_network_has_the_shape_of_the_model(made: Path, tmp_path: Path) -> None:
    """Whatever the settings say: weights fit no other."""
    text = paragraph_file(tmp_path)
    config = dataclasses.replace(GENTLE, model=ModelConfig(cell="gru", embed=3, hidden=5, layers=2))
    training = start([str(text)], name="m", config=config, out=tmp_path / "m", begin_with=made)
    assert training.run.config.train.model == SMALL.model


def test_the_card_tells_what_it_began_with(made: Path, tmp_path: Path) -> None:
    """The model's name, and which weights those were."""
    list(begun(tmp_path, made).events())
    facts = checkpoint.read_config(tmp_path / "more" / "best").training.start
    assert facts == checkpoint.StartFacts(name="run", sha256=weights_digest(made / "best"))
    told = (tmp_path / "more" / "best" / "README.md").read_text("utf-8")
    assert f"| began with | run, sha256 `{facts.sha256}` |" in told
    alone = checkpoint.read_config(made / "best").training
    assert alone.start is None
    assert "began with" not in (made / "best" / "README.md").read_text("utf-8")


def test_characters_that_the_model_lacks_begin_as_their_kin(made: Path, tmp_path: Path) -> None:
    """And those that it has keep their weights, wherever they now stand."""
    before = checkpoint.read(made / "best")
    assert not {"é", "7", "#"} & set(before.config.vocabulary)
    text = (PARAGRAPH + " é 7 #\n") * 4
    list(begun(tmp_path, made, text).events())
    after = checkpoint.read(tmp_path / "more" / "best")
    assert {"é", "7", "#"} <= set(after.config.vocabulary)
    for name in ("embedding.weight", "output.weight", "output.bias"):
        for index, symbol in enumerate(after.config.vocabulary):
            if not index:
                continue
            own = [before.config.vocab.id_of(symbol)]
            models = own if symbol in before.config.vocab else kin(symbol, before.config.vocab)
            expected = before.tensors[name][models].mean(axis=0)
            np.testing.assert_allclose(after.tensors[name][index], expected, atol=2e-3)
    e = before.config.vocab.id_of("e")
    assert kin("é", before.config.vocab) == [e]


def test_a_resumed_run_does_not_begin_again(made: Path, tmp_path: Path) -> None:
    """Once it has weights of its own the model may be gone, and what was learned stays."""
    model = tmp_path / "model"
    shutil.copytree(made / "best", model)
    text = paragraph_file(tmp_path)
    config = dataclasses.replace(GENTLE, epochs=2, learning_rate=1e-2)
    events = start(
        [str(text)], name="m", config=config, out=tmp_path / "m", begin_with=model
    ).events()
    for event in events:
        if isinstance(event, Saved):
            break
    events.close()
    shutil.rmtree(model)
    again = list(resume(tmp_path / "m").events())
    assert of_kind(again, Epoch)
    assert of_kind(again, Step)[0].step > 1


def test_a_model_that_changed_before_the_first_save_is_told(made: Path, tmp_path: Path) -> None:
    """What was killed at once begins anew, but with no other weights than it was to."""
    model = tmp_path / "model"
    shutil.copytree(made / "best", model)
    begun(tmp_path, model)
    stored = checkpoint.read(model)
    stored.tensors["output.bias"][1] += 1.0
    checkpoint.write(model, stored.config, stored.tensors, card="")
    with pytest.raises(RunError, match="model: the model has changed since the run began"):
        list(resume(tmp_path / "more").events())
    shutil.rmtree(model)
    with pytest.raises(CheckpointError, match="model: not a checkpoint directory"):
        list(resume(tmp_path / "more").events())


def test_a_model_that_is_not_there_makes_no_run(tmp_path: Path) -> None:
    """One line, and no folder."""
    with pytest.raises(CheckpointError, match="nobody: no such checkpoint"):
        begun(tmp_path, "nobody")
    assert not (tmp_path / "more").exists()


def test_a_run_says_where_its_model_lies(made: Path, tmp_path: Path) -> None:
    """The path is absolute, so that it is found from another folder as well."""
    begun(tmp_path, made)
    found = Run.open(tmp_path / "more").config.start
    assert found is not None
    assert found.path == str((made / "best").absolute())
