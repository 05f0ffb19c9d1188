"""The laws of drawing a character, against a reference that computes with fifty digits."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import cache

import numpy as np
import pytest

from charlm_core import SamplingConfig
from charlm_core.predict.sampling import Floats, draw, pick, probabilities

VECTORS = 10_000
DRAWS = 100_000

# Wide enough for e to the power of -1e600, and for what that is a share of.
PRECISE = Context(prec=50, Emin=-(10**17), Emax=10**17)

LEAST = Decimal("1e-300")
"""What is less likely may have become 0."""

CLOSE = Decimal("1e-12")
"""A sum of probabilities this close to p may be taken to reach it or not."""


@dataclass(frozen=True)
class Case:
    """Logits and what to draw from them with."""

    logits: Floats
    config: SamplingConfig

    @property
    def finite(self) -> int:
        """How many symbols are not masked."""
        return int(np.isfinite(self.logits).sum())


@cache
def cases() -> Sequence[Case]:
    """Logits of every kind: with ties and masks, of any size, of either precision."""
    rng = np.random.default_rng(7)
    found = []
    for index in range(VECTORS):
        dtype = (np.float32, np.float64)[index % 2]
        logits = rng.standard_normal(rng.integers(1, 40)) * rng.choice([0.1, 1.0, 4.0, 30.0])
        kind = index % 7
        if kind == 1:  # ties
            logits = np.round(logits * 2) / 2
        elif kind == 2:  # all the same, or nearly
            logits = np.full(len(logits), logits[0]) + np.round(logits) * 1e-7
        elif kind == 3:
            logits *= 1e30
        elif kind == 4:
            logits *= 1e-30
            # Beside this one double precision can't tell the others apart; their order still holds.
            logits[rng.integers(len(logits))] = rng.choice([1.0, 0.0])
        elif kind == 5:
            logits[:] = rng.choice(np.array([1.0, -1.0, 0.0])) * (1e38, 1e308)[index % 2]
            logits[rng.integers(len(logits))] = 3.0
        masked = rng.random(len(logits)) < rng.choice([0.0, 0.3, 0.9])
        masked[rng.integers(len(logits))] = False
        logits[masked] = -np.inf
        config = SamplingConfig(
            temperature=float(rng.choice([1.0, 0.8, 0.05, 10.0, 1e-3, rng.uniform(0.1, 2.0)])),
            top_k=int(rng.choice([0, 1, 2, int(rng.integers(1, 50))])),
            top_p=float(rng.choice([1.0, 0.0, 0.5, 0.9, rng.random()])),
        )
        found.append(Case(logits.astype(dtype), config))
    return found


def ranked(logits: Floats) -> list[int]:
    """The symbols that may be drawn, the likeliest first; those that tie in their own order."""
    values = logits.tolist()
    allowed = [symbol for symbol, value in enumerate(values) if value > -np.inf]
    return sorted(allowed, key=lambda symbol: (-values[symbol], symbol))


def reference(case: Case) -> tuple[dict[int, Decimal], bool]:
    """The probability of each symbol that is kept, and whether top-p was too close to tell."""
    order, values = ranked(case.logits), case.logits.tolist()
    with localcontext(PRECISE):
        temperature, highest = Decimal(case.config.temperature), Decimal(values[order[0]])
        weights = [((Decimal(values[symbol]) - highest) / temperature).exp() for symbol in order]
        if case.config.top_k:
            weights = weights[: case.config.top_k]
        close = False
        if case.config.top_p < 1.0:
            needed = Decimal(case.config.top_p) * sum(weights)
            reached, kept = Decimal(0), 0
            while kept == 0 or reached < needed:
                reached += weights[kept]
                kept += 1
                close |= abs(reached - needed) < CLOSE * sum(weights)
            weights = weights[:kept]
        total = sum(weights)
        shares = [weight / total for weight in weights]
        return dict(zip(order[: len(shares)], shares, strict=True)), close


def test_probabilities_are_those_of_fifty_digits() -> None:
    """What is drawn from is what temperature, top-k and top-p say, to a billionth."""
    too_close = 0
    for case in cases():
        found = probabilities(case.logits, case.config)
        expected, close = reference(case)
        if close and len(np.flatnonzero(found)) != len(expected):
            too_close += 1
            continue
        for symbol, chance in enumerate(found.tolist()):
            right = expected.get(symbol, Decimal(0))
            assert abs(Decimal(chance) - right) < Decimal("1e-9"), (case, symbol)
            if symbol not in expected:
                assert chance == 0.0
            elif right > LEAST:
                assert chance > 0.0
    assert too_close < VECTORS / 100


@pytest.mark.parametrize("temperature", [5e-324, 1e-308, 1e-300, 1e-150, 1e-60])
def test_a_temperature_near_zero_is_greedy(temperature: float) -> None:
    """However little it is, the likeliest character is drawn, and nothing is warned of."""
    for case in cases():
        values = case.logits.tolist()
        best = [symbol for symbol, value in enumerate(values) if value == max(values)]
        for number in (0.0, 0.6, 1 - 2.0**-53):
            found, chance = pick(case.logits, SamplingConfig(temperature=temperature), number)
            assert found in best
            assert chance == 1 / len(best)
        rng = np.random.default_rng(0)
        assert draw(case.logits, SamplingConfig(temperature=0.0), rng) == best[0]
        # With top-k 1 even what ties is decided as greedily.
        config = SamplingConfig(temperature=temperature, top_k=1)
        assert draw(case.logits, config, rng) == best[0]


def test_top_k_keeps_exactly_k_where_some_tie() -> None:
    """Of many that are as likely the first ones are kept, never more than k."""
    for case in cases():
        # Flat enough for none to vanish, whatever the logits are.
        flat = np.where(np.isfinite(case.logits), np.sign(case.logits), case.logits)
        for top_k in (1, 2, 5, 60):
            found = probabilities(flat, SamplingConfig(top_k=top_k))
            assert np.count_nonzero(found) == min(top_k, case.finite)
            assert np.flatnonzero(found).tolist() == sorted(ranked(flat)[:top_k])


def test_top_p_keeps_the_fewest_whose_mass_reaches_p() -> None:
    """The nucleus is as small as it can be, and never empty."""
    for case in cases():
        top_p = case.config.top_p
        if top_p == 1.0:
            continue
        before = probabilities(case.logits, SamplingConfig(top_k=case.config.top_k))
        config = SamplingConfig(top_k=case.config.top_k, top_p=top_p)
        kept = np.flatnonzero(probabilities(case.logits, config)).tolist()
        assert kept
        mass = sum(before[symbol] for symbol in kept)
        least = min(kept, key=lambda symbol: before[symbol])
        assert mass >= top_p - 1e-12
        assert len(kept) == 1 or mass - before[least] < top_p + 1e-12
        assert min(before[kept]) >= max(np.delete(before, kept), default=0.0)


def chi_square_bound(freedom: int) -> float:
    """What chi-square exceeds once in a thousand times: Wilson and Hilferty (1931)."""
    normal = 3.0902323061678132  # the same quantile of a normal distribution
    part = 2 / (9 * freedom)
    return float(freedom * (1 - part + normal * part**0.5) ** 3)


@pytest.mark.parametrize(
    "config",
    [
        SamplingConfig(),
        SamplingConfig(temperature=0.6),
        SamplingConfig(temperature=2.5, top_k=12),
        SamplingConfig(top_p=0.8),
        SamplingConfig(temperature=0.8, top_k=40, top_p=0.95),
    ],
    ids=str,
)
@pytest.mark.parametrize("seed", [0, 1])
def test_characters_are_drawn_as_often_as_they_are_likely(
    config: SamplingConfig, seed: int
) -> None:
    """A sampled text has the statistics that were asked for, its rare characters included."""
    case = np.random.default_rng(seed + 100)
    logits = case.standard_normal(97) * 1.5
    logits[case.integers(97, size=10)] = -np.inf
    rng = np.random.default_rng(seed)
    counts = np.bincount([draw(logits, config, rng) for _ in range(DRAWS)], minlength=97)
    expected = probabilities(logits, config) * DRAWS
    assert not counts[expected == 0.0].any()
    # Cells too small for the statistic are counted as one.
    large = expected >= 5.0
    seen = np.append(counts[large], counts[~large].sum())
    meant = np.append(expected[large], expected[~large].sum())
    seen, meant = seen[meant > 0.0], meant[meant > 0.0]
    chi_square = float(((seen - meant) ** 2 / meant).sum())
    assert chi_square < chi_square_bound(len(meant) - 1)


def test_the_bound_is_that_of_the_tables() -> None:
    """What the draws are held to is what a book of tables gives, to a hundredth."""
    for freedom, value in ((5, 20.515), (12, 32.909), (40, 73.402), (80, 124.839)):
        assert chi_square_bound(freedom) == pytest.approx(value, rel=0.012)
