"""What was written, remembered: counts of what followed each context, growing as one writes.

A log-structured merge (O'Neil et al. 1996): what has just been learned waits in a list, then goes
into a small sorted index, that into a large one. Texts chosen beforehand are indexes of their own.
"""

from collections.abc import Iterable

import numpy as np

from charlm_core.predict.index import EMPTY, ORDERS, Context, Counts, Index, advance

PENDING = 32
"""So many characters are learned before any of them can be found again."""

FRESH = 8192
"""So many are merged into the large index at once."""

OWN_WORTH = 6.0
"""What one has written oneself counts so many times what stands in texts chosen beforehand."""


class Memory:
    """Characters and what stood before them, to be counted and to grow."""

    def __init__(self, symbols: int, texts: Iterable[Index] = ()) -> None:
        self._symbols = symbols
        self._texts = [index for index in texts if len(index)]
        self._large = Index.empty()
        self._fresh = Index.empty()
        self._pending: list[int] = []
        self._before = EMPTY
        self._end = EMPTY

    @property
    def chars(self) -> int:
        """How many characters it holds."""
        indexes = (*self._texts, self._large, self._fresh)
        return sum(map(len, indexes)) + len(self._pending)

    def learn(self, context: Context, symbol: int) -> None:
        """Remember that `symbol` followed `context`. Cheap; the sorting is done now and then."""
        if self._pending and context != self._end:
            self.settle()
        if not self._pending:
            self._before = context
        self._pending.append(symbol)
        self._end = advance(context, symbol)
        if len(self._pending) >= PENDING:
            self.settle()

    def add(self, index: Index) -> None:
        """Remember all that an index holds, as if it had been learned."""
        self._large = self._large.with_inserted(index)

    def counts(self, context: Context) -> Counts:
        """How often each symbol followed the context's last ORDERS[k] symbols, (orders, V).

        What was learned counts OWN_WORTH times as much as what stands in the texts.
        """
        counts = np.zeros((len(ORDERS), self._symbols))
        for index in (self._large, self._fresh):
            if len(index):
                index.add_counts(context, counts)
        if self._texts:
            counts *= OWN_WORTH
            for index in self._texts:
                index.add_counts(context, counts)
        return counts

    def settle(self) -> None:
        """Have all be found that was learned.

        What waits is sorted into the small index, and that into the large one when it is full.
        """
        if not self._pending:
            return
        pending = Index.build(np.array(self._pending, dtype=np.uint16), self._before)
        self._pending.clear()
        self._fresh = self._fresh.with_inserted(pending)
        if len(self._fresh) >= FRESH:
            self._large = self._large.with_inserted(self._fresh)
            self._fresh = Index.empty()
