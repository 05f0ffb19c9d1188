"""What the editor shows of a text: wrapped or not, numbered, scrolled, clicked into, marked."""

import re
from pathlib import Path

import pytest
from rich.style import Style
from textual import events
from textual.geometry import Offset

from tests.tui.support import Bench, running
from tui.text.buffer import Location, Selection
from tui.widgets.heat import TINTS
from tui.widgets.line import Line

LINES = "\n".join(f"line {number}" for number in range(1, 101))


def shown(it: Bench) -> list[str]:
    """The lines above the status line, without the scroll bar."""
    return [line.rstrip("▐ ") for line in it.screen_text()[:-1]]


async def test_line_numbers() -> None:
    """They stand before each line once they are wanted, and before its first screen line only."""
    async with running(text="one two three four\n\nfive", size=(14, 6)) as it:
        it.editor.show_line_numbers = True
        await it.settle()
        assert shown(it)[:4] == [" 1 one two", "   three", "   four", " 2"]
        it.editor.load("a\n" * 12)
        await it.settle()
        assert shown(it)[0] == "  1 a"


async def test_line_numbers_that_grow() -> None:
    """With the tenth line they take a column more, and the text goes along."""
    async with running(text="\n" * 8 + "word word word", size=(19, 12)) as it:
        it.editor.show_line_numbers = True
        await it.press("ctrl+end")
        assert shown(it)[8] == " 9 word word word"
        await it.press("ctrl+home", "enter", "ctrl+end")
        assert shown(it)[9:11] == [" 10 word word", "    word"]
        assert it.editor.cursor_offset == Offset(8, 10)


async def test_the_cursor_is_before_the_bar() -> None:
    """Behind a blank that hangs over the edge it is seen all the same."""
    async with running(text="\n" * 30, size=(20, 5)) as it:
        await it.type("aaaaaaaa bbbbbbbb ")
        assert it.editor.cursor_offset == Offset(19, 0)
        last = [*it.editor.render_line(0)][-1]
        assert last.text == " "
        assert last.style is not None
        cursor = it.editor.get_component_rich_style("text--cursor")
        assert last.style.bgcolor == cursor.bgcolor


async def test_lines_that_are_not_wrapped() -> None:
    """A long line goes on beyond the edge, and the view follows the cursor along it."""
    async with running(text="one two three four five six\nshort\n\ta字b", size=(16, 6)) as it:
        it.editor.wraps = False
        await it.settle()
        assert shown(it)[:3] == [" one two three", " short", "     a字b"]
        await it.press("end")
        assert shown(it)[0].endswith(" six")
        assert shown(it)[1] == ""
        await it.press("down", "end", "home")
        assert shown(it)[:2] == [" one two three", " short"]
        await it.press("down", "shift+end")
        assert it.editor.selected_text == "\ta字b"
        it.editor.wraps = True
        await it.settle()
        assert shown(it)[:3] == [" one two three", " four five six", " short"]


async def test_a_wide_character_is_never_halved() -> None:
    """At the left edge of a view that is scrolled to the side a blank stands for its half."""
    async with running(text="字" * 30, size=(16, 4)) as it:
        it.editor.wraps = False
        await it.press("end")
        line = shown(it)[0]
        assert re.fullmatch(r"  ?字+", line)
        assert it.editor.cursor_offset is not None


async def test_the_cursor_stays_in_view() -> None:
    """Wherever a key takes it, the view goes along, and no farther than it takes."""
    async with running(text=LINES, size=(30, 11)) as it:
        await it.press("ctrl+end")
        assert shown(it)[-1] == " line 100"
        await it.press("pageup")
        assert it.editor.cursor_location == (90, 7)
        await it.press("up")
        assert shown(it)[0] == " line 82"
        await it.press("ctrl+home")
        assert shown(it)[0] == " line 1"
        await it.press("pagedown", "down")
        assert it.editor.cursor_location[0] == 10
        assert shown(it)[0] == " line 10"


