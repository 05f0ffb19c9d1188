"""What the model is given to read: a stretch of the text that ends at the cursor.

Its start stays put while a person types, so that a key costs the model one character, and its
length is bounded, so that a large document costs no more than a small one.
"""

from collections.abc import Sequence

from charlm_core import CONTEXT_CHARS
from tui.text.buffer import Location

LONGEST = 1 << 16
"""Characters a window may grow to by typing."""


class Window:
    """The stretch of a document that is before the cursor and in the model's memory.

    A fresh one holds CONTEXT_CHARS at most.
    """

    def __init__(self) -> None:
        self._start: Location | None = None
        self._length = 0

    def edited(self, top: Location) -> None:
        """Take note that the text changed from `top` on."""
        if self._start is not None and top < self._start:
            self._start = None

    def forget(self) -> None:
        """Begin afresh: it is another document."""
        self._start = None

    def text(self, lines: Sequence[str], cursor: Location) -> str:
        """The window's text up to `cursor`; takes time in proportion to the window alone."""
        text = None
        if self._start is not None and self._start <= cursor:
            # A jump far ahead is not worth reading through: the model starts afresh there.
            text = _between(lines, self._start, cursor, min(LONGEST, self._length + CONTEXT_CHARS))
        if text is None:
            self._start = _fresh_start(lines, cursor)
            text = _between(lines, self._start, cursor, LONGEST) or ""
        self._length = len(text)
        return text


def _fresh_start(lines: Sequence[str], cursor: Location) -> Location:
    """The earliest start of a line in reach, or a place within the cursor's own line."""
    row, column = cursor
    if column >= CONTEXT_CHARS:
        return row, column - CONTEXT_CHARS
    room = CONTEXT_CHARS - column
    while row and len(lines[row - 1]) < room:
        row -= 1
        room -= len(lines[row]) + 1
    return row, 0


def _between(lines: Sequence[str], start: Location, end: Location, limit: int) -> str | None:
    """The text between two locations, or None when it is longer than `limit`."""
    (top, left), (bottom, right) = start, end
    if top == bottom:
        return lines[top][left:right] if right - left <= limit else None
    if bottom - top > limit:
        return None
    parts = [lines[top][left:], *lines[top + 1 : bottom], lines[bottom][:right]]
    length = sum(map(len, parts)) + len(parts) - 1
    return "\n".join(parts) if length <= limit else None
