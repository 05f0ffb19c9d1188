"""Each document has its checkpoint: chosen by its name, by its letters, or by the person."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from charlm_core import CheckpointError, Suits, called, library, locate
from charlm_core.checkpoint import write
from charlm_core.weights import WEIGHTS_FILE
from tests.support import make_checkpoint
from tests.tui.support import Bench, FakeModel
from tests.tui.test_predictor import Ear
from tui.app import CharlmApp
from tui.screens.models import ModelsScreen
from tui.screens.predicting import TICK_SECONDS
from tui.services.events import Loading, Ready, Suited, Wanted
from tui.services.predictor import Predictor

SHIPPED = {
    "english": Suits(scripts=("Latin",)),
    "python": Suits(files=("*.py",), programs=("python",)),
    "russian": Suits(scripts=("Cyrillic",)),
}
SENTENCES = {
    "english": "Thank you for the letter.",
    "python": "def mean(values):",
    "russian": "Спасибо за письмо и привет.",
}


@pytest.fixture
def shipped(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of three checkpoints, which say what they suit."""
    folder = home / "product"
    monkeypatch.setattr(library, "shipped_directory", lambda: folder)
    made = make_checkpoint()
    for name, suits in SHIPPED.items():
        write(folder / name, replace(made.config, suits=suits), made.tensors, card="")
    return folder


@pytest.fixture
def settings(home: Path) -> Path:
    """The settings file, which is not there yet."""
    path = home / "config" / "charlm-tui" / "settings.toml"
    path.parent.mkdir(parents=True)
    return path


class Models:
    """Loads a model that knows a sentence for each checkpoint there is, and notes which."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.made: dict[str, FakeModel] = {}
        self.broken: set[str] = set()
        self.slow: set[str] = set()
        self.door = threading.Event()

    def __call__(self, checkpoint: str) -> FakeModel:
        """The model of a name or folder."""
        folder = locate(checkpoint)
        name = called(folder)
        self.loaded.append(name)
        if name in self.slow:
            self.door.wait(10)
        if name in self.broken:
            raise CheckpointError(f"{folder / WEIGHTS_FILE}: truncated")
        if name not in self.made:
            self.made[name] = FakeModel(SENTENCES.get(name, ""), name=name)
            self.made[name].path = folder
        return self.made[name]


class Room:
    """An application at work, and what it loads."""

    def __init__(self, bench: Bench, models: Models) -> None:
        self.bench = bench
        self.models = models

    @property
    def shows(self) -> str:
        """The model that the status line names, with a mark where the document chose it."""
        facts = self.bench.facts
        return f"{facts.model} (auto)" if facts.automatic else facts.model

    @property
    def note(self) -> str:
        """What is said for a moment."""
        return self.bench.facts.note

    def notices(self) -> list[str]:
        """What was told so far."""
        return [notice.message for notice in self.bench.app._notifications]

    async def see(self, shown: str, note: str = "") -> None:
        """Wait for a model to be named so, and for what is said of it."""
        for _ in range(15_000):
            if self.shows == shown and note in self.note:
                break
            await asyncio.sleep(0.002)
        assert (self.shows, self.note if note in self.note else note) == (shown, self.note)
        await self.bench.settle()

    async def rest(self) -> None:
        """Let the keys rest, as if for a moment; what follows from that has happened then."""
        self.bench.screen._look_up()
        await self.until(lambda: not self.bench.screen._looking)
        await self.bench.settle()

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait for something to come true."""
        await self.bench.until(done)


@asynccontextmanager
async def room(
    *paths: Path, checkpoint: str = "", models: Models | None = None
) -> AsyncIterator[Room]:
    """An application on files."""
    models = models or Models()
    app = CharlmApp(paths[0] if paths else None, checkpoint, others=paths[1:], load_model=models)
    async with app.run_test(size=(100, 24), notifications=True) as pilot:
        bench = Bench(app, pilot, FakeModel())
        await bench.settle()
        yield Room(bench, models)


