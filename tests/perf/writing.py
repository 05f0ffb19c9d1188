"""How quickly the model writes on in the application, and how long keys take meanwhile.

    python -m tests.perf.writing [--presses 60] [--checkpoint english]

Starts `charlm-tui` in a 100 x 30 pseudo-terminal and has it write, F5, as quickly as it can and
without end: one branch, and three side by side. Meanwhile a key chooses another branch, and letters
are typed into the text, each timed from the writing of the key to the moment at which an emulator
shows what it does, its own work included. A table on stderr, one JSON object on stdout:
milliseconds, p50 and the worst; characters a second as the pane tells them. Run it on a quiet
machine.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.perf.knobs import say
from tests.perf.programs import CHECKPOINT
from tests.perf.terminals import new_home
from tests.tui.terminal import Terminal, terminal

TEXT = "It was a dark and stormy night. "

F5, RIGHT, END = "\x1b[15~", "\x1b[C", "\x1b[F"
CLICK = "\x1b[<0;5;3M\x1b[<0;5;3m"
"""On the text, which has the keys then; the model goes on."""

ENDLESS = "]]]"
FASTEST = "+++"

SECONDS = 6.0
"""How long it writes before its rate is read."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presses", type=int, default=60)
    parser.add_argument("--checkpoint", default=CHECKPOINT)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        report = measured(chosen, Path(name))
    for what, figures in report.items():
        say(f"{what:<28}" + "  ".join(f"{unit} {value:,}" for unit, value in figures.items()))
    print(json.dumps(report))


def measured(chosen: argparse.Namespace, folder: Path) -> dict[str, dict[str, float]]:
    """What one program shows."""
    new_home(folder)
    file = folder / "note.txt"
    file.write_text(TEXT)
    command = [sys.executable, "-m", "tui.cli", str(file), "--checkpoint", chosen.checkpoint]
    report: dict[str, dict[str, float]] = {}
    with terminal(command, 100, 30) as screen:
        screen.wait(
            lambda lines: chosen.checkpoint in lines[-1] and "loading" not in lines[-1], "a model"
        )
        screen.send(END + F5)
        screen.wait(lambda lines: "▶" in "".join(lines), "the pane")
        screen.send(ENDLESS + FASTEST + "r")
        watch(screen, SECONDS)
        report["one branch"] = {"chars/s": sum(rates(screen))}
        screen.send("bb")
        screen.wait(lambda lines: "3 of 3" in "".join(lines), "three branches")
        watch(screen, SECONDS)
        report["three branches"] = {"chars/s": sum(rates(screen))}
        turns = [(RIGHT, f"{1 + at % 3} of 3") for at in range(chosen.presses // 3 * 3)]
        report["a key chooses one"] = timed(screen, turns, "".join)
        screen.send((" " + RIGHT) * 3)
        screen.wait(lambda lines: "".join(lines).count("‖") == 3, "all stopped")
        report["the same at rest"] = timed(screen, turns, "".join)
        screen.send((" " + RIGHT) * 3)
        screen.wait(lambda lines: "".join(lines).count("▶") == 3, "all going on")
        screen.send(CLICK + END)
        watch(screen, 0.5)
        letters = ("abcdefghij" * chosen.presses)[: chosen.presses]
        typed = [(letter, letters[: at + 1]) for at, letter in enumerate(letters)]
        # Without the ghost, which stands behind what is typed.
        report["a letter is typed"] = timed(
            screen, typed, lambda lines: "".join(line[1:] for line in lines[:3])
        )
        assert sum(rates(screen)) > 0, "it does not write any more"
    return report


def rates(screen: Terminal) -> list[int]:
    """How quickly each branch in view is written, characters a second, as the pane tells."""
    heads = (line for line in screen.lines if "seed" in line)
    return [int(rate.replace(",", "")) for rate in re.findall(r"([\d,]+)/s", next(heads, ""))]


def timed(
    screen: Terminal, keys: list[tuple[str, str]], shown: Callable[[list[str]], str]
) -> dict[str, float]:
    """Press keys one by one, each until what belongs to it is shown: milliseconds."""
    times = []
    for key, sought in keys:
        watch(screen, 0.06)
        begun = time.perf_counter()
        screen.send(key)
        while sought not in shown(screen.lines):
            assert time.perf_counter() - begun < 10, f"{sought!r} never came"
            screen.read(0.002)
        times.append((time.perf_counter() - begun) * 1e3)
    return {"p50 ms": round(statistics.median(times), 1), "worst ms": round(max(times), 1)}


def watch(screen: Terminal, seconds: float) -> None:
    """Read what comes for so long."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        screen.read(0.01)


if __name__ == "__main__":
    main()
