"""Going to a line, as a person sees it."""

import pytest
from textual import events

from tests.tui.find_bench import (
    TEXT,
    bar,
    done,
    press,
)
from tests.tui.support import Bench, running
from tui.widgets.line_bar import LineBar


async def go(it: Bench, text: str) -> None:
    """Ask for a line."""
    await press(it, "alt+l")
    await it.type(text)
    await press(it, "enter")


async def test_going_to_a_line() -> None:
    """By number, with a column, from the end, or in percent; the text is as it was."""
    text = "\n".join(f"line {row}" for row in range(1, 201))
    async with running(text=text) as it:
        seen = []
        for place in ("120", "7:3", "-1", "50%", ":2"):
            await go(it, place)
            seen.append(it.editor.cursor_location)
            assert it.editor.has_focus
            assert it.editor.cursor_offset is not None
        assert seen == [(119, 0), (6, 2), (199, 0), (100, 0), (100, 1)]
        assert it.editor.text == text


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("", "a line, as in 12, 12:5, -1 or 50%"),
        ("x", "a line, as in 12, 12:5, -1 or 50%"),
        ("0", "the first line is 1"),
        ("101%", "more than 100%"),
    ],
)
async def test_a_line_that_there_can_not_be(place: str, fault: str) -> None:
    """It is told, and can be put right."""
    async with running(text=TEXT) as it:
        await go(it, place)
        assert it.says(fault)
        assert it.editor.cursor_location == (0, 0)
        await it.press("end", "ctrl+u")
        await it.type("2")
        assert not it.says(fault)
        await press(it, "enter")
        assert it.editor.cursor_location == (1, 0)


async def test_keys_faster_than_the_line_bar() -> None:
    """What is typed after Enter goes where the cursor went."""
    async with running(text=TEXT) as it:
        for key in ("alt+l", "4", "enter", "x"):
            it.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await it.pilot.pause()
        await done(it)
        assert it.editor.text == TEXT.replace("the end", "xthe end")


async def test_leaving_the_line_bar() -> None:
    """Esc: nothing has happened. One bar shows at a time."""
    async with running(text=TEXT) as it:
        await press(it, "alt+l")
        assert it.screen.query_one(LineBar).display
        await press(it, "ctrl+f")
        assert not it.screen.query_one(LineBar).display
        assert bar(it).display
        await press(it, "alt+l")
        assert not bar(it).display
        await press(it, "escape")
        assert it.editor.has_focus
        assert it.editor.region.bottom == 23
