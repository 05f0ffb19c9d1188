"""The character vocabulary: which characters a model knows, and their numbers.

Index 0 is the unknown symbol. It stands for every character outside the vocabulary that no other
stands for, is trained on the rare ones, and is never suggested. Every other index has one code
point of its own, in ascending order, so the same text always gives the same vocabulary; it stands
also for those outside the vocabulary that a person would call the same (`charlm_core.folding`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from charlm_core.characters import is_control
from charlm_core.errors import ConfigError
from charlm_core.folding import stand_ins

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""What the unknown symbol decodes to; in a text it encodes to the unknown symbol as well."""

MAX_SYMBOLS = 1 << 16
"""Indices fit in 16 bits, the widest an encoded corpus is stored in."""

CODE_POINTS = 0x110000
SURROGATES = slice(0xD800, 0xE000)

Ids = npt.NDArray[np.uint16]
Counts = npt.NDArray[np.int64]


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """The code points of `text`, shape (len(text),); lone surrogates are kept as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def count_characters(texts: Iterable[str]) -> Counts:
    """How often each code point occurs over all of `texts`, shape (0x110000,)."""
    counts = np.zeros(CODE_POINTS, dtype=np.int64)
    for text in texts:
        # Counting only as far as the highest code point keeps small texts cheap.
        found = np.bincount(code_points(text))
        counts[: len(found)] += found
    return counts


@dataclass(frozen=True, slots=True)
class Vocab:
    """An immutable, ordered set of characters. `symbols[0]` is the unknown symbol.

    Raises ConfigError when the symbols are not distinct single characters with UNKNOWN first.
    """

    symbols: tuple[str, ...]
    """The character of each index; index 0 is UNKNOWN."""
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.symbols or self.symbols[0] != UNKNOWN:
            raise ConfigError("vocabulary: the first symbol must be the unknown symbol U+FFFD")
        if len(self.symbols) > MAX_SYMBOLS:
            raise ConfigError(f"vocabulary: {len(self.symbols)} symbols, at most {MAX_SYMBOLS}")
        for position, symbol in enumerate(self.symbols):
            if len(symbol) != 1 or "\ud800" <= symbol <= "\udfff":
                raise ConfigError(f"vocabulary: symbol {position} is not a single character")
        index = {symbol: position for position, symbol in enumerate(self.symbols)}
        if len(index) != len(self.symbols):
            raise ConfigError("vocabulary: a character occurs twice")
        object.__setattr__(self, "_index", index)

    @classmethod
    def from_counts(cls, counts: Counts, rare_share: float = 0.0) -> "Vocab":
        """Build from character counts (see `count_characters`).

        Characters that make up less than `rare_share` of the text, a number in [0, 1), are left to
        those that stand for them, or to the unknown symbol; so are the rarest ones beyond
        MAX_SYMBOLS, and lone surrogates, which no file can hold.
        """
        if not 0.0 <= rare_share < 1.0:
            raise ConfigError(f"rare_share: {rare_share} is not in [0, 1)")
        counts = counts.copy()
        counts[ord(UNKNOWN)] = 0
        counts[SURROGATES] = 0
        kept = np.flatnonzero((counts > 0) & (counts >= rare_share * counts.sum()))
        if len(kept) >= MAX_SYMBOLS:
            commonest = np.argsort(-counts[kept], kind="stable")[: MAX_SYMBOLS - 1]
            kept = np.sort(kept[commonest])
        return cls((UNKNOWN, *map(chr, kept.tolist())))

    @classmethod
    def from_text(cls, text: str, rare_share: float = 0.0) -> "Vocab":
        """Build from one text; see `from_counts`."""
        return cls.from_counts(count_characters([text]), rare_share)

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, character: str) -> bool:
        """Whether `character` has an index of its own (the unknown symbol itself has none)."""
        return self._index.get(character, 0) != 0

    def id_of(self, character: str) -> int:
        """The index of one character, or of the one that stands for it; 0 when it is unknown."""
        found = self._index.get(character)
        return self._stand_in(character) if found is None else found

    def _stand_in(self, character: str) -> int:
        """The index of what stands for a character outside the vocabulary; 0 if nothing does."""
        for other in stand_ins(character):
            if other in self._index:
                return self._index[other]
        return 0

    def encode(self, text: str) -> Ids:
        """The indices of `text`, shape (len(text),), each as `id_of` says."""
        known = code_points("".join(self.symbols[1:]))
        beyond = int(known.max(initial=0)) + 1
        # One look-up table over the code points, as long as the highest known one needs.
        table = np.zeros(beyond + 1, dtype=np.uint16)
        table[known] = np.arange(1, len(self.symbols))
        codes = code_points(text)
        ids: Ids = table.take(codes, mode="clip")
        strange = np.flatnonzero(ids == 0)
        if len(strange):
            ids[strange] = self._stand_ins(codes[strange])
        return ids

    def _stand_ins(self, codes: npt.NDArray[np.uint32]) -> Ids:
        """The indices of what stands for characters outside the vocabulary, of the same shape."""
        # Each is looked up once, however often it occurs.
        highest = int(codes.max())
        met = np.zeros(highest + 1, dtype=np.bool_)
        met[codes] = True
        table = np.zeros(highest + 1, dtype=np.uint16)
        for code in np.flatnonzero(met).tolist():
            table[code] = self._stand_in(chr(code))
        return table[codes]

    def decode(self, ids: Iterable[int] | npt.NDArray[np.integer]) -> str:
        """The text of `ids`; index 0 becomes UNKNOWN. Raises IndexError outside the vocabulary."""
        indices = [int(index) for index in ids]
        if min(indices, default=0) < 0:
            raise IndexError(f"{min(indices)} is not an index of the vocabulary")
        return "".join([self.symbols[index] for index in indices])

    def suggestible(self) -> npt.NDArray[np.bool_]:
        """Which symbols may be suggested, shape (len(self),): not the unknown one, no controls.

        The newline counts as suggestible: a prediction of it says that the line is over.
        """
        allowed = [symbol == "\n" or not is_control(symbol) for symbol in self.symbols]
        allowed[0] = False
        return np.array(allowed)
