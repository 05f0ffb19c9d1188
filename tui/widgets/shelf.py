"""Which folders of a file tree are open and what is ticked in it, as rows from top to bottom.

A folder that is ticked stands for all in it, so that nothing in it is ticked beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Tick = Literal["", "ticked", "within", "holds"]
"""Not ticked; ticked; in a folder that is; or a folder that holds what is."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file or a folder in a folder."""

    path: Path
    """Where it is."""
    is_folder: bool
    """Whether it can be opened."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the tree: a file, a folder, or a remark on one."""

    path: Path
    """Which; the folder that a remark is on."""
    depth: int
    """Folders above it in the tree."""
    is_folder: bool = False
    """Whether it can be opened."""
    is_open: bool = False
    """Whether it is."""
    remark: str = ""
    """What is to be said instead of a name; nothing to choose here."""


class Shelf:
    """A file tree under `root`, with `chosen` files and folders ticked. Reads no disk."""

    def __init__(self, root: Path, chosen: Iterable[Path]) -> None:
        self._ticked = dict.fromkeys(chosen)
        self._inner: dict[Path, Sequence[Entry]] = {}
        self._remarks: dict[Path, str] = {}
        self._rows: list[Row] | None = None
        self.go_to(root)

    @property
    def root(self) -> Path:
        """The folder at the top."""
        return self._root

    @property
    def chosen(self) -> tuple[Path, ...]:
        """All that is ticked, in the order it was."""
        return tuple(self._ticked)

    @property
    def rows(self) -> list[Row]:
        """All rows, those in open folders included."""
        if self._rows is None:
            self._rows = list(self._walk(Entry(path=self._root, is_folder=True), 0))
        return self._rows

    def go_to(self, root: Path) -> None:
        """Put another folder at the top, open; what is ticked stays so."""
        self._root = root
        self._open = {root}
        self.forget()

    def forget(self) -> None:
        """Forget what the folders hold."""
        self._inner.clear()
        self._rows = None

    def missing(self) -> list[Path]:
        """The open folders that are not listed yet."""
        return [
            row.path
            for row in self.rows
            if row.is_open and not row.remark and row.path not in self._inner
        ]

    def put(self, folder: Path, inner: Sequence[Entry], remark: str) -> None:
        """Take in what a folder holds, and what is to be said below that."""
        self._inner[folder] = inner
        self._remarks[folder] = remark
        self._rows = None

    def turn(self, folder: Path) -> None:
        """Open a folder, or close it."""
        self._open ^= {folder}
        self._rows = None

    def tick(self, path: Path) -> None:
        """Tick a file or folder, or untick it.

        Unticking what is in a ticked folder ticks all else in that folder instead of it, as far
        as it is listed.
        """
        if path in self._ticked:
            del self._ticked[path]
            return
        above = next((folder for folder in path.parents if folder in self._ticked), None)
        if above is None:
            for inner in [inner for inner in self._ticked if path in inner.parents]:
                del self._ticked[inner]
            self._ticked[path] = None
            return
        del self._ticked[above]
        while path != above:
            for other in self._inner.get(path.parent, ()):
                # Hidden ones don't belong to what a folder stands for.
                if other.path != path and not other.path.name.startswith("."):
                    self._ticked[other.path] = None
            path = path.parent

    def tick_of(self, path: Path) -> Tick:
        """How this one is ticked."""
        if path in self._ticked:
            return "ticked"
        if any(folder in self._ticked for folder in path.parents):
            return "within"
        return "holds" if any(path in other.parents for other in self._ticked) else ""

    def _walk(self, entry: Entry, depth: int) -> Iterable[Row]:
        opened = entry.is_folder and entry.path in self._open
        yield Row(path=entry.path, depth=depth, is_folder=entry.is_folder, is_open=opened)
        if not opened or entry.path not in self._inner:
            return
        for inner in self._inner[entry.path]:
            yield from self._walk(inner, depth + 1)
        if remark := self._remarks[entry.path]:
            yield Row(path=entry.path, depth=depth + 1, remark=remark)
