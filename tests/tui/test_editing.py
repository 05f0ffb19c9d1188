"""What an editor owes its user: indenting, lines, words, the clipboard, counts, what is set."""

from pathlib import Path

import pytest
from textual import events

from tests.tui.support import Bench, running
from tui.screens.editor import EditorScreen

CODE = "def f(x):\n    if x:\n        return 1\n"


async def test_selected_lines_are_indented_and_dedented() -> None:
    """Tab and Shift-Tab move all of them, empty ones aside, as one step of undo each."""
    async with running(text="one\n\n  two\nthree") as it:
        await it.press("shift+down", "shift+down", "shift+end", "tab")
        assert it.editor.text == "    one\n\n      two\nthree"
        assert it.editor.selected_text == "one\n\n      two"
        await it.press("shift+tab", "shift+tab")
        assert it.editor.text == "one\n\ntwo\nthree"
        await it.press("ctrl+z", "ctrl+z", "ctrl+z")
        assert it.editor.text == "one\n\n  two\nthree"


async def test_tab_goes_to_the_next_stop() -> None:
    """With nothing selected it fills up to it; in a text with tabs it types one."""
    async with running(text="ab") as it:
        await it.press("end", "tab")
        assert it.editor.text == "ab  "
        await it.press("shift+tab")
        assert it.editor.text == "ab  "
        it.editor.load("\tx\nab")
        await it.press("down", "end", "tab")
        assert it.editor.text == "\tx\nab\t"
        await it.press("up", "shift+tab")
        assert it.editor.text == "x\nab\t"


async def test_a_new_line_begins_as_far_in() -> None:
    """Enter keeps the indentation, as far as the cursor was behind it."""
    async with running(text=CODE) as it:
        await it.press("down", "end", "enter")
        await it.type("pass")
        assert it.editor.buffer.lines[2] == "    pass"
        await it.press("home", "left", "left", "enter")
        assert it.editor.buffer.lines[2:4] == ["  ", "    pass"]


async def test_home_goes_to_the_text_first() -> None:
    """From there to the line's start, and back."""
    async with running(text="    return") as it:
        await it.press("end", "home")
        assert it.editor.cursor_location == (0, 4)
        await it.press("home")
        assert it.editor.cursor_location == (0, 0)
        await it.press("home")
        assert it.editor.cursor_location == (0, 4)


async def test_lines_are_cut_copied_and_pasted_whole() -> None:
    """Where nothing is selected the line is meant."""
    async with running(text="one\ntwo\nthree") as it:
        await it.press("ctrl+x", "ctrl+c", "ctrl+end", "enter", "ctrl+v")
        assert it.editor.text == "two\nthree\ntwo\n"
        await it.press("ctrl+home", "shift+right", "shift+right", "ctrl+x", "end", "ctrl+v")
        assert it.editor.text == "otw\nthree\ntwo\n"
        await it.press("ctrl+shift+k")
        assert it.editor.text == "three\ntwo\n"


async def test_words_and_ends_of_lines_are_deleted() -> None:
    """As shells do it, and across line breaks where there is nothing else."""
    async with running(text="one two three\nfour") as it:
        await it.press("end", "ctrl+w")
        assert it.editor.text == "one two \nfour"
        await it.press("ctrl+left", "ctrl+k")
        assert it.editor.text == "one \nfour"
        await it.press("ctrl+k")
        assert it.editor.text == "one four"
        await it.press("ctrl+u", "ctrl+delete")
        assert it.editor.text == ""


async def test_paragraphs() -> None:
    """Alt with an arrow goes from one empty line to the next, and selects with Shift."""
    async with running(text="a\nb\n\nc\nd") as it:
        await it.press("alt+down")
        assert it.editor.cursor_location == (2, 0)
        await it.press("alt+shift+down")
        assert it.editor.selected_text == "\nc\nd"
        await it.press("alt+up", "alt+up")
        assert it.editor.cursor_location == (0, 0)


