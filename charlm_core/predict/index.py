"""Every place of a text, sorted by what stands before it: which characters followed a context?

A place's key is its preceding characters read backwards, the nearest first, one byte each: eight in
a 64-bit number, the eight before those in a second one. Sorted by both, the places that share a
context of any length lie side by side, so that a binary search finds them all and the intervals of
longer contexts lie within those of shorter ones. This is the sorted context of Burrows and Wheeler
(1994) and the suffix array of Manber and Myers (1993), cut at 16 characters and kept in arrays that
NumPy sorts and searches: 18 bytes a character, and a query reads a few pages of a mapped file.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from charlm_core.errors import MemoryFileError
from charlm_core.storage import open_regular, read_regular, replace_directory
from charlm_core.vocab import Vocab

Keys = npt.NDArray[np.uint64]
Symbols = npt.NDArray[np.uint16]
Counts = npt.NDArray[np.float64]

Context = tuple[int, int]
"""The last 16 symbols as two keys: the nearest eight, and the eight before them."""

EMPTY: Context = (0, 0)
"""The context at the start of a text."""

ORDERS = (2, 3, 4, 5, 6, 8, 11, 16)
"""The lengths of context, in characters, that are looked up."""

REACH = 16
"""The longest of them."""

CODES = 255
"""How many symbols a context tells apart. Those of larger vocabularies share them."""

MOST_COUNTED = 256
"""Of more places than twice this only every so-manieth is counted, and stands for the others."""

FEW = 512
"""Of so many places all orders are counted at once."""

FORMAT_VERSION = 1
META_FILE = "index.json"

_BYTE = 8
_NEAR = 8
_ALL = (1 << 64) - 1


def _bounds(orders: Sequence[int]) -> tuple[Keys, Keys]:
    """For each order the bits of a key that it compares, and the distance to the next such key."""
    rest = [64 - _BYTE * order for order in orders]
    return (
        np.array([_ALL ^ ((1 << bits) - 1) for bits in rest], dtype=np.uint64),
        np.array([1 << bits for bits in rest], dtype=np.uint64),
    )


_NEAR_ORDERS = [order for order in ORDERS if order <= _NEAR]
_NEAR_MASKS, _NEAR_STEPS = _bounds(_NEAR_ORDERS)
_FAR_MASKS, _FAR_STEPS = _bounds([order - _NEAR for order in ORDERS if order > _NEAR])
_NEAR_COUNT, _FAR_COUNT = len(_NEAR_MASKS), len(_FAR_MASKS)


def advance(context: Context, symbol: int) -> Context:
    """The context after one more symbol."""
    near, far = context
    # Larger vocabularies share codes, which merges a few rare contexts; 255 stays free, so that
    # the next key after a context never overflows.
    return (code(symbol) << 56 | near >> 8, (near & 255) << 56 | far >> 8)


def code(symbol: int) -> int:
    """What a symbol is in a context, below CODES; those of a larger vocabulary share codes."""
    return symbol % CODES


def last_code(context: Context) -> int:
    """The code of a context's last symbol, below CODES."""
    return context[0] >> 56


def last_codes(context: Context) -> bytes:
    """The codes of a context's last eight symbols, the last one first."""
    return context[0].to_bytes(8, "big")


def letter_codes(vocab: Vocab) -> frozenset[int]:
    """The codes of a vocabulary's letters and digits.

    A code that a large vocabulary's symbols share is one where any of them is.
    """
    return frozenset(code(each) for each, one in enumerate(vocab.symbols) if one.isalnum())


