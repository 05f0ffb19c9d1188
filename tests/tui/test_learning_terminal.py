"""Learning with the shipped model in a real terminal: from the keys to the disk, and forgotten."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.tui.terminal import Terminal, terminal
from tests.tui.test_terminal import program

LINE = "Xanthor Qopple of Xanthor Qopple."
LEARNED = "english has learned 68 characters"


def ready(screen: Terminal) -> None:
    """Wait until the model is loaded."""
    screen.wait(lambda ls: "english" in ls[-1] and "loading" not in ls[-1], "the model")


def leave(screen: Terminal) -> None:
    """Save and quit."""
    screen.send("\x13")
    screen.wait(lambda lines: "saved" in lines[-1], "the note that it is saved")
    screen.send("\x11")
    assert screen.finish() == 0


def memory(*arguments: str) -> Any:
    """What `charlm-tui memory` tells."""
    command = program("memory", "--json", *arguments)
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def test_two_lines(tmp_path: Path) -> None:
    """Two lines are learned once the keys rest; after a restart a ghost knows them; then none does.

    The gain is told by the command line and the same on the screen.
    """
    path = tmp_path / "note.txt"
    with terminal(program(path)) as screen:
        ready(screen)
        screen.send(f"{LINE}\r{LINE}\r")
        screen.wait(lambda lines: " 3:1 " in lines[-1], "the third line")
        screen.send("\x0c")
        screen.wait(lambda lines: LEARNED in lines[0], "what was learned")
        screen.send("\x1b")
        ready(screen)
        leave(screen)
    found = memory()
    assert found["documents"] == [{"name": str(path), "chars": 68}]
    gain = found["gain"]
    assert gain["chars"] == 68
    assert gain["adaptive"]["bpc"] < gain["static"]["bpc"]
    with terminal(program(path)) as screen:
        ready(screen)
        screen.send("\x0c")
        with_it, without = gain["adaptive"]["bpc"], gain["static"]["bpc"]
        words = f"{with_it:.2f} bits a character with learning, {without:.2f} without"
        screen.wait(lambda lines: LEARNED in lines[0] and words in lines[1], "the gain")
        screen.send("\x1b")
        ready(screen)
        screen.send("\x1b[1;5FXanthor Qop")
        screen.wait(lambda lines: lines[2].startswith(" Xanthor Qopple"), "the ghost")
        leave(screen)
    assert memory("--forget-all")["documents"] == []
    assert memory()["chars"] == 0


def test_nothing_is_kept_where_learning_is_off(tmp_path: Path, home: Path) -> None:
    """With `learn = false` no file but the text itself holds any of it."""
    settings = home / "config" / "charlm-tui" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("learn = false\n")
    with terminal(program(tmp_path / "note.txt")) as screen:
        ready(screen)
        screen.send(f"{LINE}\r")
        screen.wait(lambda lines: " 2:1 " in lines[-1], "the second line")
        leave(screen)
    kept = {path.name: path.read_text() for path in home.rglob("*") if path.is_file()}
    locks = [".counts.lock", ".recent.lock"]
    assert sorted(kept) == [*locks, "counts.json", "recent.json", "settings.toml"]
    assert not any(LINE in text for text in kept.values())
