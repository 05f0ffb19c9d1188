"""`charlm-tui replay`, and what `eval` tells of learning."""

import json
import math
import re
from pathlib import Path

import pytest

from charlm_core import DIALS, adaptive_scores, load, replays
from charlm_core.checkpoint import write
from tests.support import make_checkpoint
from tests.tui.commands.conftest import Charlm

WORDS = "it was the best of times, it was the worst of times.\n"
TEXT = WORDS * 8
FIGURES = {
    "chars",
    "keys",
    "keystroke_savings",
    "accepts",
    "ghosts_shown",
    "ghosts_wrong",
    "latency_ms",
    "phrases",
    "wrong_share",
}


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A text that repeats itself."""
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


def test_replay_tells_what_was_saved(charlm: Charlm, model: Path, text: Path) -> None:
    """One JSON object with the figures of a typist whose model learns."""
    found = charlm("replay", model, text, "--json").json
    assert set(found) == FIGURES
    assert set(found["latency_ms"]) == {"p50", "p90", "p99"}
    loaded = load(model)
    *_, expected = replays(loaded, TEXT, DIALS["balanced"], loaded.mixture())
    for name in ("chars", "keys", "accepts", "ghosts_shown", "ghosts_wrong"):
        assert found[name] == getattr(expected, name)
    assert found["keystroke_savings"] == 1 - found["keys"] / found["chars"] > 0.3
    assert found["phrases"][0]["saved"] > 10
    assert found["phrases"][0]["text"] in TEXT


def test_replay_in_words(charlm: Charlm, model: Path, text: Path) -> None:
    """A person reads how many keys, how many ghosts, how long they took, and which saved most."""
    outcome = charlm("replay", model, text)
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert re.fullmatch(r"You would have saved [\d.]+% of your keys: .* accepts\.", lines[0])
    assert "first word was not what came" in lines[1]
    assert "99th percentile" in lines[2]
    assert lines[3] == "Most saved by:"
    assert outcome.err == ""


def test_a_network_that_does_not_learn_saves_less(charlm: Charlm, model: Path, text: Path) -> None:
    """--static is the model as it was trained; the memory of the very text is the other end."""
    static = charlm("replay", model, text, "--static", "--json").json
    learning = charlm("replay", model, text, "--json").json
    knowing = charlm("replay", model, text, "--memory", text, "--json").json
    savings = [found["keystroke_savings"] for found in (static, learning, knowing)]
    assert savings == sorted(savings)
    assert savings[0] < savings[1] < savings[2]
    assert static["phrases"] == [] or static["accepts"] > 0


def test_the_dial_decides_how_often_it_speaks(charlm: Charlm, model: Path, text: Path) -> None:
    """From quiet to eager more ghosts are shown; a threshold of 1 shows next to none."""
    shown = []
    for dial in ("quiet", "eager"):
        found = charlm("replay", model, text, "--dial", dial, "--json").json
        shown.append(found["ghosts_shown"] / found["keys"])
    assert shown[0] < shown[1]
    none = charlm("replay", model, text, "--threshold", "1", "--static", "--json").json
    assert (none["ghosts_shown"], none["keys"]) == (0, len(TEXT))


def test_part_of_a_text_can_be_typed(charlm: Charlm, model: Path, text: Path) -> None:
    """Only the first characters, or from one on, which is then already known."""
    part = charlm("replay", model, text, "--chars", "60", "--json").json
    assert part["chars"] == 60
    rest = charlm("replay", model, text, "--from", "300", "--json").json
    assert rest["chars"] == len(TEXT) - 300
    both = charlm("replay", model, text, "--chars", "310", "--from", "300", "--json").json
    assert both["chars"] == 10
    charlm("replay", model, text, "--from", str(len(TEXT))).assert_refused("text.txt")


def test_line_ends_are_characters(charlm: Charlm, model: Path, tmp_path: Path) -> None:
    """CRLF counts as one key, as it does in the editor, and is told of."""
    path = tmp_path / "dos.txt"
    path.write_bytes(b"ab\r\ncd\r\n")
    outcome = charlm("replay", model, path, "--static", "--json")
    assert outcome.json["chars"] == 6
    assert "CRLF" in outcome.err


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("missing", None, "no such file"),
        ("empty", b"", "empty"),
        ("binary", b"\0\1\2", "binary"),
        ("late", b"text " * 14_000 + b"\0", "binary"),
    ],
    ids=["missing", "empty", "binary", "late"],
)
@pytest.mark.parametrize("command", ["replay", "eval"])
def test_what_is_no_text_is_refused(
    charlm: Charlm,
    model: Path,
    tmp_path: Path,
    command: str,
    name: str,
    data: bytes | None,
    words: str,
) -> None:
    """Missing, empty, binary: one line each, also as what is to be remembered."""
    if data is not None:
        (tmp_path / name).write_bytes(data)
    static = () if command == "replay" else ("--static",)
    charlm(command, model, tmp_path / name, *static, "--json").assert_refused(name, words)
    if name in ("missing", "binary"):
        (tmp_path / "fine.txt").write_text("fine")
        outcome = charlm(command, model, tmp_path / "fine.txt", "--memory", tmp_path / name)
        outcome.assert_refused(name, words)


@pytest.mark.parametrize("command", ["replay", "eval"])
@pytest.mark.parametrize("options", [("--memory", "x"), ("--trained",)])
def test_what_does_not_learn_remembers_nothing(
    charlm: Charlm, model: Path, text: Path, command: str, options: tuple[str, ...]
) -> None:
    """Asking for both is wrong usage: exit 2, and the message says which to leave out."""
    outcome = charlm(command, model, text, "--static", *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert "--static remembers nothing" in outcome.err


@pytest.mark.parametrize(
    "options",
    [("--dial", "loud"), ("--chars", "-1"), ("--from", "-1"), ("--threshold", "x"), ("--nope",)],
)
def test_wrong_usage_of_replay(
    charlm: Charlm, model: Path, text: Path, options: tuple[str, ...]
) -> None:
    """Exit 2, with how it is called."""
    outcome = charlm("replay", model, text, *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Usage" in outcome.err


@pytest.mark.parametrize("command", ["replay", "eval"])
def test_a_model_without_its_run_does_not_know_its_texts(
    charlm: Charlm, model: Path, text: Path, command: str
) -> None:
    """--trained is told in a line where there is no training run around the checkpoint."""
    charlm(command, model, text, "--trained").assert_refused("not in the folder of a training run")
    charlm(command, "no-such-model", text).assert_refused("no such checkpoint")


@pytest.mark.parametrize("command", ["replay", "eval"])
def test_a_model_of_a_run_knows_its_texts(
    charlm: Charlm, tmp_path: Path, text: Path, command: str
) -> None:
    """--trained remembers what the run has trained on: a text like it is known."""
    run = tmp_path / "run"
    run.mkdir()
    stored = make_checkpoint(hidden=12)
    write(run / "best", stored.config, stored.tensors, card="# model\n")
    record = {
        "corpora": [str(text)],
        "valid": [],
        "train": {"held_out": 0.1},
        "facts": [{"name": text.name, "chars": len(TEXT)}],
    }
    (run / "config.json").write_text(json.dumps(record))
    plain = charlm(command, run / "best", text, "--json").json
    known = charlm(command, run / "best", text, "--trained", "--json").json
    if command == "replay":
        assert known["keystroke_savings"] > plain["keystroke_savings"]
    else:
        assert known["adaptive"]["nats"] < plain["adaptive"]["nats"]
        assert known["static"] == plain["static"]


def test_eval_tells_static_and_adaptive_apart(charlm: Charlm, model: Path, text: Path) -> None:
    """Two figures that are never mixed up: as it was trained, and learning as it goes."""
    found = charlm("eval", model, text, "--json").json
    assert set(found) == {"chars", "static", "adaptive"}
    loaded = load(model)
    *_, expected = adaptive_scores(loaded.mixture(), loaded.vocab, [TEXT])
    assert found["adaptive"]["nats"] == pytest.approx(expected.nats)
    assert found["adaptive"]["bpc"] == pytest.approx(expected.nats / math.log(2))
    assert found["adaptive"]["ppl"] == pytest.approx(math.exp(expected.nats))
    assert found["adaptive"]["nats"] < found["static"]["nats"] / 2
    outcome = charlm("eval", model, text)
    assert len(outcome.out.splitlines()) == 2
    assert "learning as it goes" in outcome.out


def test_eval_static_learns_nothing(charlm: Charlm, model: Path, text: Path) -> None:
    """With --static there is no figure of learning, and the other is the same."""
    found = charlm("eval", model, text, "--static", "--json").json
    assert found["adaptive"] is None
    assert found["static"] == charlm("eval", model, text, "--json").json["static"]
    assert len(charlm("eval", model, text, "--static").out.splitlines()) == 1


def test_eval_forgets_one_text_before_the_next(charlm: Charlm, model: Path, text: Path) -> None:
    """Two texts are the sum of each alone; what one taught does not help with the other."""
    one = charlm("eval", model, text, "--json").json
    two = charlm("eval", model, text, text, "--json").json
    assert two["chars"] == 2 * one["chars"]
    assert two["adaptive"]["nats"] == pytest.approx(one["adaptive"]["nats"], rel=1e-9)


def test_eval_remembers_what_it_is_told_to(charlm: Charlm, model: Path, text: Path) -> None:
    """A text like it, remembered beforehand, makes learning start ahead; static stays static."""
    plain = charlm("eval", model, text, "--json").json
    told = charlm("eval", model, text, "--memory", text, "--json").json
    assert told["adaptive"]["nats"] < plain["adaptive"]["nats"] * 0.9
    assert told["static"] == plain["static"]


def test_eval_counts_from_a_character_on(charlm: Charlm, model: Path, text: Path) -> None:
    """What is before is read and learned, but not counted."""
    whole = charlm("eval", model, text, "--json").json
    rest = charlm("eval", model, text, "--from", "256", "--json").json
    assert rest["chars"] == len(TEXT) - 256
    assert rest["adaptive"]["nats"] < whole["adaptive"]["nats"]