def written(folder: Path, name: str, text: str) -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("name", "text", "shown", "note"),
    [
        ("письмо.txt", "Здравствуй, друг!\n", "russian", "russian, by its letters"),
        ("letter.txt", "Dear friend,\n", "english", "english, by its letters"),
        ("stats.py", "# среднее значение\n", "python", "python, by its name"),
        ("script", "#!/usr/bin/env python3\n", "python", "python, by its first line"),
        ("numbers.txt", "1 2 3\n", "english", ""),
        ("empty.txt", "", "english", ""),
    ],
)
async def test_a_document_chooses_when_it_is_opened(
    tmp_path: Path, name: str, text: str, shown: str, note: str
) -> None:
    """Which it chose, and why, shows in the status line; no other is loaded."""
    async with room(written(tmp_path, name, text)) as it:
        await it.see(f"{shown} (auto)", note)
        assert it.models.loaded == [shown]
        assert f"{shown} (auto)" in it.bench.screen_text()[-1]
        if not note:
            assert it.note == ""


@pytest.mark.usefixtures("shipped")
async def test_an_empty_page_has_the_usual_one_until_letters_say_otherwise() -> None:
    """A dozen Russian letters bring Russian, by themselves and once; what was typed is read."""
    async with room() as it:
        await it.see("english (auto)")
        await it.bench.type("Спас")
        await it.rest()
        assert it.shows == "english (auto)"
        await it.bench.type("ибо за письмо")
        await it.rest()
        await it.see("russian (auto)", "russian, by its letters")
        assert it.bench.editor.ghost == " и привет."
        assert it.models.loaded == ["english", "russian"]
        assert it.notices() == []


@pytest.mark.usefixtures("shipped")
async def test_a_quotation_changes_nothing() -> None:
    """Russian stays while English words are quoted."""
    async with room() as it:
        await it.see("english (auto)")
        await it.bench.type("Спасибо за письмо.\n")
        await it.rest()
        await it.bench.type("He wrote: it was the best of times, it was the worst.\n")
        await it.rest()
        await it.see("russian (auto)")
        assert it.models.loaded == ["english", "russian"]


@pytest.mark.usefixtures("shipped")
async def test_a_text_that_was_taken_back_begins_anew() -> None:
    """Undone to nothing and begun in English, it has English after a dozen letters."""
    async with room() as it:
        await it.see("english (auto)")
        await it.bench.type("Спасибо за письмо.")
        await it.rest()
        await it.see("russian (auto)")
        while it.bench.editor.text:
            await it.bench.press("ctrl+z")
        await it.rest()
        await it.see("russian (auto)")
        await it.bench.type("Thank you for the ")
        await it.rest()
        await it.see("english (auto)", "english, by its letters")
        assert it.bench.editor.ghost == "letter."


@pytest.mark.usefixtures("shipped")
async def test_what_was_pasted_before_there_was_a_model_counts(settings: Path) -> None:
    """Nobody has to press one more key for it; also where nothing is learned."""
    settings.write_text("learn = false\n")
    models = Models()
    models.slow.add("english")
    async with room(models=models) as it:
        await it.until(lambda: models.loaded == ["english"])
        it.bench.app.post_message(events.Paste("Спасибо за письмо"))
        await it.until(lambda: it.bench.editor.text == "Спасибо за письмо")
        await asyncio.sleep(2 * TICK_SECONDS)
        models.door.set()
        await it.see("russian (auto)", "by its letters")
        assert it.bench.editor.ghost == " и привет."


@pytest.mark.usefixtures("shipped")
async def test_one_line_of_a_megabyte(tmp_path: Path) -> None:
    """It has its checkpoint, and another one when it is overwritten by another language."""
    async with room(written(tmp_path, "a.txt", "Спасибо за письмо. " * 50_000)) as it:
        await it.see("russian (auto)", "russian, by its letters")
        await it.bench.press("f7")
        await it.bench.paste("Thank you for the letter. " * 40_000)
        await it.rest()
        await it.see("english (auto)", "english, by its letters")


@pytest.mark.usefixtures("shipped")
async def test_a_pasted_text_is_looked_at() -> None:
    """What comes from the clipboard tells as much as what is typed."""
    async with room() as it:
        await it.see("english (auto)")
        await it.bench.paste("Привет из Петербурга, друзья! " * 50)
        await it.rest()
        await it.see("russian (auto)", "by its letters")


