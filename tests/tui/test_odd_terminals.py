"""Terminals that are none, or small, or vast, or speak no UTF-8: a clear word or a working app."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tui.terminal import Terminal, terminal
from tests.tui.test_terminal import program

TEXT = "Grüße, 漢字 and the rest.\n" + "another line\n" * 40

LOCALE = ("LANG", "LC_ALL", "LC_CTYPE", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONCOERCECLOCALE")


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """A text with more than ASCII in it."""
    path = tmp_path / "note.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@contextmanager
def terminal_with(
    setting: Mapping[str, str], note: Path, columns: int = 80, rows: int = 24
) -> Iterator[Terminal]:
    """The app in a terminal whose environment says this, and nothing else of locale and kind."""
    names = [name for name in (*LOCALE, "TERM") if name not in setting]
    unset = [part for name in names for part in ("-u", name)]
    given = [f"{name}={value}" for name, value in setting.items()]
    with terminal(["env", *unset, *given, *program(note)], columns, rows) as screen:
        yield screen


def refusal(screen: Terminal) -> str:
    """The one line with which the app ends before it has drawn anything."""
    assert screen.finish() == 1
    said = screen.received.decode("ascii")
    assert said.startswith("charlm-tui: ")
    assert said.count("\n") == 1
    assert "\x1b" not in said
    return said.strip()


def edit_and_leave(screen: Terminal, first: str) -> None:
    """The text shows, takes a key, and is left without being saved."""
    screen.wait(lambda lines: first in lines[0], "the text")
    screen.send("x")
    screen.wait(lambda lines: f"x{first}" in lines[0], "the key")
    screen.send("\x11")
    screen.wait(lambda lines: "Don't" in "\n".join(lines), "the question")
    screen.send("d")
    assert screen.finish() == 0


@pytest.mark.parametrize("kind", ["dumb", "unknown"])
def test_a_terminal_that_can_do_nothing(note: Path, kind: str) -> None:
    """The shell of another editor, say: a line says why, and nothing is drawn."""
    with terminal_with({"TERM": kind, "LANG": "C.UTF-8"}, note) as screen:
        assert f"TERM={kind}" in refusal(screen)


@pytest.mark.parametrize("kind", ["", "vt100", "linux", "screen", "no-such-terminal"])
def test_a_terminal_of_another_kind(note: Path, kind: str) -> None:
    """Whatever calls itself something, or nothing, is taken for what most are: the app works."""
    setting = {"LANG": "C.UTF-8"} | ({"TERM": kind} if kind else {})
    with terminal_with(setting, note) as screen:
        edit_and_leave(screen, "Grüße, 漢")


@pytest.mark.parametrize(
    "setting",
    [{}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LANG": "C"}, {"LC_ALL": "xx_YY.UTF-8"}],
    ids=str,
)
def test_no_locale(note: Path, setting: dict[str, str]) -> None:
    """On a server where nobody has set one, terminals speak UTF-8 all the same: the app works."""
    with terminal_with({"TERM": "xterm"} | setting, note) as screen:
        edit_and_leave(screen, "Grüße, 漢")


@pytest.mark.parametrize(
    "setting",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "C.UTF-8", "PYTHONIOENCODING": "latin-1"},
        {"LANG": "C.UTF-8", "PYTHONIOENCODING": "ascii:replace"},
    ],
    ids=["ASCII", "Latin-1", "ASCII for Python alone"],
)
def test_a_terminal_that_speaks_no_utf_8(note: Path, setting: dict[str, str]) -> None:
    """Half of the screen would be question marks, in the wrong places: a line says what to set."""
    with terminal_with({"TERM": "xterm"} | setting, note) as screen:
        said = refusal(screen)
    assert "UTF-8" in said
    assert "LC_ALL" in said or "LANG" in said


def test_a_very_small_terminal(note: Path) -> None:
    """20 × 5: the text wraps in four lines, the status line fits, the question can be answered."""
    with terminal_with({"TERM": "xterm", "LANG": "C.UTF-8"}, note, 20, 5) as screen:
        screen.wait(lambda lines: "Grüße" in lines[0], "the text")
        screen.send("x")
        screen.wait(lambda lines: "xGrüße" in lines[0], "the key")
        screen.wait(lambda lines: "note.txt" in lines[-1], "the status line")
        assert all(len(line) <= 20 for line in screen.lines)
        screen.send("\x13")
        screen.wait(lambda lines: "saved" in "\n".join(lines), "the note that it is saved")
        screen.send("\x11")
        assert screen.finish() == 0
    assert note.read_text(encoding="utf-8") == f"x{TEXT}"


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (8, 2)], ids=str)
def test_a_terminal_of_next_to_nothing(note: Path, size: tuple[int, int]) -> None:
    """Nobody can work there, but a window may be drawn so small: the text is safe, and can be."""
    with terminal_with({"TERM": "xterm", "LANG": "C.UTF-8"}, note, *size) as screen:
        # Before this the terminal itself takes Ctrl-S, and stops.
        screen.wait(lambda _: b"\x1b[?25l" in screen.received, "the app")
        screen.send("x\x13")
        screen.wait(lambda _: note.read_text(encoding="utf-8") == f"x{TEXT}", "the file")
        screen.send("\x11")
        assert screen.finish() == 0
    assert b"Traceback" not in screen.received


def test_a_very_large_terminal(note: Path) -> None:
    """300 × 100: the whole text, and the status line at the bottom."""
    with terminal_with({"TERM": "xterm", "LANG": "C.UTF-8"}, note, 300, 100) as screen:
        screen.wait(lambda lines: "another line" in lines[40], "the last line")
        screen.wait(lambda lines: "note.txt" in lines[99], "the status line")
        edit_and_leave(screen, "Grüße, 漢")


@pytest.mark.parametrize("has_keys", [True, False])
def test_no_terminal(note: Path, has_keys: bool) -> None:
    """In a pipe or a job of the night: a line says what is missing, and nothing waits."""
    master, slave = os.openpty()
    try:
        ended = subprocess.run(
            program(note),
            stdin=slave if has_keys else subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(master)
        os.close(slave)
    assert ended.returncode == 1
    assert ended.stdout == b""
    assert ended.stderr == b"charlm-tui: the editor needs a terminal to run in\n"


def test_output_that_is_no_terminal(note: Path, tmp_path: Path) -> None:
    """`charlm-tui FILE > out`: the app draws on the terminal, if there is one, or says that it
    can't; never into the file."""
    out = tmp_path / "out"
    command = ["sh", "-c", 'exec "$@" > "$0"', str(out), *program(note)]
    with terminal(command) as screen:
        screen.wait(lambda lines: "Grüße" in lines[0] or "charlm-tui:" in lines[0], "a word")
        if "charlm-tui:" not in screen.lines[0]:
            screen.send("\x11")
        screen.finish()
    assert out.read_bytes() == b""
