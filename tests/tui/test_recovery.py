"""Nothing is lost: texts of programs that were killed, files that others write or have open."""

import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.console import RenderableType
from textual import events
from textual.screen import Screen

from tests.tui.support import Bench, running
from tui.screens import confirm, files, watching
from tui.screens.confirm import Confirm
from tui.screens.difference import Difference
from tui.screens.recents import Recents
from tui.services.journal import journals_folder, leftovers, recovered_text


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions come, and can be answered, at once."""
    monkeypatch.setattr(confirm, "DEAF_SECONDS", 0.0)
    monkeypatch.setattr(files, "REST_SECONDS", 0.01)


@asynccontextmanager
async def killed(path: Path | None = None, text: str | None = None) -> AsyncIterator[Bench]:
    """An application that is ended by the system at the end of the block."""
    async with running(path, text=text) as it:
        yield it
        signal.raise_signal(signal.SIGTERM)
        await it.pilot.pause()
    assert not it.app.is_running


async def question(it: Bench) -> None:
    """Wait for one."""
    await it.until(lambda: isinstance(it.app.screen, Confirm))


def left() -> list[str]:
    """The texts that the next start would offer."""
    return [recovered_text(one) for one in leftovers(journals_folder())]


async def test_recover_a_text_without_a_name() -> None:
    """A text that was never saved is offered at the next start, and comes back as it was."""
    async with killed() as it:
        await it.type("precious")
    async with running() as it:
        await question(it)
        assert it.says("untitled: text from")
        assert it.says("that was not saved")
        await it.press("r")
        assert it.editor.text == "precious"
        assert it.facts.modified
        assert len(it.screen.pages) == 1
        await it.press("ctrl+q", "d")
    assert left() == []


async def test_recover_a_file(tmp_path: Path) -> None:
    """A file's text comes back as a change: undo shows the file as it is, redo the text again."""
    path = tmp_path / "note.txt"
    path.write_text("one\ntwo\nthree\n")
    async with killed(path) as it:
        await it.press("down")
        await it.type("x")
    assert path.read_text() == "one\ntwo\nthree\n"
    async with running(path) as it:
        await question(it)
        await it.press("enter")
        assert it.editor.text == "one\nxtwo\nthree\n"
        assert it.says("note.txt •")
        await it.press("ctrl+z")
        assert it.editor.text == "one\ntwo\nthree\n"
        assert not it.facts.modified
        await it.press("ctrl+y", "ctrl+s")
        assert path.read_text() == "one\nxtwo\nthree\n"
        await it.press("ctrl+q")
    assert left() == []


async def test_what_was_recovered_is_safe_again(tmp_path: Path) -> None:
    """Killed again before anything is saved or typed, the same text is offered once more."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with killed(path) as it:
        await it.type("x")
    async with killed(path) as it:
        await question(it)
        await it.press("r")
    assert left() == ["xone"]


async def test_look_then_decide(tmp_path: Path) -> None:
    """The difference shows what would change, and leads back to the question."""
    path = tmp_path / "note.txt"
    path.write_text("one\ntwo\n")
    async with killed(path) as it:
        await it.press("end")
        await it.type("!")
    async with running(path) as it:
        await question(it)
        await it.press("d")
        assert isinstance(it.app.screen, Difference)
        rows = [row.strip("│").rstrip() for row in it.screen_text()]
        assert rows[rows.index("-one") :][:3] == ["-one", "+one!", " two"]
        await it.press("escape")
        await question(it)
        await it.press("escape")
        assert it.editor.text == "one\ntwo\n"
    assert left() == ["one!\ntwo\n"]


async def test_throw_it_away(tmp_path: Path) -> None:
    """What is thrown away is not offered again."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with killed(path) as it:
        await it.type("x")
    async with running(path) as it:
        await question(it)
        await it.press("t")
        assert it.editor.text == "one"
    assert left() == []


async def test_later(tmp_path: Path) -> None:
    """Esc leaves it for the next time."""
    async with killed() as it:
        await it.type("precious")
    for _ in range(2):
        async with running() as it:
            await question(it)
            assert it.says("Later")
            await it.press("escape")
            await it.press("ctrl+q")
    assert left() == ["precious"]


