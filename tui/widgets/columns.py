"""What the model writes, side by side: each branch a column with its head and its text."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from tui.text.branch import SIGNS, Branch
from tui.text.sheet import TAB
from tui.widgets.line import Line, Palette, draw
from tui.widgets.strips import StripWidget

LEAST_WIDTH = 24
"""Cells of the narrowest column; what does not fit beside each other is reached by turning."""

HEAD_ROWS = 2

WHEEL_ROWS = 3


class Columns(StripWidget):
    """Draws branches, one of which is chosen; scrolls in that one."""

    DEFAULT_CSS = """
    Columns {
        height: 1fr;
        & .columns--head { color: $foreground 80%; background: $surface; }
        & .columns--chosen {
            color: $foreground;
            background: $block-cursor-blurred-background;
            text-style: bold;
        }
        & .columns--rule { color: $foreground 40%; }
        & .columns--repeated { color: $foreground 60%; text-style: underline; }
        &:ansi .columns--rule { text-style: dim; }
        &:ansi .columns--repeated { text-style: dim underline; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "columns--head",
        "columns--chosen",
        "columns--rule",
        "columns--repeated",
    }

    class Chosen(Message):
        """Another branch is wanted."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index
            """Its place in the row, from 0."""

    def __init__(self) -> None:
        super().__init__()
        self._branches: Sequence[Branch] = ()
        self._chosen = 0
        self._first = 0

    def show(self, branches: Sequence[Branch], chosen: int) -> None:
        """Show these, as they are now; the one of place `chosen` is in view."""
        self._branches, self._chosen = branches, chosen
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line across all columns in view."""
        segments: list[Segment] = []
        for place, width in self._places():
            segments += (
                self._head(place, y, width) if y < HEAD_ROWS else self._text(place, y, width)
            )
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _places(self) -> list[tuple[int, int]]:
        """Which branches are in view, by place, and how wide each is."""
        width = self.size.width
        shown = min(len(self._branches), max(1, width // LEAST_WIDTH))
        if not shown:
            return []
        last = len(self._branches) - shown
        self._first = min(max(self._first, self._chosen - shown + 1), self._chosen, last)
        each = width // shown
        widths = [each] * (shown - 1) + [width - each * (shown - 1)]
        return list(enumerate(widths, self._first))

    def _head(self, place: int, y: int, width: int) -> list[Segment]:
        branch = self._branches[place]
        chosen = place == self._chosen
        style = self._style("columns--chosen" if chosen else "columns--head")
        line = first_line(branch, chosen=chosen) if y == 0 else second_line(branch, width - 2)
        rule = Segment(self._rule(place), self.rich_style + self._style("columns--rule"))
        return [rule, Segment(set_cell_size(line, width - 1), style)]

    def _text(self, place: int, y: int, width: int) -> list[Segment]:
        branch = self._branches[place]
        branch.sheet.lay(branch.text, width - 2)
        rows, room = branch.sheet.rows, self._room
        # Who looks back stays at what they look at.
        top = max(0, len(rows) - room - branch.back)
        at = top + y - HEAD_ROWS
        start, end = rows[at] if at < len(rows) else (0, 0)
        first, last = (min(max(column, start), end) - start for column in branch.repeated)
        line = Line(
            gutter=self._rule(place),
            text=branch.text[start:end],
            found=((first, last),) if last > first else (),
            bar=self._bar(y - HEAD_ROWS, top, len(rows)),
        )
        palette = Palette(
            width=width,
            tab=TAB,
            base=self.rich_style,
            match=self._style("columns--repeated"),
            gutter=self._style("columns--rule"),
            bar=self._style("columns--rule"),
        )
        return list(draw(line, palette))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)

    def _rule(self, place: int) -> str:
        return " " if place == self._first else "│"

    def _bar(self, row: int, top: int, rows: int) -> str:
        """The scroll bar's part, where there is more than fits."""
        room = self._room
        if rows <= room:
            return " "
        start = top * room // rows
        return "▐" if start <= row <= start + room * room // rows else " "

    @property
    def _room(self) -> int:
        return max(1, self.size.height - HEAD_ROWS)

    # What fingers do.

    def look(self, rows: int = 0, *, pages: int = 0) -> None:
        """Look so many rows, or pages, farther down in the chosen one."""
        self._scroll(self._chosen, rows + pages * max(1, self._room - 1))

    def _scroll(self, place: int, rows: int) -> None:
        if place < len(self._branches):
            branch = self._branches[place]
            most = max(0, len(branch.sheet.rows) - self._room)
            branch.back = min(max(0, branch.back - rows), most)
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Choose the branch that was clicked."""
        if (place := self._place_at(event.x)) is not None:
            self.post_message(self.Chosen(place))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll the branch under the mouse."""
        event.stop()
        self._wheel(event.x, -WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll the branch under the mouse."""
        event.stop()
        self._wheel(event.x, WHEEL_ROWS)

    def _wheel(self, x: int, rows: int) -> None:
        if (place := self._place_at(x)) is not None:
            self._scroll(place, rows)

    def _place_at(self, x: int) -> int | None:
        for place, width in self._places():
            if x < width:
                return place
            x -= width
        return None


def first_line(branch: Branch, *, chosen: bool) -> str:
    """Which branch it is, and what becomes of it."""
    number = f"[{branch.number}]" if chosen else f" {branch.number} "
    return f"{number} {SIGNS[branch.state]} {branch.told}"


def second_line(branch: Branch, width: int) -> str:
    """How it is written, how much and how quickly, as far as there is room."""
    chars, rate = len(branch.text), branch.chars_per_second
    quick = f"{rate:,.0f}" if rate >= 0.5 else ""
    choices = (
        [branch.means, f"{chars:,} chars", f"{quick}/s" if quick else ""],
        [branch.means, f"{chars:,}", f"{quick}/s" if quick else ""],
        [f"{chars:,}", f"{quick}/s" if quick else ""],
    )
    line = ""
    for parts in choices:
        line = "  ".join(filter(None, parts))
        if cell_len(line) <= width - 1:
            break
    return f" {line}"
