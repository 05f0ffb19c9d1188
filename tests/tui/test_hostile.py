"""Names and words that would command a terminal, in any file that has a say: shown, not obeyed."""

import dataclasses
import json
import os
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from charlm_core import RunReader, checkpoint
from charlm_core.checkpoint import TextFacts, TrainingFacts
from charlm_core.learn.card import model_card
from charlm_core.learn.runs import METRICS_FILE
from charlm_core.predict.model import load
from tests.perf.mutations import Mutator
from tests.perf.readers import READERS
from tests.runs import BEGAN, course, make_run, step
from tests.support import LETTERS, make_checkpoint
from tests.tui.terminal import Terminal, terminal
from tests.tui.test_terminal import program
from tui.cli import main

EVIL = "\x1b]52;c;aGk=\x07\x9b31m\u202eevil"
"""Puts something on the clipboard, rings, turns red, and writes from right to left."""

SIGNS = (b"\x1b]52", b"\x07", "\x9b".encode(), "\u202e".encode(), b"\x1b[2Jx")
"""None of these may reach a terminal."""

PROSE = "the quick brown fox jumps over the lazy dog\n"


def leaks(output: bytes) -> list[bytes]:
    """What of it got through."""
    # The one thing that ends in a bell and is ours: the shape of the pointer.
    output = re.sub(rb"\x1b\]22;[a-z-]*\x07", b"", output)
    # As a byte of its own; in UTF-8 it is part of many a character.
    lone = b"\x9b" if "\udc9b" in output.decode("utf-8", "surrogateescape") else b""
    return [sign for sign in SIGNS if sign in output] + [lone] * bool(lone)


@dataclasses.dataclass(frozen=True)
class Hostile:
    """Where all of it lies."""

    runs: Path
    text: Path
    folder: Path


@pytest.fixture
def hostile(home: Path, tmp_path: Path) -> Hostile:
    """A run, a checkpoint, what it has learned, texts, a folder and settings, all named so."""
    data, config = home / "data" / "charlm-tui", home / "config" / "charlm-tui"
    folder = tmp_path / f"folder{EVIL}"
    folder.mkdir()
    text = folder / f"{EVIL}.txt"
    text.write_text(PROSE * 8 + EVIL + "\n", encoding="utf-8")
    Path(os.fsdecode(os.fsencode(folder) + b"/bad\xff\x1b[2Jx.txt")).write_text(PROSE * 4)
    (folder / f"binary{EVIL}").write_bytes(b"\0\1\2")
    path = data / "runs" / EVIL
    run = make_run(path, course([2.0, 1.7]))
    events = [
        {"event": "began", **dataclasses.asdict(BEGAN), "device": EVIL, "precision": EVIL},
        {"event": "sample", "step": 400, "text": f"{EVIL}\n{EVIL}"},
        {"event": "step", **dataclasses.asdict(step(400))},
        {"event": "failed", "step": 400, "reason": f"no {EVIL}"},
    ]
    with (path / METRICS_FILE).open("a") as stream:
        stream.writelines(json.dumps(event) + "\n" for event in events)
    with (path / "log").open("a", encoding="utf-8") as stream:
        stream.write(f"2026-01-02 03:04:05 {EVIL}\n")
    settings = json.loads((path / "config.json").read_bytes())
    settings |= {"name": EVIL, "about": EVIL, "corpora": [f"/{EVIL}"]}
    (path / "config.json").write_text(json.dumps(settings))
    made = make_checkpoint(hidden=8, letters=f"{LETTERS}\x07\x1b\x9b\u202e")
    fact = TextFacts(name=EVIL, chars=1, bytes=1, sha256=EVIL)
    facts = TrainingFacts(
        corpora=(fact,),
        validation=(fact,),
        validation_note=EVIL,
        about=EVIL,
        settings={EVIL: EVIL},
        versions={EVIL: EVIL},
    )
    described = dataclasses.replace(made.config, training=facts)
    card = model_card(EVIL, described, 1)
    checkpoint.write(run.best, described, made.tensors, card=card)
    (data / "runs" / f"bad{EVIL}" / "best").mkdir(parents=True)
    damaged = '{"format_version": 1, "cell": "\\u001b]52;c;x\\u0007"}'
    (data / "runs" / f"bad{EVIL}" / "best" / "config.json").write_text(damaged)
    learned = load(EVIL).learned()
    learned.keep(f"/{EVIL}.txt", PROSE + EVIL)
    learned.save()
    learned.close()
    config.mkdir(parents=True)
    (config / "settings.toml").write_text(
        'dial = "\\u001b]52;c;x\\u0007"\n"\\u001b]52;c;x\\u0007" = 1\n'
        'folders = ["x\\u001b]52;c;x"]\n'
        '[keys]\n"\\u001b]52;c;x\\u0007" = "\\u0007"\n'
    )
    (data / "counts.json").write_text(f'{{"days": {{"{EVIL[-4:]}\\u001b": 1}}}}')
    return Hostile(runs=data / "runs", text=text, folder=folder)


