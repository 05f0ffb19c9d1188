"""The trainer: steps, evaluations and checkpoints, one after another, as a generator of events."""

import contextlib
import dataclasses
import math
import time
from collections.abc import Callable, Generator

import torch

from charlm_core.errors import RunError
from charlm_core.learn.config import TrainConfig, suited_dropout
from charlm_core.learn.corpus import Corpus
from charlm_core.learn.distributed import ALONE, Ranks
from charlm_core.learn.evaluate import Validation
from charlm_core.learn.events import (
    Began,
    Continued,
    Done,
    Epoch,
    Evaluation,
    Event,
    Paused,
    Sample,
    Saved,
    Step,
)
from charlm_core.learn.keeping import Keeper
from charlm_core.learn.learner import DivergedError, Learner, Placed
from charlm_core.learn.models import CharModel
from charlm_core.learn.passages import Passage, open_passage
from charlm_core.learn.position import Position
from charlm_core.learn.runs import Run, Wish
from charlm_core.learn.schedule import Schedule, Stopwatch
from charlm_core.learn.wishes import Wishes, never
from charlm_core.learn.writing import write_sample
from charlm_core.metrics import Score

SAVE_SECONDS = 60.0
"""A crash costs no more training than this: `last` is written as often, evaluation or not."""

PAUSE_SECONDS = 0.1
"""A paused training looks so often whether it may go on."""


