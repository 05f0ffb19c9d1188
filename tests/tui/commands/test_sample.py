"""`charlm-tui sample`: a model writes, into a pipe as well as onto a screen."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from charlm_core import EXACT_CHARS, GenerateConfig, Generation, SamplingConfig, load_writer
from charlm_core.checkpoint import write
from tests.support import make_checkpoint
from tests.tui.commands.conftest import Charlm
from tui.commands import sample


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    """A model that writes one letter for ever."""
    stored = make_checkpoint(hidden=4)
    stored.tensors["output.weight"][...] = 0.0
    stored.tensors["output.bias"][...] = -100.0
    stored.tensors["output.bias"][stored.config.vocabulary.index("a")] = 0.0
    path = tmp_path / "loop"
    write(path, stored.config, stored.tensors, card="# loop\n")
    return path


def started(*arguments: str | Path) -> "subprocess.Popen[bytes]":
    """The command in a process of its own, its output in pipes."""
    command = [sys.executable, "-m", "tui.cli", "sample", *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # In the background of a shell, as tests may run, nobody hears Ctrl-C who does not ask to.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )


def test_it_writes_as_much_as_asked_for(charlm: Charlm, model: Path) -> None:
    """The asked-for length; the same seed writes the same, another one something else."""
    one = charlm("sample", model, "--length", "40", "--seed", "3", "--json").json
    two = charlm("sample", model, "--length", "40", "--seed", "3")
    assert one == {"text": two.out.removesuffix("\n"), "seed": 3, "chars": 40, "loop": None}
    assert two.err == ""
    other = charlm("sample", model, "--length", "40", "--seed", "4", "--json").json["text"]
    assert len(one["text"]) == len(other) == 40
    assert other != one["text"]
    assert charlm("sample", model, "--length", "0", "--seed", "3").out == "\n"


def test_it_is_what_the_core_writes(charlm: Charlm, model: Path) -> None:
    """Every option reaches the model."""
    config = GenerateConfig(
        sampling=SamplingConfig(temperature=1.3, top_k=7, top_p=0.9), seed=8, decoding="sample"
    )
    options = ("--temperature", "1.3", "--top-k", "7", "--top-p", "0.9", "--seed", "8")
    expected = load_writer(model).generation(config, ["the q"]).write(50)
    found = charlm("sample", model, *options, "--prompt", "the q", "--length", "50", "--json").json
    assert found["text"] == expected
    beam = GenerateConfig(decoding="beam", width=3)
    expected = load_writer(model).generation(beam).write(30)
    searched = ("--decoding", "beam", "--width", "3", "--length", "30")
    assert charlm("sample", model, *searched).out == expected + "\n"


def test_a_random_seed_is_told_so_that_it_can_be_drawn_again(charlm: Charlm, model: Path) -> None:
    """A text that pleases can be had once more."""
    first = charlm("sample", model, "--length", "30")
    seed = re.fullmatch(r"note: drawn with --seed (\d+)\n", first.err)
    assert seed
    assert charlm("sample", model, "--length", "30", "--seed", seed[1]).out == first.out
    told = charlm("sample", model, "--length", "30", "--json").json
    again = charlm("sample", model, "--length", "30", "--seed", str(told["seed"]), "--json").json
    assert again == told


def test_greedy_needs_no_seed(charlm: Charlm, model: Path) -> None:
    """It is the same each time, and says nothing of a seed; the two ways to ask for it agree."""
    one = charlm("sample", model, "--greedy", "--length", "20")
    two = charlm("sample", model, "--decoding", "greedy", "--length", "20", "--json").json
    assert one.out == two["text"] + "\n"
    assert one.err == ""
    assert two["seed"] is None


def test_all_of_the_prompt_counts(
    charlm: Charlm, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given as an option or on standard input, however long, a prompt warms the state."""
    long = "the quick brown fox " * 4_000

    def piped(text: bytes) -> str:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
        return charlm("sample", model, "--prompt", "-", "--seed", "1", "--length", "30").out

    for prompt in ("the quick ", "ж é\n"):
        given = charlm("sample", model, "--prompt", prompt, "--seed", "1", "--length", "30").out
        assert piped(prompt.encode()) == given
    config = GenerateConfig(sampling=SamplingConfig(temperature=0.8), seed=1)
    assert piped(long.encode()) == load_writer(model).generation(config, [long]).write(30) + "\n"
    assert piped(b"") == charlm("sample", model, "--seed", "1", "--length", "30").out