@pytest.mark.usefixtures("shipped")
async def test_a_text_is_looked_at_once_after_it_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never while nothing is typed; nor where the name, or the first line, has decided."""
    held: list[str] = []
    switch = Predictor.switch

    def noting(predictor: Predictor, wanted: str | Wanted) -> None:
        if isinstance(wanted, Wanted) and wanted.held:
            held.append(Path(wanted.held).name)
        switch(predictor, wanted)

    monkeypatch.setattr(Predictor, "switch", noting)
    async with room(written(tmp_path, "a.py", "x = 1\n")) as it:
        await it.see("python (auto)")
        await it.bench.type("y")
        await it.rest()
        await it.bench.press("ctrl+n")
        await it.see("english (auto)")
        await it.rest()
        assert held == []
        await it.bench.type("#!/bin/python")
        await it.rest()
        await it.see("python (auto)", "python, by its first line")
        assert set(held) == {"english"}
        held.clear()
        await it.rest()
        await it.bench.type("\nx")
        await it.rest()
        assert held == []


@pytest.mark.usefixtures("shipped")
async def test_saved_under_a_name_that_says_more(tmp_path: Path) -> None:
    """A text saved as a program is one from then on."""
    async with room() as it:
        await it.see("english (auto)")
        await it.bench.type("Thank")
        await it.bench.press("f12")
        await it.bench.pilot.press(*(_key(one) for one in str(tmp_path / "a.py")), "enter")
        await it.see("python (auto)", "python, by its name")
        assert (tmp_path / "a.py").read_text() == "Thank"


def _key(character: str) -> str:
    return {"/": "slash", ".": "full_stop", "-": "minus", "_": "underscore"}.get(
        character, character
    )


@pytest.mark.usefixtures("shipped")
def test_one_that_was_on_its_way_gives_way() -> None:
    """While another is loaded a document calls for the one at work: that goes on, and says so."""
    models, ear, arrived, door = Models(), Ear(), threading.Event(), threading.Event()

    def load(checkpoint: str) -> FakeModel:
        if checkpoint.endswith("russian"):
            arrived.set()
            door.wait(10)
        return models(checkpoint)

    predictor = Predictor("", ear.events.put, load_model=load)
    predictor.start()
    predictor.switch(Wanted(page=1, sample="Dear friend, thank you"))
    told = [type(ear.next()) for _ in range(3)]
    assert told == [Loading, Suited, Ready]
    predictor.switch(Wanted(page=2, sample="Здравствуй, друг"))
    arrived.wait(10)
    predictor.switch(Wanted(page=3, sample="Dear friend, thank you"))
    door.set()
    found = [ear.next() for _ in range(4)]
    assert [type(event) for event in found] == [Loading, Suited, Suited, Ready]
    assert [(one.page, one.checkpoint) for one in found[1:3]] == [(2, "russian"), (3, "english")]
    assert found[3].checkpoint == "english"
    predictor.switch(Wanted(page=4, sample="Dear friend, thank you"))
    assert ear.next().page == 4
    predictor.stop()
    assert ear.events.empty()
    assert models.loaded == ["english", "russian"]


@pytest.mark.usefixtures("shipped")
async def test_the_model_screen_tells_what_each_is_chosen_for() -> None:
    """Beside its figures; and that texts choose, which a key brings back where they don't."""
    async with room() as it:
        await it.see("english (auto)")
        await it.bench.press("f3")
        await it.until(lambda: it.bench.says("chosen for Latin letters"))
        assert it.bench.says("automatic: each text has its own")
        await it.bench.pilot.press("down")
        await it.until(lambda: it.bench.says("chosen for *.py, #!python"))


# The person chooses for one text.


@pytest.mark.usefixtures("shipped")
async def test_another_one_and_back(tmp_path: Path) -> None:
    """Alt-I goes through all that there are, says so, and ends where it began."""
    async with room(written(tmp_path, "письмо.txt", "Здравствуй, друг!")) as it:
        await it.see("russian (auto)")
        await it.bench.press("alt+i")
        await it.see("english", "english, chosen for this text")
        await it.bench.press("alt+i")
        await it.see("python", "python, chosen for this text")
        await it.bench.press("alt+i")
        await it.see("russian (auto)", "russian, by its letters")
        await it.bench.press("alt+i")
        await it.see("english", "english, chosen for this text")