class Trainer:
    """One training, owned by one thread; `position` and the learner are all of its state."""

    def __init__(self, run: Run, corpus: Corpus, ranks: Ranks = ALONE) -> None:
        self.run = run
        self.corpus = corpus
        self.ranks = ranks
        self.config: TrainConfig = run.config.train
        self.passage: Passage = open_passage(
            self.config, corpus.train, corpus.documents, rank=ranks.rank, ranks=ranks.world
        )
        self.dropout = (
            suited_dropout(len(corpus.train))
            if self.config.dropout == "auto"
            else self.config.dropout
        )
        self.learner = Learner(self.config, len(corpus.vocab), self.dropout, ranks)
        self.precision = str(self.learner.precision).removeprefix("torch.")
        self.position = Position()
        self._schedule = Schedule(config=self.config, steps_per_epoch=self.passage.steps_per_epoch)
        self._validation = Validation(
            ids=corpus.valid,
            window=self.config.length if _in_own_windows(run) else 0,
        )
        self._keeper = Keeper(
            run=run,
            corpus=corpus,
            ranks=ranks,
            resolved={"dropout": self.dropout, "precision": self.precision},
        )
        self._watch = Stopwatch()
        self._upcoming: dict[tuple[int, int], Placed] = {}

    @property
    def model(self) -> CharModel:
        """The network."""
        return self.learner.model

    @property
    def epochs(self) -> float:
        """Passes over the corpus so far, in part."""
        return self._schedule.epochs(self.position)

    @property
    def progress(self) -> float:
        """Share of the budget used; reaches 1."""
        return self._schedule.progress(self.position)

    def restore(self) -> None:
        """Take up where `run.last` stands. Raises RunError or CheckpointError."""
        self.position = self._keeper.restore(self.learner)

    def events(self, stop: Callable[[], bool] = never) -> Generator[Event, None, None]:
        """Train from the current position until the budget is used or it is asked to stop."""
        # Where the end was saved but not put on record, what was last is done once more.
        self._update(done=False)
        if not self.position.step:
            self._keeper.begin(self.learner)
        wishes = Wishes(folder=self.run.path, stop=stop, ranks=self.ranks)
        yield self._began()
        stopped = False
        saved_at = self.position.seconds
        while self.progress < 1.0:
            wish = wishes.next()
            if wish == "pause":
                wish = yield from self._pause(wishes)
            if stopped := wish == "stop":
                break
            yield self._step(wishes)
            if self.position.epoch_step == self.passage.steps_per_epoch:
                yield self._close_epoch()
            due = self._schedule.evaluations(self.position)
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
            precision=self.precision,
            threads=torch.get_num_threads(),
            ranks=self.ranks.world,
        )

    def _pause(self, wishes: Wishes) -> Generator[Event, None, Wish]:
        """Wait until it may go on, or is to stop; the time does not count. Returns which."""
        if self.position.step:
            yield self._save_last()
        yield Paused(step=self.position.step)
        while (wish := wishes.next()) == "pause":
            time.sleep(PAUSE_SECONDS)
        yield Continued(step=self.position.step)
        return wish

    def _step(self, wishes: Wishes) -> Step:
        """Learn from the next batch."""
        at, rate = self.position, self._schedule.learning_rate(self.position)
        with self._watch.running():
            batch = self._batch(at.epoch, at.epoch_step)
            self.model.weight_drop = self._schedule.weight_drop(at)
            found = self.learner.gradients(batch)
            # While a GPU is at it; what it found is waited for only then.
            self._fetch_next()
            nats, norm = found.tolist()
            seconds = at.seconds + self._watch.lap()
            if self.ranks.world > 1:
                # The loss is on its way to all anyhow: the clock and the wish travel with it.
                words = [nats, seconds if self.ranks.first else 0.0, *wishes.words()]
                nats, seconds, *words = self.ranks.sum(words)
                wishes.hear(words)
            try:
                self.learner.update(nats, norm, rate)
            except DivergedError as error:
                raise RunError(
                    f"{self.run.path}: the training diverged at step {at.step + 1}; "
                    "lower the learning rate"
                ) from error
        self._update(
            step=at.step + 1,
            epoch_step=at.epoch_step + 1,
            chars=at.chars + batch.chars,
            epoch_nats=at.epoch_nats + nats * batch.chars,
            epoch_chars=at.epoch_chars + batch.chars,
            seconds=seconds,
        )
        return Step(
            step=at.step + 1,
            epoch=at.epoch,
            epochs=self.epochs,
            progress=self.progress,
            seconds=seconds,
            nats=nats,
            chars=batch.chars,
            learning_rate=rate,
            gradient_norm=norm,
        )

    def _batch(self, epoch: int, step: int) -> Placed:
        """A batch on the device, fetched before where `_fetch_next` has."""
        found = self._upcoming.pop((epoch, step), None)
        return found or self.learner.place(self.passage.batch(epoch, step))

    def _fetch_next(self) -> None:
        epoch, step = self.position.epoch, self.position.epoch_step + 1
        if step == self.passage.steps_per_epoch:
            epoch, step = epoch + 1, 0
        self._upcoming = {(epoch, step): self._batch(epoch, step)}

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
        with self._watch.running():
            score, averaged = self.ranks.from_first(self._estimate)
            if not math.isfinite(score.perplexity):
                raise RunError(
                    f"{self.run.path}: the training diverged ({score.nats:.4g} nats/char in "
                    "validation); lower the learning rate"
                )
            best = self.position.evaluated_step < 0 or score.nats < self.position.best_nats
            self._update(evaluated_step=self.position.step)
            seed = self.config.seed + self.position.step
            with self.learner.average.in_place() if averaged else contextlib.nullcontext():
                if best:
                    self._update(best_nats=score.nats)
                    self._save_best(self.model, score, self._validation.estimated)
                # Evaluating is part of the minutes asked for.
                sample, seconds = self.ranks.from_first(
                    lambda: (write_sample(self.model, self.corpus.vocab, seed), self._watch.lap())
                )
        self._update(seconds=self.position.seconds + seconds)
        saved = self._save_last()
        at = self.position
        yield Evaluation(
            step=at.step,
            epoch=self.epochs,
            seconds=at.seconds,
            nats=score.nats,
            chars=score.chars,
            best=best,
            averaged=averaged,
        )
        yield Sample(step=at.step, text=sample)
        if best:
            yield Saved(step=at.step, path=self.run.best, best=True)
        yield saved

    def _estimate(self) -> tuple[Score, bool]:
        """The validation loss of the weights or of their average, whichever is lower; which."""
        own = self._validation.estimate(self.model)
        if self.learner.average:
            with self.learner.average.in_place():
                averaged = self._validation.estimate(self.model)
            if averaged.nats < own.nats:
                return averaged, True
        return own, False

    def _measure_best(self) -> Evaluation:
        """Measure the best weights, as stored, by the definition; write that into their card."""
        score = self.ranks.from_first(self._measured_best)
        return Evaluation(
            step=self.position.step,
            epoch=self.epochs,
            seconds=self.position.seconds,
            nats=score.nats,
            chars=score.chars,
            best=True,
            final=True,
        )

    def _measured_best(self) -> Score:
        best = CharModel(self.config.model, len(self.corpus.vocab)).to(self.learner.device)
        best.load_tensors(self._keeper.best_tensors())
        score = self._validation.measure(best)
        self._save_best(best, score, self._validation.measured)
        return score

    def _save_best(self, model: CharModel, score: Score, method: str) -> None:
        self._keeper.save_best(model, self.position, epochs=self.epochs, score=score, method=method)

    def _save_last(self) -> Saved:
        return self._keeper.save_last(self.learner, self.position, epochs=self.epochs)

    def _update(self, **changes: float) -> None:
        self.position = dataclasses.replace(self.position, **changes)  # type: ignore[arg-type]


def _in_own_windows(run: Run) -> bool:
    """Whether validation is the training text itself, in the windows it is trained in."""
    config = run.config.train
    return config.passage == "windows" and not config.held_out and not run.config.valid
