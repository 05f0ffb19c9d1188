"""A recovery journal's file of edits: a header, then one record for each edit, appended.

    MAGIC  (length: u32, crc32: u32, header: msgpack)  (length, crc32, edit: msgpack) ...

Numbers are little-endian, the checksum is the payload's. Whatever is cut short or damaged ends the
file for a reader: what comes before it counts. Nothing is allocated on a length's word alone.
"""

import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

import msgspec

from tui.text.buffer import Buffer, Change, Location, advanced

MAGIC = b"charlm-tui journal 1\n"

MOST_BYTES = 1 << 29
"""No record, and no base, is larger."""

# What is nested deeply, where nothing need be, is a fault of its own.
_DAMAGED = (msgspec.MsgspecError, RecursionError)
_LAST = 1 << 33
"""Seconds since 1970 that a clock may show."""
_FRAME = struct.Struct("<II")
_MOST_WORK = 1 << 40
"""Characters and lines moved, in all, before a replay is given up: minutes."""


class BadRecordError(Exception):
    """A journal's file is not one, or an edit does not fit the text; the message says which."""


class Header(msgspec.Struct, frozen=True, array_like=True):
    """What the edits apply to, and how the text becomes a file again."""

    path: bytes
    """The document's, absolute, as the file system has it; empty for a text without a name."""
    codec: str
    mark: bytes
    """The encoding of the document: Python's name for it, and the byte-order mark."""
    newline: str
    """What a line break becomes in the file."""
    stamp: tuple[int, int, int, int] | None
    """Where the base is a copy of the file: its device, inode, size and time of change."""
    base_bytes: int
    """How large the base is. 0 where the edits begin with nothing, and there is none."""
    began: float
    """Seconds since 1970."""


class Edit(msgspec.Struct, frozen=True, array_like=True):
    """One replacement."""

    when: float
    """Seconds since 1970."""
    row: int
    column: int
    end_row: int
    end_column: int
    """What is replaced, as locations before it."""
    removed: int
    """How many characters that is; checked, as the locations alone fit many a text."""
    inserted: bytes
    """UTF-8, half characters and all."""


class Entry(NamedTuple):
    """An edit as it is applied to a text."""

    when: float
    start: Location
    end: Location
    removed: int
    inserted: str


class Scan(NamedTuple):
    """What a file of edits says at a glance."""

    header: Header
    when: float
    """The last edit; the beginning where there is none."""
    edits: int
    chars: int
    """By how many characters they make the text longer; where not 0, it is another text."""
    whole: bool
    """Whether the file ends where an edit does."""


def framed(payload: bytes) -> bytes:
    """A record as it is written."""
    return _FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def encode_header(header: Header) -> bytes:
    """The beginning of a file of edits."""
    return MAGIC + framed(msgspec.msgpack.encode(header))


def encode_changes(changes: Sequence[Change], when: float) -> Iterator[bytes]:
    """A record for each change; what was typed without a stop makes one."""
    entries = (
        Entry(when, change.start, change.end, len(change.removed), change.inserted)
        for change in changes
    )
    for entry in _joined(entries):
        text = entry.inserted.encode("utf-8", "surrogatepass")
        edit = Edit(when, *entry.start, *entry.end, entry.removed, text)
        yield framed(msgspec.msgpack.encode(edit))


class Reader:
    """Reads a file of edits from its start. Raises BadRecordError, OSError."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._size = os.fstat(stream.fileno()).st_size
        self._at = len(MAGIC)
        if stream.read(len(MAGIC)) != MAGIC:
            raise BadRecordError("not a journal of this version")
        try:
            self.header = msgspec.msgpack.decode(self._next(), type=Header)
        except _DAMAGED as error:
            raise BadRecordError("its header is damaged") from error
        if not (self.header.base_bytes >= 0 and 0 <= self.header.began <= _LAST):
            raise BadRecordError("its header is damaged")
        self.whole = False
        """Whether all was read, to the end of the file, and nothing in it was damaged."""

    def entries(self) -> Iterator[Entry]:
        """The edits, up to the first that is damaged. Raises OSError."""
        decoder = msgspec.msgpack.Decoder(Edit)
        while self._at < self._size:
            try:
                edit = decoder.decode(self._next())
                text = edit.inserted.decode("utf-8", "surrogatepass")
            except (BadRecordError, UnicodeDecodeError, *_DAMAGED):
                return
            if not 0 <= edit.when <= _LAST:
                return
            start, end = (edit.row, edit.column), (edit.end_row, edit.end_column)
            yield Entry(edit.when, start, end, edit.removed, text)
        self.whole = True

    def _next(self) -> bytes:
        """The next record's payload. Raises BadRecordError, OSError."""
        frame = self._stream.read(_FRAME.size)
        if len(frame) < _FRAME.size:
            raise BadRecordError("it is cut short")
        length, checksum = _FRAME.unpack(frame)
        self._at += _FRAME.size + length
        if self._at > self._size or length > MOST_BYTES:
            raise BadRecordError("it is cut short")
        payload = self._stream.read(length)
        if len(payload) < length or zlib.crc32(payload) != checksum:
            raise BadRecordError("it is damaged")
        return payload


def scan(stream: BinaryIO) -> Scan:
    """Look at a file of edits without their text. Raises BadRecordError, OSError."""
    reader = Reader(stream)
    when, edits, chars = reader.header.began, 0, 0
    for entry in reader.entries():
        when, edits = entry.when, edits + 1
        chars += len(entry.inserted) - entry.removed
    return Scan(reader.header, when, edits, chars, reader.whole)


def replay(buffer: Buffer, entries: Iterable[Entry]) -> bool:
    """Apply edits, up to the first that does not fit; whether all of them did."""
    work = 0
    for _, start, end, removed, inserted in _joined(entries):
        if not _fits(buffer, start, end) or len(buffer.text_between(start, end)) != removed:
            return False
        work += len(buffer.lines[start[0]]) + len(buffer.lines)
        if work > _MOST_WORK:
            return False
        buffer.replace(start, end, inserted)
    return True


def _joined(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, with insertions that follow on one another as one."""
    first: Entry | None = None
    parts: list[str] = []
    stop: Location = (0, 0)
    for entry in entries:
        if first and entry.start == entry.end == stop:
            parts.append(entry.inserted)
        else:
            if first:
                yield first._replace(inserted="".join(parts))
            first, parts = entry, [entry.inserted]
        stop = advanced(entry.start, entry.inserted)
    if first:
        yield first._replace(inserted="".join(parts))


def _fits(buffer: Buffer, start: Location, end: Location) -> bool:
    """Whether there are such locations, in this order."""
    return start <= end and buffer.clamp(start) == start and buffer.clamp(end) == end
