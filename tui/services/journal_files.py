"""The files of one recovery journal: where they are, and how they are written.

A journal is a folder of its own that holds, beside a lock,

    N.base   the text that the edits apply to: the document's file as it was, or a text in UTF-8
    N.edits  the edits, appended and synced (`records` has the format)

N counts up, as a journal begins anew: the highest N whose edits have a whole header is the one that
counts. The edits are there before the base only where that is a copy of a file: until the copy is
there, the file itself is the base.
"""

import contextlib
import os
import re
import secrets
import threading
import time
from collections.abc import Sequence
from io import FileIO
from pathlib import Path

from charlm_core import sync_directory
from tui.services.documents import Document, Stamp, stamp_of
from tui.services.locks import is_held, open_locked
from tui.services.records import Header, encode_changes, encode_header
from tui.text.buffer import Change

MOST_EDITS = 20_000
"""A journal with more edits begins anew from the text as it is, so that reading it is quick."""
MOST_EDITS_BYTES = 4 << 20
"""So does one with more bytes of edits than this, and than twice the base."""
SMALL_BYTES = 1 << 20
"""A file up to this size is copied before the first edit is written, a larger one meanwhile."""

FOLDER_NAME = re.compile(r"[0-9a-f]{16}")
UNFINISHED_NAME = re.compile(r"\.[0-9a-f]{16}\.new")
_OURS = re.compile(r"[0-9]{1,9}\.(edits|base(\.tmp)?)")
_LOCK = "lock"
_PIECE = 1 << 20


class ChangedMeanwhileError(OSError):
    """The file that the edits apply to is another by now."""


