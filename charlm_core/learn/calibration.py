"""How sure of itself a model may be: temperature scaling (Guo et al. 2017).

A network that reads the same texts many times becomes surer of what comes next than texts bear out
that it has not read. One factor for all logits, fitted on such a text, mends the most of it and
changes no order of what is likely. It is the inverse of their temperature.
"""

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F  # noqa: N812 - the field's own name for it

from charlm_core.learn.evaluate import BURN_IN, CHUNK, ROWS, predictions, spread
from charlm_core.learn.models import CharModel
from charlm_core.vocab import Ids

FACTORS = np.linspace(0.5, 1.5, 41)
"""Those that are tried; between them a parabola does."""


def suited_factor(model: CharModel, ids: Ids) -> float:
    """The factor of the logits with which `ids` (M,), or pieces of it, are predicted best.

    Of a text that is too short to say, 1.
    """
    pieces = spread(ids, ROWS, BURN_IN)
    if pieces is None:
        return 1.0
    factors = torch.from_numpy(FACTORS).float()
    nats = torch.zeros(len(FACTORS), dtype=torch.float64)
    for logits, targets in predictions(model, pieces, burn_in=BURN_IN, chunk=CHUNK // 8):
        for index, factor in enumerate(factors.to(logits.device)):
            nats[index] += float(F.cross_entropy(logits * factor, targets, reduction="sum"))
    return _lowest(FACTORS, nats.numpy())


def scale_logits(model: CharModel, factor: float) -> None:
    """Multiply all logits of a model by a factor, in its output layer."""
    with torch.no_grad():
        model.output.weight.mul_(factor)
        model.output.bias.mul_(factor)


def _lowest(places: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> float:
    """Where a parabola through the lowest of the values and its neighbours is lowest."""
    at = int(np.argmin(values))
    if at in {0, len(values) - 1}:
        return float(places[at])
    before, lowest, after = values[at - 1 : at + 2]
    step = places[at + 1] - places[at]
    return float(places[at] + step * 0.5 * (before - after) / (before - 2 * lowest + after))
