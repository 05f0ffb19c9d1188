"""Where the cursor goes: by character, by word, by paragraph. Pure, and flat in the text's size."""

import re
from collections.abc import Sequence

from rich.cells import split_graphemes

from tui.text.buffer import Location
from tui.text.visible import visible

REACH = 64
"""Characters that are looked at to find where a character ends that is made of several."""

WORD_REACH = 4096
"""Characters that are looked back at to find where a word begins; the next search goes on there."""

_WORD = r"[\w\u0300-\u036f]"
_SIGN = r"[^\w\u0300-\u036f]"
_NEXT_WORD = re.compile(f"{_SIGN}*{_WORD}+|{_SIGN}+")
"""The same from the right and from the left."""


def right(lines: Sequence[str], location: Location) -> Location:
    """One character on."""
    row, column = location
    line = lines[row]
    if column >= len(line):
        return (row + 1, 0) if row + 1 < len(lines) else location
    around = line[column : column + REACH]
    if around[:2].isascii():
        return row, column + 1
    return row, column + split_graphemes(visible(around))[0][0][1]


def left(lines: Sequence[str], location: Location) -> Location:
    """One character back."""
    row, column = location
    if column == 0:
        return (row - 1, len(lines[row - 1])) if row else location
    around = lines[row][max(0, column - REACH) : column]
    if around[-1].isascii():
        return row, column - 1
    start, end, _ = split_graphemes(visible(around))[0][-1]
    return row, column - (end - start)


def word_right(lines: Sequence[str], location: Location) -> Location:
    """To the end of the word at the cursor or after it; from a line's end to the next line."""
    row, column = location
    if column >= len(lines[row]):
        return right(lines, location)
    found = _NEXT_WORD.match(lines[row], column, column + WORD_REACH)
    return row, found.end() if found else column + 1


def word_left(lines: Sequence[str], location: Location) -> Location:
    """To the start of the word at the cursor or before it; from a line's start to the one above."""
    row, column = location
    if column == 0:
        return left(lines, location)
    around = lines[row][max(0, column - WORD_REACH) : column]
    found = _NEXT_WORD.match(around[::-1])
    return row, column - (found.end() if found else 1)


def word_around(lines: Sequence[str], location: Location) -> tuple[Location, Location]:
    """Start and end of the word, or of the run of signs or blanks, that a location is in."""
    row, column = location
    line = lines[row]
    if not line:
        return location, location
    at = min(column, len(line) - 1)
    start, end = at, at + 1
    kind = _kind(line[at])
    while start and at - start < WORD_REACH and _kind(line[start - 1]) == kind:
        start -= 1
    while end < len(line) and end - at < WORD_REACH and _kind(line[end]) == kind:
        end += 1
    return (row, start), (row, end)


def paragraph_down(lines: Sequence[str], location: Location) -> Location:
    """To the next empty line that follows text, or to the end."""
    row = location[0]
    last = len(lines) - 1
    while row < last and not lines[row].strip():
        row += 1
    while row < last and lines[row].strip():
        row += 1
    return (row, 0) if not lines[row].strip() else (row, len(lines[row]))


def paragraph_up(lines: Sequence[str], location: Location) -> Location:
    """To the empty line before the text at or above the cursor, or to the start."""
    row = location[0] - (location[1] == 0)
    while row > 0 and not lines[row].strip():
        row -= 1
    while row > 0 and lines[row].strip():
        row -= 1
    return max(row, 0), 0


def first_text(line: str) -> int:
    """The column of the first character that is no blank."""
    return len(line) - len(line.lstrip())


def _kind(character: str) -> int:
    if character.isspace():
        return 0
    return 1 if character.isalnum() or character == "_" else 2
