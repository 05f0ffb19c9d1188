"""The trainer's settings and the presets built from them. Needs no torch."""

import math
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from charlm_core.config import ModelConfig, check_range
from charlm_core.errors import ConfigError

Passage = Literal["lanes", "windows"]
Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["auto", "float32", "bfloat16"]
Schedule = Literal["cosine", "constant"]


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Everything that decides a training, corpus and machine aside.

    Raises ConfigError naming the field that is out of range.
    """

    model: ModelConfig = field(default_factory=ModelConfig)
    """The network's shape."""
    passage: Passage = "lanes"
    """The way through the corpus: contiguous `lanes` with carried, detached state (truncated
    back-propagation through time), or shuffled overlapping `windows` from a zero state."""
    batch: int = 16
    """Lanes, or windows a step; fewer where the corpus is too short for so many."""
    length: int = 64
    """Characters a step in each lane or window, over which gradients flow."""
    epochs: float = 0.0
    """Budget in passes over the corpus; 0 when `minutes` is the budget."""
    minutes: float = 0.0
    """Budget in minutes of training, evaluations on the way included; 0 when `epochs` is."""
    learning_rate: float = 5e-3
    """Highest learning rate of AdamW (Loshchilov & Hutter 2019)."""
    schedule: Schedule = "cosine"
    """Its course after the warm-up: down to a hundredth along a cosine, or constant."""
    warmup: float = 0.02
    """Share of the budget over which the learning rate rises from zero."""
    weight_decay: float = 0.1
    """Of AdamW, on matrices but not on biases or the embedding; 0 makes it Adam."""
    clip: float = 1.0
    """The gradient's norm is scaled down to this (Pascanu et al. 2013); 0 never clips."""
    dropout: float | Literal["auto"] = "auto"
    """Share of units dropped between layers and before the output, 0 to 0.9; `auto` suits it to
    the corpus, see `suited_dropout`."""
    weight_drop: float | Literal["auto"] = "auto"
    """Share of the recurrent weights dropped in a step, 0 to 0.9; `auto` rises with the passes
    over the corpus, see `suited_weight_drop`."""
    average: float = 0.998
    """Decay a step of the weights' average, which is evaluated beside the weights, the better of
    both being kept; 0 keeps none."""
    reset: float = 0.02
    """Chance that a lane starts a step from a zero state, as the editor does; lanes only."""
    rare_share: float = 1e-6
    """Characters rarer than this share of the corpus become the unknown symbol."""
    held_out: float = 0.1
    """Share at the end of each document that validates, at most HELD_OUT_CHARS in all; 0
    validates on the training text itself. Not used where validation texts are named."""
    evaluations: int = 10
    """Evaluations on the way, evenly over the budget; the best one's weights are kept. Fewer where
    the budget is less than ten seconds for each."""
    seed: int = 1
    """Of initial weights, order, resets and dropout."""
    device: Device = "auto"
    """Where to train; `auto` takes CUDA where there is one."""
    precision: Precision = "auto"
    """Of matrix products; `auto` takes bfloat16 where the processor multiplies it natively."""

    def __post_init__(self) -> None:
        for name, allowed in (
            ("passage", Passage),
            ("schedule", Schedule),
            ("device", Device),
            ("precision", Precision),
        ):
            if getattr(self, name) not in get_args(allowed):
                raise ConfigError(
                    f"{name}: {getattr(self, name)!r} is not one of {', '.join(get_args(allowed))}"
                )
        if (self.epochs > 0) == (self.minutes > 0):
            raise ConfigError("epochs, minutes: give one of them, above 0, as the budget")
        check_range("batch", self.batch, 1, 1 << 16)
        check_range("length", self.length, 1, 1 << 16)
        check_range("epochs", self.epochs, 0, 1e9)
        check_range("minutes", self.minutes, 0, 1e9)
        check_range("learning_rate", self.learning_rate, 0, 10)
        check_range("warmup", self.warmup, 0, 1)
        check_range("weight_decay", self.weight_decay, 0, 10)
        check_range("clip", self.clip, 0, 1e9)
        if self.dropout != "auto":
            check_range("dropout", self.dropout, 0, 0.9)
        if self.weight_drop != "auto":
            check_range("weight_drop", self.weight_drop, 0, 0.9)
        check_range("average", self.average, 0, 1)
        check_range("reset", self.reset, 0, 1)
        check_range("rare_share", self.rare_share, 0, 0.1)
        check_range("held_out", self.held_out, 0, 0.9)
        check_range("evaluations", self.evaluations, 1, 1 << 20)
        check_range("seed", self.seed, 0, (1 << 63) - 1)


