"""The user's training runs: one thread follows their folders, and trainings are started and asked.

A training is a process of its own that outlives the app; all that passes between the two goes
through the run's folder, whoever started it.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from charlm_core import (
    RunError,
    RunReader,
    RunView,
    Wish,
    delete_run,
    request,
    run_folders,
    runs_directory,
)
from tui.services.plan import Plan

LOOK_SECONDS = 0.25
"""So often the runs on the screen are read."""

IDLE_SECONDS = 1.0
"""So often a training is looked after while no screen shows it."""

LIST_SECONDS = 1.0
"""So often runs that others made are looked for."""

STOP_SECONDS = 1.0
"""How long `close` waits for the thread."""

TRAIN = (sys.executable, "-m", "tui.cli", "train")
"""The command that trains."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How things stand."""

    runs: tuple[RunView, ...]
    """All runs, the newest first."""
    ended: tuple[RunView, ...] = ()
    """Those whose training came to an end since the last time."""


@dataclass(kw_only=True)
class _Child:
    """A training that this app started."""

    process: "subprocess.Popen[bytes]"
    taken_up: bool = False
    """Whether it has the run in its hands, or had it."""


@dataclass(kw_only=True)
class _Followed:
    """A run as it was read last."""

    reader: RunReader
    view: RunView
    stamp: tuple[int, ...] = field(default=())


class Trainings:
    """Follows the runs under `folder` and hands out what it sees, in a thread of its own.

    `command` is what trains, its arguments aside.
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
        self._shown: frozenset[Path] = frozenset()
        self._children: dict[Path, _Child] = {}
        self._followed: dict[Path, _Followed] = {}
        self._order: list[Path] = []
        self._listed = -LIST_SECONDS
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

    def watch(self, watched: bool, shown: Collection[Path] = ()) -> None:
        """Whether a screen shows the runs now, and which of them in detail."""
        with self._news:
            self._watched, self._shown, self._hurry = watched, frozenset(shown), True
            self._news.notify()

    def begin(self, plan: Plan) -> Path:
        """Start a training and return its run's folder. Raises RunError."""
        path = self._folder / plan.name
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.mkdir()
        except FileExistsError:
            raise RunError(
                f"{plan.name}: there is such a run already; choose another name"
            ) from None
        except OSError as error:
            raise RunError(f"{path}: {error.strerror}") from error
        budget = ("--epochs", plan.epochs) if plan.epochs else ("--minutes", plan.minutes)
        corpora = [str(corpus.absolute()) for corpus in plan.corpora]
        options = ["--name", plan.name, "--cell", plan.cell, "--size", plan.size]
        self._start(path, [*corpora, *options, *map(str, budget), "--out", str(path)])
        return path

    def resume(self, path: Path) -> None:
        """Have a run gone on with. Raises RunError."""
        self._start(path, ["--resume", str(path)])

    def ask(self, path: Path, wish: Wish) -> None:
        """Ask a training for something. Raises RunError."""
        request(path, wish)
        self._look_soon()

    def delete(self, path: Path) -> None:
        """Delete a run, checkpoints and all. Raises RunError while it is trained."""
        child = self._children.get(path)
        if child and child.process.poll() is None and not child.taken_up:
            raise RunError(f"{path.name}: its training is just starting; stop it first")
        delete_run(path)
        self._look_soon()

    def _start(self, path: Path, arguments: list[str]) -> None:
        """Start a training that does not end with the app; what it has to say goes to the log."""
        try:
            with (path / "log").open("ab") as log:
                process = subprocess.Popen(
                    [*self._command, *arguments, "--background"],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            raise RunError(f"{path}: the training did not start: {error.strerror}") from error
        self._children[path] = _Child(process=process)
        self._look_soon()

    def _look_soon(self) -> None:
        with self._news:
            self._hurry = True
            self._news.notify()

    def _run(self) -> None:
        """The thread: look, tell, wait."""
        while True:
            self._look()
            with self._news:
                pause = LOOK_SECONDS if self._watched else IDLE_SECONDS
                self._news.wait_for(lambda: self._closing or self._hurry, pause)
                if self._closing:
                    return
                hurried, self._hurry = self._hurry, False
            if hurried:
                self._listed = -LIST_SECONDS

    def _look(self) -> None:
        """Read what may have changed, and tell what did."""
        listing = self._watched and self._clock() - self._listed >= LIST_SECONDS
        changed = False
        if listing:
            self._listed = self._clock()
            order = run_folders(self._folder)
            changed = order != self._order
            self._order = order
            for path in self._followed.keys() - set(order):
                del self._followed[path]
        ended: list[RunView] = []
        for path in self._order:
            before = self._followed.get(path)
            after = self._read(path, before)
            if before is None or after is not before.view:
                changed = True
            if before and before.view.held and not after.held:
                ended.append(after)
        for path in [path for path in self._children if path not in self._followed]:
            # Its folder is gone; it will notice.
            if self._children[path].process.poll() is not None:
                del self._children[path]
        if changed and not self._closing:
            views = (self._followed[path].view for path in self._order if path in self._followed)
            self._deliver(Seen(runs=tuple(views), ended=tuple(ended)))

    def _read(self, path: Path, before: _Followed | None) -> RunView:
        """A run's view: a new one where it may be another than before."""
        child = self._children.get(path)
        alive = child is not None and child.process.poll() is None
        stamp = _stamp(path)
        if before and not child and not before.view.held and stamp == before.stamp:
            return before.view
        reader = before.reader if before else RunReader(path)
        view = reader.read(starting=alive and child is not None and not child.taken_up)
        if child:
            # `starting` alone is said on the child's word.
            child.taken_up |= view.held and view.state != "starting"
            if not alive:
                del self._children[path]
        if before and view == before.view:
            before.stamp = stamp
            return before.view
        self._followed[path] = _Followed(reader=reader, view=view, stamp=stamp)
        return view


def _stamp(path: Path) -> tuple[int, ...]:
    """Changes whenever a run's record does."""
    found = []
    for name in ("metrics.jsonl", "log", "best"):
        try:
            status = os.stat(path / name)  # noqa: PTH116 - one call less a file
            found += [status.st_mtime_ns, status.st_size]
        except OSError:
            found.append(0)
    return tuple(found)
