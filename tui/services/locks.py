"""Which process holds a file: by a lock that goes with the process, whatever ends it.

Where the system or the file system has no such locks, nothing is held but what says of itself that
it is, by a process number at its beginning.
"""

import contextlib
import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_MOST_BYTES = 100
"""What is read of what another process wrote."""


def open_locked(path: Path, since: float) -> int | None:
    """Hold a file of one's own, made where there is none; its descriptor.

    It says which process holds it, and since when, in seconds since 1970. None where it is held
    already, by another process or by this one. Raises OSError.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _NOFOLLOW, 0o600)
        try:
            if _lock(descriptor) is False:
                os.close(descriptor)
                return None
            # Whoever held it before may have removed it since it was opened: then nobody sees ours.
            if _is_at(descriptor, path):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, f"{os.getpid()} {since:.0f}\n".encode())
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether a process holds this file. Raises OSError where it can't be looked at."""
    descriptor = os.open(path, os.O_RDONLY | _NOFOLLOW | _NONBLOCK)
    try:
        # Shared, so that two who look at once do not take each other for one who holds it.
        free = _lock(descriptor, shared=True)
    finally:
        os.close(descriptor)
    return _lives(path) if free is None else not free


def holder(path: Path) -> tuple[int, int] | None:
    """What a held file says: the process, and since when; None where that makes no sense."""
    try:
        with path.open("rb") as stream:
            process, since = map(int, stream.read(_MOST_BYTES).split())
    except (OSError, ValueError):
        return None
    return (process, since) if process > 0 else None


def let_go(descriptor: int, path: Path) -> None:
    """Remove the file that one holds, and hold it no more. Never raises."""
    with contextlib.suppress(OSError):
        path.unlink()
    with contextlib.suppress(OSError):
        os.close(descriptor)


def _lock(descriptor: int, *, shared: bool = False) -> bool | None:
    """Whether the lock could be had; None where there are no locks."""
    if sys.platform == "win32":  # pragma: no cover
        return None
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _lives(path: Path) -> bool:
    """Whether the process is there that the file names."""
    if (found := holder(path)) is None:
        return False
    try:
        os.kill(found[0], 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether the path still leads to the open file. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False
