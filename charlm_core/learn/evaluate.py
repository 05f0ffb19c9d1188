"""How surprised a model is at a text: sums over counts, the state running from start to end."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the field's own name for it

from charlm_core.learn.models import CharModel
from charlm_core.metrics import Score
from charlm_core.vocab import Ids

CHUNK = 2048
"""Characters a forward pass takes at once; changes memory, never a figure."""

IN_WINDOWS = "overlapping windows from a zero state"

ESTIMATE_CHARS = 200_000
"""An estimate scores no more characters than this: a few seconds on a small processor."""

ROWS, BURN_IN = 32, 256
"""An estimate is made on so many pieces, each primed with so many characters."""


@dataclass(frozen=True, kw_only=True)
class Validation:
    """How a training measures its model on the text that validates."""

    ids: Ids
    """The text, shape (M,)."""
    window: int
    """Length of the windows that are trained in where the training text itself validates in them;
    otherwise 0."""

    def estimate(self, model: CharModel) -> Score:
        """On the way, to tell which weights are best."""
        if self.window:
            return evaluate_windows(model, self.ids, self.window)
        return estimate(model, self.ids)

    def measure(self, model: CharModel) -> Score:
        """At the end, by the definition."""
        if self.window:
            return evaluate_windows(model, self.ids, self.window)
        return evaluate(model, self.ids)

    @property
    def estimated(self) -> str:
        """How `estimate` does it, in words."""
        return IN_WINDOWS if self.window else "estimated on parallel pieces"

    @property
    def measured(self) -> str:
        """How `measure` does it, in words."""
        return IN_WINDOWS if self.window else "one running state from zero"


def evaluate(model: CharModel, ids: Ids, *, chunk: int = CHUNK) -> Score:
    """Score every character of `ids` with one running state from zero (the definition)."""
    score = _score_first(model, ids[:1])
    return score + _score_rows(model, ids[None, :], burn_in=0, chunk=chunk)


def estimate(model: CharModel, ids: Ids, *, rows: int = ROWS, burn_in: int = BURN_IN) -> Score:
    """Score `ids` in `rows` parallel pieces, each primed with the `burn_in` characters before it.

    Close to `evaluate`, a little above it, and many times faster: for choosing between weights
    while training. The pieces are spread evenly over the text and hold at most ESTIMATE_CHARS
    together.
    """
    pieces = spread(ids, rows, burn_in)
    if pieces is None:
        return evaluate(model, ids)
    return _score_rows(model, pieces, burn_in=burn_in, chunk=CHUNK // 8)


def spread(ids: Ids, rows: int, burn_in: int) -> Ids | None:
    """Pieces of a text (M,), evenly spread and ESTIMATE_CHARS together: (rows, burn_in + N + 1).

    None where the text is too short for so many.
    """
    apart = (len(ids) - 1 - burn_in) // rows
    if apart < burn_in:
        return None
    piece = min(apart, ESTIMATE_CHARS // rows)
    starts = np.arange(rows) * apart
    return np.stack([ids[start : start + burn_in + piece + 1] for start in starts])


def evaluate_windows(model: CharModel, ids: Ids, length: int) -> Score:
    """Score every overlapping window of `length` characters from a zero state, as it is trained.

    Each window's characters 1 to `length` are predicted from those before them in the window.
    """
    windows = np.lib.stride_tricks.sliding_window_view(ids, length + 1)
    total = Score(0.0, 0)
    for start in range(0, len(windows), 256):
        total += _score_rows(model, windows[start : start + 256], burn_in=0, chunk=length)
    return total


def _score_first(model: CharModel, first: Ids) -> Score:
    """The first character of a text, predicted from the state before any."""
    target = torch.from_numpy(first.astype(np.int64))
    with torch.no_grad():
        logits = model.first_logits().float().cpu()[None, :]  # (1, V)
        return Score(float(F.cross_entropy(logits, target, reduction="sum")), len(first))


def _score_rows(model: CharModel, rows: Ids, *, burn_in: int, chunk: int) -> Score:
    """Score characters burn_in + 1 onwards of each row (B, N), each row from a zero state."""
    total, chars = 0.0, 0
    for logits, targets in predictions(model, rows, burn_in=burn_in, chunk=chunk):
        total += float(F.cross_entropy(logits, targets, reduction="none").double().sum())
        chars += len(targets)
    return Score(total, chars)


def predictions(
    model: CharModel, rows: Ids, *, burn_in: int, chunk: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Logits (M, V) and what came, (M,), for characters burn_in + 1 onwards of each row (B, N).

    Each row is read from a zero state, `chunk` characters at a time; while this goes on the model
    does not train.
    """
    device = model.output.weight.device
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            state = model.zero_state(len(rows))
            for start in range(0, rows.shape[1] - 1, chunk):
                piece = torch.from_numpy(rows[:, start : start + chunk + 1].astype(np.int64))
                piece = piece.to(device)
                logits, state = model(piece[:, :-1], state)  # (B, T, V)
                skip = max(0, burn_in - start)
                yield logits.float()[:, skip:].flatten(0, 1), piece[:, 1 + skip :].flatten()
    finally:
        model.train(was_training)
