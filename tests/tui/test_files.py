"""Saving, opening, leaving: what a person is asked, and what is on disk afterwards."""

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from charlm_core import DocumentError
from tests.tui.support import SENTENCE, Bench, FakeModel, missing, running
from tui.app import CharlmApp
from tui.screens.confirm import Confirm
from tui.screens.help import Help
from tui.screens.prompt import PathPrompt


async def answer(it: Bench, path: Path | str) -> None:
    """Answer the question for a path."""
    line = it.app.screen.query_one(Input)
    line.value = str(path)
    await it.press("enter")


async def test_save(tmp_path: Path) -> None:
    """Ctrl-S writes what is on the screen, takes the dot from the status line, and says so."""
    path = tmp_path / "note.txt"
    path.write_bytes(b"one\r\n")
    async with running(path) as it:
        await it.type("z")
        assert it.screen_text()[-1].startswith(" note.txt •")
        await it.press("ctrl+s")
        assert path.read_bytes() == b"zone\r\n"
        assert it.screen_text()[-1].startswith(" note.txt saved")


async def test_a_save_takes_the_ghost_away(tmp_path: Path) -> None:
    """After Ctrl-S the screen holds what the file holds; the next key brings the ghost back."""
    path = tmp_path / "note.txt"
    async with running(path) as it:
        await it.type(SENTENCE[:5])
        assert it.editor.ghost
        await it.press("ctrl+s")
        assert not it.editor.ghost
        assert it.screen_text()[0].strip() == path.read_text() == SENTENCE[:5].strip()
        await it.type(SENTENCE[5])
        assert it.editor.ghost


async def test_undo_back_to_what_was_saved(tmp_path: Path) -> None:
    """Undoing every change takes the dot away, and quitting asks nothing."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with running(path) as it:
        await it.type("z")
        await it.press("ctrl+z")
        assert not it.says("note.txt •")
        await it.press("ctrl+y")
        assert it.says("note.txt •")
        await it.press("ctrl+z", "ctrl+q")
        assert not it.app.is_running


async def test_a_new_text_is_saved_under_a_name(tmp_path: Path) -> None:
    """Ctrl-S in a buffer without a name asks for one; a folder or a bad path is refused there."""
    async with running() as it:
        await it.type("hello")
        await it.press("ctrl+s")
        assert isinstance(it.app.screen, PathPrompt)
        await answer(it, "")
        assert it.says("type the path")
        await answer(it, tmp_path)
        assert it.says("a folder")
        await answer(it, tmp_path / "nowhere" / "x")
        assert it.says("there is no folder")
        await answer(it, tmp_path / "x.txt")
        assert (tmp_path / "x.txt").read_text() == "hello"
        assert it.facts.file == "x.txt"


@pytest.mark.parametrize("key", ["f12", "ctrl+shift+s", "alt+s"])
async def test_save_as(tmp_path: Path, key: str) -> None:
    """Save as writes another file, and asks before it replaces one."""
    path, other = tmp_path / "note.txt", tmp_path / "other.txt"
    path.write_text("one")
    other.write_text("two")
    async with running(path) as it:
        await it.press(key)
        await answer(it, other)
        assert it.says("exists already")
        await it.press("escape")
        assert other.read_text() == "two"
        await it.press(key)
        await answer(it, other)
        await it.press("r")
        assert other.read_text() == "one"
        assert it.facts.file == "other.txt"


async def test_tab_completes_a_path(tmp_path: Path) -> None:
    """Tab in the question for a path completes it, and names the candidates."""
    for name in ["notes.txt", "notebook.txt"]:
        (tmp_path / name).write_text(name)
    async with running() as it:
        await it.press("ctrl+o")
        line = it.app.screen.query_one(Input)
        line.value = f"{tmp_path}/n"
        await it.press("tab")
        assert line.value == f"{tmp_path}/note"
        assert it.says("notebook.txt  notes.txt")
        await it.press("b", "tab", "enter")
        assert it.editor.text == "notebook.txt"


async def test_open_what_can_not_be_opened(tmp_path: Path) -> None:
    """A binary file is refused in the question; Esc leaves the text as it was."""
    (tmp_path / "binary").write_bytes(b"\0")
    async with running(text="hello") as it:
        await it.press("ctrl+o")
        await answer(it, tmp_path / "binary")
        assert it.says("binary")
        await it.press("escape")
        assert it.editor.text == "hello"


async def test_a_latin_1_file_is_told(tmp_path: Path) -> None:
    """A Latin-1 file opens with a notice and is saved in the encoding it had."""
    path = tmp_path / "note.txt"
    path.write_bytes(b"caf\xe9\n")
    async with running(path) as it:
        assert it.says("opened as Latin-1")
        await it.press("end")
        await it.type("!")
        await it.press("ctrl+s")
        assert path.read_bytes() == b"caf\xe9!\n"
        await it.type("☃")
        await it.press("ctrl+s")
        assert it.says("can't be written in Latin-1")
        await it.press("escape")
        assert path.read_bytes() == b"caf\xe9!\n"
        assert it.editor.text == "café!☃\n"
        await it.press("ctrl+s", "u")
        assert path.read_text() == "café!☃\n"


async def test_changed_on_disk(tmp_path: Path) -> None:
    """A file that changed on disk is overwritten only after a question."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with running(path) as it:
        await it.type("z")
        path.write_text("another")
        await it.press("ctrl+s")
        assert isinstance(it.app.screen, Confirm)
        assert it.says("changed on disk")
        await it.press("escape")
        assert path.read_text() == "another"
        assert it.facts.modified
        await it.press("ctrl+s", "o")
        assert path.read_text() == "zone"