@pytest.mark.usefixtures("shipped")
async def test_what_the_person_chose_stays() -> None:
    """However many letters of another script follow."""
    async with room() as it:
        await it.see("english (auto)")
        await it.bench.press("alt+i")
        await it.see("python")
        await it.bench.type("Спасибо за письмо и привет всем. " * 3)
        await it.rest()
        assert it.shows == "python"
        assert it.models.loaded == ["english", "python"]


@pytest.mark.usefixtures("shipped")
async def test_two_presses_are_two_steps() -> None:
    """However fast they come."""
    async with room() as it:
        await it.see("english (auto)")
        await it.bench.pilot.press("alt+i", "alt+i")
        await it.see("russian", "chosen for this text")
        await it.bench.pilot.press(*["alt+i"] * 5)
        await it.see("python", "chosen for this text")


async def test_where_there_is_no_other(shipped: Path) -> None:
    """It says so, and the one that there is stays."""
    for name in ("python", "russian"):
        shutil.rmtree(shipped / name)
    async with room() as it:
        await it.see("english (auto)")
        await it.bench.press("alt+i")
        await it.see("english (auto)", "there is no other model")


@pytest.mark.usefixtures("shipped")
async def test_each_tab_has_its_own(tmp_path: Path) -> None:
    """Turning to a tab brings its checkpoint, chosen or by itself; each model learns its own."""
    paths = (
        written(tmp_path, "письмо.txt", "Здравствуй, друг!\n"),
        written(tmp_path, "stats.py", "x = 1\n"),
    )
    async with room(*paths) as it:
        await it.see("russian (auto)")
        await it.bench.type("Спасибо")
        await it.bench.pilot.press("ctrl+s", "alt+2")
        await it.see("python (auto)", "python, by its name")
        await it.bench.press("alt+i")
        await it.see("english")
        await it.bench.type("Thank")
        await it.bench.pilot.press("ctrl+s", "alt+1")
        await it.see("russian (auto)")
        assert "letters" not in it.note
        await it.bench.press("alt+2")
        await it.see("english")
        await it.bench.press("alt+1")
        await it.see("russian (auto)")
        english, russian, python = (
            it.models.made[name].memory for name in ("english", "russian", "python")
        )
        names = [str(path) for path in paths]
        await it.until(lambda: list(english.texts) == [names[1]])
        await it.until(lambda: list(russian.texts) == [names[0]])
    assert (list(russian.texts), list(english.texts), python.texts) == (
        [names[0]],
        [names[1]],
        {},
    )
    assert russian.log.count("opened") == 1


@pytest.mark.usefixtures("shipped")
async def test_what_was_saved_last_is_learned_by_its_own_model(tmp_path: Path) -> None:
    """Also where the next tab's model is at work before there was time to learn it."""
    paths = (
        written(tmp_path, "письмо.txt", "Здравствуй, друг!\n"),
        written(tmp_path, "stats.py", "x = 1\n"),
    )
    async with room(*paths) as it:
        await it.see("russian (auto)")
        russian = it.models.made["russian"]
        russian.gate.clear()
        await it.bench.pilot.press("x", "ctrl+s", "alt+2")
        await it.until(lambda: "python" in it.models.loaded)
        await it.until(lambda: paths[0].read_text("utf-8").startswith("x"))
        russian.gate.set()
        await it.see("python (auto)")
        await it.until(lambda: str(paths[0]) in russian.memory.texts)
        assert it.models.made["python"].memory.texts == {}


@pytest.mark.usefixtures("shipped")
async def test_tabs_turned_in_a_hurry(tmp_path: Path) -> None:
    """Whichever shows in the end has its own checkpoint."""
    paths = (
        written(tmp_path, "письмо.txt", "Здравствуй, друг!\n"),
        written(tmp_path, "stats.py", "x = 1\n"),
        written(tmp_path, "letter.txt", "Dear friend,\n"),
    )
    async with room(*paths) as it:
        for last, shown in (("1", "russian"), ("2", "python"), ("3", "english")):
            await it.bench.pilot.press(*["alt+2", "alt+1", "alt+3"] * 4, f"alt+{last}")
            await it.see(f"{shown} (auto)")
            await asyncio.sleep(0.1)
            assert it.shows == f"{shown} (auto)"


