"""How much memory a training on a large text takes, and how long it takes to the first step.

    python -m tests.perf.memory [--gigabytes 1] [--minutes 0.5] [--preset standard]

Writes a text of so many gigabytes of words, an eighth of it Cyrillic, to a temporary folder, and
trains on it as `charlm-tui train` would, validating on a short one. Prints one JSON object: the
highest resident memory of the process while it read and over all, that of one which has only loaded
torch, and seconds to the first step. Linux only.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from charlm_core.storage import roomy_folder

LATIN = "etaoinshrdlucmfwypvbgkjqxz"
CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф"
BLOCKS = 32
BLOCK_WORDS = 50_000


def main() -> None:
    """Write, train, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--minutes", type=float, default=0.5)
    parser.add_argument("--preset", default="standard")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=roomy_folder()) as name:
        folder = Path(name)
        size = write_text(folder / "large.txt", int(chosen.gigabytes * 1e9))
        write_text(folder / "valid.txt", 1)
        report: dict[str, object] = {"bytes": size, "torch_mib": torch_alone()}
        report |= train(folder, chosen.minutes, chosen.preset)
    print(json.dumps(report, indent=2))


def write_text(path: Path, size: int) -> int:
    """A text of words that are as often as words are; its size in bytes."""
    rng = np.random.default_rng(1)
    blocks = [
        sentences(rng, words(rng, CYRILLIC if block % 8 == 0 else LATIN)) for block in range(BLOCKS)
    ]
    written = 0
    with path.open("wb") as file:
        while written < size:
            written += file.write(blocks[int(rng.integers(BLOCKS))])
    return written


def words(rng: np.random.Generator, letters: str, count: int = 20_000) -> list[str]:
    """Made-up words of letters that are as often as letters are."""
    shares = 1 / np.arange(1, len(letters) + 1)
    found = rng.choice(list(letters), size=(count, 10), p=shares / shares.sum())
    return [
        "".join(row[:length]) for row, length in zip(found, rng.integers(1, 11, count), strict=True)
    ]


def sentences(rng: np.random.Generator, vocabulary: list[str]) -> bytes:
    """A block of text, a line for every dozen words."""
    shares = 1 / np.arange(1, len(vocabulary) + 1)
    chosen = rng.choice(vocabulary, size=BLOCK_WORDS, p=shares / shares.sum())
    lines = (" ".join(chosen[start : start + 12]) for start in range(0, BLOCK_WORDS, 12))
    return "".join(f"{line.capitalize()}.\n" for line in lines).encode()


def torch_alone() -> int:
    """MiB that torch takes by itself."""
    code = "import torch; print([l for l in open('/proc/self/status') if 'VmHWM' in l][0])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(told.stdout.split()[1]) >> 10


def peak(process: int) -> int:
    """The highest resident memory of a process so far, MiB; 0 when it has gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) >> 10 for line in status.splitlines() if "VmHWM" in line), 0)


def train(folder: Path, minutes: float, preset: str) -> dict[str, object]:
    """Train for so long; what it took."""
    text, valid, run = folder / "large.txt", folder / "valid.txt", folder / "run"
    command = [sys.executable, "-m", "tui.cli", "train", str(text), "--name", "large", "--json"]
    command += ["--preset", preset, "--minutes", str(minutes), "--out", str(run)]
    command += ["--valid", str(valid)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    begun, highest = time.monotonic(), 0

    def until(over: Callable[[], bool]) -> tuple[float, int]:
        nonlocal highest
        while process.poll() is None and not over():
            highest = max(highest, peak(process.pid))
            time.sleep(0.02)
        return round(time.monotonic() - begun, 1), highest

    metrics = run / "metrics.jsonl"
    read_seconds, read_mib = until(run.exists)
    step_seconds, _ = until(lambda: metrics.exists() and '"event":"step"' in metrics.read_text())
    seconds, peak_mib = until(lambda: False)
    told, _ = process.communicate()
    result = json.loads(told)
    return {
        "read_seconds": read_seconds,
        "read_peak_mib": read_mib,
        "first_step_seconds": step_seconds,
        "seconds": seconds,
        "peak_mib": peak_mib,
        "chars_per_second": result["chars_per_second"],
        "val_loss": result["val_loss"],
    }


if __name__ == "__main__":
    main()
