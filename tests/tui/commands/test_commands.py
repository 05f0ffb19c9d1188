"""The other commands, and what holds for all of them."""

import importlib.metadata
import json
import math
import os
import shutil
import sys
from pathlib import Path

import pytest

import charlm_core
from charlm_core import checkpoint, load, score
from tests.tui.commands.conftest import Charlm
from tui.cli import COMMANDS

TEXT = "the quick brown fox jumps over the lazy dog.\n" * 5


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A text file."""
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(charlm: Charlm, command: str) -> None:
    """--help exits 0 and says how it is called."""
    outcome = charlm(command, "--help")
    assert outcome.code == 0
    assert f"charlm-tui {command}" in outcome.out


def test_the_command_line_tells_of_itself(charlm: Charlm) -> None:
    """--version and --help work without a command."""
    assert importlib.metadata.version("charlm-tui") in charlm("--version").out
    outcome = charlm("--help")
    assert "[FILE]... [--read-only] [--checkpoint C]" in outcome.out
    assert all(command in outcome.out for command in COMMANDS)


def test_models_lists_what_can_be_loaded(charlm: Charlm, model: Path, home: Path) -> None:
    """A run of one's own appears by its name, with its figures."""
    shutil.copytree(model, home / "data" / "charlm-tui" / "runs" / "mine" / "best")
    rows = {row["name"]: row for row in charlm("models", "--json").json["models"]}
    assert set(rows["mine"]) >= {"name", "path", "cell", "hidden", "layers", "bpc"}
    assert (rows["mine"]["cell"], rows["mine"]["hidden"], rows["mine"]["layers"]) == ("lstm", 12, 1)
    assert "mine" in charlm("models").out


def test_eval_scores_a_text(charlm: Charlm, model: Path, text: Path) -> None:
    """The figures are those of the definition: one running state, every character counted."""
    found = charlm("eval", model, text, "--json").json
    expected = score(load(model), [TEXT])
    assert found["chars"] == len(TEXT)
    assert found["static"]["nats"] == pytest.approx(expected.nats)
    assert found["static"]["bpc"] == pytest.approx(expected.nats / math.log(2))
    assert found["static"]["ppl"] == pytest.approx(math.exp(expected.nats))


def test_eval_sums_over_texts(charlm: Charlm, model: Path, text: Path, tmp_path: Path) -> None:
    """Two texts are sums over counts, each from its own start."""
    other = tmp_path / "other.txt"
    other.write_text("a b c d")
    both = charlm("eval", model, text, other, "--json").json
    one = charlm("eval", model, text, "--json").json
    two = charlm("eval", model, other, "--json").json
    total = one["chars"] * one["static"]["nats"] + two["chars"] * two["static"]["nats"]
    assert both["chars"] == one["chars"] + two["chars"]
    assert both["static"]["nats"] == pytest.approx(total / both["chars"])


def test_eval_counts_from_a_place_within_the_text(charlm: Charlm, model: Path, text: Path) -> None:
    """Behind its end there is nothing to score, and before its beginning neither."""
    chars = charlm("eval", model, text, "--json").json["chars"]
    outcome = charlm("eval", model, text, "--from", str(chars))
    outcome.assert_refused(text.name, f"no more than {chars:,} characters")
    assert charlm("eval", model, text, "--from", "-1").code == 2


def test_replay_tells_what_it_leaves_out(
    charlm: Charlm, model: Path, text: Path, tmp_path: Path
) -> None:
    """Of a folder, as eval does."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_bytes(text.read_bytes()[:200])
    (folder / "b.bin").write_bytes(b"\0\1")
    outcome = charlm("replay", model, folder, "--static")
    assert outcome.code == 0
    assert "b.bin: skipped" in outcome.err


def test_eval_refuses_what_is_no_text(charlm: Charlm, model: Path, tmp_path: Path) -> None:
    """Missing, empty, binary: one line each."""
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\0")
    for name, words in (("missing", "no such file"), ("empty", "empty"), ("binary", "binary")):
        charlm("eval", model, tmp_path / name, "--json").assert_refused(name, words)


def test_bench_measures(charlm: Charlm, model: Path) -> None:
    """Every figure is there, and a step takes longer than nothing."""
    found = charlm("bench", model, "--json").json
    figures = {"step_us", "floor_us", "torch_step_us", "ghost_ms", "load_ms", "learning"}
    assert set(found) == figures
    assert set(found["ghost_ms"]) == {"p50", "p99"}
    assert found["learning"]["memory_chars"] > 0
    assert all(figure > 0 for figure in found["learning"].values())
    assert found["step_us"] > 0
    assert found["torch_step_us"] > 0
    outcome = charlm("bench", "--hidden", "16", "--layers", "2", "--cell", "gru")
    assert outcome.code == 0
    assert "gru 2 x 16" in outcome.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["english", "--hidden", "8"], "CHECKPOINT"),
        (["english", "--train"], "CHECKPOINT"),
        (["--cell", "gru"], "--hidden"),
        (["english", "--layers", "1"], "--hidden"),
    ],
)
def test_bench_measures_what_was_asked_for_or_nothing(
    charlm: Charlm, options: list[str], words: str
) -> None:
    """No option is passed over without a word."""
    outcome = charlm("bench", *options)
    assert outcome.code == 2
    assert words in outcome.err


def test_bench_refuses_a_network_of_nothing(charlm: Charlm) -> None:
    """No units is not what nobody asked for."""
    charlm("bench", "--hidden", "0").assert_refused("hidden")


def test_bench_runs_no_module_of_the_folder(
    charlm: Charlm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies in the current folder is somebody's text."""
    (tmp_path / "msgspec.py").write_text('open("ran", "w").close()\nraise SystemExit(3)\n')
    monkeypatch.chdir(tmp_path)
    assert charlm("bench", "--hidden", "16", "--json").json["torch_step_us"] > 0
    assert not (tmp_path / "ran").exists()


