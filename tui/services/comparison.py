"""Two checkpoints compared on a text, by a process of its own: whoever types waits for nothing."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from charlm_core import Compared, Score, Standing, one_line

COMPARE = (sys.executable, "-P", "-m", "tui.cli", "models", "--stream", "--compare")
"""The command that compares: two folders and a file come after it. Without -P, Python would look
for its modules in the folder one is in first, which may hold anything."""

MOST_FAULT_BYTES = 4000

NICER = 5
"""So much lower is its priority."""

TELL_SECONDS = 0.1
"""Figures are handed out so often at most."""

ENDED = "the comparison was ended"


@dataclass(frozen=True, kw_only=True)
class CompareFailed:
    """There are no more figures to come."""

    reason: str
    """Why, in a line."""


def written(found: Compared) -> str:
    """How models stand, as a line that `read` reads."""
    return json.dumps(asdict(found))


def read(line: str | bytes) -> Compared:
    """How models stand, from such a line. Raises ValueError."""
    try:
        fields = json.loads(line)
        standings = tuple(map(_standing, fields.pop("standings")))
        return Compared(standings=standings, **fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a comparison: {error}") from error


def _standing(fields: Mapping[str, Any]) -> Standing:
    scores = {name: Score(**fields[name]) for name in ("static", "adaptive")}
    return Standing(**{**fields, **scores})


class Comparison:
    """Compares in the background, and hands out the figures as they come.

    `deliver` is called in a thread, with Compared and in the end, where it fails, CompareFailed; it
    must only pass on.
    """

    def __init__(
        self,
        models: Sequence[Path],
        text: str,
        deliver: Callable[[Compared | CompareFailed], None],
        *,
        command: Sequence[str] = COMPARE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._arguments = [*command, *map(str, models), "-"]
        self._text = text
        self._deliver = deliver
        self._clock = clock
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="comparison", daemon=True)

    def open(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, done or not; nothing follows."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def _run(self) -> None:
        """The thread: hand the text over, then read what comes."""
        with tempfile.TemporaryFile() as faults:
            try:
                with self._lock:
                    if self._closed:
                        return
                    self._process = subprocess.Popen(
                        self._arguments,
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=faults,
                    )
                # Where both want to work, the editor comes first.
                with contextlib.suppress(OSError, AttributeError):
                    os.setpriority(os.PRIO_PROCESS, self._process.pid, os.nice(0) + NICER)
                with self._process as process:
                    reason = self._follow(process)
                if process.returncode or reason:
                    faults.seek(0)
                    said = faults.read(MOST_FAULT_BYTES).decode("utf-8", "replace").splitlines()
                    reason = said[-1] if said else reason or ENDED
            except OSError as error:
                reason = str(error.strerror)
        if reason:
            self._tell(CompareFailed(reason=one_line(reason.removeprefix("charlm-tui: "))))

    def _follow(self, process: "subprocess.Popen[bytes]") -> str:
        """Pass on each line; what was wrong with one, if that is so."""
        assert process.stdin is not None
        assert process.stdout is not None
        # Who does not read it may have something to say all the same.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(self._text.encode("utf-8", "surrogatepass"))
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        progress, told = 0.0, -TELL_SECONDS
        try:
            for line in process.stdout:
                found = read(line)
                progress, now = found.progress, self._clock()
                if now - told >= TELL_SECONDS or progress >= 1:
                    told = now
                    self._tell(found)
        except ValueError as error:
            process.kill()
            return str(error)
        return "" if progress >= 1 else ENDED

    def _tell(self, event: Compared | CompareFailed) -> None:
        with self._lock:
            closed = self._closed
        if not closed:
            self._deliver(event)
