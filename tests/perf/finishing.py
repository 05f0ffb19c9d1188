"""What the mean of several trainings and its calibration bring, in bits a character.

    python -m tests.perf.finishing MODEL... --valid TEXT --calibration TEXT

Each MODEL, a checkpoint's folder, and the mean of them all: as it is, and with its logits
multiplied by the factor that suits the calibration text. By the definition, one running state over
all of TEXT.
"""

import argparse
from pathlib import Path

from charlm_core.checkpoint import read
from docs.finishing import FACTOR, finished


def main() -> None:
    """Print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL")
    parser.add_argument("--valid", type=Path, required=True)
    parser.add_argument("--calibration", type=Path, required=True)
    arguments = parser.parse_args()
    models = [read(path) for path in arguments.models]
    rows = [(str(one.path), [one]) for one in models]
    rows += [("the mean", models)] if len(models) > 1 else []
    for name, chosen in rows:
        plain = finished(chosen, arguments.valid, None).config.training
        mended = finished(chosen, arguments.valid, arguments.calibration).config.training
        print(
            f"{name}: {plain.validation_bpc:.4f}; times {mended.settings[FACTOR]}: "
            f"{mended.validation_bpc:.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
