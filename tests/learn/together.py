"""What each process does in the tests of several: `python -m tests.learn.together SCENE FOLDER`."""

import dataclasses
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import torch

from charlm_core.learn.distributed import Ranks, joined
from charlm_core.learn.events import Continued, Event, Paused, Step
from charlm_core.learn.launch import Training, resume, start
from charlm_core.learn.learner import Learner, Placed
from charlm_core.learn.runs import request
from tests.learn.support import SMALL
from tui.cli import main

LANES = dataclasses.replace(
    SMALL, batch=5, epochs=50 / 19, dropout=0.0, weight_drop=0.0, evaluations=2
)
"""Fifty steps through five lanes, which two processes can't share evenly."""

WINDOWS = dataclasses.replace(
    LANES, passage="windows", batch=21, length=20, epochs=1.0, held_out=0.0
)
"""A pass whose last step has one window, so that a process has none."""


def losses(events: list[Event]) -> list[float]:
    """Of the steps, nats per character."""
    return [event.nats for event in events if isinstance(event, Step)]


def after(steps: int) -> Callable[[], bool]:
    """Wants to stop after so many steps."""
    asked = iter([False] * steps)
    return lambda: next(asked, True)


def told(folder: Path, ranks: Ranks, scene: str, events: list[Event]) -> None:
    """Leave the kinds and steps of all events for the test to look at."""
    lines = [[type(event).__name__, event.step, getattr(event, "nats", 0)] for event in events]
    (folder / f"{scene}.{ranks.rank}.json").write_text(json.dumps(lines))


def train_all(folder: Path) -> None:
    """Whole trainings, one to be resumed by one process, one that one process began."""
    text = [str(folder / "paragraph.txt")]
    with joined() as ranks:
        for scene, config in (("lanes", LANES), ("windows", WINDOWS)):
            training = start(text, name=scene, config=config, out=folder / scene, ranks=ranks)
            told(folder, ranks, scene, list(training.events()))
        training = start(text, name="half", config=LANES, out=folder / "half", ranks=ranks)
        # One of them is enough to stop all.
        told(folder, ranks, "half", list(training.events(after(20 if ranks.rank else 999))))
        training = resume(folder / "begun", ranks)
        told(folder, ranks, "begun", list(training.events()))
        config = dataclasses.replace(LANES, dropout=0.5)
        training = start(text, name="asked", config=config, out=folder / "asked", ranks=ranks)
        told(folder, ranks, "asked", answered(training))


def answered(training: Training) -> list[Event]:
    """The events of a training that is asked to pause, to go on and then to stop."""
    folder, events = training.run.path, []
    for event in training.events():
        events.append(event)
        if training.ranks.first:
            if isinstance(event, Step) and event.step == 3:
                request(folder, "pause")
            elif isinstance(event, Paused):
                threading.Timer(0.3, request, [folder, ""]).start()
            elif isinstance(event, Continued):
                request(folder, "stop")
    return events


def fail(folder: Path, trouble: Callable[[torch.nn.Module], None]) -> None:
    """The command line, the second process meeting `trouble` at its fifth step."""
    learn, rank, step = Learner.gradients, int(os.environ["RANK"]), iter(range(1, 1000))

    def gradients(self: Learner, batch: Placed) -> torch.Tensor:
        if next(step) == 5 and rank == 1:
            trouble(self.model)
        return learn(self, batch)

    Learner.gradients = gradients  # type: ignore[method-assign]
    options = "--name n --hidden 16 --embed 8 --length 16 --batch 4 --epochs 9 --device cpu"
    options += " --precision float32 --json"
    corpus, out = str(folder / "paragraph.txt"), str(folder / "run")
    main(["train", corpus, "--out", out, *options.split()])


def forget_numbers(model: torch.nn.Module) -> None:
    """Not-a-number in the weights."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(torch.nan)


def run_out_of_memory(_: torch.nn.Module) -> None:
    """As the processor's allocator says it."""
    raise MemoryError


def vanish(_: torch.nn.Module) -> None:
    """As when the system kills a process."""
    os._exit(9)


SCENES: dict[str, Callable[[Path], None]] = {
    "train": train_all,
    "nan": lambda folder: fail(folder, forget_numbers),
    "memory": lambda folder: fail(folder, run_out_of_memory),
    "vanish": lambda folder: fail(folder, vanish),
}

if __name__ == "__main__":
    SCENES[sys.argv[1]](Path(sys.argv[2]))
