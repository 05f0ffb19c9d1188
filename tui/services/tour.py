"""The tours: a few steps, each done with the real thing. Pure values.

A step is over as soon as the person has done what it is about, whatever else they do meanwhile.
"""

from dataclasses import dataclass, replace
from typing import Literal

Deed = Literal[
    "ghost",
    "accept",
    "preset",
    "knob",
    "as_they_come",
    "write",
    "loop",
    "cool",
    "hot",
    "top_k",
    "inside",
    "trained",
    "used",
]
"""What a step can wait for: a ghost showed; one was accepted; the knobs went to a preset; one of
them was turned; all stand as they come; the model wrote; what it wrote repeats itself; it wrote by
chance, at a temperature below 1, or above; it wrote by chance with top-k; the look inside was
opened; a training ended; its weights are in use.
"""


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
            text="Write “I do not kn”. The dim text behind the cursor is the ghost: how a "
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
            title="The knobs",
            text="[sampling] opens them beside the text, and the odds of the next letter. p goes "
            "to the next preset, which is wild: now the ghost is drawn by chance.",
            until="preset",
        ),
        Step(
            title="Turn one",
            text="↓ goes to the temperature; ← and → turn it, and the ghost changes at once. Low "
            "is sure, high is wild.",
            until="knob",
        ),
        Step(
            title="And back",
            text="p, until it says balanced, has the knobs as they come. Esc goes back to the "
            "text; the panel stays, and [sampling] twice closes it.",
            until="as_they_come",
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
            "[tour], then s, begins the seminar: from an RNN to an LSTM in ten minutes.",
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
            "reads a paragraph eight times. After each its perplexity, the number of letters it "
            "wavers between, is in the log: from 5 or 6 it falls to 1.2. v has the curve show it.",
            until="trained",
        ),
        Step(
            title="Use it",
            text="u, in the trainings that [train] opens, puts its weights behind the ghost. Every "
            "model is loaded like that, while your text stays where it is.",
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
            title="A low temperature",
            text="m until it says sample: each letter is drawn by its odds. Hold [cooler] until "
            "the temperature is 0.3, and n: so sure of itself, it still says the same again and "
            "again.",
            until="cool",
        ),
        Step(
            title="A high one",
            text="Hold [hotter] until it is 1.5, and n: every letter has its chance, and words "
            "fall apart.",
            until="hot",
        ),
        Step(
            title="Top-k",
            text="[more_k] three times sets top-k to 3: only the three likeliest letters are drawn "
            "from. n: no circles, and far fewer broken words.",
            until="top_k",
        ),
        Step(
            title="From RNN to LSTM",
            text="[train], c, l: the same with an LSTM, whose cell keeps what its gates let it "
            "keep: from 10 or so to 1.2. Space, ↓, Space marks both runs, and their curves stand "
            "side by side.",
            until="trained",
        ),
        Step(
            title="Look inside",
            text="u, and then [inside]: its units and its gates move with each letter. [models], "
            "c on one of the two and c on the other compares both on your text, in bits and in "
            "keys saved.",
        ),
    ),
)
"""From a vanilla RNN to an LSTM, on one paragraph, in ten minutes."""

TOURS = (FIRST, SEMINAR)
