"""`charlm-tui memory`: what was learned, told and forgotten from the command line."""

from pathlib import Path

import pytest
from filelock import FileLock

import charlm_core
from charlm_core import saved_documents, saved_memories
from charlm_core.predict.record import learned_directory
from tests.predict.test_forgetting import save
from tests.tui.commands.conftest import Charlm
from tests.tui.support import FakeLearned, FakeModel


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> FakeLearned:
    """What the one model there is has learned."""
    model = FakeModel()
    model.memory = FakeLearned(model.log, notices=("a file was damaged",))
    model.memory.texts = {"/texts/a\x1b.txt": "x" * 1000, "untitled": "y" * 5}
    monkeypatch.setattr(charlm_core, "load", lambda name: model, raising=False)
    return model.memory


def test_tells(charlm: Charlm, memory: FakeLearned) -> None:
    """Size, place, gain and texts; a name can't instruct the terminal."""
    outcome = charlm("memory", "mine")
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "mine: 1,005 characters learned, 2,010 bytes in learned",
        "1.6300 bits/char with learning, 1.7200 without, over 1,005 characters",
        "       1,000  /texts/a␛.txt",
        "           5  untitled",
    ]
    assert outcome.err == "note: a file was damaged\n"
    assert memory.log == ["opened", "closed"]


@pytest.mark.usefixtures("memory")
def test_tells_a_program(charlm: Charlm) -> None:
    """One JSON object holds the same."""
    found = charlm("memory", "--json").json
    gain = found.pop("gain")
    assert found == {
        "checkpoint": "english",
        "path": "learned",
        "bytes": 2010,
        "chars": 1005,
        "documents": [
            {"name": "/texts/a\x1b.txt", "chars": 1000},
            {"name": "untitled", "chars": 5},
        ],
    }
    assert gain["chars"] == 1005
    assert gain["static"]["bpc"] == pytest.approx(1.72)
    assert gain["adaptive"]["bpc"] == pytest.approx(1.63)


def test_nothing_learned(charlm: Charlm, memory: FakeLearned) -> None:
    """Where there is nothing the figures are null, and the text leaves them out."""
    memory.texts.clear()
    assert charlm("memory").out == "english: 0 characters learned, 0 bytes in learned\n"
    assert charlm("memory", "--json").json["gain"]["static"] == {"bpc": None}


def test_forgets_some(
    charlm: Charlm, memory: FakeLearned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text is named as it is learned, or by its path from here."""
    memory.texts[str(tmp_path / "b.txt")] = "z"
    monkeypatch.chdir(tmp_path)
    assert charlm("memory", "--forget", "b.txt", "--forget", "untitled").code == 0
    assert list(memory.texts) == ["/texts/a\x1b.txt"]
    assert memory.log[-2:] == ["saved", "closed"]


def test_forgets_all(charlm: Charlm, memory: FakeLearned) -> None:
    """Nothing is left, and it says so."""
    found = charlm("memory", "english", "--forget-all", "--json").json
    assert (found["chars"], found["documents"]) == (0, [])
    assert memory.log == ["opened", "forgot all", "saved", "closed"]


def test_all_models_forget_a_text(charlm: Charlm, memory: FakeLearned) -> None:
    """Where none is named: a person can't know which of them have read it."""
    save("russian-1", a="one two", b="three")
    save("notes-2", a="one four")
    assert charlm("memory", "--forget", "a").code == 0
    assert saved_documents() == {"b"}
    assert set(memory.texts) == {"/texts/a\x1b.txt", "untitled"}
    assert charlm("memory", "--forget-all").code == 0
    assert saved_documents() == frozenset()
    assert not memory.texts


@pytest.mark.usefixtures("memory")
def test_a_model_that_is_named_forgets_alone(charlm: Charlm) -> None:
    """The others keep what they have, and know nothing of it that is its own."""
    save("russian-1", a="one two")
    assert charlm("memory", "english", "--forget-all").code == 0
    assert saved_documents() == {"a"}
    outcome = charlm("memory", "english", "--forget", "a")
    assert outcome.code == 1
    assert "a: nothing was learned from it" in outcome.err


@pytest.mark.usefixtures("memory")
def test_what_can_not_be_forgotten_is_told(charlm: Charlm) -> None:
    """The others have forgotten it all the same."""
    save("russian-1", a="one two")
    save("notes-2", a="one four")
    with FileLock(learned_directory() / "russian-1.lock"):
        outcome = charlm("memory", "--forget-all")
    assert outcome.code == 1
    assert "russian-1: in use by another process" in outcome.err
    assert len(outcome.err.splitlines()) == 2  # with the note on the damaged file
    assert [folder.name for folder in saved_memories()] == ["notes-2", "russian-1"]
    assert saved_documents() == {"a"}


def test_nothing_to_forget(charlm: Charlm, memory: FakeLearned) -> None:
    """A text that was never learned is a fault, and no other is forgotten with it."""
    outcome = charlm("memory", "--forget", "untitled", "--forget", "c.txt")
    assert outcome.code == 1
    assert "charlm-tui: c.txt: nothing was learned from it" in outcome.err
    assert len(memory.texts) == 2


def test_no_such_model(charlm: Charlm) -> None:
    """A checkpoint that is not there is told of in a line."""
    charlm("memory", "nowhere").assert_refused("nowhere", "no such checkpoint")
