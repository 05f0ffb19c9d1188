"""The next character's odds: as the model gives them, and as sampling leaves them."""

from dataclasses import dataclass

import numpy as np

from charlm_core.config import SamplingConfig
from charlm_core.predict.sampling import Floats, Probabilities, probabilities, softmax


@dataclass(frozen=True, kw_only=True)
class Odds:
    """Of the next character, over those that may be suggested, the likeliest first."""

    characters: tuple[str, ...]
    """Which; those as likely in the vocabulary's order. Empty where nothing may be suggested."""
    before: tuple[float, ...]
    """The probability of each as the model has it, summing to 1."""
    after: tuple[float, ...]
    """The same after temperature, top-k and top-p: 0 for what is cut, summing to 1."""
    entropy_before: float
    """Of `before`, in bits."""
    entropy_after: float
    """Of `after`, in bits."""

    @property
    def choices_before(self) -> float:
        """Among how many equally likely characters one would be as unsure as `before` is."""
        return float(2.0**self.entropy_before)

    @property
    def choices_after(self) -> float:
        """The same for `after`."""
        return float(2.0**self.entropy_after)


def odds(symbols: tuple[str, ...], logits: Floats, config: SamplingConfig) -> Odds:
    """The odds that logits (V,) give the vocabulary's symbols; -infinity masks a symbol."""
    allowed = np.flatnonzero(logits > -np.inf)
    if not len(allowed):
        return Odds(characters=(), before=(), after=(), entropy_before=0.0, entropy_after=0.0)
    order = allowed[np.argsort(-logits[allowed], kind="stable")]
    before = softmax(logits[order])
    after = probabilities(logits, config)[order]
    return Odds(
        characters=tuple(symbols[symbol] for symbol in order),
        before=tuple(before.tolist()),
        after=tuple(after.tolist()),
        entropy_before=_entropy(before),
        entropy_after=_entropy(after),
    )


def _entropy(chances: Probabilities) -> float:
    """In bits; what is never drawn adds nothing."""
    some = chances[chances > 0.0]
    return abs(float(-(some * np.log2(some)).sum()))
