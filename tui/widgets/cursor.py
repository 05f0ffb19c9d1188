"""A text that the cursor goes through, by keyboard and mouse."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tui.text import moves
from tui.text.buffer import Location, Selection
from tui.widgets.view import TextView

WHEEL_LINES = 3
"""Screen lines that one turn of the wheel scrolls."""


class CursorArea(TextView):
    """Moves the cursor through a Buffer, and selects."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor_up", ""),
        Binding("down", "cursor_down", ""),
        Binding("left", "cursor_left", ""),
        Binding("right", "cursor_right", ""),
        Binding("ctrl+left", "cursor_word_left", ""),
        Binding("ctrl+right", "cursor_word_right", ""),
        Binding("home,ctrl+a", "cursor_line_start", "Line's start, end"),
        Binding("end,ctrl+e", "cursor_line_end", "Line's start, end"),
        Binding("pageup", "cursor_page_up", ""),
        Binding("pagedown", "cursor_page_down", ""),
        Binding("alt+up", "cursor_paragraph_up", "Paragraph up, down"),
        Binding("alt+down", "cursor_paragraph_down", "Paragraph up, down"),
        Binding("ctrl+home", "cursor_text_start", "Text's start"),
        Binding("ctrl+end", "cursor_text_end", ""),
        Binding("shift+up", "cursor_up(True)", ""),
        Binding("shift+down", "cursor_down(True)", ""),
        Binding("shift+left", "cursor_left(True)", ""),
        Binding("shift+right", "cursor_right(True)", ""),
        Binding("ctrl+shift+left", "cursor_word_left(True)", ""),
        Binding("ctrl+shift+right", "cursor_word_right(True)", ""),
        Binding("shift+home", "cursor_line_start(True)", ""),
        Binding("shift+end", "cursor_line_end(True)", ""),
        Binding("shift+pageup", "cursor_page_up(True)", ""),
        Binding("shift+pagedown", "cursor_page_down(True)", ""),
        Binding("alt+shift+up", "cursor_paragraph_up(True)", ""),
        Binding("alt+shift+down", "cursor_paragraph_down(True)", ""),
        Binding("ctrl+shift+home", "cursor_text_start(True)", ""),
        Binding("ctrl+shift+end", "cursor_text_end(True)", ""),
        Binding("f7", "select_all", "Select all"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._goal: int | None = None
        self._dragging: tuple[Location, Location] | None = None
        self._barring = False

    @property
    def selected_text(self) -> str:
        """What is selected."""
        return self.buffer.text_between(*self.selection.span)

    def cursor_went(self, *, moved: bool) -> None:
        """Called after the cursor was put somewhere, even if that is where it was."""
        self.repaint()

    # By keyboard.

    @property
    def selection(self) -> Selection:
        """What is selected; the cursor is at its end."""
        return self._selection

    @selection.setter
    def selection(self, selection: Selection) -> None:
        self._select(*selection)

    def move_cursor(
        self,
        location: Location,
        select: bool = False,
        center: bool = False,
        goal: int | None = None,
    ) -> None:
        """Put the cursor somewhere, and select up to there, or nothing.

        `goal` is the cell it tries to be at while it goes up and down from there.
        """
        location = self.buffer.clamp(location)
        self._select(self.selection.start if select else location, location, center=center)
        self._goal = goal

    def _select(self, start: Location, end: Location, *, center: bool = False) -> None:
        selection = Selection(self.buffer.clamp(start), self.buffer.clamp(end))
        moved = selection != self._selection
        self._selection = selection
        self._goal = None
        self.show_location(selection.end, center=center)
        self.cursor_went(moved=moved)

    def _step(self, lines: int, select: bool) -> None:
        """Move the cursor so many screen lines down or up, as near to its cell as can be."""
        layout = self.layout_of_text
        x = layout.x(self.cursor_location) if self._goal is None else self._goal
        place, went = layout.walk(layout.place(self.cursor_location), lines)
        edge = (0, 0) if lines < 0 else self.buffer.end
        self.move_cursor(layout.location(place, x) if went else edge, select, goal=x)

    def action_cursor_up(self, select: bool = False) -> None:
        """A screen line up."""
        self._step(-1, select)

    def action_cursor_down(self, select: bool = False) -> None:
        """A screen line down."""
        self._step(1, select)

    def action_cursor_page_up(self, select: bool = False) -> None:
        """A screenful up."""
        self._page(-1, select)

    def action_cursor_page_down(self, select: bool = False) -> None:
        """A screenful down."""
        self._page(1, select)

    def _page(self, direction: int, select: bool) -> None:
        lines = direction * max(1, self.height - 1)
        self._top, _ = self.layout_of_text.walk(self._top, lines)
        self._step(lines, select)

    def action_cursor_left(self, select: bool = False) -> None:
        """A character back, or to the start of what is selected."""
        if self.selection.is_empty or select:
            self.move_cursor(moves.left(self.buffer.lines, self.cursor_location), select)
        else:
            self.move_cursor(self.selection.span[0])

    def action_cursor_right(self, select: bool = False) -> None:
        """A character on, or to the end of what is selected."""
        if self.selection.is_empty or select:
            self.move_cursor(moves.right(self.buffer.lines, self.cursor_location), select)
        else:
            self.move_cursor(self.selection.span[1])

    def action_cursor_word_left(self, select: bool = False) -> None:
        """A word back."""
        self.move_cursor(moves.word_left(self.buffer.lines, self.cursor_location), select)

    def action_cursor_word_right(self, select: bool = False) -> None:
        """A word on."""
        self.move_cursor(moves.word_right(self.buffer.lines, self.cursor_location), select)

    def action_cursor_paragraph_up(self, select: bool = False) -> None:
        """To the start of the paragraph, or of the one before."""
        self.move_cursor(moves.paragraph_up(self.buffer.lines, self.cursor_location), select)

    def action_cursor_paragraph_down(self, select: bool = False) -> None:
        """To the end of the paragraph, or of the next."""
        self.move_cursor(moves.paragraph_down(self.buffer.lines, self.cursor_location), select)

    def action_cursor_line_start(self, select: bool = False) -> None:
        """To where the line's text begins; from there to its start."""
        row, column = self.cursor_location
        first = moves.first_text(self.buffer.lines[row])
        self.move_cursor((row, 0 if column == first else first), select)

    def action_cursor_line_end(self, select: bool = False) -> None:
        """To the line's end."""
        row = self.cursor_location[0]
        self.move_cursor((row, len(self.buffer.lines[row])), select)

    def action_cursor_text_start(self, select: bool = False) -> None:
        """To the text's start."""
        self.move_cursor((0, 0), select)

    def action_cursor_text_end(self, select: bool = False) -> None:
        """To the text's end."""
        self.move_cursor(self.buffer.end, select)

    def action_select_all(self) -> None:
        """Select all of the text, without scrolling."""
        self._selection = Selection((0, 0), self.buffer.end)
        self.cursor_went(moved=True)

    # By mouse.

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Put the cursor there, and select from there on; on the bar, scroll there."""
        if event.button != 1:
            return
        self.capture_mouse()
        if event.x >= self.size.width - 1:
            self._barring = True
            self.scroll_to_row(self.row_at_bar(event.y))
            return
        location = self.location_at(event.offset)
        self.move_cursor(location, select=event.shift)
        self._dragging = (location, location)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select up to there."""
        if self._barring:
            self.scroll_to_row(self.row_at_bar(event.y))
        elif self._dragging:
            location = self.location_at(event.offset)
            first, last = self._dragging
            self._select(*((last, location) if location < first else (first, max(last, location))))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """That is all of it."""
        self._dragging = None
        self._barring = False
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """A second click selects the word, a third the line."""
        if event.x >= self.size.width - 1:
            return
        if event.chain == 2:
            self.selection = Selection(*moves.word_around(self.buffer.lines, self.cursor_location))
        elif event.chain == 3:
            row = self.cursor_location[0]
            self.selection = Selection((row, 0), (row, len(self.buffer.lines[row])))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self.scroll_by(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self.scroll_by(-WHEEL_LINES)