@pytest.mark.usefixtures("shipped")
async def test_no_ghost_of_another_tabs_model(tmp_path: Path) -> None:
    """While a tab's model is on its way the one before is not asked about its text."""
    paths = (
        written(tmp_path, "письмо.txt", "Здравствуй, друг!"),
        written(tmp_path, "mail.txt", "Thank you"),
    )
    async with room(*paths) as it:
        await it.see("russian (auto)")
        await it.bench.press("alt+2")
        await it.see("english (auto)")
        await it.bench.press("ctrl+end")
        assert "Thank you" in it.models.made["english"].seen
        for _ in range(5):
            await it.bench.pilot.press("alt+1", "alt+2")
            await it.see("english (auto)")
        await it.bench.press("alt+1")
        await it.see("russian (auto)")
        assert not any("Thank" in text for text in it.models.made["russian"].seen)


# The person chooses for all texts.


@pytest.mark.usefixtures("shipped")
async def test_one_for_this_start(tmp_path: Path) -> None:
    """What is named at the start rules for all files, is marked by nothing, and is not kept."""
    path = written(tmp_path, "stats.py", "x = 1\n")
    async with room(path, checkpoint="russian") as it:
        await it.see("russian")
        assert (it.note, it.models.loaded) == ("", ["russian"])
        await it.bench.press("ctrl+n")
        await it.see("russian")
    async with room(path) as it:
        await it.see("python (auto)")


@pytest.mark.usefixtures("shipped")
async def test_a_wrong_name_at_the_start() -> None:
    """It is told, and nothing takes its place."""
    async with room(checkpoint="nonsense") as it:
        await it.until(lambda: bool(it.notices()))
        assert it.notices()[0].startswith("No ghost text: nonsense: no such checkpoint")
        assert "(auto)" not in it.bench.screen_text()[-1]


@pytest.mark.usefixtures("shipped")
async def test_a_choice_is_kept_and_taken_back(tmp_path: Path, settings: Path) -> None:
    """What is chosen on the model screen holds for all texts and the next start, until `a`."""
    path = written(tmp_path, "stats.py", "x = 1\n")
    async with room(path) as it:
        await it.see("python (auto)")
        await choose(it, "russian")
        await it.see("russian")
        assert 'checkpoint = "russian"' in settings.read_text()
        await it.bench.press("ctrl+n")
        await it.see("russian")
    async with room(path) as it:
        await it.see("russian")
        assert it.note == ""
        await it.bench.press("f3")
        await it.until(lambda: it.bench.says("a automatic"))
        await it.bench.press("a")
        await it.see("python (auto)", "python, by its name")
        assert 'checkpoint = "auto"' in settings.read_text()
    async with room(path) as it:
        await it.see("python (auto)")


async def choose(it: Room, name: str) -> None:
    """Choose a model on the model screen."""
    await it.bench.press("f3")
    screen = it.bench.app.screen
    assert isinstance(screen, ModelsScreen)
    await it.until(lambda: bool(screen._list._listed))
    names = [one.name for one in screen._list._listed.values()]
    await it.bench.pilot.press("home", *["down"] * names.index(name), "enter")


@pytest.mark.usefixtures("shipped")
async def test_a_choice_for_all_ends_those_for_one(tmp_path: Path) -> None:
    """Also where it is the automatic one."""
    async with room(written(tmp_path, "stats.py", "x = 1\n")) as it:
        await it.see("python (auto)")
        await it.bench.press("alt+i")
        await it.see("english")
        await choose(it, "russian")
        await it.see("russian")
        await it.bench.press("alt+i")
        await it.see("english", "chosen for this text")
        await it.bench.press("f3")
        await it.bench.pilot.press("a")
        await it.see("python (auto)")


@pytest.mark.usefixtures("shipped")
async def test_one_that_can_not_be_loaded_is_passed_by(tmp_path: Path) -> None:
    """A line says so, the text has its own again, and the next press goes on from there."""
    models = Models()
    models.broken.add("python")
    async with room(written(tmp_path, "a.txt", "Dear friend,"), models=models) as it:
        await it.see("english (auto)")
        await it.bench.press("alt+i")
        await it.until(lambda: bool(it.notices()))
        await it.see("english (auto)")
        assert it.notices()[0].startswith("english goes on: ")
        await it.bench.press("alt+i")
        await it.see("russian", "russian, chosen for this text")
        await it.bench.press("alt+i")
        await it.see("english (auto)")
        assert len(it.notices()) == 1


