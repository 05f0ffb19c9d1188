"""The weights that texts teach the mixer: what it should begin with.

    python -m tests.perf.weights MODEL TEXT...

Each text is read from an empty memory; of its second half the weights in use are averaged, by row.
A row that came up less than a hundred times keeps what it began with.
"""

import argparse
from pathlib import Path

import numpy as np

from charlm_core import load
from charlm_core.predict.mixture import OPINIONS, WEIGHTS


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--chars", type=int)
    arguments = parser.parse_args()
    model = load(arguments.model)
    total, seen = np.zeros((len(WEIGHTS), OPINIONS)), np.zeros(len(WEIGHTS))
    for name in arguments.texts:
        symbols = model.vocab.encode(Path(name).read_text("utf-8")[: arguments.chars]).tolist()
        mixture = model.mixture()
        point = mixture.start()
        for position, symbol in enumerate(symbols):
            first, second = mixture.rows(point)
            if position > len(symbols) // 2:
                one, other = mixture.weights
                total[first] += one[first] + other[second]
                seen[first] += 1
            mixture.learn(point, symbol)
            point = mixture.advance(symbol, point)
    for row, (weights, count) in enumerate(zip(total, seen, strict=True)):
        found = weights / count if count >= 100 else WEIGHTS[row]
        print(f"    ({', '.join(f'{weight:.2f}' for weight in found)}),  # {int(count)}")


if __name__ == "__main__":
    main()
