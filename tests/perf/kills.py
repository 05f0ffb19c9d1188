"""kill -9 at random moments of somebody who types: what is lost, and whether a file is ever hurt.

    python -m tests.perf.kills [--kills 500] [--seed 1] [--offers 25]

A robot types seeded words into the app in a pseudo-terminal, with line breaks, corrections, pauses
and saves, and kills it at a random moment. Then the file has to hold what it held at the start or
at one of the saves; and the journal, or the file where the journal has nothing to offer, a text
that was there once all keys older than a second had been typed. Where the machine is so busy that
the app had not even shown such keys a second before the kill, that is counted, and no fault. Each
25th time, say, the app itself is started once more, asked to recover the text and to save it, and
the file compared. A line tells of each fault; ends with one JSON object, and exit status 1 if there
was one.
"""

import argparse
import json
import os
import random
import re
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyte

from charlm_core import DocumentError
from tests.tui.terminal import spawned, terminal
from tui.services.journal import discard, journals_folder, leftovers, recovered_text

LIFE_SECONDS = (0.1, 2.0)
"""How long it types before it is killed."""
SAFE_SECONDS = 1.0
"""What was typed so long before may not be lost."""
PATIENCE = 60.0
"""Seconds after which what is waited for is not coming."""
LONGEST = 3000
"""Characters after which it begins with a short text again."""
START = "A text that nobody may lose.\n" * 5
WORDS = ("and", "the", "of", "quick", "brown", "foxes", "jump", "over", "lazy", "dogs", "letters")
SIZE = (80, 24)
_PLACE = re.compile(r" (\d+):(\d+) ")
"""In the last line: the cursor's row and column."""
ENTER, BACKSPACE, SAVE, QUIT = "\r", "\x7f", "\x13", "\x11"


@dataclass
class Typing:
    """What was sent, and what the text is after each key."""

    start: str
    texts: list[str] = field(default_factory=list)
    """After so many keys; the first is the one at the start."""
    sent: list[float] = field(default_factory=list)
    saves: list[int] = field(default_factory=list)
    """After how many keys it was saved."""
    typed: str = ""
    output: list[tuple[float, bytes]] = field(default_factory=list)
    """What the app wrote, and when."""

    def __post_init__(self) -> None:
        self.texts.append(self.start)
        self.sent.append(0.0)

    def note(self, key: str) -> None:
        """A key was sent; the cursor is behind what was typed, at the top of the text."""
        if key == SAVE:
            self.saves.append(len(self.texts) - 1)
        elif key == BACKSPACE:
            self.typed = self.typed[:-1]
        else:
            self.typed += "\n" if key == ENTER else key
        self.texts.append(self.typed + self.start)
        self.sent.append(time.monotonic())

    def safe(self, killed: float) -> int:
        """How many keys were sent long enough before."""
        return sum(moment <= killed - SAFE_SECONDS for moment in self.sent) - 1

    def shown(self, killed: float) -> int:
        """How many of those keys had been shown by then, as the cursor's place told."""
        screen = pyte.Screen(*SIZE)
        stream = pyte.ByteStream(screen)
        for moment, data in self.output:
            if moment <= killed - SAFE_SECONDS:
                stream.feed(data)
        place = _PLACE.search(screen.display[-1])
        if place is None:
            return 0
        for at in range(self.safe(killed), 0, -1):
            typed = self.texts[at][: len(self.texts[at]) - len(self.start)]
            if (typed.count("\n") + 1, len(typed.rpartition("\n")[2]) + 1) == (
                int(place[1]),
                int(place[2]),
            ):
                return at
        return 0


def keys(generator: random.Random, typing: Typing) -> Iterator[tuple[str, float]]:
    """Keys without end, each with the seconds to wait after it."""
    while True:
        pace = generator.choice((0.0005, 0.003, 0.02, 0.08))
        for _ in range(generator.randrange(1, 9)):
            for character in generator.choice(WORDS) + " ":
                yield character, generator.random() * 2 * pace
                if typing.typed and generator.random() < 0.05:
                    yield BACKSPACE, pace
            # A line that is indented would hand that on to the next.
            line = typing.typed.rpartition("\n")[2]
            if line[:1].isalpha() and generator.random() < 0.15:
                yield ENTER, pace
        if generator.random() < 0.3:
            yield SAVE, generator.choice((0.0, 0.01, 0.2))
        if generator.random() < 0.3:
            yield "x", generator.choice((0.05, 0.3, 0.6))


