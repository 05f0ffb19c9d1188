"""What the calibration of a checkpoint brings, in bits a character.

    python -m tests.perf.calibration MODEL... --valid TEXT --on TEXT

Each MODEL, a checkpoint's folder, as it says of itself, and with its logits multiplied by the
factor that suits the second text. By the definition, one running state over all of the first.
"""

import argparse
from pathlib import Path

from charlm_core.checkpoint import read
from docs.calibrated import FACTOR, calibrated, measured


def main() -> None:
    """Print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL")
    parser.add_argument("--valid", type=Path, required=True)
    parser.add_argument("--on", type=Path, required=True)
    arguments = parser.parse_args()
    for path in arguments.models:
        before = read(path)
        after = measured(calibrated(before, arguments.on), arguments.valid).config.training
        print(
            f"{path}: {before.config.training.validation_bpc:.4f}; times "
            f"{after.settings[FACTOR]}: {after.validation_bpc:.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
