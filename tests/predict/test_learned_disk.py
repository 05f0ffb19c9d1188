"""What was learned, on disk: private, whole or not at all, shared, never in the way."""

import errno
import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pytest
import safetensors.numpy

from charlm_core import Learned
from charlm_core.errors import MemoryFileError
from charlm_core.predict import learned as learning
from charlm_core.predict import record as recording
from tests.predict.test_learned import KEY, MODEL, SENTENCES, assert_same, fresh
from tests.support import make_checkpoint, make_model

TEXT = "\n".join(SENTENCES[:3])
MORE = "\n".join(SENTENCES[3:])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where it is to be saved."""
    return tmp_path / "data" / "learned" / "mine-0123"


def opened(path: Path) -> Learned:
    """What is saved there."""
    return Learned(MODEL.engine, MODEL.vocab, path)


@pytest.fixture
def saved(path: Path) -> Path:
    """The folder of one that has learned TEXT."""
    learned = opened(path)
    learned.keep("a.txt", TEXT)
    learned.save()
    return path


def texts(learned: Learned) -> dict[str, str]:
    """What was learned, by document."""
    found: dict[str, str] = {}
    for passage in learned._record.passages:
        found[passage.document] = found.get(passage.document, "") + passage.text
    return found


def contents(path: Path) -> dict[str, bytes]:
    """The files of a folder, by name."""
    return {file.name: file.read_bytes() for file in path.iterdir()}


def modes(path: Path) -> set[int]:
    """Who may do what with a folder's files."""
    return {stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()}


def test_nothing_is_on_disk_before_it_is_saved(path: Path) -> None:
    """Only what is meant to stay leaves a trace."""
    learned = opened(path)
    learned.keep("a.txt", TEXT)
    learned.close()
    assert not path.parent.exists()


def test_only_the_owner_may_read_it(path: Path) -> None:
    """Others on the machine see neither texts nor their names, whatever the process's umask."""
    before = os.umask(0)
    try:
        learned = opened(path)
        for text in (TEXT, MORE):
            learned.keep("a.txt", text)
            learned.save()
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
            assert modes(path) == {0o600}
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert all(mode & 0o077 == 0 for mode in modes(path.parent))
    assert set(contents(path)) == {"learned.json", "weights.safetensors"}
    assert learned.bytes == sum(map(len, contents(path).values()))


def test_what_is_read_back_is_what_was_saved(saved: Path) -> None:
    """The next day every ghost is that of the day before, and nothing is learned again."""
    before, after = fresh(), opened(saved)
    before.keep("a.txt", TEXT)
    assert_same(after, before)
    # All of it can be found at once, the last few characters as well.
    for end in range(len(TEXT) - 40, len(TEXT)):
        one, other = (MODEL.start(TEXT[:end], source).logits for source in (after, before))
        assert one.tobytes() == other.tobytes()
    assert after.notices == ()
    assert after.gain == before.gain
    assert after.documents == before.documents
    assert after.keep("a.txt", TEXT)
    assert_same(after, before)
    # Only fading, a thousandth of what was learned, is counted anew.
    for learned in (before, after):
        learned.keep("a.txt", f"{TEXT}\n{MORE}")
    assert_same(after, before, atol=3e-3)


def test_what_was_not_yet_learned_is_learned_the_next_time(path: Path) -> None:
    """A save in the middle of learning loses nothing of what was kept."""
    learned, whole = opened(path), fresh()
    assert not learned.keep("a.txt", TEXT * 3, lambda: bool(learned.gain.static.chars))
    learned.save()
    learned.close()
    after = opened(path)
    whole.keep("a.txt", TEXT * 3)
    assert after.keep("b.txt", "")
    assert after.gain.static == whole.gain.static
    assert texts(after) == texts(whole)
    for name, tensor in whole._mixture.tensors().items():
        np.testing.assert_allclose(after._mixture.tensors()[name], tensor, atol=0.05)