@pytest.mark.usefixtures("shipped")
async def test_a_model_with_an_odd_name(home: Path, shipped: Path) -> None:
    """What a terminal could obey is shown, not sent."""
    own = home / "data" / "charlm-tui" / "models" / "[red]\x1b[2J"
    own.parent.mkdir(parents=True)
    shutil.copytree(shipped / "russian", own)
    async with room() as it:
        await it.see("english (auto)")
        await it.bench.press("alt+i")
        await it.see("[red]\x1b[2J", "[red]␛[2J, chosen for this text")
        assert it.bench.screen_text()[-1].count("[red]␛[2J") == 2


@pytest.mark.usefixtures("shipped")
async def test_a_choice_that_can_not_be_loaded_is_not_kept(settings: Path) -> None:
    """The one before goes on, and stays the one for the next start."""
    models = Models()
    models.broken.add("russian")
    async with room(models=models) as it:
        await it.see("english (auto)")
        await choose(it, "russian")
        await it.until(lambda: bool(it.notices()))
        assert "english goes on: " in it.notices()[0]
        await it.see("english (auto)")
        assert not settings.exists() or "russian" not in settings.read_text()


@pytest.mark.usefixtures("shipped")
async def test_a_choice_for_all_that_fails_leaves_that_for_one() -> None:
    """What can't be loaded was for all texts; this one keeps what was chosen for it alone."""
    models = Models()
    models.broken.add("russian")
    async with room(models=models) as it:
        await it.see("english (auto)")
        await it.bench.press("alt+i")
        await it.see("python")
        await it.bench.type("x")
        await choose(it, "russian")
        await it.until(lambda: bool(it.notices()))
        await it.bench.press("ctrl+n")
        await it.see("english (auto)")
        await it.bench.press("alt+1")
        await it.see("python")


@pytest.mark.usefixtures("shipped")
async def test_another_tab_while_a_choice_for_all_is_loaded(tmp_path: Path, settings: Path) -> None:
    """It is not forgotten: both have it once it is there, and the next start too."""
    models = Models()
    models.slow.add("russian")
    paths = written(tmp_path, "a.txt", "Dear friend,"), written(tmp_path, "b.py", "x = 1")
    async with room(*paths, models=models) as it:
        await it.see("english (auto)")
        await choose(it, "russian")
        await it.until(lambda: "russian" in models.loaded)
        await it.bench.pilot.press("alt+2")
        models.door.set()
        await it.see("russian")
        assert 'checkpoint = "russian"' in settings.read_text()
        await it.bench.press("alt+1")
        await it.see("russian")


@pytest.mark.usefixtures("shipped")
async def test_another_tab_while_what_fails_is_loaded(tmp_path: Path) -> None:
    """The tab has its own then."""
    models = Models()
    models.slow.add("russian")
    models.broken.add("russian")
    paths = written(tmp_path, "a.txt", "Dear friend,"), written(tmp_path, "b.py", "x = 1")
    async with room(*paths, models=models) as it:
        await it.see("english (auto)")
        await it.bench.press("alt+2")
        await it.see("python (auto)")
        await it.bench.press("alt+1")
        await it.see("english (auto)")
        await choose(it, "russian")
        await it.until(lambda: "russian" in models.loaded)
        await it.bench.pilot.press("alt+2")
        models.door.set()
        await it.see("python (auto)")


@pytest.mark.usefixtures("shipped")
async def test_automatic_after_a_wrong_name() -> None:
    """It is marked as such from the first model on."""
    async with room(checkpoint="nonsense") as it:
        await it.until(lambda: bool(it.notices()))
        await it.bench.press("f3")
        await it.bench.press("a")
        await it.see("english (auto)")


async def test_one_that_is_called_auto(shipped: Path, home: Path, settings: Path) -> None:
    """It can be chosen for all texts all the same, and is at the next start."""
    own = home / "data" / "charlm-tui" / "models" / "auto"
    own.parent.mkdir(parents=True)
    shutil.copytree(shipped / "russian", own)
    async with room() as it:
        await it.see("english (auto)")
        await choose(it, "auto")
        await it.see("auto")
        assert f'checkpoint = "{own}"' in settings.read_text()
    async with room() as it:
        await it.see("auto")


