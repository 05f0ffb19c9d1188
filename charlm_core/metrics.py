"""How well a model predicts a text: sums over counts, in nats, bits and choices per character."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """The total surprise of a model at a text, and over how many characters."""

    total_nats: float
    """Sum of -ln p(actual character), nats."""
    chars: int
    """How many characters were predicted."""

    def __add__(self, other: "Score") -> "Score":
        return Score(self.total_nats + other.total_nats, self.chars + other.chars)

    @property
    def nats(self) -> float:
        """Cross-entropy, nats per character; NaN over no characters."""
        return self.total_nats / self.chars if self.chars else math.nan

    @property
    def bpc(self) -> float:
        """Bits per character: nats / ln 2."""
        return bits(self.nats)

    @property
    def perplexity(self) -> float:
        """e^nats: among how many equally likely characters the model chose, on average."""
        return perplexity(self.nats)


def bits(nats: float) -> float:
    """Nats as bits."""
    return nats / math.log(2)


def perplexity(nats: float) -> float:
    """e^nats; infinity where that overflows, as it does for a model that has diverged."""
    try:
        return math.exp(nats)
    except OverflowError:
        return math.inf
