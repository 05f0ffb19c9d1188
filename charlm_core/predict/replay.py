"""A text typed again with ghosts to help: how many keys would have been saved?

The typist types one character with one key, or takes the whole ghost or its first word with one,
whichever matches the text and saves most. Figures are counts; the savings are 1 - keys / chars.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from charlm_core.config import SuggestConfig
from charlm_core.folding import is_joined
from charlm_core.metrics import Typed
from charlm_core.predict.mixture import Mixture
from charlm_core.predict.model import Model
from charlm_core.predict.proposal import SHORTEST_GHOST, Suggestion


@dataclass(kw_only=True)
class Replay(Typed):
    """What came of typing a text, so far."""

    chars: int = 0
    """Characters of the text that are there now."""
    keys: int = 0
    """Keys pressed for them."""
    accepts: int = 0
    """How many of those accepted a ghost or its first word."""
    ghosts_shown: int = 0
    """At how many positions a ghost of two characters or more was shown."""
    ghosts_wrong: int = 0
    """At how many of those its first word was not what came."""
    latencies_ms: list[float] = field(default_factory=list)
    """How long each ghost was waited for, milliseconds."""
    phrases: Counter[str] = field(default_factory=Counter)
    """Accepted texts, each from the beginning of its first word, and the keys they saved in all."""

    def latency_ms(self, percentile: float) -> float:
        """A percentile of how long a ghost took; NaN before the first."""
        if not self.latencies_ms:
            return float("nan")
        return float(np.percentile(self.latencies_ms, percentile))


def _with_its_word(text: str, start: int, length: int) -> str:
    """What was accepted from `start` on, from the beginning of the word that it goes on with."""
    if not text[start].isspace():
        while start and not text[start - 1].isspace():
            start, length = start - 1, length + 1
    accepted = text[start : start + length]
    return " ".join(accepted.split()) or accepted


def typed(
    text: str,
    suggest: Callable[[], Suggestion],
    push: Callable[[str], None],
    decline: Callable[[], None] = lambda: None,
) -> Iterator[Replay]:
    """Type `text`, yielding the same figures, brought up to date, after each key.

    `suggest` gives the ghost where the text stands; `push` is told of each character that came.
    The typist looks at each ghost: where one is not taken, `decline` is told so before the next
    character comes.
    """
    found = Replay()
    while found.chars < len(text):
        begun = time.perf_counter()
        ghost = suggest()
        found.latencies_ms.append((time.perf_counter() - begun) * 1e3)
        taken = 1
        if len(ghost.text) >= SHORTEST_GHOST:
            found.ghosts_shown += 1
            word = ghost.first_word
            if not text.startswith(word, found.chars):
                found.ghosts_wrong += 1
            else:
                whole = text.startswith(ghost.text, found.chars)
                taken = len(ghost.text) if whole else len(word)
        if taken == 1:
            decline()
        found.keys += 1
        came = text[found.chars : found.chars + taken]
        if taken > 1:
            found.accepts += 1
            found.phrases[_with_its_word(text, found.chars, taken)] += taken - 1
        for character in came:
            push(character)
        found.chars += taken
        yield found


def replays(
    model: Model,
    text: str,
    config: SuggestConfig,
    mixture: Mixture | None = None,
    start: int = 0,
) -> Iterator[Replay]:
    """Type `text` with a model's ghosts, from character `start` on; see `typed`.

    What is before that has been typed already, and learned, without ghosts and uncounted.

    They are from `mixture`, which learns each character after it has been typed; without one from
    the network as it was trained. `predict.suggest` says what they are.
    """
    session = model.start(learned=mixture)

    def push(character: str) -> None:
        point = session.point
        session.type(character)
        # What is passed over, or drawn upon a character, has no symbol of its own to learn.
        own = character in model.vocab or not is_joined(character)
        if mixture is not None and own and session.point is not point:
            mixture.learn(point, model.vocab.id_of(character))

    for character in text[:start]:
        push(character)
    return typed(text[start:], lambda: session.suggest(config), push, session.decline)
