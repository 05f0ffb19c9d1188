"""What processes left behind that ended before their text was saved: found, read, cleared away.

None of it is trusted. What is damaged gives the text as far as it is whole, or one line.
"""

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from charlm_core import DocumentError
from tui.services.documents import open_document, reason, stamp_of
from tui.services.encodings import CODECS, Encoding
from tui.services.journal_files import (
    FOLDER_NAME,
    UNFINISHED_NAME,
    base_path,
    edits_path,
    is_held_folder,
    numbers,
    remove,
    stamp_tuple,
)
from tui.services.records import (
    MOST_BYTES,
    BadRecordError,
    Header,
    Reader,
    Scan,
    replay,
    scan,
)
from tui.text.buffer import Buffer

NEWLINES = ("\n", "\r\n", "\r")

_OLD_SECONDS = 60.0
_LONGEST_MARK = 4


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """What a process left behind that ended before its text was saved."""

    path: Path | None
    """The document's file, from the root on; None for a text without a name."""
    folder: Path
    """The journal's own."""
    when: float
    """The last edit, in seconds since 1970."""
    encoding: Encoding
    """How the document's text becomes bytes."""
    newline: str
    """What a line break becomes in the file."""
    whole: bool
    """Whether nothing in the journal is damaged, or cut short as the process ended."""


def leftovers(folder: Path) -> list[Leftover]:
    """What processes left in this folder that are gone, the newest first. Never raises.

    What a file holds by now is no leftover and is cleared away, as is what has nothing in it. May
    read as much as the texts are long: not a thing to do where keys wait.
    """
    found = []
    try:
        with os.scandir(folder) as entries:
            paths = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    for path in paths:
        # Of such a one nothing can be had; it stays where it is.
        with contextlib.suppress(OSError, ValueError, DocumentError):
            if leftover := _look_at(path):
                found.append(leftover)
    return sorted(found, key=lambda leftover: leftover.when, reverse=True)


def recovered_text(leftover: Leftover) -> str:
    """The text, up to the last edit that is whole. Raises DocumentError."""
    number, _ = _newest(leftover.folder)
    return _text(leftover.folder, number)


def discard(leftover: Leftover) -> None:
    """Remove it: its text is thrown away, or is safe elsewhere by now. Never raises."""
    with contextlib.suppress(OSError):
        if not is_held_folder(leftover.folder):
            remove(leftover.folder)


def _look_at(folder: Path) -> Leftover | None:
    """What is in one of the journals; None where nobody left it, or it is nothing.

    Raises OSError, ValueError or DocumentError where no sense can be made of it.
    """
    if UNFINISHED_NAME.fullmatch(folder.name):
        # A process is about to go on, or was killed before it had begun.
        if time.time() - folder.stat().st_mtime > _OLD_SECONDS and not is_held_folder(folder):
            remove(folder)
        return None
    if not FOLDER_NAME.fullmatch(folder.name) or is_held_folder(folder):
        return None
    if not numbers(folder):
        remove(folder)
        return None
    number, seen = _newest(folder)
    header = seen.header
    leftover = Leftover(
        path=Path(os.fsdecode(header.path)) if header.path else None,
        folder=folder,
        when=seen.when,
        encoding=Encoding(codec=header.codec, mark=header.mark),
        newline=header.newline,
        whole=seen.whole,
    )
    if _is_spent(leftover, number, seen):
        remove(folder)
        return None
    return leftover


def _is_spent(leftover: Leftover, number: int, seen: Scan) -> bool:
    """Whether the text is nothing, or what its file holds."""
    path, header = leftover.path, seen.header
    if header.stamp is not None and path is not None:
        if not seen.edits:
            return seen.whole
        # Most often this tells, and the text need not be read.
        if seen.chars and _has_stamp(path, header.stamp):
            return False
    try:
        text = _text(leftover.folder, number)
        return text == (open_document(path).text if path else "")
    except DocumentError:
        return False


def _newest(folder: Path) -> tuple[int, Scan]:
    """The number that counts, and what its edits say at a glance. Raises DocumentError."""
    try:
        for number in numbers(folder):
            # An earlier one was not removed before this one was whole.
            with contextlib.suppress(BadRecordError), _opened(edits_path(folder, number)) as stream:
                seen = scan(stream)
                _check(seen.header, folder)
                return number, seen
    except OSError as error:
        raise DocumentError(f"{folder}: {reason(error)}") from error
    raise DocumentError(f"{folder}: a damaged journal, of which nothing can be had")


def _check(header: Header, folder: Path) -> None:
    """Raises DocumentError where no document is like this."""
    path = Path(os.fsdecode(header.path))
    if (
        header.codec not in CODECS
        or header.newline not in NEWLINES
        or len(header.mark) > _LONGEST_MARK
        or b"\0" in header.path
        or (header.path and not path.is_absolute())
    ):
        raise DocumentError(f"{folder}: a damaged journal: there is no document as it describes")


def _text(folder: Path, number: int) -> str:
    """The text with its edits. Raises DocumentError."""
    try:
        with _opened(edits_path(folder, number)) as stream:
            reader = Reader(stream)
            buffer = Buffer(_base_text(folder, number, reader.header))
            replay(buffer, reader.entries())
    except (OSError, ValueError, BadRecordError) as error:
        raise DocumentError(f"{folder}: {reason(error)}") from error
    return buffer.text


def _base_text(folder: Path, number: int, header: Header) -> str:
    """The text that the edits apply to. Raises OSError, ValueError, DocumentError."""
    base = base_path(folder, number)
    if header.stamp is None:
        raw = _read(base, header.base_bytes) if header.base_bytes else b""
        if raw is not None:
            return raw.decode("utf-8", "surrogatepass")
    else:
        raw = _read(base, header.base_bytes)
        path = Path(os.fsdecode(header.path))
        if raw is None and _has_stamp(path, header.stamp):
            raw = _read(path, header.base_bytes)
        if raw is not None:
            text = Encoding(codec=header.codec, mark=header.mark).decodes(raw)
            if text is not None:
                return text if header.newline == "\n" else text.replace(header.newline, "\n")
    raise DocumentError(
        f"{folder}: edits are kept there, but the text that they were made in is gone or damaged"
    )


def _read(path: Path, size: int) -> bytes | None:
    """All of a file that has this size; None where there is none. Raises OSError."""
    with contextlib.suppress(FileNotFoundError), _opened(path) as stream:
        if size == os.fstat(stream.fileno()).st_size <= MOST_BYTES:
            raw = stream.read(size + 1)
            return raw if len(raw) == size else None
    return None


def _has_stamp(path: Path, stamp: tuple[int, int, int, int]) -> bool:
    """Whether a file is the one that it was. Never raises."""
    try:
        return stamp_tuple(stamp_of(path.stat())) == stamp
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file, to be read. Raises OSError."""
    # Opening a pipe would wait for somebody to write to it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
    with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(0, "not a regular file")
        yield stream