def test_a_prompt_that_is_not_clean_text_is_told(
    charlm: Charlm, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bad bytes are unknown symbols and noted; what is no text at all is refused."""
    options = ("sample", model, "--prompt", "-", "--length", "5", "--seed", "1")
    bad = b"a fine text with a bad byte \xff in it, and so on"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(bad)))
    outcome = charlm(*options)
    assert outcome.code == 0
    assert outcome.err == (
        "note: standard input: 1 faulty UTF-8 sequences became unknown symbols\n"
    )
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\0\1\2" * 99)))
    charlm(*options).assert_refused("standard input", "binary")


def test_branches_stand_one_after_another(charlm: Charlm, model: Path) -> None:
    """Several continuations of one prompt, each with its seed; each can be had alone."""
    options = ("sample", model, "--prompt", "the ", "--length", "20")
    found = charlm(*options, "--seed", "5", "--branches", "3", "--json").json
    assert [one["seed"] for one in found["texts"]] == [5, 6, 7]
    assert {**found, "texts": 0} == {**found["texts"][0], "texts": 0}
    for one in found["texts"]:
        assert charlm(*options, "--seed", str(one["seed"]), "--json").json == one
    shown = charlm(*options, "--seed", "5", "--branches", "3").out
    assert shown == "".join(f"--- seed {one['seed']}\n{one['text']}\n" for one in found["texts"])


def test_a_text_that_repeats_itself_is_marked(charlm: Charlm, loop: Path) -> None:
    """One line says so, as soon as it is noticed; JSON tells of it as well."""
    for options in (("--greedy",), ("--seed", "1"), ("--decoding", "beam")):
        outcome = charlm("sample", loop, *options, "--length", "2000")
        assert outcome.out == "a" * 2000 + "\n"
        assert outcome.err == "note: it repeats itself every 1 characters from character 1 on\n"
        found = charlm("sample", loop, *options, "--length", "2000", "--json")
        assert found.json["loop"] == {"start": 0, "period": 1}
        assert found.err == ""


def test_the_mark_comes_while_the_text_does(loop: Path) -> None:
    """Nobody waits for the end of an endless text to hear that it goes round in circles."""
    with started(loop, "--greedy", "--length", str(10**9)) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.read(10) == b"a" * 10
        # It is told before anybody has read on, let alone to the end.
        assert process.stderr.readline().startswith(b"note: it repeats itself every 1 ")
        process.stdout.close()
        assert process.wait() == 0
        assert process.stderr.read() == b""


def test_a_reader_who_leaves_is_no_fault(model: Path) -> None:
    """`| head -c 100` ends it quietly."""
    with started(model, "--seed", "1", "--length", str(10**9)) as process:
        assert process.stdout
        assert process.stderr
        assert len(process.stdout.read(100)) == 100
        process.stdout.close()
        assert process.wait() == 0
        assert process.stderr.read() == b""


def test_interrupted_it_says_how_far_it_came(model: Path) -> None:
    """Ctrl-C ends it with one line."""
    with started(model, "--seed", "1", "--length", str(10**9)) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(1000)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait() == 130
        said = process.stderr.read().decode()
    assert re.fullmatch(r"stopped after \d+ characters\n", said)
    assert int(said.split()[2]) >= 1000 + len(rest.decode()) - 4 * sample.PIECE_CHARS


def test_a_speed_is_kept_to(charlm: Charlm, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Characters come no faster than asked for, a few at a time, so that it looks like writing."""
    now, pauses = 0.0, []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        pauses.append(seconds)

    monkeypatch.setattr("time.sleep", sleep)
    monkeypatch.setattr("time.monotonic", lambda: now)
    at_once = charlm("sample", model, "--seed", "1", "--length", "300").out
    assert not pauses
    assert charlm("sample", model, "--seed", "1", "--length", "300", "--speed", "50").out == at_once
    # The last two characters come before their time is over.
    assert now == pytest.approx(298 / 50)
    assert max(pauses) <= 1 / sample.PIECES_PER_SECOND + 1e-9
    now = 0.0
    charlm("sample", model, "--seed", "1", "--length", "3", "--speed", "0.5")
    assert now == pytest.approx(4.0)


@pytest.mark.parametrize(
    "options",
    [
        ("--length", "-1"),
        ("--speed", "0"),
        ("--speed", "-5"),
        ("--speed", "nan"),
        ("--speed", "inf"),
        ("--speed", "1e-300"),
        ("--branches", "0"),
        ("--decoding", "hope"),
        ("--greedy", "--decoding", "beam"),
        ("--greedy", "--branches", "2"),
        ("--decoding", "beam", "--branches", "2"),
    ],
    ids=" ".join,
)
def test_options_that_make_no_sense_are_wrong_usage(
    charlm: Charlm, model: Path, options: tuple[str, ...]
) -> None:
    """Exit status 2, and nothing is written."""
    outcome = charlm("sample", model, *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert options[0] in outcome.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--temperature", "-1"), "temperature"),
        (("--top-p", "2"), "top_p"),
        (("--top-k", "-3"), "top_k"),
        (("--seed", "-1"), "seed"),
        (("--width", "0"), "width"),
        (("--seed", str((1 << 63) - 1), "--branches", "2"), "seed"),
    ],
)
def test_a_setting_out_of_range_is_one_line(
    charlm: Charlm, model: Path, options: tuple[str, ...], words: str
) -> None:
    """It names what is out of range, and nothing is written."""
    charlm("sample", model, *options, "--json").assert_refused(words)
    charlm("sample", model, *options).assert_refused(words)


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_an_output_that_is_closed_is_one_line(model: Path, options: tuple[str, ...]) -> None:
    """As a shell closes it with `>&-`: nobody is told that all went well."""
    command = [sys.executable, "-m", "tui.cli", "sample", str(model), "--seed", "1", *options]
    ended = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *command], stderr=subprocess.PIPE, check=False
    )
    assert (ended.returncode, ended.stderr) == (1, b"charlm-tui: standard output: closed\n")


