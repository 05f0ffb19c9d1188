"""Models side by side on one text: bits, keys saved, speed, figure by figure as they come.

All take turns, a stretch of the text each, so that the figures seen on the way are over the same
characters, and so that whatever else the machine does slows one as much as the other.
"""

import statistics
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from charlm_core.config import DIALS, SuggestConfig
from charlm_core.metrics import Score, Typed
from charlm_core.predict.model import Model
from charlm_core.predict.replay import Replay, replays
from charlm_core.predict.scoring import adaptive_scores, running_scores

BITS_CHARS = 100_000
"""Of a longer text so many characters at the end are scored."""

TYPED_CHARS = 20_000
"""And so many at the end are typed again, for the keys that are saved."""

KEYS = 32
"""After so many keys the figures are told."""

COSTS = (1.0, 2.0, 10.0)
"""About how long a character takes: scored, scored and learned, typed with a ghost to look for."""

NOTHING = Score(0.0, 0)


@dataclass(frozen=True, kw_only=True)
class Standing(Typed):
    """How a model has done so far; what was not measured yet is 0."""

    static: Score = NOTHING
    """As it was trained."""
    adaptive: Score = NOTHING
    """Learning each character after it was scored."""
    chars: int = 0
    """Characters typed again, with its ghosts to help, while it learned."""
    keys: int = 0
    """Keys pressed for them."""
    ghosts_shown: int = 0
    """At how many places a ghost was shown."""
    ghosts_wrong: int = 0
    """At how many of those its first word was not what came."""
    static_us: float = 0.0
    """One character scored, median over stretches, microseconds."""
    adaptive_us: float = 0.0
    """One character scored and learned."""
    ghost_p50_ms: float = 0.0
    """How long a ghost was waited for, median, milliseconds."""
    ghost_p99_ms: float = 0.0
    """The same, 99th percentile."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """How the models stand."""

    standings: tuple[Standing, ...]
    """In the order in which they were given."""
    bits_chars: int
    """Of so many characters all are scored in the end."""
    typed_chars: int
    """And so many are typed again."""
    progress: float = 0.0
    """Share of the work that is done, 0 to 1."""


def compare(
    models: Sequence[Model],
    text: str,
    *,
    config: SuggestConfig = DIALS["balanced"],
    bits_chars: int = BITS_CHARS,
    typed_chars: int = TYPED_CHARS,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[Compared]:
    """Measure models on the end of a text, telling after each stretch how they stand.

    Each begins from zero, as if nothing had been there before, remembers nothing else, and learns
    nothing beyond this. `config` is what ghosts are asked for.
    """
    scored, typed = text[-bits_chars:], text[-typed_chars:]
    found = Compared(
        standings=(Standing(),) * len(models), bits_chars=len(scored), typed_chars=len(typed)
    )
    yield found
    for measure, part in ((_static, scored), (_adaptive, scored), (_typed, typed)):
        turns = [
            measure(model, part, standing, config, clock)
            for model, standing in zip(models, found.standings, strict=True)
        ]
        for standings in _in_turns(turns, found.standings, measure is _typed):
            found = replace(found, standings=standings, progress=_progress(standings, found))
            yield found


Measuring = Generator[Standing, None, None]


def _in_turns(
    turns: Sequence[Measuring], standings: tuple[Standing, ...], typing: bool
) -> Iterator[tuple[Standing, ...]]:
    """Have whoever is furthest behind go on, until all have come to their end."""
    now, waiting = list(standings), dict(enumerate(turns))

    def far(place: int) -> int:
        one = now[place]
        return one.chars if typing else one.static.chars + one.adaptive.chars

    while waiting:
        place = min(waiting, key=far)
        try:
            now[place] = next(waiting[place])
        except StopIteration:
            del waiting[place]
        else:
            yield tuple(now)


def _static(
    model: Model, text: str, standing: Standing, config: SuggestConfig, clock: Callable[[], float]
) -> Measuring:
    pace = _Pace(clock)
    for score in pace.watched(running_scores(model, [text])):
        yield replace(standing, static=score, static_us=pace.median_us)


def _adaptive(
    model: Model, text: str, standing: Standing, config: SuggestConfig, clock: Callable[[], float]
) -> Measuring:
    pace = _Pace(clock)
    for score in pace.watched(adaptive_scores(model.mixture(), model.vocab, [text])):
        yield replace(standing, adaptive=score, adaptive_us=pace.median_us)


def _typed(
    model: Model, text: str, standing: Standing, config: SuggestConfig, clock: Callable[[], float]
) -> Measuring:
    found, told = Replay(), 0
    for found in replays(model, text, config, model.mixture()):
        if found.keys % KEYS == 0:
            told = found.keys
            yield _with_keys(standing, found)
    if found.keys > told:
        yield _with_keys(standing, found)


def _with_keys(standing: Standing, found: Replay) -> Standing:
    return replace(
        standing,
        chars=found.chars,
        keys=found.keys,
        ghosts_shown=found.ghosts_shown,
        ghosts_wrong=found.ghosts_wrong,
        ghost_p50_ms=found.latency_ms(50),
        ghost_p99_ms=found.latency_ms(99),
    )


def _progress(standings: Sequence[Standing], whole: Compared) -> float:
    scored, learned, typed = COSTS
    done = sum(
        scored * one.static.chars + learned * one.adaptive.chars + typed * one.chars
        for one in standings
    )
    each = (scored + learned) * whole.bits_chars + typed * whole.typed_chars
    return done / (each * len(standings)) if each else 1.0


class _Pace:
    """How long a character takes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seconds: list[float] = []

    @property
    def median_us(self) -> float:
        """Median over stretches, microseconds."""
        return statistics.median(self._seconds) * 1e6

    def watched(self, scores: Iterator[Score]) -> Iterator[Score]:
        """The scores as they come, each stretch timed, others' turns left out."""
        chars = 0
        while True:
            begun = self._clock()
            score = next(scores, None)
            took = self._clock() - begun
            if score is None:
                return
            self._seconds.append(took / (score.chars - chars))
            chars = score.chars
            yield score
