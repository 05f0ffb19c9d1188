"""What each source says of the next character, and what they say together.

Pure: facts in, rows out.
"""

import numpy as np
import numpy.typing as npt

from charlm_core import Inside
from tui.widgets.section import (
    DIM,
    HEAD,
    ROOMY,
    STRONG,
    Row,
    apart,
    fitted,
    percent,
    said,
    sign,
    wrapped,
)

NAME_CELLS = 30

FOREMOST = 4
"""So many characters of each source are told."""

OTHER = "?"
"""How a character that is not in the vocabulary shows."""

WAITING = "the model is at work…"
NO_MODEL = "there is no model"


def next_rows(
    inside: Inside | None, follows: str, width: int, *, waiting: str = WAITING
) -> list[Row]:
    """The section; `follows` is the character behind the cursor in the text, if there is one.

    Where there is no inside, `waiting` says why.
    """
    if inside is None:
        return [said("Next character", HEAD), said(waiting, DIM)]
    symbol = _symbol(inside, follows)
    there = f"{sign(follows)} follows" if follows else ""
    rows = [apart(said("Next character", HEAD), there, width, DIM)]
    sources: list[tuple[Row, npt.NDArray[np.float32]]] = [
        (((f"{opinion.weight:5.2f}  ", DIM), (opinion.name, "")), opinion.log_probabilities)
        for opinion in inside.opinions
    ]
    for head, given in [*sources, (said("   =   together", STRONG), inside.mixed)]:
        foremost, there = _foremost(inside, given), _odds(given, symbol, follows)
        if width >= ROOMY:
            gap = " " * max(0, NAME_CELLS - sum(len(text) for text, _ in head))
            rows.append(apart((*head, (gap, ""), *foremost), there, width, STRONG))
        else:
            rows += [apart(head, there, width, STRONG), (("      ", ""), *foremost)]
    rows.append(())
    known = f"the memory knows {inside.matched} characters of context"
    if len(inside.opinions) == 1:
        known = "the network alone: nothing that was learned is used"
    elif inside.matched == 0:
        known = "the memory knows no such context"
    rows += wrapped(known, width, DIM)
    if len(inside.opinions) > 1:
        rows += wrapped("The figure before each is the power it is weighed by.", width, DIM)
    return [fitted(row, width) for row in rows]


def _symbol(inside: Inside, character: str) -> int:
    """Which symbol a character is; 0, the unknown one, where the model does not know it."""
    return inside.symbols.index(character) if character in inside.symbols else 0


def _odds(log_probabilities: npt.NDArray[np.float32], symbol: int, of: str) -> str:
    """What was given to a character."""
    return f"{sign(of)} {percent(float(np.exp(log_probabilities[symbol])))}" if of else ""


def _foremost(inside: Inside, log_probabilities: npt.NDArray[np.float32]) -> Row:
    """The likeliest characters."""
    order = np.argsort(-log_probabilities, kind="stable")[:FOREMOST].tolist()
    row: list[tuple[str, str]] = []
    for symbol in order:
        odds = percent(float(np.exp(log_probabilities[symbol])))
        name = sign(inside.symbols[symbol]) if symbol else OTHER
        row += [(f" {name}", STRONG), (odds, "")]
    return tuple(row)
