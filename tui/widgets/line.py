"""One screen line of the editor, drawn. Pure: what goes in decides what comes out."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.text.visible import visible
from tui.text.wrap import clusters, is_simple

ELLIPSIS = "…"

Runs = tuple[tuple[str, Style], ...]
"""Stretches of text, each in one style."""

Span = tuple[int, int]
"""The first column, and the one after the last."""

NO_STYLE = Style()

_OVER_TINTS = Style(underline=True)
"""What is selected or found has this as well where there are tints: grounds may be alike."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """How things look, whichever line they are on, and how much room there is."""

    width: int = 0
    """Of a screen line, cells, gutter and bar included."""
    tab: int = 4
    """Cells from one tab stop to the next."""
    base: Style = NO_STYLE
    """Ordinary text, and the rest of the line."""
    cursor: Style = NO_STYLE
    """Laid over the character under the cursor."""
    selection: Style = NO_STYLE
    """Laid over what is selected."""
    match: Style = NO_STYLE
    """Laid over what was searched for."""
    tints: tuple[Style, ...] = ()
    """Laid under all these, by level of surprise."""
    gutter: Style = NO_STYLE
    """Line numbers."""
    bar: Style = NO_STYLE
    """The scroll bar."""


class Line(NamedTuple):
    """All else that a screen line's appearance depends on."""

    gutter: str = " "
    """What stands before the text, as wide on every line."""
    text: str = ""
    """The line's part of the document."""
    x: int = 0
    """The cell of the document's line that it begins at: tab stops are counted from there."""
    cursor: int = -1
    """The column the cursor is on; at the text's end it stands on the tail or a blank."""
    selected: Span = (0, 0)
    """Columns selected; one past the text is its line break."""
    found: tuple[Span, ...] = ()
    """Columns that were searched for, from left to right."""
    tints: bytes = b""
    """The level of surprise of each column from the first on, as far as it is shown."""
    tail: Runs = ()
    """What is shown after the text though it is not in the document; it fits."""
    bar: str = " "
    """The scroll bar's part."""


def draw(line: Line, palette: Palette) -> Strip:
    """The line as segments that fill its width exactly."""
    text, base = line.text, palette.base
    size = len(text)
    cuts = {0, size, *(min(column, size) for column in line.selected)}
    cursor = (-1, -1)
    if 0 <= line.cursor < size:
        cursor = _character(text, line.cursor)
        cuts.update(cursor)
    for span in line.found:
        cuts.update(min(column, size) for column in span)
    cuts.update(_steps(line.tints[:size]))
    segments = [Segment(line.gutter, base + palette.gutter)]
    shown = _shown(text, sorted(cuts), palette.tab, line.x)
    for start, part in shown:
        style = NO_STYLE
        if any(first <= start < last for first, last in line.found):
            style += palette.match
        if line.selected[0] <= start < line.selected[1]:
            style += palette.selection
        if style and line.tints:
            style += _OVER_TINTS
        if start == cursor[0]:
            style += palette.cursor
        if start < len(line.tints) and not style:
            style = palette.tints[line.tints[start]]
        segments.append(Segment(part, base + style))
    if line.cursor == size:
        segments += _under_cursor(line.tail, palette.cursor, base)
    elif line.selected[0] <= size < line.selected[1]:
        segments.append(Segment(" ", base + palette.selection))
    else:
        segments += [Segment(*run) for run in line.tail]
    strip = Strip(segments)
    if strip.cell_length >= palette.width:
        # The cursor behind a blank that hangs over has the bar's place.
        return strip.adjust_cell_length(palette.width, base).simplify()
    strip = strip.adjust_cell_length(palette.width - 1, base)
    return Strip([*strip, Segment(line.bar, base + palette.bar)], palette.width).simplify()


def flow(runs: Runs, first: int, width: int, lines: int) -> list[Runs]:
    """Runs in screen lines: `first` cells in the first one, `width` in the others.

    Broken after blanks where there are any. What does not fit in so many lines is cut off, with an
    ellipsis in its place.
    """
    flowed: list[Runs] = []
    room = first
    while runs and len(flowed) < lines - 1 and _cells(runs) > room:
        line, runs = _split(runs, _break(runs, room))
        flowed.append(line)
        room = width
    flowed.append(clip(runs, room))
    return flowed


def clip(runs: Runs, room: int) -> Runs:
    """As much of `runs` as fits in `room` cells, ending in an ellipsis where some is missing."""
    if _cells(runs) <= room:
        return runs
    kept: list[tuple[str, Style]] = []
    room -= 1
    for text, style in runs:
        if cell_len(text) > room:
            kept.append((set_cell_size(text, max(room, 0)).rstrip(" ") + ELLIPSIS, style))
            break
        kept.append((text, style))
        room -= cell_len(text)
    return tuple(kept)


def _steps(levels: bytes) -> list[int]:
    """Where the level is another than before, and where the last one ends."""
    if not levels:
        return []
    return [at for at, (one, other) in enumerate(pairwise(levels), 1) if one != other] + [
        len(levels)
    ]


def _cells(runs: Iterable[tuple[str, Style]]) -> int:
    return sum(cell_len(text) for text, _ in runs)


def _break(runs: Runs, room: int) -> int:
    """How many of the characters go on a screen line of `room` cells."""
    text = "".join(text for text, _ in runs)
    last = fits = 0
    for cluster in clusters(text, 1):
        blank = text[cluster.start].isspace()
        if cluster.x + cluster.width > room + blank:
            break
        fits = cluster.end
        if blank:
            last = cluster.end
    return last or fits


def _split(runs: Runs, count: int) -> tuple[Runs, Runs]:
    """The first `count` characters, and the others."""
    before: list[tuple[str, Style]] = []
    behind: list[tuple[str, Style]] = []
    for text, style in runs:
        if count > 0:
            before.append((text[:count], style))
        if len(text) > count:
            behind.append((text[max(count, 0) :], style))
        count -= len(text)
    return tuple(before), tuple(behind)


def _shown(text: str, cuts: list[int], tab: int, x: int) -> list[tuple[int, str]]:
    """The text cut at columns, with the column each part begins at, as it is drawn."""
    if is_simple(text):
        return [(start, text[start:end]) for start, end in pairwise(cuts)]
    parts: list[tuple[int, str]] = []
    bounds = iter(cuts[1:])
    end = next(bounds, len(text))
    start, drawn = 0, ""
    for cluster in clusters(text, tab, x):
        # A cluster is never cut through.
        while cluster.start >= end:
            parts.append((start, drawn))
            start, drawn, end = end, "", next(bounds, len(text))
        piece = visible(text[cluster.start : cluster.end])
        if piece == "\t":
            drawn += " " * cluster.width
        else:
            drawn += piece if cell_len(piece) else f" {piece}"
    if drawn:
        parts.append((start, drawn))
    return parts


def _character(text: str, column: int) -> Span:
    """The character at a column, which may consist of several, as the columns it takes."""
    if text[column : column + 2].isascii():
        return column, column + 1
    found = (cluster for cluster in clusters(text, tab=1) if column < cluster.end)
    return next((cluster.start, cluster.end) for cluster in found)


def _under_cursor(runs: Runs, cursor: Style, base: Style) -> list[Segment]:
    """The tail with the cursor on its first character, or on a blank where there is none."""
    if not runs:
        return [Segment(" ", base + cursor)]
    (text, style), *rest = runs
    # A combining mark has no cell of its own to put the cursor on.
    head = text[0] if cell_len(text[0]) else f" {text[0]}"
    return [
        Segment(head, style + cursor),
        Segment(text[1:], style),
        *(Segment(*run) for run in rest),
    ]
