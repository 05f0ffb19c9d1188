"""Recent files: what is remembered of them, and how they are opened again."""

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input

from tests.tui.support import running
from tui.screens.prompt import PathPrompt
from tui.screens.recents import Recents
from tui.services.private import write_private
from tui.services.recent import MOST, RecentFiles, recent_path


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where the list is."""
    return tmp_path / "data" / "recent.json"


def paths(files: RecentFiles) -> list[str]:
    """What it lists."""
    return [str(one.path) for one in files.files]


def test_the_newest_comes_first(kept: Path) -> None:
    """A file that is opened again moves to the top; the cursor's last place is what counts."""
    files = RecentFiles(kept)
    assert files.files == []
    for path, row in [("/a", 1), ("/b", 2), ("/a", 3)]:
        files.note(Path(path), (row, 0))
    assert paths(files) == ["/a", "/b"]
    assert files.place(Path("/a")) == (3, 0)
    assert files.place(Path("/never")) == (0, 0)


def test_it_is_there_the_next_time(kept: Path) -> None:
    """The list outlives the program, in a file for nobody else; old ones are forgotten."""
    files = RecentFiles(kept)
    for number in range(MOST + 5):
        files.note(Path(f"/{number}"), (number, 1))
    files.save()
    again = RecentFiles(kept)
    assert paths(again) == [f"/{number}" for number in range(MOST + 4, 4, -1)]
    assert again.place(Path("/10")) == (10, 1)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_two_editors_lose_nothing(kept: Path) -> None:
    """What two programs noted is in the list of both."""
    first, second = RecentFiles(kept), RecentFiles(kept)
    assert first.files == second.files == []
    first.note(Path("/one"), (0, 0))
    second.note(Path("/two"), (0, 0))
    threads = [threading.Thread(target=files.save) for files in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(paths(RecentFiles(kept))) == ["/one", "/two"]


def test_a_name_that_is_no_valid_text(kept: Path) -> None:
    """A name with line breaks, escapes and bytes that are not UTF-8 comes back as it was."""
    odd = Path("/odd\n\x1b[31m\udcff name")
    files = RecentFiles(kept)
    files.note(odd, (1, 2))
    files.save()
    assert RecentFiles(kept).files[0].path == odd


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"{",
        b"[" * 100_000,
        b"{}",
        b'{"files": 3}',
        b'{"files": [{"path": 3, "place": [0, 0]}]}',
        b'{"files": [{"path": "relative", "place": [0, 0]}]}',
        b'{"files": [{"path": "/n\\u0000ul", "place": [0, 0]}]}',
        b'{"files": [{"path": "/half\\ud800", "place": [0, 0]}]}',
        b'{"files": [{"path": "/a", "place": [-1, 0]}]}',
        b'{"files": [{"path": "/a", "place": [1e99, true]}]}',
        b'{"files": [{"path": "/a", "place": [0, 0, 0]}]}',
        json.dumps({"files": [{"path": "/" + "x" * 5000, "place": [0, 0]}]}).encode(),
        b" " * (2 << 20),
    ],
)
def test_a_damaged_list(kept: Path, content: bytes) -> None:
    """A damaged list is told of in one line, once, and begun anew."""
    kept.parent.mkdir()
    kept.write_bytes(content)
    files = RecentFiles(kept)
    assert files.files == []
    files.note(Path("/new"), (0, 0))
    files.save()
    (notice,) = files.notices
    assert str(kept) in notice
    assert "\n" not in notice
    assert paths(RecentFiles(kept)) == ["/new"]


@given(st.text() | st.recursive(st.integers() | st.text(), st.lists).map(repr))
def test_whatever_is_in_it(content: str) -> None:
    """No content of the file is ever a fault."""
    path = recent_path()
    write_private(path, content.encode("utf-8", "replace").decode())
    assert RecentFiles(path).files == []


def test_a_disk_that_takes_nothing(kept: Path) -> None:
    """What can't be saved is told once, still listed, and saved when that is possible again."""
    kept.parent.touch()
    files = RecentFiles(kept)
    files.note(Path("/a"), (0, 0))
    files.save()
    files.note(Path("/b"), (0, 0))
    files.save()
    assert len(files.notices) == 1
    assert paths(files) == ["/b", "/a"]
    kept.parent.unlink()
    files.save()
    assert paths(RecentFiles(kept)) == ["/b", "/a"]


async def test_the_cursor_is_where_it_was(tmp_path: Path) -> None:
    """A file that is opened again shows the place where it was left."""
    path = tmp_path / "note.txt"
    path.write_text("one\ntwo\nthree\n")
    async with running(path) as it:
        await it.press("down", "down", "right", "ctrl+q")
    async with running(path) as it:
        assert (it.facts.line, it.facts.column) == (3, 2)


async def test_pick_a_recent_file(tmp_path: Path) -> None:
    """Ctrl-R lists them; typing narrows the list, and Enter opens what is left."""
    names = ["apple.txt", "pear.txt", "plum.txt"]
    for name in names:
        (tmp_path / name).write_text(name)
        async with running(tmp_path / name) as it:
            await it.press("ctrl+q")
    async with running() as it:
        await it.press("ctrl+r")
        assert isinstance(it.app.screen, Recents)
        assert all(it.says(name) for name in names)
        await it.press("p", "e", "a")
        assert not it.says("plum.txt")
        await it.press("enter")
        assert it.editor.text == "pear.txt"
        await it.press("ctrl+r", "down", "down", "enter")
        assert it.editor.text == "apple.txt"


async def test_a_small_terminal(tmp_path: Path) -> None:
    """In 20 columns and 5 lines the list shows, and so does what is wrong with a path."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with running(path) as it:
        await it.press("ctrl+q")
    async with running(size=(20, 5)) as it:
        await it.press("ctrl+r")
        assert it.says("note.txt")
        await it.press("escape", "ctrl+o", "enter")
        assert it.says("type the path")


async def test_a_file_that_is_gone(tmp_path: Path) -> None:
    """A recent file that is not there any more is marked, and can't be opened."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with running(path) as it:
        await it.press("ctrl+q")
    path.unlink()
    async with running() as it:
        await it.press("ctrl+r")
        assert it.says("note.txt (gone)")
        await it.press("enter")
        assert it.says("not there any more")
        await it.press("escape")
        assert it.facts.file == "untitled"


async def test_no_recent_files() -> None:
    """Where there are none the list says so, and Enter does nothing."""
    async with running() as it:
        await it.press("ctrl+r")
        assert it.says("No file was open before")
        await it.press("enter", "escape")
        assert it.app.screen is it.screen


async def test_the_open_prompt_offers_them(tmp_path: Path) -> None:
    """↑ in the question for a path puts in recent paths, odd names and all; ↓ goes back."""
    odd = tmp_path / "o\x1b[31md\nd.txt"
    for path in (odd, tmp_path / "b.txt"):
        path.write_text(path.name)
        async with running(path) as it:
            await it.press("ctrl+q")
    async with running() as it:
        await it.press("ctrl+o", "up")
        assert isinstance(it.app.screen, PathPrompt)
        line = it.app.screen.query_one(Input)
        assert line.value == str(tmp_path / "b.txt")
        await it.press("down")
        assert line.value == ""
        await it.press("up", "up", "up")
        assert "\x1b" not in line.value
        await it.press("enter")
        assert it.editor.text == odd.name
