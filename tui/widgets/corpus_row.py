"""A row of the tree of texts: its tick, its name, its figures."""

from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len, set_cell_size

from tui.text.visible import visible
from tui.widgets.shelf import Row, Tick

SIZE_CELLS, CHARS_CELLS = 9, 15
"""Widths of the columns."""

INDENT = 2
"""A level's."""

BOX_CELLS = range(2, 4)
"""Where the box to tick is, from the indentation on."""

TICKS: dict[Tick, str] = {"ticked": "▣", "within": "▣", "holds": "◪", "": "▢"}

Kind = Literal["", "ticked", "faint", "bad"]
"""How a part is coloured."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is known of a file or a folder."""

    size: str = ""
    """How many bytes."""
    chars: str = ""
    """How many characters, or why there is nothing to learn from."""
    bad: bool = False
    """Whether there is nothing to learn from, or a doubt."""


def heading() -> str:
    """What the columns hold."""
    return f"{'size':>{SIZE_CELLS}}{'characters':>{CHARS_CELLS}}"


def row_parts(row: Row, tick: Tick, figures: Figures, width: int) -> list[tuple[str, Kind]]:
    """The row in pieces, each with its kind; together `width` cells, if that is room enough."""
    left = " " * INDENT * row.depth
    if row.remark:
        return [(set_cell_size(f"{left}    {visible(row.remark)}", width), "faint")]
    left += ("▾ " if row.is_open else "▸ ") if row.is_folder else "  "
    right = f"{figures.size:>{SIZE_CELLS}}{visible(figures.chars):>{CHARS_CELLS}}"
    if figures.bad:
        right = f"{visible(figures.chars)[: len(right)]:>{SIZE_CELLS + CHARS_CELLS}}"
    room = max(4, width - len(left) - 2 - len(right) - 1)
    name = visible(row.path.name or str(row.path)) + ("/" if row.is_folder else "")
    if cell_len(name) > room:
        name = set_cell_size(name, room - 1) + "…"
    return [
        (left, "faint"),
        (f"{TICKS[tick]} ", "ticked" if tick in {"ticked", "holds"} else "faint"),
        (set_cell_size(name, room + 1), ""),
        (right, "bad" if figures.bad else "faint"),
    ]
