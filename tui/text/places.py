"""A place in a text as a person writes it: a line, with a column if need be."""

import re
from collections.abc import Sequence

from tui.text.buffer import Location

_PLACE = re.compile(
    r"\s*(?:(?P<percent>\d{1,3}(?:[.,]\d+)?)\s*%|(?P<row>[+-]?\d+)?)\s*(?::\s*(?P<column>-?\d+))?\s*",
    re.ASCII,
)
_DIGITS = 15
"""More than any text has lines; longer numbers mean its end as well."""


class PlaceError(ValueError):
    """What is wrong with a place, in one line."""


def place(text: str, lines: Sequence[str], here: Location = (0, 0)) -> Location:
    """Where `text` says: `12`, `12:5`, `:5` in this line, `-1` for the last line, `50%`.

    Lines and columns count from 1, negative ones from the end; what lies beyond an end is that end.
    Raises PlaceError.
    """
    found = _PLACE.fullmatch(text)
    if not found or not text.strip(" :"):
        raise PlaceError("a line, as in 12, 12:5, -1 or 50%")
    last = len(lines) - 1
    row = here[0]
    if found["percent"]:
        share = float(found["percent"].replace(",", "."))
        if share > 100:
            raise PlaceError("more than 100%")
        row = round(last * share / 100)
    elif found["row"]:
        row = _index(found["row"], last, "line")
    column = _index(found["column"], len(lines[row]), "column") if found["column"] else 0
    return row, column


def _index(number: str, last: int, what: str) -> int:
    """The index, from 0 to `last`, of what is counted from 1, or from -1 backwards."""
    counted = int(number[: _DIGITS + 1])
    if counted == 0:
        raise PlaceError(f"the first {what} is 1")
    return min(counted - 1, last) if counted > 0 else max(0, last + 1 + counted)
