"""Which files were open last, and where in them the cursor was.

They are in a small private file. Two editors at once lose nothing, as each adds what it has noted
since it last saved, under a lock. Whatever goes wrong is a line in `notices`, never an exception.
"""

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui.services.private import UnreadableError, read_private, write_private

MOST = 50
"""Older ones are forgotten."""
LONGEST_PATH = 4096
"""Bytes; no system opens a longer one."""
LARGEST = 1 << 31
"""No text has as many lines, nor a line as many characters."""
LOCK_SECONDS = 0.5
"""How long another editor may hold the file before this waits for the next time."""

Place = tuple[int, int]
"""Row and column of a cursor, from 0."""


@dataclass(frozen=True, kw_only=True)
class Recent:
    """A file that was open."""

    path: Path
    """Where it is, absolute."""
    place: Place = (0, 0)
    """Where the cursor was."""


def recent_path() -> Path:
    """Where they are kept."""
    # Here and not above: what only needs the names above does not pay for it.
    import platformdirs

    return platformdirs.user_data_path("charlm-tui", appauthor=False) / "recent.json"


class RecentFiles:
    """The last files, newest first; read when they are first asked for."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or recent_path()
        self._known: dict[Path, Place] | None = None
        self._fresh: dict[Path, Place] = {}
        self._saving = threading.Lock()
        self._told: set[str] = set()
        self.notices: list[str] = []
        """What went wrong, a line each, since somebody last emptied it."""

    @property
    def files(self) -> list[Recent]:
        """All of them, the one that was noted last first."""
        return [Recent(path=path, place=place) for path, place in self._all().items()]

    def place(self, path: Path) -> Place:
        """Where the cursor was in a file; at its start where that is not known."""
        return self._all().get(path.absolute(), (0, 0))

    def note(self, path: Path, place: Place) -> None:
        """A file is open, or was, with the cursor there; in memory, until it is saved."""
        path = path.absolute()
        self._fresh.pop(path, None)
        self._fresh[path] = place

    def save(self) -> None:
        """Add to the file what was noted since the last time; from any thread. Never raises.

        What can't be saved is told in a notice, and tried again the next time.
        """
        # Here and not above: the first paint does not wait for it.
        import filelock

        with self._saving:
            if not self._fresh:
                return
            fresh, self._fresh = self._fresh, {}
            try:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with filelock.FileLock(
                    self._path.with_name(".recent.lock"), timeout=LOCK_SECONDS, mode=0o600
                ):
                    known = _joined(self._read(), fresh)
                    write_private(self._path, _written(known))
            except (OSError, filelock.Timeout) as error:
                reason = "another editor has it" if isinstance(error, filelock.Timeout) else error
                self._tell(f"{self._path}: {reason}; recent files are not saved")
                self._fresh = _joined(fresh, self._fresh, reverse=False)
            else:
                self._known = known

    def _all(self) -> dict[Path, Place]:
        if self._known is None:
            self._known = self._read()
        return _joined(self._known, self._fresh)

    def _read(self) -> dict[Path, Place]:
        """What the file holds; nothing, and a notice, where it is damaged."""
        try:
            text = read_private(self._path)
            return {} if text is None else _parsed(text)
        except UnreadableError as error:
            fault = str(error)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            fault = "damaged"
        self._tell(f"{self._path}: {fault}; the list of recent files begins anew")
        return {}

    def _tell(self, notice: str) -> None:
        """Tell it, once."""
        if notice not in self._told:
            self._told.add(notice)
            self.notices.append(notice)


def _joined(
    known: Mapping[Path, Place], fresh: Mapping[Path, Place], *, reverse: bool = True
) -> dict[Path, Place]:
    """Both; `fresh`, which has the newest last, comes first and the other way round."""
    if not reverse:
        return {**{path: place for path, place in known.items() if path not in fresh}, **fresh}
    newest = {path: fresh[path] for path in reversed([*fresh])}
    older = {path: place for path, place in known.items() if path not in newest}
    return dict([*newest.items(), *older.items()][:MOST])


def _written(known: Mapping[Path, Place]) -> str:
    # JSON's escapes hold a name that is no valid text, too.
    files = [{"path": str(path), "place": list(place)} for path, place in known.items()]
    return json.dumps({"files": files}, indent=1) + "\n"


def _parsed(text: str) -> dict[Path, Place]:
    """The entries of a file. Raises what comes of one that is damaged."""
    known: dict[Path, Place] = {}
    for entry in json.loads(text)["files"][:MOST]:
        path, (row, column) = entry["path"], entry["place"]
        if type(path) is not str or "\0" in path or not os.path.isabs(path):  # noqa: PTH117
            raise ValueError("not a path")
        if len(os.fsencode(path)) > LONGEST_PATH:
            raise ValueError("too long a path")
        if not all(type(number) is int and 0 <= number < LARGEST for number in (row, column)):
            raise ValueError("not a place")
        known.setdefault(Path(path), (row, column))
    return known
