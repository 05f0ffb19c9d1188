"""Counts of many orders as one distribution: prediction by partial matching.

Each order's counts are discounted, and what that frees, more the more different symbols followed
the context, goes to the order below: interpolated Kneser-Ney without its lower-order counts, or the
predictive rule of the Pitman-Yor process (Teh 2006) with one customer a table.
"""

import numpy as np
import numpy.typing as npt

from charlm_core.predict.index import Counts

Probabilities = npt.NDArray[np.float64]


def interpolate(
    counts: Counts, base: npt.NDArray[np.floating], discount: float, strength: float
) -> Probabilities:
    """The distribution (V,) of counts (orders, V), shortest context first, over `base` (V,).

    p_k(c) = (max(n_k(c) - d, 0) + (s + d t_k) p_{k-1}(c)) / (N_k + s), with d the discount, s the
    strength, N_k the sum of the counts and t_k how many are not 0. Each count is 0 or more than the
    discount, as counts of places are.
    """
    matched = len(counts)
    totals = counts.sum(axis=1).tolist()
    types = np.count_nonzero(counts, axis=1).tolist()
    shares = np.empty(matched)
    rest = 1.0
    for order in range(matched - 1, -1, -1):
        whole = totals[order] + strength
        shares[order] = rest / whole
        rest *= (strength + discount * types[order]) / whole
    kept: Probabilities = shares.dot(np.maximum(counts - discount, 0.0))
    kept += rest * base
    return kept
