"""A terminal that looks at the clock: what a program answers to a key, when, and in how many bytes.

It answers what programs ask a terminal at their start, as one of today does, and keeps a screen
that is brought up to date only when somebody looks, so that looking costs no measured time.
"""

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyte

from tests.tui.terminal import spawned

COLUMNS, ROWS = 80, 24
_PIECE = 1 << 16
_REST = 0.02
"""An answer that began late has so many seconds for the rest of it."""
_SPLIT = 64
"""So many of the last bytes may be the beginning of a question."""

_QUESTIONS = re.compile(
    rb"\x1b\[(?:"
    rb"(?P<status>5n)|(?P<cursor>\??6n)|(?P<kind>0?c)|(?P<version>>0?c)|(?P<name>>0?q)"
    rb"|(?P<keyboard>\?u)|\?(?P<mode>\d+)\$p|(?P<size>18t)"
    rb")"
    rb"|\x1b\](?P<color>1[0-2]);\?(?:\x07|\x1b\\)"
    rb"|(?P<capability>\x1bP\+q[0-9A-Fa-f;]*\x1b\\)"
)
_KNOWN_MODES = {b"2004", b"2026"}
"""Bracketed paste and synchronized output."""


@dataclass(frozen=True)
class Answer:
    """What came back for something that was sent."""

    first: float | None
    """Seconds from the sending to the first byte; None if nothing came."""
    last: float | None
    """Seconds to the last one."""
    bytes: int
    """How many there were."""


class _Screen(pyte.Screen):
    """Passes over the private kind of colours that vim asks for, which pyte can't read."""

    def select_graphic_rendition(self, *attributes: int, private: bool = False) -> None:
        """Set colours and attributes."""
        if not private:
            super().select_graphic_rendition(*attributes)


