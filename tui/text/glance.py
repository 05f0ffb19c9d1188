"""A glance at a text, however long it is: how it begins, and what is around the cursor."""

from tui.text.buffer import Buffer, Location

BEGINNING = 2048
AROUND = 2048
"""Characters of both."""


def glance(buffer: Buffer, cursor: Location) -> str:
    """The beginning, and what is around the cursor behind it, without what lies between."""
    first = forward(buffer, (0, 0), BEGINNING)
    start = max(first, backward(buffer, cursor, AROUND // 2))
    parts = (((0, 0), first), (start, forward(buffer, start, AROUND)))
    return "".join(buffer.text_between(*span) for span in parts)


def forward(buffer: Buffer, start: Location, chars: int) -> Location:
    """The location so many characters further on, or the text's end."""
    row, column = start
    while column + chars > len(buffer.lines[row]):
        chars -= len(buffer.lines[row]) - column + 1
        if row + 1 == len(buffer.lines) or chars < 0:
            return row, len(buffer.lines[row])
        row, column = row + 1, 0
    return row, column + chars


def backward(buffer: Buffer, start: Location, chars: int) -> Location:
    """The location so many characters before, or the text's start."""
    row, column = start
    while chars > column:
        if row == 0:
            return 0, 0
        chars -= column + 1
        row, column = row - 1, len(buffer.lines[row - 1])
    return row, column - chars
