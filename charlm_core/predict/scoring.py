"""How well a model predicts a text that it only reads, or learns from as it goes."""

from collections.abc import Iterable, Iterator

import numpy as np

from charlm_core.metrics import Score
from charlm_core.predict.mixture import Mixture
from charlm_core.predict.model import Model
from charlm_core.predict.surprises import BLOCK, Surprises
from charlm_core.vocab import Ids, Vocab


def running_scores(model: Model, chunks: Iterable[str]) -> Iterator[Score]:
    """Score a text given in chunks, yielding the score so far after each 256 characters or so.

    One running state from zero over all of the text, every character counted from the first; the
    weights stay as they are. How the text is cut into chunks makes no difference, not by a bit.
    """
    surprises = Surprises(model)
    total = Score(0.0, 0)
    for symbols in _blocks(model.vocab, chunks):
        total += Score(float(surprises.nats(symbols).sum()), len(symbols))
        yield total


def adaptive_scores(mixture: Mixture, vocab: Vocab, chunks: Iterable[str]) -> Iterator[Score]:
    """Score a text given in chunks with a source that learns each character after it is scored.

    Yields the score so far after each BLOCK characters or so. One running state from zero, every
    character counted from the first. `mixture` is left as the text made it.
    """
    nats, chars = 0.0, 0
    point = mixture.start()
    for chunk in chunks:
        for symbol in vocab.encode(chunk).tolist():
            nats -= float(mixture.log_probabilities(point)[symbol])
            mixture.learn(point, symbol)
            point = mixture.advance(symbol, point)
            chars += 1
            if chars % BLOCK == 0:
                yield Score(nats, chars)
    if chars % BLOCK:
        yield Score(nats, chars)


def score(model: Model, chunks: Iterable[str]) -> Score:
    """The last of `running_scores`: the model's surprise at the whole text."""
    total = Score(0.0, 0)
    for so_far in running_scores(model, chunks):
        total = so_far
    return total


def _blocks(vocab: Vocab, chunks: Iterable[str]) -> Iterator[Ids]:
    """The symbols of a text, BLOCK at a time from its start, so that chunks do not show in sums."""
    waiting = np.empty(0, dtype=np.uint16)
    for chunk in chunks:
        waiting = np.concatenate((waiting, vocab.encode(chunk)))
        whole = len(waiting) // BLOCK * BLOCK
        for start in range(0, whole, BLOCK):
            yield waiting[start : start + BLOCK]
        waiting = waiting[whole:]
    if len(waiting):
        yield waiting
