"""Listing folders and counting texts: on any disk, with any files, as far as a person looks."""

import errno
import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from charlm_core import TextSources
from tui.services import counts
from tui.services.corpora import CorpusReader, Found
from tui.services.counts import Count, Listing, Tally, count_file, list_folder

PATIENCE = 60.0


class Ear:
    """Hears what is found."""

    def __init__(self) -> None:
        self.heard: queue.Queue[Found] = queue.Queue()

    def next(self) -> Found:
        """What is found next."""
        return self.heard.get(timeout=PATIENCE)

    def tally(self) -> Tally:
        """The count of a choice, once it is whole."""
        while True:
            found = self.next()
            if isinstance(found, Tally) and found.done:
                return found


@contextmanager
def reading(clock: Callable[[], float] = lambda: 0.0) -> Iterator[tuple[CorpusReader, Ear]]:
    """A thread at work, and what it says."""
    ear = Ear()
    reader = CorpusReader(ear.heard.put, clock=clock)
    reader.open()
    try:
        yield reader, ear
    finally:
        reader.close()


def count(path: Path) -> Count:
    """What a file holds."""
    found = count_file(path, path.stat())
    assert found is not None
    return found


def test_a_text_is_counted(tmp_path: Path) -> None:
    """Characters, not bytes; line ends as they are learned."""
    path = tmp_path / "ru.txt"
    path.write_bytes("Привет\r\n".encode())
    assert count(path) == Count(path=path, bytes=14, chars=7)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [(b"", "empty"), (b"\x89PNG\0", "binary"), (b"a" * 70_000 + b"\0", "a binary file")],
)
def test_what_is_no_text_is_marked(tmp_path: Path, raw: bytes, fault: str) -> None:
    """In few words."""
    path = tmp_path / "t"
    path.write_bytes(raw)
    assert count(path) == Count(path=path, files=0, bytes=len(raw), fault=fault)


def test_a_foreign_encoding_is_a_doubt(tmp_path: Path) -> None:
    """It can be learned from, with holes, where it is named; a folder leaves it out."""
    path = tmp_path / "latin.txt"
    path.write_bytes("Grüße aus München ".encode("latin-1") * 9)
    assert count(path) == Count(path=path, bytes=162, chars=162, doubt="not UTF-8")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Opening one would take for ever."""
    os.mkfifo(tmp_path / "pipe")
    assert count(tmp_path / "pipe").fault == "not a file"


def test_a_file_that_goes_while_it_is_looked_at(tmp_path: Path) -> None:
    """It is marked."""
    path = tmp_path / "t.txt"
    path.write_text("text")
    status = path.stat()
    path.unlink()
    found = count_file(path, status)
    assert found
    assert found.fault == "not there"


def test_a_file_that_must_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own words say so; root may read all, so it is played."""
    path = tmp_path / "t.txt"
    path.write_text("text")

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "open", refuse)
    assert count(path).fault == "permission denied"


def test_a_huge_file_is_estimated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So much is read of it and no more; its length follows from that."""
    monkeypatch.setattr(counts, "COUNTED_BYTES", 1 << 20)
    path = tmp_path / "huge.txt"
    with path.open("wb") as stream:
        stream.write("ж".encode() * (1 << 20))
        stream.truncate(10 << 30)
    found = count(path)
    assert (found.bytes, found.exact, found.chars) == (10 << 30, False, 5 << 30)


def test_a_folder_is_listed(tmp_path: Path) -> None:
    """Folders first, then files, each by name; hidden ones when asked for."""
    for name in ("b", "A", ".git"):
        (tmp_path / name).mkdir()
    for name in ("z.txt", "B.txt", "[red].txt", ".hidden"):
        (tmp_path / name).touch()
    (tmp_path / "c").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "y.txt").symlink_to("y.txt")
    shown = [entry.path.name for entry in list_folder(tmp_path, hidden=False).entries]
    assert shown == ["A", "b", "c", "[red].txt", "B.txt", "y.txt", "z.txt"]
    assert len(list_folder(tmp_path, hidden=True).entries) == 9


def test_a_folder_that_is_gone_is_listed_as_such(tmp_path: Path) -> None:
    """Nothing is raised."""
    assert list_folder(tmp_path / "gone", hidden=False).fault == "not there"


def test_of_a_giant_folder_the_first_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And how many more there are."""
    monkeypatch.setattr(counts, "MOST_ENTRIES", 3)
    for index in range(5):
        (tmp_path / f"{index}.txt").touch()
    listing = list_folder(tmp_path, hidden=False)
    assert (len(listing.entries), listing.more) == (3, 2)


