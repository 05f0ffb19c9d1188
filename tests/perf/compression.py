"""What programs without a network make of a text, primed with the text that a model was trained on.

    python -m tests.perf.compression TRAIN VALID [--model MODEL] [--chars N] [--json]

A row each, in bits a character of VALID: prediction by partial matching of order 7, which goes on
learning; `zstd --ultra -22` with TRAIN as what VALID is a patch of; `xz -9 --extreme` as what VALID
adds to TRAIN, with a dictionary that holds both; and, if named, a model as it was trained.
"""

import argparse
import json
import lzma
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from charlm_core import Vocab, load, running_scores

ORDER = 7
DISCOUNT = 0.75
CODES = 256
"""Contexts are told apart by so many symbols: seven and the next one fill 64 bits."""

LARGEST_DICTIONARY = 320 << 20
"""The xz encoder takes ten times that in memory."""

Codes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]


def ppm_bits(train: str, valid: str) -> float:
    """Of prediction by partial matching, bits in all: orders 0 to 7, interpolated.

    p_k(c) = (max(n_k(c) - d, 0) + d t_k p_{k-1}(c)) / N_k, with the discount d, N_k how often the
    last k characters have come before, n_k(c) how often c came after them, and t_k how many
    different ones did (Ney et al. 1994); below order 0 all are alike. All counts up to each place
    are found at once, by sorting the places.
    """
    vocab = Vocab.from_text(train + valid)
    symbols = vocab.encode(train + valid)
    if len(vocab) > CODES:
        # The rarest of large alphabets share a code, which costs nothing that shows.
        counts = np.bincount(symbols, minlength=len(vocab))
        codes = np.zeros(len(vocab), dtype=np.uint16)
        codes[np.argsort(-counts, kind="stable")[: CODES - 1]] = np.arange(1, CODES)
        symbols = codes[symbols]
    places = _places(symbols.astype(np.uint64))
    scored = slice(len(train), None)
    chances = np.full(len(valid), 1 / min(len(vocab), CODES))
    for order in range(ORDER + 1):
        keys = places & np.uint64((1 << 8 * (order + 1)) - 1)
        followed, came, kinds = (found[scored] for found in _counts(keys))
        known = came > 0
        better = np.maximum(followed - DISCOUNT, 0) + DISCOUNT * kinds * chances
        chances[known] = better[known] / came[known]
    return float(-np.log2(chances).sum())


def _places(symbols: Codes) -> Codes:
    """Each place as a number: the symbol there in its lowest byte, those before it above."""
    places = symbols.copy()
    for back in range(1, ORDER + 1):
        places[back:] |= symbols[:-back] << np.uint64(8 * back)
    return places


def _counts(keys: Codes) -> tuple[Numbers, Numbers, Numbers]:
    """For each place, of those before it: how many are the same, how many have its context, and
    how many different symbols those have.
    """
    same = _rank(keys, np.argsort(keys, kind="stable"))
    contexts = keys >> np.uint64(8)
    order = np.argsort(contexts, kind="stable")
    came = _rank(contexts, order)
    fresh = (same == 0)[order].astype(np.int64)
    before = np.cumsum(fresh) - fresh
    # Counted from where the context begins.
    kinds = np.empty_like(same)
    kinds[order] = before - before[np.arange(len(keys)) - came[order]]
    return same, came, kinds


def _rank(keys: Codes, order: Numbers) -> Numbers:
    """How many places before each have the same key, given a stable order by key."""
    ordered = keys[order]
    starts = np.zeros(len(keys), dtype=np.int64)
    changes = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    starts[changes] = changes
    rank = np.empty_like(starts)
    rank[order] = np.arange(len(keys)) - np.maximum.accumulate(starts)
    return rank


def xz_bits(train: str, valid: str) -> float:
    """Of what `valid` adds to `train` for xz at its best, bits in all."""
    before, after = train.encode(), (train + valid).encode()
    size = min(max(1 << 16, len(after)), LARGEST_DICTIONARY)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": size}]

    def length(data: bytes) -> int:
        return len(lzma.compress(data, lzma.FORMAT_RAW, filters=filters))

    return 8.0 * (length(after) - length(before))


def zstd_bits(train: str, valid: str) -> float | None:
    """Of `valid` as a patch of `train` for zstd at its best, bits in all; None without zstd."""
    program = shutil.which("zstd")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        old, new, out = (Path(folder, name) for name in ("train", "valid", "out"))
        old.write_bytes(train.encode())
        new.write_bytes(valid.encode())
        options = ["--ultra", "-22", "--long=31", "-q"]
        primed = [f"--patch-from={old}", str(new), "-o", str(out)]
        # It suggests other settings than those asked for.
        subprocess.run([program, *options, *primed], check=True, stderr=subprocess.DEVNULL)
        return 8.0 * out.stat().st_size


def rows(train: str, valid: str, model: str) -> Iterator[tuple[str, float | None]]:
    """What each does, bits in all, as soon as it is known."""
    yield f"PPM of order {ORDER}, learning as it goes", ppm_bits(train, valid)
    yield "zstd --ultra -22, primed", zstd_bits(train, valid)
    yield "xz -9 --extreme, primed", xz_bits(train, valid)
    if model:
        score = deque(running_scores(load(model), [valid]), maxlen=1).pop()
        yield f"{model}, as it was trained", score.bpc * score.chars


def main() -> None:
    """Print the table, a row as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path)
    parser.add_argument("valid", type=Path)
    parser.add_argument("--model", default="", help="A model's name or folder, for comparison.")
    parser.add_argument("--chars", type=int, help="Of VALID, from its start.")
    parser.add_argument("--train-chars", type=int, help="Of TRAIN, from its end.")
    parser.add_argument("--json", action="store_true", help="Print one JSON object at the end.")
    arguments = parser.parse_args()
    train = arguments.train.read_text("utf-8")[-(arguments.train_chars or 0) :]
    valid = arguments.valid.read_text("utf-8")[: arguments.chars]
    found = (
        (name, bits and bits / len(valid)) for name, bits in rows(train, valid, arguments.model)
    )
    if arguments.json:
        bpc = [{"name": name, "bpc": each} for name, each in found]
        print(json.dumps({"known": len(train), "chars": len(valid), "rows": bpc}))
        return
    print(f"| {len(train):,} characters known, {len(valid):,} predicted | bits/char |")
    print("|---|---|", flush=True)
    for name, each in found:
        shown = "not installed" if each is None else f"{each:.3f}"
        print(f"| {name} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
