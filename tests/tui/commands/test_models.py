"""`charlm-tui models`: what it lists, and what it compares, imports and removes."""

import io
import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from charlm_core import compare, load
from charlm_core.checkpoint import write
from tests.support import make_checkpoint
from tests.tui.commands.conftest import Charlm
from tui.services.comparison import read

TEXT = "it was the best of times, it was the worst of times.\n" * 8


@pytest.fixture
def data(home: Path) -> Path:
    """The user's data folder."""
    return home / "data" / "charlm-tui"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A text file."""
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another model."""
    stored = make_checkpoint("gru", hidden=8, seed=1)
    path = tmp_path / "[b]other"
    write(path, stored.config, stored.tensors, card="# other\n")
    return path


def test_it_tells_where_each_is_from(charlm: Charlm, model: Path, data: Path) -> None:
    """A run, an imported one, a shipped one; the date, the weights and the size of each."""
    shutil.copytree(model, data / "runs" / "mine" / "best")
    os.utime(data / "runs" / "mine" / "best" / "model.safetensors", (1_000_036_800, 1_000_036_800))
    assert charlm("models", "--import", model, "--name", "theirs").code == 0
    rows = {row["name"]: row for row in charlm("models", "--json").json["models"]}
    assert [rows[name]["origin"] for name in ("mine", "theirs", "english")] == [
        "run",
        "imported",
        "shipped",
    ]
    assert rows["mine"]["date"] == "2001-09-09"
    assert rows["mine"]["parameters"] == rows["theirs"]["parameters"] > 1000
    assert rows["theirs"]["bytes"] > 2000
    line = next(line for line in charlm("models").out.splitlines() if line.startswith("mine"))
    assert re.search(r"lstm 1 x 12 .* bpc +2001-09-09 +run +/", line)


def test_import_and_remove(charlm: Charlm, model: Path, text: Path, data: Path) -> None:
    """An imported model goes by its name until it is removed."""
    found = charlm("models", "--import", model, "--json").json
    assert found == {"name": "model", "path": str(data / "models" / "model")}
    assert charlm("eval", "model", text).out == charlm("eval", model, text).out
    charlm("models", "--import", model).assert_refused("model called model already", "another")
    assert charlm("models", "--remove", "model").out == "model is removed\n"
    charlm("eval", "model", text).assert_refused("no such checkpoint")
    charlm("models", "--remove", "model").assert_refused("model: no such model")


def test_what_is_no_checkpoint_is_not_imported(charlm: Charlm, model: Path, text: Path) -> None:
    """One line, no traceback, nothing listed."""
    before = [row["name"] for row in charlm("models", "--json").json["models"]]
    charlm("models", "--import", text).assert_refused("not a checkpoint")
    (model / "model.safetensors").write_bytes(b"\0" * 100)
    charlm("models", "--import", model).assert_refused("model.safetensors")
    charlm("models", "--import", model, "--name", "../x").assert_refused("no slashes")
    assert [row["name"] for row in charlm("models", "--json").json["models"]] == before


def test_runs_can_be_removed_and_shipped_ones_not(charlm: Charlm, model: Path, data: Path) -> None:
    """A run goes with all that belongs to it; what came with the product stays."""
    run = data / "runs" / "mine"
    shutil.copytree(model, run / "best")
    (run / "metrics.jsonl").write_text("")
    assert charlm("models", "--remove", "mine").code == 0
    assert not run.exists()
    charlm("models", "--remove", "english").assert_refused("came with charlm-tui")
    assert charlm("eval", "english", __file__, "--static").code == 0


def test_a_damaged_import_can_be_removed(charlm: Charlm, model: Path, data: Path) -> None:
    """It is told of, and goes by its name."""
    charlm("models", "--import", model)
    (data / "models" / "model" / "config.json").write_text("{")
    assert "config.json" in charlm("models").err
    assert charlm("models", "--remove", "model").code == 0
    assert charlm("models").err == ""