def test_a_long_text_takes_no_more_memory(model: Path) -> None:
    """A stream of a hundred thousand characters needs what a short one does."""
    peaks = []
    for length in (1_000, 100_000):
        with started(model, "--seed", "1", "--length", str(length)) as process:
            assert process.stdout
            read = 0
            while piece := os.read(process.stdout.fileno(), 1 << 16):
                read += len(piece.decode(errors="ignore"))
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        assert read >= length
        peaks.append(usage.ru_maxrss)
    # In kilobytes: the states alone of so many characters would be ten megabytes.
    assert peaks[1] - peaks[0] < 4_000


def test_help_says_how_much_is_the_same_on_any_machine(charlm: Charlm) -> None:
    """The promise is as long as the core keeps it."""
    told = " ".join(charlm("sample", "--help").out.split())
    assert f"the first {EXACT_CHARS:,} characters are" in told


def test_exact_is_exact_to_the_end(
    charlm: Charlm, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody gets a text in single precision who asked for all of it to be exact."""
    kinds = []
    write = Generation.write

    def watched(self: Generation, count: int) -> str:
        found = write(self, count)
        kinds.append(self._point.state.dtype.itemsize)
        return found

    monkeypatch.setattr(Generation, "write", watched)
    for options, itemsize in ((("--exact",), 8), ((), 4)):
        charlm("sample", model, "--seed", "1", "--length", str(EXACT_CHARS + 9), *options)
        assert kinds[-1] == itemsize


def test_json_holds_any_character(charlm: Charlm, model: Path) -> None:
    """It is plain ASCII, whatever the model writes."""
    out = charlm("sample", model, "--seed", "1", "--length", "400", "--json").out
    assert out.isascii()
    assert set("éж") & set(json.loads(out)["text"])
