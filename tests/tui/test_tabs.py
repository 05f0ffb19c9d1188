"""Several files at once: their tabs, and what moves between them."""

import math
from collections.abc import Sequence
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events

from tests.tui.support import SENTENCE, Bench, running
from tui.widgets.tabs import AFTER, BEFORE, Tab, TabBar, lay_out, names


def tabs(*labels: str) -> list[Tab]:
    """Tabs of these names; one that ends in a star is modified."""
    return [Tab(name=label.removesuffix("*"), modified=label.endswith("*")) for label in labels]


def row(labels: Sequence[str], current: int, width: int) -> str:
    """What shows of them."""
    return "".join(piece.text for piece in lay_out(tabs(*labels), current, width))


def test_tabs_name_the_files() -> None:
    """Each tab has a number and a name; brackets mark the current one, a dot a modified one."""
    assert row(["one.txt", "two.txt*", "three"], 1, 40) == " 1 one.txt [2 two.txt •] 3 three "


def test_more_tabs_than_there_is_room_for() -> None:
    """The current tab always shows; signs at the ends say that there are others."""
    labels = [f"file{number}" for number in range(12)]
    assert row(labels, 0, 30) == "[1 file0] 2 file1  3 file2 ›"
    assert row(labels, 5, 30) == "‹ 4 file3  5 file4 [6 file5]›"
    assert row(labels, 11, 30) == "‹ file9  file10 [file11]"


def test_a_width_for_none() -> None:
    """Where there is no room even for one, as much of it shows as fits."""
    assert row(["a long name", "b", "c"], 0, 8) == "[1 a lo›"


@given(st.lists(st.text(max_size=40), min_size=1, max_size=15), st.data(), st.integers(3, 100))
def test_no_name_breaks_the_row(labels: list[str], data: st.DataObject, width: int) -> None:
    """Whatever files are called, the row fits, shows the current one and nothing of a control."""
    current = data.draw(st.integers(0, len(labels) - 1))
    pieces = lay_out(tabs(*labels), current, width)
    text = "".join(piece.text for piece in pieces)
    assert cell_len(text) <= width
    assert not any(category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in text)
    assert [piece.index for piece in pieces if piece.current] == [current]
    shown = [piece.index for piece in pieces]
    assert shown == list(range(shown[0], shown[-1] + 1))
    assert pieces[0].text == BEFORE or shown[0] == 0
    assert pieces[-1].text == AFTER or shown[-1] == len(labels) - 1


def test_files_of_one_name_are_told_apart() -> None:
    """Files that are called the same show their folders."""
    found = names([Path("/a/x"), Path("/b/x"), Path("/b/y"), None, None])
    assert found == ["a/x", "b/x", "y", "untitled", "untitled"]


def bar(it: Bench) -> TabBar:
    """The tabs."""
    return it.screen.query_one(TabBar)


async def open_three(it: Bench, folder: Path) -> None:
    """Open three files, one after the other."""
    for name in ["one.txt", "two.txt", "three.txt"]:
        (folder / name).write_text(name)
        await it.press("ctrl+o")
        it.app.screen.query_one("Input").value = str(folder / name)  # type: ignore[attr-defined]
        await it.press("enter")


async def test_open_several(tmp_path: Path) -> None:
    """Each file opens in a tab of its own; the first takes the place of the empty page."""
    async with running() as it:
        await open_three(it, tmp_path)
        assert it.screen_text()[0] == "  1 one.txt  2 two.txt [3 three.txt]"
        assert it.editor.text == "three.txt"
        assert it.facts.file == "three.txt"


async def test_one_page_shows_no_tabs(tmp_path: Path) -> None:
    """With one file there is no row of tabs; closing the others takes it away again."""
    async with running() as it:
        await it.type("a")
        assert it.screen_text()[0].strip() == "a"
        await it.press("ctrl+n")
        assert "[2 untitled]" in it.screen_text()[0]
        await it.press("ctrl+f4")
        assert it.screen_text()[0].strip() == "a"


async def test_turn_pages(tmp_path: Path) -> None:
    """Keys show the next tab, the one before, or one by its number; each keeps its own cursor,
    its undo, its ghosts and whether it can be changed."""
    async with running() as it:
        await open_three(it, tmp_path)
        await it.press("end")
        await it.type("!")
        await it.press("f8", "f11", "ctrl+pagedown")
        assert it.editor.text == "one.txt"
        assert [page.editor.read_only for page in it.screen.pages] == [False, False, True]
        assert [page.editor.ghosts_on for page in it.screen.pages] == [True, True, False]
        await it.press("alt+p")
        assert it.editor.text == "three.txt!"
        assert it.editor.cursor_location == (0, 10)
        await it.press("f11", "ctrl+z")
        assert it.editor.text == "three.txt"
        await it.press("alt+2")
        assert it.editor.text == "two.txt"
        await it.press("alt+9", "alt+n", "ctrl+pageup", "ctrl+pageup")
        assert it.editor.text == "one.txt"


async def test_a_tab_tells_nothing_of_another() -> None:
    """Until the model has read its text there is no figure of it, and nothing of the one before."""
    async with running() as it:
        await it.type("old words")
        assert it.facts.perplexity > 0
        it.status.say("of the old words")
        it.model.gate.clear()
        await it.press("ctrl+n")
        assert math.isnan(it.facts.perplexity)
        assert math.isnan(it.facts.latency_ms)
        assert it.facts.note == ""
        it.model.gate.set()
        await it.type("new")
        assert it.facts.perplexity > 0


