"""The knobs in a real terminal, with the shipped model: each key is another ghost."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.terminal import Terminal, terminal

TEXT = "It was the first thing "

UP, DOWN, RIGHT = "\x1b[A", "\x1b[B", "\x1b[C"

# Each ends where a ghost shows, as the next one begins there.
PANEL = {
    "mode": RIGHT,
    "mode by its number": "2",
    "temperature": DOWN + "0\r",
    "temperature as it comes": "\x7f",
    "top-k": DOWN + "1\r",
    "top-p": "\x7f" + DOWN + ".2\r",
    "top-p as it comes": "\x7f",
    "length": DOWN + "5\r",
    "length, coarse": "\x1b[1;2C",
    "confidence": DOWN + "1\r",
    "confidence, to nothing": "0\r",
    "seed": DOWN + "9\r",
    "another seed": "r",
    "preset": "p",
}

SINGLE = {
    "mode": "\x1bo",
    "mode, twice more": "\x1bo\x1bo",
    "temperature down": 10 * "\x1be",
    "temperature up": 10 * "\x1bE",
    "top-k down": 39 * "\x1bk",
    "top-k up": 8 * "\x1bK",
    "top-p down": 80 * "\x1bu",
    "top-p up": 80 * "\x1bU",
    "shorter": 50 * "\x1ba",
    "longer": 20 * "\x1bA",
    "confidence up": 20 * "\x1bC",
    "confidence down": 20 * "\x1bc",
    "seed": "\x1bV",
    "seed before": "\x1bv",
    "another seed": "\x1br",
    "preset": "\x1bq",
}


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Terminal]:
    """The shipped model, and a ghost that is drawn wildly."""
    with terminal([sys.executable, "-m", "tui.cli", str(tmp_path / "note.txt")]) as it:
        it.wait(lambda lines: "english" in lines[-1] and "loading" not in lines[-1], "a model")
        it.send(TEXT)
        it.wait(lambda lines: f"1:{len(TEXT) + 1} " in lines[-1], "the text")
        it.send("\x1bq")
        it.wait(lambda lines: " wild " in lines[-1], "the preset")
        it.wait(lambda lines: len(ghost(lines)) > 20, "a ghost")
        yield it


def ghost(lines: list[str]) -> str:
    """What is behind the text, beside the panel or without it."""
    rows = [line[:46].strip() for line in lines[:4]]
    return " ".join(filter(None, rows)).removeprefix(TEXT.strip())


def changes(screen: Terminal, what: str, keys: str) -> None:
    """Press keys and wait for another ghost."""
    before = ghost(screen.lines)
    screen.send(keys)
    screen.wait(lambda lines: ghost(lines) != before, f"what comes of {what}")


def test_each_knob_in_the_panel(screen: Terminal) -> None:
    """F2, and the ghost under the cursor is another whenever a knob turns; Esc, and one writes."""
    screen.send("\x1bOQ")
    screen.wait(lambda lines: any("Sampling" in line for line in lines), "the panel")
    screen.wait(lambda lines: any("choices" in line for line in lines), "the odds")
    for what, keys in PANEL.items():
        changes(screen, what, keys)
    screen.send("\x1b")
    # Esc alone is known as such after a moment.
    screen.read(0.3)
    screen.send("x")
    screen.wait(lambda lines: lines[0].startswith(f" {TEXT}x"), "what was typed")


def test_each_knob_by_its_own_key(screen: Terminal) -> None:
    """From the text, also when the key is held down; nothing of it is typed."""
    for what, keys in SINGLE.items():
        changes(screen, what, keys)
    screen.send("\x1b[101;4u")
    screen.wait(lambda lines: "temperature 1.05" in lines[-1], "a key of a newer terminal")
    assert screen.lines[0].startswith(f" {TEXT.strip()}")
    assert f"1:{len(TEXT) + 1}" in screen.lines[-1]