async def test_nothing_changes_a_text_that_is_read_only() -> None:
    """Whatever key is pressed; the cursor moves, and what is selected can be copied."""
    async with running(text=CODE) as it:
        await it.type("x")
        await it.press("f11")
        text = it.editor.text
        keys = ["enter", "tab", "shift+tab", "backspace", "delete", "ctrl+w", "ctrl+k", "ctrl+u"]
        keys += ["ctrl+x", "ctrl+v", "ctrl+z", "ctrl+y", "ctrl+shift+k", "alt+right", "a"]
        for key in keys:
            await it.press(key)
            await it.press("shift+down", key)
        await it.paste("pasted")
        assert it.editor.text == text
        assert it.facts.read_only
        assert "read-only" in it.screen_text()[-1]


async def test_nothing_is_given_back_once_it_is_read_only() -> None:
    """A word that was accepted before stays."""
    async with running() as it:
        await it.type("The ")
        await it.press("ctrl+right", "f11", "ctrl+left")
        assert it.editor.text == "The quick "


async def test_what_is_pasted_before_the_editor_has_the_focus() -> None:
    """It is in the text, as what is typed then is."""
    async with running() as it:
        it.screen.set_focus(None)
        await it.paste("early")
        assert it.editor.text == "early"


def sizes(it: Bench) -> tuple[int, int | None]:
    """What the status line tells of the text's size."""
    return it.facts.chars, it.facts.words


async def test_characters_and_words_are_counted() -> None:
    """Of all of the text, or of what is selected, where the line has room for it."""
    async with running(text="one two\nthree", size=(120, 10)) as it:
        await it.type("x ")
        assert sizes(it) == (15, 4)
        assert it.says("15 chars  4 words")
        await it.press("shift+end")
        assert sizes(it) == (7, 2)
        await it.press("ctrl+z")
        assert sizes(it) == (13, 3)
        await it.paste("many words\n" * 30_000)
        await it.until(lambda: it.facts.words == 60_003)


async def test_line_numbers_and_wrapping_are_kept(home: Path) -> None:
    """Alt-M and Alt-Z change them at once, in every tab, and for the next start."""
    async with running(text="long " * 40, size=(60, 10)) as it:
        await it.press("alt+m", "alt+z")
        assert it.screen_text()[0].startswith(" 1 long")
        assert it.screen_text()[1] == ""
        await it.press("ctrl+n")
        assert it.editor.show_line_numbers
        assert not it.editor.wraps
    settings = (home / "config" / "charlm-tui" / "settings.toml").read_text()
    assert "line_numbers = true" in settings
    assert "wrap = false" in settings
    async with running(text="x") as it:
        assert it.editor.show_line_numbers
        assert not it.editor.wraps


async def test_what_is_set_for_tabs(home: Path) -> None:
    """Their width, and what Tab types, are as the settings file has them."""
    settings = home / "config" / "charlm-tui" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('tab_width = 8\nindent = "tabs"\njournal = false\n')
    async with running() as it:
        await it.press("tab")
        await it.type("x")
        assert it.editor.text == "\tx"
        assert it.screen_text()[0] == " " * 9 + "x"
        assert not it.screen.journals


async def test_what_is_typed_before_the_document_is_there_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine keys may come first, and a save among them: the file loses nothing."""
    path = tmp_path / "note.txt"
    path.write_text("there already\n")
    mount = EditorScreen.on_mount

    async def early(screen: EditorScreen) -> None:
        editor = screen.editor
        for key in (events.Key("y", "y"), events.Key("x", "x"), events.Key("ctrl+s", None)):
            await editor.take_key(key)
        editor.take_paste("z ")
        mount(screen)

    monkeypatch.setattr(EditorScreen, "on_mount", early)
    async with running(path) as it:
        await it.until(lambda: it.editor.text == "yxz there already\n")
        assert path.read_text() == "yxthere already\n"
        await it.press("ctrl+s")
        await it.until(lambda: path.read_text() == "yxz there already\n")
