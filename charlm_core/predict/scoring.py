"""How well a model predicts a text that it only reads, or learns from as it goes."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from charlm_core.metrics import Score
from charlm_core.predict.engine import Engine, States
from charlm_core.predict.mixture import Mixture
from charlm_core.predict.model import Model
from charlm_core.predict.sampling import log_softmax
from charlm_core.vocab import Vocab

BLOCK = 256
"""How many characters are scored at once: enough that a step is all that takes time."""


def running_scores(model: Model, chunks: Iterable[str]) -> Iterator[Score]:
    """Score a text given in chunks, yielding the score so far after each 256 characters or so.

    One running state from zero over all of the text, every character counted from the first; the
    weights stay as they are. How the text is cut into chunks makes no difference, not by a bit.
    """
    engine = model.engine
    total = Score(0.0, 0)
    state = engine.zero_state()
    states = engine.zero_states(BLOCK)  # (BLOCK, layers, parts, hidden)
    symbols = np.zeros(BLOCK, dtype=np.int64)
    filled = 0
    for chunk in chunks:
        for symbol in model.vocab.encode(chunk).tolist():
            states[filled] = state
            symbols[filled] = symbol
            state = engine.step(symbol, state)
            filled += 1
            # Blocks are counted from the start of the text, so that chunks do not show in sums.
            if filled == BLOCK:
                total += _block_score(engine, states, symbols)
                filled = 0
                yield total
    if filled:
        yield total + _block_score(engine, states[:filled], symbols[:filled])


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


def _block_score(engine: Engine, states: States, symbols: npt.NDArray[np.int64]) -> Score:
    """The surprise at symbols (n,), each predicted from the state before it."""
    log_probabilities = log_softmax(engine.logits_batch(states))  # (n, V)
    found = np.take_along_axis(log_probabilities, symbols[:, None], axis=1)  # (n, 1)
    return Score(-float(found.sum()), len(symbols))
