"""Files as documents: opened without losing a byte, saved so that none can be lost.

A document's text has `\n` line breaks whatever the file has. Endings that are the same throughout
(`\n`, `\r\n` or `\r`) are put back on saving; in a file that mixes them every `\r` stays in the
text as a character of its own, so that each line keeps the ending it had.
"""

import codecs
import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from charlm_core import DocumentError
from tui.services.encodings import UTF_8, Encoding, decode
from tui.services.replacing import replace_file

MAX_BYTES = 64 << 20
"""Files over this are refused."""
LONGEST_NAME = 255
"""Bytes that file systems allow for a name."""

RECOVERED_SUFFIX = ".charlm-recovered"

_PIECE = 1 << 20
"""Characters encoded and written at once: a large text is not held twice."""
_ELSEWHERE = "save under another name with F12"
_ADVICE = {
    errno.ENOSPC: f"free some space, or {_ELSEWHERE}",
    errno.EDQUOT: f"your quota there is used up: remove something, or {_ELSEWHERE}",
    errno.EROFS: f"nothing can be written there: {_ELSEWHERE}",
    errno.EACCES: f"its folder takes nothing from you: {_ELSEWHERE}",
    errno.EPERM: f"its folder takes nothing from you: {_ELSEWHERE}",
    errno.ENOENT: f"its folder is gone: make it again, or {_ELSEWHERE}",
    errno.ENOTDIR: f"its folder is gone: make it again, or {_ELSEWHERE}",
    errno.ENAMETOOLONG: "save under a shorter name with F12",
    errno.EIO: f"the disk may be failing: {_ELSEWHERE}, on another one",
}
"""What a person can do about what the system says."""


class ChangedOnDiskError(DocumentError):
    """Another program wrote the file since it was opened; saving again with `force` overwrites."""


class UnencodableError(DocumentError):
    """The text holds a character that the file's encoding lacks; nothing was written."""


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What changes when another program writes a file."""

    device: int
    inode: int
    size: int
    modified_ns: int


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file's text, and all that is needed to write it back as it was."""

    path: Path | None = None
    """Where it is saved; None for a buffer without a name."""
    text: str = ""
    """As opened or last saved, with `\n` line breaks."""
    encoding: Encoding = UTF_8
    """How its text becomes bytes."""
    newline: str = "\n"
    """What `\n` becomes in the file."""
    stamp: Stamp | None = None
    """The file as last seen; None when there was none."""
    notice: str = ""
    """What a person should know about how it was opened; may be empty."""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name if self.path else "untitled"

    def without_text(self) -> "Document":
        """The same with an empty `text`, for whoever has the text elsewhere; saving needs none."""
        return replace(self, text="")