COMMANDS: list[Callable[[Hostile], list[object]]] = [
    lambda files: ["models"],
    lambda files: ["models", "--json"],
    lambda files: ["eval", EVIL, files.text],
    lambda files: ["eval", EVIL, files.folder],
    lambda files: ["eval", EVIL, files.folder / f"binary{EVIL}"],
    lambda files: ["eval", EVIL, "--trained", files.text],
    lambda files: ["eval", EVIL, "--memory", files.folder, files.text],
    lambda files: ["eval", f"no{EVIL}", files.text],
    lambda files: ["eval", f"bad{EVIL}", files.text],
    lambda files: ["sample", EVIL, "--length", "300", "--seed", "1"],
    lambda files: ["sample", EVIL, "--length", "9", "--prompt", EVIL],
    lambda files: ["replay", EVIL, files.text, "--chars", "120"],
    lambda files: ["memory", EVIL],
    lambda files: ["memory", EVIL, "--json"],
    lambda files: ["memory", EVIL, "--forget", EVIL],
    lambda files: ["memory", EVIL, "--forget-all"],
    lambda files: ["train", files.text, "--name", "x"],
    lambda files: ["train", files.folder, "--name", EVIL],
    lambda files: ["train", files.folder, "--name", "x", "--out", files.folder / EVIL],
    lambda files: ["train", "--resume", EVIL],
    lambda files: ["models", EVIL],
    lambda files: ["models", f"--{EVIL}"],
    lambda files: ["bench", "--cell", EVIL],
    lambda files: ["edit", "--checkpoint", EVIL, files.text],
]
"""As a person would type them, or as a shell would put file names in."""


@pytest.mark.parametrize("command", COMMANDS, ids=range(len(COMMANDS)))
def test_commands_say_it_safely(
    hostile: Hostile,
    command: Callable[[Hostile], list[object]],
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """Whatever they tell of files, checkpoints and runs, and of what is wrong with them."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in command(hostile)])
    out, err = capfdbinary.readouterr()
    assert leaks(out + err) == []
    assert ended.value.code in {0, 1, 2}
    assert out + err
    assert b"internal fault" not in err


@pytest.mark.timeout(600)
def test_a_training_says_it_safely(
    hostile: Hostile, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A text called so is trained on: what is told on the way and in the end, the log, the card."""
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / f"{EVIL}.txt").write_text(PROSE * 40)
    command = ["train", folder, "--name", "mine", "--hidden", "4", "--layers", "1"]
    with pytest.raises(SystemExit) as ended:
        main([*map(str, command), "--epochs", "1"])
    out, err = capfdbinary.readouterr()
    assert ended.value.code == 0, err.decode()
    assert b"evil" in out
    assert leaks(out + err) == []
    run = hostile.runs / "mine"
    assert leaks((run / "best" / "README.md").read_bytes()) == []
    assert leaks((run / "log").read_bytes()) == []
    assert RunReader(run).read().state == "finished"


def seen(screen: Terminal, words: str) -> None:
    """Wait until the screen shows this."""
    screen.wait(lambda lines: words in "\n".join(lines), words)


