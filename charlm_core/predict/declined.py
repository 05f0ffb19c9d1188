"""What ghosts that were seen and not taken tell of the text to come.

A ghost that says what a person wants is taken, mostly. One that was let pass is therefore less
likely to be right than before, by Bayes' theorem: with e what it said, and `passing` the chance
that a person lets pass what is right,

    p(text | e was let pass) = p(text) · (passing if text begins with e, else 1) / Z

with Z the sum over all texts. A ghost that is quite sure outlives this; of one that was a guess the
next guess takes the place, and not the same again at each letter that one goes on typing.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from charlm_core.predict.proposal import Path

LEAST_LEFT = 1e-6
"""Of all texts at least so much stays possible, whatever was let pass."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A text that was proposed and let pass, as far as it is still to come."""

    symbols: tuple[int, ...]
    """Its symbols, one at least."""
    chances: tuple[float, ...]
    """The probability of each, given those before it, as it was proposed."""

    @property
    def mass(self) -> float:
        """How likely it was said to be that the text begins with it."""
        return math.prod(self.chances)


Declined = tuple[Passed, ...]
"""All that was let pass and may still come, the same text as often as it was."""


def then(declined: Declined, symbol: int | None) -> Declined:
    """What may still come of it after one more symbol, or after a character that has none."""
    return tuple(
        Passed(one.symbols[1:], one.chances[1:])
        for one in declined
        if one.symbols[0] == symbol and len(one.symbols) > 1
    )


class Weighing:
    """Weighs what may come by what was let pass, for one search."""

    def __init__(self, declined: Iterable[Passed], passing: float) -> None:
        """`passing`, 0 to 1, is the chance that what is right is let pass."""
        factors: dict[tuple[int, ...], float] = {}
        masses: dict[tuple[int, ...], float] = {}
        for one in declined:
            factors[one.symbols] = factors.get(one.symbols, 1.0) * passing
            masses[one.symbols] = one.mass
        self._factors = factors if passing < 1.0 else {}
        # Of each: what it loses by its own factor, after those of the texts it begins with.
        self._losses = {
            symbols: masses[symbols] * self._factor(symbols[:-1]) * (1 - factor)
            for symbols, factor in self._factors.items()
        }
        self.left = max(LEAST_LEFT, 1 - sum(self._losses.values()))
        """How much of all that was possible is left."""

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return bool(self._factors)

    def _factor(self, symbols: tuple[int, ...]) -> float:
        """Of a text by all that it begins with."""
        return math.prod(
            factor for one, factor in self._factors.items() if symbols[: len(one)] == one
        )

    def weigh(self, path: Path) -> Path:
        """The path with the probabilities that its characters have now."""
        if not self._factors:
            return path
        length = len(path.symbols)
        factors, lost = [1.0] * (length + 1), [0.0] * (length + 1)
        for symbols, factor in self._factors.items():
            common = _common(symbols, path.symbols)
            # What begins with it has its factor; what it goes on from has lost what it has.
            for end in range(len(symbols), length + 1 if common == len(symbols) else 0):
                factors[end] *= factor
            for end in range(1, min(common + 1, len(symbols))):
                lost[end] += self._losses[symbols]
        chances: list[float] = []
        raw = before = 1.0
        for end, chance in enumerate(path.chances, 1):
            raw *= chance
            # What it was said to be before need not be quite what it is now.
            now = min(before, max(0.0, raw * factors[end] - lost[end]) / self.left)
            chances.append(now / before if before else 0.0)
            before = now
        return Path(path.text, path.symbols, tuple(chances), before)


def _common(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """How many symbols both begin with."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
