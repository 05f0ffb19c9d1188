"""Texts of folders and of a model's training are remembered, without ghosts waiting for them."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

import charlm_core
from charlm_core import CharlmError, CorpusError, MemoryFileError
from tests.tui.support import FakeLearned, FakeModel, running
from tests.tui.test_predictor import Ear, prediction, request
from tui.services.events import Event, LearnedChanged, Loading, Prediction, Ready
from tui.services.mailbox import Mailbox, Recall
from tui.services.predictor import Predictor
from tui.services.remembering import Remembered, remember_texts

NOTES = Path("/notes")


class Shelf:
    """Finds one text for each folder and one for the model, once its door is open."""

    def __init__(self, *, closed: bool = False) -> None:
        self.door = threading.Event()
        if not closed:
            self.door.set()
        self.fault: Exception | None = None
        self.seen: list[str] = []

    def __call__(self, model: FakeModel, folders: Sequence[Path]) -> Remembered:
        """Look them up."""
        self.seen.append(model.name)
        self.door.wait(10)
        if self.fault:
            raise self.fault
        return Remembered(texts=(model.name, *map(str, folders)))


@contextmanager
def predicting(
    shelf: Shelf, *models: FakeModel, learning: bool = True, folders: Sequence[Path] = (NOTES,)
) -> Iterator[tuple[Predictor, Ear]]:
    """A predictor at work with the first of these models."""
    ear = Ear()
    predictor = Predictor(
        models[0].name,
        ear.events.put,
        load_model=lambda name: next(model for model in models if model.name == name),
        learning=learning,
        folders=folders,
        remember=shelf,
    )
    predictor.start()
    yield predictor, ear
    predictor.stop()


def told(ear: Ear) -> LearnedChanged:
    """The next event of those that tell of what was learned."""
    event: Event = ear.next()
    while not isinstance(event, LearnedChanged):
        assert isinstance(event, Loading | Ready | Prediction)
        event = ear.next()
    return event


def test_ghosts_do_not_wait() -> None:
    """The model answers while its texts are looked up, and then with them."""
    model, shelf = FakeModel(), Shelf(closed=True)
    with predicting(shelf, model) as (predictor, ear):
        told(ear)
        predictor.ask(request(1, "The "))
        assert prediction(ear).text
        assert model.log == ["opened"]
        shelf.door.set()
        assert told(ear).notices == ()
        assert model.log == ["opened", "opened fake /notes", "closed"]
        predictor.ask(request(2, "The "))
        assert prediction(ear).text


def test_what_was_learned_is_saved_before_it_is_opened_anew() -> None:
    """What was learned meanwhile is not lost."""
    model, shelf = FakeModel(), Shelf(closed=True)
    with predicting(shelf, model) as (predictor, ear):
        told(ear)
        predictor.keep("/a", "text")
        told(ear)
        shelf.door.set()
        told(ear)
        assert model.log == ["opened", "kept /a", "saved", "opened fake /notes", "closed"]


def test_what_can_not_be_saved_stays_open() -> None:
    """Then the texts are not remembered this time, and a line says what is wrong."""

    class Full(FakeLearned):
        def save(self) -> None:
            raise CharlmError("no room")

    model, shelf = FakeModel(), Shelf(closed=True)
    model.memory = Full(model.log)
    with predicting(shelf, model) as (predictor, ear):
        told(ear)
        predictor.keep("/a", "text")
        told(ear)
        shelf.door.set()
        assert told(ear).notices == ("what was learned is not saved: no room",)
        assert model.log == ["opened", "kept /a"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (CorpusError("/notes: gone"), "/notes: gone"),
        (ValueError("odd\nthing"), "texts are not remembered: ValueError: odd"),
    ],
)
def test_a_fault_takes_no_ghost(fault: Exception, words: str) -> None:
    """A line says what went wrong; ghosts and learning go on."""
    model, shelf = FakeModel(), Shelf()
    shelf.fault = fault
    with predicting(shelf, model) as (predictor, ear):
        assert told(ear).notices == ()
        assert told(ear).notices == (words,)
        predictor.ask(request(1, "The "))
        assert prediction(ear).text
        predictor.keep("/a", "text")
        assert told(ear).chars == 4


def test_folders_without_learning() -> None:
    """They are remembered all the same, and nothing that was learned is opened."""
    model = FakeModel()
    with predicting(Shelf(), model, learning=False) as (_, ear):
        told(ear)
        assert model.log == ["mixed fake /notes"]


def test_neither_folders_nor_learning() -> None:
    """Nothing is looked up; once learning is turned on, it is."""
    model, shelf = FakeModel(), Shelf()
    with predicting(shelf, model, learning=False, folders=()) as (predictor, ear):
        predictor.ask(request(1, "The "))
        while not isinstance(ear.next(), Prediction):
            pass
        assert shelf.seen == []
        predictor.learn(True)
        told(ear), told(ear)
        assert model.log == ["opened", "opened fake", "closed"]
        predictor.learn(False)
        told(ear)
        assert model.log[3:] == ["closed"]
        predictor.learn(True)
        told(ear)
        assert model.log[4:] == ["opened fake"]


def test_another_model_meanwhile() -> None:
    """It need not wait; each gets the texts looked up for it, at work or not, and no others."""
    old, new, shelf = FakeModel(name="old"), FakeModel(name="new"), Shelf(closed=True)
    with predicting(shelf, old, new) as (predictor, ear):
        told(ear)
        predictor.switch("new")
        told(ear)
        assert new.log == ["opened"]
        shelf.door.set()
        told(ear)
        assert new.log == ["opened", "opened new /notes", "closed"]
        assert sorted(shelf.seen) == ["new", "old"]
    assert old.log in (
        ["opened", "closed"],
        ["opened", "opened old /notes", "closed", "closed"],
    )


def test_texts_are_looked_up_once() -> None:
    """A model that comes back has them still."""
    old, new, shelf = FakeModel(name="old"), FakeModel(name="new"), Shelf()
    with predicting(shelf, old, new) as (predictor, ear):
        told(ear), told(ear)
        predictor.switch("new")
        told(ear), told(ear)
        for name in ("old", "new"):
            predictor.switch(name)
            told(ear)
    assert shelf.seen == ["old", "new"]
    assert old.log == ["opened", "opened old /notes", "closed", "closed"]


def test_the_texts_of_a_model_that_is_gone_displace_none() -> None:
    """Whichever are found last, those of the model in use are remembered."""
    old, new = FakeModel(name="old"), FakeModel(name="new")
    mailbox = Mailbox(time.monotonic)
    jobs = [Recall(model=model, texts=(model.name,)) for model in (new, old)]
    for job in jobs:
        mailbox.recall(job)
    assert [mailbox.next(able=True) for _ in jobs] == jobs


async def test_a_fault_is_told_on_the_screen(home: Path) -> None:
    """A folder of the settings that is not there is told of; ghosts come all the same."""
    settings = home / "config" / "charlm-tui" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'folders = ["{home}/nowhere"]\n')

    def look(model: FakeModel, folders: Sequence[Path]) -> Remembered:
        return Remembered(faults=tuple(f"{folder}: not there" for folder in folders))

    async with running(remember=look, size=(200, 24)) as it:
        await it.type("The ")
        await it.until(lambda: it.says("/nowhere: not there"))
        assert it.editor.ghost


# The texts themselves.


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the core is asked for; it finds the names of what it is given."""
    asked: list[object] = []

    def named(model: FakeModel, names: Sequence[Path], without: Sequence[Path]) -> list[str]:
        asked.append((names, without))
        return [name.name for name in names]

    def trained(model: FakeModel) -> list[str]:
        if model.name == "mine":
            return ["training"]
        if model.name == "lost":
            raise CorpusError("corpus.txt: gone")
        raise MemoryFileError("not from a run")

    monkeypatch.setattr(charlm_core, "remember_cached", named)
    monkeypatch.setattr(charlm_core, "remember_training_cached", trained)
    return asked


@pytest.mark.usefixtures("core")
def test_both_kinds_of_texts(tmp_path: Path) -> None:
    """A model trained here remembers its training too."""
    found = remember_texts(FakeModel(name="mine"), [tmp_path])
    assert found == Remembered(texts=(["training"], [tmp_path.name]))


def test_a_model_from_elsewhere(core: list[object]) -> None:
    """Without folders it remembers nothing, and that is no fault."""
    assert remember_texts(FakeModel(name="english"), ()) == Remembered()
    assert core == []


def test_what_is_gone(core: list[object], tmp_path: Path) -> None:
    """A folder that is gone, and a training's texts, are told of; the others are remembered."""
    gone = tmp_path / "gone"
    found = remember_texts(FakeModel(name="lost"), [gone, tmp_path], [tmp_path / "diary.txt"])
    assert found.texts == ([tmp_path.name],)
    assert found.faults == (
        "lost can't look into the texts of its training: corpus.txt: gone",
        f"{gone}: not there to be remembered",
    )
    assert core == [([tmp_path], [tmp_path / "diary.txt"])]