async def test_what_can_not_be_saved_stays(tmp_path: Path) -> None:
    """When the folder has gone the text stays in the editor and the reason shows."""
    path = tmp_path / "folder" / "note.txt"
    path.parent.mkdir()
    async with running(path) as it:
        await it.type("hello")
        path.parent.rmdir()
        await it.press("ctrl+s")
        assert it.says("nothing was")
        assert it.facts.modified
        assert it.editor.text == "hello"


async def test_the_current_folder_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the current folder is removed the text stays, and can be saved elsewhere."""
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with running(Path("note.txt")) as it:
        await it.type("hello")
        folder.rmdir()
        it.screen.look()
        await it.press("ctrl+s")
        assert it.says("nothing was saved")
        await it.press("ctrl+n", "ctrl+r", "escape", "ctrl+o")
        await answer(it, "other.txt")
        assert it.says("the current folder is gone") or it.says("there is no folder")
        await it.press("escape", "ctrl+pageup", "f12")
        await answer(it, "elsewhere.txt")
        assert it.says("elsewhere.txt: ")
        await answer(it, tmp_path / "note.txt")
        assert (tmp_path / "note.txt").read_text() == "hello"
    with pytest.raises(DocumentError, match="the current folder is gone"):
        CharlmApp(Path("note.txt"), "fake")
    monkeypatch.chdir(tmp_path)


async def test_paths_are_shown_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the current folder a path to be typed is as short as can be."""
    monkeypatch.chdir(tmp_path)
    async with running(Path("note.txt")) as it:
        await it.press("ctrl+o")
        assert it.app.screen.query_one(Input).value == ""
        await it.press("escape", "f12")
        assert it.app.screen.query_one(Input).value == "note.txt"


async def test_quit_without_changes() -> None:
    """Ctrl-Q with nothing to lose leaves at once."""
    async with running() as it:
        await it.press("ctrl+q")
        assert not it.app.is_running


@pytest.mark.parametrize(
    ("keys", "leaves", "saved"),
    [
        (["s"], True, True),
        (["enter"], True, True),
        (["d"], True, False),
        (["right", "enter"], True, False),
        (["escape"], False, False),
        (["left", "enter"], False, False),
    ],
)
async def test_quit_with_changes(
    tmp_path: Path, keys: list[str], leaves: bool, saved: bool
) -> None:
    """Ctrl-Q with changes asks: Save, Don't save or Cancel, by letter or by arrow."""
    path = tmp_path / "note.txt"
    async with running(path) as it:
        await it.type("hello")
        await it.press("ctrl+q")
        assert it.says("note.txt has changes")
        await it.press("x", *keys)
        assert it.app.is_running != leaves
        assert path.exists() == saved


async def test_new_lets_nothing_go(tmp_path: Path) -> None:
    """Ctrl-N and Ctrl-O leave a text with changes where it is, in a tab of its own."""
    async with running(tmp_path / "note.txt") as it:
        await it.type("hello")
        await it.press("ctrl+o", "escape")
        assert it.editor.text == "hello"
        await it.press("ctrl+n")
        assert it.editor.text == ""
        assert it.facts.file == "untitled"
        await it.press("ctrl+pageup")
        assert it.editor.text == "hello"
        assert it.facts.modified


async def test_keys_pressed_twice_ask_once() -> None:
    """Ctrl-Q pressed twice in a hurry asks one question."""
    async with running() as it:
        await it.type("hello")
        await it.screen.action_quit()
        await it.screen.action_quit()
        await it.settle()
        await it.press("escape")
        assert it.app.screen is it.screen


def burst(it: Bench, *keys: str) -> None:
    """Press keys so fast that none waits for the one before it."""
    for key in keys:
        it.app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_keys_in_a_hurry_meet_what_the_key_before_them_did() -> None:
    """Ctrl-Q and at once `d`: the letter answers the question and is not typed into the text."""
    async with running() as it:
        await it.type("hello")
        burst(it, "ctrl+q", "d")
        await it.settle()
        assert it.editor.text == "hello"
        assert not it.app.is_running


async def test_a_save_in_a_hurry_saves_what_was_typed_before_it(tmp_path: Path) -> None:
    """Letters right behind Ctrl-S are not in the file, and Ctrl-Q behind it still quits."""
    path = tmp_path / "note.txt"
    async with running(path) as it:
        burst(it, "a", "b", "ctrl+s", "c")
        await it.settle()
        assert path.read_text() == "ab"
        assert it.editor.text == "abc"
        burst(it, "ctrl+s", "ctrl+q")
        await it.settle()
        assert path.read_text() == "abc"
        assert not it.app.is_running


