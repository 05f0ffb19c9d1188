"""kill -9 at random moments: of a training, and of the app while a training runs beside it.

    python -m tests.perf.crashes [--trainer 50] [--app 20] [--seed 1]

A training that saves many times a second is killed, looked at and resumed, again and again; an app
is opened beside a training, typed into, shown the training screen and killed. After each kill a
line says what was found: a fault where a run can't be read or resumed, a checkpoint can't be
loaded, a text is neither the old nor the new one, or a process stayed. Ends with one JSON object of
counts, and exit status 1 if there was a fault. Linux only.
"""

import argparse
import contextlib
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from charlm_core import checkpoint, load
from charlm_core.errors import CharlmError
from charlm_core.learn.follow import RunReader, RunView
from charlm_core.learn.runs import request
from tests.learn.support import PARAGRAPH
from tests.tui.terminal import Terminal, terminal

MARK = "CHARLM_CRASHES"
"""In the environment of every process of this script's, and in nobody else's."""

PATIENCE = 600.0
"""Seconds after which what is waited for is not coming; a busy machine takes many."""

LIFE_SECONDS = 3.0
"""A trainer lives so long at most after it has taken up a run."""

EARLY = 0.1
"""Share of the trainers that are killed before that."""

TEXT = "A text that nobody may lose.\n" * 200
F4 = "\x1bOS"
SAVE = "\x13"


@dataclass
class Tally:
    """What was found, told as it is found."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: int = 0

    def tell(self, what: str, index: int, facts: str, faults: list[str]) -> None:
        """One kill."""
        self.counts[what] += 1
        self.faults += len(faults)
        print(f"{what} {index:>3}  {facts}  {'; '.join(faults) or 'ok'}", flush=True)


def main() -> None:
    """Kill and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trainer", type=int, default=50)
    parser.add_argument("--app", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    moments, tally = random.Random(chosen.seed), Tally()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("broken off"))
    os.environ[MARK] = secrets.token_hex(8)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Nobody's own settings and runs have a part in it.
        for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ[variable] = str(folder / "home")
        kill_trainers(folder, chosen.trainer, moments, tally)
        kill_apps(folder, chosen.app, moments, tally)
    print(json.dumps({**tally.counts, "faults": tally.faults}))
    sys.exit(bool(tally.faults))


def kill_trainers(folder: Path, kills: int, moments: random.Random, tally: Tally) -> None:
    """One run after another, each killed until it has used its budget."""
    (folder / "corpus.txt").write_text((PARAGRAPH + "\n") * 20)
    run, number, index = folder / "run0", 0, 0
    while index < kills or RunReader(run).read().state == "interrupted":
        stands, begun = resumable_step(run), times_begun(run)
        with trainer(folder, run) as process:
            # Now and then it is killed while it starts.
            if early := index < kills and moments.random() < EARLY:
                time.sleep(moments.uniform(0, LIFE_SECONDS))
            else:
                wait_until_begun(run, process, begun)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(moments.uniform(0, LIFE_SECONDS) if index < kills else None)
        if process.returncode == -signal.SIGKILL:
            index += 1
            facts, faults = look_at(run, tally)
            began = RunReader(run).read().began
            if not early and (began is None or began.step != stands):
                faults.append(f"not resumed at step {stands}")
            tally.tell("trainer", index, facts, faults + stayed())
        elif process.returncode:
            tally.tell("trainer", index, "ended", [said(folder) or "ended without a word"])
            break
        if RunReader(run).read().state == "finished":
            tally.counts["runs finished"] += 1
            number += 1
            run = folder / f"run{number}"