class Wire:
    """A program's terminal. Times are taken where a terminal's own would be: at its end."""

    def __init__(self, master: int, process: "subprocess.Popen[bytes]") -> None:
        os.set_blocking(master, False)
        self.process = process
        self.ended = False
        self._master = master
        self._unsent = b""
        self._asked = b""
        self._undrawn: list[bytes] = []
        self._screen = _Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    def press(self, key: bytes, pause: float, patience: float) -> Answer:
        """Press a key and read until the next is due, after `pause` seconds.

        It waits for an answer to begin, `patience` seconds at most.
        """
        return self._exchange(key, limit=patience, pause=pause)

    def burst(self, keys: bytes, quiet: float, patience: float) -> Answer:
        """Send keys at once and read until nothing has come for `quiet` seconds."""
        return self._exchange(keys, limit=patience, quiet=quiet)

    def settle(self, quiet: float, patience: float) -> int:
        """Read until nothing has come for `quiet` seconds; says how many bytes came before."""
        return self._exchange(b"", limit=patience, quiet=quiet).bytes

    def rest(self, patience: float = 60.0) -> None:
        """Read until nothing comes, and the program waits for something to do."""
        deadline = time.monotonic() + patience
        asleep = 0
        while asleep < 3 and time.monotonic() < deadline and not self.ended:
            asleep = asleep + 1 if not self.settle(0.1, 10.0) and self._sleeps() else 0

    def _sleeps(self) -> bool:
        """Whether none of its threads runs, nor would if there were a processor for it."""
        states = []
        for thread in Path(f"/proc/{self.process.pid}/task").glob("*/stat"):
            with contextlib.suppress(OSError):  # it has ended
                states.append(thread.read_text().rpartition(")")[2].split()[0])
        return "R" not in states

    def resize(self, columns: int, rows: int) -> None:
        """Have another size, and a screen on which nothing has been drawn yet."""
        self.lines()
        self._screen.resize(rows, columns)
        self._screen.reset()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def cells(self, rows: int, columns: int) -> list[list[pyte.screens.Char]]:
        """The first rows of the screen: each cell with its character, colours and attributes."""
        self.lines()
        drawn = self._screen.buffer
        return [[drawn[y][x] for x in range(columns)] for y in range(rows)]

    def idle(self, seconds: float) -> int:
        """How many bytes come in that time by themselves."""
        return self._exchange(b"", limit=seconds).bytes

    def until(self, marks: Sequence[bytes], patience: float, keys: bytes = b"") -> float | None:
        """Send keys, and say how many seconds it takes until all marks have come; None if never."""
        return self._exchange(keys, limit=patience, marks=marks).last

    def lines(self) -> list[str]:
        """What the screen shows, without trailing blanks."""
        for data in self._undrawn:
            self._stream.feed(data)
        self._undrawn.clear()
        return [line.rstrip() for line in self._screen.display]

    def memory(self) -> dict[str, float]:
        """Resident memory now and at most, MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        kib = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB", status, re.MULTILINE))
        return {"now": round(int(kib["VmRSS"]) / 1024, 1), "most": round(int(kib["VmHWM"]) / 1024)}

    def _exchange(
        self,
        keys: bytes,
        *,
        limit: float,
        pause: float | None = None,
        quiet: float | None = None,
        marks: Sequence[bytes] = (),
    ) -> Answer:
        """Send and read, until the first of the ends that are asked for; `limit` ends all.

        Where marks are given and never come there is no `last`.
        """
        first = last = None
        count, missing, seen = 0, list(marks), b""
        begun = time.perf_counter()
        self._unsent += keys
        while not self.ended:
            now = time.perf_counter() - begun
            due = limit
            if pause is not None and first is not None:
                due = max(pause, first + _REST)
            elif quiet is not None and not self._unsent:
                due = min(limit, (last or 0.0) + quiet)
            if now >= due:
                break
            data = self._move(due - now)
            if not data:
                continue
            last = time.perf_counter() - begun
            first = last if first is None else first
            count += len(data)
            if missing:
                seen = seen[-_SPLIT:] + data
                missing = [mark for mark in missing if mark not in seen]
                if not missing:
                    break
        return Answer(first, None if missing else last, count)

    def _move(self, seconds: float) -> bytes:
        """Send what the program takes and read what it wrote; waits so long for either."""
        sending = [self._master] if self._unsent else []
        readable, writable, _ = select.select([self._master], sending, [], max(0.0, seconds))
        if writable:
            self._unsent = self._unsent[os.write(self._master, self._unsent[:4096]) :]
        if not readable:
            return b""
        try:
            data = os.read(self._master, _PIECE)
        except OSError:  # the other end is closed
            data = b""
        self.ended = not data
        self._undrawn.append(data)
        self._reply(data)
        return data

    def _reply(self, data: bytes) -> None:
        """Answer what the program asks its terminal."""
        self._asked += data
        end = 0
        for found in _QUESTIONS.finditer(self._asked):
            end = found.end()
            match found.lastgroup:
                case "status":
                    reply = b"\x1b[0n"
                case "cursor":
                    reply = b"\x1b[1;1R"
                case "kind":
                    reply = b"\x1b[?62;22c"
                case "version":
                    reply = b"\x1b[>41;354;0c"
                case "name":
                    reply = b"\x1bP>|wire(1)\x1b\\"
                case "keyboard":
                    reply = b"\x1b[?0u"
                case "mode":
                    known = 2 if found["mode"] in _KNOWN_MODES else 0
                    reply = b"\x1b[?%b;%d$y" % (found["mode"], known)
                case "size":
                    reply = b"\x1b[8;%d;%dt" % (ROWS, COLUMNS)
                case "color":
                    dark = found["color"] != b"10"
                    shade = b"0000" if dark else b"ffff"
                    reply = b"\x1b]%b;rgb:%b\x1b\\" % (found["color"], b"/".join([shade] * 3))
                case _:
                    reply = b"\x1bP0+r\x1b\\"
            self._unsent += reply
        self._asked = self._asked[end:][-_SPLIT:]


def new_home(folder: Path) -> None:
    """Have programs that are started from now on find an empty home, made in this folder.

    Nobody's own settings have a part in it, nor has what a program that was killed left behind.
    """
    home = tempfile.mkdtemp(prefix="home", dir=folder)
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        os.environ[variable] = home
    for variable in ("COLUMNS", "LINES", "NO_COLOR", "COLORFGBG", "TEXTUAL_ANIMATIONS"):
        os.environ.pop(variable, None)


@contextmanager
def wired(command: Sequence[str]) -> Iterator[Wire]:
    """Run a command in a terminal of 80 x 24."""
    with spawned(command, COLUMNS, ROWS) as (master, process):
        yield Wire(master, process)
