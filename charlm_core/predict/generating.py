"""Text out of nothing but the model: drawing one character after another."""

from collections.abc import Callable, Iterator

import numpy as np

from charlm_core.config import SamplingConfig
from charlm_core.predict.sampling import draw
from charlm_core.predict.session import Session


def generate(
    session: Session,
    config: SamplingConfig,
    rng: np.random.Generator,
    length: int,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[str]:
    """Type up to `length` drawn characters into `session`, yielding each.

    Only suggestible characters are drawn: never the unknown symbol, no controls but the newline.
    Ends early when `cancelled` says so, or when the vocabulary has nothing to suggest.
    """
    masked = ~session.vocab.suggestible()  # (V,)
    if masked.all():
        return
    for _ in range(length):
        if cancelled():
            return
        logits = session.logits.copy()  # (V,)
        logits[masked] = -np.inf
        character = session.vocab.symbols[draw(logits, config, rng)]
        session.type(character)
        yield character
