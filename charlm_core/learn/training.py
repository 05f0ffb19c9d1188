"""Training as a generator of events that leaves a run directory behind.

    for event in train(run, corpus):
        ...

Each `next` does one step of the optimizer at most, so whoever iterates can stop between any two;
closing the generator, `stop()` answering true, or a request to stop in the run's folder ends the
training with its checkpoints kept.
"""

import contextlib
from collections.abc import Callable, Generator

import torch

from charlm_core.errors import RunError
from charlm_core.learn.corpus import Corpus
from charlm_core.learn.describe import describe, describe_fault
from charlm_core.learn.distributed import ALONE, Ranks
from charlm_core.learn.events import Event, Failed
from charlm_core.learn.runs import Recorder, Run, request
from charlm_core.learn.trainer import Trainer
from charlm_core.learn.wishes import never


def train(
    run: Run,
    corpus: Corpus,
    *,
    resume: bool = False,
    stop: Callable[[], bool] = never,
    ranks: Ranks = ALONE,
) -> Generator[Event, None, None]:
    """Train as `run.config` says and yield what happens, `Done` last.

    With `resume`, goes on from `run.last`, or from the start where there is none yet. Raises
    RunError when the run is held by another process or can't be written, CorpusError when the
    corpus is too short, ConfigError when the device is not there. What it raises is in the run's
    metrics and log as well, as far as they can be written.

    Several processes that train together all yield the same events; the first of them alone holds
    and writes the run, and any of them may stop it.
    """
    # Tiny gates underflow into denormal numbers, which processors handle in slow motion.
    torch.set_flush_denormal(True)
    try:
        if resume and ranks.from_first(run.is_finished):
            # Told before anything is recorded: it stays a finished run.
            raise RunError(f"{run.path}: this run has used its budget; start a new one")
        trainer = Trainer(run, corpus, ranks)
        if ranks.first:
            with run.held():
                yield from _recorded(trainer, resume=resume, stop=stop)
        else:
            yield from _taken_up(trainer, resume=resume, stop=stop)
    finally:
        torch.set_flush_denormal(False)


def _taken_up(
    trainer: Trainer, *, resume: bool, stop: Callable[[], bool]
) -> Generator[Event, None, None]:
    if resume:
        trainer.restore()
    yield from trainer.events(stop)


def _recorded(
    trainer: Trainer, *, resume: bool, stop: Callable[[], bool]
) -> Generator[Event, None, None]:
    """The trainer's events, put on record before they are handed on; the run is held."""
    run = trainer.run
    recorder = Recorder(run=run)
    for notice in trainer.corpus.notices:
        run.log(f"note: {notice}")
    try:
        for event in _taken_up(trainer, resume=resume, stop=stop):
            recorder.record(event)
            if line := describe(event):
                run.log(line)
            yield event
    except GeneratorExit:
        raise
    except BaseException as error:
        cause = trainer.ranks.cause(error)
        failed = Failed(step=trainer.position.step, reason=describe_fault(cause))
        run.log(describe(failed))
        with contextlib.suppress(RunError):
            recorder.record(failed)
        if cause is error:
            raise
        raise cause from error
    finally:
        with contextlib.suppress(RunError):
            recorder.flush()
            request(run.path, "")
