"""An hour's worth of editing by a robot that does everything at random, checked key by key.

    python -m tests.perf.soak [--keys 200000] [--seed 1]

Letters, moves, deletions, selections, copies, pastes of up to a megabyte, resizes, undo and redo,
ghosts and what accepts them: after each the editor must have the text, the cursor, the ghost and
the clipboard that a plain-Python model says (`tests.tui.robot`). A document lasts 5,000 acts; then
everything is undone and redone, and another is begun. Memory is what is resident after each, and
must stay within a tenth. Ends with one JSON object, exit status 1 if anything differed, failed or
grew. A script that fails is cut down to the acts that matter, which takes a while, and printed.
"""

import argparse
import asyncio
import contextlib
import ctypes
import gc
import json
import re
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from statistics import median

from tests.tui.robot import Robot, bare, run
from tests.tui.script import LARGEST, Act, script

DOCUMENT = 5000
"""Acts before another text is begun."""
FLAT = 0.1
"""Memory of the last quarter over that of the first one, less one: this much at most."""
TRIES = 1500
"""Of making a failing script shorter."""


def main() -> None:
    """Let the robot loose, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keys", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--document", type=int, default=DOCUMENT, help="acts for each text")
    parser.add_argument("--largest", type=int, default=LARGEST, help="characters of a paste")
    chosen = parser.parse_args()
    begun = time.perf_counter()
    done: Counter[str] = Counter()
    acts: list[Act] = []
    memory: list[float] = []
    fault = ""
    try:
        asyncio.run(soak(chosen, acts, done, memory))
    except Exception as error:
        traceback.print_exc()
        fault = f"{type(error).__name__}: {error}"
        for line in told(shorter(acts, chosen.seed + len(memory), type(error))):
            print(f"  {line}", file=sys.stderr)
    growth = grown(memory)
    report = {
        "seed": chosen.seed,
        "acts": done.total(),
        "by_kind": dict(done.most_common()),
        "documents": len(memory),
        "fault": fault,
        "memory_mib": {"each": memory, "growth": growth, "most": peak()},
        "seconds": round(time.perf_counter() - begun, 1),
    }
    print(json.dumps(report))
    sys.exit(bool(fault) or growth is None or growth > FLAT)


async def soak(
    chosen: argparse.Namespace, acts: list[Act], done: Counter[str], memory: list[float]
) -> None:
    """Do all acts; when something goes wrong, `acts` are those to the document it was in."""
    source = script(chosen.seed, chosen.largest)
    async with bare() as pilot:
        for number in range(0, chosen.keys, chosen.document):
            acts.clear()
            robot = Robot(pilot, chosen.seed + len(memory))
            await robot.begin()
            for act in islice(source, min(chosen.document, chosen.keys - number)):
                acts.append(act)
                done[act.kind] += 1
                await robot.do(act)
            await robot.undo_all()
            await robot.begin()
            gc.collect()
            memory.append(resident())
            print(f"{done.total():>8} acts, {memory[-1]:.1f} MiB", file=sys.stderr, flush=True)


def shorter(acts: Sequence[Act], seed: int, fault: type[Exception]) -> Sequence[Act]:
    """The script without the acts that it fails without: delta debugging (Zeller 2002)."""

    def fails(some: Sequence[Act]) -> bool:
        try:
            asyncio.run(run(some, seed))
        except fault:
            return True
        except Exception:
            return False
        return False

    return cut_down(acts, fails)


def cut_down(acts: Sequence[Act], fails: Callable[[Sequence[Act]], bool]) -> Sequence[Act]:
    """The shortest that `fails` and was found by leaving out pieces, from large to small."""
    piece, tries = len(acts) // 2, 0
    while piece and tries < TRIES:
        start = 0
        while start < len(acts) and tries < TRIES:
            fewer = [*acts[:start], *acts[start + piece :]]
            tries += 1
            if fails(fewer):
                acts = fewer
            else:
                start += piece
        piece //= 2
    return acts


def told(acts: Sequence[Act]) -> Iterator[str]:
    """The acts for a person, what is typed in one go on one line."""
    for typed, group in groupby(acts, lambda act: act.kind == "type"):
        if typed:
            yield f"type {''.join(str(act.value) for act in group)!r}"
        else:
            yield from map(str, group)


def grown(memory: Sequence[float]) -> float | None:
    """How much more the last quarter takes than the first; None where there are too few."""
    quarter = len(memory) // 4
    if not quarter:
        return None
    return round(median(memory[-quarter:]) / median(memory[:quarter]) - 1, 4)


def resident() -> float:
    """What this process has in memory, MiB; without what is free but not given back yet."""
    with contextlib.suppress(AttributeError):  # not every C library has it
        ctypes.CDLL(None).malloc_trim(0)
    status = Path("/proc/self/status").read_text("ascii")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    assert found
    return round(int(found[1]) / 1024, 1)


def peak() -> float:
    """The most that it ever had, MiB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    main()
