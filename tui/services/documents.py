"""Files as documents: opened without losing a byte, saved so that none can be lost.

A document's text has `\n` line breaks whatever the file has. Endings that are the same throughout
(`\n`, `\r\n` or `\r`) are put back on saving; in a file that mixes them every `\r` stays in the
text as a character of its own, so that each line keeps the ending it had.
"""

import contextlib
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from charlm_core import DocumentError
from tui.services.encodings import UTF_8, Encoding, decode

LARGE_BYTES = 4 << 20
"""Files over this open with a warning that typing may lag."""
MAX_BYTES = 64 << 20
"""Files over this are refused."""
LONGEST_NAME = 255
"""Bytes that file systems allow for a name."""

RECOVERED_SUFFIX = ".charlm-recovered"


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
        raise DocumentError(f"{path}: {_reason(error)}") from error
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
            stamp = _stamp(os.fstat(stream.fileno()))
            raw = stream.read(MAX_BYTES + 1)
            changed = _stamp(os.fstat(stream.fileno())) != stamp
    except OSError as error:
        raise DocumentError(f"{path}: {_reason(error)}") from error
    if changed or len(raw) > MAX_BYTES:
        raise DocumentError(f"{path}: another program is writing it; open it again when it is done")
    decoded = decode(raw)
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
        notices.append("read-only; what you change can be saved under another name")
    if len(raw) > LARGE_BYTES:
        notices.append(f"{len(raw) >> 20} MiB: typing may lag")
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

    The file is replaced in one step and keeps its mode, its owner where that is allowed, its
    encoding and its line endings; of a symbolic link the target is replaced. Raises
    ChangedOnDiskError when the file is not the one that was opened, unless `force`;
    UnencodableError when the encoding lacks a character; DocumentError when the system refuses.
    After an error the file is as it was.
    """
    path = document.path
    if path is None:
        raise DocumentError("the document has no name yet: save it under one")
    try:
        data = document.encoding.encode(text.replace("\n", document.newline))
    except UnicodeEncodeError as error:
        raise UnencodableError(
            f"{path}: {error.object[error.start]!r} can't be written in "
            f"{document.encoding.label}; nothing was saved"
        ) from error
    target = Path(os.path.realpath(path))
    try:
        before = target.stat() if target.exists() else None
        if before is not None:
            if not force and _stamp(before) != document.stamp:
                raise ChangedOnDiskError(f"{path}: changed on disk since it was opened")
            if not stat.S_ISREG(before.st_mode):
                raise DocumentError(f"{path}: not a regular file; nothing was saved")
            if not os.access(target, os.W_OK):
                raise DocumentError(f"{path}: the file is read-only; nothing was saved")
        stamp = _write(target, data, before)
    except OSError as error:
        raise DocumentError(f"{path}: {_reason(error)}; nothing was saved") from error
    return replace(document, text=text, stamp=stamp, notice="")


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


def _write(target: Path, data: bytes, before: os.stat_result | None) -> Stamp:
    """Replace `target` by a file that holds `data`, in one step. Raises OSError."""
    # A short name of its own: one made of the target's could be longer than the system allows.
    temporary = target.with_name(f".charlm-{os.urandom(6).hex()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            if before is not None:
                if hasattr(os, "fchown"):
                    # Only root may give files away; the group may still be ours to set.
                    for owner, group in ((before.st_uid, -1), (-1, before.st_gid)):
                        with contextlib.suppress(PermissionError):
                            os.fchown(descriptor, owner, group)
                temporary.chmod(stat.S_IMODE(before.st_mode))
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
            stamp = _stamp(os.fstat(descriptor))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)
    return stamp


def _sync_folder(folder: Path) -> None:
    """Make a rename durable where the system can; the file itself is whole either way."""
    # Here and not above: opening a file never needs it.
    from charlm_core import sync_directory

    with contextlib.suppress(OSError):
        sync_directory(folder)


def _stamp(status: os.stat_result) -> Stamp:
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
    if returns and returns == breaks == text.count("\r\n"):
        return text.replace("\r\n", "\n"), "\r\n"
    return text, "\n"


def _reason(error: OSError | ValueError) -> str:
    """The system's own words, without the path they may repeat."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
