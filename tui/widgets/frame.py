"""What the editor's screen lines look like. Pure: text, place and selection in, lines out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tui.text.buffer import Buffer, Location, Selection
from tui.text.layout import Layout, Place
from tui.text.wrap import part_in_view
from tui.widgets.line import Line, Runs, Span, clip, flow

Finder = Callable[[str], Sequence[Span]]
"""Which columns of a line to show as found."""


class Tinter(Protocol):
    """Knows how surprising each character of a text is."""

    def levels(self, row: int, start: int, end: int) -> bytes:
        """The level of surprise of each column of a row from `start` on, up to `end` at most."""

    def changed(self, start: Location) -> None:
        """Take note that the text has changed from here on."""


LONG = 1 << 14
"""Of a longer line only what is in view is searched, and so much around it."""
AROUND = 256

FLOOD = 64
"""Columns that are shown as found in a screen line; more of them tell nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What is looked at, and from where."""

    buffer: Buffer
    """The text."""
    layout: Layout
    """Where each character of it is."""
    top: Place
    """The screen line at the top."""
    height: int
    """Screen lines in view."""
    left: int
    """The cell of each line at the left edge; 0 where lines are wrapped."""
    room: int
    """Cells in view for the text, but for one behind it that the cursor may stand on."""
    wrapped: bool
    """Whether lines are."""
    gutter: int
    """Cells before the text; line numbers are shown where there is more than one."""
    selection: Selection
    """What is selected, and the cursor."""
    finder: Finder | None
    """Finds what is to be marked."""
    tinter: Tinter | None
    """Says how what is not marked is tinted."""
    tail: Runs
    """What is shown behind the cursor."""


def lines_in_view(sight: Sight) -> tuple[list[Line], list[Place]]:
    """Each line in view, and which of the text's screen lines each shows, as far as they do."""
    layout = sight.layout
    lines: list[Line] = []
    places: list[Place] = []
    found: dict[int, Sequence[Span]] = {}
    place: Place | None = sight.top
    while place is not None and len(lines) < sight.height:
        row, section = place
        wrapped = layout.row(row)
        start, end = wrapped.bounds(section)
        last = not wrapped.has(section + 1)
        text = sight.buffer.lines[row][start:end]
        cursor = _cursor(sight.selection, row, start, end, last)
        tail = _tail(sight, sight.height - len(lines)) if cursor == len(text) else [()]
        line = Line(
            gutter=_gutter(sight, row, section),
            text=text,
            cursor=cursor,
            selected=_selected(sight.selection, row, start, end, last),
            found=_found(sight, found, row, start, end),
            tints=sight.tinter.levels(row, start, end) if sight.tinter else b"",
            tail=tail[0],
        )
        lines.append(line if sight.wrapped else _cut(sight, line))
        # A tail that takes more lines stands before the text's next one.
        lines += [Line(gutter=" " * sight.gutter, tail=rest) for rest in tail[1:]]
        places += [place] * len(tail)
        place = layout.next(place)
    lines += [Line(gutter=" " * sight.gutter)] * (sight.height - len(lines))
    return _with_bar(sight, lines, place), places


def _cursor(selection: Selection, row: int, start: int, end: int, last: bool) -> int:
    """The cursor's column in a section, which may be the last of its row; -1 outside of it."""
    cursor_row, column = selection.end
    here = row == cursor_row and start <= column and (column < end or last)
    return column - start if here else -1


def _selected(selection: Selection, row: int, start: int, end: int, last: bool) -> Span:
    """Which columns of a section are selected; its line break counts as one."""
    (top, left), (bottom, right) = selection.span
    if selection.is_empty or not top <= row <= bottom:
        return 0, 0
    first = left if row == top else 0
    final = right if row == bottom else end + last
    return max(first, start) - start, max(0, min(final, end + last) - start)


def _gutter(sight: Sight, row: int, section: int) -> str:
    """What stands before a screen line's text."""
    if sight.gutter == 1:
        return " "
    return f"{row + 1 if not section else '':>{sight.gutter - 1}} "


def _tail(sight: Sight, lines: int) -> list[Runs]:
    """The tail in screen lines, the first one behind the cursor; so many of them at most."""
    if not sight.tail:
        return [()]
    x = sight.layout.x(sight.selection.end) - sight.left
    width = sight.room + 1
    if sight.wrapped:
        return flow(sight.tail, width - x, width, lines)
    return [clip(sight.tail, width - x)] if 0 <= x < width else [()]


def _found(
    sight: Sight, known: dict[int, Sequence[Span]], row: int, start: int, end: int
) -> tuple[Span, ...]:
    """Which columns of a section are shown as found; `known` holds what was, by row."""
    if sight.finder is None:
        return ()
    line = sight.buffer.lines[row]
    shift = 0
    if len(line) > LONG:
        shift = max(0, start - AROUND)
        spans = sight.finder(line[shift : end + AROUND])
    else:
        if row not in known:
            known[row] = sight.finder(line)
        spans = known[row]
    first, last = start - shift, end - shift
    inside = [
        (max(left, first) - first, min(right, last) - first)
        for left, right in spans
        if left < last and right > first
    ]
    return tuple(inside[:FLOOD])


def _cut(sight: Sight, line: Line) -> Line:
    """Of a line that is not wrapped, what is in view."""
    first, last, blank = part_in_view(line.text, sight.layout.tab, sight.left, sight.room)
    size = len(line.text)
    ends = last == size
    cursor = line.cursor - first
    if not (0 <= cursor < last - first or (ends and line.cursor == size)):
        cursor = -1

    def cut(span: Span) -> Span:
        """Columns of what is in view; the line's end counts where it is."""
        return max(span[0], first) - first, max(min(span[1], last + ends), first) - first

    return line._replace(
        gutter=line.gutter + " " * blank,
        text=line.text[first:last],
        x=sight.left + blank,
        cursor=cursor,
        selected=cut(line.selected) if line.selected[0] < line.selected[1] else (0, 0),
        found=tuple(cut(span) for span in line.found if span[0] < last and span[1] > first),
        tints=line.tints[first:last],
    )


def _with_bar(sight: Sight, lines: list[Line], below: Place | None) -> list[Line]:
    """The lines with the scroll bar, where there is more than they show."""
    height, rows = len(lines), len(sight.buffer.lines)
    if (sight.top == (0, 0) and below is None) or not height:
        return lines
    first = sight.top[0] / rows
    last = below[0] / rows if below else 1.0
    size = max(1, round((last - first) * height))
    at = height - size if below is None else min(int(first * height), height - size)
    return [line._replace(bar="▐") if at <= y < at + size else line for y, line in enumerate(lines)]
