"""The user's training runs: one thread follows their folders, and trainings are started and asked.

A training is a process of its own that outlives the app; all that passes between the two goes
through the run's folder, whoever started it.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from charlm_core import (
    RunError,
    RunReader,
    RunView,
    Wish,
    delete_run,
    make_private,
    request,
    run_folders,
    runs_directory,
)
from tui.services.plan import Plan

LOOK_SECONDS = 0.25
"""So often the runs that are being trained are read while a screen shows them."""

IDLE_SECONDS = 1.0
"""So often while none does."""

LIST_SECONDS = 1.0
"""So often other runs are looked after while a screen shows them."""

STOP_SECONDS = 1.0
"""How long `close` waits for the thread."""

TRAIN = (sys.executable, "-P", "-m", "tui.cli", "train")
"""The command that trains; no module of the folder that one happens to be in is imported."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How things stand."""

    runs: tuple[RunView, ...]
    """All runs, the newest first."""
    ended: tuple[RunView, ...] = ()
    """Those whose training came to an end since the last time."""
    complete: bool = True
    """Whether all have been read; of many runs some are told before."""


@dataclass(kw_only=True)
class _Child:
    """A training that this app started."""

    process: "subprocess.Popen[bytes]"
    taken_up: bool = False
    """Whether it has made a step."""

    @property
    def starting(self) -> bool:
        """Whether it is on its way to its first step."""
        return not self.taken_up and self.process.poll() is None


@dataclass(frozen=True, kw_only=True)
class _Followed:
    """A run as it was read last."""

    reader: RunReader
    view: RunView
    stamp: tuple[int, ...]


