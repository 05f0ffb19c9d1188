"""A text that can be edited: what changes it, and what takes that back."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.text import moves
from tui.text.buffer import Buffer, Change, Location, Selection
from tui.text.counts import AT_ONCE, WordCount
from tui.text.history import History
from tui.text.visible import storable
from tui.widgets.cursor import CursorArea

Edit = tuple[Location, Location, str]
"""What to replace, from and to, and by what."""

MOST_ROWS = 1000
"""Of more rows than these, selected, it is not told how many words they are."""


class Clipboard(Protocol):
    """Where copied text goes, and comes from."""

    def write(self, text: str) -> object:
        """Keep this."""

    async def read(self) -> str:
        """What was last kept, here or by another program."""


class EditArea(CursorArea):
    """Edits a Buffer by keyboard and mouse."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("backspace", "delete_left", ""),
        Binding("delete,ctrl+d", "delete_right", ""),
        Binding(
            "ctrl+w,ctrl+backspace,alt+backspace", "delete_word_left", "Delete a word, or a line"
        ),
        Binding("ctrl+delete,alt+delete", "delete_word_right", ""),
        Binding("ctrl+u,super+backspace", "delete_to_line_start", ""),
        Binding("ctrl+k", "delete_to_line_end", "Delete a word, or a line"),
        Binding("ctrl+shift+k", "delete_line", ""),
        Binding("shift+tab", "dedent", "Dedent"),
        Binding("ctrl+z,super+z", "undo", "Undo, redo"),
        Binding("ctrl+y,super+y,ctrl+shift+z", "redo", "Undo, redo"),
        Binding("ctrl+c,super+c", "copy", "Copy; cut the selection or line; paste"),
        Binding("ctrl+x,super+x", "cut", "Copy; cut the selection or line; paste"),
        Binding("ctrl+v", "paste", "Copy; cut the selection or line; paste"),
    ]

    @dataclass
    class Changed(Message):
        """The text has changed."""

        editor: "EditArea"
        """Whose."""
        changes: tuple[Change, ...]
        """How, in the order in which it happened."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.history = History()
        """What can be undone."""
        self.count = WordCount(self.buffer)
        """Its words."""
        self.clipboard: Clipboard | None = None
        """The system's; without one the application's own."""
        self.indent_type = "spaces"
        """What Tab puts in: spaces, or tabs."""
        self.indent_width = 4
        """Cells from one tab stop to the next, and spaces in an indent."""
        self._read_only = False

    # The text.

    @property
    def text(self) -> str:
        """All of it; takes time in proportion."""
        return self.buffer.text

    @property
    def size_shown(self) -> tuple[int, int | None]:
        """Characters and words of what is selected, else of all; None while that is not known.

        Not of a selection that would take long to count.
        """
        if self.selection.is_empty:
            return self.buffer.chars, self.count.words
        (top, _), (bottom, _) = span = self.selection.span
        if bottom - top > MOST_ROWS:
            return self.buffer.chars, self.count.words
        text = self.buffer.text_between(*span)
        return len(text), len(text.split()) if len(text) <= AT_ONCE else None

    @property
    def read_only(self) -> bool:
        """Whether the text can't be changed."""
        return self._read_only

    @read_only.setter
    def read_only(self, on: bool) -> None:
        self._read_only = on
        self.settled((), moved=False)

    def begin(self, text: str) -> None:
        """Edit another text, the cursor at its start; undo does not reach back beyond this."""
        self.history = History()
        self.show_buffer(Buffer(text))
        self.count = WordCount(self.buffer)
        self._goal = None

    def replace(self, start: Location, end: Location, text: str) -> None:
        """Put `text` in the place of what lies between, as one step; the cursor goes behind it."""
        self.history.close()
        self._perform([(start, end, text)])
        self.history.close()

    def replace_all(self, edits: Sequence[Edit]) -> None:
        """Make many replacements as one step; the cursor stays at the text it is at.

        They follow each other in the text and don't overlap, each told as the text is before any.
        """
        if edits:
            self.history.close()
            self._perform(edits, keep=True)
            self.history.close()

    def insert(self, text: str) -> None:
        """Put a text in the place of what is selected, as typing does."""
        start, end = self.selection.span
        self._perform([(start, end, text)])

    def delete(self, start: Location, end: Location) -> None:
        """Take out what lies between two locations, in either order."""
        if start != end:
            self._perform([(min(start, end), max(start, end), "")])

    def undo(self) -> None:
        """Take the last step back."""
        if step := self.history.undo():
            changes = [change.reversed for change in reversed(step.changes)]
            self._travel(changes, step.before)

    def redo(self) -> None:
        """Make the step again that was taken back last."""
        if step := self.history.redo():
            self._travel(step.changes, step.after)

    def _perform(self, edits: Sequence[Edit], *, keep: bool = False) -> None:
        """Replace texts, which can be undone, and put the cursor behind the last one."""
        before = self.selection
        # From the last to the first, so that each is still where it was said to be.
        changes = tuple(self._apply(*edit) for edit in reversed(edits))
        if keep:
            start, end = before
            for change in changes:
                start, end = change.moved(start), change.moved(end)
            self._selection = Selection(self.buffer.clamp(start), self.buffer.clamp(end))
        else:
            self._selection = Selection.cursor(changes[0].stop)
        self.history.note(changes, before, self.selection, self._now())
        self._follow(changes)

    def _travel(self, changes: Sequence[Change], selection: Selection) -> None:
        """Make changes that are in the history already."""
        done = tuple(self._apply(one.start, one.end, one.inserted) for one in changes)
        self._selection = selection
        self._follow(done, travelled=True)

    def _apply(self, start: Location, end: Location, text: str) -> Change:
        change = self.buffer.replace(start, end, text)
        self.layout_of_text.changed(change)
        self.count.changed(change)
        return change

    def _follow(self, changes: tuple[Change, ...], *, travelled: bool = False) -> None:
        """Have the cursor in view after changes, and tell of them."""
        self._goal = None
        self.show_location(self.cursor_location)
        self.settled(changes, travelled=travelled)
        if self.is_attached:
            self.post_message(self.Changed(self, changes))

    def settled(
        self, changes: tuple[Change, ...], *, moved: bool = True, travelled: bool = False
    ) -> None:
        """Called after each change and each move of the cursor; `travelled` in the history."""
        self.repaint()

    def cursor_went(self, *, moved: bool) -> None:
        """What is typed elsewhere is another step of undo."""
        if moved:
            self.history.close()
        self.settled((), moved=moved)

    def _now(self) -> float:
        return time.monotonic()

    # What keys change.

    def action_delete_left(self) -> None:
        """Delete what is selected, or the character before the cursor, mark by mark."""
        if self.selection.is_empty:
            row, column = self.cursor_location
            # A mark that was typed wrongly goes without its letter.
            before = (row, column - 1) if column else moves.left(self.buffer.lines, (row, column))
            self._delete_to(before)
        else:
            self._delete_to(self.cursor_location)

    def action_delete_right(self) -> None:
        """Delete what is selected, or the character at the cursor."""
        self._delete_to(moves.right(self.buffer.lines, self.cursor_location))

    def action_delete_word_left(self) -> None:
        """Delete what is selected, or to the start of the word."""
        self._delete_to(moves.word_left(self.buffer.lines, self.cursor_location))

    def action_delete_word_right(self) -> None:
        """Delete what is selected, or to the end of the word."""
        self._delete_to(moves.word_right(self.buffer.lines, self.cursor_location))

    def action_delete_to_line_start(self) -> None:
        """Delete what is selected, or to the line's start; from there the line break before it."""
        row, column = self.cursor_location
        lines = self.buffer.lines
        self._delete_to((row, 0) if column else moves.left(lines, (row, column)))

    def action_delete_to_line_end(self) -> None:
        """Delete what is selected, or to the line's end; from there the line break."""
        row, column = self.cursor_location
        end = len(self.buffer.lines[row])
        self._delete_to((row, end) if column < end else moves.right(self.buffer.lines, (row, end)))

    def action_delete_line(self) -> None:
        """Delete the lines that the selection touches."""
        if not self.read_only:
            self.replace(*self._whole_lines(), "")

    def _delete_to(self, location: Location) -> None:
        """Delete what is selected; where nothing is, to a location."""
        if not self.read_only:
            start, end = self.selection.span
            self.delete(start, location if start == end else end)

    def _whole_lines(self) -> tuple[Location, Location]:
        """From the start of the first selected line to the start of the one after the last."""
        (top, _), (bottom, _) = self.selection.span
        if bottom + 1 < len(self.buffer.lines):
            return (top, 0), (bottom + 1, 0)
        return (top, 0), self.buffer.end

    def action_indent(self) -> None:
        """Put in an indent; where lines are selected, before each of them."""
        if self.read_only:
            return
        (top, _), (bottom, right) = self.selection.span
        if top == bottom:
            self.insert(self._indent_at_cursor())
            return
        rows = range(top, bottom + (right > 0))
        indent = "\t" if self.indent_type == "tabs" else " " * self.indent_width
        lines = self.buffer.lines
        self.replace_all([((row, 0), (row, 0), indent) for row in rows if lines[row]])

    def action_dedent(self) -> None:
        """Take an indent away from each line that the selection touches."""
        if self.read_only:
            return
        (top, _), (bottom, right) = self.selection.span
        rows = range(top, bottom + (right > 0 or top == bottom))
        edits: list[Edit] = []
        for row in rows:
            line = self.buffer.lines[row]
            blanks = len(line) - len(line.lstrip(" "))
            cut = 1 if line.startswith("\t") else min(blanks, self.indent_width)
            if cut:
                edits.append(((row, 0), (row, cut), ""))
        self.replace_all(edits)

    def _indent_at_cursor(self) -> str:
        """A tab, or spaces up to the next tab stop."""
        if self.indent_type == "tabs":
            return "\t"
        start = self.selection.span[0]
        return " " * (self.indent_width - self.layout_of_text.x(start) % self.indent_width)

    def action_new_line(self) -> None:
        """Break the line, and begin the next one as far in as this one."""
        row, column = self.selection.span[0]
        line = self.buffer.lines[row]
        self.insert("\n" + line[: min(column, moves.first_text(line))])

    def action_undo(self) -> None:
        """Take the last step back."""
        if not self.read_only:
            self.undo()

    def action_redo(self) -> None:
        """Make it again."""
        if not self.read_only:
            self.redo()

    # The clipboard.

    def action_copy(self) -> None:
        """Copy what is selected, or the line."""
        start, end = self._to_copy()
        self._put_by(self.buffer.text_between(start, end))

    def action_cut(self) -> None:
        """Copy what is selected, or the line, and take it out."""
        start, end = self._to_copy()
        self._put_by(self.buffer.text_between(start, end))
        if not self.read_only and start != end:
            self.replace(start, end, "")

    async def action_paste(self) -> None:
        """Put in what was copied."""
        text = await self.clipboard.read() if self.clipboard else self.app.clipboard
        self.paste(text)

    def paste(self, text: str) -> None:
        """Put in a text from elsewhere, as one step."""
        text = storable(text)
        if text and not self.read_only:
            self.replace(*self.selection.span, text)

    def _to_copy(self) -> tuple[Location, Location]:
        return self._whole_lines() if self.selection.is_empty else self.selection.span

    def _put_by(self, text: str) -> None:
        if not text:
            return
        if self.clipboard:
            self.clipboard.write(text)
        else:
            self.app.copy_to_clipboard(text)
