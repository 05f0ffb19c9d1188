"""Which characters a person would call the same, for one that a vocabulary lacks.

A letter typed with curly quotes is predicted as one typed with straight quotes is; what is
*suggested* stays what the vocabulary has. One character stands for one character, since there is a
state for each.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

VERSION = 2
"""Changes with what stands for what: texts numbered before are to be numbered again."""

_ALIKE = {
    # Quotes, opening and closing; the last resort of a text with curly ones is the apostrophe.
    '"': "“«„",
    "“„‟«〝": '"“«„',
    "”»〞″": '"”»',
    "'": "’",
    "‘‚‛‹": "'‘’",
    "’›′ʼʹʻ´": "'’",
    "`": "'‘’",
    # A range and an aside are set with the same dash by some, so that what is short stays short.
    "-": "‐–",
    "–‐‑‒−⁃": "-–—",
    "—―⸺⸻": "—-–",
    "•‣◦▪●·": "*-",
    "×✕": "x",
    "⁄∕÷": "/",
    "→⇒➜≥": ">",
    "←⇐≤": "<",
    "±": "+",
    "≈": "~",
    "¦": "|",
    "¿": "?",
    "¡": "!",
    "‰": "%",
    "†‡": "*",
    "№": "#N",
    "§": "#",
    # An amount reads as one whichever the currency.
    "€£¥¢₽₴¤": "$£€",
    "µ": "u",
    "¨": '"',
    "\r\v\f\x85\u2028\u2029": "\n",
    "\t": " ",
    # Letters that Unicode does not take apart.
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đð": "d",
    "ĐÐ": "D",
    "ħ": "h",
    "Ħ": "H",
    "þ": "t",
    "Þ": "T",
    "ı": "i",
    "æœ": "e",
    "ÆŒ": "E",
    "ß": "s",
    "ẞ": "S",
    "ѣє": "е",
    "ѢЄ": "Е",
    "іѵ": "и",
    "ІѴ": "И",
    "ѳ": "ф",
    "Ѳ": "Ф",
    "ґ": "г",
    "Ґ": "Г",
}
_STANDS_FOR = {character: others for group, others in _ALIKE.items() for character in group}

_OF_THEIR_OWN = frozenset("йЙ")
"""Letters whose mark makes them another letter: to read и for й is to misspell."""

_UNLIKE = frozenset("™℠℡")
"""Signs that Unicode takes apart into letters, and nobody reads as one."""

_SPACES = frozenset({"Zs"})
_MARKS = frozenset({"Mn", "Mc", "Me"})
_JOINED = _MARKS | {"Cf"}


def is_joined(character: str) -> bool:
    """Whether it is drawn upon or within what is before it, or not at all.

    Accents of their own, which files of some systems are full of, joiners, soft hyphens.
    """
    return character > "~" and unicodedata.category(character) in _JOINED


@lru_cache(maxsize=1 << 12)
def stand_ins(character: str) -> tuple[str, ...]:
    """What may stand for `character` in a vocabulary that lacks it, best first; not itself.

    Empty for what nothing stands for, as for an emoji, a letter of another script, or a character
    that is drawn as nothing.
    """
    found = dict.fromkeys(_found(character))
    found.pop(character, None)
    return tuple(found)


def _found(character: str) -> Iterator[str]:
    yield from _STANDS_FOR.get(character, "")
    if unicodedata.category(character) in _SPACES:
        yield " "
    # A capital that a text has hardly any of is read as the small letter, and the other way round.
    alike = [character]
    if character not in _OF_THEIR_OWN | _UNLIKE:
        base = _base(character)
        alike.insert(0, base)
        yield base
        yield from _STANDS_FOR.get(base, "")
    for one in alike:
        if len(other := one.swapcase()) == 1:
            yield other


def _base(character: str) -> str:
    """What is left of a character without its accents, or the last letter of a ligature.

    The last one, as what comes next depends most on what came last.
    """
    parts = unicodedata.normalize("NFKD", character)
    bases = [part for part in parts if unicodedata.category(part) not in _MARKS]
    return bases[-1] if bases else character
