"""What there is to learn in a document's text: what stayed, in the order of the text, once.

A document is looked at as the lines it ever had. A line that it had before teaches nothing, so that
what is typed, deleted and typed again was learned once, and wherever a line moves. Of a line that
was changed only what is new between its old beginning and its old end is learned.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from charlm_core.predict.prefix import common_prefix

STALE_LINES = 64
"""Among so many lines that are gone, the latest ones, a new line's earlier self is looked for."""

MOST_GONE = 200_000
"""Of lines that are gone so many characters are remembered, the latest; what was gone before them
teaches again if it comes back."""

LEAST_SHARED = 4
"""Of fewer characters in common, two lines are not versions of one."""


class Span(NamedTuple):
    """Part of a text."""

    start: int
    """Its first character."""
    end: int
    """The one behind its last."""


class Ledger:
    """The lines of one document that were learned, and how often each."""

    def __init__(self, lines: dict[str, int] | None = None) -> None:
        self.lines = Counter(lines or {})
        """In the order in which they were first learned."""

    def take(self, text: str) -> list[Span]:
        """The parts of `text` that are new, in its order; they count as learned from now on."""
        lines = text.split("\n")
        there = Counter(lines)
        gone = [line for line, count in self.lines.items() if count > there[line]]
        gone = gone[-STALE_LINES:]
        spans: list[Span] = []
        left = self.lines.copy()
        position = 0
        for number, line in enumerate(lines):
            end = position + len(line) + (number < len(lines) - 1)
            if left[line]:
                left[line] -= 1
            elif line and not line.isspace():
                spans.extend(_new_parts(line, position, end, gone))
                self.lines[line] += 1
            position = end
        self._forget_gone(there)
        return list(_joined(spans, text))

    def _forget_gone(self, there: Counter[str]) -> None:
        """Keep no more than MOST_GONE characters of what is not there any more."""
        left = MOST_GONE
        for line in [line for line in reversed(self.lines) if not there[line]]:
            left -= len(line)
            if left < 0:
                del self.lines[line]


def _new_parts(line: str, start: int, end: int, gone: list[str]) -> Iterator[Span]:
    """What of a line is in none of those that are gone; its line end counts with its last part."""
    before = after = 0
    for earlier in gone:
        prefix = common_prefix(line, earlier)
        suffix = common_prefix(line[prefix:][::-1], earlier[prefix:][::-1])
        if prefix + suffix > max(before + after, LEAST_SHARED - 1):
            before, after = prefix, suffix
    if before + after < len(line):
        yield Span(start + before, start + len(line) - after if after else end)


def _joined(spans: list[Span], text: str) -> Iterator[Span]:
    """The same, with spans made one that have only blanks between them."""
    open_span: Span | None = None
    for span in spans:
        if open_span is None:
            open_span = span
        elif not text[open_span.end : span.start].strip():
            open_span = Span(open_span.start, span.end)
        else:
            yield open_span
            open_span = span
    if open_span is not None:
        yield open_span
