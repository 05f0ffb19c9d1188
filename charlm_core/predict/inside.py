"""What goes on in a model at one place of a text: its units, its gates, and who says what."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from charlm_core.predict.engine import Array, Engine
from charlm_core.predict.source import LogProbabilities, Opinion, Point, Source, opinions_of
from charlm_core.vocab import Vocab


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerInside:
    """One recurrent layer after a character; every array (hidden,), read-only."""

    hidden: Array
    """What each unit says, -1 to 1."""
    before: Array
    """The same before that character; zeros where there is none."""
    cell: Array | None
    """What each unit of an LSTM keeps; None for other cells."""
    gates: Mapping[str, Array]
    """The gates of that character's step by name, and what was offered to be kept: `forget`,
    `input`, `output` (0 to 1) and `candidate` (-1 to 1) of an LSTM, `reset`, `update` and
    `candidate` of a GRU. Empty for a vanilla RNN, and where there is no character."""

    @property
    def moved(self) -> Array:
        """How far each unit went with that character, 0 to 2."""
        moved: Array = np.abs(self.hidden - self.before)
        return moved


@dataclass(frozen=True, kw_only=True, eq=False)
class Inside:
    """What goes on at the end of a text."""

    layers: tuple[LayerInside, ...]
    """The lowest first."""
    opinions: tuple[Opinion, ...]
    """What each part that predicts says of the next character."""
    mixed: LogProbabilities
    """What they say together, nats, (V,): what the source predicts, to the bit."""
    symbols: tuple[str, ...]
    """The character of each symbol, V of them."""
    matched: int
    """How many characters of context the memory knows; 0 where it knows none."""


def look_inside(
    engine: Engine,
    vocab: Vocab,
    source: Source,
    point: Point,
    last: tuple[Point, int] | None,
) -> Inside:
    """Look at `point`, where `last` is the point before it and the symbol that came there, if any.

    Costs a step of the network and a prediction.
    """
    gates: tuple[Mapping[str, Array], ...] = ({},) * len(point.state)
    before = np.zeros_like(point.state)
    if last is not None:
        before = last[0].state
        gates = engine.gates(last[1], before)
    layers = tuple(
        LayerInside(
            hidden=now[0],
            before=earlier[0],
            cell=now[1] if len(now) > 1 else None,
            gates=opened,
        )
        for now, earlier, opened in zip(point.state, before, gates, strict=True)
    )
    mixed = source.log_probabilities(point)
    opinions, matched = opinions_of(source, point)
    return Inside(
        layers=layers, opinions=opinions, mixed=mixed, symbols=vocab.symbols, matched=matched
    )
