"""How many words a text has: counted once, a slice at a time, and kept up to date from then on."""

import time

from tui.text.buffer import Buffer, Change

AT_ONCE = 200_000
"""Characters that are counted in a moment."""

ROWS = 256
"""Lines between two looks at the clock."""


class WordCount:
    """The words of a buffer: what stands between blanks. Whoever changes the buffer says so."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self._words = 0
        self._row = 0
        if buffer.chars <= AT_ONCE:
            self.advance(float("inf"))

    @property
    def done(self) -> bool:
        """Whether all of the text is counted."""
        return self._row >= len(self._buffer.lines)

    @property
    def words(self) -> int | None:
        """How many there are; None while that is not known yet."""
        return self._words if self.done else None

    def advance(self, seconds: float) -> None:
        """Count on for so long."""
        until = time.perf_counter() + seconds
        lines = self._buffer.lines
        while self._row < len(lines):
            part = lines[self._row : self._row + ROWS]
            self._words += sum(len(line.split()) for line in part)
            self._row += len(part)
            if time.perf_counter() >= until:
                break

    def changed(self, change: Change) -> None:
        """Take note of a change that the buffer has just gone through."""
        if change.start[0] >= self._row:
            return
        if change.end[0] >= self._row:
            # In part counted already, in part not.
            self._words = self._row = 0
            return
        row, column = change.start
        before = self._buffer.lines[row][max(0, column - 1) : column]
        row, column = change.stop
        behind = self._buffer.lines[row][column : column + 1]
        now = f"{before}{change.inserted}{behind}".split()
        then = f"{before}{change.removed}{behind}".split()
        self._words += len(now) - len(then)
        self._row += change.stop[0] - change.end[0]