def test_compare(charlm: Charlm, model: Path, other: Path, text: Path) -> None:
    """The figures are those of `eval` and `replay` on the same file."""
    found = charlm("models", "--compare", model, other, text, "--json").json
    assert found["chars"] == found["bits_chars"] == found["typed_chars"] == len(TEXT)
    assert [one["name"] for one in found["models"]] == ["model", "[b]other"]
    for path, one in zip((model, other), found["models"], strict=True):
        scored = charlm("eval", path, text, "--json").json
        assert one["static"] == pytest.approx(scored["static"])
        assert one["adaptive"] == pytest.approx(scored["adaptive"])
        typed = charlm("replay", path, text, "--json").json
        for figure in ("keys", "keystroke_savings", "ghosts_shown", "ghosts_wrong"):
            assert one[figure] == typed[figure]
        assert one["static_us"] > 0
        assert one["adaptive_us"] > 0
        assert one["ghost_ms"]["p99"] >= one["ghost_ms"]["p50"] > 0


def test_compare_in_words(charlm: Charlm, model: Path, other: Path, text: Path) -> None:
    """A table with a column for each; how much of the text was used stands below."""
    outcome = charlm("models", "--compare", model, other, text)
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["model", "[b]other"]
    assert re.fullmatch(r"bits a character +\d\.\d{3} +\d\.\d{3}", lines[1])
    assert re.fullmatch(r"keys saved +[\d.]+% +[\d.]+%", lines[3])
    assert lines[-1] == "bits over all 424 characters; keys over all 424 characters"
    assert outcome.err == ""


def test_figures_without_end(
    charlm: Charlm, model: Path, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What JSON has no way to write is null, however deep it lies."""
    import charlm_core

    endless = charlm_core.Compared(
        standings=(charlm_core.Standing(static=charlm_core.Score(1e6, 1)),) * 2,
        bits_chars=1,
        typed_chars=1,
        progress=1.0,
    )
    monkeypatch.setattr(charlm_core, "compare", lambda *_: iter([endless]))
    found = charlm("models", "--compare", model, model, text, "--json").json
    assert [one["static"]["ppl"] for one in found["models"]] == [None, None]


def test_compare_faults(charlm: Charlm, model: Path, text: Path, tmp_path: Path) -> None:
    """A missing model, a missing file, an empty one: one line each."""
    (tmp_path / "empty").touch()
    charlm("models", "--compare", model, "nowhere", text).assert_refused("nowhere")
    charlm("models", "--compare", model, model, tmp_path / "no").assert_refused("no such file")
    charlm("models", "--compare", model, model, tmp_path / "empty").assert_refused("empty")


class _Stdin:
    """Standard input with these bytes in it."""

    encoding: ClassVar[str] = "utf-8"

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def test_the_editor_gets_a_line_for_each_figure(
    charlm: Charlm, model: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line can be read again; the text is as the editor has it, half characters and all."""
    text = f"\ufeff{TEXT}\r\ud800\0"
    monkeypatch.setattr(sys, "stdin", _Stdin(text.encode("utf-8", "surrogatepass")))
    lines = charlm("models", "--stream", "--compare", model, other, "-").out.splitlines()
    *_, expected = compare([load(model), load(other)], text)
    last = read(lines[-1])
    assert [one.static for one in last.standings] == [one.static for one in expected.standings]
    assert [one.keys for one in last.standings] == [one.keys for one in expected.standings]
    assert len(lines) > 6
    assert [read(line).progress for line in lines] == sorted(
        json.loads(line)["progress"] for line in lines
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--remove", "x", "--import", "y"),
        ("--name", "x"),
        ("--compare", "a", "b"),
    ],
)
def test_wrong_usage(charlm: Charlm, arguments: tuple[str, ...]) -> None:
    """Exit status 2, and nothing done."""
    assert charlm("models", *arguments).code == 2
