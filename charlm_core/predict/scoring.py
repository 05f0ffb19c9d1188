"""How well a model predicts a text it only reads."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from charlm_core.metrics import Score
from charlm_core.predict.engine import Engine, States
from charlm_core.predict.model import Model
from charlm_core.predict.sampling import log_softmax

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
