"""Two models side by side, in words and figures."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from charlm_core import Compared, Standing

UNKNOWN = "–"
"""Stands for what has not been measured yet."""


class Row(NamedTuple):
    """One figure of each model."""

    label: str
    """What it is."""
    cells: tuple[str, ...]
    """How much it is, model by model."""
    best: int
    """Which model's is better; -1 while that is not known, and where they are alike."""


class _Figure(NamedTuple):
    label: str
    counted: Callable[[Standing], int]
    """Of how much it is; 0 while it is not known."""
    value: Callable[[Standing], float]
    words: str
    most_is_best: bool = False


_FIGURES = (
    _Figure("bits a character", lambda one: one.static.chars, lambda one: one.static.bpc, "{:.3f}"),
    _Figure(
        "  learning on the way",
        lambda one: one.adaptive.chars,
        lambda one: one.adaptive.bpc,
        "{:.3f}",
    ),
    _Figure(
        "keys saved",
        lambda one: one.chars,
        lambda one: one.keystroke_savings,
        "{:.1%}",
        most_is_best=True,
    ),
    _Figure("wrong ghosts", lambda one: one.ghosts_shown, lambda one: one.wrong_share, "{:.0%}"),
    _Figure(
        "a character, scored", lambda one: one.static.chars, lambda one: one.static_us, "{:.0f} µs"
    ),
    _Figure(
        "  and learned", lambda one: one.adaptive.chars, lambda one: one.adaptive_us, "{:.0f} µs"
    ),
    _Figure("a ghost, median", lambda one: one.chars, lambda one: one.ghost_p50_ms, "{:.2f} ms"),
    _Figure("  99th percentile", lambda one: one.chars, lambda one: one.ghost_p99_ms, "{:.2f} ms"),
)

LABELS = tuple(figure.label for figure in _FIGURES)


def rows(found: Compared) -> list[Row]:
    """Each figure, for one model after the other."""
    return [_row(figure, found.standings) for figure in _FIGURES]


def _row(figure: _Figure, standings: Sequence[Standing]) -> Row:
    known = [figure.counted(one) > 0 for one in standings]
    values = [figure.value(one) for one in standings]
    cells = tuple(
        figure.words.format(value) if there else UNKNOWN
        for value, there in zip(values, known, strict=True)
    )
    best = -1
    # What reads the same is the same to whoever reads it.
    if all(known) and len(set(cells)) > 1:
        best = values.index(max(values) if figure.most_is_best else min(values))
    return Row(figure.label, cells, best)


def scope(found: Compared, chars: int) -> str:
    """Over how much of a text of so many characters the figures are."""
    return (
        f"bits over {_part(found.bits_chars, chars)}; keys over {_part(found.typed_chars, chars)}"
    )


def _part(part: int, chars: int) -> str:
    if part >= chars:
        return f"all {chars:,} characters"
    return f"the last {part:,} of {chars:,} characters"
