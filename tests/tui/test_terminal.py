"""The product in a real terminal, from the first key to the file on disk."""

import sys
from pathlib import Path

import pytest

from charlm_core.checkpoint import write
from tests.support import sure_checkpoint
from tests.tui.terminal import Terminal, terminal

FOLLOWERS = {" ": "f", "f": "o", "o": "x", "x": ".", ".": "\n"}
"""All that the model of these tests knows: after a space comes `fox.`, and a line end."""


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A checkpoint, made by hand, that is sure of its FOLLOWERS and of nothing else."""
    made = sure_checkpoint(FOLLOWERS, "\n " + "".join(map(chr, range(ord("!"), ord("~")))))
    path = tmp_path / "fox"
    write(path, made.config, made.tensors, card="# Knows one word\n")
    return path


def program(*arguments: object) -> list[str]:
    """The command line, run by this Python."""
    return [sys.executable, "-m", "tui.cli", *map(str, arguments)]


def ready(screen: Terminal) -> None:
    """Wait until the model is loaded."""
    screen.wait(lambda lines: " fox " in lines[-1] and "loading" not in lines[-1], "the model")


def test_type_accept_save_quit(tmp_path: Path, checkpoint: Path) -> None:
    """Typing shows ghost text, Tab takes it, Ctrl-S saves what is on screen, Ctrl-Q leaves."""
    path = tmp_path / "note.txt"
    with terminal(program(path, "--checkpoint", checkpoint)) as screen:
        ready(screen)
        for typed in "The quick brown ":
            screen.send(typed)
        screen.wait(lambda lines: lines[0] == " The quick brown fox.⏎", "the ghost")
        screen.send("\t")
        screen.wait(lambda lines: " 2:1 " in lines[-1], "the cursor after the ghost")
        screen.send("\x13")
        screen.wait(lambda lines: "saved" in lines[-1], "the note that it is saved")
        assert screen.lines[:2] == [" The quick brown fox.", ""]
        assert path.read_text() == "The quick brown fox.\n"
        maps = Path(f"/proc/{screen.process.pid}/maps")
        if maps.exists():
            assert "torch" not in maps.read_text()
        screen.send("\x11")
        assert screen.finish() == 0


def test_the_shipped_model_in_a_terminal_of_80_by_24(tmp_path: Path) -> None:
    """`At the same ti`, key by key: the shipped model proposes, Tab takes it, the file has it."""
    path, text = tmp_path / "note.txt", "At the same ti"
    with terminal(program(path)) as screen:
        screen.wait(lambda lines: "english" in lines[-1] and "loading" not in lines[-1], "a model")
        for index, key in enumerate(text, start=1):
            screen.send(key)
            place = f"1:{index + 1} "
            screen.wait(lambda lines, place=place: place in lines[-1], "the key")  # type: ignore[misc]
        screen.wait(lambda lines: len(lines[0].strip()) > len(text), "a ghost")
        proposed = screen.lines[0].strip()
        assert proposed.startswith(text)
        screen.send("\t")
        screen.wait(lambda lines: f"1:{len(text) + 1} " not in lines[-1], "the ghost accepted")
        screen.send("\x13")
        screen.wait(lambda lines: "saved" in lines[-1], "the note that it is saved")
        assert path.read_text().rstrip() == screen.lines[0].strip() == proposed
        screen.send("\x11")
        assert screen.finish() == 0


def test_keys_of_a_plain_terminal(tmp_path: Path, checkpoint: Path) -> None:
    """Alt-F, Ctrl-Space, Ctrl-] and a bracketed paste do what they do as a terminal sends them."""
    path = tmp_path / "note.txt"
    with terminal(program(path, "--checkpoint", checkpoint)) as screen:
        ready(screen)
        screen.send("a ")
        screen.wait(lambda lines: lines[0] == " a fox.⏎", "the ghost")
        screen.send("\x1d")
        screen.wait(lambda lines: lines[0] == " a", "the ghost dismissed")
        screen.send("\0")
        screen.wait(lambda lines: lines[0] == " a fox.⏎", "the ghost asked for")
        screen.send("\x1bf")
        screen.wait(lambda lines: "1:7" in lines[-1], "the word accepted")
        screen.send("\x1b[200~\t\x1b[201~")
        screen.send("z\x13")
        screen.wait(lambda lines: "saved" in lines[-1], "the note that it is saved")
        assert path.read_text() == "a fox.\tz"


def test_keys_in_a_hurry(tmp_path: Path, checkpoint: Path) -> None:
    """A burst of letters, moves and a save is carried out in the order it was typed."""
    path = tmp_path / "note.txt"
    with terminal(program(path, "--checkpoint", checkpoint)) as screen:
        ready(screen)
        screen.send("bc\x1b[D\x1b[Da\x1b[F\rend" * 20)
        screen.wait(lambda lines: "21:4" in lines[-1], "the last line")
        screen.send("\x13")
        screen.wait(lambda lines: "saved" in lines[-1], "the note that it is saved")
        assert path.read_text() == "abc\n" + "endabc\n" * 19 + "end"


def test_keys_typed_before_the_screen_is_there(tmp_path: Path, checkpoint: Path) -> None:
    """What is typed while the program starts is in the text."""
    with terminal(program(tmp_path / "note.txt", "--checkpoint", checkpoint)) as screen:
        screen.send("early ")
        screen.wait(lambda lines: lines[0] == " early fox.⏎", "what was typed")


@pytest.mark.parametrize("fault", ["folder", "binary", "parent"])
def test_bad_files_end_in_one_line(tmp_path: Path, fault: str) -> None:
    """What can't be opened is told in one line, and the screen is left alone."""
    path = {"folder": tmp_path, "binary": tmp_path / "b", "parent": tmp_path / "no" / "x"}[fault]
    (tmp_path / "b").write_bytes(b"\0")
    with terminal(program(path)) as screen:
        assert screen.finish() == 1
        assert b"\x1b" not in screen.received
        assert screen.received.startswith(b"charlm-tui: ")
        assert screen.received.count(b"\n") == 1


def test_escape_sequences_in_a_file_are_drawn(tmp_path: Path, checkpoint: Path) -> None:
    """A file that would clear the screen or set its title shows as text."""
    path = tmp_path / "evil.txt"
    path.write_bytes(b"\x1b]0;pwned\x07 \x1b[2J \xc2\x9b2J \xe2\x80\xae\n")
    with terminal(program(path, "--checkpoint", checkpoint)) as screen:
        ready(screen)
        assert screen.lines[0].startswith(" ␛]0;pwned␇ ␛[2J")
        assert b"\x1b]0;pwned" not in screen.received
        assert "\x9b".encode() not in screen.received
        screen.send("\x11")
        assert screen.finish() == 0
