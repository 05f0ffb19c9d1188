"""Text as it may be shown: every character that a terminal could obey gets a visible stand-in."""

import re
import unicodedata

_DELETE = 0x7F
_PICTURES = 0x2400
"""U+2400 and up draw the control characters, U+0000 and up."""
_STAND_INS = {"Cc": "�", "Cs": "�", "Cf": "·", "Zl": "␤", "Zp": "¶"}
"""By Unicode category: control, surrogate, format, and the two separators of lines."""


class _StandIns(dict[int, int]):
    """A table for str.translate that fills itself; most text needs a handful of entries."""

    def __missing__(self, code: int) -> int:
        category = unicodedata.category(chr(code))
        if code < 0x20:
            shown = _PICTURES + code
        elif code == _DELETE:
            shown = 0x2421
        else:
            shown = ord(_STAND_INS.get(category, chr(code)))
        self[code] = shown
        return shown


_TABLE = _StandIns({0x09: 0x09})


def visible(text: str) -> str:
    """The text with a stand-in for each control and format character but the tab.

    As many characters come out as went in, so that columns agree.
    """
    return text if text.isprintable() else text.translate(_TABLE)


def storable(text: str) -> str:
    """Foreign text as a text file can hold it: `\n` line breaks, no NUL, no half characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)
