"""Everything in the application at random for as long as one likes, checked act by act.

    python -m tests.perf.rove [--acts 20000] [--seed 1]

Text, panels, screens, tours, knobs, tabs, sizes, colours, pastes, another model, and the model
writing into the text, often in bursts that nothing waits for (`tests.tui.rover`). After so many
acts everything is undone, and the application is begun anew with the next seed. Memory is what is
resident after each, and must stay within a tenth. Ends with one JSON object, exit status 1 if
something was not as it must be, or grew; the last acts before that are printed.
"""

import argparse
import asyncio
import gc
import json
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from itertools import islice
from pathlib import Path

from textual import _wait

from tests.perf.soak import FLAT, grown, peak, resident
from tests.tui.rover import Rover, roving
from tests.tui.script import Act
from tests.tui.support import running

LIFE = 1000
"""Acts before the application is begun anew."""
TOLD = 15
"""So many acts before a fault are printed."""
LONGEST = 60.0
"""Seconds that an act may take; one that takes longer hangs."""


def main() -> None:
    """Let the robot loose, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--acts", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    begun = time.perf_counter()
    done: Counter[str] = Counter()
    memory: list[float] = []
    acts: list[Act] = []
    fault = ""
    # Textual's pilot looks now and then whether the application is idle; here more often.
    _wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = 1 / 250, 1 / 2500
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        for kind in ("DATA", "CONFIG", "STATE", "CACHE"):
            os.environ[f"XDG_{kind}_HOME"] = f"{folder}/{kind}"
        try:
            while done.total() < chosen.acts:
                acts.clear()
                seed = chosen.seed + len(memory)
                asyncio.run(rove(seed, chosen.acts - done.total(), Path(folder), acts, done))
                gc.collect()
                memory.append(resident())
                print(f"{done.total():>8} acts, {memory[-1]:.1f} MiB", file=sys.stderr, flush=True)
        except Exception as error:
            traceback.print_exc()
            fault = f"{type(error).__name__}: {error}, seed {seed}, after {len(acts)} acts"
            for act in acts[-TOLD:]:
                print(f"  {act}", file=sys.stderr)
    growth = grown(memory)
    report = {
        "seed": chosen.seed,
        "acts": done.total(),
        "by_kind": dict(done.most_common()),
        "lives": len(memory),
        "fault": fault,
        "memory_mib": {"each": memory, "growth": growth, "most": peak()},
        "seconds": round(time.perf_counter() - begun, 1),
    }
    print(json.dumps(report), flush=True)
    # What hangs would not let go.
    os._exit(bool(fault) or (growth is not None and growth > FLAT))


async def rove(seed: int, most: int, folder: Path, acts: list[Act], done: Counter[str]) -> None:
    """One life of the application, on three documents; `acts` are those that were done."""
    paths = [folder / f"{name}.txt" for name in ("one", "two", "three")]
    for path in paths:
        path.write_text(f"The text of {path.stem}.\nAnd more.\n" * 5, "utf-8")
    async with running(paths[0], others=paths[1:]) as it:
        rover = Rover(it, seed)
        for act in islice(roving(seed), min(LIFE, most)):
            acts.append(act)
            done[act.kind] += 1
            await asyncio.wait_for(rover.do(act), LONGEST)
            rover.forget()
        await rover.end()


if __name__ == "__main__":
    main()
