"""Choosing the next character: pure functions over logits, with an explicit generator.

Temperature, then top-k, then top-p (nucleus sampling: Holtzman et al. 2020, arXiv:1904.09751), in
that order. A logit of minus infinity masks a symbol; at least one must be finite.
"""

import math

import numpy as np
import numpy.typing as npt

from charlm_core.config import SamplingConfig

Floats = npt.NDArray[np.float32] | npt.NDArray[np.float64]
Probabilities = npt.NDArray[np.float64]


def log_softmax(logits: Floats) -> Probabilities:
    """Log-probabilities along the last axis, nats, same shape, in double precision."""
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)  # (..., V)
    normaliser = np.log(np.exp(shifted).sum(axis=-1, keepdims=True))  # (..., 1)
    log_probabilities: Probabilities = shifted - normaliser
    return log_probabilities


def softmax(logits: Floats) -> Probabilities:
    """Probabilities along the last axis, same shape, in double precision."""
    return np.exp(log_softmax(logits))


def surprise(logits: npt.NDArray[np.float32], symbol: int) -> float:
    """-ln p(symbol), nats, for one row of logits (V,).

    In single precision, good to about 1e-6: it is paid for every character typed.
    """
    shifted = logits - np.maximum.reduce(logits)  # (V,)
    return math.log(np.add.reduce(np.exp(shifted))) - float(shifted[symbol])


def probabilities(logits: Floats, config: SamplingConfig) -> Probabilities:
    """What `draw` draws from, given logits (V,): (V,), summing to 1.

    Top-k keeps exactly k symbols, the earlier of those that tie; top-p keeps the fewest whose
    probabilities, after top-k, reach p, and at least one.
    """
    found = np.zeros(len(logits))
    if config.temperature == 0.0:
        found[logits.argmax()] = 1.0
        return found
    order, weights, _ = _kept(logits, config)
    found[order] = weights / weights.sum()
    return found


def draw(logits: Floats, config: SamplingConfig, rng: np.random.Generator) -> int:
    """A symbol, given logits (V,). Greedy at temperature 0, which leaves `rng` untouched.

    Else one number is taken of `rng`'s bit generator, which must give 64 bits at a time: its raw
    stream is the part that NumPy promises never to change. A lower number draws a likelier symbol,
    so that turning a knob a little changes little of what a seed draws.
    """
    if config.temperature == 0.0:
        return int(logits.argmax())
    return pick(logits, config, (rng.bit_generator.random_raw() >> 11) * 2.0**-53)[0]


def pick(logits: Floats, config: SamplingConfig, number: float) -> tuple[int, float]:
    """The symbol that a number in [0, 1) draws, given logits (V,), and how likely that was."""
    if config.temperature == 0.0:
        return int(logits.argmax()), 1.0
    order, weights, reached = _kept(logits, config)
    total = reached[-1]
    place = reached.searchsorted(number * total, side="right")
    if place == len(order):
        # Rounding carried it to the very end, past the last symbol that has a chance.
        place = reached.searchsorted(total)
    return int(order[place]), float(weights[place] / total)


def _kept(
    logits: Floats, config: SamplingConfig
) -> tuple[npt.NDArray[np.intp], Probabilities, Probabilities]:
    """What temperature, top-k and top-p leave: symbols, their weights, the sums of these so far.

    The likeliest first; the weights are proportional to the probabilities. This is paid for every
    character that is written, so it sorts once and divides by no sum.
    """
    with np.errstate(over="ignore"):  # a tiny temperature sends all but the best to -infinity
        scaled = np.subtract(logits, logits.max(), dtype=np.float64)  # (V,)
        scaled /= config.temperature
    order = np.negative(logits).argsort(kind="stable")  # ties by index
    if config.top_k:
        order = order[: config.top_k]
    weights = np.exp(scaled[order])
    reached = np.add.accumulate(weights)
    if config.top_p < 1.0:
        # The sums ascend, so this is the first that reaches p of the last.
        fewest = int(reached.searchsorted(config.top_p * reached[-1])) + 1
        return order[:fewest], weights[:fewest], reached[:fewest]
    return order, weights, reached
