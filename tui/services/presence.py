"""Who has a file open: a second instance of the app is told of the first.

Each file that is open has a small file in the user's data folder, named after where it really lies
and held by the process that has it open. A lock goes with its process, so none is ever stale.
"""

import hashlib
import os
import time
from pathlib import Path

from tui.services.locks import holder, let_go, open_locked


class Presence:
    """The files that this process has open."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._held: dict[Path, tuple[int, Path]] = {}

    def claim(self, path: Path) -> str:
        """Have a file open. Empty, or one line on which process has it open already.

        Empty also where that can't be told. A file that is claimed already stays so.
        """
        try:
            real = Path(os.path.realpath(path))
            if real in self._held:
                return ""
            folder = self._folder or _presence_folder()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # A name of one length, whatever the path is.
            mark = folder / hashlib.sha256(os.fsencode(real)).hexdigest()[:32]
            descriptor = open_locked(mark, time.time())
            if descriptor is None:
                return f"{path.name} is open in another charlm-tui{_who(mark)}"
        except (OSError, ValueError):
            return ""
        self._held[real] = descriptor, mark
        return ""

    def release(self, path: Path) -> None:
        """Have a file open no more. Never raises."""
        try:
            real = Path(os.path.realpath(path))
        except (OSError, ValueError):
            return
        if (held := self._held.pop(real, None)) is not None:
            let_go(*held)

    def release_all(self) -> None:
        """Have none open any more."""
        while self._held:
            let_go(*self._held.popitem()[1])


def _who(mark: Path) -> str:
    """What its holder says of itself; empty where that makes no sense."""
    if (found := holder(mark)) is None:
        return ""
    process, since = found
    try:
        moment = time.localtime(since)
    except (OSError, ValueError, OverflowError):
        return ""
    today = moment[:3] == time.localtime()[:3]
    shown = time.strftime("%H:%M" if today else "%Y-%m-%d %H:%M", moment)
    return f", process {process}, since {shown}"


def _presence_folder() -> Path:
    """Where the small files are."""
    # Here and not above: the first paint does not wait for it.
    import platformdirs

    return platformdirs.user_data_path("charlm-tui", appauthor=False) / "open"