class Trainings:
    """Follows the runs under `folder` and hands out what it sees, in a thread of its own.

    `deliver` is called in that thread and must only pass on. While no screen shows the runs, only
    those are followed that are being trained. `command` is what trains, its arguments aside.
    """

    def __init__(
        self,
        deliver: Callable[[Seen], None],
        *,
        folder: Path | None = None,
        command: Sequence[str] = TRAIN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deliver = deliver
        self._folder = folder or runs_directory()
        self._command = tuple(command)
        self._clock = clock
        self._news = threading.Condition()
        self._closing = False
        self._watched = False
        self._hurry = False
        self._untold = False
        self._spawning: set[Path] = set()
        self._children: dict[Path, _Child] = {}
        self._followed: dict[Path, _Followed] = {}
        self._order: list[Path] = []
        self._listed = self._told = -LIST_SECONDS
        self._thread = threading.Thread(target=self._run, name="trainings", daemon=True)

    def open(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def close(self) -> None:
        """End the thread; trainings go on."""
        with self._news:
            self._closing = True
            self._news.notify()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def watch(self, watched: bool) -> None:
        """Whether a screen shows the runs now; if so it is told how they stand, changed or not."""
        with self._news:
            self._watched, self._untold, self._hurry = watched, watched, True
            self._news.notify()

    def begin(self, plan: Plan) -> Path:
        """Start a training and return its run's folder. Raises RunError."""
        path = self._folder / plan.name
        try:
            # What one writes, and learns from it, is for nobody else.
            make_private(self._folder)
            path.mkdir(mode=0o700)
        except FileExistsError:
            raise RunError(f"there is a run called {plan.name}; choose another name") from None
        except OSError as error:
            raise RunError(f"{path}: {error.strerror}") from error
        budget = ("--epochs", plan.epochs) if plan.epochs else ("--minutes", plan.minutes)
        chosen = ("--cell", plan.cell, "--size", plan.size, *map(str, budget))
        if plan.preset:
            chosen = ("--cell", plan.cell, "--preset", plan.preset)
        elif plan.begin_with:
            chosen = ("--from", plan.begin_with, *map(str, budget))
        options = ["--name", plan.name, *chosen, "--out", str(path)]
        self._start(path, [*(str(corpus.absolute()) for corpus in plan.corpora), *options])
        return path

    def resume(self, path: Path) -> None:
        """Have a run gone on with. Raises RunError."""
        child = self._children.get(path)
        if child and child.process.poll() is None:
            raise RunError(f"{path.name} is being trained already")
        self._start(path, ["--resume", str(path)])

    def ask(self, path: Path, wish: Wish) -> None:
        """Ask a training for something. Raises RunError."""
        child = self._children.get(path)
        request(path, wish)
        if wish == "stop" and child and child.starting:
            # It has nothing to keep yet, and may not look into its folder for a while.
            child.process.terminate()
        self._look_soon()

    def delete(self, path: Path) -> None:
        """Delete a run, checkpoints and all. Raises RunError while it is trained."""
        child = self._children.get(path)
        if child and child.starting:
            raise RunError(f"{path.name} is just starting; stop it first")
        delete_run(path)
        self._look_soon()

    def _start(self, path: Path, arguments: list[str]) -> None:
        """Start a training that does not end with the app; what it has to say goes to the log."""
        # A folder with a log and no process would look like a training that failed.
        self._spawning.add(path)
        try:
            with open(path / "log", "ab", opener=_for_the_owner) as log:
                process = subprocess.Popen(
                    [*self._command, *arguments, "--background"],
                    stdin=subprocess.DEVNULL,
                    # The result; the log has it from the trainer.
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    start_new_session=True,
                )
            with self._news:
                self._children[path] = _Child(process=process)
        except OSError as error:
            raise RunError(f"{path}: the training did not start: {error.strerror}") from error
        finally:
            self._spawning.discard(path)
            self._look_soon()

    def _look_soon(self) -> None:
        with self._news:
            self._hurry = True
            self._news.notify()

    def _run(self) -> None:
        """The thread: look, tell, wait."""
        while True:
            with self._news:
                self._news.wait_for(lambda: self._closing or self._hurry, self._pause())
                if self._closing:
                    return
                listing = self._hurry or (
                    self._watched and self._clock() - self._listed >= LIST_SECONDS
                )
                self._hurry = False
            self._look(listing=listing)

    def _pause(self) -> float | None:
        """Seconds until the next look; None where there is nothing to look at."""
        if self._watched:
            return LOOK_SECONDS
        return IDLE_SECONDS if self._children or self._trained() else None

    def _trained(self) -> list[Path]:
        """The runs that a process had in its hands when they were looked at."""
        return [path for path in self._order if self._held(path)]

    def _held(self, path: Path) -> bool:
        return path in self._children or (path in self._followed and self._followed[path].view.held)

    def _look(self, *, listing: bool) -> None:
        """Read what may have changed, and tell what did."""
        ended: list[RunView] = []
        if listing:
            self._list()
        for path in self._order if listing else self._trained():
            before = self._followed.get(path)
            after = self._read(path, before)
            if before is None or after is not before.view:
                self._untold = True
            if before and before.view.held and not after.held:
                ended.append(after)
            if self._untold and self._watched and self._clock() - self._told > 2 * LOOK_SECONDS:
                # Of many runs the first are told before all have been read.
                self._tell(ended, complete=False)
                self._untold, ended = True, []
        self._reap()
        if self._untold:
            self._tell(ended, complete=True)

    def _list(self) -> None:
        """Look which runs there are."""
        self._listed = self._clock()
        try:
            order = run_folders(self._folder)
        except OSError:
            # Those that are known may still be read.
            return
        if order != self._order:
            self._untold, self._order = True, order
        for path in self._followed.keys() - set(order):
            del self._followed[path]

    def _tell(self, ended: list[RunView], *, complete: bool) -> None:
        self._untold, self._told = False, self._clock()
        views = (self._followed[path].view for path in self._order if path in self._followed)
        if not self._closing:
            self._deliver(Seen(runs=tuple(views), ended=tuple(ended), complete=complete))

    def _read(self, path: Path, before: _Followed | None) -> RunView:
        """A run's view: a new one where it may be another than before."""
        spawning = path in self._spawning
        child = self._children.get(path)
        stamp = _stamp(path)
        if before and not child and not before.view.held and stamp == before.stamp:
            return before.view
        reader = before.reader if before else RunReader(path)
        view = reader.read(starting=spawning or (child is not None and child.starting))
        if child and view.state not in {"starting", "failed"}:
            child.taken_up = True
        if before and view == before.view:
            view = before.view
        self._followed[path] = _Followed(reader=reader, view=view, stamp=stamp)
        return view

    def _reap(self) -> None:
        """Let go of the trainings that have ended; whatever follows is read from the folder."""
        with self._news:
            for path, child in list(self._children.items()):
                if child.process.poll() is not None:
                    del self._children[path]
                    self._hurry = True


def _for_the_owner(name: str, flags: int) -> int:
    """Open a file so that, where it is made, nobody else may read it."""
    return os.open(name, flags, 0o600)


def _stamp(path: Path) -> tuple[int, ...]:
    """Changes whenever a run's record does."""
    found = []
    for name in ("config.json", "metrics.jsonl", "log", "best"):
        try:
            status = os.stat(path / name)  # noqa: PTH116 - one call less a file
            found += [status.st_mtime_ns, status.st_size]
        except OSError:
            found.append(0)
    return tuple(found)