def suited_dropout(chars: int) -> float:
    """The `auto` dropout for a corpus of so many characters.

    A text that is read many times over is learned by heart without it; one that is read once or
    twice is learned more slowly with it. 0.5 up to two million characters, 0 from twenty million
    on, along the logarithm between.
    """
    low, high = 2e6, 20e6
    return 0.5 * min(1.0, max(0.0, math.log(high / chars) / math.log(high / low)))


def suited_weight_drop(epochs: float) -> float:
    """The `auto` weight drop after so many passes over the corpus, in part.

    A hundredth a pass up to 0.4: what was read often is about to be learned by heart, what is new
    is learned fastest by all weights.
    """
    return min(0.4, 0.01 * epochs)


def standard() -> TrainConfig:
    """The default: a 1 x 512 LSTM for ten minutes."""
    return TrainConfig(minutes=10)


def seminar() -> TrainConfig:
    """The classroom recipe: overlapping windows of a short text, evaluated on that text."""
    return TrainConfig(
        model=ModelConfig(cell="rnn", embed=32, hidden=128),
        passage="windows",
        batch=16,
        length=32,
        epochs=8,
        learning_rate=3e-3,
        schedule="constant",
        warmup=0.0,
        weight_decay=0.0,
        clip=1.0,
        dropout=0.0,
        weight_drop=0.0,
        average=0.0,
        reset=0.0,
        rare_share=0.0,
        held_out=0.0,
        evaluations=8,
        precision="float32",
    )


SEMINAR_TEXT = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the "
    "age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the "
    "season of Light, it was the season of Darkness, it was the spring of hope, it was the winter "
    "of despair, we had everything before us, we had nothing before us, we were all going direct "
    "to Heaven, we were all going direct the other way - in short, the period "
)
"""440 characters, from the opening of A Tale of Two Cities (Dickens 1859, public domain): what
a seminar can train on where it has no paragraph of its own."""

PRESETS = {"standard": standard, "seminar": seminar}
"""Settings to start from, by the name that `--preset` takes."""

SIZES = {
    "tiny": ModelConfig(hidden=128),
    "small": ModelConfig(hidden=256),
    "medium": ModelConfig(hidden=512),
    "large": ModelConfig(hidden=768),
}
"""Networks to choose from, by the name that `--size` takes."""

LARGE_MINUTES = 30
"""From this budget on a larger network has the time to overtake a medium one."""


HASTY_MINUTES = 0.5
"""With less than this budget a small network learns more, for it reads more."""


def suited(config: TrainConfig, minutes: float) -> TrainConfig:
    """`config` with what suits a budget of so many minutes, 0 where it is in epochs."""
    if not 0 < minutes < HASTY_MINUTES:
        return sized(config, "large" if minutes >= LARGE_MINUTES else "medium")
    # A training of a few seconds has no time to learn anything by heart.
    dropout = 0.1 if minutes < HASTY_MINUTES / 3 else config.dropout
    return replace(sized(config, "small"), learning_rate=1e-2, dropout=dropout)


CONTINUED_RATE = 1e-3
"""The highest learning rate of a training that begins with a model's weights, unless one is named:
four times as much unlearns what it knows before it has learned anything; see RECIPE.md."""


def sized(config: TrainConfig, size: str) -> TrainConfig:
    """`config` with a network of this size, the cell as before, and what suits so large a one."""
    config = replace(config, model=replace(SIZES[size], cell=config.model.cell))
    if size == "large":
        # Twice the lanes for little more time: its weights no longer fit the nearest caches.
        return replace(config, batch=32, learning_rate=4e-3)
    return config
