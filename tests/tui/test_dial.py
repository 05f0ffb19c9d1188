"""The dial, what use makes of it, and a person's own counts, as seen in the editor."""

import json
from pathlib import Path

import pytest

from charlm_core import DIALS
from tests.tui.support import SENTENCE, FakeModel, running


def counts(home: Path) -> dict[str, int]:
    """What the file says of the one day there is."""
    table = json.loads((home / "data" / "charlm-tui" / "counts.json").read_text())
    (day,) = table["days"].values()
    return dict(day)


@pytest.mark.parametrize("key", ["ctrl+t", "alt+d"])
async def test_turning_the_dial(key: str, home: Path) -> None:
    """The next word shows in the status line at once, and a ghost is asked for by it."""
    async with running() as it:
        await it.type("The ")
        assert it.facts.dial == "balanced"
        assert it.model.thresholds[-1] == DIALS["balanced"].threshold
        seen = []
        for _ in range(3):
            await it.press(key)
            assert it.facts.note == it.facts.dial
            seen.append(it.facts.dial)
            assert it.model.thresholds[-1] == DIALS[it.facts.dial].threshold
        assert seen == ["eager", "quiet", "balanced"]
        assert it.says(f"{it.facts.model}  balanced")


async def test_the_dial_outlasts_the_program(home: Path) -> None:
    """It is where it was left, and the settings file says so."""
    async with running() as it:
        await it.press("ctrl+t")
    settings = home / "config" / "charlm-tui" / "settings.toml"
    assert settings.read_text() == 'dial = "eager"\n'
    async with running() as it:
        assert it.facts.dial == "eager"


async def test_a_wrong_setting_is_told(home: Path) -> None:
    """The editor starts, and says which line of which file is wrong."""
    settings = home / "config" / "charlm-tui" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('dial = "loud"\n')
    async with running(size=(200, 24)) as it:
        assert it.says("settings.toml, line 1: dial: not one of quiet, balanced, eager")
        assert it.facts.dial == "balanced"


async def test_settings_that_can_not_be_saved_are_told(home: Path) -> None:
    """The dial turns all the same."""
    (home / "config").write_text("a file in the folder's place")
    async with running(size=(200, 24)) as it:
        await it.press("ctrl+t")
        assert it.facts.dial == "eager"
        assert it.says("the change is not saved")


async def test_use_moves_the_dial(home: Path) -> None:
    """After some accepts the least probability is lower, visibly, and after a restart too."""
    async with running() as it:
        await it.type("The ")
        for _ in range(3):
            await it.press("f9")
        assert it.facts.dial == "balanced -5%"
        await it.type("x")
        await it.press("backspace")
        await it.type("q")
        assert it.model.thresholds[-1] == pytest.approx(0.95 * DIALS["balanced"].threshold)
    async with running() as it:
        assert it.facts.dial == "balanced -5%"
        await it.press("ctrl+t", "ctrl+t", "ctrl+t")
        assert it.facts.dial == "balanced"
    async with running() as it:
        assert it.facts.dial == "balanced"


async def test_typing_over_ghosts_moves_it_back() -> None:
    """Each ghost that is passed by makes the next less likely to show."""
    async with running() as it:
        for _ in range(5):
            await it.type("The ")
            await it.type("z\n")
        assert it.facts.dial == "balanced +5%"


async def test_typing_what_the_ghost_says_moves_nothing() -> None:
    """Who types a ghost out was well advised."""
    async with running() as it:
        await it.type(SENTENCE)
        assert it.facts.dial == "balanced"


async def test_counts(home: Path) -> None:
    """Keys typed, ghosts accepted and keys saved go to a file when the editor is left."""
    async with running() as it:
        await it.type("The quick ")
        await it.press("ctrl+right", "tab")
        assert it.editor.text == SENTENCE
        await it.paste("pasted")
        await it.press("ctrl+z")
    saved = len(SENTENCE) - len("The quick ") - 2
    assert counts(home) == {"accepted": 2, "saved": saved, "typed": len("The quick ")}


async def test_counts_of_two_runs(home: Path) -> None:
    """They add up."""
    for _ in range(2):
        async with running(model=FakeModel()) as it:
            await it.type("abc")
    assert counts(home) == {"accepted": 0, "saved": 0, "typed": 6}
