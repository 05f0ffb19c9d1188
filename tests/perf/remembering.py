"""What a memory of a large text costs: building, bytes a character, a look into it.

python -m tests.perf.remembering TEXT [--chars 10000000] [--looked-up TEXT]
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from charlm_core import Vocab
from charlm_core.predict.index import EMPTY, Index, advance
from charlm_core.predict.memory import Memory


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    parser.add_argument("--chars", type=int, default=10_000_000)
    parser.add_argument("--looked-up", type=Path, help="Contexts are of this; else the text's end.")
    arguments = parser.parse_args()
    text = arguments.text.read_text("utf-8")
    other = arguments.looked_up.read_text("utf-8") if arguments.looked_up else text[-20_000:]
    text = text[: arguments.chars]
    vocab = Vocab.from_text(text, 1e-6)
    begun = time.perf_counter()
    symbols = vocab.encode(text)
    index = Index.build(symbols)
    building = time.perf_counter() - begun
    size = index.near.nbytes + index.far.nbytes + index.following.nbytes
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "index")
        begun = time.perf_counter()
        index.save(place, {})
        saving = time.perf_counter() - begun
        begun = time.perf_counter()
        mapped, _ = Index.load(place)
        mapping = time.perf_counter() - begun
        memory = Memory(len(vocab), [mapped])
        context, times = EMPTY, []
        for symbol in vocab.encode(other[:20_000]).tolist():
            begun = time.perf_counter()
            memory.counts(context)
            times.append(time.perf_counter() - begun)
            context = advance(context, symbol)
    found = {
        "chars": len(index),
        "build_chars_per_second": len(index) / building,
        "bytes_per_char": size / len(index),
        "save_seconds": saving,
        "map_ms": mapping * 1e3,
        "query_us": {f"p{p}": float(np.percentile(times, p)) * 1e6 for p in (50, 99)},
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
