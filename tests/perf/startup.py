"""How long the app takes to its first paint and to its first ghost, in a real terminal.

    python -m tests.perf.startup [--runs 20] [--checkpoint english]

Each run starts `charlm-tui` in an 80 x 24 pseudo-terminal and types `The quick brown ` as soon as
the screen shows. Prints one JSON object, milliseconds from the start of the process: to the first
paint (the status line is there) and to the first ghost (more on the line than was typed). The
first run, which may find cold disk caches, is told apart. Run it on a quiet machine.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.tui.terminal import Terminal, terminal

TYPED = "The quick brown "


def first_paint(screen: Terminal, file: Path) -> None:
    """Wait until the status line names the file."""
    screen.wait(lambda lines: file.name in lines[-1], "the first paint")


def first_ghost(screen: Terminal) -> None:
    """Type, and wait until the line holds more than was typed."""
    screen.send(TYPED)
    screen.wait(lambda lines: len(lines[0].strip()) > len(TYPED.strip()), "the first ghost")


def measure(checkpoint: str, folder: Path) -> tuple[float, float, bool]:
    """Milliseconds to the first paint and to the first ghost, and whether torch was loaded."""
    file = folder / "note.txt"
    command = [sys.executable, "-m", "tui.cli", str(file), "--checkpoint", checkpoint]
    begun = time.perf_counter()
    with terminal(command) as screen:
        first_paint(screen, file)
        painted = time.perf_counter()
        first_ghost(screen)
        ghosted = time.perf_counter()
        maps = Path(f"/proc/{screen.process.pid}/maps")
        torch = maps.exists() and "torch" in maps.read_text()
    return (painted - begun) * 1e3, (ghosted - begun) * 1e3, torch


def summary(times: list[float]) -> dict[str, float]:
    """Median and worst."""
    return {"p50": round(statistics.median(times), 1), "max": round(max(times), 1)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--checkpoint", default="english")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = [measure(arguments.checkpoint, Path(folder)) for _ in range(arguments.runs + 1)]
    if any(torch for _, _, torch in found):
        sys.exit("the app has loaded torch")
    first, rest = found[0], found[1:]
    report = {
        "runs": len(rest),
        "first_paint_ms": summary([paint for paint, _, _ in rest]),
        "first_ghost_ms": summary([ghost for _, ghost, _ in rest]),
        "first_run_ms": {"paint": round(first[0], 1), "ghost": round(first[1], 1)},
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