@pytest.mark.usefixtures("shipped")
async def test_a_setting_that_names_none_any_more(tmp_path: Path, settings: Path) -> None:
    """A line says so, and the document chooses; the setting stays as it is."""
    settings.write_text('checkpoint = "gone"\n')
    async with room(written(tmp_path, "stats.py", "x = 1\n")) as it:
        await it.see("python (auto)")
        (notice,) = it.notices()
        assert notice.startswith("gone: no such checkpoint")
        assert notice.endswith("; python is used instead")
        await it.bench.press("ctrl+n")
        await it.see("english (auto)")
        assert len(it.notices()) == 1
    assert settings.read_text() == 'checkpoint = "gone"\n'


# What is not there, or broken.


async def test_where_only_one_is_installed(shipped: Path, tmp_path: Path) -> None:
    """It takes the others' place without a word."""
    for name in ("python", "russian"):
        shutil.rmtree(shipped / name)
    paths = written(tmp_path, "a.py", "x = 1"), written(tmp_path, "b.txt", "Здравствуй")
    async with room(*paths) as it:
        await it.see("english (auto)")
        await it.bench.press("alt+2")
        await it.see("english (auto)")
        assert it.notices() == []
        assert set(it.models.loaded) == {"english"}


async def test_where_the_usual_one_is_missing(shipped: Path) -> None:
    """Another one is better than none."""
    shutil.rmtree(shipped / "english")
    async with room() as it:
        await it.see("python (auto)")
        assert it.notices() == []


async def test_where_there_is_none(shipped: Path) -> None:
    """A line says so, and the editor edits."""
    shutil.rmtree(shipped)
    async with room() as it:
        await it.until(lambda: bool(it.notices()))
        assert it.notices() == ["No ghost text: no checkpoint is installed"]
        await it.bench.type("hello")
        assert it.bench.editor.text == "hello"


@pytest.mark.usefixtures("shipped")
async def test_where_it_can_not_be_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line says so; once it can be again the next document has its checkpoint."""

    def look() -> None:
        raise OSError(13, "Permission denied")

    async with room() as it:
        await it.see("english (auto)")
        with monkeypatch.context() as patch:
            patch.setattr("charlm_core.catalogue", look)
            await it.bench.press("ctrl+n")
            await it.until(lambda: bool(it.notices()))
            assert "Permission denied" in it.notices()[0]
        await it.bench.type("x")
        await it.bench.press("ctrl+n")
        await it.see("english (auto)")


async def test_a_broken_one_is_told_of_once(shipped: Path, tmp_path: Path) -> None:
    """Its weights can't be read: a line says so, and the usual one takes its place."""
    models = Models()
    models.broken.add("russian")
    async with room(written(tmp_path, "b.txt", "Здравствуй, друг!"), models=models) as it:
        await it.see("english (auto)")
        told = f"{shipped / 'russian' / WEIGHTS_FILE}: truncated; english is used instead"
        assert it.notices() == [told]
        await it.bench.type("Спасибо за письмо и привет.")
        await it.rest()
        assert models.loaded == ["russian", "english"]
        await it.bench.press("ctrl+n")
        await it.see("english (auto)")
        await it.bench.paste("Спасибо за письмо и привет.")
        await it.rest()
        await it.see("english (auto)")
        assert models.loaded.count("russian") == 2
        assert it.notices() == [told]


async def test_one_whose_config_is_broken(shipped: Path, tmp_path: Path) -> None:
    """Nobody knows what it was for: it is told where nothing else suits, and only there."""
    (shipped / "russian" / "config.json").write_text("{")
    async with room(written(tmp_path, "a.py", "x = 1")) as it:
        await it.see("python (auto)")
        assert it.notices() == []
    async with room(written(tmp_path, "b.txt", "Здравствуй, друг!")) as it:
        await it.see("english (auto)")
        (notice,) = it.notices()
        assert "config.json" in notice
        assert notice.endswith("; english is used instead")


async def test_an_own_model_that_suits_comes_first(shipped: Path, home: Path) -> None:
    """A model that the person brought is chosen before one that was shipped."""
    own = home / "data" / "charlm-tui" / "models" / "mine"
    own.parent.mkdir(parents=True)
    shutil.copytree(shipped / "russian", own)
    async with room() as it:
        await it.see("english (auto)")
        await it.bench.paste("Здравствуй, дорогой друг!")
        await it.rest()
        await it.see("mine (auto)", "mine, by its letters")
