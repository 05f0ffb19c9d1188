"""What is learned while one writes, and the screen that shows it and has it forgotten."""

from pathlib import Path

import pytest

from tests.tui.support import Bench, FakeClock, FakeModel, missing, running
from tui.screens.confirm import Confirm
from tui.screens.memory import MemoryScreen

LANDLORD = "/letters/2025/to-the-landlord.txt"


def experienced() -> FakeModel:
    """A model that has learned two texts."""
    model = FakeModel()
    model.memory.texts = {LANDLORD: "x" * 12_000, "/notes/ideas.md": "y" * 345}
    return model


async def opened(it: Bench) -> None:
    """Open the screen and wait for what it shows."""
    await it.press("ctrl+l")
    await it.until(lambda: it.screen._learning.known is not None)


async def test_what_it_shows() -> None:
    """How much was learned, what for, from which texts, and one's own counts."""
    async with running(model=experienced()) as it:
        await it.type("The quick ")
        await it.press("tab")
        await opened(it)
        assert it.says("fake has learned 12,345 characters, 24.7 kB on disk.")
        assert it.says("1.63 bits a character with learning, 1.72 without, over 12,345 characters.")
        assert it.says("Learning is on. untitled is learned.")
        assert it.says("Today: accepted 1, saved 33 keys, 75%")
        assert it.says("In all: accepted 1, saved 33 keys, 75%")
        assert it.says("Ghosts: balanced")
        assert any(LANDLORD in line and "12,000" in line for line in it.screen_text())
        await it.press("escape")
        assert it.app.screen is it.screen


@pytest.mark.parametrize("size", [(20, 10), (80, 24), (200, 60)])
async def test_any_size(size: tuple[int, int]) -> None:
    """A text's name and length show on the smallest terminal too, and can be forgotten there."""
    async with running(model=experienced(), size=size) as it:
        await opened(it)
        assert any("lord.txt 12,000" in " ".join(line.split()) for line in it.screen_text())
        await it.press("shift+down", "d")
        assert it.says("F Forget")
        await it.press("f")
        await it.until(lambda: LANDLORD not in it.model.memory.texts)


async def test_folders(home: Path) -> None:
    """It names the folders of the settings, as people write them."""
    settings = home / "config" / "charlm-tui" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('folders = ["~/notes", "/texts"]\n')
    async with running() as it:
        await opened(it)
        assert it.says("To be remembered too: ~/notes, /texts.")


async def test_nothing_learned() -> None:
    """It says so, and there is nothing to forget."""
    async with running() as it:
        await opened(it)
        assert it.says("fake has learned nothing yet.")
        await it.press("d")
        assert it.says("there is nothing to forget")
        await it.press("a")
        assert not isinstance(it.app.screen, Confirm)


async def test_no_model() -> None:
    """Without a model the screen still shows the counts."""
    async with running(load_model=missing) as it:
        await it.press("ctrl+l")
        assert it.says("No model is loaded.")
        assert it.says("Today: accepted 0")


async def test_forgetting_one() -> None:
    """D asks, and Enter without a thought forgets nothing; F forgets the chosen text alone."""
    async with running(model=experienced()) as it:
        await opened(it)
        await it.press("d", "enter")
        assert len(it.model.memory.texts) == 2
        await it.press("d", "f")
        await it.until(lambda: LANDLORD not in it.model.memory.texts)
        await it.until(lambda: not it.says(LANDLORD))
        assert it.says("/notes/ideas.md")
        assert it.model.log[-1] == "saved"


async def test_forgetting_all() -> None:
    """A asks, then nothing is left."""
    async with running(model=experienced()) as it:
        await opened(it)
        await it.press("a", "f")
        await it.until(lambda: not it.model.memory.texts)
        await it.until(lambda: it.says("has learned nothing yet"))
        assert it.says("untitled is not learned: turned off for this text.")


async def test_off_for_good(home: Path) -> None:
    """L turns learning off, also after a restart; what was learned stays, unused."""
    async with running(model=experienced()) as it:
        await opened(it)
        await it.press("l")
        assert it.says("Learning is off. Nothing is learned, nor is what was learned used.")
        await it.until(lambda: "closed" in it.model.log)
    model = experienced()
    async with running(model=model) as it:
        await it.type("one\ntwo")
        assert model.log == []
        await opened(it)
        assert it.says("fake has learned 12,345 characters")
        await it.press("l")
        assert it.says("Learning is on")
    settings = home / "config" / "charlm-tui" / "settings.toml"
    assert settings.read_text() == "learn = true\n"


async def test_never_this_text(tmp_path: Path) -> None:
    """T keeps the text in the editor from being learned."""
    path = tmp_path / "diary.txt"
    async with running(path) as it:
        await opened(it)
        await it.press("t")
        assert it.says("diary.txt is not learned: turned off for this text.")
        await it.press("escape")
        await it.type("secret")
        await it.press("ctrl+s")
    assert it.model.memory.texts == {}
    async with running(path) as it:
        await opened(it)
        await it.press("t")
        assert it.says("diary.txt is learned.")


async def test_a_secret_file(tmp_path: Path) -> None:
    """A file of passwords is never learned, whatever is pressed."""
    async with running(tmp_path / ".env") as it:
        await it.type("PASSWORD=x")
        await it.press("ctrl+s")
        await opened(it)
        await it.press("t")
        assert it.says("still not learned: it may hold secrets")
    assert it.model.memory.texts == {}


async def test_a_save_is_learned(tmp_path: Path) -> None:
    """What is saved is learned, all of it, and that is on disk when the editor is left."""
    path = tmp_path / "note.txt"
    async with running(path) as it:
        await it.type("one\ntwo")
        await it.press("ctrl+s")
        await it.until(lambda: it.model.memory.texts == {str(path): "one\ntwo"})
    assert it.model.log[-2:] == ["saved", "closed"]


async def test_writing_is_learned_once_the_keys_rest() -> None:
    """First the lines that were left, later the one under the cursor too."""
    clock = FakeClock()
    async with running(clock=clock) as it:
        await it.type("one\ntwo")
        clock.now = 1.6
        await it.until(lambda: it.model.memory.texts == {"untitled": "one\n"})
        clock.now = 10.1
        await it.until(lambda: it.model.memory.texts == {"untitled": "one\ntwo"})


async def test_a_text_thrown_away() -> None:
    """What was typed and not saved is not learned on the way out."""
    async with running(clock=FakeClock()) as it:
        await it.type("one\ntwo")
        await it.press("ctrl+q", "d")
        assert not it.app.is_running
    assert it.model.memory.texts == {}


async def test_another_text(tmp_path: Path) -> None:
    """A new text is learned as one of its own."""
    path = tmp_path / "note.txt"
    async with running(path) as it:
        await it.type("one")
        await it.press("ctrl+s", "ctrl+n")
        await it.type("two")
        await opened(it)
        assert it.says("untitled is learned")
    assert it.model.memory.texts == {str(path): "one"}


async def test_leaving_from_there() -> None:
    """Ctrl-Q on that screen leaves by way of the editor, which asks about the text."""
    async with running() as it:
        await it.type("one")
        await it.press("ctrl+l", "ctrl+q")
        assert isinstance(it.app.screen, Confirm)


async def test_its_keys() -> None:
    """F1 lists them."""
    async with running(model=experienced()) as it:
        await opened(it)
        await it.press("f1")
        assert it.says("Forget all that was learned")
        await it.press("escape")
        assert isinstance(it.app.screen, MemoryScreen)
