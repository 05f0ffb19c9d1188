"""From key to paint while the model is looked into: the app with F6 open, and without.

    python -m tests.perf.inside TEXT [--keys 80] [--chars 20000]

The first characters of TEXT are typed into at their start and end, in a terminal of 80 x 24, 60 to
120 ms between keys, once all of it has been read. Figures: milliseconds from a key to the first and
to the last byte that comes back, and bytes a key. One JSON object on stdout. Run it on a quiet
machine; Linux only.
"""

import argparse
import gc
import json
import os
import random
import statistics
import sys
import tempfile
from pathlib import Path

from tests.perf.terminals import Answer, Wire, new_home, wired
from tests.tui.test_terminal import program

F6, ESCAPE, RIGHT = b"\x1b[17~", b"\x1b", b"\x1b[C"
START, END = b"\x1b[1;5H", b"\x1b[1;5F"
PAUSES = (0.06, 0.12)
PATIENCE = 60.0
TYPED = " the quick brown fox, and what was left of it at home;"

CASES = {
    "closed, at the start": (START, None),
    "text, at the start": (START, 0),
    "units, at the start": (START, 2),
    "closed, at the end": (END, None),
    "text, at the end": (END, 0),
    "ghost, at the end": (END, 3),
}
"""Where is typed, and which section of the panel shows."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--keys", type=int, default=80)
    parser.add_argument("--chars", type=int, default=20_000)
    chosen = parser.parse_args()
    text = chosen.text.read_text("utf-8")[: chosen.chars] + "\n\n"
    # Nothing of this process's own gets between a key and its answer.
    gc.disable()
    report: dict[str, object] = {"load": os.getloadavg()}
    for name, (place, section) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "note.txt"
            path.write_text(text, "utf-8")
            new_home(path.parent)
            with wired(program(path)) as wire:
                prepare(wire, place, section)
                report[name] = figures(type_text(wire, chosen.keys))
        print(f"{name}: {report[name]}", file=sys.stderr)
    print(json.dumps(report))


def prepare(wire: Wire, place: bytes, section: int | None) -> None:
    """Have the model loaded, the cursor in its place, and the panel as wanted, all read."""
    wire.settle(3.0, PATIENCE)
    wire.rest()
    wire.burst(place, 0.3, PATIENCE)
    if section is not None:
        wire.burst(F6, 0.5, PATIENCE)
        for _ in range(section):
            wire.burst(RIGHT, 0.3, PATIENCE)
        wire.burst(ESCAPE, 0.5, PATIENCE)
        wire.settle(1.5, PATIENCE)
        wire.rest()


def type_text(wire: Wire, keys: int) -> list[Answer]:
    """Type, with pauses."""
    pauses = random.Random(1)
    text = (TYPED * (keys // len(TYPED) + 1))[:keys]
    return [wire.press(key.encode(), pauses.uniform(*PAUSES), PATIENCE) for key in text]


def figures(answers: list[Answer]) -> dict[str, float]:
    """What came of the keys."""
    first = sorted(1e3 * one.first for one in answers if one.first is not None)
    last = [1e3 * one.last for one in answers if one.last is not None]
    return {
        "keys": len(first),
        "first_p50_ms": round(statistics.median(first), 2),
        "first_p99_ms": round(first[int(0.99 * (len(first) - 1))], 2),
        "last_p50_ms": round(statistics.median(last), 2),
        "bytes": statistics.median(one.bytes for one in answers),
    }


if __name__ == "__main__":
    main()
