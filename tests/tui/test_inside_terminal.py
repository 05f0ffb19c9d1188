"""Looking inside in a real terminal, with a model that knows one word."""

from pathlib import Path

from tests.tui.terminal import terminal
from tests.tui.test_terminal import checkpoint, program, ready

__all__ = ["checkpoint"]

F6 = "\x1b[17~"


def test_look_inside(tmp_path: Path, checkpoint: Path) -> None:
    """F6 shows how surprising the text is, arrows the other sections; typing goes on meanwhile, n
    finds the letter that does not belong, and F6 closes it all."""
    path = tmp_path / "note.txt"
    path.write_text(" fox fox fxx fox fox" * 8 + "\n")
    with terminal(program(path, "--checkpoint", checkpoint)) as screen:
        ready(screen)

        def panel() -> str:
            return "\n".join(line[44:] for line in screen.lines)

        screen.send(F6)
        screen.wait(lambda lines: "161 read" in panel(), "the text, read")
        screen.wait(lambda lines: "1 fxx" in panel(), "its most surprising word")
        screen.send("n")
        screen.wait(lambda lines: " 1:1 " not in lines[-1], "the cursor at a surprise")
        screen.send("\x1b[C")
        screen.wait(lambda lines: "network" in panel(), "the sources")
        screen.send("\x1b[C")
        screen.wait(lambda lines: "layer 1 of 1 · hidden" in panel(), "the units")
        screen.send("\x1b[C\x1b")
        screen.wait(lambda lines: "Ghost" in panel(), "the ghost")
        screen.send("\x1b[1;5F")
        screen.wait(lambda lines: " 2:1 " in lines[-1], "the text's end")
        screen.send("a f")
        screen.wait(lambda lines: "all so far" in panel() and "100%" in panel(), "its odds")
        screen.wait(lambda lines: any(line.startswith(" a fox.") for line in lines), "the ghost")
        screen.send(F6)
        screen.send(F6)
        screen.wait(lambda lines: not any("▏" in line for line in lines), "the panel, closed")
        screen.send("\x13")
        screen.wait(lambda lines: "saved" in lines[-1], "the note that it is saved")
        screen.send("\x11")
        assert screen.finish() == 0
    assert path.read_text().endswith("\na f")
