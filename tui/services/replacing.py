"""A file replaced in one step: whoever looks sees all of the old one or all of the new one."""

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

_ACCESS_LIST = "system.posix_acl_access"
_NOT_ALLOWED = {errno.EPERM, errno.EINVAL, errno.ENOTSUP, errno.ENOSYS}
_SPECIAL = stat.S_ISUID | stat.S_ISGID


def replace_file(
    target: Path,
    pieces: Iterable[bytes],
    *,
    like: os.stat_result | None = None,
    mode: int = 0o666,
    ready: Callable[[], None] = lambda: None,
) -> os.stat_result:
    """Make `target`, which is no symbolic link, a file that holds the pieces; it is on disk then.

    Where it takes the place of a file `like` this, it keeps that one's permissions, extended
    attributes and access list, and its owner and group where the system allows that; else it gets
    `mode`, less what the umask takes away. `ready` is called last of all before the new file is put
    in its place. Whatever is raised, by the system (OSError), by `pieces` or by `ready`, the target
    is then as it was, and nothing lies beside it.
    """
    # A short name of its own: one made of the target's could be longer than the system allows.
    temporary = target.with_name(f".charlm-{os.urandom(6).hex()}.tmp")
    # Nobody may look into what replaces a file that they may not read.
    first_mode = mode if like is None else 0o600
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, first_mode)
    try:
        try:
            if like is not None:
                _take_after(descriptor, target, like)
            for piece in pieces:
                _write_all(descriptor, piece)
            os.fsync(descriptor)
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        ready()
        os.replace(temporary, target)  # noqa: PTH105 - as all else here, a plain system call
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise
    sync_folder(target.parent)
    return status


def sync_folder(folder: Path) -> None:
    """Make a rename durable where the system can; the file itself is whole either way."""
    # A module can't be loaded either where there are too many open files.
    with contextlib.suppress(OSError, ImportError):
        # Here and not above: opening a file never needs it.
        from charlm_core import sync_directory

        sync_directory(folder)


def _write_all(descriptor: int, data: bytes) -> None:
    """Write all of it, in as many calls as that takes. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _take_after(descriptor: int, target: Path, like: os.stat_result) -> None:
    """Give a new file what the one has that it replaces. Raises OSError."""
    mode = stat.S_IMODE(like.st_mode)
    if hasattr(os, "fchown"):
        # Only root may give files away; the group may still be ours to set.
        if not _permitted(os.fchown, descriptor, like.st_uid, -1):
            mode &= ~_SPECIAL
        if not _permitted(os.fchown, descriptor, -1, like.st_gid):
            # Another group than before may do no more than anybody.
            mode = (mode & ~(_SPECIAL | stat.S_IRWXG)) | (mode & stat.S_IRWXO) << 3
    if hasattr(os, "listxattr"):
        _take_attributes(descriptor, target)
    if hasattr(os, "fchmod"):
        _permitted(os.fchmod, descriptor, mode)


def _take_attributes(descriptor: int, target: Path) -> None:
    """Copy the extended attributes; what a file system or the rules lack is not worth the text."""
    with contextlib.suppress(OSError):
        names = os.listxattr(target)
        for name in names:
            with contextlib.suppress(OSError):
                os.setxattr(descriptor, name, os.getxattr(target, name))
        if _ACCESS_LIST not in names:
            # The folder may have given the new file one that the old one did not have.
            os.removexattr(descriptor, _ACCESS_LIST)


def _permitted(call: Callable[..., None], *arguments: int) -> bool:
    """Make a system call; whether this file system and the rules allow it. Raises OSError."""
    try:
        call(*arguments)
    except OSError as error:
        if error.errno not in _NOT_ALLOWED:
            raise
        return False
    return True
