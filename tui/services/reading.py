"""How surprising a text is, as far as a model has read it; kept up to date while it is edited.

All of it is known from the text's start up to some place. A change keeps what is before it. Rows
and columns are found by where each row begins, which is known up to the last change and looked up
from there on as far as it takes.
"""

import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from tui.text.buffer import Buffer, Location
from tui.text.heat import BOUNDS, UNREAD

LIMIT = 2_000_000
"""Characters from a text's start that are read; of what is behind nothing is known."""

HOLD_SECONDS = 0.75
"""After a change, lines behind it look for so long as they did before, where they are not read anew
by then: they would all flash at every key."""

HELD_LINES = 512
"""How many lines are remembered as they looked."""

LONG = 1 << 14
"""Of a longer line it is not remembered."""

_STEPS = np.array(BOUNDS, dtype=np.float32)

Bits = npt.NDArray[np.float32]
Offsets = npt.NDArray[np.int64]
Kind = TypeVar("Kind", bound=np.generic)
Found = TypeVar("Found")


class Words(NamedTuple):
    """Words of a text and how surprising they are, in order; arrays as long as they are many."""

    starts: Offsets
    """The offset of the first character of each."""
    ends: Offsets
    """The offset behind the last one."""
    bits: Bits
    """Of all its characters together."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word that surprised."""

    at: Location
    """Where it begins."""
    text: str
    """Its characters."""
    bits: float
    """Of all of them together."""


class _Grown(Generic[Kind]):
    """An array that grows at its end, and is cut off there."""

    def __init__(self, kind: type[Kind]) -> None:
        self._room: npt.NDArray[Kind] = np.empty(1024, dtype=kind)
        self.size = 0

    @property
    def values(self) -> npt.NDArray[Kind]:
        """All of them; changes with the next one that is appended after a cut."""
        return self._room[: self.size]

    def append(self, values: npt.NDArray[Any]) -> None:
        needed = self.size + len(values)
        if needed > len(self._room):
            grown = np.empty(max(needed, 2 * len(self._room)), dtype=self._room.dtype)
            grown[: self.size] = self.values
            self._room = grown
        self._room[self.size : needed] = values
        self.size = needed

    def cut(self, size: int) -> None:
        self.size = min(self.size, size)


