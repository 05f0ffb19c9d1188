"""The trainer: a generator of events that leaves a run directory behind.

    for event in train(run):
        ...

Each `next` does one step of the optimizer at most, so whoever iterates can stop between any two;
closing the generator, `stop()` answering true, or a request to stop in the run's folder ends the
training with its checkpoints kept.
"""

import contextlib
import dataclasses
import math
import time
from collections.abc import Callable, Generator

import torch

from charlm_core import checkpoint
from charlm_core.characters import one_line
from charlm_core.checkpoint import CheckpointConfig
from charlm_core.errors import CharlmError, RunError
from charlm_core.learn.card import model_card
from charlm_core.learn.config import TrainConfig, suited_dropout
from charlm_core.learn.corpus import Corpus
from charlm_core.learn.describe import describe
from charlm_core.learn.evaluate import estimate, evaluate, evaluate_windows
from charlm_core.learn.events import (
    Began,
    Continued,
    Done,
    Epoch,
    Evaluation,
    Event,
    Failed,
    Paused,
    Sample,
    Saved,
    Step,
)
from charlm_core.learn.facts import checkpoint_config
from charlm_core.learn.learner import DivergedError, Learner
from charlm_core.learn.models import CharModel
from charlm_core.learn.passages import Lanes, Passage, Windows
from charlm_core.learn.position import Position, position_files, read_position
from charlm_core.learn.runs import Recorder, Run, Wish, request, requested
from charlm_core.learn.writing import write_sample
from charlm_core.metrics import Score
from charlm_core.vocab import Ids

SAVE_SECONDS = 60.0
"""A crash costs no more training than this: `last` is written as often, evaluation or not."""

PAUSE_SECONDS = 0.1
"""A paused training looks so often whether it may go on."""

FINAL_RATE = 0.01
"""The cosine ends at this share of the highest learning rate."""


def never() -> bool:
    """The stop check of a training that nobody stops."""
    return False


def train(
    run: Run, corpus: Corpus, *, resume: bool = False, stop: Callable[[], bool] = never
) -> Generator[Event, None, None]:
    """Train as `run.config` says and yield what happens, `Done` last.

    With `resume`, goes on from `run.last`, or from the start where there is none yet. Raises
    RunError when the run is held by another process or can't be written, CorpusError when the
    corpus is too short, ConfigError when the device is not there. What it raises is in the run's
    metrics and log as well, as far as they can be written.
    """
    # Tiny gates underflow into denormal numbers, which processors handle in slow motion.
    torch.set_flush_denormal(True)
    try:
        trainer = Trainer(run, corpus)
        with run.held():
            yield from _recorded(trainer, resume=resume, stop=stop)
    finally:
        torch.set_flush_denormal(False)


def _recorded(
    trainer: "Trainer", *, resume: bool, stop: Callable[[], bool]
) -> Generator[Event, None, None]:
    """The trainer's events, put on record before they are handed on; the run is held."""
    run = trainer.run
    recorder = Recorder(run=run)
    for notice in trainer.corpus.notices:
        run.log(f"note: {notice}")
    try:
        if resume and run.last.exists():
            trainer.restore()
        for event in trainer.events(stop):
            recorder.record(event)
            if line := describe(event):
                run.log(line)
            yield event
    except GeneratorExit:
        raise
    except BaseException as error:
        failed = Failed(step=trainer.position.step, reason=_reason(error))
        run.log(describe(failed))
        with contextlib.suppress(RunError):
            recorder.record(failed)
        raise
    finally:
        with contextlib.suppress(RunError):
            recorder.flush()
            request(run.path, "")


