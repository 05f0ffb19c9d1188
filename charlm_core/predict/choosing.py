"""Ghosts written one character after another, as a text is generated: the likeliest, or a draw.

Unlike a search this weighs nothing: what is chosen stands, and the ghost ends where all of it
together is less likely than asked for. How likely is judged by what was chosen from, so that where
a low temperature or top-k leaves little choice, a ghost is as long as it is sure.

A draw depends on the seed and on the last characters before it, and on nothing else. So the same
text has the same ghost whenever one comes back to it, and a ghost that is typed along goes on with
the characters it would have had anyway.
"""

import hashlib
import math
from collections.abc import Callable
from itertools import accumulate
from operator import mul

import numpy as np

from charlm_core.config import SuggestConfig
from charlm_core.predict.index import Context
from charlm_core.predict.proposal import (
    MOST_LINES,
    Alphabet,
    Proposal,
    Stopped,
    first_word,
)
from charlm_core.predict.sampling import pick
from charlm_core.predict.source import Source

_ALL = (1 << 64) - 1


def chosen_on(
    source: Source,
    alphabet: Alphabet,
    rest: Proposal,
    cancelled: Callable[[], bool],
) -> Proposal:
    """A proposal that goes on from the path of another, by its decoding, for as long as it may.

    `cancelled` is asked before each character.
    """
    config = rest.config
    path, odds, end = rest.path, rest.odds, rest.end
    product = math.prod(odds)
    why: Stopped = "threshold"
    likely = likely_enough(path.text, odds, config) == len(path.text)
    while likely:
        if len(path.text) >= config.max_chars:
            why = "length"
            break
        if cancelled():
            why = "cancelled"
            break
        said = source.log_probabilities(end) + alphabet.mask  # (V,)
        if said.max() == -np.inf:
            break
        if config.decoding == "sample":
            symbol, chance = pick(said, config.sampling, luck(config.seed, end.context))
        else:
            symbol = int(said.argmax())
            chance = math.exp(said[symbol])
        longer = path.then(alphabet.symbols[symbol], symbol, math.exp(said[symbol]))
        if longer.text.count("\n") > MOST_LINES:
            why = "lines"
            break
        path, odds, end = longer, (*odds, chance), source.advance(symbol, end)
        product *= chance
        likely = product >= _least(len(path.text), len(first_word(path.text)), config)
    shown = _seen(path.text, likely_enough(path.text, odds, config))
    return Proposal(path, end, False, shown, config, why == "cancelled", odds, why)


def likely_enough(text: str, odds: tuple[float, ...], config: SuggestConfig) -> int:
    """How many characters of a text may show, given the probability of each.

    As far as all together are as likely as `threshold` within the first word and `whole_threshold`
    behind it, where that is not the higher one.
    """
    word = len(first_word(text))
    for length, product in enumerate(accumulate(odds, mul), 1):
        if product < _least(length, word, config):
            return length - 1
    return len(odds)


def _least(length: int, word: int, config: SuggestConfig) -> float:
    """How likely so many characters must be together, of a text whose first word has `word`."""
    whole = min(config.threshold, config.whole_threshold)
    return config.threshold if length <= word else whole


def _seen(text: str, length: int) -> int:
    """A length without blanks at the end that nobody could see: those at a line's start."""
    while length and text[length - 1] != "\n" and not text[:length].rpartition("\n")[2].strip():
        length -= 1
    return length


def luck(seed: int, context: Context) -> float:
    """The number in [0, 1) that a seed has for what stands behind a context.

    Of its own making and no generator's: it must not depend on how one got there.
    """
    near, far = (key & _ALL for key in context)
    data = b"".join(part.to_bytes(8, "little") for part in (seed, near, far))
    found = hashlib.blake2b(data, digest_size=8).digest()
    return (int.from_bytes(found, "little") >> 11) * 2.0**-53
