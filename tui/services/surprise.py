"""A text read from its start by the network as it was trained, whenever nothing else is asked.

The predictor's thread reads piece by piece, each a few words long, and tells the bits of each. At
the end of some pieces it marks where it stands, so that after an edit it goes on from just before.
"""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tui.services.learner import Learner
from tui.services.mailbox import Overtaken, Tell
from tui.services.model import Model, Reader
from tui.services.reading import LIMIT, Bits, Words
from tui.text.buffer import Location

KEY = "surprise"

PIECES = (32, 64, 128, 256)
"""About how many characters the first pieces after an edit hold, and all that follow: what is near
the cursor is known soon."""

LONGEST_PIECE = 1024
"""Characters after which even a word is cut."""

AT_ONCE = 16
"""So many are read between two looks at whether something else is asked: a millisecond."""

MARK_EVERY = 1000
"""Characters from one mark to the next."""

NEAR = 16
"""So many pieces just read behind an edit are marked as well: the next edit is near."""

_ENDS = re.compile(r"[^\w'’]")
"""What no word goes on behind. A mark within a word would make two of it."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True, kw_only=True)
class Surprised:
    """The bits of a piece of the text."""

    errand: "ReadSurprise"
    """Which text it belongs to."""
    model: Model
    """Which model they are of."""
    start: int
    """The offset of the first character."""
    bits: Bits
    """Of each."""
    words: Words
    """Those it holds, all whole."""


@dataclass(frozen=True)
class _Mark:
    """A place that was read up to, and how to go on from there."""

    at: Location
    offset: int
    reader: Reader


class Trail:
    """Where the thread can go on reading a text that is edited. Used in that thread alone."""

    def __init__(self) -> None:
        self._model: Model | None = None
        self._far: list[_Mark] = []
        self._near: deque[_Mark] = deque(maxlen=NEAR)

    def back_to(self, model: Model, location: Location) -> _Mark:
        """The last mark not behind a place; what is behind it is forgotten."""
        if model is not self._model:
            self._model = model
            self._far = [_Mark((0, 0), 0, model.surprises())]
            self._near.clear()
        del self._far[bisect_right(self._far, location, key=lambda mark: mark.at) :]
        near = [mark for mark in self._near if mark.at <= location]
        self._near = deque(near, maxlen=NEAR)
        return max([self._far[-1], *near], key=lambda mark: mark.at)

    def add(self, mark: _Mark, *, near: bool) -> None:
        """Note a mark."""
        if mark.offset >= self._far[-1].offset + MARK_EVERY:
            self._far.append(mark)
        elif near:
            self._near.append(mark)


class ReadSurprise:
    """Reads a text from a place on, to its end or so many pieces of it at `most`.

    All before that place is as it was when `trail` was last used; `lines` must not change any more.
    """

    key = KEY

    def __init__(
        self, trail: Trail, lines: Sequence[str], begin: Location, most: int | None = None
    ) -> None:
        self._trail = trail
        self._lines = lines
        self._begin = begin
        self._most = most
        self._pieces = 0
        self._model: Model | None = None
        self._mark: _Mark | None = None
        # Of the piece that is being read: its text, how much of it is, and what was found.
        self._text, self._read = "", 0
        self._bits: list[Bits] = []
        self._reader: Reader

    def work(self, learner: Learner, tell: Tell, overtaken: Overtaken) -> bool:
        """Read on; `Surprised` tells each piece."""
        if learner.model is not self._model or self._mark is None:
            if self._model is not None:
                # Another one than before: from the start.
                self._begin = (0, 0)
            self._model = learner.model
            self._mark = self._trail.back_to(self._model, self._begin)
            self._begin_piece()
        while self._text:
            while self._read < len(self._text):
                if overtaken():
                    return False
                part = self._text[self._read : self._read + AT_ONCE]
                self._bits.append(self._reader.feed(part))
                self._read += len(part)
            tell(self._end_piece())
            self._begin_piece()
        return True

    def _begin_piece(self) -> None:
        """Take up the text behind the mark."""
        assert self._mark is not None
        self._text = self._piece(self._mark)
        self._reader = self._mark.reader.fork()
        self._bits, self._read = [], 0

    def _end_piece(self) -> Surprised:
        """Mark where the piece ends, and tell what is known of it."""
        assert self._mark is not None
        assert self._model is not None
        text, start, bits = self._text, self._mark.offset, np.concatenate(self._bits)
        self._pieces += 1
        self._mark = _Mark(self._advanced(len(text)), start + len(text), self._reader)
        if _ENDS.match(text[-1]) or len(text) >= LONGEST_PIECE:
            self._trail.add(self._mark, near=self._pieces <= NEAR)
        return Surprised(
            errand=self,
            model=self._model,
            start=start,
            bits=bits,
            words=words_of(text, start, bits),
        )

    def _piece(self, mark: _Mark) -> str:
        """The text behind a mark, no word cut through, about as long as this piece should be."""
        if self._pieces == self._most:
            return ""
        wanted = PIECES[min(self._pieces, len(PIECES) - 1)]
        row, column = mark.at
        parts: list[str] = []
        size = 0
        for part in self._parts(row, column):
            enough = wanted - size
            if len(part) > enough:
                cut = _cut(part, enough, LONGEST_PIECE - size)
                parts.append(part[:cut])
                break
            parts.append(part)
            size += len(part)
            if size >= wanted:
                break
        return "".join(parts)[: max(0, LIMIT - mark.offset)]

    def _parts(self, row: int, column: int) -> Iterator[str]:
        """The rest of a line, and each line that follows, with their breaks."""
        last = len(self._lines) - 1
        for at in range(row, last + 1):
            # A line may be long: no more of it is copied than a piece takes.
            line = self._lines[at][column : column + LONGEST_PIECE + 1]
            whole = column + len(line) == len(self._lines[at])
            yield f"{line}\n" if whole and at < last else line
            column = 0

    def _advanced(self, count: int) -> Location:
        """The place so many characters behind the mark."""
        assert self._mark is not None
        row, column = self._mark.at
        while column + count > len(self._lines[row]):
            count -= len(self._lines[row]) + 1 - column
            row, column = row + 1, 0
        return row, column + count


def _cut(text: str, at_least: int, at_most: int) -> int:
    """Behind the first end of a word from `at_least` on; `at_most` where there is none."""
    found = _ENDS.search(text, at_least)
    return min(found.end() if found else len(text), max(1, at_most))


def words_of(text: str, start: int, bits: Bits) -> Words:
    """The words of a piece that begins at offset `start`."""
    spans = [found.span() for found in _WORD.finditer(text)]
    places = np.array(spans, dtype=np.int64).reshape(-1, 2)
    sums = np.concatenate(([0.0], np.cumsum(bits, dtype=np.float64)))
    found = (sums[places[:, 1]] - sums[places[:, 0]]).astype(np.float32)
    return Words(places[:, 0] + start, places[:, 1] + start, found)
