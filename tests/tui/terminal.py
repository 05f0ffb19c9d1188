"""A real pseudo-terminal with a program in it, and an emulator that says what the screen shows."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyte

PATIENCE = 60.0
"""Seconds after which what is waited for is not coming; a busy machine takes a few."""


class Terminal:
    """A screen and a keyboard."""

    def __init__(self, master: int, process: "subprocess.Popen[bytes]", size: tuple[int, int]):
        self.process = process
        self.received = b""
        self._master = master
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def lines(self) -> list[str]:
        """What the screen shows, without trailing blanks."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def screen(self) -> pyte.Screen:
        """Every cell with its character and colours, and where the cursor is."""
        return self._screen

    def send(self, keys: str) -> None:
        """Press keys; escape sequences and all."""
        os.write(self._master, keys.encode())

    def wait(self, until: Callable[[list[str]], bool], what: str) -> None:
        """Read until the screen shows something."""
        deadline = time.monotonic() + PATIENCE
        while not until(self.lines):
            if time.monotonic() > deadline or not self._read():
                screen = "\n".join(self.lines)
                raise AssertionError(f"never saw {what}; the screen shows:\n{screen}")

    def finish(self) -> int:
        """Read until the program ends, and return its exit status."""
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def close(self) -> int:
        """Close the window without a word, and return the program's exit status once it ends."""
        # What owns the number closes it in the end, so it must not become another file's.
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), self._master)
        return self.process.wait(PATIENCE)

    def read(self, seconds: float) -> bool:
        """Take what the program writes within so many seconds; whether there was anything."""
        return bool(select.select([self._master], [], [], seconds)[0]) and self._take()

    def _read(self) -> bool:
        """Take what the program writes; False when it has ended."""
        if not select.select([self._master], [], [], 0.1)[0]:
            return self.process.poll() is None
        return self._take()

    def _take(self) -> bool:
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:  # the other end is closed
            return False
        self.received += data
        self._stream.feed(data)
        return bool(data)


@contextmanager
def spawned(
    command: Sequence[str], columns: int, rows: int
) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Run a command in a pseudo-terminal of its own: the terminal's side of it, and the process."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        # Make it the process's own terminal, so that closing it hangs up on the process.
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    )
    os.close(slave)
    try:
        yield master, process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
        os.close(master)


@contextmanager
def terminal(command: Sequence[str], columns: int = 80, rows: int = 24) -> Iterator[Terminal]:
    """Run a command in a terminal with a screen."""
    with spawned(command, columns, rows) as (master, process):
        yield Terminal(master, process, (columns, rows))