class Reading:
    """What is known of one buffer. Whoever changes that says so, at once."""

    def __init__(self, buffer: Buffer, clock: Callable[[], float] = time.monotonic) -> None:
        self.buffer = buffer
        """The text."""
        self._clock = clock
        self._starts = [0]
        self._bits = _Grown(np.float32)
        self._word_starts, self._word_ends = _Grown(np.int64), _Grown(np.int64)
        self._word_bits = _Grown(np.float32)
        # How lines looked last: by what they say, by row, and before the last change.
        self._held: dict[str, bytes] = {}
        self._shown: dict[int, str] = {}
        self._before: list[tuple[str, bytes]] = []
        # Of rows that are read to their end: each is asked for once for each screen line of it.
        self._whole: dict[int, bytes] = {}
        self._found: dict[str, Any] = {}
        self._changed_at = -HOLD_SECONDS
        self.changes = 0
        """How often the text has changed."""

    # How far it is read.

    @property
    def known(self) -> int:
        """How many characters from the start on are read."""
        return self._bits.size

    @property
    def size(self) -> int:
        """How many are going to be."""
        return min(LIMIT, self.buffer.chars)

    @property
    def done(self) -> bool:
        """Whether all of them are."""
        return self.known >= self.size

    @property
    def frontier(self) -> Location:
        """Where what is not read begins."""
        return self.location(self.known)

    def changed(self, start: Location) -> None:
        """Take note that the text has changed from here on."""
        row, column = start
        lines = [self._shown.pop(one, "") for one in (row, row + 1)]
        self._before = [(line, self._held[line]) for line in lines if line in self._held]
        self._whole = {one: known for one, known in self._whole.items() if one < row}
        # Rows before it are as they were.
        if (first := self._start_of(row)) is not None:
            self._cut(first + column)
        del self._starts[row + 1 :]
        self._changed_at = self._clock()
        self.changes += 1

    def forget(self) -> None:
        """Know nothing: another model is going to read."""
        self._cut(0)
        self._whole.clear()
        self._held.clear()
        self._before.clear()

    def add(self, start: int, bits: Bits, words: Words) -> None:
        """Know the bits of the characters from offset `start` on, and all words that begin there.

        Raises ValueError where some between are not known.
        """
        self._found.clear()
        known = self.known
        if start > known:
            raise ValueError(f"bits from {start} on, but {known} are known")
        self._bits.append(bits[known - start :])
        self._keep_words(int(np.searchsorted(self._word_starts.values, start)))
        self._word_starts.append(words.starts)
        self._word_ends.append(words.ends)
        self._word_bits.append(words.bits)

    def _cut(self, size: int) -> None:
        """Know so many characters at most, and the words among them."""
        self._found.clear()
        self._bits.cut(size)
        self._keep_words(int(np.searchsorted(self._word_ends.values, size, side="right")))

    def _keep_words(self, count: int) -> None:
        for grown in (self._word_starts, self._word_ends, self._word_bits):
            grown.cut(count)

    # Offsets and places.

    def offset(self, location: Location) -> int:
        """How many characters come before a place."""
        row, column = location
        starts, lines = self._starts, self.buffer.lines
        while len(starts) <= row:
            starts.append(starts[-1] + len(lines[len(starts) - 1]) + 1)
        return starts[row] + column

    def location(self, offset: int) -> Location:
        """The place of an offset."""
        starts, lines = self._starts, self.buffer.lines
        while starts[-1] <= offset and len(starts) < len(lines):
            starts.append(starts[-1] + len(lines[len(starts) - 1]) + 1)
        row = bisect_right(starts, offset) - 1
        return row, offset - starts[row]

    # What it looks like.

    def levels(self, row: int, start: int, end: int) -> bytes:
        """The level of surprise of each column of a row from `start` on, up to `end`."""
        if (whole := self._whole.get(row)) is not None:
            return whole[start:end]
        line = self.buffer.lines[row]
        if len(line) > LONG:
            known = self._known_levels(row, start, end)
            return known + self._unread(end - start - len(known))
        known = self._known_levels(row, 0, len(line))
        if len(known) < len(line):
            rest = self._unread(len(line) - len(known))
            if self._clock() < self._changed_at + HOLD_SECONDS:
                rest = self._looked(line)[len(known) :]
            known += rest
        elif line:
            self._whole[row] = known
        if len(self._held) >= HELD_LINES:
            self._held.clear()
            self._shown.clear()
            self._whole.clear()
        self._held[line], self._shown[row] = known, line
        return known[start:end]

    def _known_levels(self, row: int, start: int, end: int) -> bytes:
        """The levels of columns of a row, as far as they are read."""
        first = self._start_of(row)
        if first is None or first + start >= self.known:
            return b""
        bits = self._bits.values[first + start : min(first + end, self.known)]
        return _STEPS.searchsorted(bits, side="right").astype(np.uint8).tobytes()

    def _unread(self, count: int) -> bytes:
        """How so many characters look that are not read."""
        return bytes(count) if self.done else bytes([UNREAD]) * count

    def _looked(self, line: str) -> bytes:
        """How a line looked that is not read anew yet, or what it ends in did."""
        if (held := self._held.get(line)) is not None:
            return held
        most, looked = 0, b""
        for before, levels in self._before:
            shared = _common_end(before, line)
            if shared > most:
                most, looked = shared, levels[len(levels) - shared :]
        return bytes(len(line) - most) + looked

    def _start_of(self, row: int) -> int | None:
        """Where a row begins; None where it is not read."""
        starts, lines, known = self._starts, self.buffer.lines, self.known
        while len(starts) <= row and starts[-1] < known:
            starts.append(starts[-1] + len(lines[len(starts) - 1]) + 1)
        return starts[row] if row < len(starts) else None

    # What there is to know of it.

    @property
    def bpc(self) -> float:
        """Bits a character of all that is read; NaN of nothing."""
        return self._once("bpc", lambda: _mean(self._bits.values))

    def line_bpc(self, row: int) -> float:
        """Bits a character of a line; NaN where it is not read or empty."""
        first = self._start_of(row)
        last = None if first is None else first + len(self.buffer.lines[row])
        if first is None or last is None or last > self.known:
            return float("nan")
        return _mean(self._bits.values[first:last])

    def bits_before(self, location: Location) -> float:
        """The bits of the character before a place; NaN where it is not read, or there is none."""
        first = self._start_of(location[0])
        at = -1 if first is None else first + location[1] - 1
        return float(self._bits.values[at]) if 0 <= at < self.known else float("nan")

    def curve(self, cells: int, location: Location) -> tuple[tuple[float, ...], int]:
        """Bits a character of as many stretches of equal length, and in which of them a place is.

        NaN where a stretch is not read. There are no more of them than characters.
        """
        size = self.size
        cells = max(1, min(cells, size))
        edges = [size * cell // cells for cell in range(cells + 1)]
        bits = self._bits.values
        # An edit may have made it longer by what is not read yet.
        values = self._once(
            f"curve {cells} {size}",
            lambda: tuple(_mean(bits[first:last]) for first, last in pairwise(edges)),
        )
        return values, min(cells - 1, bisect_right(edges, min(self.offset(location), size)) - 1)

    def most_surprising(self, count: int) -> list[Word]:
        """The words with most bits, the most surprising first."""
        return self._once(f"words {count}", lambda: self._most_surprising(count))

    def _once(self, name: str, find: Callable[[], Found]) -> Found:
        """What was found since the bits were last others, or is found now."""
        if name not in self._found:
            self._found[name] = find()
        found: Found = self._found[name]
        return found

    def _most_surprising(self, count: int) -> list[Word]:
        bits = self._word_bits.values
        picked = np.arange(len(bits))
        if len(bits) > 4 * count:
            picked = np.sort(np.argpartition(-bits, count)[: count + 1])
        picked = picked[np.argsort(-bits[picked], kind="stable")][:count]
        return [self._word(int(index)) for index in picked]

    def next_surprise(self, location: Location, *, backwards: bool = False) -> Location | None:
        """Where characters of the highest level begin next, around the end; None without any."""
        high = self._bits.values >= BOUNDS[-1]
        begun = np.flatnonzero(high & ~np.concatenate((high[:1] & False, high[:-1])))
        if not len(begun):
            return None
        here = self.offset(location)
        if backwards:
            return self.location(int(begun[np.searchsorted(begun, here) - 1]))
        after = int(np.searchsorted(begun, here, side="right"))
        return self.location(int(begun[after % len(begun)]))

    def _word(self, index: int) -> Word:
        at = self.location(int(self._word_starts.values[index]))
        row, column = at
        length = int(self._word_ends.values[index] - self._word_starts.values[index])
        return Word(
            at=at,
            text=self.buffer.lines[row][column : column + length],
            bits=float(self._word_bits.values[index]),
        )


def _mean(bits: Bits) -> float:
    return float(bits.mean(dtype=np.float64)) if len(bits) else float("nan")


def _common_end(one: str, other: str) -> int:
    """How many characters two texts share at their ends."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle :] == other[len(other) - middle :]:
            low = middle
        else:
            high = middle - 1
    return low
