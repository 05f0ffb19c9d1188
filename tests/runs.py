"""Training runs on disk, as a trainer would have left them, without a trainer."""

import math
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from charlm_core.config import ModelConfig
from charlm_core.learn.config import TrainConfig
from charlm_core.learn.describe import describe
from charlm_core.learn.events import Began, Done, Evaluation, Event, Sample, Step
from charlm_core.learn.runs import Recorder, Run, RunConfig

BEGAN = Began(
    step=0,
    parameters=1_203_456,
    chars=1_003_854,
    valid_chars=111_540,
    steps_per_epoch=100,
    dropout=0.5,
    device="cpu",
    precision="bfloat16",
    threads=1,
)
"""What a trainer says first."""

WRITING = "The king is gone to bed,\nand all the lords are with him.\n\nROMEO:\nI will not stay."
"""What the model of these runs writes."""


def make_run(path: Path, events: Sequence[Event], *, epochs: float = 4.0) -> Run:
    """A run that these events have happened to; its log says them in words."""
    train = TrainConfig(model=ModelConfig(hidden=512), epochs=epochs)
    run = Run.create(path, RunConfig(name=path.name, corpora=("-",), train=train, facts=()))
    add(run, events)
    return run


def add(run: Run, events: Sequence[Event]) -> None:
    """Have more happen to a run."""
    # A second passes between two steps, so that each is recorded.
    recorder = Recorder(run=run, clock=count().__next__)
    with (run.path / "log").open("a", encoding="utf-8") as log:
        for event in events:
            recorder.record(event)
            if line := describe(event):
                log.write(f"2026-01-02 03:04:05 {line}\n")


def step(number: int, *, nats: float = 2.0, of: int = 400) -> Step:
    """One step of a training of so many; a hundred make an epoch, ten take a second."""
    return Step(
        step=number,
        epoch=(number - 1) // 100,
        epochs=number / 100,
        progress=number / of,
        seconds=number / 10,
        nats=nats,
        chars=8192,
        learning_rate=5e-3 * (1 - number / of),
        gradient_norm=0.25,
    )


def evaluation(number: int, nats: float, *, best: bool = True, final: bool = False) -> Evaluation:
    """The model measured after so many steps."""
    return Evaluation(
        step=number,
        epoch=number / 100,
        seconds=number / 10,
        nats=nats,
        chars=111_540,
        best=best,
        final=final,
    )


def course(valid: Sequence[float], *, steps: int = 400, of: int = 400) -> list[Event]:
    """A training that goes well as far as it goes, and is measured on its way."""
    events: list[Event] = [BEGAN]
    every = steps // len(valid)
    for number in range(2, steps + 1, 2):
        wave = 0.02 * math.sin(number)
        events.append(step(number, nats=1.2 + 2.2 * math.exp(-number / 60) + wave, of=of))
        if number % every == 0 and number // every <= len(valid):
            nats = valid[number // every - 1]
            best = nats == min(valid[: number // every])
            events.append(evaluation(number, nats, best=best))
            events.append(Sample(step=number, text=WRITING))
    return events


def done(number: int, *, stopped: bool = False) -> Done:
    """The end."""
    return Done(
        step=number,
        epochs=number / 100,
        seconds=number / 10,
        chars=number * 8192,
        train_nats=1.25,
        checkpoint=Path("best"),
        stopped=stopped,
    )
