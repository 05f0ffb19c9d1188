"""Sources whose every word is known: what comes after a text is written down beforehand."""

from collections.abc import Callable, Mapping

import numpy as np

from charlm_core.predict.index import Context, advance
from charlm_core.predict.model import Model
from charlm_core.predict.session import Session
from charlm_core.predict.source import LogProbabilities, NetworkSource, Point, Source
from tests.support import make_checkpoint, make_model

MODEL = make_model(make_checkpoint(hidden=4))

Said = Callable[[str], Mapping[str, float]]
"""The chances of the next character after a text; what is missing to one is nobody's."""

NEVER = np.float32(-np.inf)


class SpokenSource:
    """Says after each text what it was told to say.

    A point's context is the last symbols, as of any source, and the whole text as a number.
    """

    untouched = False
    begun = 1

    def __init__(self, said: Said) -> None:
        self._said = said
        self._zero = MODEL.engine.zero_state()

    def start(self) -> Point:
        """The point before any character."""
        return Point(self._zero, (0, 1))

    def advance(self, symbol: int, point: Point) -> Point:
        """The point after one more symbol."""
        near, text = point.context
        return Point(self._zero, (advance((near, 0), symbol)[0], text * 256 + symbol))

    def log_probabilities(self, point: Point) -> LogProbabilities:
        """Of each next symbol, nats, (V,)."""
        found = np.full(len(MODEL.vocab), NEVER)
        for character, chance in self._said(text_of(point.context)).items():
            if chance > 0:
                found[MODEL.vocab.id_of(character)] = np.log(np.float32(chance))
        return found


def text_of(context: Context) -> str:
    """The text that a number stands for."""
    left, characters = context[1], []
    while left > 1:
        left, symbol = divmod(left, 256)
        characters.append(MODEL.vocab.symbols[symbol])
    return "".join(reversed(characters))


def spoken(*texts: tuple[str, float]) -> SpokenSource:
    """One that expects whole texts, each with its chance; what was typed rules out the others."""

    def said(typed: str) -> dict[str, float]:
        fitting = [(text, chance) for text, chance in texts if text.startswith(typed)]
        whole = sum(chance for _, chance in fitting) if typed else 1.0
        found: dict[str, float] = {}
        for text, chance in fitting:
            if following := text[len(typed) : len(typed) + 1]:
                found[following] = found.get(following, 0.0) + chance / whole
        return found

    return SpokenSource(said)


class Counted:
    """A source, and how often it was asked to do what."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.steps = 0
        """How often it stepped over a character."""
        self.asked = 0
        """How often it was asked what comes next."""

    @property
    def untouched(self) -> bool:
        """What the source says."""
        return self._source.untouched

    @property
    def begun(self) -> int:
        """What the source says."""
        return self._source.begun

    def start(self) -> Point:
        """What the source says."""
        return self._source.start()

    def advance(self, symbol: int, point: Point) -> Point:
        """What the source says."""
        self.steps += 1
        return self._source.advance(symbol, point)

    def log_probabilities(self, point: Point) -> LogProbabilities:
        """What the source says."""
        self.asked += 1
        return self._source.log_probabilities(point)


def session_of(source: Source, text: str = "") -> Session:
    """A session whose ghosts are from a source."""
    session = Session(MODEL.engine, MODEL.vocab, source)
    session.type(text)
    return session


def counted(model: Model, text: str = "") -> tuple[Session, Counted]:
    """A session of a model, and its network, counted."""
    source = Counted(NetworkSource(model.engine))
    return model.start(text, source), source
