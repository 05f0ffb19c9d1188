"""The hidden units of one layer as a field of cells, and those that moved most.

Pure: facts in, rows out. How far a unit is from 0 shows as how full its cell is, on which side as
which kind of sign, so that it can be told without colours.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from charlm_core import Inside, LayerInside
from tui.widgets.next_section import WAITING
from tui.widgets.section import DIM, HEAD, MINUS, PLUS, ROOMY, Row, apart, fitted, said

ABOVE, BELOW = " ░▒▓█", " ·-=≡"
"""From nothing to the farthest, on either side of 0."""

STEPS = (0.1, 0.3, 0.55, 0.8)
"""From which share of the farthest on a cell is how full."""

MOVED = 5
"""So many of the units that moved most are told."""

NO_MOVE = "no character has come yet"
"""What is said at the text's start, where no unit has moved."""

OTHER_ROWS = 5 + MOVED
"""Rows beside the field's; fewer where there is room for two things in one."""

Values = npt.NDArray[np.float32]


def fields(layer: LayerInside) -> dict[str, Values]:
    """What can be looked at in a layer, by name."""
    found: dict[str, Values] = {"hidden": layer.hidden}
    if layer.cell is not None:
        found["cell"] = layer.cell
    gates: Mapping[str, Values] = layer.gates
    return {**found, **gates}


def units_rows(
    inside: Inside | None,
    layer: int,
    field: str,
    width: int,
    height: int,
    *,
    waiting: str = WAITING,
) -> list[Row]:
    """The section: one of a layer's fields in no more than `height` rows in all.

    Where there is no inside, `waiting` says why.
    """
    if inside is None:
        return [said("Units", HEAD), said(waiting, DIM)]
    one = inside.layers[layer]
    values = fields(one).get(field, one.hidden)
    field = field if field in fields(one) else "hidden"
    pooled, size = pool(values, width * max(1, height - OTHER_ROWS))
    most = float(np.abs(values).max()) or 1.0
    which = f"layer {layer + 1} of {len(inside.layers)} · {field}"
    rows = [apart(said("Units", HEAD), which, width, DIM)]
    rows += [_cells(pooled[start : start + width] / most) for start in range(0, len(pooled), width)]
    each = "a unit a cell" if size == 1 else f"{size} units a cell"
    count: Row = ((f"{len(values)} units, {each}", DIM),)
    signs: Row = (
        (f"+{ABOVE.strip()}", PLUS),
        (" ", ""),
        (f"−{BELOW.strip()}", MINUS),
        (f"  █ is {most:.2f}", DIM),
    )
    keys = said("l  next layer   g  cell, gates", DIM)
    moved = [_moved(one, unit) for unit in _most_moved(one)] or [said(NO_MOVE, DIM)]
    if width >= ROOMY:
        rows += [(*count, ("   ", ""), *signs), said("Moved most with the last character", HEAD)]
        rows += [tuple(part for row in moved[:3] for part in row), keys]
    else:
        rows += [count, signs, said("Moved most", HEAD), *moved, *[()] * (MOVED - len(moved)), keys]
    return [fitted(row, width) for row in rows]


def _most_moved(layer: LayerInside) -> list[int]:
    """The units that moved most with the last character, if there was one."""
    moved = layer.moved
    order = np.argsort(-moved, kind="stable")[:MOVED].tolist()
    return [unit for unit in order if moved[unit] > 0]


def _moved(layer: LayerInside, unit: int) -> Row:
    """From where a unit moved to where."""
    before, now = float(layer.before[unit]), float(layer.hidden[unit])
    return (
        (f"{unit:5}  ", DIM),
        (_signed(before), _role(before)),
        (" → ", DIM),
        (_signed(now), _role(now)),
    )


def _signed(value: float) -> str:
    """A value with its sign, as it is written."""
    return f"{value:+.2f}".replace("-", "−")


def pool(values: Values, cells: int) -> tuple[Values, int]:
    """Values in no more than so many cells, and how many are in each: the farthest from 0 shows."""
    size = -(-len(values) // max(1, cells))
    padded = np.pad(values, (0, -len(values) % size)).reshape(-1, size)
    picked = np.abs(padded).argmax(axis=1)
    return np.take_along_axis(padded, picked[:, None], axis=1)[:, 0], size


def _cells(shares: Values) -> Row:
    """A row of the field; each value is a share of the farthest."""
    full = np.searchsorted(STEPS, np.abs(shares), side="right")
    row: list[tuple[str, str]] = []
    for level, share in zip(full.tolist(), shares.tolist(), strict=True):
        role = _role(share)
        character = (ABOVE if share >= 0 else BELOW)[level]
        if row and row[-1][1] == role:
            row[-1] = (row[-1][0] + character, role)
        else:
            row.append((character, role))
    return tuple(row)


def _role(value: float) -> str:
    return PLUS if value >= 0 else MINUS
