"""Texts that go round in circles: noticed while they are written.

A text repeats itself when its end has a period: every character of it, but for the first period,
is the one that stood a period before. Prose does that for a moment, as in a row of dots; so it
counts only where at least two more periods followed the first one, and LEAST characters.
"""

from dataclasses import dataclass

LONGEST_PERIOD = 256
"""Circles longer than this go unnoticed, in characters."""

LEAST = 48
"""So many characters at least must have come again. What is left of false alarms are rows of one
or two characters: on a million characters of English prose eight ruled lines and padded tables, on
as many of Russian two rows of dots, of Python none but a table of equal numbers."""

_KEPT = 4 * LONGEST_PERIOD
"""The end of a text that is kept: three of the longest periods, and some."""


@dataclass(frozen=True)
class Loop:
    """A text that repeats itself to its end."""

    start: int
    """The first character that belongs to it, counted from 0."""
    period: int
    """After so many characters it comes again, 1 to LONGEST_PERIOD."""


class LoopWatch:
    """Watches a text grow. A value: a copy watches on by itself.

    What it tells depends on the text alone, not on the pieces it came in. Its memory is constant.
    """

    def __init__(self) -> None:
        self.chars = 0
        """How much it has seen, in characters."""
        self.loop: Loop | None = None
        """What the text is in at its end. One that has been found is held to while it lasts, though
        a part of it may have a shorter period."""
        self._end = ""

    def feed(self, text: str) -> None:
        """Watch the text grow by `text`."""
        for character in text:
            self.saw(character)

    def saw(self, character: str) -> None:
        """Watch the text grow by one character."""
        end = self._end + character
        if len(end) > 2 * _KEPT:
            end = end[-_KEPT:]
        self._end = end
        self.chars += 1
        if self.loop is not None:
            if end[-1 - self.loop.period] == character:
                return
            self.loop = None
        if len(end) > LEAST:
            self.loop = self._found(end)

    def _found(self, end: str) -> Loop | None:
        """The shortest period that a text has long enough at its end."""
        again = end[-LEAST:]
        here = len(end) - LEAST
        place = here
        # From the nearest place on where the last characters stood before.
        while (place := end.rfind(again, max(0, here - LONGEST_PERIOD), place + LEAST - 1)) >= 0:
            period = here - place
            repeated = _same_end(end, end[:-period])
            if repeated >= 2 * period:
                return Loop(self.chars - repeated - period, period)
        return None


def _same_end(one: str, other: str) -> int:
    """How many characters the ends of two texts share."""
    # Halving the doubt compares whole strings, which is quicker than a character at a time.
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[-middle:] == other[-middle:]:
            low = middle
        else:
            high = middle - 1
    return low