async def test_a_name_in_a_hurry_is_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be typed right behind the key that asks for it; what comes behind is the text's."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with running(path) as it:
        burst(it, "z", "f12", "ctrl+u", *"other.txt", "enter", "y")
        await it.until(lambda: (tmp_path / "other.txt").exists())
        await it.settle()
        assert path.read_text() == "one"
        assert it.editor.text == "zyone"
        assert it.says("other.txt")
        burst(it, "ctrl+s", "ctrl+o", *"note.txt", "enter")
        await it.until(lambda: it.editor.text == "one")
        assert (tmp_path / "other.txt").read_text() == "zyone"


async def test_a_name_pasted_in_a_hurry_is_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text gets nothing of it."""
    monkeypatch.chdir(tmp_path)
    async with running(text="one") as it:
        burst(it, "f12")
        it.app.post_message(events.Paste("pasted.txt\n"))
        burst(it, "enter")
        await it.until(lambda: (tmp_path / "pasted.txt").exists())
        assert it.editor.text == (tmp_path / "pasted.txt").read_text() == "one"


async def test_a_wrong_name_in_a_hurry_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with it stays to be read until something else is typed."""
    monkeypatch.chdir(tmp_path)
    async with running(text="one") as it:
        burst(it, "f12", *"no/where", "enter")
        await it.until(
            lambda: isinstance(it.app.screen, PathPrompt) and it.says("there is no folder")
        )
        await it.pilot.pause(0.1)
        assert it.says("there is no folder")
        burst(it, "e")
        await it.until(lambda: not it.says("there is no folder"))


@pytest.mark.parametrize("answers", [["enter"] * 3, ["d", "d"], ["escape", "escape"]])
async def test_a_question_is_answered_once(tmp_path: Path, answers: list[str]) -> None:
    """A key that repeats itself on a question does no more than one press."""
    async with running(tmp_path / "note.txt") as it:
        await it.type("hello")
        await it.press("ctrl+q")
        burst(it, *answers)
        await it.settle()
        assert it.app.fault is None
        assert it.app.is_running == ("escape" in answers)


async def test_enter_does_not_overwrite(tmp_path: Path) -> None:
    """Where another program's text is at stake, Enter cancels; only its own key overwrites."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    async with running(path) as it:
        await it.type("x")
        path.write_text("another program's")
        await it.press("ctrl+s")
        assert isinstance(it.app.screen, Confirm)
        await it.press("enter")
        assert path.read_text() == "another program's"
        assert it.says("note.txt •")


@pytest.mark.parametrize("name", ["trail ", "n\x1b[31mX.txt"])
async def test_an_odd_name_comes_back_from_the_prompt_as_it_was(tmp_path: Path, name: str) -> None:
    """Save as, unedited, means the same file, even one whose name can't be drawn as it is."""
    path = tmp_path / name
    path.write_text("one")
    async with running(path) as it:
        await it.type("x")
        await it.press("f12")
        assert "\x1b" not in it.app.screen.query_one(Input).value
        await it.press("enter", "r")
        assert path.read_text() == "xone"
        assert [found.name for found in tmp_path.iterdir()] == [name]


async def test_help_lists_the_keys() -> None:
    """F1 shows every described key; Esc or F1 closes it."""
    async with running(size=(80, 90)) as it:
        await it.press("f1")
        assert isinstance(it.app.screen, Help)
        for words in ["Ctrl-S", "Ctrl-→, Alt-F", "Ctrl-Space", "Accept a word", "Alt-\\"]:
            assert it.says(words)
        await it.press("f1")
        assert not it.says("Esc closes")


async def test_without_a_model() -> None:
    """Without a checkpoint the editor edits, and says why there is no ghost text."""
    async with running(load_model=missing) as it:
        await it.type("hello")
        assert it.editor.text == "hello"
        assert it.says("No ghost text: fake: no such checkpoint")
        assert "no model: fake: no such" in it.screen_text()[-1]


async def test_the_model_breaks() -> None:
    """A model that breaks is told of, and editing goes on."""
    async with running() as it:
        await it.type("crash")
        await it.type("ed")
        assert it.editor.text == "crashed"
        assert it.says("the model stopped: RuntimeError")


async def test_typing_does_not_wait_for_the_model() -> None:
    """While the model loads the status line says so, and typing goes on."""
    model = FakeModel()
    model.gate.clear()

    def load(name: str) -> FakeModel:
        model.gate.wait(10)
        return model

    async with running(model=model, load_model=load) as it:
        await it.type("The quick ")
        assert it.editor.text == "The quick "
        assert "loading fake…" in it.screen_text()[-1]
        model.gate.set()
        await it.settle()
        assert it.editor.ghost == SENTENCE.removeprefix("The quick ")


async def test_the_model_reads_a_window() -> None:
    """In a large text the model is given only the last few thousand characters."""
    async with running(text="some words of it\n" * 2_000) as it:
        await it.press("ctrl+end")
        await it.type("The quick ")
        assert max(map(len, it.model.seen)) < 5000
        assert it.editor.ghost == SENTENCE.removeprefix("The quick ")
