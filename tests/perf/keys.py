"""From key to paint, in bytes and in memory: the app beside vim and Textual's own text area.

    python -m tests.perf.keys [--keys 200] [--sizes 1K,100K,1M,50M] [--only ours,vim] [--quick]

Every program has every text open, in a terminal of 80 x 24; then they are typed into by turns, ten
keys each, so that whatever else the machine does is shared fairly. English is typed (`--text` takes
it from a file), 60 to 120 ms between keys, at the start, in the middle and at the end of the text;
`burst` is the same all at once. A text of one line is tried up to a megabyte. The app runs as it
comes, ghosts on, in an empty home folder. Figures by text and place: milliseconds from a key to the
first and to the last byte that comes back, bytes a key; then opening, pasting, idling, memory, and
each target with what was found. Tables on stderr, one JSON object on stdout. Run it on a quiet
machine; Linux only.
"""

import argparse
import gc
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.perf import startup
from tests.perf.programs import (
    DRAWN_LAST,
    LAST_WORD,
    PLACES,
    PROGRAMS,
    PROSE,
    SHAPES,
    Place,
    Program,
    Shape,
    document,
    size_of,
)
from tests.perf.sessions import PATIENCE, Session, opened
from tests.perf.targets import Figures, Target, plain, ratios, targets, told
from tests.perf.terminals import COLUMNS, ROWS

BLOCK = 10
"""Keys before it is the next one's turn."""
LONGEST_LINE = 1_000_000
PASTED = 1_000_000


