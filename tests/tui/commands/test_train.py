"""`charlm-tui train` as a person calls it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from charlm_core import CONTINUED_RATE, locate, runs_directory
from charlm_core.checkpoint import read_config
from charlm_core.learn import launch as launch  # loaded before anybody loses his privileges
from tests.learn.support import PARAGRAPH
from tests.tui.commands.conftest import Charlm
from tui.commands.train import configure

KEYS = {
    "checkpoint",
    "run",
    "epochs",
    "seconds",
    "chars_per_second",
    "train_loss",
    "val_loss",
    "val_bpc",
    "val_ppl",
}
SMALL = ("--hidden", "16", "--embed", "8", "--length", "16", "--batch", "4", "--epochs", "2")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Four paragraphs."""
    path = tmp_path / "corpus.txt"
    path.write_text((PARAGRAPH + "\n") * 4)
    return path


def test_training_prints_one_json_object_and_tells_on_stderr(charlm: Charlm, corpus: Path) -> None:
    """The figures on stdout, epochs and evaluations on stderr; the name then finds the model."""
    outcome = charlm("train", corpus, "--name", "mine", *SMALL, "--json")
    assert outcome.code == 0
    assert set(outcome.json) == KEYS
    assert outcome.json["epochs"] == 2.0
    assert locate("mine") == Path(outcome.json["checkpoint"])
    assert Path(outcome.json["run"]) == runs_directory() / "mine"
    for words in ("epoch 2: train loss", "evaluation at epoch", "final evaluation"):
        assert words in outcome.err


def test_the_seminar_preset_prints_both_losses_each_epoch(charlm: Charlm, tmp_path: Path) -> None:
    """Eight epochs, each with training and evaluation loss and perplexity."""
    text = tmp_path / "paragraph.txt"
    text.write_text(PARAGRAPH)
    outcome = charlm("train", text, "--name", "s", "--preset", "seminar", "--out", tmp_path / "run")
    assert outcome.code == 0
    for epoch in range(1, 9):
        assert f"epoch {epoch}: train loss" in outcome.err
        assert f"evaluation at epoch {epoch}.00: loss" in outcome.err
    assert "perplexity 1.1" in outcome.out


def test_options_change_the_preset() -> None:
    """What is given on the command line stands over the preset."""
    config = configure("seminar", {"cell": "gru", "minutes": 2.0, "seed": 7})
    assert (config.model.cell, config.model.hidden) == ("gru", 128)
    assert (config.minutes, config.epochs, config.seed) == (2.0, 0.0, 7)
    assert config.passage == "windows"


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (None, "no such file"),
        (b"", "empty"),
        (b"\x7fELF\0\0\0", "binary"),
        (b"short", "too short"),
    ],
)
def test_a_bad_corpus_is_one_line_and_nothing_is_written(
    charlm: Charlm, tmp_path: Path, contents: bytes | None, words: str
) -> None:
    """Missing, empty, binary or too short: exit 1, and no run folder."""
    path = tmp_path / "corpus.txt"
    if contents is not None:
        path.write_bytes(contents)
    out = tmp_path / "run"
    charlm("train", path, "--name", "n", "--out", out, "--epochs", "1").assert_refused(words)
    assert not out.exists()


def test_a_folder_that_cannot_be_written_is_one_line(charlm: Charlm, corpus: Path) -> None:
    """Where no folder can be made, nothing is trained."""
    outcome = charlm("train", corpus, "--name", "n", "--out", corpus / "below", *SMALL)
    outcome.assert_refused("Not a directory")


@pytest.fixture
def foreign_folder() -> Iterator[Path]:
    """A folder that this process may read and not write, whoever runs the tests."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "corpus.txt").write_text(PARAGRAPH * 4)
        folder.chmod(0o555)
        user = os.geteuid()
        if user == 0:  # root may write everywhere, so be nobody for a moment
            os.seteuid(65534)
        try:
            yield folder
        finally:
            os.seteuid(user)
            folder.chmod(0o755)


def test_a_folder_without_write_permission_is_one_line(
    charlm: Charlm, foreign_folder: Path
) -> None:
    """The same for a folder that is somebody else's."""
    corpus, out = foreign_folder / "corpus.txt", foreign_folder / "run"
    outcome = charlm("train", corpus, "--name", "n", "--out", out, *SMALL)
    outcome.assert_refused("Permission denied")
    assert [path.name for path in foreign_folder.iterdir()] == ["corpus.txt"]


