"""Documents that choose their checkpoint, in a real terminal, with real models."""

from dataclasses import replace
from pathlib import Path

import pytest

from charlm_core import Suits
from charlm_core.checkpoint import write
from tests.support import sure_checkpoint
from tests.tui.terminal import Terminal, terminal
from tests.tui.test_terminal import program

F3 = "\x1bOR"
ASCII = "\n " + "".join(map(chr, range(ord("!"), ord("~"))))
RUSSIAN = "".join(map(chr, range(ord("а"), ord("я") + 1)))
OWN = {
    "лиса": (ASCII + RUSSIAN, "лиса.", Suits(scripts=("Cyrillic",))),
    "snake": (ASCII, "def:", Suits(files=("*.py",), programs=("python",))),
}
"""Of each its letters, the word that it knows to come after a space, and what it suits."""


@pytest.fixture
def models(home: Path) -> Path:
    """Two models of the person's own, made by hand, beside the shipped ones."""
    folder = home / "data" / "charlm-tui" / "models"
    folder.mkdir(parents=True)
    for name, (letters, word, suits) in OWN.items():
        followers = dict(zip(f" {word}", f"{word}\n", strict=True))
        made = sure_checkpoint(followers, letters)
        write(folder / name, replace(made.config, suits=suits), made.tensors, card="# One word\n")
    return folder


def wait(screen: Terminal, words: str) -> None:
    """Wait for words in the last line, once nothing is being loaded."""
    screen.wait(lambda lines: words in lines[-1] and "loading" not in lines[-1], words)


@pytest.mark.usefixtures("models")
def test_three_documents_and_an_empty_page(tmp_path: Path) -> None:
    """A letter in Russian, one in English and a program each have their model at 80 × 24; a new
    page gets another one by what is typed, and Alt-I has the last word."""
    texts = {"письмо.txt": "Мой друг,", "mail.txt": "Dear friend, ", "a.py": "if x:"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with terminal(program(*(tmp_path / name for name in texts))) as screen:
        wait(screen, " лиса (auto) ")
        screen.send("\x1b[F ")
        screen.wait(lambda lines: lines[1] == " Мой друг, лиса.⏎", "a Russian ghost")
        screen.send("\x1b2")
        wait(screen, " english (auto) ")
        screen.send("\x1b3")
        wait(screen, " snake (auto) ")
        assert "snake, by its name" in screen.lines[-1]
        screen.send("\x1b[F ")
        screen.wait(lambda lines: lines[1] == " if x: def:⏎", "a program's ghost")

        screen.send("\x0e")
        wait(screen, " english (auto) ")
        for typed in "Сегодня хорошая погода, и ":
            screen.send(typed)
        wait(screen, "лиса, by its letters")
        screen.wait(lambda lines: lines[1].endswith(" и лиса.⏎"), "what was typed goes on")
        screen.send("\x1bi")
        wait(screen, "snake, chosen for this text")
        screen.wait(lambda lines: not lines[1].endswith("лиса.⏎"), "the other one's ghost gone")
        screen.send("\x1b1")
        wait(screen, " лиса (auto) ")
        screen.send("\x1b4")
        wait(screen, " snake ")
        assert "(auto)" not in screen.lines[-1]


@pytest.mark.usefixtures("models")
def test_a_choice_outlives_the_program(tmp_path: Path, home: Path) -> None:
    """A model taken on the model screen is there at the next start, until `a` is pressed there."""
    path = tmp_path / "a.py"
    path.write_text("if x: ")
    with terminal(program(path)) as screen:
        wait(screen, " snake (auto) ")
        screen.send(F3)
        screen.wait(lambda lines: "▶ snake" in "\n".join(lines), "the models")
        screen.send("\x1b[F\r")
        wait(screen, " лиса ")
        screen.send("\x11")
        assert screen.finish() == 0
    assert 'checkpoint = "лиса"' in (home / "config/charlm-tui/settings.toml").read_text()
    with terminal(program(path)) as screen:
        wait(screen, " лиса ")
        assert "(auto)" not in screen.lines[-1]
        screen.send(F3)
        screen.wait(lambda lines: "▶ лиса" in "\n".join(lines), "the models")
        screen.send("a")
        wait(screen, " snake (auto) ")