@pytest.mark.timeout(300)
def test_the_app_shows_it_safely(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text, its name, the model, what it has learned, the runs, the tree of files, the faults
    of the settings, names to complete: all is shown, and nothing of it is obeyed."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(hostile.folder)
    with terminal(program("--checkpoint", EVIL, hostile.text), 150, 40) as screen:
        screen.wait(lambda lines: "evil" in lines[-1] and "loading" not in lines[-1], "the model")
        screen.send("the q")
        seen(screen, "the qthe quick")
        # What was learned.
        screen.send("\x0c")
        seen(screen, "Learned texts")
        seen(screen, "evil.txt")
        screen.send("\x1b")
        screen.wait(lambda lines: "balanced" in lines[-1], "the editor")
        # The runs, and a new one from a tree of files.
        screen.send("\x1bOS")
        # The newest run is chosen: its figures, its log and what it wrote show.
        seen(screen, "failed")
        seen(screen, "step 400")
        screen.send("n")
        seen(screen, "Enter starts")
        seen(screen, "binary")
        screen.send("\x1b")
        screen.wait(lambda lines: "n new" in lines[-1], "the runs")
        screen.send("\x1b")
        screen.wait(lambda lines: "balanced" in lines[-1], "the editor")
        # Names to complete, and a file that is none.
        screen.send("\x0f")
        seen(screen, "Open")
        screen.send("/no/such/place\r")
        # With the line of keys in its new place: what is sent right behind Esc is Alt with it.
        screen.wait(
            lambda lines: all(word in "\n".join(lines) for word in ("no folder", "Esc cancels")),
            "the fault",
        )
        screen.send("\x1b")
        screen.wait(lambda lines: "Esc cancels" not in "\n".join(lines), "the editor")
        screen.send("\x11")
        seen(screen, "not saved")
        screen.send("d")
        assert screen.finish() == 0
        assert leaks(screen.received) == []


@pytest.mark.parametrize("kind", READERS)
def test_spoilt_files_are_told_or_read(kind: str, tmp_path: Path) -> None:
    """A few of what `tests.perf.fuzz` feeds by the hundred thousand, without its limits."""
    (tmp_path / "valid").mkdir()
    reader = READERS[kind](tmp_path / "valid")
    outcomes = set()
    for number in range(150):
        mutator = Mutator(f"test:{kind}:{number}")
        folder = tmp_path / str(number)
        for name, data in reader.make(mutator).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(data, bytes):
                (folder / name).write_bytes(data)
        with pytest.MonkeyPatch.context() as patch:
            # Each waits for the disk some five times.
            patch.setattr(os, "fsync", lambda _: None)
            outcomes.add(reader.read(folder, mutator))
    assert len(outcomes) > 1


# Who may read what is a person's own.


def open_to_others(folder: Path) -> list[str]:
    """What somebody else could look into."""
    return [
        f"{oct(stat.S_IMODE(path.lstat().st_mode))} {path.relative_to(folder)}"
        for path in (folder, *folder.rglob("*"))
        if not path.is_symlink() and stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]


@pytest.mark.timeout(600)
def test_nobody_else_may_read_what_is_kept(home: Path, tmp_path: Path) -> None:
    """Settings, counts, journals, recent files, what was learned and remembered, and all of a run:
    whatever the app and the commands leave in the user's folders is for the owner alone."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text(PROSE * 40)
    note = tmp_path / "note.txt"
    before = os.umask(0o022)
    try:
        train = ["train", folder, "--name", "mine", "--hidden", "4", "--layers", "1", "--epochs"]
        subprocess.run(program(*train, "1"), check=True, capture_output=True)
        settings = home / "config" / "charlm-tui" / "settings.toml"
        with terminal(program(note, "--checkpoint", "mine"), 100, 30) as screen:
            screen.wait(lambda ls: "mine" in ls[-1] and "loading" not in ls[-1], "the model")
            # Ctrl-T turns the dial, which is a setting.
            screen.send("the quick brown fox\r\x14the lazy dog\r")
            seen(screen, "the lazy dog")
            screen.wait(lambda _: settings.exists(), "the settings")
            journals = home / "data" / "charlm-tui" / "journals"
            screen.wait(lambda _: any(journals.rglob("*.edits")), "the journal")
            assert open_to_others(journals) == []
            screen.send("\x13")
            seen(screen, "saved")
            screen.send("\x11")
            assert screen.finish() == 0
    finally:
        os.umask(before)
    kept = {path.name for path in (home / "data" / "charlm-tui").iterdir()}
    assert {"runs", "learned", "counts.json", "remembered"} <= kept
    assert open_to_others(home / "data" / "charlm-tui") == []
    assert open_to_others(home / "config" / "charlm-tui") == []
    # A person's own file is as readable as any.
    assert stat.S_IMODE(note.stat().st_mode) == 0o644
