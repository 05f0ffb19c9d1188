"""Counting texts and writing them as one corpus, with a part of each source held out."""

import contextlib
import os
import re
import secrets
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from charlm_core.errors import CorpusError
from charlm_core.gather.clean import Cleaned, Cleaner
from charlm_core.gather.document import Document, Source
from charlm_core.storage import open_regular, sync_directory

if sys.platform != "win32":
    import fcntl

MOST_TOLD = 1000
"""Of more files that are left out it is told how many, not which."""

COPIED = 1 << 20
"""So many bytes are copied at once."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A source as far as it has been read."""

    source: Source
    """Which."""
    files: int
    """Texts read: files, mails, topics."""
    chars: int
    """Characters in them."""
    kept: int
    """Characters that are left of those."""
    repeated: int
    """Characters in paragraphs that had come before."""
    secret: int
    """Characters in lines that look like keys or passwords."""
    skipped: int
    """Files that are no texts to learn from."""
    notices: tuple[str, ...] = ()
    """Which, and why; told at the end."""
    done: bool = False
    """Whether all of it has been read."""

    @property
    def repeated_share(self) -> float:
        """How much of it is repeated, 0 to 1."""
        return self.repeated / self.chars if self.chars else 0.0


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """The corpus that was written."""

    path: Path
    """What to train on."""
    valid: Path | None
    """What to validate on; None where nothing was held out."""
    bytes: int
    """Its size on disk."""
    valid_bytes: int
    """That of what was held out."""


def valid_path(out: Path) -> Path:
    """Where what is held out goes: `notes.valid.txt` beside `notes.txt`.

    Raises CorpusError for what can be no file's name.
    """
    if not out.name:
        raise CorpusError(f"{out}: not the name of a file")
    return out.with_name(f"{out.stem}.valid{out.suffix}")


def count_sources(sources: Iterable[Source], *, unwrap: bool = False) -> Iterator[Counted]:
    """Read sources and count them; of each the count as it grows, the last one `done`.

    What a source repeats of one before it counts as repeated.
    """
    yield from _read(sources, Cleaner(unwrap=unwrap), lambda _: None, lambda: None)


def prepare_corpus(
    sources: Iterable[Source], out: Path, *, held_out: float = 0.0, unwrap: bool = False
) -> Iterator[Counted | Prepared]:
    """The same, and write what is left of them to `out`, for its owner alone.

    The last `held_out` share of each source, 0 to 0.5, goes to `valid_path(out)`: whole texts where
    there are many. Both files are replaced once they are whole. Raises CorpusError where nothing is
    left, where a source would be written over, or it can't be written; what was there is then
    untouched.
    """
    if not 0.0 <= held_out <= 0.5:
        raise CorpusError(f"held out: {held_out} is not between 0 and 0.5")
    try:
        with _Files(out, held_out) as files:
            sources = list(sources)
            for source in sources:
                if source.path is not None and files.writes(source.path):
                    raise CorpusError(f"{source.name}: can't be read and written at once")
            yield from _read(sources, Cleaner(unwrap=unwrap), files.put, files.end_source)
            yield files.finish()
    except OSError as error:
        raise CorpusError(f"{error.filename or out}: {error.strerror}") from error


def _read(
    sources: Iterable[Source],
    cleaner: Cleaner,
    put: Callable[[Iterator[str]], None],
    end_source: Callable[[], None],
) -> Iterator[Counted]:
    """Clean the documents of each source, and have `put` take what is left of each."""
    for source in sources:
        reading = _Reading(source, cleaner)
        for document in source.documents(reading.skip):
            try:
                _take(document, cleaner, put)
            except CorpusError as error:
                reading.skip(document.name, str(error).removeprefix(f"{document.name}: "))
                continue
            reading.files += 1
            yield reading.counted()
        end_source()
        yield reading.counted(done=True)


class _Reading:
    """The figures of one source as it is read."""

    def __init__(self, source: Source, cleaner: Cleaner) -> None:
        self.files = 0
        """Texts read."""
        self._source = source
        self._skipped = 0
        self._notices: list[str] = []
        self._found = cleaner.cleaned = Cleaned()

    def skip(self, name: str, why: str) -> None:
        """Note what is left out."""
        self._skipped += 1
        if len(self._notices) < MOST_TOLD:
            self._notices.append(f"{name}: skipped, {why}")

    def counted(self, *, done: bool = False) -> Counted:
        """As far as it has been read."""
        return Counted(
            source=self._source,
            files=self.files,
            chars=self._found.chars,
            kept=self._found.kept,
            repeated=self._found.repeated,
            secret=self._found.secret,
            skipped=self._skipped,
            notices=tuple(self._notices) if done else (),
            done=done,
        )


