"""The text being edited: lines broken at `\n` and nowhere else.

A change costs what it changes. Only a change in the number of lines moves the list of the lines
that follow, eight bytes a line.
"""

from dataclasses import dataclass
from typing import NamedTuple

Location = tuple[int, int]
"""Row and column in characters, both from 0. They compare as they follow each other."""


class Selection(NamedTuple):
    """From where a text is selected, and to where: the cursor is at `end`."""

    start: Location = (0, 0)
    end: Location = (0, 0)

    @classmethod
    def cursor(cls, location: Location) -> "Selection":
        """Nothing selected, the cursor here."""
        return cls(location, location)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return self.start == self.end

    @property
    def span(self) -> tuple[Location, Location]:
        """Both ends, the one that comes first in the text first."""
        return (self.start, self.end) if self.start <= self.end else (self.end, self.start)


@dataclass(frozen=True, slots=True)
class Change:
    """A replacement that took place."""

    start: Location
    """Where it begins."""
    end: Location
    """Where what was replaced ended, as a location before the change."""
    removed: str
    """What was replaced."""
    inserted: str
    """What took its place."""

    @property
    def stop(self) -> Location:
        """Where the new text ends, as a location after the change."""
        return advanced(self.start, self.inserted)

    @property
    def reversed(self) -> "Change":
        """The change that takes this one back."""
        return Change(self.start, self.stop, self.inserted, self.removed)

    def moved(self, location: Location) -> Location:
        """Where a location of the text before is in the text after."""
        if location < self.start:
            return location
        row, column = max(location, self.end)
        stop_row, stop_column = self.stop
        if row == self.end[0]:
            return stop_row, stop_column + column - self.end[1]
        return row + stop_row - self.end[0], column


class Buffer:
    """A text of one or more lines."""

    def __init__(self, text: str = "") -> None:
        self.lines: list[str] = text.split("\n")
        """The lines without their breaks; to be read, and changed by `replace` alone."""
        self.chars = len(text)
        """How many characters there are, line breaks included."""

    @property
    def text(self) -> str:
        """All of it; takes time and memory in proportion."""
        return "\n".join(self.lines)

    @property
    def end(self) -> Location:
        """The location behind the last character."""
        return len(self.lines) - 1, len(self.lines[-1])

    def clamp(self, location: Location) -> Location:
        """The nearest location that there is."""
        row, column = location
        if row < 0:
            return 0, 0
        if row >= len(self.lines):
            return self.end
        return row, min(max(column, 0), len(self.lines[row]))

    def text_between(self, start: Location, end: Location) -> str:
        """The text from `start` to `end`, which does not come before it."""
        (top, left), (bottom, right) = start, end
        if top == bottom:
            return self.lines[top][left:right]
        parts = self.lines[top : bottom + 1]
        parts[-1] = parts[-1][:right]
        parts[0] = parts[0][left:]
        return "\n".join(parts)

    def replace(self, start: Location, end: Location, text: str) -> Change:
        """Put `text` in the place of what lies between `start` and `end`, which comes not before.

        Both are clamped.
        """
        start, end = self.clamp(start), self.clamp(end)
        (top, left), (bottom, right) = start, end
        removed = self.text_between(start, end)
        before, behind = self.lines[top][:left], self.lines[bottom][right:]
        if top == bottom and "\n" not in text:
            self.lines[top] = f"{before}{text}{behind}"
        else:
            fresh = (before + text).split("\n")
            fresh[-1] += behind
            self.lines[top : bottom + 1] = fresh
        self.chars += len(text) - len(removed)
        return Change(start, end, removed, text)


def advanced(start: Location, text: str) -> Location:
    """Where a text ends that begins at `start`."""
    breaks = text.count("\n")
    if not breaks:
        return start[0], start[1] + len(text)
    return start[0] + breaks, len(text) - text.rfind("\n") - 1
