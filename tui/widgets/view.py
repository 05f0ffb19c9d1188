"""A text on the screen: wrapped, scrolled, drawn, and repainted where it changed.

Nothing here costs more than what is in view. After whatever happened, `repaint` looks at each line
in view and has those drawn that look another way now.
"""

from typing import ClassVar

from textual.cache import LRUCache
from textual.geometry import Offset, Region, Size
from textual.strip import Strip

from tui.text.buffer import Buffer, Location, Selection
from tui.text.layout import Layout, Place
from tui.widgets.frame import Finder, Sight, Tinter, lines_in_view
from tui.widgets.heat import TINTS, css
from tui.widgets.line import Line, Palette, Runs, draw
from tui.widgets.strips import StripWidget

LONGEST_LINE = 4096
"""Cells at which a line is broken though lines are not wrapped, so that none takes long to draw."""


class TextView(StripWidget, can_focus=True):
    """Shows a Buffer with a selection, whose end is the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text--cursor",
        "text--selection",
        "text--match",
        "text--gutter",
        "text--bar",
        *TINTS,
    }
    DEFAULT_CSS = """
    TextView {
        width: 1fr;
        height: 1fr;
        color: $foreground;
        background: $background;
        pointer: text;
        & .text--cursor { color: $input-cursor-foreground; background: $input-cursor-background; }
        & .text--selection {
            color: $input-selection-foreground;
            background: $input-selection-background;
        }
        & .text--match { color: $background; background: $warning; }
        & .text--gutter { color: $foreground 60%; }
        & .text--bar { color: $foreground 30%; }
        &:ansi .text--cursor {
            color: ansi_default;
            background: ansi_default;
            text-style: reverse underline;
        }
        &:ansi .text--selection {
            color: ansi_default;
            background: ansi_default;
            text-style: reverse;
        }
        &:ansi .text--match { color: ansi_black; background: ansi_yellow; text-style: bold; }
        &:ansi .text--gutter { text-style: dim; }
        &:ansi .text--bar { text-style: dim; }
    }
    """ + css("TextView")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        self.buffer = Buffer()
        """The text."""
        self._layout_of_text = Layout(self.buffer)
        self._selection = Selection()
        self._top: Place = (0, 0)
        self._shown: list[Line] = []
        self._places: list[Place] = []
        self._palette = Palette()
        self._strips: LRUCache[Line, Strip] = LRUCache(1024)
        self._finder: Finder | None = None
        self._tinter: Tinter | None = None
        self._numbers = False
        self._wrapped = True
        self._left = 0
        self._centering: bool | None = None
        super().__init__(id=id)

    # What is shown, and where.

    @property
    def layout_of_text(self) -> Layout:
        """Where each character is on the screen."""
        return self._layout_of_text

    @property
    def selection(self) -> Selection:
        """What is selected; the cursor is at its end."""
        return self._selection

    @property
    def cursor_location(self) -> Location:
        """Where the cursor is."""
        return self._selection.end

    @property
    def top(self) -> Place:
        """The screen line at the top."""
        return self._top

    @property
    def bottom(self) -> int:
        """The last row in view, when it was last painted."""
        return self._places[-1][0] if self._places else self._top[0]

    @property
    def height(self) -> int:
        """Screen lines in view."""
        return max(1, self.size.height)

    @property
    def show_line_numbers(self) -> bool:
        """Whether lines are numbered."""
        return self._numbers

    @show_line_numbers.setter
    def show_line_numbers(self, on: bool) -> None:
        self._numbers = on
        self._reshape()

    @property
    def wraps(self) -> bool:
        """Whether lines that are too long go on below; else they go on beyond the edge."""
        return self._wrapped

    @wraps.setter
    def wraps(self, on: bool) -> None:
        self._wrapped = on
        self._left = 0
        self._reshape()

    def show_matches(self, finder: Finder | None) -> None:
        """Show what `finder` finds in each line in view; with None nothing."""
        self._finder = finder
        self.repaint()

    def show_tints(self, tinter: Tinter | None) -> None:
        """Tint the text by surprise, as `tinter` has it; with None no longer, nor another text."""
        self._tinter = tinter
        self.repaint()

    def show_buffer(self, buffer: Buffer) -> None:
        """Show another text from its start on."""
        self.buffer = buffer
        self._tinter = None
        self._layout_of_text = Layout(buffer, self._text_width, self._layout_of_text.tab)
        self._selection = Selection()
        self._top, self._left = (0, 0), 0
        self.repaint()

    def set_tab_width(self, cells: int) -> None:
        """Have a tab reach to a multiple of so many cells."""
        self._layout_of_text.shape(self._text_width, cells)
        self._reshape()

    def tail(self) -> Runs:
        """What to show after the cursor though it is not in the document."""
        return ()

    # Scrolling.

    def scroll_by(self, lines: int) -> None:
        """Move the view so many screen lines down, or up; the cursor stays where it is."""
        self._top, _ = self._layout_of_text.walk(self._top, lines)
        self.repaint()

    def show_location(self, location: Location, *, center: bool = False) -> None:
        """Scroll as little as it takes to have a location in view, or to have it in the middle."""
        if not self.size:
            # Not before it is known how much there is room for.
            self._centering = center
            return
        layout = self._layout_of_text
        place = layout.place(location)
        if center:
            self._top, _ = layout.walk(place, -(self.height // 2))
        elif place < self._top:
            self._top = place
        elif layout.distance(self._top, place, self.height) >= self.height:
            self._top, _ = layout.walk(place, 1 - self.height)
        self._show_cell(0 if self._wrapped else layout.x(location))

    def _show_cell(self, x: int) -> None:
        """Scroll to the side so that a cell of the text is in view, and some on its far side."""
        width = self._room
        if not self._left <= x <= self._left + width:
            self._left = max(0, x - (width * 3 // 4 if x > self._left else width // 4))

    def location_at(self, offset: Offset) -> Location:
        """The location nearest to a cell of the widget; beyond its edges, to one just there."""
        layout, y = self._layout_of_text, offset.y
        if 0 <= y < len(self._places):
            place = self._places[y]
        else:
            place, _ = layout.walk(self._top, y)
        return layout.location(place, offset.x - self._gutter_width + self._left)

    @property
    def cursor_offset(self) -> Offset | None:
        """The cell of the widget that the cursor is on; None where it is out of view."""
        place = self._cursor_place
        if place < self._top:
            return None
        y = self._layout_of_text.distance(self._top, place, self.height)
        if y >= self.height:
            return None
        x = self._layout_of_text.x(self.cursor_location) - self._left
        return Offset(self._gutter_width + x, y)

    @property
    def _cursor_place(self) -> Place:
        return self._layout_of_text.place(self.cursor_location)

    # Size.

    @property
    def _gutter_width(self) -> int:
        if not self._numbers:
            return 1
        return len(str(len(self.buffer.lines))) + 2

    @property
    def _room(self) -> int:
        """Cells in view for the text: the gutter, the cursor at the end and the bar have theirs."""
        return max(1, self.size.width - self._gutter_width - 2)

    @property
    def _text_width(self) -> int:
        """Cells at which a line is broken."""
        return self._room if self._wrapped else max(self._room, LONGEST_LINE)

    def _reshape(self) -> None:
        """Wrap the text to the room there is; what was at the top stays there."""
        layout = self._layout_of_text
        row, section = layout.clamp(self._top)
        column, _ = layout.row(row).bounds(section)
        seen = self.cursor_offset is not None
        layout.shape(self._text_width, layout.tab)
        self._top = layout.place((row, column))
        if seen:
            self.show_location(self.cursor_location)
        self._palette = Palette()
        self.repaint()
        # Tab stops may have moved, in lines that are as they were.
        self.refresh()

    def on_resize(self) -> None:
        """Another size, another wrapping."""
        self._reshape()
        if self._centering is not None:
            center, self._centering = self._centering, None
            self.show_location(self.cursor_location, center=center)
            self.repaint()

    def notify_style_update(self) -> None:
        """Other styles: all is drawn anew."""
        super().notify_style_update()
        self._palette = Palette()
        self.refresh()

    # Drawing.

    def repaint(self) -> None:
        """Have those lines drawn that look another way than when they were last drawn."""
        if not self.is_attached or not self.size:
            return
        if self._layout_of_text.width != self._text_width:
            # The line numbers take more room than before, or less.
            self._reshape()
            return
        before, self._shown = self._shown, self._lines_in_view()
        if len(before) != len(self._shown):
            self.refresh()
        else:
            width = self.size.width
            changed = [
                Region(0, y, width, 1)
                for y, (old, new) in enumerate(zip(before, self._shown, strict=True))
                if old is not new and old != new
            ]
            if changed:
                self.refresh(*changed)
        if self.has_focus and (offset := self.cursor_offset) is not None:
            # Where an input method opens its window.
            self.app.cursor_position = self.content_region.offset + offset

    def render_line(self, y: int) -> Strip:
        """Draw one line of the widget."""
        if not self._palette.width:
            self._palette = self._paint()
            self._strips.clear()
        if len(self._shown) != self.size.height:
            self._shown = self._lines_in_view()
        line = self._shown[y] if y < len(self._shown) else Line()
        if (strip := self._strips.get(line)) is None:
            strip = self._strips[line] = draw(line, self._palette)
        return strip

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All there is."""
        return container.width

    def _paint(self) -> Palette:
        """The styles of the theme."""
        return Palette(
            width=self.size.width,
            tab=self._layout_of_text.tab,
            base=self.rich_style,
            cursor=self.get_component_rich_style("text--cursor", partial=True),
            selection=self.get_component_rich_style("text--selection", partial=True),
            match=self.get_component_rich_style("text--match", partial=True),
            tints=tuple(self.get_component_rich_style(one, partial=True) for one in TINTS),
            gutter=self.rich_style + self.get_component_rich_style("text--gutter"),
            bar=self.get_component_rich_style("text--bar", partial=True),
        )

    def _lines_in_view(self) -> list[Line]:
        """How each line of the widget looks."""
        self._top = self._layout_of_text.clamp(self._top)
        lines, self._places = lines_in_view(
            Sight(
                buffer=self.buffer,
                layout=self._layout_of_text,
                top=self._top,
                height=self.size.height,
                left=self._left,
                room=self._room,
                wrapped=self._wrapped,
                gutter=self._gutter_width,
                selection=self._selection,
                finder=self._finder,
                tinter=self._tinter,
                tail=self.tail(),
            )
        )
        return lines

    def row_at_bar(self, y: int) -> int:
        """The row that a cell of the scroll bar stands for."""
        return min(len(self.buffer.lines) - 1, max(0, y) * len(self.buffer.lines) // self.height)

    def scroll_to_row(self, row: int) -> None:
        """Have a row at the top."""
        self._top = (row, 0)
        self.repaint()
