"""The model writing on, in a real terminal."""

from pathlib import Path

from tests.tui.terminal import Terminal, terminal
from tests.tui.test_terminal import checkpoint as checkpoint
from tests.tui.test_terminal import program, ready

F5 = "\x1b[15~"


def _shows(screen: Terminal, words: str, what: str) -> None:
    screen.wait(lambda lines: any(words in line for line in lines), what)


def test_write_put_in_and_take_back(tmp_path: Path, checkpoint: Path) -> None:
    """F5, some text appears below; Enter puts it in; Ctrl-Z takes all of it back, Ctrl-Y brings it
    again, Ctrl-S saves it."""
    path = tmp_path / "note.txt"
    path.write_text("The ")
    with terminal(program(path, "--checkpoint", checkpoint)) as screen:
        ready(screen)
        screen.send("\x1b[F" + F5 + "[[")
        _shows(screen, "From the cursor", "the pane")
        # The model knows one way to go on, and what follows a line end is drawn at random.
        screen.wait(lambda lines: lines[16].startswith(" fox."), "what is written")
        _shows(screen, "■ done", "its end")
        screen.send("\r")
        screen.wait(lambda lines: lines[0] == " The fox.", "it in the text")
        assert not any("From the cursor" in line for line in screen.lines)
        screen.send("\x1a")
        screen.wait(lambda lines: lines[:2] == [" The", ""], "the text as it was")
        screen.send("\x19")
        screen.wait(lambda lines: lines[0] == " The fox.", "it in the text again")
        screen.send("\x13")
        _shows(screen, "saved", "the note that it is saved")
        assert path.read_text().startswith("The fox.\n")
        assert len(path.read_text()) == len("The ") + 100
        screen.send("\x11")
        assert screen.finish() == 0


def test_into_the_text_until_a_key(tmp_path: Path, checkpoint: Path) -> None:
    """d writes into the text; a letter stops it and is typed; two Ctrl-Z take back both."""
    path = tmp_path / "note.txt"
    path.write_text("The ")
    with terminal(program(path, "--checkpoint", checkpoint)) as screen:
        ready(screen)
        screen.send("\x1b[F" + F5)
        _shows(screen, "▶ writing", "the pane")
        screen.send("]]]" + "--" + "d")
        screen.wait(lambda lines: lines[0] == " The fox." and len(lines[1]) > 3, "the text growing")
        screen.send("ж")
        screen.wait(lambda lines: "ж" in "".join(lines[:20]), "the letter")
        screen.send("\x1a\x1a")
        screen.wait(lambda lines: lines[:2] == [" The", ""], "the text as it was")
        screen.send("\x11")
        assert screen.finish() == 0
        assert path.read_text() == "The "