class Files:
    """A journal being written. Raises OSError; then what was asked for did not take place."""

    def __init__(self, journals: Path) -> None:
        self.baseless = False
        """Whether the text is gone that the edits apply to."""
        self.crowded = False
        """Whether there are so many edits that it had better begin anew."""
        self._journals = journals
        self._folder: Path | None = None
        self._lock: int | None = None
        self._number = 0
        self._descriptor: int | None = None
        self._size = 0
        self._torn = False
        self._count = 0
        self._base_bytes = 0
        self._placing = threading.Lock()
        """Held where a copy is put in its place, or the journal begins anew."""

    @property
    def begun(self) -> bool:
        """Whether edits can be appended."""
        return self._descriptor is not None

    def begin(self, document: Document, text: str, changes: Sequence[Change] = ()) -> None:
        """Begin anew from a text, with edits to it, which are on disk then."""
        base_bytes = 0
        folder, number = self._own_folder(), self._number + 1
        try:
            if text:
                base_bytes = _write_text(base_path(folder, number), text)
            self._begin(document, None, base_bytes, changes)
        except BaseException:
            _unlink(base_path(folder, number))
            raise

    def begin_with_file(self, document: Document, changes: Sequence[Change] = ()) -> None:
        """Begin anew from the document's file, if it is still the one that was opened.

        The edits are on disk then. Raises ChangedMeanwhileError where it is another.
        """
        path, stamp = document.path, document.stamp
        assert path is not None
        assert stamp is not None
        folder, number = self._own_folder(), self._number + 1
        base = base_path(folder, number)
        try:
            if stamp.size <= SMALL_BYTES:
                _copy(path, stamp, base)
            self._begin(document, stamp, stamp.size, changes)
        except BaseException:
            _unlink(base)
            raise
        if stamp.size > SMALL_BYTES:
            threading.Thread(
                target=self._copy_meanwhile,
                args=(path, stamp, folder, number),
                name="journal copy",
                daemon=True,
            ).start()

    def append(self, changes: Sequence[Change]) -> None:
        """Add edits, which are on disk then."""
        descriptor = self._descriptor
        assert descriptor is not None
        if not os.fstat(descriptor).st_nlink:
            self._desert()
            raise FileNotFoundError(2, "it was removed")
        if self._torn:
            # What was half written would hide what follows it.
            os.ftruncate(descriptor, self._size)
            os.lseek(descriptor, self._size, os.SEEK_SET)
        self._torn = True
        records = list(encode_changes(changes, time.time()))
        size = self._size + _write(descriptor, b"".join(records))
        _sync(descriptor)
        self._torn = False
        self._follow(size, self._count + len(records))

    def _follow(self, size: int, count: int) -> None:
        """So large are the edits by now, and so many."""
        self._size, self._count = size, count
        self.crowded = count > MOST_EDITS or size > max(MOST_EDITS_BYTES, 2 * self._base_bytes)

    def forget(self) -> None:
        """What the journal holds is not worth keeping; it begins anew. Never raises."""
        with self._placing:
            self._abandon()
        self._clear(self._number)
        self.baseless = self.crowded = False

    def end(self, *, keep: bool) -> None:
        """Let the journal go, or leave it to whoever starts next. Never raises."""
        with self._placing:
            self._abandon()
            folder, self._folder = self._folder, None
        if folder is not None and not keep:
            remove(folder)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _begin(
        self,
        document: Document,
        stamp: Stamp | None,
        base_bytes: int,
        changes: Sequence[Change],
    ) -> None:
        """Begin a file of edits, and with it the next number."""
        folder, number = self._own_folder(), self._number + 1
        path = absolute(document.path) if document.path else None
        header = Header(
            path=os.fsencode(path) if path else b"",
            codec=document.encoding.codec,
            mark=document.encoding.mark,
            newline=document.newline,
            stamp=stamp_tuple(stamp) if stamp else None,
            base_bytes=base_bytes,
            began=time.time(),
        )
        records = list(encode_changes(changes, time.time()))
        edits = edits_path(folder, number)
        descriptor = os.open(edits, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            size = _write(descriptor, b"".join([encode_header(header), *records]))
            _sync(descriptor)
        except BaseException:
            os.close(descriptor)
            _unlink(edits)
            raise
        _sync_folder(folder)
        with self._placing:
            self._abandon()
            self._number, self._descriptor = number, descriptor
        self._base_bytes, self._torn, self.baseless = base_bytes, False, False
        self._follow(size, len(records))
        self._clear(number - 1)

    def _copy_meanwhile(self, path: Path, stamp: Stamp, folder: Path, number: int) -> None:
        """Copy a large file, beside the edits that apply to it."""
        base = base_path(folder, number)
        unfinished = base.with_name(f"{base.name}.tmp")
        # Where there is no room, say, the file itself has to do.
        with contextlib.suppress(OSError):
            try:
                _copy(path, stamp, unfinished)
            except ChangedMeanwhileError:
                if number == self._number:
                    self.baseless = True
                raise
            with self._placing:
                if number == self._number and self.begun:
                    unfinished.rename(base)
            _sync_folder(folder)
        _unlink(unfinished)
        if self._folder != folder:
            # The journal ended meanwhile, and could not take its folder along.
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _own_folder(self) -> Path:
        """The journal's folder, made and held where there is none."""
        if self._folder is not None:
            return self._folder
        if not self._journals.is_dir():
            self._journals.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync_folder(self._journals.parent)
        name = secrets.token_hex(8)
        # It gets its name when it is held: whoever looks for leftovers never sees it free.
        unfinished = self._journals / f".{name}.new"
        unfinished.mkdir(mode=0o700)
        lock = None
        try:
            lock = open_locked(unfinished / _LOCK, time.time())
            unfinished.rename(self._journals / name)
        except OSError:
            if lock is not None:
                os.close(lock)
            _unlink(unfinished / _LOCK)
            with contextlib.suppress(OSError):
                unfinished.rmdir()
            raise
        _sync_folder(self._journals)
        self._lock, self._folder = lock, self._journals / name
        return self._folder

    def _desert(self) -> None:
        """Somebody removed the folder, and what it held."""
        with self._placing:
            self._abandon()
            self._folder = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        self.baseless = True

    def _abandon(self) -> None:
        """Write no more to the edits that there are."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _clear(self, number: int) -> None:
        """Remove the files of a number. What can't be removed does no harm."""
        if self._folder is not None:
            # Without the edits, the base is nothing.
            _unlink(edits_path(self._folder, number))
            _unlink(base_path(self._folder, number))


def base_path(folder: Path, number: int) -> Path:
    """The text that the edits of this number apply to."""
    return folder / f"{number}.base"


def edits_path(folder: Path, number: int) -> Path:
    """The edits of this number."""
    return folder / f"{number}.edits"


def numbers(folder: Path) -> list[int]:
    """The numbers of which there are edits, the highest first. Raises OSError."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if _OURS.fullmatch(entry.name)]
    return sorted((int(name[:-6]) for name in names if name.endswith(".edits")), reverse=True)


def is_held_folder(folder: Path) -> bool:
    """Whether a process is at work in a journal. Raises OSError."""
    try:
        return is_held(folder / _LOCK)
    except FileNotFoundError:
        return False


def remove(folder: Path) -> None:
    """Remove a journal, of its files the edits first. Never raises, nor touches what is foreign."""
    with contextlib.suppress(OSError):
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if _OURS.fullmatch(entry.name)]
        for name in sorted(names, key=lambda name: not name.endswith(".edits")):
            _unlink(folder / name)
        _unlink(folder / _LOCK)
        folder.rmdir()


def absolute(path: Path) -> Path:
    """The path from the root on, with `..` gone back by name. Raises OSError."""
    return Path(os.path.normpath(path.absolute()))


def stamp_tuple(stamp: Stamp) -> tuple[int, int, int, int]:
    """A stamp as a header has it."""
    return stamp.device, stamp.inode, stamp.size, stamp.modified_ns


def _copy(path: Path, stamp: Stamp, to: Path) -> None:
    """Copy a file that has this stamp, before and after; it is on disk then.

    Raises OSError, ChangedMeanwhileError among them.
    """
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        size = 0
        with path.open("rb", buffering=0) as stream:
            _expect(stamp, stream)
            while piece := stream.read(_PIECE):
                size += _write(descriptor, piece)
            _expect(stamp, stream)
        if size != stamp.size:
            raise ChangedMeanwhileError(0, "the file has changed")
        _sync(descriptor)
    except FileNotFoundError:
        raise ChangedMeanwhileError(0, "the file is gone") from None
    finally:
        os.close(descriptor)


def _expect(stamp: Stamp, stream: FileIO) -> None:
    """Raises ChangedMeanwhileError where an open file has another stamp; or OSError."""
    if stamp_of(os.fstat(stream.fileno())) != stamp:
        raise ChangedMeanwhileError(0, "the file has changed")


def _write_text(path: Path, text: str) -> int:
    """Write a text as a base; its size. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        size = 0
        # In pieces: while one is encoded, no key is answered.
        for start in range(0, len(text), _PIECE):
            piece = text[start : start + _PIECE].encode("utf-8", "surrogatepass")
            size += _write(descriptor, piece)
        _sync(descriptor)
    finally:
        os.close(descriptor)
    return size


def _write(descriptor: int, data: bytes) -> int:
    """Write all of it; how much that was. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    return len(data)


def _sync(descriptor: int) -> None:
    """Wait until the disk has it. Raises OSError."""
    # The size counts as data; only the times may lag behind.
    getattr(os, "fdatasync", os.fsync)(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make what is new in a folder durable, where the system can."""
    with contextlib.suppress(OSError):
        sync_directory(folder)


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