def test_a_setting_out_of_range_names_itself(charlm: Charlm, corpus: Path) -> None:
    """A fault of a value is a fault, a fault of an option is wrong usage."""
    charlm("train", corpus, "--name", "n", "--dropout", "3").assert_refused("dropout")
    for arguments in (["--colour"], ["--epochs", "1", "--minutes", "1", "--name", "n"], []):
        outcome = charlm("train", corpus, *arguments)
        assert (outcome.code, outcome.out) == (2, "")
        assert "Traceback" not in outcome.err


def test_a_run_is_resumed_by_its_name(charlm: Charlm, corpus: Path) -> None:
    """A finished run says so; a run that is none says so."""
    charlm("train", corpus, "--name", "mine", *SMALL)
    charlm("train", "--resume", "mine").assert_refused("used its budget")
    charlm("train", "--resume", corpus.parent / "nothing").assert_refused("not a training run")
    assert charlm("train", "--resume", "mine", "--seed", "3").code == 2


def test_an_interrupted_training_keeps_what_it_learned(corpus: Path, tmp_path: Path) -> None:
    """One SIGINT: it stops between two steps, measures, prints its result and exits 0."""
    command = [sys.executable, "-m", "tui.cli", "train", str(corpus), "--name", "n", "--json"]
    command += [*SMALL[:-2], "--minutes", "5", "--out", str(tmp_path / "run")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    metrics = tmp_path / "run" / "metrics.jsonl"
    # Before the first step it has nothing to keep.
    while process.poll() is None and not (
        metrics.exists() and b'"event":"step"' in metrics.read_bytes()
    ):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert '"val_loss"' in out
    assert (tmp_path / "run" / "best" / "config.json").is_file()


def test_a_training_that_begins_with_a_model(charlm: Charlm, corpus: Path) -> None:
    """By name; the network is that one's, and what is learned goes on from there."""
    assert charlm("train", corpus, "--name", "first", *SMALL).code == 0
    begin = ("train", corpus, "--name", "second", "--epochs", "1")
    outcome = charlm(*begin, "--from", "first", "--json")
    assert outcome.code == 0
    second = read_config(locate("second"))
    assert (second.hidden, second.embed) == (16, 8)
    assert second.training.start
    assert second.training.start.name == "first"


def test_what_a_model_knows_is_not_unlearned() -> None:
    """From a model's weights the rate is a lower one, unless it is named, whatever the budget."""
    for given in ({}, {"minutes": 60.0}, {"epochs": 2.0}):
        config = configure("standard", dict(given), continued=True)
        assert config.learning_rate == CONTINUED_RATE < configure("standard", {}).learning_rate
        assert config.batch == configure("standard", {}).batch
    given = {"learning_rate": 2e-3}
    assert configure("standard", dict(given), continued=True).learning_rate == 2e-3


def test_a_model_to_begin_with_gives_the_shape(charlm: Charlm, corpus: Path) -> None:
    """Another shape than its own is wrong usage; so is a model for a run that goes on."""
    outcome = charlm("train", corpus, "--name", "n", "--from", "english", "--hidden", "16")
    assert outcome.code == 2
    assert "--from gives the network's shape; leave out --hidden" in outcome.err
    outcome = charlm("train", "--resume", "n", "--from", "english")
    assert outcome.code == 2
    assert "--resume takes everything from the run" in outcome.err


def test_a_model_to_begin_with_that_is_not_there(charlm: Charlm, corpus: Path) -> None:
    """One line, and no run."""
    outcome = charlm("train", corpus, "--name", "n", "--from", "nobody")
    assert outcome.code == 1
    assert "nobody: no such checkpoint" in outcome.err
    assert not (runs_directory() / "n").exists()
