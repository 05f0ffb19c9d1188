"""A text as a model reads it: the figures of all of it, and at each character what it thought."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from charlm_core import CorpusError, Score, Surprises, looks
from tui.services.closely import CloseLooks, CloseNotes
from tui.services.surprising import MostSurprising, Place

if TYPE_CHECKING:
    from charlm_core import Mixture, Model

SHOWN = 200_000
"""Of a longer text so many characters are shown; figures are of all of it."""

EXPECTED = 4
"""So many characters are told that were expected at each, the likeliest."""

SURPRISING = 30
"""So many of the most surprising words are told."""

SLICE = 2048
"""After so many characters one hears how far the reading is."""

_NATS = float(np.log(2))

Bits = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Explained:
    """What there is to tell of a text; arrays are of the n characters that are shown."""

    text: str
    """The n characters, the beginning of the text."""
    static: Score
    """Of the whole text, by the network as it was trained."""
    adaptive: Score | None
    """Of the whole text, learning along; None where nothing was learned."""
    bits: Bits
    """Of each character, as it was trained, (n,)."""
    learning: Bits | None
    """The same learning along."""
    likeliest: npt.NDArray[np.uint16]
    """The symbols that the network found likeliest in each one's place, (n, EXPECTED)."""
    chances: npt.NDArray[np.float32]
    """Their probabilities."""
    places: tuple[Place, ...]
    """The most surprising words of the whole text, as it was trained."""
    start: int
    """The first character that was looked at closely, counted from 0."""
    close: CloseLooks
    """What was seen from there on."""
    symbols: tuple[str, ...]
    """The character of each symbol."""


class Explaining:
    """Gathers what there is to tell: first `read`, then `look`, each to its end."""

    def __init__(self, model: "Model", closely: range, shown: int = SHOWN) -> None:
        self._model = model
        self._shown = shown
        self._closely = range(min(closely.start, shown), min(closely.stop, shown))
        self._pieces: list[str] = []
        self._bits: list[Bits] = []
        self._likeliest: list[npt.NDArray[np.uint16]] = []
        self._chances: list[npt.NDArray[np.float32]] = []
        self._surprising = MostSurprising(SURPRISING)
        self._static = Score(0.0, 0)
        self._adaptive: Score | None = None
        self._learning: list[float] = []
        self._notes = CloseNotes()

    def read(self, chunks: Iterable[str]) -> Iterator[Score]:
        """Read the text as the network was trained, telling the score so far."""
        surprises = Surprises(self._model)
        for piece in _sliced(chunks):
            left = max(0, self._shown - surprises.chars)
            shown, rest = piece[:left], piece[left:]
            # What is expected costs a sort, and is of use only where it is shown.
            expected = surprises.expect(shown, EXPECTED)
            bits = np.concatenate((expected.bits, surprises.feed(rest)))
            if shown:
                self._pieces.append(shown)
                self._bits.append(expected.bits)
                self._likeliest.append(expected.likeliest)
                self._chances.append(expected.chances)
            self._surprising.take(piece, bits)
            self._static += Score(float(bits.sum(dtype=np.float64)) * _NATS, len(piece))
            yield self._static

    def look(self, chunks: Iterable[str], mixture: "Mixture | None") -> Iterator[Score]:
        """Read it again, looking closely; where `mixture` learns along, to the end of the text.

        The score so far is of what predicts. What has been added to the text meanwhile is left
        out; raises CorpusError where it has become shorter.
        """
        found = Score(0.0, 0)
        shown = "".join(self._pieces)
        chunks = _first(chunks, self._static.chars)
        for look in looks(self._model, chunks, self._closely, mixture):
            if look.close is not None:
                symbol = self._model.vocab.id_of(shown[found.chars])
                self._notes.take(look.close, symbol)
            if found.chars < self._shown:
                self._learning.append(look.nats)
            found = Score(found.total_nats + look.nats, found.chars + 1)
            if mixture is None and found.chars >= self._closely.stop:
                break
            if found.chars % SLICE == 0:
                yield found
        if mixture is not None:
            if found.chars < self._static.chars:
                raise CorpusError("the text has become shorter while it was read")
            self._adaptive = found
        yield found

    def explained(self) -> Explained:
        """All that was gathered."""
        learning: Bits | None = None
        if self._adaptive is not None:
            learning = (np.array(self._learning) / _NATS).astype(np.float32)
        none = np.empty((0, EXPECTED))
        return Explained(
            text="".join(self._pieces),
            static=self._static,
            adaptive=self._adaptive,
            bits=np.concatenate([none[:, 0].astype(np.float32), *self._bits]),
            learning=learning,
            likeliest=np.concatenate(self._likeliest or [none.astype(np.uint16)]),
            chances=np.concatenate(self._chances or [none.astype(np.float32)]),
            places=self._surprising.places(),
            start=self._closely.start,
            close=self._notes.looks(),
            symbols=self._model.vocab.symbols,
        )


def _first(chunks: Iterable[str], count: int) -> Iterator[str]:
    """The first `count` characters of a text in pieces."""
    for chunk in chunks:
        yield chunk[:count]
        count -= len(chunk)
        if count <= 0:
            break


def _sliced(chunks: Iterable[str]) -> Iterator[str]:
    """The same text in pieces of SLICE characters at most."""
    for chunk in chunks:
        for start in range(0, len(chunk), SLICE):
            yield chunk[start : start + SLICE]
