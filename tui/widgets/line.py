"""One screen line of the editor, drawn. Pure: what goes in decides what comes out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

ELLIPSIS = "…"

Runs = tuple[tuple[str, Style], ...]
"""Stretches of text, each in one style."""


NO_STYLE = Style()


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """All that a screen line's appearance depends on."""

    text: str = ""
    """The line's part of the document, safe to draw but for tabs."""
    tabs: tuple[int, ...] = ()
    """The width of each tab in `text`, cells."""
    width: int = 0
    """Of the line on screen, cells."""
    base: Style = NO_STYLE
    """Of ordinary text and of the rest of the line."""
    cursor: int | None = None
    """The column the cursor is drawn at; at the text's end it stands on the tail or a blank."""
    cursor_style: Style = NO_STYLE
    """Laid over the character under the cursor."""
    selected: tuple[int, int] = (0, 0)
    """First column selected, and the one after the last; a column past the text is its break."""
    selection_style: Style = NO_STYLE
    """Laid over selected characters."""
    tail: Runs = ()
    """What is shown after the text though it is not in the document; only with the cursor."""


def draw(line: Line) -> Strip:
    """The line as segments that fill its width exactly."""
    text, base = line.text, line.base
    first, last = line.selected
    cursor = -1 if line.cursor is None else line.cursor
    columns = (0, len(text), first, last, cursor, cursor + 1)
    cuts = sorted({min(max(column, 0), len(text)) for column in columns})
    tabs = iter(line.tabs)
    segments = []
    for start, end in pairwise(cuts):
        style = base
        if first <= start < last:
            style += line.selection_style
        if start == cursor:
            style += line.cursor_style
        segments.append(Segment(_expanded(text[start:end], tabs), style))
    room = line.width - sum(segment.cell_length for segment in segments)
    if cursor == len(text):
        segments.extend(_under_cursor(clip(line.tail, room), line.cursor_style, base))
    elif first <= len(text) < last and room > 0:
        segments.append(Segment(" ", base + line.selection_style))
    strip = Strip(segments)
    return strip.adjust_cell_length(line.width, base).simplify()


def clip(runs: Runs, room: int) -> Runs:
    """As much of `runs` as fits in `room` cells, ending in an ellipsis where some is missing."""
    if sum(cell_len(text) for text, _ in runs) <= room:
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


def _under_cursor(runs: Runs, cursor: Style, base: Style) -> Sequence[Segment]:
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


def _expanded(text: str, tabs: Iterator[int]) -> str:
    """The text with each tab as so many spaces."""
    if "\t" not in text:
        return text
    return "".join(" " * next(tabs) if character == "\t" else character for character in text)
