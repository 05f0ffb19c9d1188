"""An editor with a text open, typed into as a person would, and what each key was answered with."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.perf.programs import Place, Program, Shape, size_of
from tests.perf.terminals import COLUMNS, Answer, Wire, new_home, wired

PAUSES = (0.06, 0.12)
"""Seconds between the keys of a quick typist."""
PATIENCE = 60.0
"""A program that takes longer to open a text, or to answer a key, is given up on."""
BUDGET = 20.0
"""Seconds that the keys at one place may be waited for, pauses aside."""
TAIL = 12
"""So many of the last typed characters are looked for on the screen."""


@dataclass
class Typed:
    """What was typed at one place, and the answers to it."""

    text: str = ""
    answers: list[Answer] = field(default_factory=list)
    """To each key but those of the burst."""
    spent: float = 0.0
    """Seconds."""
    ghosts: int | None = None
    """After so many of the keys a ghost showed; None where none is looked for."""
    burst: Answer | None = None
    """To the same text sent at once."""
    fault: str = ""
    """Why there is no more of it."""


@dataclass
class Session:
    """A program with a text open."""

    program: Program
    size: str
    shape: Shape
    wire: Wire
    open_s: float | None
    """From the start of the process to the paint of the text; None where it was given up on."""
    memory: dict[str, float] = field(default_factory=dict)
    """Resident, MiB: when opened, in the end, and at most."""
    idle_bytes: int | None = None
    """What came in three seconds in which nobody typed."""
    places: dict[Place, Typed] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For a person."""
        return f"{self.program.name} {self.size} {self.shape}"

    @property
    def alive(self) -> bool:
        """Whether it can be typed into."""
        return self.open_s is not None and not self.wire.ended

    def go(self, place: Place) -> None:
        """Go to where the next text is typed, if there is a way."""
        steps = self.program.go[self.shape].get(place)
        if steps is not None and self.alive:
            half = str(size_of(self.size) // 2)
            asked = [keys.decode().replace("{half}", half) for keys in steps]
            for keys in asked:
                self.wire.burst(keys.encode(), 0.2, PATIENCE)
            self.wire.settle(0.5, 5.0)
            # Within a line text follows that is none.
            ghosts = self.program.ghosts and (self.shape == "prose" or place == "end")
            self.places[place] = Typed(ghosts=0 if ghosts else None)
            # The last line tells where the cursor is.
            screen = "\n".join(self.wire.lines()[:-1])
            if any(keys in screen for keys in asked if keys.isprintable() and len(keys) > 2):
                self.places[place].fault = "typed the way there in place of going it"

    def type(self, place: Place, keys: str, pauses: random.Random) -> None:
        """Type with pauses, unless it has taken too long already."""
        typed = self.places.get(place)
        if typed is None or typed.fault:
            return
        for key in keys:
            if typed.spent > BUDGET:
                typed.fault = f"given up after {len(typed.answers)} keys"
                return
            pause = pauses.uniform(*PAUSES)
            answer = self.wire.press(key.encode(), pause, PATIENCE)
            typed.text += key
            if answer.first is None:
                typed.fault = f"no answer to a key in {PATIENCE:.0f} s"
                return
            typed.answers.append(answer)
            typed.spent += max(0.0, answer.first - pause)
            if typed.ghosts is not None:
                typed.ghosts += self._ghost(typed.text)
        self._look(typed)

    def burst(self, place: Place, keys: str) -> None:
        """Type all at once."""
        typed = self.places.get(place)
        if typed is not None and not typed.fault:
            typed.burst = self.wire.burst(keys.encode(), 0.4, PATIENCE)
            typed.text += keys
            self._look(typed)

    def rest(self) -> None:
        """Take note of what comes when nobody types, and of the memory that it takes by then."""
        if self.alive:
            self.wire.settle(1.0, 10.0)
            self.idle_bytes = self.wire.idle(3.0)
            self.memory |= self.wire.memory()

    def _ghost(self, text: str) -> bool:
        """Whether more stands behind what was typed."""
        # The last column is the scroll bar's.
        lines = [line[: COLUMNS - 1] for line in self.wire.lines()]
        return any(line.partition(text[-TAIL:])[2].strip() for line in lines)

    def _look(self, typed: Typed) -> None:
        """See to it that what was measured was the typing of this text."""
        tail = "".join(typed.text[-TAIL:].split())
        deadline = time.monotonic() + PATIENCE
        while tail not in "".join("".join(self.wire.lines()).split()):
            if time.monotonic() > deadline:
                typed.fault = "what was typed does not show"
                break
            self.wire.settle(0.1, 2.0)
        # A key that is still being painted is not the next one's answer.
        self.wire.settle(0.1, 2.0)


@contextmanager
def opened(program: Program, path: Path, size: str, shape: Shape) -> Iterator[Session]:
    """A program on a file, ready to be typed into; with an empty home, beside the file."""
    new_home(path.parent)
    with wired(program.command(path)) as wire:
        session = Session(program, size, shape, wire, wire.until(program.painted(path), PATIENCE))
        if session.open_s is None:
            wire.process.kill()
        else:
            for _ in range(int(PATIENCE)):
                wire.settle(0.5, 5.0)
                if program.ready(wire.lines()) or wire.ended:
                    break
        if session.alive:
            session.memory = {"opened": wire.memory()["now"]}
        yield session