def test_bench_measures_training(charlm: Charlm) -> None:
    """The rate of whole steps stands beside that of the machine's products, for each precision."""
    found = charlm("bench", "--train", "--hidden", "16", "--json").json
    assert (found["cell"], found["layers"], found["hidden"]) == ("lstm", 1, 16)
    assert {row["precision"] for row in found["training"]} >= {"float32"}
    for row in found["training"]:
        assert 0 < row["step_ratio"] == row["step_gflops"] / row["matmul_gflops"]
        assert row["chars_per_second"] > 0
    assert "whole step" in charlm("bench", "--train", "--hidden", "16").out


def test_bench_works_without_torch(
    charlm: Charlm, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where PyTorch is not installed its figure is null, and training says so in one line."""
    for name in list(sys.modules):
        if name.split(".")[0] == "torch" or name.startswith("charlm_core.learn."):
            monkeypatch.delitem(sys.modules, name)
    for name in ("start", "resume", "torch_step_us"):
        monkeypatch.delitem(vars(charlm_core), name, raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert charlm("bench", model, "--json").json["torch_step_us"] is None
    charlm("train", "x.txt", "--name", "n").assert_refused("PyTorch")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda config: {**config, "format_version": 99}, "format_version"),
        (lambda config: {**config, "hidden": 13}, "shape"),
        (lambda config: {**config, "vocabulary": config["vocabulary"][:-1]}, "shape"),
        (lambda config: {**config, "vocabulary": [*config["vocabulary"], "§"]}, "shape"),
        (lambda config: {**config, "cell": "\x1b[31m"}, "cell"),
    ],
)
def test_a_damaged_checkpoint_is_one_line(
    charlm: Charlm, model: Path, text: Path, damage: object, words: str
) -> None:
    """Another format, a wrong shape, a vocabulary of the wrong length: exit 1, no escape codes."""
    file = model / "config.json"
    assert callable(damage)
    file.write_text(json.dumps(damage(json.loads(file.read_text()))))
    outcome = charlm("eval", model, text)
    outcome.assert_refused(words)
    assert "\x1b" not in outcome.err


def test_a_truncated_checkpoint_is_one_line(charlm: Charlm, model: Path, text: Path) -> None:
    """Weights cut short name the file."""
    file = model / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    charlm("eval", model, text).assert_refused("model.safetensors", "truncated")
    charlm("eval", "no-such-model", text).assert_refused("no such checkpoint")
    charlm("sample", text).assert_refused("not a checkpoint")


def test_json_has_null_for_what_it_cannot_write(charlm: Charlm, model: Path, text: Path) -> None:
    """A model surprised beyond all measure still gives valid JSON."""
    stored = checkpoint.read(model)
    tensors = {name: tensor * 1e6 for name, tensor in stored.tensors.items()}
    checkpoint.write(model, stored.config, tensors, card="# loud\n", stored_as="float32")
    found = charlm("eval", model, text, "--json").json
    assert found["static"]["ppl"] is None
    assert found["static"]["nats"] > 1000


def test_weights_that_are_a_pipe_are_refused(charlm: Charlm, model: Path) -> None:
    """Nothing waits for what will never come."""
    (model / "model.safetensors").unlink()
    os.mkfifo(model / "model.safetensors")
    charlm("sample", model).assert_refused("not a regular file")


def test_an_unforeseen_fault_is_one_line(
    charlm: Charlm, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a fault nobody thought of shows no traceback."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("over\nzero")

    monkeypatch.setattr("charlm_core.load_writer", fail, raising=False)
    charlm("sample", model).assert_refused("ZeroDivisionError")
