"""Loading a checkpoint, and what must not come with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from charlm_core import CheckpointError, load
from charlm_core.checkpoint import write
from tests.support import make_checkpoint, make_model


def save(folder: Path) -> Path:
    """A checkpoint on disk."""
    checkpoint = make_checkpoint()
    write(folder, checkpoint.config, checkpoint.tensors, card="", stored_as="float32")
    return folder


def test_a_loaded_model_predicts_what_it_did_before_it_was_saved(tmp_path: Path) -> None:
    """A model is opened by its folder and goes by the folder's name."""
    model = load(save(tmp_path / "mine"))
    assert (model.name, model.path) == ("mine", tmp_path / "mine")
    assert model.config == make_checkpoint().config
    assert model.start("abc").logits.tobytes() == make_model().start("abc").logits.tobytes()


def test_a_training_run_lends_its_name(tmp_path: Path) -> None:
    """The best checkpoint of the run `mine` is called `mine`."""
    save(tmp_path / "mine" / "best")
    for path in (tmp_path / "mine", tmp_path / "mine" / "best"):
        assert load(path).name == "mine"


def test_a_missing_checkpoint_is_told(tmp_path: Path) -> None:
    """A mistyped name is answered with one line."""
    with pytest.raises(CheckpointError, match="nowhere: no such checkpoint"):
        load(tmp_path / "nowhere")


def test_predicting_needs_neither_torch_nor_a_screen(tmp_path: Path) -> None:
    """The editor starts without the seconds that torch takes to import."""
    program = """
import sys
from charlm_core import GenerateConfig, SamplingConfig, load, load_writer, score
model = load(sys.argv[1])
session = model.start("Dear all")
session.suggest()
session.odds(SamplingConfig())
session.generation(GenerateConfig()).write(3)
load_writer(sys.argv[1]).generation(GenerateConfig(), ["Dear all"]).write(3)
score(model, ["text"])
print(sorted({name.partition(".")[0] for name in sys.modules} & {"torch", "textual", "tui"}))
print([name for name in sys.modules if name.startswith("charlm_core.learn")])
"""
    told = subprocess.run(
        [sys.executable, "-c", program, str(save(tmp_path / "mine"))],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split("\n") == ["[]", "[]", ""]
    assert told.stderr == ""


def test_blas_runs_in_one_thread(tmp_path: Path) -> None:
    """A prediction leaves the other cores to the rest of the machine."""
    program = """
import sys
from charlm_core import load
load(sys.argv[1])
from threadpoolctl import threadpool_info
print({pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"})
"""
    told = subprocess.run(
        [sys.executable, "-c", program, str(save(tmp_path / "mine"))],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"},
    )
    # A NumPy built on a library that threadpoolctl does not know has no pool to set.
    assert told.stdout.strip() in {"{1}", "set()"}
