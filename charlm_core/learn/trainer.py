"""The trainer: a generator of events that leaves a run directory behind.

    for event in train(run):
        ...

Each `next` does one step of the optimizer at most, so whoever iterates can stop between any two;
closing the generator, or `stop()` answering true, ends the training with its checkpoints kept.
"""

import dataclasses
import math
import time
from collections.abc import Callable, Generator

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the field's own name for it

from charlm_core import checkpoint
from charlm_core.checkpoint import CheckpointConfig
from charlm_core.errors import RunError
from charlm_core.learn.card import model_card
from charlm_core.learn.config import TrainConfig, suited_dropout
from charlm_core.learn.corpus import Corpus
from charlm_core.learn.device import select_device, select_precision
from charlm_core.learn.evaluate import estimate, evaluate, evaluate_windows
from charlm_core.learn.events import Done, Epoch, Evaluation, Event, Saved, Step
from charlm_core.learn.facts import checkpoint_config
from charlm_core.learn.models import CharModel, State, detach, keep
from charlm_core.learn.passages import Batch, Lanes, Passage, Windows
from charlm_core.learn.runs import Position, Run, position_files
from charlm_core.metrics import Score
from charlm_core.vocab import Ids

SAVE_SECONDS = 60.0
"""A crash costs no more training than this: `last` is written as often, evaluation or not."""

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
    corpus is too short, ConfigError when the device is not there.
    """
    # Tiny gates underflow into denormal numbers, which processors handle in slow motion.
    torch.set_flush_denormal(True)
    try:
        trainer = Trainer(run, corpus)
        with run.held():
            if resume and run.last.exists():
                trainer.restore()
            for event in trainer.events(stop):
                run.record(event)
                yield event
    finally:
        torch.set_flush_denormal(False)


class Trainer:
    """One training, owned by one thread; `position` and the tensors are all of its state."""

    def __init__(self, run: Run, corpus: Corpus) -> None:
        self.run = run
        self.corpus = corpus
        self.config: TrainConfig = run.config.train
        self.passage = open_passage(self.config, corpus)
        torch.manual_seed(self.config.seed)
        self.device = select_device(self.config.device)
        self.precision = select_precision(self.config.precision, self.device)
        self.dropout = (
            suited_dropout(len(corpus.train))
            if self.config.dropout == "auto"
            else self.config.dropout
        )
        self.model = CharModel(self.config.model, len(corpus.vocab), self.dropout)
        self.model.to(self.device)
        self.optimizer = torch.optim.AdamW(
            _parameter_groups(self.model, self.config.weight_decay),
            lr=self.config.learning_rate,
            fused=True,
        )
        self.position = Position()
        self.state: State = ()

    def events(self, stop: Callable[[], bool] = never) -> Generator[Event, None, None]:
        """Train from the current position until the budget is used or `stop` answers true."""
        if self.position.done:
            raise RunError(f"{self.run.path}: this run has used its budget; start a new one")
        stopped = False
        saved_at = self.position.seconds
        while self.progress < 1.0:
            if stopped := stop():
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
                self._save_last()
                saved_at = self.position.seconds
                yield Saved(step=self.position.step, path=self.run.last, best=False)
        if not self.position.step:
            raise RunError(f"{self.run.path}: stopped before anything was learned")
        if self.position.evaluated_step != self.position.step:
            yield from self._evaluate_and_save()
        # The closing evaluation can take minutes: broken off in it, a run is resumed there.
        yield self._measure_best()
        self._update(done=not stopped)
        self._save_last()
        yield Saved(step=self.position.step, path=self.run.last, best=False)
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
        """Forward, backward, clip, update."""
        begun = time.perf_counter()
        at, rate = self.position, self.learning_rate()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batch = self.passage.batch(at.epoch, at.epoch_step)
        loss, norm = self._learn(batch)
        chars = batch.targets.size
        self._update(
            step=at.step + 1,
            epoch_step=at.epoch_step + 1,
            chars=at.chars + chars,
            epoch_nats=at.epoch_nats + loss * chars,
            epoch_chars=at.epoch_chars + chars,
            seconds=at.seconds + time.perf_counter() - begun,
        )
        if not math.isfinite(loss):
            raise RunError(
                f"{self.run.path}: the training diverged at step {at.step + 1}; "
                "lower the learning rate"
            )
        return Step(
            step=at.step + 1,
            epoch=at.epoch,
            progress=self.progress,
            seconds=self.position.seconds,
            nats=loss,
            chars=chars,
            learning_rate=rate,
            gradient_norm=norm,
        )

    def _learn(self, batch: Batch) -> tuple[float, float]:
        """One update from `batch`: its loss in nats per character, its gradient norm."""
        self.model.train()
        inputs = torch.from_numpy(batch.inputs).to(self.device)  # (B, T)
        targets = torch.from_numpy(batch.targets).to(self.device)  # (B, T)
        kept = torch.from_numpy(batch.kept).to(self.device)  # (B,)
        if self.state and bool(kept.any()):
            state = keep(self.state, kept)
        else:
            state = self.model.zero_state(len(inputs))
        with torch.autocast(
            self.device.type, dtype=torch.bfloat16, enabled=self.precision is torch.bfloat16
        ):
            logits, state = self.model(inputs, state)  # (B, T, V)
        loss = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        limit = self.config.clip or math.inf
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), limit)
        self.optimizer.step()
        self.state = tuple(part.float() for part in detach(state))
        return float(loss.detach()), float(norm)

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
        # Evaluating is part of the minutes asked for.
        self._update(seconds=self.position.seconds + time.perf_counter() - begun)
        self._save_last()
        at = self.position
        yield Evaluation(
            step=at.step,
            epoch=self.epochs,
            seconds=at.seconds,
            nats=score.nats,
            chars=score.chars,
            best=best,
        )
        if best:
            yield Saved(step=at.step, path=self.run.best, best=True)
        yield Saved(step=at.step, path=self.run.last, best=False)

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
        best = CharModel(self.config.model, len(self.corpus.vocab)).to(self.device)
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

    def _save_last(self) -> None:
        config = self._describe(Score(0.0, 0), "not measured")
        card = f"# {self.run.config.name}\n\nThe latest weights of a training, to resume from.\n"
        checkpoint.write(
            self.run.last,
            config,
            self.model.to_tensors(),
            card=card,
            stored_as="float32",
            extra=position_files(self.position, self._moments()),
        )

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
                "precision": str(self.precision).removeprefix("torch."),
            },
        )

    def restore(self) -> None:
        """Take up where `run.last` stands. Raises RunError or CheckpointError."""
        stored = checkpoint.read(self.run.last)
        if stored.config.vocabulary != self.corpus.vocab.symbols:
            raise RunError(f"{self.run.path}: the corpus has changed since the run began")
        if stored.config.model != self.config.model:
            raise RunError(f"{self.run.last}: not of this run, its network has another shape")
        position, tensors = self.run.read_position()
        self.model.load_tensors(stored.tensors)
        try:
            torch.set_rng_state(tensors["random.cpu"])
            if "random.cuda" in tensors and self.device.type == "cuda":
                torch.cuda.set_rng_state(tensors["random.cuda"])
            for name, parameter in self.model.named_parameters():
                # The fused optimizer trusts these shapes: a wrong one would write beyond memory.
                moments = {
                    "step": _checked(tensors[f"step.{name}"], torch.Size()),
                    "exp_avg": _checked(tensors[f"exp_avg.{name}"], parameter.shape),
                    "exp_avg_sq": _checked(tensors[f"exp_avg_sq.{name}"], parameter.shape),
                }
                # Where the optimizer's step counts is where it would have made it itself.
                self.optimizer.state[parameter] = {
                    key: value.to(self.device) for key, value in moments.items()
                }
            shape = self.config.model.layers, tensors["state.0"].shape[1], self.config.model.hidden
            parts = len(self.model.zero_state(1))
            self.state = tuple(
                _checked(tensors[f"state.{part}"], torch.Size(shape)).to(self.device)
                for part in range(parts)
            )
        except (KeyError, IndexError, RuntimeError, TypeError, ValueError) as error:
            raise RunError(f"{self.run.last}: can't resume from it ({error})") from error
        self.position = position

    def _moments(self) -> dict[str, Tensor]:
        """What `restore` needs besides the weights and the position."""
        tensors = {"random.cpu": torch.get_rng_state()}
        if self.device.type == "cuda":
            tensors["random.cuda"] = torch.cuda.get_rng_state()
        for name, parameter in self.model.named_parameters():
            for key, value in self.optimizer.state[parameter].items():
                tensors[f"{key}.{name}"] = value.cpu()
        for part, value in enumerate(self.state):
            tensors[f"state.{part}"] = value.cpu()
        return tensors

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


def _checked(tensor: Tensor, shape: torch.Size) -> Tensor:
    """The tensor, if it is what it should be; raises ValueError."""
    if tensor.shape != shape or tensor.dtype != torch.float32:
        raise ValueError(f"a tensor of {tensor.dtype} {tuple(tensor.shape)}, not {tuple(shape)}")
    return tensor


def _parameter_groups(model: CharModel, weight_decay: float) -> list[dict[str, object]]:
    """Matrices decay; biases and the embedding, whose rows are seldom updated, do not."""
    decayed: list[Tensor] = []
    spared: list[Tensor] = []
    for name, parameter in model.named_parameters():
        matrix = parameter.dim() > 1 and not name.startswith("embedding")
        (decayed if matrix else spared).append(parameter)
    return [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": spared, "weight_decay": 0.0},
    ]
