"""Reading a text with the model open: what was said before each character, what it did there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from charlm_core.config import SuggestConfig
from charlm_core.predict.inside import Inside
from charlm_core.predict.mixture import Mixture
from charlm_core.predict.model import Model
from charlm_core.predict.proposal import Suggestion
from charlm_core.predict.session import DEFAULT_SUGGEST, Session
from charlm_core.predict.source import NetworkSource


@dataclass(frozen=True, kw_only=True, eq=False)
class Close:
    """A close look at one character."""

    before: Inside
    """Just before it came: the opinions are about this character."""
    ghost: Suggestion
    """What would have been proposed in its place."""
    after: Inside
    """Just after it: what the units did is what this character made them do."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Look:
    """One character of a text."""

    nats: float
    """-ln p of it, by what predicts: the mixture where it learns, else the network."""
    close: Close | None
    """The close look at it, where there was one."""


def looks(
    model: Model,
    chunks: Iterable[str],
    closely: range,
    mixture: Mixture | None = None,
    config: SuggestConfig = DEFAULT_SUGGEST,
) -> Iterator[Look]:
    """Read a text given in chunks, looking closely at the characters `closely`, counted from 0.

    `mixture` learns each character once it has been looked at, and is what predicts; without it
    the network does, as it was trained. The figures are those of scoring, where every character is
    a symbol; a close look shows what a session does, which reads some together and passes others
    over. Beyond the close looks no state is kept: a text may be of any size.
    """
    source = mixture or NetworkSource(model.engine)
    session: Session | None = model.start(learned=source)
    point = source.start()
    before: Inside | None = None
    for position, character in enumerate(chain.from_iterable(chunks)):
        if position >= closely.stop:
            session = None
        symbol = model.vocab.id_of(character)
        nats = -float(source.log_probabilities(point)[symbol])
        ghost: Suggestion | None = None
        if session is not None and position in closely:
            before = before or session.inside()
            ghost = session.suggest(config)
        if mixture is not None:
            mixture.learn(point, symbol)
        point = source.advance(symbol, point)
        if session is None:
            yield Look(nats=nats, close=None)
            continue
        session.type(character)
        if before is None or ghost is None:
            yield Look(nats=nats, close=None)
            continue
        after = session.inside()
        yield Look(nats=nats, close=Close(before=before, ghost=ghost, after=after))
        before = after
