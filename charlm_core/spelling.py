"""A document's own way of writing quotes and dashes, in which a ghost is shown and accepted.

A model says what its texts had: `don't`, «да», an em dash. A document that has don’t, "да", an en
dash goes on in its own way, as far as it has shown one: where the last few of a sign in the same
role are written alike, so is the next. Elsewhere what the model says stands; in programs too, where
strings show that quotes are straight. One sign stands for one sign.
"""

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Literal

from charlm_core.folding import stand_ins

REACH = 2000
"""Of the text before a ghost so many characters show how it writes."""

AGREEING = 4
"""So many of a sign's last uses must be alike, or all where there are fewer."""

_SINGLE, _DOUBLE, _DASHES = "'’‘‛‚‹›", '"“”„‟«»', "-–—―"
_FAMILY = {sign: family for family in (_SINGLE, _DOUBLE, _DASHES) for sign in family}
_SIGN = re.compile(f"[{re.escape(''.join(_FAMILY))}]")

_CLOSES: Mapping[str, str] = {
    "'": "'",
    '"': '"',
    "‘": "’",
    "’": "’",
    "‛": "’",
    "‚": "‘’",
    "‹": "›",
    "›": "‹›",
    "“": "”",
    "”": "”",
    "‟": "”",
    "„": "“”",
    "«": "»",
    "»": "«»",
}
"""What closes a quotation that each of them opens, the usual one first."""

_OPENING_AFTER = "([{<-–—―/="
"""Behind these, as behind a space, a quotation begins."""

_OF_PROGRAMS = "=([{+%"
"""Behind these, blanks or not, a quote is a string's, however the comments are written."""

_STRING_PREFIXES = frozenset({"b", "f", "r", "u", "br", "fr", "rb", "rf"})
_LONGEST_PREFIX = 2

Role = Literal["inside", "opening", "closing", "aside", "line"]
"""Of a quote: within a word, or before or behind one; of a dash: between words, or at the beginning
of a line. A hyphen within a word has none."""


def alike(one: str, other: str) -> bool:
    """Whether two characters are the same quote, dash or space, typographic or plain.

    Which is no matter of a vocabulary: somebody who types either has typed what a ghost says.
    """
    if one == other:
        return True
    if unicodedata.category(one) == unicodedata.category(other) == "Zs":
        return True
    both = one in _FAMILY and other in _FAMILY
    return both and (one in stand_ins(other) or other in stand_ins(one))


def has_signs(text: str) -> bool:
    """Whether there is a quote or a dash in a text; if not, nothing in it is spelled anew."""
    return _SIGN.search(text) is not None


def respelled(text: str, before: str) -> str:
    """A ghost `text` with the signs that the document `before` it has for them; as long as it was.

    Takes time in proportion to REACH where there is such a sign in it, else to its own length.
    """
    before = before[-REACH:]
    if not (has_signs(text) and has_signs(before)):
        return text
    whole = list(before + text)
    habits = _Habits()
    for found in _SIGN.finditer(before + text):
        place = found.start()
        role = habits.role(whole, place)
        if role is None:
            continue
        if place < len(before):
            habits.saw(whole[place], role)
        else:
            whole[place] = habits.spelled(whole, place, role)
        habits.opens(whole[place], role)
    return "".join(whole[len(before) :])


class _Habits:
    """How the signs of a text have been written so far."""

    def __init__(self) -> None:
        self._uses: defaultdict[tuple[str, Role], deque[str]] = defaultdict(
            lambda: deque(maxlen=AGREEING)
        )
        self._opened: dict[str, str] = {}
        """What opened the quotation that is not closed yet, of each family."""
        self._last: tuple[int, Role] = (-1, "inside")

    def role(self, text: list[str], place: int) -> Role | None:
        """What the sign at a place is there for, if that shows; to be asked of each in turn."""
        role = self._role(text, place)
        if role is not None:
            self._last = (place, role)
        return role

    def _role(self, text: list[str], place: int) -> Role | None:
        sign = text[place]
        before = text[place - 1] if place else "\n"
        after = text[place + 1] if place + 1 < len(text) else ""
        if _FAMILY[sign] is _DASHES:
            if not before.isspace() or after.strip():
                return None
            return "aside" if _last_of_line(text, place) else "line"
        if sign in (before, after):
            # An empty string, or three that open a long one.
            return None
        if _begins_string(text, place):
            return "opening"
        if before.isalnum() and after.isalpha():
            return "inside"
        if self._last[0] == place - 1 and before in _FAMILY:
            # Quotes side by side open or close together.
            return self._last[1]
        if before.isspace() or before in _OPENING_AFTER:
            return None if after.isspace() else "opening"
        return "closing"

    def saw(self, sign: str, role: Role) -> None:
        """The document has a sign written so."""
        self._uses[_FAMILY[sign], role].append(sign)

    def opens(self, sign: str, role: Role) -> None:
        """Whoever wrote it, a sign opens a quotation or closes one, if it does."""
        family = _FAMILY[sign]
        if role == "opening":
            self._opened[family] = sign
        elif role == "closing":
            self._opened.pop(family, None)

    def spelled(self, text: list[str], place: int, role: Role) -> str:
        """The sign for what a model says at a place."""
        sign = text[place]
        family = _FAMILY[sign]
        if sign == "-":
            # To take a minus for a dash would break programs.
            return sign
        usual = self._usual(family, role)
        if role == "closing":
            opened = self._opened.get(family)
            if opened is not None:
                closing = _CLOSES[opened]
                return usual if usual and usual in closing else closing[0]
            usual = usual or self._usual(family, "inside")
        if role == "opening" and _begins_string(text, place):
            return sign
        return usual or sign

    def _usual(self, family: str, role: Role) -> str:
        """How a sign has been written in this role of late; empty where that is not clear."""
        uses = set(self._uses[family, role])
        return uses.pop() if len(uses) == 1 else ""


def _begins_string(text: list[str], place: int) -> bool:
    """Whether a quote stands where a program has a string, as after `x = ` or in `f"…"`."""
    before = _last_of_line(text, place)
    if not before:
        return False
    if before in _OF_PROGRAMS:
        return True
    start = place
    while start and place - start <= _LONGEST_PREFIX and text[start - 1].isalnum():
        start -= 1
    return "".join(text[start:place]).lower() in _STRING_PREFIXES


def _last_of_line(text: list[str], place: int) -> str:
    """The last character before a place in its line that is no space; empty where there is none."""
    while place:
        place -= 1
        if text[place] == "\n":
            return ""
        if not text[place].isspace():
            return text[place]
    return ""
