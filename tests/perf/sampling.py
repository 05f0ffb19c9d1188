"""How fast a network writes into a pipe, and in how much memory.

    python -m tests.perf.sampling [--hidden 512] [--chars 100000] [--long 1000000]

Runs `charlm-tui sample` with top-k and top-p on, on an LSTM of random weights over the printable
characters, which takes as long as a trained one does. Prints one JSON object: characters a second
between the first one and the last, as it is and with `--exact`; the same of bare steps of the
network, in single precision, in this process; and the most memory that a text of `--chars` and one
of `--long` characters had resident. Run it on a quiet machine.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from charlm_core import load
from charlm_core.checkpoint import write
from tests.support import make_checkpoint

PRINTABLE = "\n" + "".join(map(chr, range(ord(" "), ord("~") + 1)))
SETTINGS = ("--temperature", "0.8", "--top-k", "40", "--top-p", "0.95", "--seed", "1")
STEPS = 5000


@dataclass(frozen=True)
class Run:
    """What one text took."""

    chars_per_second: float
    """Between its first character and its last."""
    start_seconds: float
    """Before its first character."""
    resident_mb: float
    """At its most."""


def run(model: Path, chars: int, *more: str) -> Run:
    """Have the command line write so many characters into a pipe, and read them."""
    command = [sys.executable, "-m", "tui.cli", "sample", str(model), *SETTINGS, *more]
    begun = time.perf_counter()
    with subprocess.Popen([*command, "--length", str(chars)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        read = len(os.read(process.stdout.fileno(), 1 << 16))
        first, head = time.perf_counter(), read
        while piece := os.read(process.stdout.fileno(), 1 << 16):
            read += len(piece)
        last = time.perf_counter()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or read != chars + 1:
        sys.exit(f"{read} characters of {chars}, exit status {process.returncode}")
    return Run((read - head) / (last - first), first - begun, usage.ru_maxrss / 1024)


def steps_per_second(model: Path) -> float:
    """Of the network alone."""
    loaded = load(model)
    state = loaded.engine.zero_state()
    begun = time.perf_counter()
    for index in range(STEPS):
        state = loaded.engine.step(index % len(loaded.vocab), state)
    return STEPS / (time.perf_counter() - begun)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--chars", type=int, default=100_000)
    parser.add_argument("--long", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder, "model")
        stored = make_checkpoint(hidden=arguments.hidden, embed=64, letters=PRINTABLE)
        write(model, stored.config, stored.tensors, card="# Random weights\n")
        bare = steps_per_second(model)
        short = run(model, arguments.chars)
        exact = run(model, arguments.chars, "--exact")
        found: dict[str, object] = {
            "chars_per_second": round(short.chars_per_second),
            "chars_per_second_exact": round(exact.chars_per_second),
            "bare_steps_per_second": round(bare),
            "share_of_bare": round(short.chars_per_second / bare, 3),
            "start_seconds": round(short.start_seconds, 3),
            "resident_mb": {str(arguments.chars): round(short.resident_mb, 1)},
        }
        if arguments.long:
            long = run(model, arguments.long)
            found["chars_per_second_long"] = round(long.chars_per_second)
            found["resident_mb"] = {
                str(arguments.chars): round(short.resident_mb, 1),
                str(arguments.long): round(long.resident_mb, 1),
            }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