def test_a_chosen_folder_is_counted_as_training_reads_it(tmp_path: Path) -> None:
    """What training leaves out does not count; a link back up is not followed."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text("abc")
    (tmp_path / "sub" / "b.txt").write_text("жжж")
    (tmp_path / "image.png").write_bytes(b"\0")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9 " * 9)
    (tmp_path / ".hidden").write_text("secret")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    with reading() as (reader, ear):
        reader.choose([tmp_path])
        (found,) = ear.tally().counts
    assert found == Count(path=tmp_path, files=2, bytes=9, chars=6, skipped=2)
    with TextSources([tmp_path]) as sources:
        assert len(sources.sources) == found.files


def test_a_choice_is_told_file_by_file(tmp_path: Path) -> None:
    """Those that can't be learned from are told apart; the sums go without them."""
    (tmp_path / "a.txt").write_text("abc")
    (tmp_path / "void").mkdir()
    paths = (tmp_path / "a.txt", tmp_path / "gone", tmp_path / "void")
    with reading() as (reader, ear):
        reader.choose(paths)
        tally = ear.tally()
    assert tally.paths == paths
    assert [one.fault for one in tally.counts] == ["", "not there", "no text in it"]
    assert (tally.files, tally.bytes, tally.chars, tally.exact) == (1, 3, 3, True)


def test_nothing_chosen_is_nothing(tmp_path: Path) -> None:
    """An empty choice is counted at once."""
    with reading() as (reader, ear):
        reader.choose([])
        assert ear.tally() == Tally(done=True)


def test_a_newer_choice_takes_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever thinks better of a big folder does not wait for it."""
    for index in range(9):
        (tmp_path / f"{index}.txt").write_text("text")
    held, go_on = threading.Event(), threading.Event()
    real = counts.count_file

    def hold(path: Path, *rest: object) -> Count | None:
        held.set()
        assert go_on.wait(PATIENCE)
        return real(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("tui.services.corpora.count_file", hold)
    with reading() as (reader, ear):
        reader.choose([tmp_path])
        assert held.wait(PATIENCE)
        other = tmp_path / "3.txt"
        reader.choose([other])
        go_on.set()
        found = ear.next()
    assert isinstance(found, Tally)
    assert found.paths == (other,)


def test_listing_and_what_is_in_view_come_before_a_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moving around a tree is quick while a big folder is counted."""
    for index in range(9):
        (tmp_path / f"{index}.txt").write_text("text")
    held, go_on = threading.Event(), threading.Event()
    real = counts.count_file

    def hold(path: Path, *rest: object) -> Count | None:
        held.set()
        assert go_on.wait(PATIENCE)
        return real(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("tui.services.corpora.count_file", hold)
    with reading() as (reader, ear):
        reader.choose([tmp_path])
        assert held.wait(PATIENCE)
        reader.view([tmp_path / "7.txt"])
        reader.list(tmp_path, hidden=False)
        go_on.set()
        found = [ear.next() for _ in range(4)]
    kinds = [type(one) for one in found if not (isinstance(one, Tally) and not one.done)]
    assert kinds == [Listing, Count, Tally]


def test_a_file_is_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it changes."""
    path = tmp_path / "t.txt"
    path.write_text("text")
    seen: list[Path] = []
    real = counts.count_file

    def note(path: Path, *rest: object) -> Count | None:
        seen.append(path)
        return real(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("tui.services.corpora.count_file", note)
    with reading() as (reader, ear):
        for _ in range(3):
            reader.view([path])
            ear.next()
        path.write_text("longer text")
        reader.view([path])
        found = ear.next()
    assert len(seen) == 2
    assert isinstance(found, Count)
    assert found.chars == 11