class Robot:
    """Types into one app after another, and looks at what is left of each."""

    def __init__(self, folder: Path, generator: random.Random) -> None:
        self._folder = folder
        self._generator = generator
        self._text = START
        self.counts: Counter[str] = Counter()
        self.lost_ms: list[float] = []
        """For each kill, for how long before it what was typed is lost."""

    def round(self, number: int, *, offered: bool) -> list[str]:
        """Type, kill and look; what is wrong."""
        if len(self._text) > LONGEST:
            self._text = START
        path = self._folder / f"text-{number}.txt"
        path.write_text(self._text)
        typing = Typing(self._text)
        killed = self._type(path, typing)
        held = self._held(path, typing, killed)
        if held is None:
            return [f"{path.name} does not hold what was saved last"]
        faults: list[str] = []
        text, found = held, leftovers(journals_folder())
        if len(found) > 1 or any(leftover.path != path for leftover in found):
            faults.append(f"offered {[str(leftover.path) for leftover in found]}")
        for leftover in found:
            try:
                text = recovered_text(leftover)
            except DocumentError as error:
                faults.append(str(error))
            self.counts["offered"] += 1
            self.counts["cut short"] += not leftover.whole
            if text == held:
                faults.append("offered what the file holds")
        faults += self._compare(text, typing, killed)
        if found and offered:
            faults += self._through_the_app(path, text)
        for leftover in found:
            discard(leftover)
        self.counts["in a save"] += len(list(self._folder.glob(".charlm-*.tmp")))
        for left in self._folder.iterdir():
            if left.is_file():
                left.unlink()
        self._text = text
        return faults

    def _type(self, path: Path, typing: Typing) -> float:
        """Type into the app and kill it; when that was."""
        with app(path) as (master, process):
            until = time.monotonic() + PATIENCE
            seen = b""
            while path.name.encode() not in seen:
                if time.monotonic() > until or process.poll() is not None:
                    sys.exit(f"the app did not start: {seen[-500:]!r}")
                seen += (data := drained(master, 0.05))
                typing.output.append((time.monotonic(), data))
            end = time.monotonic() + self._generator.uniform(*LIFE_SECONDS)
            for key, pause in keys(self._generator, typing):
                os.write(master, key.encode())
                typing.note(key)
                rest = min(time.monotonic() + pause, end)
                left = 0.0
                while left >= 0:
                    data = drained(master, left)
                    typing.output.append((time.monotonic(), data))
                    left = rest - time.monotonic()
                if time.monotonic() >= end:
                    break
            process.kill()
            killed = time.monotonic()
            process.wait()
        self.counts["keys"] += len(typing.texts) - 1
        self.counts["saves"] += len(typing.saves)
        return killed

    def _held(self, path: Path, typing: Typing, killed: float) -> str | None:
        """The file's text, if it is what was saved last, or since it had to be."""
        held = path.read_text()
        safe = typing.safe(killed)
        earliest = max([0, *(at for at in typing.saves if at < safe)])
        known = [typing.texts[at] for at in (earliest, *typing.saves) if at >= earliest]
        return held if held in known else None

    def _compare(self, text: str, typing: Typing, killed: float) -> list[str]:
        """What is wrong with the text that a kill left behind."""
        # The latest of the moments at which this was the text.
        at = max((at for at, was in enumerate(typing.texts) if was == text), default=-1)
        if at < 0:
            return [f"a text that never was: {text[:200]!r} …"]
        missing = typing.sent[at + 1] if at + 1 < len(typing.sent) else killed
        self.lost_ms.append((killed - missing) * 1e3)
        if at < typing.safe(killed):
            if at >= (shown := typing.shown(killed)):
                self.counts["not shown in time"] += 1
                return []
            late = f"{len(typing.texts) - 1 - at} keys lost, {self.lost_ms[-1]:.0f} ms"
            return [f"{late}; {shown - at} of them had been shown for a second"]
        return []

    def _through_the_app(self, path: Path, text: str) -> list[str]:
        """Have the app offer the text, recover it and save it."""
        command = [sys.executable, "-m", "tui.cli", str(path)]
        with terminal(command, columns=100, rows=30) as screen:
            try:
                screen.wait(lambda lines: "Recover it" in "".join(lines), "the offer")
                # It hears nothing at first.
                calm = time.monotonic() + 1.5
                screen.wait(lambda _: time.monotonic() > calm, "a moment")
                screen.send("r")
                screen.wait(lambda lines: "Recover it" not in "".join(lines), "the text")
                screen.send(SAVE)
                until = time.monotonic() + PATIENCE
                screen.wait(
                    lambda _: path.read_text() == text or time.monotonic() > until, "the file"
                )
                screen.send(QUIT)
                status = screen.finish()
            except AssertionError as error:
                return [f"through the app: {error}"]
        self.counts["through the app"] += 1
        faults = [f"the app ended with {status}"] if status else []
        if path.read_text() != text:
            faults.append("the app recovered another text")
        if leftovers(journals_folder()):
            faults.append("the app did not clear away what it recovered")
        return faults


@contextmanager
def app(path: Path) -> "Iterator[tuple[int, subprocess.Popen[bytes]]]":
    """The app on a file, in a terminal of its own."""
    with spawned([sys.executable, "-m", "tui.cli", str(path)], *SIZE) as (master, process):
        yield master, process


def drained(master: int, seconds: float) -> bytes:
    """What the program writes; waits so long for something at most."""
    if not select.select([master], [], [], seconds)[0]:
        return b""
    try:
        return os.read(master, 1 << 16)
    except OSError:  # the other end is closed
        return b""


def main() -> None:
    """Kill and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--offers", type=int, default=25, help="each so-manieth through the app")
    arguments = parser.parse_args()
    wrong, begun = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        # Nobody's own settings and journals have a part in it.
        for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ[variable] = str(Path(name) / "home")
        texts = Path(name) / "texts"
        texts.mkdir()
        robot = Robot(texts, random.Random(arguments.seed))
        for number in range(1, arguments.kills + 1):
            faults = robot.round(number, offered=number % arguments.offers == 0)
            wrong += bool(faults)
            if faults:
                print(f"kill {number}: {'; '.join(faults)}", file=sys.stderr, flush=True)
    lost = sorted(robot.lost_ms) or [0.0]
    report = {
        "kills": arguments.kills,
        **robot.counts,
        "lost_ms": {"p50": round(statistics.median(lost)), "max": round(lost[-1])},
        "seconds_per_kill": round((time.monotonic() - begun) / max(arguments.kills, 1), 2),
        "wrong": wrong,
    }
    print(json.dumps(report, indent=2))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