async def test_keys_that_were_meant_for_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who types when the question comes answers nothing by that."""
    monkeypatch.setattr(confirm, "DEAF_SECONDS", 60.0)
    async with killed() as it:
        await it.type("precious")
    async with running() as it:
        await question(it)
        await it.press("t", "r", "enter", "escape")
        assert isinstance(it.app.screen, Confirm)
        it.app.screen._hears_at = 0.0
        await it.press("r")
        assert it.editor.text == "precious"


async def test_of_another_file(tmp_path: Path) -> None:
    """What is left of a file that is not opened is told in a line; Ctrl-R lists it, and opening
    the file offers it."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with killed(path) as it:
        await it.type("x")
    async with running() as it:
        await it.until(lambda: it.says("Ctrl-R lists them"))
        await it.press("ctrl+r")
        assert isinstance(it.app.screen, Recents)
        assert it.says("note.txt (not saved)")
        await it.press("enter")
        await question(it)
        await it.press("r")
        assert it.editor.text == "xone"
        assert it.facts.file == "note.txt"


async def test_two_of_one_file(tmp_path: Path) -> None:
    """Two texts of one file are both offered; the second goes beside the first."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    for letter in "xy":
        async with killed(path) as it:
            if letter == "y":
                await question(it)
                await it.press("escape")
            await it.press("home")
            await it.type(letter)
    async with running(path) as it:
        await question(it)
        await it.press("r")
        await question(it)
        await it.press("r")
        assert [page.text for page in it.screen.pages] == ["yone", "xone"]
        assert [page.document.path for page in it.screen.pages] == [path, None]


async def test_all_pages_are_kept(tmp_path: Path) -> None:
    """When the system ends the program, the text of each tab is kept."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with killed(path) as it:
        await it.type("x")
        await it.press("ctrl+n")
        await it.type("y")
        await it.press("ctrl+n")
    assert sorted(left()) == ["xone", "y"]
    assert len(it.app.last_words) == 2
    assert it.app.last_words[0].startswith("note.txt: the text that was not saved is kept")


async def test_a_save_right_behind_a_key(tmp_path: Path) -> None:
    """A letter and Ctrl-S at once, then the end: nothing is offered, and nothing twice."""
    path = tmp_path / "note.txt"
    async with killed(path) as it:
        for key in ["a", "ctrl+s", "b", "ctrl+s", "c"]:
            it.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await it.settle()
    assert path.read_text() == "ab"
    assert left() == ["abc"]


async def test_save_as_takes_the_journal_along(tmp_path: Path) -> None:
    """After a save under another name what is typed belongs to that."""
    async with killed() as it:
        await it.type("one")
        await it.press("f12")
        it.app.screen.query_one("Input").value = str(tmp_path / "new.txt")  # type: ignore[attr-defined]
        await it.press("enter")
        await it.type("!")
    (leftover,) = leftovers(journals_folder())
    assert leftover.path == tmp_path / "new.txt"
    assert recovered_text(leftover) == "one!"


async def test_do_not_save_leaves_nothing(tmp_path: Path) -> None:
    """A text that is thrown away on purpose, by quitting or closing, is not offered again."""
    async with running(tmp_path / "note.txt") as it:
        await it.type("x")
        await it.press("ctrl+f4")
        await it.press("d")
        await it.type("y")
        await it.press("ctrl+q", "d")
        assert not it.app.is_running
    assert left() == []


async def test_keys_behind_a_farewell(tmp_path: Path) -> None:
    """Keys that come when a text was thrown away already are not offered either."""
    async with running(tmp_path / "note.txt") as it:
        await it.type("x")
        for key in ["ctrl+q", "d", "y", "z"]:
            it.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await it.settle()
        it.editor.insert("late")
    assert left() == []


