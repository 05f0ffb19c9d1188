"""Textual's TextArea over a lossless document, with a drawing of its own.

What it changes: lines break at `\n` alone; control characters are drawn as visible stand-ins and
never reach the terminal; a line is drawn from what it shows and cached by it, and a key repaints
only the lines it changes. What it leaves out: syntax trees, themes of code, line numbers, bracket
matching.
"""

from collections.abc import Sequence
from dataclasses import replace

from textual.cache import LRUCache
from textual.document._document import EditResult, Location, Selection
from textual.document._document_navigator import DocumentNavigator
from textual.document._edit import Edit
from textual.geometry import Region
from textual.reactive import Reactive, reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import TextArea

from tui.widgets.buffer import Buffer, Wrapped
from tui.widgets.line import Line, Runs, draw

UNDO_STEPS = 10_000
"""How many steps back undo reaches."""


class PlainTextArea(TextArea):
    """A TextArea for plain text, wrapped at the right edge."""

    # Textual repaints the whole widget for every move of the cursor.
    selection: Reactive[Selection] = reactive(
        Selection(), init=False, always_update=True, repaint=False
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        self._drawn: LRUCache[Line, Strip] = LRUCache(1024)
        self._blank = Line()
        super().__init__(id=id, max_checkpoints=UNDO_STEPS, highlight_cursor_line=False)
        # Textual blinks by repainting twice a second; a steady cursor costs nothing at rest.
        self.cursor_blink = False

    @property
    def buffer(self) -> Buffer:
        """The document."""
        assert isinstance(self.document, Buffer)
        return self.document

    @property
    def wrapped(self) -> Wrapped:
        """The document as wrapped on screen."""
        assert isinstance(self.wrapped_document, Wrapped)
        return self.wrapped_document

    def _set_document(self, text: str, language: str | None) -> None:
        """Begin with a new text."""
        self.document = buffer = Buffer(text)
        # Wrapping and moving measure what is shown, which has as many columns as what is stored.
        self.wrapped_document = Wrapped(buffer.shown, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()
        self.refresh()

    def edit(self, edit: Edit) -> EditResult:
        """Perform an edit and repaint what it changed."""
        lines, height = self.document.line_count, self.wrapped.height
        result = super().edit(edit)
        row = edit.top[0]
        same = (lines, height) == (self.document.line_count, self.wrapped.height)
        if same and row == result.end_location[0]:
            first, last = self.wrapped.extent(row)
            self.refresh_lines(first, last - first + 1)
        else:
            self.refresh()
        return result

    def _undo_batch(self, edits: Sequence[Edit]) -> None:
        """Undo edits."""
        super()._undo_batch(edits)
        self.refresh()

    def _redo_batch(self, edits: Sequence[Edit]) -> None:
        """Redo edits."""
        super()._redo_batch(edits)
        self.refresh()

    def _watch_selection(self, previous: Selection, selection: Selection) -> None:
        """Follow the cursor, and repaint the lines it left and entered."""
        left = self._cursor_offset[1]
        super()._watch_selection(previous, selection)
        if previous.is_empty and selection.is_empty:
            self.refresh_lines(left)
            self.refresh_lines(self._cursor_offset[1])
        else:
            self.refresh()

    def _build_highlight_map(self) -> None:
        """Nothing to build without a syntax tree; Textual would drop its cache of lines here."""

    def find_matching_bracket(self, bracket: str, search_from: Location) -> None:
        """None: the search could walk the whole document at every move of the cursor."""
        return

    def _recompute_cursor_offset(self) -> None:
        """Find the cursor on screen.

        While a large paste is undone the document shrinks, and with it the scroll bar, before the
        cursor has moved: it may stand beyond the text's end at that moment.
        """
        self._cursor_offset = self.wrapped_document.location_to_offset(
            self.clamp_visitable(self.cursor_location)
        )

    def get_column_width(self, row: int, column: int) -> int:
        """The cells from the start of the row to the column, as shown."""
        return self.wrapped.width_before(row, column)

    def tail(self) -> Runs:
        """What to show after the cursor though it is not in the document."""
        return ()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines of a region."""
        self._blank = Line(
            width=self.scrollable_content_region.width,
            base=self.rich_style,
            cursor_style=self.get_component_rich_style("text-area--cursor"),
            selection_style=self.get_component_rich_style("text-area--selection"),
        )
        # Past TextArea's own, which works out the styles of a code theme for every paint.
        return ScrollView.render_lines(self, crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the widget."""
        line = self._line_at(self.scroll_offset.y + y)
        if (strip := self._drawn.get(line)) is None:
            strip = self._drawn[line] = draw(line)
        return strip

    def _line_at(self, y: int) -> Line:
        """The appearance of screen line `y` of the document."""
        section = self.wrapped.section(y)
        if section is None:
            return self._blank
        row, start, end = section
        shown = self.buffer.shown[row]
        at_end = end == len(shown)
        cursor_row, cursor_column = self.cursor_location
        column = None
        if row == cursor_row and self._draw_cursor:
            here = start <= cursor_column < end or (at_end and cursor_column == end)
            column = cursor_column - start if here else None
        return replace(
            self._blank,
            text=shown[start:end],
            tabs=self.wrapped.tabs(row, start, end),
            cursor=column,
            selected=_selected(self.selection, row, start, end, at_end),
            tail=self.tail() if at_end and column == end - start else (),
        )


def _selected(
    selection: Selection, row: int, start: int, end: int, at_end: bool
) -> tuple[int, int]:
    """Which columns of a screen line are selected; its line break counts as one column."""
    (top, left), (bottom, right) = sorted(selection)
    if selection.is_empty or not top <= row <= bottom:
        return 0, 0
    first = left if row == top else 0
    last = right if row == bottom else end + at_end
    return max(first, start) - start, min(last, end + at_end) - start
