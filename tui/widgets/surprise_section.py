"""How surprising the text is: figures, a legend, a curve along it, and its most surprising words.

Pure: facts in, rows out.
"""

import math
from dataclasses import dataclass

from tui.text.heat import RANGES, mark
from tui.text.visible import visible
from tui.widgets.heat import TINTS
from tui.widgets.section import (
    BAR,
    DIM,
    HEAD,
    ROOMY,
    STRONG,
    Row,
    apart,
    fitted,
    number,
    said,
)

MOST_WORDS = 5
"""So many words are listed."""

ODDS = "1 bit: 1 in 2, 8: 1 in 256"
"""What bits are, for who has not met them."""


@dataclass(frozen=True, kw_only=True)
class TextFacts:
    """What is known of a text."""

    chars: int = 0
    """Its length."""
    size: int = 0
    """How much of it is going to be read."""
    known: int = 0
    """How much is."""
    bpc: float = math.nan
    """Bits a character of all that is read; NaN of nothing, as in what follows."""
    line_bpc: float = math.nan
    """The same of the line with the cursor."""
    bits_before: float = math.nan
    """Of the character before the cursor."""
    curve: tuple[float, ...] = ()
    """Bits a character of one stretch of the text after the other."""
    here: int = 0
    """In which of them the cursor is."""
    words: tuple[tuple[int, str, float], ...] = ()
    """The most surprising words: line from 1 on, characters, bits."""


def progress(facts: TextFacts) -> str:
    """How far the text is read."""
    if not facts.chars:
        return "no text yet"
    if facts.known < facts.size:
        return f"read {facts.known / facts.size:.0%}"
    return f"{facts.size:,} read"


def surprise_rows(facts: TextFacts, width: int, *, marked: int = 0) -> list[Row]:
    """The section; `marked` is which of the words the mark is on."""
    perplexity = 2**facts.bpc if not math.isnan(facts.bpc) else math.nan
    whole: Row = (("bits a character  ", ""), (number(facts.bpc), STRONG))
    choices: Row = (("perplexity        ", ""), (number(perplexity), STRONG))
    here: Row = (
        ("this line ", ""),
        (number(facts.line_bpc), STRONG),
        ("  last char ", ""),
        (number(facts.bits_before), STRONG),
    )
    rows = [apart(said("Surprise", HEAD), progress(facts), width, DIM)]
    if width >= ROOMY:
        rows.append((*whole, ("  perplexity  ", ""), choices[1], ("  ", ""), *here))
    else:
        rows += [whole, choices, here]
    if facts.chars > facts.size:
        rows.append(said(f"first {facts.size:,} of {facts.chars:,}", DIM))
    rows += [(), _legend(), said(ODDS, DIM)]
    rows += [
        said("".join(map(mark, facts.curve)), BAR),
        said(" " * facts.here + "▲", STRONG) if facts.curve else (),
        (),
        said("Most surprising words", HEAD),
    ]
    rows += [_word(at, word, width, marked=at == marked) for at, word in enumerate(facts.words)]
    rows += [()] * (MOST_WORDS - len(facts.words))
    there, on = "1–5 ↑↓ Enter  go there", "n N  next, previous surprise"
    keys = [f"{there}   {on}"] if width >= ROOMY else [there, on]
    rows += [said(key, DIM) for key in keys]
    return [fitted(row, width) for row in rows]


def _legend() -> Row:
    """Which tint stands for how many bits."""
    row: list[tuple[str, str]] = [("bits ", "")]
    for level, bits in enumerate(RANGES):
        row.append((f" {bits} ", TINTS[level]))
    return tuple(row)


def _word(at: int, word: tuple[int, str, float], width: int, *, marked: bool) -> Row:
    """One of the words."""
    line, text, bits = word
    left: Row = (
        ("›" if marked else " ", STRONG),
        (f"{at + 1} ", DIM),
        (visible(text), STRONG if marked else ""),
    )
    return apart(left, f"line {line} {bits:5.1f}", width, DIM)