async def test_keys_behind_a_rescue(tmp_path: Path) -> None:
    """What was kept when the system ended the program stays whole, whatever comes after it."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with killed(path) as it:
        await it.type("x")
        it.app.rescue()
        await it.type("late")
    assert left() == ["xone"]


# A file that another program writes.


def write(path: Path, text: str, *, ago: float = 60.0) -> None:
    """Write a file as another program would have, some seconds ago."""
    path.write_text(text)
    then = time.time() - ago
    os.utime(path, (then, then))


async def come_back(it: Bench) -> None:
    """Go to another program and come back."""
    it.app.post_message(events.AppBlur())
    it.app.post_message(events.AppFocus())
    await it.settle()


async def test_read_again_on_return(tmp_path: Path) -> None:
    """A file without changes here is read again when the person comes back; the cursor stays in
    its line, and undo takes it back."""
    path = tmp_path / "note.txt"
    path.write_text("one\ntwo\nthree\n")
    async with running(path) as it:
        await it.press("down", "down", "right")
        write(path, "zero\none\ntwo\nthree\n")
        await come_back(it)
        assert it.editor.text == "zero\none\ntwo\nthree\n"
        assert (it.facts.line, it.facts.column) == (4, 2)
        assert not it.facts.modified
        assert it.says("note.txt was changed by another program and read again")
        await it.type("x")
        await it.press("ctrl+s")
        assert path.read_text() == "zero\none\ntwo\ntxhree\n"
        await it.press("ctrl+z", "ctrl+z")
        assert it.editor.text == "one\ntwo\nthree\n"
        assert it.facts.modified


async def test_read_again_at_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read again by itself too; where nothing changed nothing is drawn."""
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.02)
    path = tmp_path / "note.txt"
    write(path, "one")
    async with running(path) as it:
        drawn = []
        display = it.app._display

        def draw(screen: Screen[object], renderable: RenderableType | None) -> None:
            drawn.append(renderable)
            display(screen, renderable)

        monkeypatch.setattr(it.app, "_display", draw)
        await it.pilot.pause(0.1)
        assert drawn == []
        write(path, "two", ago=30)
        await it.until(lambda: it.editor.text == "two")


async def test_a_file_being_written_waits(tmp_path: Path) -> None:
    """A file written this very moment may be half: it is read a little later."""
    path = tmp_path / "note.txt"
    write(path, "one")
    async with running(path) as it:
        write(path, "tw", ago=0)
        it.screen.look()
        assert it.editor.text == "one"
        write(path, "two", ago=2)
        it.screen.look()
        assert it.editor.text == "two"


async def test_changed_here_and_there(tmp_path: Path) -> None:
    """Where there are changes here as well one line warns, once; Ctrl-S asks, and shows the
    difference if that is wanted."""
    path = tmp_path / "note.txt"
    write(path, "one\n")
    async with running(path) as it:
        await it.type("x")
        write(path, "two\n", ago=30)
        for _ in range(3):
            it.screen.look()
        await it.settle()
        assert it.editor.text == "xone\n"
        assert len(it.app._notifications) == 1
        assert it.says("note.txt was changed by another program: Ctrl-S asks")
        await it.press("ctrl+s")
        assert it.says("changed on disk")
        await it.press("d")
        assert isinstance(it.app.screen, Difference)
        assert it.says("-two")
        assert it.says("+xone")
        await it.press("down", "q")
        await question(it)
        await it.press("escape")
        assert path.read_text() == "two\n"
        await it.press("ctrl+s", "a")
        it.app.screen.query_one("Input").value = str(tmp_path / "mine.txt")  # type: ignore[attr-defined]
        await it.press("enter")
        assert (tmp_path / "mine.txt").read_text() == "xone\n"
        assert path.read_text() == "two\n"
        assert not it.facts.modified


async def test_a_difference_that_can_not_be_had(tmp_path: Path) -> None:
    """Where another program made it no text any more, that is what the difference says."""
    path = tmp_path / "note.txt"
    path.write_text("one\n")
    async with running(path) as it:
        await it.type("x")
        path.write_bytes(b"\0\1")
        await it.press("ctrl+s", "d")
        assert it.says("a binary file")
        await it.press("escape", "o")
        assert path.read_text() == "xone\n"


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (80, 24)])
async def test_a_question_fits(tmp_path: Path, size: tuple[int, int]) -> None:
    """However long a name is and however small the terminal, the answers show."""
    path = tmp_path / ("n" * 200)
    path.write_text("one")
    async with running(path, size=size) as it:
        await it.type("x")
        path.write_text("two")
        await it.press("ctrl+s")
        assert it.says("O Overwrite it")
        assert it.says("Cancel")


async def test_touched_only(tmp_path: Path) -> None:
    """A file that was written as it was is no news, and saves without a question."""
    path = tmp_path / "note.txt"
    write(path, "one")
    async with running(path) as it:
        write(path, "one", ago=30)
        await come_back(it)
        assert not it.app._notifications
        await it.type("x")
        await it.press("ctrl+s")
        assert path.read_text() == "xone"


async def test_undone_here_after_that(tmp_path: Path) -> None:
    """Once the changes here are undone, what the other program wrote is read."""
    path = tmp_path / "note.txt"
    write(path, "one")
    async with running(path) as it:
        await it.type("x")
        write(path, "two", ago=30)
        it.screen.look()
        await it.press("ctrl+z")
        it.screen.look()
        assert it.editor.text == "two"