def main() -> None:
    """Measure and print."""
    chosen = arguments()
    load = [round(one, 2) for one in os.getloadavg()]
    # Nothing of this process's own gets between a key and its answer.
    gc.disable()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        extras: Figures = {
            "startup": startup.measured(chosen.repeats),
            "paste_s": {one.name: paste(one, folder, chosen.repeats) for one in chosen.programs},
        }
        sessions = []
        for size, shape in texts(chosen.sizes, chosen.shapes):
            for program in chosen.programs:
                path = file(folder, program, size, shape)
                session = stack.enter_context(opened(program, path, size, shape))
                say(f"{session.name}: {seconds(session.open_s)} to the first paint")
                sessions.append(session)
        type_everywhere(sessions, chosen.places, chosen.text, chosen.keys)
        for session in sessions:
            session.rest()
        extras["ratios"] = ratios(sessions)
        found = targets(sessions, extras)
        show(sessions, extras, found)
    report = {
        "machine": {"cores": os.cpu_count(), "load": [load, *os.getloadavg()]},
        "terminal": f"{COLUMNS} x {ROWS}",
        "sessions": [told(session) for session in sessions],
        **extras,
        "targets": plain(found),
    }
    print(json.dumps(report))


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keys", type=int, default=200, help="typed at each place")
    parser.add_argument("--sizes", type=listed, default=listed("1K,100K,1M,50M"))
    parser.add_argument("--shapes", type=listed, default=list(SHAPES), help="prose, line")
    parser.add_argument("--places", type=listed, default=list(PLACES), help="start, middle, end")
    parser.add_argument("--only", type=listed, default=list(PROGRAMS), help="ours, vim, stock")
    parser.add_argument("--text", type=Path, help="a file with what is typed")
    parser.add_argument("--repeats", type=int, default=5, help="of starting and of pasting")
    parser.add_argument("--quick", action="store_true", help="a fast look")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.keys, chosen.repeats, chosen.shapes = min(chosen.keys, 40), 2, ["prose"]
        chosen.places = [place for place in chosen.places if place != "start"]
    chosen.programs = [PROGRAMS[name] for name in chosen.only]
    if any(one.name == "vim" for one in chosen.programs) and not shutil.which("vim"):
        say("there is no vim here")
        chosen.programs.remove(PROGRAMS["vim"])
    typed = chosen.text.read_text("utf-8") if chosen.text else PROSE
    typed = " ".join(typed.split()) + " "
    chosen.text = typed * (4 * chosen.keys // len(typed) + 1)
    return chosen


def listed(names: str) -> list[str]:
    """Names between commas."""
    return names.split(",")


def texts(sizes: Sequence[str], shapes: Sequence[Shape]) -> list[tuple[str, Shape]]:
    """Which are opened: none of one line that no one would write."""
    return [
        (size, shape)
        for shape in shapes
        for size in sizes
        if shape == "prose" or size_of(size) <= LONGEST_LINE
    ]


def file(folder: Path, program: Program, size: str, shape: Shape) -> Path:
    """A text in a file of this program's own: none minds that another has it open."""
    path = folder / f"{program.name}-{shape}{size}.txt"
    path.write_text(document(size_of(size), shape), "utf-8")
    return path


def type_everywhere(
    sessions: Sequence[Session], places: Sequence[Place], text: str, keys: int
) -> None:
    """Type so many keys of the text at each place of each, by turns."""
    pauses = random.Random(1)
    for index, place in enumerate(places):
        # Each place has words of its own, as what was typed once is known already.
        begin = text.find(" ", index * keys) + 1
        words = text[begin : begin + keys]
        say(f"typing, {place}")
        for session in sessions:
            session.go(place)
        for start in range(0, len(words), BLOCK):
            for session in sessions:
                session.type(place, words[start : start + BLOCK], pauses)
        for session in sessions:
            session.burst(place, words)


def paste(program: Program, folder: Path, repeats: int) -> float | None:
    """Seconds until the screen shows the end of a megabyte pasted into a small text; median."""
    # A terminal sends line ends as the Enter key does.
    text = (document(PASTED, seed=2) + LAST_WORD).replace("\n", "\r").encode()
    keys = b"\x1b[200~" + text + b"\x1b[201~"
    found = []
    for _ in range(repeats):
        path = file(folder, program, "1K", "prose")
        with opened(program, path, "1K", "prose") as session:
            session.go("end")
            found.append(session.wire.until([DRAWN_LAST], PATIENCE, keys))
            if found[-1] is None:
                break
    times = [one for one in found if one is not None]
    pasted = round(statistics.median(times), 3) if len(times) == len(found) else None
    say(f"{program.name}: {seconds(pasted)} to paste a megabyte")
    return pasted


def say(line: str) -> None:
    """Tell a person."""
    print(line, file=sys.stderr, flush=True)


def seconds(found: float | None) -> str:
    """For a person."""
    return f"given up after {PATIENCE:.0f} s" if found is None else f"{found:.3f} s"


def show(sessions: Sequence[Session], extras: Figures, found: Sequence[Target]) -> None:
    """The tables."""
    say(
        f"\n{'':<22}{'':<8}{'keys':>5}  {'first ms: p50':>13}{'p90':>8}{'p99':>8}"
        f"  {'last ms: p50':>12}{'p99':>8}  {'bytes: p50':>10}{'p90':>7}{'ghosts':>8}  burst ms/key"
    )
    for session in sessions:
        figures = told(session)
        for place in [place for place in PLACES if place in figures]:
            row = figures[place]
            first, last, size = row["first_ms"], row["last_ms"], row["bytes"]
            say(
                f"{session.name:<22}{place:<8}{row['keys']:>5}  {text(first['p50']):>13}"
                f"{text(first['p90']):>8}{text(first['p99']):>8}  {text(last['p50']):>12}"
                f"{text(last['p99']):>8}  {text(size['p50']):>10}{text(size['p90']):>7}"
                f"{share(row['ghosts']):>8}  {text(row['burst_ms_per_key']):>12}"
                f"  {'; '.join(row.get('faults', []))}"
            )
    say("")
    for session in sessions:
        memory = ", ".join(f"{name} {size:.0f}" for name, size in session.memory.items())
        idle = text(session.idle_bytes)
        say(f"{session.name:<22}memory, MiB: {memory or '-'}; idle: {idle} bytes in 3 s")
    say(f"\npaste 1 MB, s: {extras['paste_s']}\nstart: {extras['startup']}\n")
    for name, ratio in extras["ratios"].items():
        say(f"{name:<40}{ratio:>8}")
    say("")
    for target in found:
        verdict = {True: "met", False: "NOT MET", None: "not measured"}[target.met]
        say(f"{target.what:<40}{text(target.found):>10}  at most {target.limit:<6} {verdict}")


def share(value: float | None) -> str:
    """A share, or a dash."""
    return "-" if value is None else f"{value:.0%}"


def text(value: float | None) -> str:
    """A figure, or a dash."""
    return "-" if value is None else f"{value:g}"


if __name__ == "__main__":
    main()