def test_what_is_forgotten_is_gone_from_the_disk(saved: Path) -> None:
    """Neither the text nor the document's name is in any file any more."""
    learned = opened(saved)
    learned.keep("b.txt", MORE)
    learned.forget("a.txt")
    learned.save()
    written = (saved / "learned.json").read_text()
    assert "a.txt" not in written
    assert SENTENCES[0][:20] not in written
    assert list(texts(opened(saved))) == ["b.txt"]
    learned.forget_all()
    learned.save()
    assert "b.txt" not in (saved / "learned.json").read_text()
    again = opened(saved)
    assert again.documents == ()
    logits = MODEL.start("the king", again).logits
    np.testing.assert_allclose(logits, MODEL.start("the king").logits, rtol=0, atol=1e-6)


def test_forgotten_and_saved_before_it_was_learned_anew(saved: Path) -> None:
    """Closing right after forgetting one text leaves the others to be learned the next time."""
    learned, other = opened(saved), fresh()
    learned.keep("b.txt", MORE)
    learned.forget("a.txt")
    learned.save()
    after = opened(saved)
    for one in (after, other):
        one.keep("b.txt", MORE)
    assert_same(after, other, atol=1e-6)


def test_a_private_key_is_never_written(path: Path) -> None:
    """It is not in any file, not even in what is kept of the lines."""
    learned = opened(path)
    learned.keep("a.txt", f"{TEXT}\n{KEY}")
    learned.keep("b.txt", MORE)
    learned.save()
    assert b"PRIVATE KEY" not in (path / "learned.json").read_bytes()
    assert b"a.txt" not in (path / "learned.json").read_bytes()


@pytest.mark.parametrize("name", ["a\udcff.txt", "\x1b[31m", "ä\n", "漢字"])
def test_any_name_can_be_saved(path: Path, name: str) -> None:
    """A document whose name is no proper text is learned, saved and forgotten as any other."""
    learned = opened(path)
    learned.keep(name, "\ud800" + TEXT)
    learned.save()
    after = opened(path)
    assert after.chars == len(TEXT) + 1
    after.keep(name, "\ud800" + TEXT)
    assert after.chars == len(TEXT) + 1
    after.rename(name, f"{name}.old")
    after.forget(f"{name}.old")
    assert after.documents == ()