def _reason(error: BaseException) -> str:
    """What went wrong, in a line."""
    if isinstance(error, CharlmError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "broken off"
    if isinstance(error, MemoryError):
        return "not enough memory"
    return one_line(f"{type(error).__name__}: {error}")


class Trainer:
    """One training, owned by one thread; `position` and the learner are all of its state."""

    def __init__(self, run: Run, corpus: Corpus) -> None:
        self.run = run
        self.corpus = corpus
        self.config: TrainConfig = run.config.train
        self.passage = open_passage(self.config, corpus)
        self.dropout = (
            suited_dropout(len(corpus.train))
            if self.config.dropout == "auto"
            else self.config.dropout
        )
        self.learner = Learner(self.config, len(corpus.vocab), self.dropout)
        self.position = Position()

    @property
    def model(self) -> CharModel:
        """The network."""
        return self.learner.model

    def events(self, stop: Callable[[], bool] = never) -> Generator[Event, None, None]:
        """Train from the current position until the budget is used or it is asked to stop."""
        if self.position.done:
            raise RunError(f"{self.run.path}: this run has used its budget; start a new one")
        yield self._began()
        stopped = False
        saved_at = self.position.seconds
        while self.progress < 1.0:
            wish = self._wish(stop)
            if wish == "pause":
                yield from self._pause(stop)
                wish = self._wish(stop)
            if stopped := wish == "stop":
                break
            yield self._step()
            if self.position.epoch_step == self.passage.steps_per_epoch:
                yield self._close_epoch()
            due = math.floor(self.progress * self.config.evaluations + 1e-9)
            if due > self.position.evaluations:
                self._update(evaluations=due)
                yield from self._evaluate_and_save()
                saved_at = self.position.seconds
            elif self.position.seconds - saved_at > SAVE_SECONDS:
                yield self._save_last()
                saved_at = self.position.seconds
        if not self.position.step:
            raise RunError(f"{self.run.path}: stopped before anything was learned")
        if self.position.evaluated_step != self.position.step:
            yield from self._evaluate_and_save()
        # The closing evaluation can take minutes: broken off in it, a run is resumed there.
        yield self._measure_best()
        self._update(done=not stopped)
        yield self._save_last()
        at = self.position
        yield Done(
            step=at.step,
            epochs=self.epochs,
            seconds=at.seconds,
            chars=at.chars,
            train_nats=at.last_epoch_nats or at.epoch_nats / max(1, at.epoch_chars),
            checkpoint=self.run.best,
            stopped=stopped,
        )

    def _began(self) -> Began:
        return Began(
            step=self.position.step,
            parameters=self.model.parameter_count(),
            chars=len(self.corpus.train),
            valid_chars=len(self.corpus.valid),
            steps_per_epoch=self.passage.steps_per_epoch,
            dropout=self.dropout,
            device=self.learner.device.type,
            precision=str(self.learner.precision).removeprefix("torch."),
            threads=torch.get_num_threads(),
        )

    def _wish(self, stop: Callable[[], bool]) -> Wish:
        """What the training is asked to do next."""
        return "stop" if stop() else requested(self.run.path)

    def _pause(self, stop: Callable[[], bool]) -> Generator[Event, None, None]:
        """Wait until it may go on, or is to stop; the time does not count."""
        yield self._save_last()
        yield Paused(step=self.position.step)
        while self._wish(stop) == "pause":
            time.sleep(PAUSE_SECONDS)
        yield Continued(step=self.position.step)

    @property
    def epochs(self) -> float:
        """Passes over the corpus so far, in part."""
        return self.position.epoch + self.position.epoch_step / self.passage.steps_per_epoch

    @property
    def progress(self) -> float:
        """Share of the budget used; reaches 1."""
        if self.config.minutes:
            return min(1.0, self.position.seconds / (60 * self.config.minutes))
        total = max(1, round(self.config.epochs * self.passage.steps_per_epoch))
        return min(1.0, self.position.step / total)

    def learning_rate(self) -> float:
        """The rate of the next step: linear warm-up, then a cosine (Loshchilov & Hutter 2017)."""
        config, progress = self.config, self.progress
        if config.warmup and progress < config.warmup:
            # Not from zero itself: a first step that learns nothing is a step lost.
            return config.learning_rate * max(progress / config.warmup, 0.01)
        if config.schedule == "constant":
            return config.learning_rate
        along = (progress - config.warmup) / max(1e-9, 1 - config.warmup)
        cosine = 0.5 * (1 + math.cos(math.pi * along))
        return config.learning_rate * (FINAL_RATE + (1 - FINAL_RATE) * cosine)

    def _step(self) -> Step:
        """Learn from the next batch."""
        begun = time.perf_counter()
        at, rate = self.position, self.learning_rate()
        batch = self.passage.batch(at.epoch, at.epoch_step)
        try:
            nats, norm = self.learner.learn(batch, rate)
        except DivergedError as error:
            raise RunError(
                f"{self.run.path}: the training diverged at step {at.step + 1}; "
                "lower the learning rate"
            ) from error
        chars = batch.targets.size
        self._update(
            step=at.step + 1,
            epoch_step=at.epoch_step + 1,
            chars=at.chars + chars,
            epoch_nats=at.epoch_nats + nats * chars,
            epoch_chars=at.epoch_chars + chars,
            seconds=at.seconds + time.perf_counter() - begun,
        )
        return Step(
            step=at.step + 1,
            epoch=at.epoch,
            epochs=self.epochs,
            progress=self.progress,
            seconds=self.position.seconds,
            nats=nats,
            chars=chars,
            learning_rate=rate,
            gradient_norm=norm,
        )

    def _close_epoch(self) -> Epoch:
        at = self.position
        nats = at.epoch_nats / at.epoch_chars
        self._update(
            epoch=at.epoch + 1, epoch_step=0, epoch_nats=0.0, epoch_chars=0, last_epoch_nats=nats
        )
        return Epoch(
            epoch=at.epoch + 1, step=at.step, seconds=at.seconds, nats=nats, chars=at.epoch_chars
        )

    def _evaluate_and_save(self) -> Generator[Event, None, None]:
        begun = time.perf_counter()
        score = self._score(self.model, estimate)
        if not math.isfinite(score.perplexity):
            raise RunError(
                f"{self.run.path}: the training diverged ({score.nats:.4g} nats/char in "
                "validation); lower the learning rate"
            )
        best = self.position.evaluated_step < 0 or score.nats < self.position.best_nats
        self._update(evaluated_step=self.position.step)
        if best:
            self._update(best_nats=score.nats)
            self._save_best(self.model, score, self._method("estimated on parallel pieces"))
        sample = write_sample(self.model, self.corpus.vocab, self.config.seed + self.position.step)
        # Evaluating is part of the minutes asked for.
        self._update(seconds=self.position.seconds + time.perf_counter() - begun)
        saved = self._save_last()
        at = self.position
        yield Evaluation(
            step=at.step,
            epoch=self.epochs,
            seconds=at.seconds,
            nats=score.nats,
            chars=score.chars,
            best=best,
        )
        yield Sample(step=at.step, text=sample)
        if best:
            yield Saved(step=at.step, path=self.run.best, best=True)
        yield saved

    def _score(self, model: CharModel, measure: Callable[[CharModel, Ids], Score]) -> Score:
        """The validation loss; in windows where the training is, and validates itself."""
        if self._in_windows:
            return evaluate_windows(model, self.corpus.valid, self.config.length)
        return measure(model, self.corpus.valid)

    @property
    def _in_windows(self) -> bool:
        """Whether validation is the training text itself, in the windows it is trained in."""
        return (
            self.config.passage == "windows"
            and not self.config.held_out
            and not self.run.config.valid
        )

    def _method(self, otherwise: str) -> str:
        """How the validation loss was measured, in words."""
        return "overlapping windows from a zero state" if self._in_windows else otherwise

    def _measure_best(self) -> Evaluation:
        """Measure the best weights, as stored, by the definition; write that into their card."""
        best = CharModel(self.config.model, len(self.corpus.vocab)).to(self.learner.device)
        best.load_tensors(checkpoint.read(self.run.best).tensors)
        score = self._score(best, evaluate)
        self._save_best(best, score, self._method("one running state from zero"))
        return Evaluation(
            step=self.position.step,
            epoch=self.epochs,
            seconds=self.position.seconds,
            nats=score.nats,
            chars=score.chars,
            best=True,
            final=True,
        )

    def _save_best(self, model: CharModel, score: Score, method: str) -> None:
        config = self._describe(score, method)
        card = model_card(self.run.config.name, config, model.parameter_count())
        checkpoint.write(self.run.best, config, model.to_tensors(), card=card)

    def _save_last(self) -> Saved:
        config = self._describe(Score(0.0, 0), "not measured")
        card = f"# {self.run.config.name}\n\nThe latest weights of a training, to resume from.\n"
        checkpoint.write(
            self.run.last,
            config,
            self.model.to_tensors(),
            card=card,
            stored_as="float32",
            extra=position_files(self.position, self.learner.to_tensors()),
        )
        return Saved(step=self.position.step, path=self.run.last, best=False)

    def _describe(self, score: Score, method: str) -> CheckpointConfig:
        return checkpoint_config(
            self.run.config,
            self.corpus,
            self.position,
            epochs=self.epochs,
            score=score,
            method=method,
            resolved={
                "dropout": self.dropout,
                "precision": str(self.learner.precision).removeprefix("torch."),
            },
        )

    def restore(self) -> None:
        """Take up where `run.last` stands. Raises RunError or CheckpointError."""
        stored = checkpoint.read(self.run.last)
        if stored.config.vocabulary != self.corpus.vocab.symbols:
            raise RunError(f"{self.run.path}: the corpus has changed since the run began")
        if stored.config.model != self.config.model:
            raise RunError(f"{self.run.last}: not of this run, its network has another shape")
        position, tensors = read_position(self.run)
        self.model.load_tensors(stored.tensors)
        try:
            self.learner.restore(tensors)
        except ValueError as error:
            raise RunError(f"{self.run.last}: can't resume from it ({error})") from error
        self.position = position

    def _update(self, **changes: float) -> None:
        self.position = dataclasses.replace(self.position, **changes)  # type: ignore[arg-type]


def open_passage(config: TrainConfig, corpus: Corpus) -> Passage:
    """The way through `corpus` that `config` asks for. Raises CorpusError when it is too short."""
    if config.passage == "windows":
        return Windows(corpus.train, batch=config.batch, length=config.length, seed=config.seed)
    return Lanes(
        corpus.train,
        corpus.documents,
        batch=config.batch,
        length=config.length,
        reset=config.reset,
        seed=config.seed,
    )
