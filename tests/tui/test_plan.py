"""What is proposed for a new run, and what is wrong with what a person enters."""

import os
from pathlib import Path

import pytest

from charlm_core import is_control
from tui.services.beginnings import beginnings
from tui.services.plan import (
    DEFAULT_MINUTES,
    LEAST_BYTES,
    budget_fault,
    default_plan,
    free_name,
    name_fault,
    path_fault,
    room_fault,
    suited_name,
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, called `essays`."""
    folder = tmp_path / "essays"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_the_open_document_is_proposed(here: Path) -> None:
    """Whoever writes a long text can learn from it at once, for ten minutes."""
    document = here / "notes.txt"
    document.write_text("x" * LEAST_BYTES)
    plan = default_plan(Path("notes.txt"), {"notes"})
    assert (plan.corpora, plan.name) == ((document,), "notes-2")
    assert (plan.size, plan.minutes, plan.epochs) == ("medium", DEFAULT_MINUTES, 0)


def test_a_training_begins_with_what_is_in_use(here: Path) -> None:
    """The editor's model, where that can be begun with; from scratch otherwise."""
    there_are = beginnings()
    russian = next(one for one in there_are if one.name == "russian")
    odd = f"{russian.path}/../russian"
    assert default_plan(None, (), odd, there_are).begin_with == russian.path
    for in_use in ("", str(here)):
        assert default_plan(None, (), in_use, there_are).begin_with == ""


@pytest.mark.parametrize("what", ["none", "short", "missing", "folder", "pipe"])
def test_without_a_long_document_the_folder_is_proposed(here: Path, what: str) -> None:
    """A new, short or odd document gives way to the folder it is written in."""
    document = here / "notes.txt"
    if what == "short":
        document.write_text("too short")
    elif what == "folder":
        document.mkdir()
    elif what == "pipe":
        os.mkfifo(document)
    plan = default_plan(None if what == "none" else document, ())
    assert (plan.corpora, plan.name) == ((here,), "essays")


def test_home_and_root_are_not_proposed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's whole home is learned from by two presses of Enter."""
    for folder in (home, Path("/")):
        monkeypatch.chdir(folder)
        plan = default_plan(None, ())
        assert (plan.corpora, plan.name) == ((), "model")


def test_a_folder_that_is_gone_is_not_proposed(here: Path) -> None:
    """The current folder may have been deleted."""
    here.rmdir()
    assert default_plan(None, ()).corpora == ()


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("notes", "notes"),
        ("war and peace", "war-and-peace"),
        ("Война и мир", "Война-и-мир"),
        (".hidden", "hidden"),
        ("a/b\\c", "a-b-c"),
        ("bad\x1b[31m\n", "bad[31m"),
        ("\udcff", "model"),
        ("...", "model"),
        ("", "model"),
        ("ж" * 200, "ж" * 45),
    ],
)
def test_any_name_is_made_a_valid_one(wanted: str, name: str) -> None:
    """Whatever a file is called, its run has a name that will do, and is free."""
    assert free_name(wanted, ()) == name
    assert name_fault(name, ()) == ""
    again = free_name(wanted, {name})
    assert again == f"{name}-2"
    assert name_fault(again, {name}) == ""


def test_several_texts_are_called_like_their_folder(tmp_path: Path) -> None:
    """One of five thousand names says little."""
    (tmp_path / "books").mkdir()
    texts = [tmp_path / "books" / name for name in ("a.txt", "b.txt")]
    assert suited_name(texts[:1], ()) == "a"
    assert suited_name(texts, {"books"}) == "books-2"


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "give the model a name"),
        (" ", "give the model a name"),
        ("a/b", "slashes"),
        ("..", "no dot"),
        ("a\tb", "control"),
        ("a\u200db", "control"),
        ("\ud800", "control"),
        ("x" * 101, "too long"),
        ("taken", "called taken already"),
    ],
)
def test_a_name_that_will_not_do_is_told(name: str, fault: str) -> None:
    """One line says why."""
    assert fault in name_fault(name, {"taken"})
    assert not any(map(is_control, name_fault(name, {"taken"})))


@pytest.mark.parametrize("amount", ["", "ten", "0", "-1", "nan", "inf", "1e10", "1,5"])
def test_a_budget_that_is_none_is_told(amount: str) -> None:
    """A budget is a positive, finite number."""
    assert budget_fault(amount)


@pytest.mark.parametrize("amount", ["10", "0.5", "1e3", " 3 "])
def test_a_budget(amount: str) -> None:
    """Fractions are fine."""
    assert budget_fault(amount) == ""


def test_a_path_that_can_not_be_noted_down_is_told() -> None:
    """A run notes where its texts are, a line each."""
    assert path_fault(Path("/a/é 🚀.txt")) == ""
    assert "plainer" in path_fault(Path("/a/b\n.txt"))


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """Before a training begins that can't keep its weights, and where runs' folder is not yet."""
    assert room_fault(tmp_path / "not" / "yet", 1000) == ""
    assert "the disk is full" in room_fault(tmp_path / "not" / "yet", 1 << 60)
