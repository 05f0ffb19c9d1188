"""A text that grows at its end, wrapped: what stands above is not looked at again."""

from tui.text.wrap import first_section

TAB = 4
"""Cells from one tab stop to the next."""

Span = tuple[int, int]
"""The first character of a row, and the one after its last."""


class Sheet:
    """Wraps a text to a width. Give it the same text again, grown, and only the new is wrapped."""

    def __init__(self) -> None:
        self.rows: list[Span] = [(0, 0)]
        """From where to where each row goes, line breaks left out; to be read only."""
        self._width = 0
        self._chars = 0

    def lay(self, text: str, width: int) -> None:
        """Have the rows of `text`, which begins as the one before did."""
        width = max(width, 1)
        if width != self._width or len(text) < self._chars:
            self.rows, self._width = [(0, 0)], width
        elif len(text) == self._chars:
            return
        self._chars = len(text)
        # The row before the last may have ended where a mark that follows belongs to its letter.
        kept = self.rows[: max(0, len(self.rows) - 2)]
        at = self.rows[len(kept)][0]
        while True:
            stop = text.find("\n", at)
            line = text[at : len(text) if stop < 0 else stop]
            column = 0
            while True:
                end = first_section(line, column, width, TAB)
                kept.append((at + column, at + end))
                column = end
                if column >= len(line):
                    break
            if stop < 0:
                break
            at = stop + 1
        self.rows = kept
