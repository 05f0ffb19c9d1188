"""The application as a whole: it starts light, and ends without losing a text."""

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events

from charlm_core import CharlmError, DocumentError
from tests.tui.support import FakeModel, running
from tui import app as app_module
from tui.app import CharlmApp
from tui.services.journal import journals_folder, leftovers, recovered_text


def test_nothing_heavy_before_the_first_paint() -> None:
    """What the first paint needs brings neither NumPy nor torch nor the dialogs with it."""
    heavy = ["numpy", "torch", "safetensors", "msgspec", "charset_normalizer", "tui.screens.prompt"]
    code = f"import sys, tui.app; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_what_can_not_be_opened_never_starts(tmp_path: Path) -> None:
    """A folder given on the command line is refused before the screen changes."""
    with pytest.raises(DocumentError):
        CharlmApp(tmp_path, "fake")


def test_a_terminal_is_needed() -> None:
    """Without a terminal one line says so."""
    with pytest.raises(CharlmError, match="needs a terminal"):
        app_module.run([], "fake")


def left() -> list[str]:
    """The texts that the next start would offer."""
    return [recovered_text(one) for one in leftovers(journals_folder())]


async def crash(app: CharlmApp) -> None:
    """Type a word, then break the program."""

    async def break_it() -> None:
        async with app.run_test() as pilot:
            await pilot.press(*"precious")
            app.main.call_later(lambda: 1 // 0)
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await break_it()


async def test_a_crash_loses_no_text(tmp_path: Path) -> None:
    """When the program breaks, the text is kept to be offered, and the last words say so."""
    app = CharlmApp(tmp_path / "note.txt", "fake", load_model=lambda name: FakeModel())
    await crash(app)
    assert left() == ["precious"]
    assert app.last_words == [
        "note.txt: the text that was not saved is kept; the next start offers it"
    ]
    assert [*tmp_path.iterdir()] == []


async def test_a_crash_without_a_journal(tmp_path: Path) -> None:
    """Where no journal is wanted the text lies beside its file, and the last words say where."""
    path = tmp_path / "note.txt"
    app = CharlmApp(path, "fake", load_model=lambda name: FakeModel())
    app.main.journals = False
    await crash(app)
    assert left() == []
    assert (tmp_path / "note.txt.charlm-recovered").read_text() == "precious"
    assert app.last_words == [
        f"note.txt: the text that was not saved is in {path}.charlm-recovered"
    ]


async def test_a_signal_loses_no_text(home: Path) -> None:
    """When the system ends the program, a text without a name is kept to be offered."""
    async with running() as it:
        await it.type("precious")
        signal.raise_signal(signal.SIGTERM)
        await it.pilot.pause()
        assert not it.app.is_running
    assert it.app.return_code == 128 + signal.SIGTERM
    assert left() == ["precious"]


async def test_a_journal_that_can_not_be_written(home: Path) -> None:
    """That is told while one types; when the system ends the program then, the text is in a file
    of its own."""
    folder = home / "data" / "charlm-tui"
    folder.mkdir(parents=True)
    (folder / "journals").touch()
    async with running() as it:
        await it.type("precious")
        journal = it.screen.page.journal
        await it.until(lambda: journal is not None and len(journal.notices) > 0)
        await it.type("!")
        assert it.says("can't be kept safe")
        signal.raise_signal(signal.SIGTERM)
        await it.pilot.pause()
    recovered = folder / "recovered" / "untitled.charlm-recovered"
    assert recovered.read_text() == "precious!"


async def test_nothing_is_recovered_where_nothing_is_lost(tmp_path: Path) -> None:
    """A saved text is not kept anywhere else."""
    path = tmp_path / "note.txt"
    async with running(path) as it:
        await it.type("saved")
        await it.press("ctrl+s")
        it.app.rescue()
        assert it.app.last_words == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["note.txt"]
    assert left() == []


async def test_no_place_to_recover_to(tmp_path: Path) -> None:
    """When not even that can be written, the last words say so."""
    (tmp_path / "file").touch()
    app = CharlmApp(None, "fake", load_model=lambda name: FakeModel(), recovery=tmp_path / "file")
    app.main.journals = False
    async with app.run_test() as pilot:
        await pilot.press("x")
        app.rescue()
    assert app.last_words[0].startswith("untitled: the text could not be saved")


async def test_undoing_a_large_paste() -> None:
    """A paste that fills the screen many times over is undone and redone whole."""
    lines = "".join(f"line {number} of a paste\n" for number in range(5000))
    async with running() as it:
        await it.type("before")
        await it.paste(lines)
        assert it.editor.text == "before" + lines
        await it.press("ctrl+z")
        assert it.editor.text == "before"
        await it.press("ctrl+y", "ctrl+z", "ctrl+z")
        assert it.editor.text == ""


@pytest.mark.parametrize("seed", range(4))
async def test_undo_leads_back_through_anything(seed: int) -> None:
    """After any mix of keys, undoing all of it leads back to the start, and redoing forth again."""
    rng = random.Random(seed)
    keys = [
        *("backspace", "delete", "enter", "enter", "tab", "left", "right", "up", "down", "home"),
        *("ctrl+u", "ctrl+k", "ctrl+x", "shift+up", "shift+left", "ctrl+right", "end", "f9"),
        *("ctrl+left", "ctrl+v", "ctrl+z", "ctrl+y", "shift+down", "alt+delete", "f7", "T"),
    ]
    start = "The quick\n\ttab 字字字字字字字字字字字\n\x1b[1m e\u0301\n"
    async with running(text=start, size=(20, 6)) as it:
        editor = it.editor

        def repeat(step: Callable[[], None]) -> None:
            edits = -1
            while edits != editor.edits:
                edits = editor.edits
                step()

        for _ in range(150):
            if rng.random() < 0.3:
                await editor._on_paste(
                    events.Paste(rng.choice(["The q", "\n", "a\nb\n\nc", "字" * 30, " x"]))
                )
            else:
                key = rng.choice(keys)
                await editor._on_key(events.Key(key, key if len(key) == 1 else None))
        await it.settle()
        repeat(editor.redo)
        end = editor.text
        repeat(editor.undo)
        assert editor.text == start
        assert not editor.modified
        repeat(editor.redo)
        assert editor.text == end


async def test_control_characters_never_reach_the_terminal() -> None:
    """A file full of escape sequences shows them as symbols."""
    evil = "".join(map(chr, [*range(9), *range(11, 32), *range(127, 160), 0x202E, 0x2028]))
    async with running(text=f"{evil}\n\ttabbed") as it:
        shown = "".join(it.screen_text())
        assert all(character.isprintable() for character in shown)
        assert "␛" in shown
        await it.press("shift+down")
        assert all(character.isprintable() for character in "".join(it.screen_text()))