class Index:
    """The places of some texts, sorted by context. Immutable; threads may share it."""

    def __init__(self, near: Keys, far: Keys, following: Symbols) -> None:
        self.near = near
        """The nearest eight symbols before each place, sorted, (n,)."""
        self.far = far
        """The eight before those, (n,)."""
        self.following = following
        """What stands at each place, (n,)."""

    def __len__(self) -> int:
        """How many characters it holds, n."""
        return len(self.near)

    @classmethod
    def empty(cls) -> "Index":
        """An index of nothing."""
        none = np.zeros(0, dtype=np.uint64)
        return cls(none, none, np.zeros(0, dtype=np.uint16))

    @classmethod
    def build(cls, symbols: Symbols, before: Context = EMPTY) -> "Index":
        """The index of one text (n,), whose first character has the context `before`."""
        return cls.build_all([(symbols, before)])

    @classmethod
    def build_all(cls, texts: Sequence[tuple[Symbols, Context]]) -> "Index":
        """The index of several, each with the context of its first character."""
        if not texts:
            return cls.empty()
        keys = [context_keys(symbols, before) for symbols, before in texts]
        near = np.concatenate([key for key, _ in keys])
        far = np.concatenate([key for _, key in keys])
        following = np.concatenate([symbols for symbols, _ in texts]).astype(np.uint16)
        order = np.lexsort((far, near))
        return cls(near[order], far[order], following[order])

    def with_inserted(self, other: "Index") -> "Index":
        """An index of what both hold; of equal contexts those of `other` come last."""
        lows = self.near.searchsorted(other.near)
        places = self.near.searchsorted(other.near, side="right")
        for item in np.flatnonzero(lows < places).tolist():
            low, high = lows[item], places[item]
            places[item] = low + self.far[low:high].searchsorted(other.far[item], side="right")
        return Index(
            np.insert(self.near, places, other.near),
            np.insert(self.far, places, other.far),
            np.insert(self.following, places, other.following),
        )

    def add_counts(self, context: Context, counts: Counts) -> None:
        """Add to `counts` (len(ORDERS), V) how often each symbol followed the context's end.

        Row k counts after the last ORDERS[k] symbols of the context.
        """
        near = _NEAR_MASKS & np.uint64(context[0])
        found = self.near.searchsorted(np.concatenate((near, near + _NEAR_STEPS))).tolist()
        lows, highs = found[:_NEAR_COUNT], found[_NEAR_COUNT:]
        low, high = lows[-1], highs[-1]
        if low < high:
            far = _FAR_MASKS & np.uint64(context[1])
            needles = np.concatenate((far, far + _FAR_STEPS))
            found = (self.far[low:high].searchsorted(needles) + low).tolist()
            lows += found[:_FAR_COUNT]
            highs += found[_FAR_COUNT:]
        for order, (low, high) in enumerate(zip(lows, highs, strict=True)):
            if high - low <= FEW:
                self._add_few(lows[order:], highs[order:], counts[order:])
                break
            step = (high - low) // MOST_COUNTED or 1
            found = np.bincount(self.following[low:high:step], minlength=counts.shape[1])
            counts[order] += found[: counts.shape[1]] * step

    def _add_few(self, lows: list[int], highs: list[int], counts: Counts) -> None:
        """Add the counts of nested intervals, the largest first, with one pass over that."""
        first, last = lows[0], highs[0]
        rows = next((row for row, low in enumerate(lows) if low == highs[row]), len(lows))
        if not rows:
            return
        symbols = counts.shape[1]
        places = self.following[first:last].astype(np.intp)
        # A place counts in the row of its smallest interval, and for all larger ones below.
        for low, high in zip(lows[1:rows], highs[1:rows], strict=True):
            places[low - first : high - first] += symbols
        found = np.bincount(places, minlength=rows * symbols)[: rows * symbols]
        nested = found.reshape(rows, symbols)[::-1]
        counts[:rows] += np.add.accumulate(nested)[::-1]

    # Saved as raw arrays, so that they can be mapped.

    def save(self, path: Path, about: dict[str, object]) -> None:
        """Write the index as a directory for its owner alone, with what `about` says of it.

        Raises OSError.
        """
        meta = {"format_version": FORMAT_VERSION, "chars": len(self), "about": about}
        replace_directory(
            path,
            {
                META_FILE: json.dumps(meta).encode(),
                **{name: array.tobytes() for name, array in self._arrays().items()},
            },
            private=True,
        )

    def _arrays(self) -> dict[str, npt.NDArray[np.unsignedinteger]]:
        return {"near": self.near, "far": self.far, "following": self.following}

    @classmethod
    def load(cls, path: Path) -> tuple["Index", dict[str, object]]:
        """Map a saved index, and say what it was saved about. Raises MemoryFileError."""
        try:
            meta = json.loads(read_regular(path / META_FILE, _LONGEST_META))
            version, chars, about = meta["format_version"], meta["chars"], meta["about"]
        except OSError as error:
            raise MemoryFileError(f"{path / META_FILE}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise MemoryFileError(f"{path / META_FILE}: not the description of an index") from error
        if version != FORMAT_VERSION:
            raise MemoryFileError(f"{path / META_FILE}: format version {version!r} is not known")
        if not (type(chars) is int and chars > 0 and isinstance(about, dict)):
            raise MemoryFileError(f"{path / META_FILE}: not the description of an index")
        near, far = (_mapped(path / name, np.uint64, chars) for name in ("near", "far"))
        return cls(near, far, _mapped(path / "following", np.uint16, chars)), about


_LONGEST_META = 1 << 20


def _mapped(file: Path, dtype: type, chars: int) -> npt.NDArray[np.unsignedinteger]:
    """An array of exactly `chars` numbers in a file."""
    try:
        with open_regular(file) as stream:
            size = os.fstat(stream.fileno()).st_size
        if size != chars * np.dtype(dtype).itemsize:
            raise MemoryFileError(f"{file}: {size:,} bytes, where {chars:,} characters were said")
        # A plain view: each slice of what np.memmap gives is dearly made.
        return np.asarray(np.memmap(file, dtype=dtype, mode="r", shape=(chars,)))
    except OSError as error:
        raise MemoryFileError(f"{file}: {error.strerror}") from error


def context_keys(symbols: Symbols, before: Context = EMPTY) -> tuple[Keys, Keys]:
    """The context of each place of a text (n,), as two arrays of keys (n,)."""
    count = len(symbols)
    padded = np.empty(count + REACH, dtype=np.uint64)
    padded[:REACH] = [key >> shift & 255 for key in before[::-1] for shift in range(0, 64, 8)]
    padded[REACH:] = symbols
    padded[REACH:] %= np.uint64(CODES)
    near, far = np.zeros(count, dtype=np.uint64), np.zeros(count, dtype=np.uint64)
    for back in range(1, _NEAR + 1):
        shift = np.uint64(64 - _BYTE * back)
        near |= padded[REACH - back : REACH - back + count] << shift
        far |= padded[_NEAR - back : _NEAR - back + count] << shift
    return near, far
