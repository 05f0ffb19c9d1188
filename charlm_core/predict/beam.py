"""Beam search without an end: of several texts the likeliest, told as far as it is certain.

The search of Lowerre (1976). A character is decided once all texts that are still looked at agree
on it, or once the likeliest one has gone FARTHEST characters beyond it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from charlm_core.predict.proposal import Alphabet
from charlm_core.predict.sampling import log_softmax
from charlm_core.predict.source import Point, Source

FARTHEST = 64
"""So many characters are looked ahead before the likeliest text is taken at its word."""


@dataclass(frozen=True, slots=True)
class _Text:
    """One of those looked at."""

    symbols: tuple[int, ...]
    """What of it is not decided."""
    score: float
    """The log-probability of all of it, nats, counted from that of the likeliest one."""
    point: Point
    """The point at its end."""


class Beam:
    """A search that goes on for as long as one asks. A value: a copy searches on by itself.

    Its memory is constant. Of texts that are as likely the one found first is kept.
    """

    def __init__(self, source: Source, alphabet: Alphabet, width: int, point: Point) -> None:
        self._source = source
        self._alphabet = alphabet
        self._width = width
        self._texts: tuple[_Text, ...] = (_Text((), 0.0, point),)
        self._over = False

    def next(self, cancelled: Callable[[], bool]) -> int | None:
        """The symbol that comes next.

        None where nothing may follow, or when `cancelled`, asked before each look at a text, says
        so: what was found by then is kept for when one asks again.
        """
        while True:
            ahead = self._texts[0].symbols
            if ahead and (self._over or len(ahead) == FARTHEST or self._agree(ahead[0])):
                self._decide(ahead[0])
                return ahead[0]
            if self._over or not self._grow(cancelled):
                return None

    def _agree(self, symbol: int) -> bool:
        return all(text.symbols[0] == symbol for text in self._texts)

    def _decide(self, symbol: int) -> None:
        """Keep the texts that go on with this symbol."""
        self._texts = tuple(
            replace(text, symbols=text.symbols[1:])
            for text in self._texts
            if text.symbols[0] == symbol
        )

    def _grow(self, cancelled: Callable[[], bool]) -> bool:
        """Look one character on in all texts; False, and nothing changes, when cancelled."""
        rows = []
        for text in self._texts:
            if cancelled():
                return False
            said = self._source.log_probabilities(text.point)  # (V,)
            likely = log_softmax(said) if said.max() > -np.inf else said
            rows.append(likely + self._alphabet.mask + text.score)
        scores = np.concatenate(rows)  # (texts·V,)
        best = np.negative(scores).argsort(kind="stable")[: self._width]
        best = best[scores[best] > -np.inf]
        if not len(best):
            self._over = True
            return True
        likeliest = float(scores[best[0]])
        grown = []
        for place in best.tolist():
            index, symbol = divmod(place, len(self._alphabet.symbols))
            text = self._texts[index]
            point = self._source.advance(symbol, text.point)
            score = float(scores[place]) - likeliest
            grown.append(_Text((*text.symbols, symbol), score, point))
        self._texts = tuple(grown)
        return True