async def test_a_text_is_shown_where_it_was_left(tmp_path: Path) -> None:
    """The cursor is where it was when the file was last open, with the text around it in view."""
    note = tmp_path / "note.txt"
    note.write_text(LINES)
    async with running(note, size=(30, 11)) as it:
        await it.press(*["down"] * 50)
    async with running(note, size=(30, 11)) as it:
        assert it.editor.cursor_location == (50, 0)
        assert shown(it)[0] == " line 46"
        assert shown(it)[5] == " line 51"
    note.write_text("one\ntwo")
    async with running(note, size=(30, 11)) as it:
        assert shown(it)[:2] == [" one", " two"]


async def test_up_and_down_keep_to_their_column() -> None:
    """Over a short line the cursor comes back to where it was."""
    async with running(text="a long line\n\nanother one", size=(30, 6)) as it:
        await it.press("end", "down", "down")
        assert it.editor.cursor_location == (2, 11)
        await it.press("up", "left", "down")
        assert it.editor.cursor_location == (1, 0)


async def test_the_wheel_and_the_bar() -> None:
    """The wheel scrolls and leaves the cursor; a click on the bar goes to that part of the text."""
    async with running(text=LINES, size=(30, 11)) as it:
        editor = it.editor
        editor.post_message(_mouse(events.MouseScrollDown, 5, 5))
        await it.settle()
        assert shown(it)[0] == " line 4"
        assert editor.cursor_location == (0, 0)
        await it.pilot.mouse_down(offset=Offset(29, 5))
        await it.pilot.mouse_up(offset=Offset(29, 5))
        await it.settle()
        assert shown(it)[0] == " line 51"
        assert it.screen_text()[5].endswith("▐")
        await it.type("x")
        assert shown(it)[0] == " xline 1"


async def test_the_mouse_selects() -> None:
    """A click puts the cursor, a drag selects, a second click takes the word, a third the line."""
    async with running(text="one two three\nfour", size=(30, 6)) as it:
        await it.pilot.click(offset=Offset(6, 0))
        assert it.editor.cursor_location == (0, 5)
        await it.pilot.mouse_down(offset=Offset(2, 0))
        await it.pilot.hover(offset=Offset(3, 1))
        await it.pilot.mouse_up(offset=Offset(3, 1))
        assert it.editor.selected_text == "ne two three\nfo"
        await it.pilot.click(offset=Offset(6, 0), times=2)
        assert it.editor.selected_text == "two"
        await it.pilot.click(offset=Offset(6, 0), times=3)
        assert it.editor.selected_text == "one two three"
        await it.pilot.click(offset=Offset(25, 4))
        assert it.editor.cursor_location == (1, 4)


async def test_what_is_found_is_marked() -> None:
    """Each match in view stands out, in wrapped lines and in very long ones."""
    async with running(text="an ant and a panda\n" + "ant " * 20_000, size=(20, 6)) as it:
        await it.press("right", "right")
        it.editor.show_matches(lambda line: [m.span() for m in re.finditer("an", line)])
        await it.settle()
        marked = it.editor.get_component_rich_style("text--match").bgcolor
        for y, count in ((0, 3), (1, 1), (3, 4)):
            strip = it.editor.render_line(y)
            parts = [s.text for s in strip if s.style and s.style.bgcolor == marked]
            assert "".join(parts) == "an" * count


class Columns:
    """Tints each column by its number, and notes where the text changed."""

    def __init__(self) -> None:
        self.changes: list[Location] = []

    def levels(self, row: int, start: int, end: int) -> bytes:
        """Five levels by turns."""
        return bytes(column % 5 for column in range(start, end))

    def changed(self, start: Location) -> None:
        """Note it."""
        self.changes.append(start)


def tints(it: Bench, y: int) -> str:
    """The level of each character of a screen line, but for the one under the cursor."""
    palette = [it.editor.get_component_rich_style(tint, partial=True) for tint in TINTS]
    styles = [it.editor.rich_style + tint for tint in palette]
    found = ""
    for text, style, _ in it.editor.render_line(y):
        level = next((str(at) for at, one in enumerate(styles) if one == style), "-")
        found += level * len(text)
    return found


