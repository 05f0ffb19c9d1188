"""A part of a panel: lines of words, each said in a role that the theme gives a look."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from tui.text.visible import visible
from tui.widgets.heat import TINTS, css
from tui.widgets.strips import StripWidget

Row = tuple[tuple[str, str], ...]
"""A line: stretches of text, each with its role; empty for plain text."""

HEAD, DIM, STRONG, BAR, PLUS, MINUS = ROLES = (
    "section--head",
    "section--dim",
    "section--strong",
    "section--bar",
    "section--plus",
    "section--minus",
)
"""The roles beside those of TINTS."""

ELLIPSIS = "…"

MOST_STRIPS = 256
"""Lines that are kept as drawn."""


class Section(StripWidget):
    """Shows rows, and takes as many lines as there ever were."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*ROLES, *TINTS}
    DEFAULT_CSS = """
    Section {
        height: auto;
        color: $foreground;
        background: $surface;
        & .section--head { text-style: bold; color: $text-primary; }
        & .section--dim { color: $foreground 70%; }
        & .section--strong { text-style: bold; }
        & .section--bar { color: $text-primary; }
        & .section--plus { color: $text-warning; }
        & .section--minus { color: $text-primary; }
        &:ansi .section--head { text-style: bold underline; color: ansi_default; }
        &:ansi .section--dim { text-style: dim; color: ansi_default; }
        &:ansi .section--bar { color: ansi_default; }
    }
    """ + css("Section")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._rows: tuple[Row, ...] = ()
        self._lines = 0
        # As drawn for the present width and theme: a key has all lines of the screen asked for.
        self._strips: dict[Row, Strip] = {}
        self._drawn_width = 0

    @property
    def rows(self) -> tuple[Row, ...]:
        """What it shows."""
        return self._rows

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows."""
        before, self._rows = self._rows, tuple(rows)
        if len(self._rows) > self._lines:
            self._lines = len(self._rows)
            self.refresh(layout=True)
        elif self._rows != before:
            self.refresh()

    def tighten(self) -> None:
        """Take no more lines than there are now."""
        if self._lines != len(self._rows):
            self._lines = len(self._rows)
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there ever were."""
        return self._lines

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width = self.size.width
        if width != self._drawn_width or len(self._strips) > MOST_STRIPS:
            self._drawn_width = width
            self._strips.clear()
        row = self._rows[y] if y < len(self._rows) else ()
        if (strip := self._strips.get(row)) is None:
            base = self.rich_style
            segments = [Segment(text, base + self._style(role)) for text, role in row]
            strip = self._strips[row] = Strip(segments).adjust_cell_length(width, base).simplify()
        return strip

    def notify_style_update(self) -> None:
        """Other styles: all is drawn anew."""
        super().notify_style_update()
        self._strips.clear()

    def _style(self, role: str) -> Style:
        return self.get_component_rich_style(role, partial=role in TINTS) if role else Style.null()


def said(text: str, role: str = "") -> Row:
    """A row that says one thing."""
    return ((text, role),)


def apart(left: Row, right: str, width: int, role: str = "") -> Row:
    """A row with something at its right edge; what is at the left gives way."""
    room = max(0, width - cell_len(right) - 1)
    row = fitted(left, room)
    gap = " " * (width - cell_len(right) - sum(cell_len(text) for text, _ in row))
    return (*row, (gap, ""), (right, role))


def fitted(row: Row, width: int) -> Row:
    """A row of no more cells than that."""
    kept: list[tuple[str, str]] = []
    for text, role in row:
        if cell_len(text) > width:
            if width > 0:
                kept.append((set_cell_size(text, width - 1) + ELLIPSIS, role))
            break
        kept.append((text, role))
        width -= cell_len(text)
    return tuple(kept)


def wrapped(text: str, width: int, role: str = "") -> list[Row]:
    """A sentence in as many rows as it takes."""
    rows: list[Row] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and cell_len(longer) > width:
            rows.append(said(line, role))
            longer = word
        line = longer
    return [*rows, *([said(line, role)] if line else [])]


def sign(character: str) -> str:
    """A character that can be seen, in one cell or two."""
    shown = {" ": "␣", "\n": "⏎", "\t": "⇥"}.get(character) or visible(character)
    # A combining mark has no cell of its own.
    return shown if cell_len(shown) else f"◌{shown}"


def percent(odds: float) -> str:
    """Odds as people read them, in four characters: 97%, 0.3%, <.1%."""
    if odds >= 0.0995:
        return f"{min(odds, 1.0):.0%}"
    return f"{odds:.1%}" if odds >= 0.001 else "<.1%"


ROOMY = 70
"""From so many cells on what takes two lines else stands in one."""


def number(value: float, digits: int = 2) -> str:
    """A figure; a dash where there is none."""
    return f"{value:.{digits}f}" if value == value else "–"
