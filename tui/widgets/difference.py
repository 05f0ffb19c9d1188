"""Draws a unified difference; only the lines in view, so that a long one costs no more."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.text.visible import visible

TAB = 4
"""Cells of a tab stop."""
LONGEST = 4096
"""Characters of a line that are shown."""


class DifferenceView(ScrollView, can_focus=True):
    """Lines of a unified difference: what each is its first character says, and its colour."""

    DEFAULT_CSS = """
    DifferenceView {
        & .difference--added { color: $text-success; }
        & .difference--removed { color: $text-error; }
        & .difference--place { color: $text-accent; text-style: bold; }
        & .difference--same { color: $foreground 80%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "difference--added",
        "difference--removed",
        "difference--place",
        "difference--same",
    }

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._lines = [_drawn(line) for line in lines]
        self.virtual_size = Size(max(map(cell_len, self._lines), default=0), len(self._lines))

    def render_line(self, y: int) -> Strip:
        """Draw one line of the widget."""
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        if top + y >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        line = self._lines[top + y]
        style = self.rich_style + self.get_component_rich_style(_kind(line), partial=True)
        return Strip([Segment(line, style)]).crop_extend(left, left + width, self.rich_style)


def _drawn(line: str) -> str:
    cut = line[:LONGEST].removesuffix("\n").expandtabs(TAB)
    return visible(cut) + ("…" if len(line) > LONGEST else "")


def _kind(line: str) -> str:
    if line.startswith(("+++", "---", "@@", "\\")):
        return "difference--place"
    kinds = {"+": "difference--added", "-": "difference--removed"}
    return kinds.get(line[:1], "difference--same")