async def test_tints() -> None:
    """They go with their characters: in lines that wrap, that don't, and scrolled to the side."""
    async with running(text="abcdef ghijkl mnopqr\n\txy字z!\n", size=(14, 8)) as it:
        await it.press("ctrl+end")
        it.editor.show_tints(Columns())
        await it.settle()
        assert tints(it, 0)[1:8] == "0123401"
        assert tints(it, 1)[1:8] == "2340123"
        # A tab takes as many cells as it takes, all in its tint; a wide character two.
        line = it.editor.render_line(3).text
        assert tints(it, 3)[1 : 1 + len(line.rstrip(" "))].startswith("000012")
        it.editor.wraps = False
        await it.settle()
        assert tints(it, 0)[1:8] == "0123401"
        await it.press("ctrl+home", "end")
        shown_text = it.editor.render_line(0).text.strip(" ▐")
        first = "abcdef ghijkl mnopqr".index(shown_text)
        expected = "".join(str((first + at) % 5) for at in range(len(shown_text)))
        assert tints(it, 0)[1 : 1 + len(shown_text)] == expected
        it.editor.show_tints(None)
        await it.settle()
        assert set(tints(it, 0)[1 : 1 + len(shown_text)]) <= {"0", "-"}


async def test_tints_give_way() -> None:
    """What was searched for and what is selected has its look, underlined: grounds may be alike."""
    async with running(text="an ant and a panda", size=(40, 6)) as it:
        it.editor.show_matches(lambda line: [m.span() for m in re.finditer("an", line)])
        it.editor.selection = Selection((0, 7), (0, 10))
        await it.settle()
        plain = [*it.editor.render_line(0)]
        it.editor.show_tints(Columns())
        await it.settle()
        marked = it.editor.get_component_rich_style("text--match", partial=True)
        chosen = it.editor.get_component_rich_style("text--selection", partial=True)
        base = it.editor.rich_style
        tinted = [*it.editor.render_line(0)]
        over = Style(underline=True)
        for look in (base + marked, base + marked + chosen, base + chosen):
            assert [s.text for s in tinted if s.style == look + over] == [
                s.text for s in plain if s.style == look
            ]


async def test_tints_hear_of_changes_first() -> None:
    """Before a changed text is painted it is known where; another text has no tints."""
    async with running(text="one\ntwo\nthree", size=(40, 6)) as it:
        columns = Columns()
        it.editor.show_tints(columns)
        it.editor.replace((1, 1), (2, 2), "x")
        assert columns.changes == [(1, 1)]
        it.editor.replace_all([((0, 1), (0, 2), "y"), ((1, 0), (1, 1), "z")])
        assert columns.changes[1:] == [(0, 1)]
        it.editor.undo()
        assert columns.changes[2:] == [(0, 1)]
        it.editor.load("four")
        await it.settle()
        assert set(tints(it, 0)) <= {"0", "-"}
        assert columns.changes[3:] == []


async def test_lines_without_tints_are_as_before() -> None:
    """A line that is not tinted is the very same to whoever compares and keeps them."""
    assert Line(text="a") == Line(text="a", tints=b"")
    async with running(text="plain", size=(20, 4)) as it:
        await it.settle()
        assert all(line.tints == b"" for line in it.editor._shown)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (20, 5), (300, 100)])
async def test_any_size(size: tuple[int, int]) -> None:
    """However small or large the screen is, text can be typed, and its end is in view."""
    async with running(text="x" * 500 + "\n字\té", size=size) as it:
        await it.press("ctrl+end")
        await it.type("The quick")
        await it.press("tab", "ctrl+z", "pageup", "ctrl+home", "pagedown")
        assert it.editor.text.startswith("x")
        assert all(len(line) <= size[0] for line in it.screen_text())


def _mouse(kind: type[events.MouseEvent], x: int, y: int) -> events.MouseEvent:
    return kind(None, x, y, 0, 0, 0, False, False, False, x, y)
