"""How fast this machine trains each size: measured in threads of their own, told as it goes."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from charlm_core import Cell, CharlmError, Speed


class Measuring(Protocol):
    """A measurement under way."""

    def __iter__(self) -> Iterator[Speed]:
        """Each size's speed, as soon as it is known. Raises CharlmError."""
        ...

    def stop(self) -> None:
        """End it; called in another thread."""
        ...


Measure = Callable[[Cell], Measuring]
"""Begins to measure all sizes with a recurrence. Raises CharlmError."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A size was measured, or can't be."""

    cell: Cell
    """With which recurrence."""
    speed: Speed | None = None
    """What it costs."""
    fault: str = ""
    """Why there is none."""


class Speedometer:
    """Measures one recurrence at a time; `deliver` is called in a thread and must only pass on."""

    def __init__(self, measure: Measure, deliver: Callable[[Measured], None]) -> None:
        self._measure = measure
        self._deliver = deliver
        self._lock = threading.Lock()
        self._wanted: Cell | None = None
        self._turn = 0
        self._under_way: Measuring | None = None
        self._done: set[Cell] = set()

    def want(self, cell: Cell) -> None:
        """Have this recurrence measured, if it isn't yet, and no other."""
        if cell == self._wanted:
            return
        self._begin(cell)
        if cell not in self._done:
            threading.Thread(
                target=self._run, args=(cell, self._turn), name="speeds", daemon=True
            ).start()

    def close(self) -> None:
        """End what is under way; nothing follows."""
        self._begin(None)

    def _begin(self, wanted: Cell | None) -> None:
        """End what is under way, for something else."""
        with self._lock:
            self._wanted = wanted
            self._turn += 1
            if self._under_way:
                self._under_way.stop()
            self._under_way = None

    def _run(self, cell: Cell, turn: int) -> None:
        """A thread: measure as long as it is its turn."""
        try:
            measuring = self._measure(cell)
            with self._lock:
                if turn == self._turn:
                    self._under_way = measuring
                else:
                    measuring.stop()
            for speed in measuring:
                self._tell(Measured(cell=cell, speed=speed), turn)
        except (CharlmError, OSError) as error:
            self._tell(Measured(cell=cell, fault=str(error)), turn)
            return
        with self._lock:
            if turn == self._turn:
                self._under_way = None
                self._done.add(cell)

    def _tell(self, measured: Measured, turn: int) -> None:
        if turn == self._turn:
            self._deliver(measured)
