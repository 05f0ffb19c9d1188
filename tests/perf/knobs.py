"""How long a ghost takes to follow a knob, in a real terminal.

    python -m tests.perf.knobs [--presses 20] [--checkpoint english]

Starts `charlm-tui` in an 80 x 24 pseudo-terminal on a file of a few words, and turns each knob by
its keys: in the sampling panel, and by the single keys from the text. Times run from the writing of
the key to the moment at which an emulator that has read all there is shows another ghost, its own
work included. A turn after which the ghost stays what it was is counted, not timed: not every step
makes a difference. A table on stderr, one JSON object on stdout: milliseconds, p50 and the worst.
Run it on a quiet machine.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.perf.programs import CHECKPOINT
from tests.perf.terminals import new_home
from tests.tui.terminal import Terminal, terminal

TEXT = "It was the first thing "

ROWS, COLUMNS = 4, 44
"""Where the ghost is, beside the panel or not."""

PATIENCE = 0.5
"""A ghost that has not changed by then stays."""
QUIET = 0.08
"""What comes later than that after a change is no part of it."""

LIMIT_MS = 50.0

UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"


@dataclass(frozen=True)
class Way:
    """A knob, and keys that turn it to and fro."""

    knob: str
    """Which."""
    on: str
    """One way."""
    back: str
    """The other, or the same where it goes round."""
    before: str = ""
    """What is pressed first."""


PANEL = (
    Way("temperature", RIGHT, LEFT, DOWN),
    Way("top-k", RIGHT, LEFT, DOWN + "3\r"),
    Way("top-p", LEFT, RIGHT, DOWN + ".9\r"),
    Way("length", LEFT, RIGHT, DOWN),
    Way("confidence", RIGHT, LEFT, DOWN),
    Way("seed", RIGHT, LEFT, DOWN),
    Way("reroll", "r", "r"),
    Way("mode", RIGHT, RIGHT, 6 * UP),
    Way("preset", "p", "p"),
)
"""In the panel, from the first row down; the mode is the last but one, as it says what counts."""

SINGLE = (
    Way("temperature", "\x1bE", "\x1be"),
    Way("top-k", "\x1bk", "\x1bK"),
    Way("top-p", "\x1bu", "\x1bU"),
    Way("length", "\x1ba", "\x1bA"),
    Way("confidence", "\x1bC", "\x1bc"),
    Way("seed", "\x1bV", "\x1bv"),
    Way("reroll", "\x1br", "\x1br"),
    Way("mode", "\x1bo", "\x1bo"),
    Way("preset", "\x1bq", "\x1bq"),
)
"""From the text."""


@dataclass
class Found:
    """What came of turning a knob."""

    times: list[float] = field(default_factory=list)
    """Milliseconds of each turn that changed the ghost."""
    same: int = 0
    """How many did not."""
    torn: int = 0
    """How many showed something else on the way."""

    @property
    def figures(self) -> dict[str, float | int | None]:
        """In short."""
        return {
            "p50_ms": round(statistics.median(self.times), 1) if self.times else None,
            "worst_ms": round(max(self.times), 1) if self.times else None,
            "changed": len(self.times),
            "same": self.same,
            "torn": self.torn,
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presses", type=int, default=20, help="of each knob, each way")
    parser.add_argument("--checkpoint", default=CHECKPOINT)
    chosen = parser.parse_args()
    report = {}
    with tempfile.TemporaryDirectory() as name:
        for where, ways in (("panel", PANEL), ("text", SINGLE)):
            report[where] = measured(where, ways, chosen, Path(name))
    worst = 0.0
    say(f"{'':<8}{'knob':<14}{'p50 ms':>8}{'worst ms':>10}{'changed':>9}{'same':>6}{'torn':>6}")
    for where, knobs in report.items():
        for knob, figures in knobs.items():
            worst = max(worst, figures["worst_ms"] or 0.0)
            say(
                f"{where:<8}{knob:<14}{figures['p50_ms']!s:>8}{figures['worst_ms']!s:>10}"
                f"{figures['changed']:>9}{figures['same']:>6}{figures['torn']:>6}"
            )
    say(
        f"worst {worst:.1f} ms, at most {LIMIT_MS:.0f}: {'met' if worst <= LIMIT_MS else 'NOT MET'}"
    )
    print(json.dumps(report))


def measured(
    where: str, ways: Sequence[Way], chosen: argparse.Namespace, folder: Path
) -> dict[str, dict[str, float | int | None]]:
    """Turn each knob, in a program of its own that begins with the preset `wild`."""
    new_home(folder)
    file = folder / "note.txt"
    file.write_text("")
    command = [sys.executable, "-m", "tui.cli", str(file), "--checkpoint", chosen.checkpoint]
    report = {}
    with terminal(command) as screen:
        screen.wait(
            lambda lines: chosen.checkpoint in lines[-1] and "loading" not in lines[-1], "a model"
        )
        screen.send(TEXT)
        screen.wait(lambda lines: f"1:{len(TEXT) + 1} " in lines[-1], "the text")
        screen.send("\x1bq")
        screen.wait(lambda lines: "wild" in "".join(lines), "the preset")
        if where == "panel":
            screen.send("\x1bOQ")
            screen.wait(lambda lines: any("Sampling" in line for line in lines), "the panel")
        for way in ways:
            screen.send(way.before)
            rest(screen)
            found = Found()
            for keys in ([way.on] * (chosen.presses // 2), [way.back] * (chosen.presses // 2)):
                for key in keys:
                    turn(screen, key, found)
            report[way.knob] = found.figures
    return report


def ghost(screen: Terminal) -> tuple[str, ...]:
    """The lines that it is in."""
    return tuple(line[:COLUMNS] for line in screen.lines[:ROWS])


def turn(screen: Terminal, key: str, found: Found) -> None:
    """Press a key, and time what becomes of the ghost."""
    before = ghost(screen)
    begun = time.perf_counter()
    screen.send(key)
    while ghost(screen) == before:
        if time.perf_counter() - begun > PATIENCE:
            found.same += 1
            return
        screen.read(0.002)
    found.times.append((time.perf_counter() - begun) * 1e3)
    first = ghost(screen)
    rest(screen)
    found.torn += ghost(screen) != first


def rest(screen: Terminal) -> None:
    """Read until nothing has come for a while."""
    heard = time.perf_counter()
    while time.perf_counter() - heard < QUIET:
        if screen.read(0.01):
            heard = time.perf_counter()


def say(line: str) -> None:
    """Tell a person."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
