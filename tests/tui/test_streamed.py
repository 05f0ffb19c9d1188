"""A stream into the editor: one step of undo, and over as soon as anything else happens."""

import pytest
from textual import events

from tests.tui.support import SENTENCE, Bench, running
from tui.text import history


async def stream(it: Bench, *pieces: str) -> None:
    """Begin one at the cursor."""
    it.editor.begin_stream()
    for piece in pieces:
        assert it.editor.stream(piece)
        await it.settle()


async def test_it_is_one_step() -> None:
    """However long it takes and however it comes, one undo takes it back; redo brings it again."""
    async with running(text="one two") as it:
        await it.press("end")
        await it.type("!")
        await stream(it, " th", "ree\nfo", "", "ur", "\n")
        assert it.editor.text == "one two! three\nfour\n"
        assert it.editor.cursor_location == (2, 0)
        await it.press("ctrl+z")
        assert it.editor.text == "one two!"
        assert it.editor.cursor_location == (0, 8)
        await it.press("ctrl+y")
        assert it.editor.text == "one two! three\nfour\n"
        await it.press("ctrl+z", "ctrl+z")
        assert it.editor.text == "one two"


async def test_a_long_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it holds in many pieces is undone and redone as one."""
    monkeypatch.setattr(history, "JOINED_CHARS", 10)
    async with running(text="[]") as it:
        await it.press("right")
        words = [f"{number} \n" for number in range(50)]
        await stream(it, *words)
        whole = f"[{''.join(words)}]"
        assert it.editor.text == whole
        await it.press("ctrl+z")
        assert it.editor.text == "[]"
        await it.press("ctrl+y")
        assert it.editor.text == whole
        assert it.editor.cursor_location == (50, 0)


@pytest.mark.parametrize("key", ["x", "left", "ctrl+s", "escape", "f8", "enter", "ctrl+z"])
async def test_any_key_stops_it(key: str) -> None:
    """First; then it does what it does: what it types is another step."""
    async with running(text="") as it:
        await stream(it, "some ", "words ")
        it.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await it.pilot.pause()
        assert not it.editor.streaming
        assert not it.editor.stream("more")
        assert "more" not in it.editor.text


async def test_what_is_typed_after_it_is_another_step() -> None:
    """It is undone first, and alone."""
    async with running(text="") as it:
        await stream(it, "some ", "words")
        await it.type("x")
        await it.press("ctrl+z")
        assert it.editor.text == "some words"
        await it.press("ctrl+z")
        assert not it.editor.text


async def test_a_click_and_a_paste_stop_it() -> None:
    """So does all else that moves the cursor or changes the text."""
    async with running(text="first line\n") as it:
        await it.press("down")
        await stream(it, "words")
        await it.pilot.click(it.editor, offset=(3, 0))
        assert not it.editor.streaming
        await stream(it, "more")
        await it.paste("pasted")
        assert not it.editor.streaming
        await stream(it, "more")
        it.editor.load("other")
        assert not it.editor.stream("more")
        assert it.editor.text == "other"


async def test_no_ghost_meanwhile() -> None:
    """The model is not asked how to go on with what it writes; the next key asks again."""
    async with running(text="") as it:
        await stream(it, "The quick")
        assert not it.editor.ghost
        assert it.model.seen[-1] == "The quick"
        await it.type(" ")
        assert it.editor.ghost == SENTENCE[10:]


async def test_not_into_what_is_read_only() -> None:
    """Nothing comes in."""
    async with running(text="text") as it:
        it.editor.read_only = True
        it.editor.begin_stream()
        assert not it.editor.stream("more")
        assert it.editor.text == "text"


async def test_what_was_saved_meanwhile_can_be_undone_to() -> None:
    """The text is then as it is on disk, and says so."""
    async with running(text="") as it:
        await stream(it, "one ")
        it.editor.mark_saved()
        assert it.editor.stream("two")
        assert it.editor.modified
        await it.press("ctrl+z")
        assert it.editor.text == "one "
        assert not it.editor.modified
