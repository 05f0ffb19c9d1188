"""What is forgotten is forgotten by all checkpoints, also by those that nobody has in memory."""

from pathlib import Path

import filelock
import pytest

from charlm_core import Learned, forget_saved, saved_documents, saved_memories
from charlm_core.predict import forgetting
from charlm_core.predict.record import LEARNED_FILE, learned_directory
from tests.predict.test_learned import MODEL, SENTENCES, assert_same, fresh

TEXT = "\n".join(SENTENCES[:2])
SECRET = "The safe opens with 48151623."


def opened(name: str) -> Learned:
    """What is saved under this name."""
    return Learned(MODEL.engine, MODEL.vocab, learned_directory() / name)


def save(name: str, **texts: str) -> None:
    """Have these texts learned."""
    learned = opened(name)
    for document, text in texts.items():
        learned.keep(document, text)
    learned.save()


def on_disk() -> str:
    """All that lies where what was learned does."""
    files = (file for file in learned_directory().rglob("*") if file.is_file())
    return "".join(file.read_bytes().decode("latin-1") for file in files)


def test_one_text() -> None:
    """It is gone from all of them, for good; what else they learned they learn again."""
    save("english-1", a=TEXT, b=SECRET)
    save("russian-2", b=SECRET)
    save("python-3", a=TEXT)
    untouched = (learned_directory() / "python-3" / LEARNED_FILE).read_bytes()
    assert forget_saved("b") == ()
    assert "48151623" not in on_disk()
    assert [one.name for one in opened("english-1").documents] == ["a"]
    assert opened("russian-2").documents == ()
    assert (learned_directory() / "python-3" / LEARNED_FILE).read_bytes() == untouched
    again, never = opened("english-1"), fresh()
    again.keep("a", TEXT)
    never.keep("a", TEXT)
    assert_same(again, never)


@pytest.mark.parametrize("document", ["b", "never learned", None])
def test_what_a_killed_save_left(document: str | None) -> None:
    """It may hold what is forgotten, and goes, whichever text that is."""
    save("english-1", a=TEXT)
    save(".english-1.01234567.tmp", b=SECRET)
    assert forget_saved(document) == ()
    assert "48151623" not in on_disk()


def test_all() -> None:
    """Also what was set aside as damaged, and what a kill left half written."""
    for name in ("english-1", "russian-2.damaged-1", ".english-1.01234567.tmp"):
        save(name, b=SECRET)
    (learned_directory() / "russian-2.damaged-1" / LEARNED_FILE).write_text(f'{{"x": "{SECRET}')
    assert forget_saved(None) == ()
    assert "48151623" not in on_disk()
    assert opened("english-1").untouched
    assert [folder.name for folder in saved_memories()] == ["english-1"]


def test_another_window_forgets_it_too() -> None:
    """It has the text in memory, and must not bring it back with what it saves next."""
    save("english-1", a=SECRET)
    other = opened("english-1")
    assert forget_saved(None) == ()
    other.keep("c", TEXT)
    other.save()
    assert "48151623" not in on_disk()
    assert [one.name for one in opened("english-1").documents] == ["c"]


def test_what_can_not_be_forgotten_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line each, and the others are forgotten all the same."""
    monkeypatch.setattr(forgetting, "LOCK_SECONDS", 0.01)
    for name in ("a", "b", "c"):
        save(name, a=SECRET)
    (learned_directory() / "a" / LEARNED_FILE).write_text("{")
    with filelock.FileLock(learned_directory() / "b.lock"):
        damaged, busy = forget_saved("a")
    assert "learned.json: damaged" in damaged
    assert busy.endswith("b: in use by another process")
    assert opened("c").documents == ()
    assert {folder.name for folder in saved_memories()} >= {"a", "b", "c"}


def test_nothing_learned() -> None:
    """Without a folder there is nothing to do, and none is made."""
    assert forget_saved(None) == forget_saved("a") == ()
    assert saved_memories() == ()
    assert not Path(learned_directory()).exists()


def test_what_was_learned_from_is_known() -> None:
    """By any checkpoint; of a damaged record nobody can tell."""
    assert saved_documents() == frozenset()
    save("english-1", a="one two", b="three")
    save("russian-2", b="three", c="four")
    assert saved_documents() == {"a", "b", "c"}
    (learned_directory() / "english-1" / LEARNED_FILE).write_text("{")
    assert saved_documents() == {"b", "c"}