@contextmanager
def trainer(folder: Path, run: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """A training in a session of its own, killed in the end: a new run, or one that is resumed."""
    command = [sys.executable, "-m", "tui.cli", "train"]
    if (run / "config.json").exists():
        command += ["--resume", str(run)]
    else:
        command += [str(folder / "corpus.txt"), "--name", "killed", "--out", str(run)]
        command += ["--hidden", "24", "--embed", "8", "--batch", "4", "--length", "16"]
        command += ["--epochs", "6", "--evaluations", "60"]
    with session(folder, command) as process:
        yield process


@contextmanager
def session(folder: Path, command: list[str]) -> "Iterator[subprocess.Popen[bytes]]":
    """A process in a session of its own, killed in the end; what it says goes to a file."""
    with (folder / "said").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def times_begun(run: Path) -> int:
    """How often a process has taken up the run."""
    try:
        return (run / "metrics.jsonl").read_bytes().count(b'"event":"began"')
    except OSError:
        return 0


def wait_until_begun(run: Path, process: "subprocess.Popen[bytes]", before: int = 0) -> None:
    """Wait until the run has been taken up more often than `before`, or the process has ended."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and times_begun(run) == before:
        if time.monotonic() > deadline:
            # Else what follows would be told as a fault of the run's.
            sys.exit(f"{run.name}: no training took it up within {PATIENCE:.0f} s")
        time.sleep(0.02)


def said(folder: Path) -> str:
    """The last line of what the last trainer said."""
    lines = (folder / "said").read_text(errors="replace").splitlines()
    return lines[-1] if lines else ""


def look_at(run: Path, tally: Tally) -> tuple[str, list[str]]:
    """What a killed training left behind, and what is wrong with it."""
    view, faults = RunReader(run).read(), []
    if not (run / "config.json").exists():
        return "before there was a run", []
    if view.state not in {"interrupted", "finished"}:
        faults.append(f"state {view.state}: {view.reason}")
    there = []
    for folder in (run / "best", run / "last"):
        if folder.exists():
            there.append(folder.name)
            try:
                checkpoint.read(folder)
            except CharlmError as error:
                faults.append(str(error))
    if view.has_model:
        try:
            load(run)
        except CharlmError as error:
            faults.append(str(error))
    left = [entry.name for entry in run.iterdir() if entry.name.startswith(".")]
    tally.counts["killed in a save"] += bool(left)
    step, stands = view.step.step if view.step else 0, resumable_step(run)
    facts = f"step {step:>4}, resumes at {stands:>4}, {'+'.join(there) or 'nothing':<9}"
    return f"{facts} {'in a save' if left else '':<9}", faults


def resumable_step(run: Path) -> int:
    """Where `last` stands."""
    try:
        position = msgspec.json.decode((run / "last" / "trainer.json").read_bytes())
    except FileNotFoundError:
        return 0
    return int(position["step"])


def kill_apps(folder: Path, kills: int, moments: random.Random, tally: Tally) -> None:
    """One app after another, while one training goes on beside them."""
    if not kills:
        return
    (folder / "corpus.txt").write_text((PARAGRAPH + "\n") * 200)
    text = folder / "text.txt"
    text.write_text(TEXT)
    with training_beside(folder) as (process, run):
        for index in range(1, kills + 1):
            before, faults = RunReader(run).read(), []
            old, typed = text.read_text(), f"{index} "
            with app(text) as screen:
                screen.wait(lambda lines: text.name in lines[-1], "the first paint")
                screen.send(typed + (SAVE if index % 2 else ""))
                screen.send(F4)
                pause(screen, moments.uniform(0, 2))
                shown = any("beside" in line for line in screen.lines)
                tally.counts["killed on the training screen"] += shown
                screen.process.kill()
                screen.process.wait()
            if text.read_text() not in {old, typed + old}:
                faults.append("the text is neither the old nor the new one")
            if spare := [entry for entry in stayed() if entry != f"{process.pid} stayed"]:
                faults += spare
            if process.poll() is not None:
                faults.append("the training has ended")
            faults += goes_on(run, before)
            saved = "saved" if text.read_text() != old else ""
            tally.tell("app", index, f"{'runs shown' if shown else '':<10} {saved:<5}", faults)
        with app(text) as screen:
            screen.wait(lambda lines: text.name in lines[-1], "the app once more")
        request(run, "stop")
        if process.wait(PATIENCE) or RunReader(run).read().state != "stopped":
            tally.tell("app", kills, "the training", ["did not stop when asked to"])
    time.sleep(0.5)
    if faults := stayed():
        tally.tell("app", kills, "after all", faults)


@contextmanager
def training_beside(folder: Path) -> "Iterator[tuple[subprocess.Popen[bytes], Path]]":
    """A training in the background, long enough for all that is done beside it."""
    run = folder / "home" / "charlm-tui" / "runs" / "beside"
    command = [sys.executable, "-m", "tui.cli", "train", str(folder / "corpus.txt")]
    command += ["--name", "beside", "--hidden", "24", "--embed", "8", "--batch", "4"]
    command += ["--length", "16", "--minutes", "60", "--evaluations", "600", "--background"]
    with session(folder, command) as process:
        wait_until_begun(run, process)
        if process.poll() is not None:
            sys.exit(f"the training beside did not begin: {said(folder)}")
        yield process, run


def app(text: Path) -> contextlib.AbstractContextManager[Terminal]:
    """The app in a terminal of its own."""
    return terminal([sys.executable, "-m", "tui.cli", str(text)], columns=100, rows=30)


def pause(screen: Terminal, seconds: float) -> None:
    """Let the app paint for so long."""
    until = time.monotonic() + seconds
    with contextlib.suppress(AssertionError):
        screen.wait(lambda _: time.monotonic() >= until, "the moment to kill it")


def goes_on(run: Path, before: RunView) -> list[str]:
    """What is wrong where the training has not gone on since, a while given."""
    deadline = time.monotonic() + PATIENCE
    then = before.step.step if before.step else 0
    while time.monotonic() < deadline:
        view = RunReader(run).read()
        if view.state == "running" and view.step and view.step.step > then:
            return []
        time.sleep(0.1)
    return [f"the training does not go on: {view.state} {view.reason}"]


def stayed() -> list[str]:
    """The processes of this script's that are still there, itself aside."""
    mark, found = f"{MARK}={os.environ[MARK]}".encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            marked = mark in (folder / "environ").read_bytes().split(b"\0")
            zombie = ") Z " in (folder / "stat").read_text()
        except OSError:
            continue
        if marked and not zombie and folder.name != str(os.getpid()):
            found.append(f"{folder.name} stayed")
    return found


if __name__ == "__main__":
    main()
