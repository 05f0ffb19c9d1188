"""Reading plain text for training and evaluation: files, folders, streams, of any size.

Text is decoded as UTF-8 piece by piece, so that 10 GB need no more memory than 10 KB. A byte-order
mark is dropped, CRLF and CR become LF, bytes that are not UTF-8 become the unknown symbol and are
counted. What is not text is refused where it was named, and left out where a folder held it.
"""

import codecs
import hashlib
import io
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self

from charlm_core.characters import one_line
from charlm_core.checkpoint import TextFacts
from charlm_core.errors import CorpusError
from charlm_core.storage import roomy_folder
from charlm_core.vocab import UNKNOWN

PIECE_BYTES = 1 << 18
HEAD_BYTES = 1 << 16
PIPE_SECONDS = 5.0
"""A pipe that nobody writes to is given up after so long."""

_UNKNOWN_BYTES = UNKNOWN.encode()
_TEXT_CONTROLS = frozenset("\t\n\r\f\x0b\x1b\x08")


@dataclass(kw_only=True)
class TextSource:
    """One text that can be read more than once."""

    name: str
    """What a person calls it: the path as given, or `standard input`."""
    path: Path
    """A regular file with its bytes."""
    folder: str = ""
    """The folder it was found in; empty where it was named itself."""


def text_name(source: TextSource) -> str:
    """A text's name without its folder, as it can be written: a name may hold what is no text."""
    return Path(source.name).name.encode("utf-8", "backslashreplace").decode()


@dataclass(kw_only=True)
class TextReader:
    """Reads one source from start to end; the figures are whole once `pieces` is exhausted.

    Raises CorpusError while reading when the file is binary or can't be read.
    """

    source: TextSource
    """What is read."""
    hashed: bool = True
    """Whether `facts` will be asked for: hashing takes as long as decoding."""
    chars: int = 0
    """Characters given out so far."""
    byte_count: int = 0
    """Bytes read so far."""
    bad_bytes: int = 0
    """Faulty UTF-8 sequences met so far; each became one unknown symbol."""
    crlf: bool = False
    """Whether CR or CRLF line ends were met; each became LF."""
    byte_order_mark: bool = False
    """Whether the text began with one; it was dropped."""
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def pieces(self) -> Iterator[str]:
        """The text, a quarter of a mebibyte at a time: what a processor's cache holds."""
        decoder = io.IncrementalNewlineDecoder(
            codecs.getincrementaldecoder("utf-8")("replace"), translate=True
        )
        overlap = b""
        try:
            with self.source.path.open("rb") as stream:
                while raw := stream.read(PIECE_BYTES):
                    if self.hashed:
                        self._digest.update(raw)
                    self.byte_count += len(raw)
                    text = decoder.decode(raw)
                    bad = text.count(UNKNOWN)
                    if bad:
                        # Genuine ones in the file are no fault; the overlap finds those cut in two.
                        bad -= (overlap + raw).count(_UNKNOWN_BYTES)
                    overlap = (overlap + raw[-2:])[-2:]
                    self.bad_bytes += bad
                    if text and not self.chars and not self.byte_order_mark:
                        text = self._drop_byte_order_mark(text)
                        self._refuse_foreign(text, bad)
                    if b"\0" in raw:
                        raise CorpusError(
                            f"{self.source.name}: a binary file, not text (it holds a zero byte)"
                        )
                    self.chars += len(text)
                    yield text
        except OSError as error:
            raise CorpusError(f"{self.source.name}: {error.strerror}") from error
        tail = decoder.decode(b"", final=True)
        self.bad_bytes += tail.count(UNKNOWN)
        self.chars += len(tail)
        self.crlf = bool(decoder.newlines) and decoder.newlines != "\n"
        yield tail

    def facts(self) -> TextFacts:
        """What a model card says of the text."""
        return TextFacts(
            name=text_name(self.source),
            chars=self.chars,
            bytes=self.byte_count,
            sha256=self._digest.hexdigest(),
        )

    def notices(self) -> list[str]:
        """What a person should know about how the text was read, a line each."""
        name, notes = self.source.name, []
        if self.bad_bytes:
            notes.append(f"{name}: {self.bad_bytes} faulty UTF-8 sequences became unknown symbols")
        if self.byte_order_mark:
            notes.append(f"{name}: byte-order mark dropped")
        if self.crlf:
            notes.append(f"{name}: CR and CRLF line ends became LF")
        return notes

    def _drop_byte_order_mark(self, text: str) -> str:
        self.byte_order_mark = text.startswith("\ufeff")
        return text.removeprefix("\ufeff")

    def _refuse_foreign(self, text: str, bad: int) -> None:
        """Refuse what begins with too little text: another encoding, or no text at all."""
        controls = sum(character < " " and character not in _TEXT_CONTROLS for character in text)
        if 5 * (bad + controls) > len(text):
            raise CorpusError(f"{self.source.name}: a binary file, or text that is not UTF-8")


