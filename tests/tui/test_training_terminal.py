"""Training in a real terminal: begun, left alone, found again after a restart, stopped and used."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.learn.support import PARAGRAPH
from tests.tui.terminal import PATIENCE, Terminal, terminal
from tests.tui.test_terminal import program

ATTEMPTS = 10
"""So many times PATIENCE for what a trainer at the lowest priority does on a busy machine."""


@pytest.fixture
def runs(home: Path) -> Iterator[Path]:
    """Where runs lie; whoever still trains one of them in the end is ended."""
    folder = home / "data" / "charlm-tui" / "runs"
    yield folder
    for process in trainers(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def trainers(folder: Path) -> list[int]:
    """The processes that train a run in this folder."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, check=True
    )
    lines = listed.stdout.decode(errors="replace").splitlines()
    return [int(line.split()[0]) for line in lines if " train " in line and str(folder) in line]


def hurry(folder: Path) -> None:
    """Where one may, give the trainers the priority of others: the test is all there is to do."""
    for process in trainers(folder):
        for thread in Path(f"/proc/{process}/task").glob("*"):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, int(thread.name), 0)
        with contextlib.suppress(OSError):
            Path(f"/proc/{process}/autogroup").write_text("0\n")


def wait(screen: Terminal, folder: Path, until: Callable[[str], bool], what: str) -> None:
    """Wait with great patience for what the screen shows."""
    hurried = 0.0

    def seen(lines: list[str]) -> bool:
        nonlocal hurried
        if time.monotonic() - hurried > 1:
            hurry(folder)
            hurried = time.monotonic()
        return until("\n".join(lines))

    for _ in range(ATTEMPTS):
        with contextlib.suppress(AssertionError):
            screen.wait(seen, what)
            return
        assert screen.process.poll() is None
    screen.wait(seen, what)


@pytest.mark.timeout(int(4 * ATTEMPTS * PATIENCE))
def test_train_then_feel_it(tmp_path: Path, runs: Path) -> None:
    """F4, Enter, Enter; figures come; typing goes on meanwhile; the run outlives the app, is found
    again, stopped and used, and the ghost for the text is what was learned."""
    text = tmp_path / "tale.txt"
    text.write_text((PARAGRAPH + "\n") * 40, encoding="utf-8")
    with terminal(program(text)) as screen:
        screen.wait(lambda lines: "english" in lines[-1] and "loading" not in lines[-1], "a model")
        screen.send("\x1bOS")
        screen.wait(lambda lines: "no training runs yet" in "\n".join(lines), "the first start")
        screen.send("\r")
        screen.wait(lambda lines: "Enter starts" in lines[-1], "the form")
        _choose_tiny(screen)
        screen.send("\r")
        screen.wait(lambda lines: "starting" in "\n".join(lines), "the run")
        wait(screen, runs, lambda shown: "running" in shown and "gradient norm" in shown, "figures")
        screen.send("\x1bOS")
        screen.wait(lambda lines: lines[0].startswith(" It was the best"), "the editor")
        screen.send("\r\x1b[AThe quick")
        screen.wait(lambda lines: len(lines[0]) > len(" The quick"), "a ghost")
        screen.send("\x11")
        screen.wait(lambda lines: "Don't save" in "\n".join(lines), "the question")
        screen.send("d")
        assert screen.finish() == 0
    assert trainers(runs)

    note = tmp_path / "note.txt"
    with terminal(program(note)) as screen:
        screen.wait(lambda lines: "english" in lines[-1] and "loading" not in lines[-1], "a model")
        screen.send("\x1bOS")
        wait(screen, runs, lambda shown: "▶ running" in shown, "the run")
        wait(screen, runs, lambda shown: "u use" in shown, "the first weights")
        screen.send("s")
        wait(screen, runs, lambda shown: "■ stopped" in shown, "the end")
        screen.send("u")
        screen.wait(lambda lines: " tale " in lines[-1] and "loading" not in lines[-1], "the model")
        # Of what the paragraph says once, so that it is sure how to go on.
        screen.send("we had everything ")
        screen.wait(lambda lines: len(lines[0]) > len(" we had everything "), "a ghost")
        screen.send("\t\x13")
        screen.wait(lambda lines: "saved" in lines[-1], "the note that it is saved")
        assert len(note.read_text()) > len("we had everything ")
        # Its process takes a moment to end after it has let go of the run.
        screen.wait(lambda lines: not trainers(runs), "the trainer's end")
        screen.send("\x11")
        assert screen.finish() == 0


def _choose_tiny(screen: Terminal) -> None:
    """Move back from the button to what it begins with, which is the model in use; begin from
    scratch, and take the smallest size. Enter starts from there."""
    screen.send("\x1b[Z" * 3)
    screen.wait(lambda lines: "● english" in "\n".join(lines), "the model in use")
    screen.send("\x1b[D")
    screen.wait(lambda lines: "● scratch" in "\n".join(lines), "the beginning")
    screen.send("\t")
    screen.wait(lambda lines: "↑↓ choose" in lines[-1], "the sizes")
    screen.send("\x1b[A\x1b[A")
    screen.wait(lambda lines: "● tiny" in "\n".join(lines), "the size")