def open_document(path: Path) -> Document:
    """Read the file at `path`, or begin a document that will be saved there.

    Raises DocumentError when it is no text file, can't be read, or its folder does not exist.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise DocumentError(f"{path}: there is no folder {path.parent}") from None
        return Document(path=path)
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path}: {reason(error)}") from error
    if stat.S_ISDIR(status.st_mode):
        raise DocumentError(f"{path}: a folder, not a file")
    if not stat.S_ISREG(status.st_mode):
        raise DocumentError(f"{path}: not a regular file")
    if status.st_size > MAX_BYTES:
        raise DocumentError(
            f"{path}: {status.st_size >> 20} MiB; the editor opens files up to {MAX_BYTES >> 20}"
        )
    try:
        with path.open("rb") as stream:
            stamp = stamp_of(os.fstat(stream.fileno()))
            raw = stream.read(stamp.size + 1)
            changed = stamp_of(os.fstat(stream.fileno())) != stamp
    except OSError as error:
        raise DocumentError(f"{path}: {reason(error)}") from error
    if changed or len(raw) != stamp.size:
        raise DocumentError(f"{path}: another program is writing it; open it again when it is done")
    decoded = _decode(raw)
    # It may be large, and the text is all that is needed from here on.
    del raw
    if decoded is None:
        raise DocumentError(f"{path}: a binary file, not text")
    text, encoding, certain = decoded
    text, newline = _unify_newlines(text)
    notices = []
    if not certain:
        notices.append(f"opened as {encoding.label}; it will be saved so")
    if "\r" in text:
        notices.append("line endings are mixed; each is kept, and carriage returns show as ␍")
    if not os.access(path, os.W_OK):
        notices.append("read-only; F11 lets you change it, F12 saves under another name")
    return Document(
        path=path,
        text=text,
        encoding=encoding,
        newline=newline,
        stamp=stamp,
        notice="; ".join(notices),
    )


def save(document: Document, text: str, *, force: bool = False) -> Document:
    """Write `text` to the document's file and return the document as it is now.

    The file is replaced in one step and is on disk then. It keeps its mode, its access list, its
    owner where that is allowed, its encoding and its line endings; of a symbolic link the target is
    replaced. Raises ChangedOnDiskError when the file is not the one that was opened, unless
    `force`; UnencodableError when the encoding lacks a character; DocumentError, which says what
    can be done, when the system refuses. After an error the file is as it was.
    """
    path = document.path
    if path is None:
        raise DocumentError("the document has no name yet: save it under one")
    try:
        target = Path(os.path.realpath(path))
        before = _status(target)
        if before is not None:
            if not force and stamp_of(before) != document.stamp:
                raise _changed(path)
            if not stat.S_ISREG(before.st_mode):
                raise DocumentError(f"{path}: not a regular file; nothing was saved")
            if not os.access(target, os.W_OK):
                raise DocumentError(
                    f"{path}: the file is read-only; nothing was saved; {_ELSEWHERE}"
                )

        def unchanged() -> None:
            # Writing a large text takes long enough for another program to come first.
            now = None if force else _status(target)
            if now is not None and (before is None or stamp_of(now) != stamp_of(before)):
                raise _changed(path)

        written = replace_file(target, _encoded(document, text), like=before, ready=unchanged)
    except (OSError, ValueError, LookupError) as error:
        advice = _ADVICE.get(getattr(error, "errno", None) or 0, _ELSEWHERE)
        raise DocumentError(f"{path}: {reason(error)}; nothing was saved; {advice}") from error
    return replace(document, text=text, stamp=stamp_of(written), notice="")


def changed_on_disk(document: Document) -> bool:
    """Whether another program wrote the file since it was opened or saved; asks for a stat() only.

    False where there is no file any more: saving would overwrite nothing.
    """
    if document.path is None:
        return False
    try:
        now = _status(document.path)
    except (OSError, ValueError):
        return False
    return now is not None and stamp_of(now) != document.stamp


def difference(document: Document, text: str) -> list[str]:
    """What `text` would change in the document's file as it is on disk now: a unified diff's lines.

    Empty where they are the same. Bounded in time and length for any file. Raises DocumentError
    where there is no text on disk to be had.
    """
    # Here and not above: an editing session seldom needs it.
    from tui.services.unified import unified_diff

    if document.path is None:
        raise DocumentError("the document has no name yet: there is nothing to compare it with")
    return unified_diff(open_document(document.path).text, text, "on disk", "in the editor")


def renamed(document: Document, path: Path) -> Document:
    """The document as one to be saved at `path`; saving asks before it overwrites a file there."""
    return replace(document, path=path, stamp=None)


def as_utf8(document: Document) -> Document:
    """The document as one to be saved in UTF-8."""
    return replace(document, encoding=UTF_8)


def recover(document: Document, text: str, fallback: Path) -> Path:
    """Write `text` beside the document's file, or else into the folder `fallback`; say where.

    Never overwrites: a number is added to the name. Raises OSError when neither place takes it.
    """
    # A lone surrogate must not cost the rest of the text.
    data = text.replace("\n", document.newline).encode("utf-8", "replace")
    places = [document.path.parent] if document.path else []
    for folder in [*places, fallback]:
        last = folder == fallback
        try:
            if last:
                folder.mkdir(parents=True, exist_ok=True)
            return _write_beside(folder, document.name, data)
        except OSError:
            if last:
                raise
    raise AssertionError("the last place either takes it or raises")


def _write_beside(folder: Path, name: str, data: bytes) -> Path:
    """Write `data` to a new file of `folder` named after `name`."""
    number = 0
    while True:
        suffix = f"{RECOVERED_SUFFIX}{f'-{number}' if number else ''}"
        room = LONGEST_NAME - len(suffix)
        path = folder / f"{os.fsencode(name)[:room].decode(errors='ignore')}{suffix}"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1
            continue
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        return path


def _encoded(document: Document, text: str) -> Iterator[bytes]:
    """What the file holds, piece by piece. Raises UnencodableError."""
    yield document.encoding.mark
    # None of the encodings has a state that lasts from one piece to the next.
    for start in range(0, len(text), _PIECE):
        piece = text[start : start + _PIECE]
        if document.newline != "\n":
            piece = piece.replace("\n", document.newline)
        try:
            encoded = piece.encode(document.encoding.codec)
        except UnicodeEncodeError as error:
            raise UnencodableError(
                f"{document.path}: {error.object[error.start]!r} can't be written in "
                f"{document.encoding.label}; nothing was saved"
            ) from error
        yield encoded


def _decode(raw: bytes) -> tuple[str, Encoding, bool] | None:
    """As `decode`, without a second copy of what is most often there."""
    if not raw.startswith(codecs.BOM_UTF8) and b"\0" not in raw:
        # A text has one form in UTF-8 and Python takes no other, so this is lossless.
        try:
            return raw.decode(), UTF_8, True
        except UnicodeDecodeError:
            pass
    return decode(raw)


def _status(path: Path) -> os.stat_result | None:
    """What the system knows of a file; None where there is none. Raises OSError, ValueError."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _changed(path: Path) -> ChangedOnDiskError:
    return ChangedOnDiskError(f"{path}: changed on disk since it was opened")


def stamp_of(status: os.stat_result) -> Stamp:
    """What the system says of a file, as a stamp."""
    return Stamp(
        device=status.st_dev,
        inode=status.st_ino,
        size=status.st_size,
        modified_ns=status.st_mtime_ns,
    )


def _unify_newlines(text: str) -> tuple[str, str]:
    """The text with `\n` line breaks, and what they stand for in the file."""
    returns = text.count("\r")
    breaks = text.count("\n")
    if returns and not breaks:
        return text.replace("\r", "\n"), "\r"
    if returns and returns == breaks:
        unified = text.replace("\r\n", "\n")
        # One character went for each pair: all of them were in pairs.
        if len(text) - len(unified) == returns:
            return unified, "\r\n"
    return text, "\n"


def reason(error: Exception) -> str:
    """The system's own words, without the path they may repeat."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
