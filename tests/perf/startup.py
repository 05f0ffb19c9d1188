"""How long the app takes to its first paint and to its first ghost, in a real terminal.

    python -m tests.perf.startup [--runs 20] [--checkpoint english]

Each run starts `charlm-tui` in an 80 x 24 pseudo-terminal on a file of a kilobyte, and types into
its empty first line as soon as the screen shows. Prints one JSON object, milliseconds from the
start of the process: to the first paint (text and status line are there) and to the first ghost
(more on the line than was typed). The first run, which may find cold disk caches, is told apart.
Run it on a quiet machine.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.perf.programs import CHECKPOINT, FIRST_WORD, document
from tests.perf.terminals import new_home
from tests.tui.terminal import Terminal, terminal

TYPED = "At the same ti"


def first_paint(screen: Terminal, file: Path) -> None:
    """Wait until the text shows, and the status line names the file."""
    screen.wait(
        lambda lines: FIRST_WORD in "".join(lines) and file.name in lines[-1], "the first paint"
    )


def first_ghost(screen: Terminal) -> None:
    """Type, and wait until the line holds more than was typed."""
    screen.send(TYPED)
    screen.wait(
        lambda lines: any(len(line.partition(TYPED)[2].strip()) > 0 for line in lines),
        "the first ghost",
    )


def measure(checkpoint: str, folder: Path) -> tuple[float, float, bool]:
    """Milliseconds to the first paint and to the first ghost, and whether torch was loaded."""
    new_home(folder)
    file = folder / "note.txt"
    file.write_text("\n" + document(1000), "utf-8")
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


def measured(runs: int, checkpoint: str = CHECKPOINT) -> dict[str, object]:
    """The figures of so many runs, after a first one."""
    with tempfile.TemporaryDirectory() as folder:
        found = [measure(checkpoint, Path(folder)) for _ in range(runs + 1)]
    if any(torch for _, _, torch in found):
        sys.exit("the app has loaded torch")
    first, rest = found[0], found[1:]
    return {
        "runs": len(rest),
        "first_paint_ms": summary([paint for paint, _, _ in rest]),
        "first_ghost_ms": summary([ghost for _, ghost, _ in rest]),
        "first_run_ms": {"paint": round(first[0], 1), "ghost": round(first[1], 1)},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--checkpoint", default=CHECKPOINT)
    arguments = parser.parse_args()
    # Compiling the app's modules anew each time takes a quarter of the first paint, and no user's
    # Python does that.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print(json.dumps(measured(arguments.runs, arguments.checkpoint), indent=2))


if __name__ == "__main__":
    main()
