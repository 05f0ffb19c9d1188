"""Two instances of the app on one file: the second is told of the first."""

import errno
import fcntl
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tui.services import locks
from tui.services.presence import Presence

HOLDER = """
import sys, time
from pathlib import Path
from tui.services.presence import Presence
presence = Presence(Path(sys.argv[1]))
print(repr(presence.claim(Path(sys.argv[2]))), flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where it is kept who has what open."""
    return tmp_path / "data" / "open"


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """A file that is opened twice."""
    path = tmp_path / "note.txt"
    path.touch()
    return path


def test_the_second_is_told(folder: Path, note: Path) -> None:
    """It learns which process has the file, and since when; once that is closed, nothing."""
    first, second = Presence(folder), Presence(folder)
    assert first.claim(note) == ""
    told = second.claim(note)
    assert re.fullmatch(
        rf"note\.txt is open in another charlm-tui, process {os.getpid()}, since \d\d:\d\d", told
    )
    assert second.claim(note.with_name("other.txt")) == ""
    first.release(note)
    assert second.claim(note) == ""
    assert first.claim(note) != ""
    second.release_all()
    assert first.claim(note) == ""
    first.release_all()
    assert list(folder.iterdir()) == []


def test_one_may_claim_twice(folder: Path, note: Path) -> None:
    """Nobody stands in their own way."""
    presence = Presence(folder)
    assert presence.claim(note) == ""
    assert presence.claim(note) == ""
    presence.release(note)
    presence.release(note)
    assert Presence(folder).claim(note) == ""


def test_links_and_names_lead_to_one_file(
    folder: Path, note: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link to the file, or another way to write its path, is the same file."""
    (tmp_path / "link").symlink_to(note)
    monkeypatch.chdir(tmp_path)
    first, second = Presence(folder), Presence(folder)
    assert first.claim(tmp_path / "link") == ""
    for path in (note, Path("note.txt"), tmp_path / "." / "note.txt", Path("link")):
        assert "another charlm-tui" in second.claim(path)
    first.release(Path("note.txt"))
    assert second.claim(note) == ""


def test_a_file_that_is_not_there_yet(folder: Path, tmp_path: Path) -> None:
    """Two who begin the same new file learn of each other too."""
    first, second = Presence(folder), Presence(folder)
    assert first.claim(tmp_path / "new.txt") == ""
    assert second.claim(tmp_path / "new.txt") != ""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_stays_of_a_process_that_is_killed(folder: Path, note: Path, how: int) -> None:
    """The next one has the file as if nobody had ever had it."""
    command = [sys.executable, "-c", HOLDER, str(folder), str(note)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "''\n"
        assert f"process {holder.pid}," in Presence(folder).claim(note)
        holder.send_signal(how)
    presence = Presence(folder)
    assert presence.claim(note) == ""
    assert f"process {os.getpid()}," in Presence(folder).claim(note)


def test_where_there_are_no_locks(
    folder: Path, note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system without locks, or a folder that takes nothing: nothing is said."""

    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    assert Presence(folder).claim(note) == ""
    assert Presence(folder).claim(note) == ""
    monkeypatch.undo()
    folder.parent.joinpath("file").touch()
    assert Presence(folder.parent / "file" / "open").claim(note) == ""
    assert Presence(folder).claim(Path("a\0b")) == ""
    Presence(folder).release(Path("a\0b"))


def test_without_locks_a_process_number_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are no locks, a file is held by a process that lives."""

    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    path = tmp_path / "lock"
    descriptor = locks.open_locked(path, time.time())
    assert descriptor is not None
    assert locks.is_held(path)
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    for nobody in (f"{gone.pid} 0\n", "", "x y", "-1 0", f"{10**30} 0"):
        path.write_text(nobody)
        assert not locks.is_held(path)
    locks.let_go(descriptor, path)
    assert not path.exists()


def test_two_who_look_at_once(tmp_path: Path) -> None:
    """Whoever only looks whether a file is held is not taken for somebody who holds it."""
    path = tmp_path / "lock"
    path.touch()
    with path.open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert not locks.is_held(path)
        fcntl.flock(other, fcntl.LOCK_EX)
        assert locks.is_held(path)


def test_what_a_mark_says_is_not_trusted(folder: Path, note: Path) -> None:
    """Whatever the other process wrote of itself, it is told in one line."""
    first, second = Presence(folder), Presence(folder)
    assert first.claim(note) == ""
    (mark,) = folder.iterdir()
    assert stat.S_IMODE(mark.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for said in (b"", b"\x1b[2J", b"7", b"7 99999999999999999999999", b"x" * 9999, b"\xff 1"):
        mark.write_bytes(said)
        assert second.claim(note) == "note.txt is open in another charlm-tui"
    mark.write_bytes(b"7 86400\n")
    assert second.claim(note).endswith("process 7, since 1970-01-02 00:00") or time.timezone


def test_a_mark_removed_meanwhile_is_no_mark(
    folder: Path, note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened by a second, then removed by the first: the second's own is the one that counts."""
    first, second, third = Presence(folder), Presence(folder), Presence(folder)
    assert first.claim(note) == ""
    lock = locks._lock
    released: list[bool] = []

    def late(descriptor: int, *, shared: bool = False) -> bool | None:
        if not released:
            released.append(True)
            first.release(note)
        return lock(descriptor, shared=shared)

    monkeypatch.setattr(locks, "_lock", late)
    assert second.claim(note) == ""
    assert third.claim(note) != ""