def _take(document: Document, cleaner: Cleaner, put: Callable[[Iterator[str]], None]) -> None:
    pieces = cleaner.clean(document.lines, code=document.code)
    put(pieces)
    # Whoever only counts has not asked for them.
    for _ in pieces:
        pass


class _Files:
    """The corpus and what is held out, under other names until both are whole."""

    def __init__(self, out: Path, held_out: float) -> None:
        # A link is followed, not replaced.
        self._out = Path(os.path.realpath(out))
        self._valid = valid_path(self._out)
        self._held_out = held_out
        self._stack = ExitStack()
        self._starts = array("q")
        self._begun = 0

    def __enter__(self) -> Self:
        if not self._out.parent.is_dir():
            raise CorpusError(f"{self._out.parent}: no such folder")
        for path in (self._out, self._valid) if self._held_out else (self._out,):
            if path.exists() and not path.is_file():
                raise CorpusError(f"{path}: there, and no file")
        for path in (self._out, self._valid):
            _clear(path)
        self._train = self._temporary(self._out)
        try:
            self._held = self._temporary(self._valid)
        except OSError:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _temporary(self, path: Path) -> BinaryIO:
        # Hidden, so that a folder which is read and written to at once does not hold it.
        place = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        stream = open(  # noqa: SIM115 - closed by the stack
            place,
            "x+b",
            opener=lambda name, flags: os.open(name, flags, 0o600),
        )
        self._stack.callback(_gone, place)
        self._stack.enter_context(stream)
        _hold(stream)
        return stream

    def writes(self, path: Path) -> bool:
        """Whether this file is one of those that are written."""
        real = Path(os.path.realpath(path))
        return real == self._out or bool(self._held_out and real == self._valid)

    def put(self, pieces: Iterator[str]) -> None:
        """Write a document, with a blank line before it."""
        start = self._train.tell()
        try:
            for number, piece in enumerate(pieces):
                if not number:
                    self._starts.append(start)
                    if start:
                        self._train.write(b"\n")
                self._train.write(piece.encode("utf-8", "replace"))
        except CorpusError:
            # What turns out to be no text is left out whole.
            self._train.seek(start)
            self._train.truncate()
            if self._starts and self._starts[-1] == start:
                self._starts.pop()
            raise

    def end_source(self) -> None:
        """Move the end of what was written since the last source to what is held out."""
        end = self._train.tell()
        if self._held_out and end > self._begun:
            cut = self._cut(end)
            self._train.seek(cut)
            while data := self._train.read(COPIED):
                # A blank line before, but for the first.
                self._held.write(data if self._held.tell() else data.removeprefix(b"\n"))
            self._train.seek(cut)
            self._train.truncate()
        self._starts = array("q")
        self._begun = self._train.tell()

    def _cut(self, end: int) -> int:
        """Where what is held out begins: at a document, or else at a paragraph or a line."""
        wanted = end - int((end - self._begun) * self._held_out)
        near = min(self._starts, key=lambda start: abs(start - wanted), default=end)
        if abs(near - wanted) <= (end - wanted) // 2 and near > self._begun:
            return near
        return self._after(b"\n\n", wanted) or self._after(b"\n", wanted) or end

    def _after(self, mark: bytes, place: int) -> int:
        """Where the line after the next line end, or the blank one, begins; 0 where none does."""
        self._train.seek(place)
        before = b""
        while data := before + self._train.read(COPIED):
            if data == before:
                break
            if (found := data.find(mark)) >= 0:
                return self._train.tell() - len(data) + found + 1
            before = data[-1:]
        return 0

    def finish(self) -> Prepared:
        """Put both files in place."""
        size, held = self._train.tell(), self._held.tell()
        if not size + held:
            raise CorpusError(f"{self._out}: not written, for nothing is left to learn from")
        both = ((self._held, self._valid), (self._train, self._out))
        for stream, path in both if self._held_out else both[1:]:
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).replace(path)
        with contextlib.suppress(OSError):
            sync_directory(self._out.parent)
        return Prepared(
            path=self._out,
            valid=self._valid if self._held_out else None,
            bytes=size,
            valid_bytes=held,
        )


def _hold(stream: BinaryIO) -> bool:
    """Let others know that this file is being written, as long as it is open; whether none is."""
    if sys.platform != "win32":  # there one that is open can't be deleted anyway
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def _clear(path: Path) -> None:
    """Delete what somebody who was killed left of writing this file. Never raises."""
    left = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}\.tmp")
    with contextlib.suppress(OSError):
        for place in [one for one in path.parent.iterdir() if left.fullmatch(one.name)]:
            with contextlib.suppress(OSError), open_regular(place) as stream:
                if _hold(stream):
                    place.unlink()


def _gone(place: Path) -> None:
    with contextlib.suppress(OSError):
        place.unlink()
