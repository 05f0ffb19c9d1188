"""Writing so that a reader, or a power cut, sees the old contents or the new, never a half."""

import contextlib
import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


def sync_directory(path: Path) -> None:
    """Make renames inside `path` durable."""
    if os.name == "nt":  # pragma: no cover - Windows can't open a directory
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_synced(path: Path, data: bytes) -> None:
    """Write a new file and wait until the disk has it. Raises OSError."""
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def replace_directory(path: Path, files: Mapping[str, bytes]) -> None:
    """Make `path` a directory that holds exactly `files` (name to contents).

    Written to a temporary sibling, synced, then swapped in. Raises OSError; `path` is then as it
    was. Temporary siblings begin with a dot.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent))
    try:
        for name, data in files.items():
            write_synced(fresh / name, data)
        fresh.chmod(0o777 & ~_umask())
        sync_directory(fresh)
        if path.exists():
            _exchange(fresh, path)
        else:
            fresh.rename(path)
        sync_directory(path.parent)
    finally:
        # Holds the earlier directory after a swap, half a new one after a fault.
        shutil.rmtree(fresh, ignore_errors=True)


def _umask() -> int:
    """The process's file mode mask; reading it needs setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _exchange(one: Path, other: Path) -> None:
    """Swap two paths of one file system, in one step where the system can."""
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
    aside.rename(one)