async def test_gone_from_the_disk(tmp_path: Path) -> None:
    """A file that is removed is told of once; quitting asks, as the text is here alone."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with running(path) as it:
        path.unlink()
        it.screen.look()
        it.screen.look()
        await it.settle()
        assert len(it.app._notifications) == 1
        assert it.says("gone from the disk")
        await it.press("ctrl+q")
        assert it.says("note.txt is gone from the disk")
        await it.press("s")
        assert not it.app.is_running
    assert path.read_text() == "one"


async def test_what_can_not_be_read_again(tmp_path: Path) -> None:
    """A file that became none of text is told of, once, and the text stays."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with running(path) as it:
        write(path, "\0binary")
        for _ in range(2):
            it.screen.look()
        await it.settle()
        assert it.editor.text == "one"
        assert len(it.app._notifications) == 1
        assert it.says("a binary file")


async def test_another_tab_is_read_again(tmp_path: Path) -> None:
    """A file in a tab that does not show is looked at too."""
    paths = [tmp_path / "one", tmp_path / "two"]
    for path in paths:
        path.write_text(path.name)
    async with running(paths[0], others=paths[1:]) as it:
        write(paths[1], "other")
        await come_back(it)
        await it.press("ctrl+pagedown")
        assert it.editor.text == "other"
        assert not it.facts.modified


# Two programs on one file.


async def test_the_second_is_told(tmp_path: Path) -> None:
    """A file that is open in another program is read-only here, until the person says so."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with running(path) as first, running(path) as second:
        await question(second)
        assert second.says("open in another charlm-tui")
        await second.press("r")
        assert second.editor.read_only
        await second.type("x")
        assert second.editor.text == "one"
        await second.press("f11", "e")
        await second.type("x")
        assert [second.editor.text, first.editor.text] == ["xone", "one"]


@pytest.mark.parametrize("key", ["escape", "enter", "e"])
async def test_answers_to_that(tmp_path: Path, key: str) -> None:
    """Esc closes it again, as Enter does; E edits it all the same."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with running(path), running(path) as second:
        await question(second)
        await second.press(key)
        assert second.facts.file == ("note.txt" if key == "e" else "untitled")
        assert not second.editor.read_only


async def test_it_is_free_when_the_first_is_done(tmp_path: Path) -> None:
    """A file that was closed, or whose program ended, is nobody's."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with running(path) as first:
        await first.press("ctrl+f4")
        async with running(path) as second:
            assert not second.editor.read_only
        async with running(path) as third:
            assert not third.editor.read_only


# Read only.


async def test_read_only_by_a_key(tmp_path: Path) -> None:
    """F11 protects a text from every key that would change it, and F11 again frees it."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with running(path) as it:
        await it.press("f11")
        assert it.says("note.txt: read-only")
        assert "read-only" in it.screen_text()[-1]
        await it.type("x\n")
        await it.press("backspace", "delete", "tab", "ctrl+x", "ctrl+k")
        await it.paste("pasted")
        assert it.editor.text == "one"
        await it.press("f11")
        assert "read-only" not in it.screen_text()[-1]
        await it.type("x")
        assert it.editor.text == "xone"


async def test_read_only_from_the_start(tmp_path: Path) -> None:
    """With --read-only all files that were named can't be changed; those opened later can."""
    paths = [tmp_path / "one", tmp_path / "two"]
    for path in paths:
        path.write_text(path.name)
    async with running(paths[0], others=paths[1:], read_only=True) as it:
        await it.type("x")
        assert "read-only" in it.screen_text()[-1]
        await it.press("ctrl+pagedown")
        await it.type("x")
        assert [page.text for page in it.screen.pages] == ["one", "two"]
        later = tmp_path / "three"
        later.write_text("three")
        await it.press("ctrl+o")
        it.app.screen.query_one("Input").value = str(later)  # type: ignore[attr-defined]
        await it.press("enter")
        await it.type("x")
        assert it.editor.text == "xthree"


async def test_a_protected_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that can't be written opens read-only, with a notice."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    real: Callable[..., bool] = os.access
    monkeypatch.setattr(os, "access", lambda name, mode: mode != os.W_OK and real(name, mode))
    async with running(path) as it:
        assert it.editor.read_only
        assert it.says("read-only; F11 lets you change it, F12 saves under another name")
