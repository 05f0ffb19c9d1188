"""Small files of a person's own: read without trust, replaced in one step, for nobody else."""

import os
import stat
from pathlib import Path

from tui.services.replacing import replace_file

MAX_BYTES = 1 << 20
"""A larger file is none of ours."""


class UnreadableError(Exception):
    """A file is there but is not one of ours; its message says why, in few words."""


def read_private(path: Path) -> str | None:
    """The text of a small file; None where there is none. Raises UnreadableError."""
    try:
        # Before it is opened: opening a pipe would wait for somebody to write to it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError("not a regular file")
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise UnreadableError(reason or str(error)) from error
    if len(raw) > MAX_BYTES:
        raise UnreadableError(f"over {MAX_BYTES >> 20} MiB, which it never is")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("a binary file, not text") from None


def write_private(path: Path, text: str) -> None:
    """Make the file hold `text`, with mode 0600; its folder is made too. Raises OSError.

    It is replaced in one step; of a symbolic link the target is. After an error it is as it was.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(target, [text.encode("utf-8")], mode=0o600)
