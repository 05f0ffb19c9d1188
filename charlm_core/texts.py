"""Reading plain text for training and evaluation: files, folders, streams, of any size.

Text is decoded as UTF-8 piece by piece, so that 10 GB need no more memory than 10 KB. A byte-order
mark is dropped, CRLF and CR become LF, bytes that are not UTF-8 become the unknown symbol and are
counted. What is not text is refused.
"""

import codecs
import hashlib
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self

from charlm_core.checkpoint import TextFacts
from charlm_core.errors import CorpusError
from charlm_core.vocab import UNKNOWN

PIECE_BYTES = 1 << 20
HEAD_BYTES = 1 << 16
_UNKNOWN_BYTES = UNKNOWN.encode()
_TEXT_CONTROLS = frozenset("\t\n\r\f\x0b\x1b\x08")


@dataclass(kw_only=True)
class TextSource:
    """One text that can be read more than once."""

    name: str
    """What a person calls it: the path as given, or `standard input`."""
    path: Path
    """A regular file with its bytes."""


@dataclass(kw_only=True)
class TextReader:
    """Reads one source from start to end; the figures are whole once `pieces` is exhausted.

    Raises CorpusError while reading when the file is binary or can't be read.
    """

    source: TextSource
    """What is read."""
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
        """The text, about a mebibyte at a time."""
        decoder = io.IncrementalNewlineDecoder(
            codecs.getincrementaldecoder("utf-8")("replace"), translate=True
        )
        overlap = b""
        try:
            with self.source.path.open("rb") as stream:
                while raw := stream.read(PIECE_BYTES):
                    self._digest.update(raw)
                    # Genuine U+FFFD in the file are no fault; the overlap finds those cut in two.
                    genuine = (overlap + raw).count(_UNKNOWN_BYTES)
                    overlap = (overlap + raw)[-2:]
                    self.byte_count += len(raw)
                    text = decoder.decode(raw)
                    bad = text.count(UNKNOWN) - genuine
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
            name=Path(self.source.name).name,
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
            spool = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="charlm-")))
            for name in self._names:
                self._add(name, spool)
            if not self.sources:
                raise CorpusError("no text named")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _add(self, name: str, spool: Path) -> None:
        path = Path(name)
        if name == "-":
            if sys.stdin is None:
                raise CorpusError("standard input: closed")
            self._spool("standard input", sys.stdin.buffer, spool)
        elif path.is_dir():
            self._add_folder(path)
        elif path.is_file():
            self.sources.append(TextSource(name=name, path=path))
        elif path.exists():  # a pipe, as from the shell's <(command)
            try:
                with path.open("rb") as stream:
                    self._spool(name, stream, spool)
            except OSError as error:
                raise CorpusError(f"{name}: {error.strerror}") from error
        else:
            raise CorpusError(f"{name}: no such file or folder")

    def _add_folder(self, folder: Path) -> None:
        before = len(self.sources)

        def unreadable(error: OSError) -> None:
            self.notices.append(f"{error.filename}: skipped, {error.strerror}")

        for place, folders, files in os.walk(folder, onerror=unreadable):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                path = Path(place, name)
                if name.startswith(".") or not path.is_file():
                    continue
                if fault := _not_text(path):
                    self.notices.append(f"{path}: skipped, {fault}")
                else:
                    self.sources.append(TextSource(name=str(path), path=path))
        if len(self.sources) == before:
            raise CorpusError(f"{folder}: a folder without text files")

    def _spool(self, name: str, stream: BinaryIO, spool: Path) -> None:
        copy = spool / str(len(self.sources))
        with copy.open("wb") as out:
            shutil.copyfileobj(stream, out)
        self.sources.append(TextSource(name=name, path=copy))


def _not_text(path: Path) -> str:
    """Why a file found in a folder is no text to read, or the empty string."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
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
