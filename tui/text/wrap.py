"""A line of text in as many screen lines as it takes, worked out as far as they are looked at.

A screen line, here a *section* of its row, ends after a blank, else after a wide character, else
where the room ends. What breaks it is looked for no farther than it reaches, so that a line of a
megabyte costs a key no more than a short one.
"""

import re
from bisect import bisect_right
from typing import NamedTuple

from rich.cells import split_graphemes

from tui.text.visible import visible

LONGEST = 8
"""A section holds this many characters for each of its cells at most: marks have no width."""

_PIECES = re.compile(r"\t|[^\t]+")

_ALPHABETS = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u0482\u048a-\u0527"
    "\u2010-\u2027\u2030-\u203b\u20ac\u2116]*"
)
"""Text of Latin, Greek and Cyrillic letters, whole, with the signs that come with them."""


class Cluster(NamedTuple):
    """Characters that are drawn, and passed by the cursor, as one."""

    start: int
    """The first one's column."""
    end: int
    """The column after the last."""
    x: int
    """The cell it begins at."""
    width: int
    """The cells it takes."""


def is_simple(text: str) -> bool:
    """Whether each character is a cluster of its own, one cell wide and safe to draw."""
    if text.isascii():
        return text.isprintable()
    return _ALPHABETS.fullmatch(text) is not None


def clusters(text: str, tab: int, x: int = 0) -> list[Cluster]:
    """The clusters of a section that begins at cell `x`; a tab reaches to a multiple of `tab`."""
    if is_simple(text):
        return [Cluster(column, column + 1, x + column, 1) for column in range(len(text))]
    found: list[Cluster] = []
    for piece in _PIECES.finditer(text):
        at = piece.start()
        if piece[0] == "\t":
            found.append(Cluster(at, at + 1, x, tab - x % tab))
            x += found[-1].width
            continue
        for start, end, width in split_graphemes(visible(piece[0]))[0]:
            # A mark without a letter is given a blank to stand on.
            found.append(Cluster(at + start, at + end, x, width or 1))
            x += found[-1].width
    return found


def first_section(line: str, start: int, width: int, tab: int) -> int:
    """Where the section ends that begins at column `start`; `width` cells are there for it.

    A blank that ends it may stand in one cell more.
    """
    room = line[start : start + width + 1]
    if is_simple(room):
        if start + width >= len(line):
            return len(line)
        blank = room.rfind(" ")
        # Not after its indentation, or what follows would stand there without.
        if blank >= 0 and not room[: blank + 1].isspace():
            return start + blank + 1
        return start + width
    return _careful_section(line, start, width, tab)


def _careful_section(line: str, start: int, width: int, tab: int) -> int:
    """The same for characters of any width."""
    limit = LONGEST * (width + 1)
    text = line[start : start + limit]
    last = -1
    for cluster in clusters(text, tab):
        blank = text[cluster.start].isspace()
        if cluster.x + cluster.width > width + blank:
            if last > 0 and not text[:last].isspace():
                return start + last
            return start + max(cluster.start, 1)
        if blank or cluster.width > 1:
            last = cluster.end
    return start + len(text)


def part_in_view(text: str, tab: int, left: int, width: int) -> tuple[int, int, int]:
    """The columns of a section that are within `width` cells from cell `left` on, whole characters.

    First and last, and the cells that are left blank before the first.
    """
    if is_simple(text):
        return min(left, len(text)), min(left + width, len(text)), 0
    seen = [
        cluster
        for cluster in clusters(text, tab)
        if cluster.x >= left and cluster.x + cluster.width <= left + width
    ]
    if not seen:
        return len(text), len(text), 0
    return seen[0].start, seen[-1].end, seen[0].x - left


class Row:
    """One line, wrapped as far as was asked for."""

    __slots__ = ("_line", "_starts", "_tab", "_width")

    def __init__(self, line: str, width: int, tab: int) -> None:
        self._line = line
        self._width = width
        self._tab = tab
        # The last one is the line's length once all is wrapped.
        self._starts = [0]

    def edited(self, line: str, column: int) -> "Row":
        """The row of a line that is the same up to `column`."""
        row = Row(line, self._width, self._tab)
        # A section's end depends on the word after it, and that may be in the next one.
        kept = bisect_right(self._starts, min(column, len(line) - 1)) - 1
        row._starts = self._starts[: max(kept, 1)]
        return row

    @property
    def count(self) -> int:
        """How many sections there are; all of the line is wrapped for that."""
        while self._extend():
            pass
        return max(1, len(self._starts) - 1)

    def has(self, index: int) -> bool:
        """Whether there is a section of this index."""
        while len(self._starts) <= index + 1 and self._extend():
            pass
        return index == 0 or index + 1 < len(self._starts)

    def bounds(self, index: int) -> tuple[int, int]:
        """The columns at which a section that there is begins and ends."""
        self.has(index)
        if index + 1 < len(self._starts):
            return self._starts[index], self._starts[index + 1]
        return 0, 0

    def index(self, column: int) -> int:
        """The section that a column is in; one at which a section begins is in that."""
        while self._starts[-1] <= column and self._extend():
            pass
        found = bisect_right(self._starts, column) - 1
        return found - 1 if found and self._starts[found] >= len(self._line) else found

    def _extend(self) -> bool:
        """Wrap one section more; False where there is none."""
        start = self._starts[-1]
        if start >= len(self._line):
            return False
        self._starts.append(first_section(self._line, start, self._width, self._tab))
        return True
