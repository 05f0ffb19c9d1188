"""Where each character of a text stands on a screen, worked out where it is looked at.

A *place* is a screen line: a row and which of its sections. There is no count of all of them: a
text is walked through from the place that is at the top of the screen.
"""

from collections import OrderedDict

from tui.text.buffer import Buffer, Change, Location
from tui.text.wrap import Row, clusters

Place = tuple[int, int]
"""A row and a section of it, from 0. They compare as they follow each other."""

ROWS_KEPT = 1024
"""Rows that are remembered as wrapped."""


class Layout:
    """A buffer on a screen. Whoever changes the buffer says so."""

    def __init__(self, buffer: Buffer, width: int = 80, tab: int = 4) -> None:
        self._buffer = buffer
        self._width = max(1, width)
        self._tab = tab
        self._rows: OrderedDict[int, Row] = OrderedDict()

    @property
    def width(self) -> int:
        """Cells for the text of a screen line."""
        return self._width

    @property
    def tab(self) -> int:
        """Cells from one tab stop to the next."""
        return self._tab

    def shape(self, width: int, tab: int) -> None:
        """Wrap at another width, or with other tab stops."""
        if (max(1, width), tab) != (self._width, self._tab):
            self._width, self._tab = max(1, width), tab
            self._rows.clear()

    def changed(self, change: Change) -> None:
        """Take note of a change that the buffer has gone through."""
        (top, column), bottom = change.start, change.end[0]
        moved = change.stop[0] - bottom
        first = self._rows.pop(top, None)
        if moved or bottom > top:
            kept = self._rows
            self._rows = OrderedDict()
            for row, wrapped in kept.items():
                if row < top:
                    self._rows[row] = wrapped
                elif row > bottom:
                    self._rows[row + moved] = wrapped
        if first:
            self._rows[top] = first.edited(self._buffer.lines[top], column)

    def row(self, row: int) -> Row:
        """A row, wrapped."""
        if wrapped := self._rows.get(row):
            return wrapped
        wrapped = self._rows[row] = Row(self._buffer.lines[row], self._width, self._tab)
        if len(self._rows) > ROWS_KEPT:
            self._rows.popitem(last=False)
        return wrapped

    def place(self, location: Location) -> Place:
        """The screen line that a location is on."""
        row, column = location
        return row, self.row(row).index(column)

    def x(self, location: Location) -> int:
        """The cell of its screen line at which a location is."""
        row, column = location
        start, end = self.row(row).bounds(self.row(row).index(column))
        return x_of(self._buffer.lines[row][start:end], column - start, self._tab)

    def location(self, place: Place, x: int) -> Location:
        """The location nearest to a cell of a screen line that there is."""
        row, section = place
        wrapped = self.row(row)
        start, end = wrapped.bounds(section)
        column = start
        for cluster in clusters(self._buffer.lines[row][start:end], self._tab):
            if x < cluster.x + cluster.width:
                column = start + cluster.start
                break
            column = start + cluster.end
        if column == end and wrapped.has(section + 1):
            # The end of a section is the start of the next: the last one before it is meant.
            column = start + clusters(self._buffer.lines[row][start:end], self._tab)[-1].start
        return row, column

    def next(self, place: Place) -> Place | None:
        """The screen line below; None at the end."""
        row, section = place
        if self.row(row).has(section + 1):
            return row, section + 1
        return (row + 1, 0) if row + 1 < len(self._buffer.lines) else None

    def previous(self, place: Place) -> Place | None:
        """The screen line above; None at the start."""
        row, section = place
        if section:
            return row, section - 1
        return (row - 1, self.row(row - 1).count - 1) if row else None

    def walk(self, place: Place, lines: int) -> tuple[Place, int]:
        """The place so many screen lines below, or above; stops at the text's ends.

        Says how many lines it went.
        """
        step = self.next if lines > 0 else self.previous
        went = 0
        while went < abs(lines) and (found := step(place)) is not None:
            place = found
            went += 1
        return place, went

    def clamp(self, place: Place) -> Place:
        """The nearest place that there is."""
        row = min(max(place[0], 0), len(self._buffer.lines) - 1)
        if row != place[0]:
            return row, 0
        wrapped = self.row(row)
        section = max(place[1], 0)
        while section and not wrapped.has(section):
            section -= 1
        return row, section

    def distance(self, first: Place, second: Place, limit: int) -> int:
        """Screen lines from the first place down to the second; `limit` at most."""
        went = 0
        while first < second and went < limit and (below := self.next(first)) is not None:
            first = below
            went += 1
        return went


def x_of(section: str, column: int, tab: int) -> int:
    """The cell at which a column of a section is, its end included."""
    x = 0
    for cluster in clusters(section[:column], tab):
        x = cluster.x + cluster.width
    return x
