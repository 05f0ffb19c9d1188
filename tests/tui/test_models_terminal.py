"""The model screen in a real terminal, with real models."""

from pathlib import Path

from charlm_core.checkpoint import write
from tests.support import make_checkpoint
from tests.tui.terminal import terminal
from tests.tui.test_terminal import program

F3 = "\x1bOR"
TEXT = "It is a truth universally acknowledged, that a single man.\n" * 3


def test_another_model_under_the_same_text(tmp_path: Path, home: Path) -> None:
    """F3, a model, Enter: the status line names it, the document keeps its place. Two are compared
    on what it holds, and one is brought in and thrown away, without leaving the editor."""
    stored = make_checkpoint(hidden=24)
    write(
        home / "data" / "charlm-tui" / "runs" / "fable" / "best",
        stored.config,
        stored.tensors,
        card="# A tale\n",
    )
    write(tmp_path / "afar" / "guest", stored.config, stored.tensors, card="# A guest\n")
    text = tmp_path / "letter.txt"
    text.write_text(TEXT)
    with terminal(program(text)) as screen:

        def wait(words: str) -> None:
            screen.wait(lambda lines: words in "\n".join(lines), words)

        screen.wait(lambda lines: " english " in lines[-1] and "loading" not in lines[-1], "it")
        screen.send("\x1b[B\x1b[BNew: ")
        screen.wait(lambda lines: lines[2].startswith(" New: It is"), "what was typed")

        screen.send(F3)
        wait("▶ english")
        wait("came with charlm-tui, in use")
        screen.send("\x1b[B")
        wait("trained here")
        wait("A tale")
        screen.send("\r")
        screen.wait(
            lambda lines: " fable " in lines[-1] and "loading" not in lines[-1], "the model"
        )
        assert screen.lines[2].startswith(" New: It is a truth")
        assert "3:6" in screen.lines[-1]

        screen.send(F3)
        wait("▶ fable")
        screen.send("c")
        wait("choose another one")
        screen.send("\x1b[Ac")
        wait("letter.txt, 182 characters")
        wait("Esc goes back")
        wait("bits over all 182 characters; keys over all 182 characters")
        screen.send("\x1b")
        screen.wait(lambda lines: "Esc goes back" not in "\n".join(lines), "the models again")

        screen.send("i")
        wait("Import a model from which folder?")
        screen.send(f"{tmp_path}/af\t")
        wait("/afar/")
        screen.send("\t")
        wait("/afar/guest/")
        screen.send("\r")
        wait("guest is imported")
        wait("A guest")
        screen.send("d")
        wait("Remove the imported model guest")
        screen.send("d")
        wait("guest is removed")
        screen.send(F3)
        screen.wait(lambda lines: lines[2].startswith(" New: It is a truth"), "the editor")
        screen.send("\x1a")
        screen.wait(lambda lines: lines[2].startswith(" It is a truth"), "what was undone")
        screen.send("\x11")
        assert screen.finish() == 0
    assert text.read_text() == TEXT