class TextSources:
    """The texts that a person named: files, folders (their text files, sorted), `-` for stdin.

    A context manager: streams, which can be read only once, are spooled to a temporary folder
    that lives as long as it. Raises CorpusError for what can't be found or read.
    """

    def __init__(self, names: Iterable[str | os.PathLike[str]]) -> None:
        self.sources: list[TextSource] = []
        self.notices: list[str] = []
        self._names = [os.fspath(name) for name in names]
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = tempfile.TemporaryDirectory(prefix="charlm-", dir=roomy_folder())
            spool = Path(stack.enter_context(folder))
            for name in self._names:
                self._add(name, spool)
            if not self.sources:
                raise CorpusError("no text named")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def leave_out(self, source: TextSource, error: CorpusError) -> None:
        """Do without a text that can't be read after all, where a folder held it, and note it.

        Raises `error` where the text was named itself, and CorpusError when the folder held no
        other.
        """
        if not source.folder:
            raise error
        fault = str(error).removeprefix(f"{one_line(source.name)}: ")
        self.notices.append(f"{source.name}: skipped, {fault}")
        self.sources.remove(source)
        if all(other.folder != source.folder for other in self.sources):
            raise _no_texts(source.folder)

    def _add(self, name: str, spool: Path) -> None:
        if not name:
            # To a Path it would be the current folder.
            raise CorpusError("no text named")
        path = Path(name)
        try:
            if name == "-":
                if sys.stdin is None:
                    raise CorpusError("standard input: closed")
                name = "standard input"
                self._spool(name, sys.stdin.buffer, spool)
            elif path.is_dir():
                self._add_folder(path)
            elif path.is_file():
                self.sources.append(TextSource(name=name, path=path))
            elif path.is_fifo():  # as from the shell's <(command)
                head, stream = _open_pipe(path, name)
                with stream:
                    self._spool(name, stream, spool, head)
            elif path.exists():
                raise CorpusError(f"{name}: a device or a socket, not a text")
            else:
                raise CorpusError(f"{name}: no such file or folder")
        except OSError as error:
            raise CorpusError(f"{name}: {error.strerror}") from error

    def _add_folder(self, folder: Path) -> None:
        before = len(self.sources)

        def unreadable(error: OSError) -> None:
            self.notices.append(f"{error.filename}: skipped, {error.strerror}")

        for path, fault in folder_texts(folder, unreadable):
            if fault:
                self.notices.append(f"{path}: skipped, {fault}")
            else:
                self.sources.append(TextSource(name=str(path), path=path, folder=str(folder)))
        if len(self.sources) == before:
            raise _no_texts(str(folder))

    def _spool(self, name: str, stream: BinaryIO, spool: Path, head: bytes = b"") -> None:
        """Keep a copy of what is read from a stream, behind what was read already."""
        copy = spool / str(len(self.sources))
        with copy.open("wb") as out:
            out.write(head)
            shutil.copyfileobj(stream, out)
        self.sources.append(TextSource(name=name, path=copy))


def _open_pipe(path: Path, name: str) -> tuple[bytes, BinaryIO]:
    """Open a pipe that somebody writes to: its first bytes, and the rest of them.

    Raises CorpusError where nobody writes to it, and OSError.
    """
    # To open it as a file is opened would wait for a writer, who may never come.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    stream = os.fdopen(descriptor, "rb", buffering=0)
    try:
        deadline = time.monotonic() + PIPE_SECONDS
        # None: there is a writer who has not written yet. Nothing: there is no writer yet.
        while (head := stream.read(PIECE_BYTES)) == b"":
            if time.monotonic() > deadline:
                raise CorpusError(f"{name}: a pipe that nobody writes to")
            time.sleep(0.02)
        os.set_blocking(descriptor, True)
    except BaseException:
        stream.close()
        raise
    return head or b"", stream


def folder_texts(folder: Path, unreadable: Callable[[OSError], None]) -> Iterator[tuple[Path, str]]:
    """What `folder` holds, in the order it is read: each file, and why it is no text, if it isn't.

    Hidden files and folders are passed over; `unreadable` hears of folders that can't be listed.
    """
    for place, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(place, name)
            if not name.startswith(".") and (fault := text_fault(path)) is not None:
                yield path, fault


def _no_texts(folder: str) -> CorpusError:
    return CorpusError(f"{folder}: a folder without text files")


def text_fault(path: Path) -> str | None:
    """Why a file found in a folder is no text to read, empty where it is one.

    None where there is nothing to tell: it is no regular file, or a link to nothing.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return None
        # Not even looked into: /proc/kmsg is such a file, and keeps a reader waiting.
        if not status.st_size:
            return "empty"
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        return error.strerror or "unreadable"
    if not head:
        return "empty"
    if b"\0" in head:
        return "binary"
    try:
        # What the look cuts off in the middle of a character is no fault; a file's end is.
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return "not UTF-8"
    return ""