def weights(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """Change some of the saved tensors."""

    def damage(folder: Path) -> None:
        file = folder / "weights.safetensors"
        tensors = safetensors.numpy.load(file.read_bytes())
        change(tensors)
        file.write_bytes(safetensors.numpy.save(tensors))

    return damage


def record(**changes: object) -> Callable[[Path], None]:
    """Change some of the record."""

    def damage(folder: Path) -> None:
        file = folder / "learned.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))

    return damage


def written(name: str, data: bytes) -> Callable[[Path], object]:
    """Overwrite a file."""
    return lambda folder: (folder / name).write_bytes(data)


def cut(name: str) -> Callable[[Path], None]:
    """Lose the end of a file."""

    def damage(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) * 2 // 3])

    return damage


def set_nan(tensors: dict[str, Any]) -> None:
    """Have one weight be no number."""
    tensors["output.weight"][0, 0] = np.nan


def transpose(tensors: dict[str, Any]) -> None:
    """Have weights of another shape."""
    tensors["output.weight"] = np.ascontiguousarray(tensors["output.weight"].T)


def double(tensors: dict[str, Any]) -> None:
    """Have weights of another type."""
    tensors["mixer.0"] = tensors["mixer.0"].astype(np.float64)


def as_file(folder: Path) -> None:
    """Have a file where the folder was."""
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_text("hello")


DAMAGES: list[tuple[str, Callable[[Path], object], str]] = [
    ("record cut", cut("learned.json"), "learned.json: damaged"),
    ("record empty", written("learned.json", b""), "learned.json: damaged"),
    ("record garbage", written("learned.json", b"\xff\0" * 99), "learned.json: damaged"),
    ("record deep", written("learned.json", b"[" * 99_999), "learned.json: damaged"),
    ("record a list", written("learned.json", b"[]"), "learned.json: damaged"),
    ("record version", record(format_version=99), "format version 99 is not known"),
    ("record passages", record(passages=[{"text": 3}]), "learned.json: damaged"),
    ("record lines", record(lines={"a": {"b": "c"}}), "learned.json: damaged"),
    ("record missing", lambda folder: (folder / "learned.json").unlink(), "learned.json: missing"),
    ("weights cut", cut("weights.safetensors"), "weights.safetensors: damaged"),
    ("weights empty", written("weights.safetensors", b""), "weights.safetensors: damaged"),
    (
        "weights garbage",
        written("weights.safetensors", b"\xff" * 999),
        "weights.safetensors: damaged",
    ),
    ("weights huge", written("weights.safetensors", bytes(1 << 20)), "larger than"),
    ("weights missing", lambda folder: (folder / "weights.safetensors").unlink(), "No such file"),
    ("weights NaN", weights(set_nan), "output.weight holds what is no number"),
    ("weights shape", weights(transpose), "output.weight is not what this checkpoint learns"),
    ("weights type", weights(double), "mixer.0 is not what this checkpoint learns"),
    ("weights less", weights(lambda tensors: tensors.pop("mixer.1")), "mixer.1 is not what"),
    ("a file", as_file, "learned.json"),
]


@pytest.mark.parametrize(
    ("damage", "words"), [row[1:] for row in DAMAGES], ids=[row[0] for row in DAMAGES]
)
def test_what_is_damaged_is_set_aside(
    saved: Path, damage: Callable[[Path], object], words: str
) -> None:
    """One line tells of it, the files are kept beside, and learning begins anew and is saved."""
    damage(saved)
    before = contents(saved) if saved.is_dir() else {}
    learned = opened(saved)
    (notice,) = learned.notices
    assert words in notice
    assert str(saved) in notice
    assert "\n" not in notice
    aside = saved.with_name(f"{saved.name}.damaged-1")
    assert aside.name in notice
    assert not saved.exists()
    if before:
        assert contents(aside) == before
    assert learned.untouched
    learned.keep("b.txt", MORE)
    learned.save()
    after = opened(saved)
    assert after.notices == ()
    assert texts(after) == {"b.txt": MORE}
    # A second time it has a place beside the first.
    (saved / "learned.json").write_bytes(b"")
    assert f"{saved.name}.damaged-2" in opened(saved).notices[0]


def test_a_record_that_is_too_large_is_set_aside(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a file of a gigabyte that something else has written there."""
    monkeypatch.setattr(recording, "MOST_BYTES", 100)
    (notice,) = opened(saved).notices
    assert "learned.json: over 0 MiB" in notice


def test_what_another_network_has_learned_is_set_aside(saved: Path) -> None:
    """A checkpoint replaced by one of another shape does not learn on from the old weights."""
    larger = make_model(make_checkpoint(hidden=8))
    (notice,) = Learned(larger.engine, larger.vocab, saved).notices
    assert "output.weight is not what this checkpoint learns" in notice


@pytest.mark.parametrize("calls", range(3))
def test_a_full_disk_leaves_what_was_saved(
    saved: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """Whichever file has no room, the old ones stay; with room again all is saved."""
    before = contents(saved)
    learned, left, sync = opened(saved), iter(range(calls)), os.fsync
    learned.keep("b.txt", MORE)

    def full(descriptor: int) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(MemoryFileError, match="No space left on device") as caught:
            learned.save()
    assert str(saved) in str(caught.value)
    assert contents(saved) == before
    assert {entry.name for entry in saved.parent.iterdir()} <= {saved.name, f"{saved.name}.lock"}
    learned.save()
    assert texts(opened(saved)) == {"a.txt": TEXT, "b.txt": MORE}


def test_a_full_disk_costs_nobody_s_passages(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process saves while this one could not is there after both have saved."""
    one, other = opened(saved), opened(saved)
    one.keep("b.txt", MORE)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(MemoryFileError):
            one.save()
    other.keep("c.txt", "written by the other")
    other.save()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(MemoryFileError):
            one.save()
    one.save()
    assert texts(opened(saved)) == {"a.txt": TEXT, "b.txt": MORE, "c.txt": "written by the other"}


def test_a_folder_that_may_not_be_written_is_told(path: Path) -> None:
    """One line says which; what was learned goes on being used."""
    path.parent.parent.mkdir(parents=True)
    path.parent.write_text("a file is in the way")
    learned = opened(path)
    learned.keep("a.txt", TEXT)
    with pytest.raises(MemoryFileError) as caught:
        learned.save()
    assert "\n" not in str(caught.value)
    assert texts(learned) == {"a.txt": TEXT}


def test_a_lock_that_is_held_is_told(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever for another process that hangs."""
    monkeypatch.setattr(learning, "LOCK_SECONDS", 0.01)
    learned = opened(saved)
    before = contents(saved)
    in_use = pytest.raises(MemoryFileError, match="in use by another process")
    with filelock.FileLock(f"{saved}.lock"), in_use:
        learned.save()
    assert contents(saved) == before
    learned.save()


def test_of_very_much_the_oldest_is_dropped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files stay small for ever; what is latest is kept."""
    monkeypatch.setattr(learning, "MOST_CHARS", 400)
    learned = opened(path)
    for number in range(10):
        learned.keep("a.txt", f"{number}: {SENTENCES[number % 6]} {number}")
    learned.save()
    assert 200 < learned.chars <= 400
    assert texts(opened(path))["a.txt"].endswith(f"9: {SENTENCES[3]} 9")


def test_what_is_saved_can_be_read_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many short lines each takes more than its characters: the oldest are dropped for that."""
    for module in (learning, recording):
        monkeypatch.setattr(module, "MOST_BYTES", 4000)
    learned = opened(path)
    lines = [f"{number}: {SENTENCES[number % 6]}" for number in range(40)]
    for count in range(len(lines)):
        learned.keep("a.txt", "\n".join(lines[: count + 1]))
    learned.save()
    assert 1000 < (path / "learned.json").stat().st_size <= 4000
    after = opened(path)
    assert after.notices == ()
    assert texts(after)["a.txt"].endswith(lines[-1])


def test_what_a_killed_save_left_goes_with_the_next(saved: Path) -> None:
    """It may hold what is forgotten by now."""
    left = saved.with_name(f".{saved.name}.01234567.tmp")
    shutil.copytree(saved, left)
    learned = opened(saved)
    learned.forget("a.txt")
    learned.save()
    assert not left.exists()


def test_forgetting_what_was_never_learned_changes_nothing(saved: Path) -> None:
    """Nothing is to be learned again for that."""
    learned, before = opened(saved), opened(saved)
    learned.forget("nobody.txt")
    learned.save()
    for one in (learned, opened(saved)):
        assert one.gain == before.gain
        assert one.gain.static.chars > 0
        assert_same(one, before)


# Two editors at once.


def test_a_save_while_it_is_read(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Record and weights are those of one save, the later one."""
    other, real = opened(saved), recording.read_weights

    def save_first(folder: Path, like: dict[str, Any]) -> dict[str, Any]:
        monkeypatch.setattr(recording, "read_weights", real)
        other.keep("b.txt", MORE)
        other.save()
        return real(folder, like)

    monkeypatch.setattr(recording, "read_weights", save_first)
    found = opened(saved)
    assert found.gain == other.gain
    assert_same(found, other)
    assert set(texts(found)) == {"a.txt", "b.txt"}


def test_what_both_have_learned_is_kept(saved: Path) -> None:
    """Whoever saves last saves the other's as well, and has learned it the next time it learns."""
    one, other = opened(saved), opened(saved)
    one.keep("b.txt", SENTENCES[3])
    other.keep("c.txt", SENTENCES[4])
    other.keep("a.txt", f"{TEXT}\n{SENTENCES[5]}")
    one.save()
    other.save()
    expected = {"a.txt": TEXT + "\n" + SENTENCES[5], "b.txt": SENTENCES[3], "c.txt": SENTENCES[4]}
    assert {name: len(text) for name, text in texts(other).items()} == pytest.approx(
        {name: len(text) for name, text in expected.items()}, abs=1
    )
    one.save()
    assert texts(one) == texts(other) == texts(opened(saved))
    for learned in (one, other):
        assert learned.keep("b.txt", SENTENCES[3])
        assert learned.gain.static.chars == learned.chars
    # Neither learns again what the other has learned.
    chars = one.chars
    for learned in (one, other):
        learned.keep("a.txt", f"{TEXT}\n{SENTENCES[5]}")
        learned.keep("b.txt", SENTENCES[3])
        learned.keep("c.txt", SENTENCES[4])
        assert learned.chars == chars


def test_saving_in_turns_doubles_nothing(saved: Path) -> None:
    """However often two editors save, each passage is there once."""
    one, other = opened(saved), opened(saved)
    lines: list[str] = []
    for number in range(6):
        for name, learned in (("one", one), ("other", other)):
            lines.append(f"line {number} by {name}, and {SENTENCES[number]}")
            learned.keep(f"{name}{number}.txt", lines[-1])
            learned.save()
    found = [passage.text for passage in opened(saved)._record.passages]
    assert sorted(found) == sorted({*found})
    assert sum(map(len, found)) == len(TEXT) + sum(map(len, lines))


@pytest.mark.parametrize("first", [True, False], ids=["forgets first", "forgets last"])
def test_what_one_has_forgotten_is_forgotten_by_the_other(saved: Path, first: bool) -> None:
    """It does not come back with the next save of an editor that still knew it."""
    one, other = opened(saved), opened(saved)
    one.keep("b.txt", SENTENCES[3])
    one.save()
    other.save()
    other.keep("c.txt", SENTENCES[4])
    if not first:
        other.save()
    one.forget("a.txt")
    one.keep("d.txt", SENTENCES[5])
    one.save()
    other.save()
    one.save()
    expected = {"b.txt": SENTENCES[3], "c.txt": SENTENCES[4], "d.txt": SENTENCES[5]}
    never = fresh()
    for name, text in expected.items():
        never.keep(name, text)
    for learned in (one, other, opened(saved)):
        assert texts(learned) == expected
        assert sorted(learned._record.lines) == ["b.txt", "c.txt", "d.txt"]
        learned.keep("b.txt", SENTENCES[3])
        assert learned.gain.static.chars == sum(map(len, expected.values()))
        assert learned.gain.static.total_nats == pytest.approx(
            never.gain.static.total_nats, rel=1e-3
        )


def test_forgetting_everything_holds_for_both(saved: Path) -> None:
    """What the other has saved meanwhile is forgotten too; what comes after is kept."""
    one, other = opened(saved), opened(saved)
    other.keep("b.txt", SENTENCES[3])
    other.save()
    one.forget_all()
    one.keep("c.txt", SENTENCES[4])
    one.save()
    assert texts(one) == {"c.txt": SENTENCES[4]}
    other.keep("d.txt", SENTENCES[5])
    other.save()
    assert texts(other) == {"c.txt": SENTENCES[4], "d.txt": SENTENCES[5]}
    assert texts(opened(saved)) == texts(other)


def test_a_text_forgotten_and_kept_again(saved: Path) -> None:
    """What is kept after it was forgotten is there, once, also when another has saved."""
    one, other = opened(saved), opened(saved)
    other.keep("b.txt", SENTENCES[3])
    other.save()
    one.forget("a.txt")
    one.keep("a.txt", SENTENCES[5])
    one.save()
    assert texts(opened(saved)) == {"b.txt": SENTENCES[3], "a.txt": SENTENCES[5]}


def test_a_new_name_holds_when_another_has_saved(saved: Path) -> None:
    """A document saved under another name keeps that, whatever else is open."""
    one, other = opened(saved), opened(saved)
    other.keep("b.txt", SENTENCES[3])
    other.save()
    one.rename("a.txt", "new.txt")
    one.save()
    assert texts(opened(saved)) == {"new.txt": TEXT, "b.txt": SENTENCES[3]}
    other.save()
    assert texts(opened(saved)) == {"new.txt": TEXT, "b.txt": SENTENCES[3]}


def test_what_another_has_damaged_is_set_aside(saved: Path) -> None:
    """A file spoilt while the editor runs loses nothing of what it knows."""
    learned = opened(saved)
    learned.keep("b.txt", MORE)
    (saved / "learned.json").write_bytes(b"oops")
    learned.save()
    assert texts(opened(saved)) == {"a.txt": TEXT, "b.txt": MORE}
    assert (saved.with_name(f"{saved.name}.damaged-1") / "learned.json").read_bytes() == b"oops"