async def test_a_key_right_behind_goes_to_the_new_page() -> None:
    """Ctrl-N and at once a letter: it is typed in the new page."""
    async with running() as it:
        await it.type("old")
        for key in ["ctrl+n", "n", "e", "w", "ctrl+pageup", "x"]:
            it.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await it.settle()
        assert [page.text for page in it.screen.pages] == ["oldx", "new"]


async def test_a_file_that_is_open_already_is_shown(tmp_path: Path) -> None:
    """Opening a file twice, also by a link to it, shows its tab with what was typed there."""
    async with running() as it:
        await open_three(it, tmp_path)
        (tmp_path / "link").symlink_to("one.txt")
        await it.press("alt+1")
        await it.type("x")
        await it.press("alt+2", "ctrl+o")
        it.app.screen.query_one("Input").value = str(tmp_path / "link")  # type: ignore[attr-defined]
        await it.press("enter")
        assert it.editor.text == "xone.txt"
        assert len(it.screen.pages) == 3


async def test_modified_tabs_show_a_dot(tmp_path: Path) -> None:
    """The dot comes with the first change and goes with a save."""
    async with running() as it:
        await open_three(it, tmp_path)
        await it.type("x")
        assert "[3 three.txt •]" in it.screen_text()[0]
        await it.press("ctrl+s")
        assert "[3 three.txt]" in it.screen_text()[0]


async def test_click_a_tab(tmp_path: Path) -> None:
    """A click on a tab shows it."""
    async with running() as it:
        await open_three(it, tmp_path)
        await it.pilot.click(TabBar, offset=(4, 0))
        await it.settle()
        assert it.editor.text == "one.txt"
        assert it.app.focused is it.editor


async def test_close_asks(tmp_path: Path) -> None:
    """Closing a tab with changes asks; the neighbour shows then, the last one leaves an empty
    page."""
    async with running() as it:
        await open_three(it, tmp_path)
        await it.press("alt+2")
        await it.type("x")
        await it.press("ctrl+f4")
        assert it.says("two.txt has changes")
        await it.press("escape")
        assert it.editor.text == "xtwo.txt"
        await it.press("ctrl+f4")
        await it.press("d")
        assert it.editor.text == "three.txt"
        assert (tmp_path / "two.txt").read_text() == "two.txt"
        for _ in range(3):
            await it.press("ctrl+f4")
        assert it.facts.file == "untitled"
        assert it.editor.text == ""
        await it.type("y")
        assert it.editor.text == "y"


async def test_quit_asks_for_each(tmp_path: Path) -> None:
    """Ctrl-Q asks for each text with changes, showing it; one Esc and all stay."""
    async with running() as it:
        await open_three(it, tmp_path)
        await it.type("x")
        await it.press("alt+1")
        await it.type("y")
        await it.press("alt+2", "ctrl+q")
        assert it.says("one.txt has changes")
        await it.press("d")
        assert it.says("three.txt has changes")
        assert it.editor.text == "xthree.txt"
        await it.press("escape")
        assert [page.text for page in it.screen.pages] == ["yone.txt", "two.txt", "xthree.txt"]
        await it.press("ctrl+q", "s", "s")
        assert not it.app.is_running
    assert (tmp_path / "one.txt").read_text() == "yone.txt"
    assert (tmp_path / "three.txt").read_text() == "xthree.txt"


async def test_several_on_the_command_line(tmp_path: Path) -> None:
    """`charlm-tui one two three` opens all, and shows the first; one named twice opens once."""
    paths = [tmp_path / name for name in ["one", "two", "two", "one", "three"]]
    for path in paths:
        path.write_text(path.name)
    async with running(paths[0], others=paths[1:]) as it:
        assert it.screen_text()[0] == " [1 one] 2 two  3 three"
        assert it.editor.text == "one"
        await it.type("x")
        assert it.editor.text == "xone"


async def test_no_ghost_of_another_page() -> None:
    """What is predicted for one page can't be taken to be for another."""
    async with running() as it:
        await it.type("ab")
        await it.press("ctrl+n")
        await it.type("ab")
        first, second = (page.editor for page in it.screen.pages)
        assert first.revision != second.revision


async def test_ghosts_are_of_the_page_that_shows() -> None:
    """A ghost shows in the page it was made for, and another page gets its own."""
    async with running() as it:
        await it.type(SENTENCE[:5])
        ghost = it.editor.ghost
        assert ghost
        await it.press("ctrl+n")
        assert not it.editor.ghost
        await it.type(SENTENCE[:8])
        assert it.editor.ghost == SENTENCE[8:]


@pytest.mark.parametrize("name", ["n\nl", "\x1b]0;x\x07", "\udcff", "字" * 40, "[red]x"])
async def test_odd_names(tmp_path: Path, name: str) -> None:
    """No name of a file breaks the tabs or reaches the terminal as it is."""
    path = tmp_path / name
    path.write_text("one")
    async with running(path) as it:
        await it.press("ctrl+n")
        assert all(character.isprintable() for character in "".join(it.screen_text()))
        assert "[2 untitled]" in it.screen_text()[0]
