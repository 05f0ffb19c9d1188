"""Writing so that a reader, or a power cut, sees the old contents or the new, never a half."""

import contextlib
import ctypes
import errno
import os
import re
import secrets
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from io import BufferedReader
from pathlib import Path

Data = bytes | memoryview

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


def open_regular(path: Path) -> BufferedReader:
    """Open a file to read, if it is a regular one. Raises OSError, at once.

    A pipe would have us wait for whoever writes to it, and a device may have no end.
    """
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    # Of a folder the system says so itself.
    return path.open("rb")


def read_regular(path: Path, most: int, otherwise: str = "which it never is") -> bytes:
    """The contents of a regular file of at most `most` bytes. Raises OSError, at once.

    `otherwise` is what to say of a longer one.
    """
    with open_regular(path) as stream:
        # Python sets aside as much as it is asked to read, so that it is asked for no more.
        size = os.fstat(stream.fileno()).st_size
        data = stream.read(size + 1) if size <= most else b""
    if max(size, len(data)) > most:
        raise OSError(errno.EFBIG, f"over {most >> 20} MiB, {otherwise}", str(path))
    return data


def make_private(path: Path) -> None:
    """Make a folder, and those above it that are missing, for nobody but its owner.

    One that is there stays as it is. Raises OSError.
    """
    missing = [path]
    while not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def sync_directory(path: Path) -> None:
    """Make renames inside `path` durable, where the file system has a way to."""
    if os.name == "nt":  # pragma: no cover - Windows can't open a directory
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network and user-space file systems can't sync a directory.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def write_synced(path: Path, data: Data, mode: int = 0o666) -> None:
    """Write a new file and wait until the disk has it. Raises OSError.

    It gets `mode`, less what the process's umask takes away.
    """
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def replace_directory(path: Path, files: Mapping[str, Data], *, private: bool = False) -> None:
    """Make `path` a directory that holds exactly `files` (name to contents).

    Where it is private, nobody but its owner may read it.

    Written to a temporary sibling, synced, then swapped in. A link is followed, not replaced.
    Raises OSError; `path` is then as it was. Temporary siblings begin with a dot.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    if private:
        make_private(path.parent)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    fresh.mkdir(mode=0o700 if private else 0o777)
    try:
        for name, data in files.items():
            write_synced(fresh / name, data, 0o600 if private else 0o666)
        sync_directory(fresh)
        if path.exists():
            _exchange(fresh, path)
        else:
            fresh.rename(path)
        # The new one is in place and whole: a fault here would be told as if it were not.
        with contextlib.suppress(OSError):
            sync_directory(path.parent)
    finally:
        # Holds the earlier directory after a swap, half a new one after a fault.
        shutil.rmtree(fresh, ignore_errors=True)


def recover_directory(path: Path) -> None:
    """Put right what a process left that was killed in `replace_directory`; none may be in it now.

    Clears its temporary siblings away; where it had moved the earlier directory aside, the new one,
    which was whole by then, takes its place. Raises OSError.
    """
    path = Path(os.path.realpath(path))
    if not path.parent.is_dir():
        return
    sibling = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}\.tmp(\.old)?")
    left = sorted(entry for entry in path.parent.iterdir() if sibling.fullmatch(entry.name))
    for entry in left:
        if entry.suffix == ".old" and not path.exists():
            fresh = entry.with_suffix("")
            (fresh if fresh.exists() else entry).rename(path)
    for entry in left:
        shutil.rmtree(entry, ignore_errors=True)


@contextlib.contextmanager
def unchanging(path: Path) -> Iterator[Callable[[], bool]]:
    """Gives a function that says whether `path` is still the same directory.

    Holding it open keeps the system from giving its number to a directory that replaces it. Raises
    OSError when there is no directory, ValueError where a path can't be one.
    """
    if os.name == "nt":  # pragma: no cover - Windows can neither open a directory nor swap two
        yield lambda: True
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)

    def unchanged() -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), path.stat())
        except OSError:
            return False

    try:
        yield unchanged
    finally:
        os.close(descriptor)


def _exchange(one: Path, other: Path) -> None:
    """Put `one` in the place of `other`; in one step where the system can swap them."""
    a, b = os.fsencode(one), os.fsencode(other)
    status = -1
    with contextlib.suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            status = libc.renamex_np(a, b, _RENAME_SWAP)
        else:
            status = libc.renameat2(_AT_FDCWD, a, _AT_FDCWD, b, _RENAME_EXCHANGE)
    if status == 0:
        return
    # Not every system or file system can swap: there, for a moment, `other` is missing.
    aside = one.with_name(one.name + ".old")
    other.rename(aside)
    try:
        one.rename(other)
    except OSError:
        aside.rename(other)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def roomy_folder() -> str:
    """Where large temporary files belong: /tmp may be in memory, /var/tmp is not."""
    named = any(os.environ.get(variable) for variable in ("TMPDIR", "TEMP", "TMP"))
    roomy = "/var/tmp"
    if named or not os.access(roomy, os.R_OK | os.W_OK | os.X_OK):
        return tempfile.gettempdir()
    return roomy
