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
    if config.temperature == 0.0:
        greedy = np.zeros(len(logits))
        greedy[np.argmax(logits)] = 1.0
        return greedy
    with np.errstate(over="ignore"):  # a tiny temperature sends all but the best to -infinity
        scaled = (logits.astype(np.float64) - logits.max()) / config.temperature
    kept = softmax(scaled)
    order = np.argsort(-scaled, kind="stable")  # likeliest first, ties by index
    if 0 < config.top_k < len(order):
        kept[order[config.top_k :]] = 0.0
        kept /= kept.sum()
    if config.top_p < 1.0:
        reached = np.searchsorted(np.cumsum(kept[order]), config.top_p)
        kept[order[reached + 1 :]] = 0.0
        kept /= kept.sum()
    return kept


def draw(logits: Floats, config: SamplingConfig, rng: np.random.Generator) -> int:
    """A symbol, given logits (V,). Greedy at temperature 0, which leaves `rng` untouched."""
    if config.temperature == 0.0:
        return int(np.argmax(logits))
    chances = probabilities(logits, config)
    reached = np.cumsum(chances)
    symbol = np.searchsorted(reached, rng.random() * reached[-1], side="right")
    # Rounding may carry the drawn number to the very end, past the last symbol kept.
    return min(int(symbol), int(np.flatnonzero(chances)[-1]))
