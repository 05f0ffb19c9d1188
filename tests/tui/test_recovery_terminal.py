"""What a terminal that is closed, and a program that is killed, leave behind; in a real one."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.tui.terminal import Terminal, terminal
from tui.services.journal import journals_folder, leftovers, recovered_text


def program(*arguments: object) -> list[str]:
    """The command line, without a model: it is the text that matters here."""
    return [sys.executable, "-m", "tui.cli", *map(str, arguments), "--checkpoint", "none-such"]


def left() -> list[str]:
    """The texts that the next start would offer."""
    return [recovered_text(one) for one in leftovers(journals_folder())]


def typed(screen: Terminal, text: str) -> None:
    """Type a word and see it on the screen."""
    screen.send(text)
    screen.wait(lambda lines: lines[0].strip().startswith(text), "the word")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_offered_after_every_end(tmp_path: Path, number: signal.Signals) -> None:
    """However the program is ended, the next start offers the text, and has it again."""
    path = tmp_path / "note.txt"
    path.write_text("one\n")
    with terminal(program(path)) as screen:
        screen.wait(lambda lines: lines[0] == " one", "the text")
        typed(screen, "precious")
        if number == signal.SIGKILL:
            # Nothing can be done at that moment; what was typed before is on disk by then.
            time.sleep(3)
        os.kill(screen.process.pid, number)
        screen.finish()
    assert path.read_text() == "one\n"
    assert left() == ["preciousone\n"]
    with terminal(program(path)) as screen:
        screen.wait(lambda lines: any("Recover it" in line for line in lines), "the offer")
        time.sleep(1)
        screen.send("\r")
        screen.wait(lambda lines: lines[0] == " preciousone", "the text again")
        screen.send("\x13")
        screen.wait(lambda lines: "saved" in lines[-1], "the note that it is saved")
        screen.send("\x11")
        assert screen.finish() == 0
    assert path.read_text() == "preciousone\n"
    assert left() == []


WAITS = """
import signal, subprocess, sys
signal.signal(signal.SIGHUP, lambda number, frame: None)
sys.exit(subprocess.call(sys.argv[1:]))
"""
"""Runs a command as make does: it is told of a closed terminal, the command is not."""


@pytest.mark.parametrize("before", [[], [sys.executable, "-c", WAITS]], ids=["alone", "in make"])
def test_a_closed_window_ends_it(tmp_path: Path, before: list[str]) -> None:
    """It ends by itself whoever is told of it, with the text where the next start offers it."""
    path = tmp_path / "note.txt"
    path.write_text("one\n")
    with terminal([*before, *program(path)]) as screen:
        screen.wait(lambda lines: lines[0] == " one", "the text")
        typed(screen, "precious")
        assert screen.close() == 128 + signal.SIGHUP
    assert left() == ["preciousone\n"]


def test_keys_of_tabs(tmp_path: Path) -> None:
    """Alt with a digit and Ctrl-PgDn do what they do as a plain terminal sends them."""
    for name in ["one", "two", "three"]:
        (tmp_path / name).write_text(name)
    with terminal(program(tmp_path / "one", tmp_path / "two", tmp_path / "three")) as screen:
        screen.wait(lambda lines: "[1 one] 2 two  3 three" in lines[0], "the tabs")
        screen.send("\x1b3")
        screen.wait(lambda lines: "[3 three]" in lines[0] and lines[1] == " three", "the third")
        screen.send("\x1b[6;5~")
        screen.wait(lambda lines: "[1 one]" in lines[0], "the first")
        screen.send("\x1bp")
        screen.wait(lambda lines: "[3 three]" in lines[0], "the third again")
        screen.send("\x11")
        assert screen.finish() == 0
