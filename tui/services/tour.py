"""The tours: a few steps, each done with the real thing. Pure values.

A step is over as soon as the person has done what it is about, whatever else they do meanwhile.
"""

from dataclasses import dataclass, replace
from typing import Literal

Deed = Literal[
    "ghost", "accept", "knob", "write", "loop", "sample", "top_k", "inside", "trained", "used"
]
"""What a step can wait for: a ghost showed; one was accepted; a knob was turned; the model wrote;
what it wrote repeats itself; it wrote by chance; the same with top-k; the look inside was opened; a
training ended; its weights are in use."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to try."""

    title: str
    """A few words."""
    text: str
    """What to do and what to see. Keys stand in brackets, by the names of their actions."""
    until: Deed | None = None
    """What ends it; None where only the person says that they go on."""


@dataclass(frozen=True, kw_only=True)
class Tour:
    """Where somebody is on a tour."""

    name: str
    """What it is called; of each the first letter is another."""
    about: str
    """What it shows, in a few words."""
    steps: tuple[Step, ...]
    """One at least."""
    at: int = 0
    """The present step; as many as there are when it is over."""

    @property
    def over(self) -> bool:
        """Whether there is nothing left."""
        return self.at >= len(self.steps)

    @property
    def step(self) -> Step:
        """The present one, or the last."""
        return self.steps[min(self.at, len(self.steps) - 1)]

    def next(self) -> "Tour":
        """One step on."""
        return replace(self, at=min(self.at + 1, len(self.steps)))

    def after(self, deed: Deed) -> "Tour":
        """After something was done: one step on where it was that which the step waits for."""
        return self.next() if not self.over and self.step.until == deed else self


FIRST = Tour(
    name="Tour",
    about="ghosts and what can be done with them",
    steps=(
        Step(
            title="A ghost",
            text="Write “The first thing I”. The dim text behind the cursor is the ghost: how a "
            "small network on this machine expects you to go on. Nothing leaves it.",
            until="ghost",
        ),
        Step(
            title="Take it",
            text="[accept] takes all of the ghost, [accept_word] a word of it. To pass it by, just "
            "type on. [turn_dial] has it speak more seldom, or more often.",
            until="accept",
        ),
        Step(
            title="Turn the knobs",
            text="[sampling] opens them beside the text. There p turns to the preset wild; then ↓, "
            "and ← and → turn the temperature: the ghost changes at once. Esc comes back.",
            until="knob",
        ),
        Step(
            title="Let it write",
            text="[write] has the model write on by itself, below the text; there Enter keeps "
            "what it wrote, and Esc comes back.",
            until="write",
        ),
        Step(
            title="Look inside",
            text="[inside] tints each letter by how much it surprised the model, and shows what "
            "the model thinks at the cursor.",
            until="inside",
        ),
        Step(
            title="Your own words",
            text="It learns from what you write here; [memory] shows what, and forgets. [train] "
            "trains a model on your own texts, [models] compares them. [help] tells all keys, and "
            "[tour] begins the seminar: from an RNN to an LSTM in ten minutes.",
        ),
    ),
)
"""What somebody sees who starts for the first time."""

SEMINAR = Tour(
    name="Seminar",
    about="from an RNN to an LSTM in ten minutes",
    steps=(
        Step(
            title="A network learns a paragraph",
            text="[train] opens the trainings; press c there, then r: a vanilla RNN of 128 units "
            "reads a paragraph eight times. v shows its perplexity, the number of letters it "
            "wavers between: it falls from 10 or so to 1.2.",
            until="trained",
        ),
        Step(
            title="Use it",
            text="There u puts its weights behind the ghost. Every model is loaded like that, "
            "while your text stays where it is.",
            until="used",
        ),
        Step(
            title="Greedy",
            text="[new] begins an empty text; write “It was the ” in it. Then [write], and m until "
            "it says greedy, and n. Always the likeliest letter: soon it goes round in circles, "
            "which is marked ↻.",
            until="loop",
        ),
        Step(
            title="Temperature",
            text="m until it says sample, and n. Each letter is drawn now by its odds. [cooler] "
            "and [hotter] turn the temperature: low, it goes round again; high, it babbles.",
            until="sample",
        ),
        Step(
            title="Top-k",
            text="[fewer_k] and [more_k] set top-k: with 3 only the three likeliest letters are "
            "drawn from: a high temperature varies the text then, and does not break it. n again.",
            until="top_k",
        ),
        Step(
            title="From RNN to LSTM",
            text="[train], c, l: the same with an LSTM, whose cell keeps what its gates let it "
            "keep. Space marks both runs, and their curves stand side by side.",
            until="trained",
        ),
        Step(
            title="Look inside",
            text="Use that one too, and open [inside]: its units and its gates move with each "
            "letter. [models] compares both on your text, in bits and in keys saved.",
        ),
    ),
)
"""From a vanilla RNN to an LSTM, on one paragraph, in ten minutes."""

TOURS = (FIRST, SEMINAR)
