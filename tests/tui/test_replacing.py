"""Replacing, as a person sees it."""

import pytest

from tests.tui.find_bench import (
    TEXT,
    bar,
    bars,
    click,
    done,
    fields,
    open_replace,
    press,
    rows,
    selected,
    type_in,
)
from tests.tui.support import running
from tui.screens import searching
from tui.text import search


async def test_replacing_one_after_the_other() -> None:
    """Enter replaces the match that is selected and goes on; each can be undone by itself."""
    async with running(text=TEXT) as it:
        await open_replace(it, "cat", "cats")
        assert selected(it) == ((0, 4), (0, 7))
        assert rows(it)[1].startswith("Replace  cats")
        await press(it, "enter")
        assert it.editor.buffer.lines[0] == "The cats sat on the mat."
        assert selected(it) == ((2, 2), (2, 5))
        assert bar(it).said == "2 of 4"
        await press(it, "shift+enter")
        assert selected(it) == ((0, 4), (0, 7))
        await press(it, "ctrl+g", "enter", "enter", "enter")
        assert it.editor.buffer.lines[2] == "A cats, a cats; concatsenate."
        assert selected(it) == ((0, 4), (0, 7))
        await press(it, "escape", "ctrl+z", "ctrl+z", "ctrl+z")
        assert it.editor.text == TEXT.replace("The cat", "The cats")
        await press(it, "ctrl+z")
        assert it.editor.text == TEXT


async def test_replacing_all() -> None:
    """In one step, and it is told how many."""
    async with running(text=TEXT) as it:
        await open_replace(it, "cat", "dog")
        await press(it, "alt+a")
        assert it.editor.text == TEXT.replace("cat", "dog").replace("Cat", "dog")
        assert bar(it).said == "4 replaced"
        assert it.says("4 replaced")
        await press(it, "escape", "ctrl+z")
        assert it.editor.text == TEXT


async def test_replacing_all_by_the_mouse() -> None:
    """A click is as good as the key."""
    async with running(text=TEXT) as it:
        await open_replace(it, "cat", "")
        await click(it, fields(it)[1], "All")
        assert bar(it).said == "4 replaced"
        assert it.editor.buffer.lines[0] == "The  sat on the mat."


async def test_replacing_with_groups() -> None:
    """By number and by name; what is wrong with them is told, and nothing replaced."""
    async with running(text="name: Ada\nname: Grace") as it:
        await open_replace(it, r"(\w+): (?P<who>\w+)", r"\g<who>\t\1\n", "alt+r")
        await press(it, "enter")
        assert it.editor.text == "Ada\tname\n\nname: Grace"
        assert selected(it) == ((2, 0), (2, 11))
        await press(it, "alt+a")
        assert it.editor.text == "Ada\tname\n\nGrace\tname\n"
        await press(it, "ctrl+u")
        await type_in(it, r"\3")
        await press(it, "escape", "ctrl+z", "alt+h", "tab")
        for key in ("enter", "alt+a"):
            await press(it, key)
            assert bar(it).said == "replacement: no such group"
        assert it.editor.text == "Ada\tname\n\nname: Grace"


async def test_replacing_empty_matches() -> None:
    """Each once."""
    async with running(text="a\nb\n") as it:
        await open_replace(it, "^", "> ", "alt+r")
        await press(it, "enter", "enter")
        assert it.editor.text == "> a\n> b\n"
        await press(it, "escape", "ctrl+z", "ctrl+z", "alt+h", "tab", "alt+a")
        assert it.editor.text == "> a\n> b\n> "


async def test_replacing_empty_matches_within_a_line() -> None:
    """What comes after one is not that one again."""
    async with running(text="ab ab") as it:
        await open_replace(it, "(?=b)", "-", "alt+r")
        await press(it, "enter", "enter")
        assert it.editor.text == "a-b a-b"


async def test_replacing_in_the_selection() -> None:
    """Where several lines were selected, only there, until Alt-I; the words tell."""
    async with running(text="a\na\naa\na") as it:
        it.editor.move_cursor((1, 0))
        it.editor.move_cursor((2, 2), select=True)
        await open_replace(it, "a", "ab")
        assert "[in selection]" in rows(it)[1]
        await press(it, "enter", "enter", "enter")
        assert it.editor.text == "a\nab\nabab\na"
        await press(it, "alt+a")
        assert it.editor.text == "a\nabb\nabbabb\na"
        assert bar(it).said == "3 replaced"
        await press(it, "alt+i")
        assert "[in selection]" not in rows(it)[1]
        assert "in selection" in rows(it)[1]
        await press(it, "alt+a")
        assert it.editor.text == "ab\nabbb\nabbbabbb\nab"


async def test_replacing_in_a_text_that_can_not_be_changed() -> None:
    """It is told, and nothing happens."""
    async with running(text=TEXT) as it:
        it.editor.read_only = True
        await open_replace(it, "cat", "dog")
        for key in ("enter", "alt+a"):
            await press(it, key)
            assert bar(it).said == "read-only"
        assert it.editor.text == TEXT


@pytest.mark.parametrize("key", ["escape", "x"])
async def test_replacing_all_can_be_ended(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next key ends it before anything is replaced."""
    monkeypatch.setattr(search, "SLICE_SECONDS", 0.0)
    text = "a\n" * 100
    async with running(text=text) as it:
        await open_replace(it, "a", "b")
        await press(it, "tab")
        monkeypatch.setattr(searching, "PAUSE_SECONDS", 0.05)
        await it.press("alt+a")
        assert not bars(it).settled
        await it.press(key)
        await it.until(lambda: not bars(it)._seeks)
        assert it.editor.text == text


async def test_an_edit_while_all_is_being_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is replaced where it no longer is."""
    monkeypatch.setattr(search, "SLICE_SECONDS", 0.0)
    async with running(text="a\n" * 300) as it:
        await open_replace(it, "a", "b")
        monkeypatch.setattr(searching, "PAUSE_SECONDS", 0.01)
        await it.press("alt+a")
        it.editor.replace((0, 0), (1, 0), "")
        await done(it)
        assert bar(it).said == "the text changed: nothing replaced"
        assert it.editor.text == "a\n" * 299


async def test_ctrl_f_again_is_replace() -> None:
    """For those whose terminal has no Alt key; once more it is the first line again."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f", "ctrl+f")
        assert rows(it)[1].startswith("Replace")
        await press(it, "tab")
        assert fields(it)[1].has_focus
        await press(it, "ctrl+f")
        assert fields(it)[0].has_focus
        await press(it, "tab", "shift+tab")
        assert fields(it)[0].has_focus
