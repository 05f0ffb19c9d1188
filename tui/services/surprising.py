"""The most surprising words of a text that comes in pieces, of any size."""

import heapq
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.float32]

_WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]+")
_BLANK = re.compile(r"\s")

LONGEST = 4096
"""What goes on for longer without a blank is no word, and is cut, so that memory stays small."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A word, and where in it a model was most surprised."""

    at: int
    """The character that surprised most, counted from 0 over the whole text."""
    line: int
    """Its line, from 1."""
    column: int
    """Its column, in characters from 1."""
    text: str
    """The word it stands in."""
    bits: float
    """Of that character."""


class MostSurprising:
    """Keeps the `count` words with the most surprising characters; each occurrence is one."""

    def __init__(self, count: int) -> None:
        self._count = count
        # The least surprising on top; of those that tie, the last.
        self._heap: list[tuple[float, int, Place]] = []
        self._text = ""  # what may still be the beginning of a word
        self._bits: Bits = np.empty(0, dtype=np.float32)
        self._at, self._line, self._column = 0, 1, 1

    def take(self, text: str, bits: Bits) -> None:
        """Go on with the text and the bits of each of its characters."""
        self._text += text
        self._bits = np.concatenate((self._bits, bits))
        blanks = list(_BLANK.finditer(self._text, max(0, len(self._text) - LONGEST)))
        self._look(blanks[-1].end() if blanks else max(0, len(self._text) - LONGEST))

    def places(self) -> tuple[Place, ...]:
        """The most surprising first, of all that was taken."""
        self._look(len(self._text))
        found = sorted(self._heap, key=lambda kept: (-kept[0], -kept[1]))
        return tuple(place for _, _, place in found)

    def _look(self, end: int) -> None:
        """Look at the words of what waits, up to `end`, and let go of it."""
        text, bits = self._text[:end], self._bits[:end]
        for word in _WORD.finditer(text):
            inside = bits[word.start() : word.end()]
            most = float(inside.max())
            if len(self._heap) == self._count and most <= self._heap[0][0]:
                continue
            at = word.start() + int(inside.argmax())
            before = text.rfind("\n", 0, at)
            place = Place(
                at=self._at + at,
                line=self._line + text.count("\n", 0, at),
                column=at - before if before >= 0 else self._column + at,
                text=word[0],
                bits=most,
            )
            heapq.heappush(self._heap, (most, -place.at, place))
            if len(self._heap) > self._count:
                heapq.heappop(self._heap)
        self._at += end
        self._line += text.count("\n")
        last = text.rfind("\n")
        self._column = end - last if last >= 0 else self._column + end
        self._text, self._bits = self._text[end:], self._bits[end:]
