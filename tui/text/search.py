"""Finding and replacing in lines, in slices of a few milliseconds, so that keys get in between.

Each search is an iterator that yields what it finds and, whenever a slice is over, None. To cancel
it, stop asking. The lines must not change as long as it is asked. A pattern that is too slow ends
it with a SearchError that names the line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from tui.text.buffer import Location
from tui.text.pattern import Found, Pattern, SearchError, Span, TooSlowError

SLICE_SECONDS = 0.003
LINE_SECONDS = 0.01
"""For the matches to be shown in one line."""
KNOWN_LINES = 1_000
"""Whose matches are remembered."""

MOST_REPLACED = 500_000
"""Matches at once; more would fill the memory."""
MOST_IN_LINE = 32
"""Replacements in one line that are made one by one."""

Edit = tuple[Location, Location, str]
"""From where, to where, and what takes that place."""


@dataclass(frozen=True, slots=True)
class Match:
    """A match in a text; it lies within one line."""

    start: Location
    """Where it begins."""
    end: Location
    """Where it ends; the same where it is empty."""
    wrapped: bool = False
    """Whether it was found beyond the text's end, or its start."""


def find_next(
    lines: Sequence[str],
    pattern: Pattern,
    start: Location,
    *,
    backwards: bool = False,
    wrap: bool = True,
) -> Iterator[Match | None]:
    """The first match that begins at `start` or after it; backwards, the last before it.

    There are the same matches either way: those that come one after the other from a line's start.
    """
    row = start[0]
    if backwards:
        legs = [(range(row, -1, -1), False), (range(len(lines) - 1, row - 1, -1), True)]
    else:
        legs = [(range(row, len(lines)), False), (range(row + 1), True)]
    slices = _Slices()
    for rows, wrapped in legs if wrap else legs[:1]:
        for candidate in pattern.matcher.rows(lines, rows):
            best: Match | None = None
            if candidate is not None:
                for found in _found(lines, pattern, candidate):
                    first, last = (candidate, found.start), (candidate, found.end)
                    # The first leg has what is ahead, the second the rest.
                    if (first < start) is (backwards is not wrapped):
                        best = Match(first, last, wrapped)
                        if not backwards:
                            break
                    if slices.over:
                        yield None
                        slices.begin()
            if best is not None:
                yield best
                return
            if slices.over:
                yield None
                slices.begin()


def find_all(
    lines: Sequence[str], pattern: Pattern, within: tuple[Location, Location] | None = None
) -> Iterator[Match | None]:
    """Every match that lies within a part of the text, or in all of it."""
    for item in _every(lines, pattern, within):
        yield None if item is None else item[0]


class Replacing:
    r"""What every match that lies within a part of the text, or in all of it, is replaced with.

    For a regular expression the template may hold `\1`, `\g<name>`, `\n` and the like; for a text
    it is a text.
    """

    def __init__(
        self,
        lines: Sequence[str],
        pattern: Pattern,
        template: str,
        within: tuple[Location, Location] | None = None,
    ) -> None:
        self.edits: list[Edit] = []
        """The replacements so far, one after the other; those of a line may have become one."""
        self.matches = 0
        """How many matches they replace."""
        self._lines, self._pattern, self._template = lines, pattern, template
        self._within = within

    def steps(self) -> Iterator[None]:
        """Look for them. Raises SearchError where the template is wrong, or there are too many."""
        row = 0
        first = 0
        for item in _every(self._lines, self._pattern, self._within):
            if item is None:
                yield None
                continue
            match, found = item
            if match.start[0] != row:
                self._merge(first)
                row, first = match.start[0], len(self.edits)
            text = _replaced(self._pattern, found, self._template)
            self.edits.append((match.start, match.end, text))
            self.matches += 1
            if self.matches > MOST_REPLACED:
                raise SearchError(f"more than {MOST_REPLACED:,} matches: select a part of the text")
        self._merge(first)

    def _merge(self, first: int) -> None:
        """Make one of a line's replacements, where each by itself would copy a long line."""
        if len(self.edits) - first <= MOST_IN_LINE:
            return
        edits = self.edits[first:]
        (row, column), stop = edits[0][0], edits[-1][1]
        line = self._lines[row]
        parts = []
        for (_, start), (_, end), text in edits:
            parts += [line[column:start], text]
            column = end
        self.edits[first:] = [(edits[0][0], stop, "".join(parts))]


def replacement(
    lines: Sequence[str], pattern: Pattern, template: str, span: tuple[Location, Location]
) -> str | None:
    """What a match is replaced with, or None where there is none between these locations."""
    (row, first), (last_row, last) = span
    if row != last_row or row >= len(lines):
        return None
    for found in _found(lines, pattern, row):
        if found.start > first:
            break
        if (found.start, found.end) == (first, last):
            return _replaced(pattern, found, template)
    return None


class Highlights:
    """The spans of a pattern's matches in a line, to be drawn: few rather than late."""

    def __init__(self, pattern: Pattern) -> None:
        self._pattern = pattern
        self._known: dict[str, list[Span]] = {}
        self._tired = False

    def __call__(self, line: str) -> Sequence[Span]:
        """Where the matches are; without the empty ones, and those there is no time for."""
        known = self._known.get(line)
        if known is None:
            if len(self._known) >= KNOWN_LINES:
                self._known.clear()
            known = self._known[line] = [] if self._tired else self._look(line)
        return known

    def _look(self, line: str) -> list[Span]:
        until = perf_counter() + LINE_SECONDS
        spans: list[Span] = []
        try:
            for found in self._pattern.matcher.found(line):
                if found.start < found.end:
                    spans.append((found.start, found.end))
                if perf_counter() > until:
                    break
        except TooSlowError:
            # Each line of the screen would take as long.
            self._tired = True
        return spans


class _Slices:
    """Tells when a slice is over."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin another."""
        self._end = perf_counter() + SLICE_SECONDS

    @property
    def over(self) -> bool:
        """Whether it is time for a pause."""
        return perf_counter() > self._end


def _every(
    lines: Sequence[str], pattern: Pattern, within: tuple[Location, Location] | None
) -> Iterator[tuple[Match, Found] | None]:
    """Every match that lies within a part of the text, with what can take its place."""
    start, end = within or ((0, 0), (len(lines) - 1, len(lines[-1])))
    slices = _Slices()
    for row in pattern.matcher.rows(lines, range(start[0], end[0] + 1)):
        if row is not None:
            for found in _found(lines, pattern, row):
                match = Match((row, found.start), (row, found.end))
                if start <= match.start and match.end <= end:
                    yield match, found
                if slices.over:
                    yield None
                    slices.begin()
        if slices.over:
            yield None
            slices.begin()


def _found(lines: Sequence[str], pattern: Pattern, row: int) -> Iterator[Found]:
    """The matches in a row."""
    try:
        yield from pattern.matcher.found(lines[row])
    except TooSlowError as error:
        raise TooSlowError(f"{error} on line {row + 1:,}: make it simpler") from error


def _replaced(pattern: Pattern, found: Found, template: str) -> str:
    return found.expand(template) if pattern.regular else template
