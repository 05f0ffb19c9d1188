"""The classroom recipe over three seeds, RNN and LSTM: final perplexity on the training text.

    python -m tests.perf.seminar

Runs `charlm-tui train --preset seminar` on a 440-character paragraph and prints one line for each
run and one JSON object at the end.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.learn.support import PARAGRAPH


def main() -> None:
    """Train six times and print."""
    report: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder, "paragraph.txt")
        text.write_text(PARAGRAPH)
        for cell in ("rnn", "lstm"):
            for seed in (1, 2, 3):
                command = [sys.executable, "-m", "tui.cli", "train", str(text), "--name", "seminar"]
                command += ["--preset", "seminar", "--cell", cell, "--seed", str(seed)]
                command += ["--out", str(Path(folder, f"{cell}{seed}")), "--json"]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                result = json.loads(done.stdout)
                print(f"{cell:<5} seed {seed}: perplexity {result['val_ppl']:.3f}", flush=True)
                report.setdefault(cell, []).append(round(result["val_ppl"], 3))
    print(json.dumps(report))


if __name__ == "__main__":
    main()
