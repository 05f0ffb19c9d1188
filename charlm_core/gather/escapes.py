"""The escapes of roff, the language of manual pages: what a line of it reads as."""

import re
from collections.abc import Mapping

STRINGS = {"lq": '"', "rq": '"', "R": "(R)", "Tm": "(TM)", "aq": "'", "Aq": "'", "L": '"'}
"""What pages count on to be defined."""

_CHARACTERS = {
    "em": "—",
    "en": "-",
    "hy": "-",
    "mi": "-",
    "lq": '"',
    "rq": '"',
    "dq": '"',
    "Bq": '"',
    "oq": "'",
    "cq": "'",
    "aq": "'",
    "bu": "*",
    "co": "©",
    "rg": "®",
    "de": "°",
    "mu": "x",
    "+-": "±",
    "->": "->",
    "<-": "<-",
    "rs": "\\",
    "ti": "~",
    "ha": "^",
    "ga": "`",
    "at": "@",
    "sh": "#",
    "Do": "$",
    "ba": "|",
    "or": "|",
    "lB": "[",
    "rB": "]",
    "lC": "{",
    "rC": "}",
    "la": "<",
    "ra": ">",
    "<=": "<=",
    ">=": ">=",
    "!=": "!=",
    "==": "==",
    "sl": "/",
    "ul": "_",
    "sc": "§",
    "ss": "ß",
    "Po": "£",
    "Eu": "€",
    "fm": "'",
    "sd": '"',
    "ff": "ff",
    "fi": "fi",
    "fl": "fl",
    "*m": "μ",
}
_ACCENTS = {
    "'": "\u0301",
    "`": "\u0300",
    ":": "\u0308",
    "^": "\u0302",
    "~": "\u0303",
    ",": "\u0327",
}

_ESCAPE = re.compile(
    r"""\\(?:
      (?P<comment>["\#].*)
    | \((?P<two>..) | \[(?P<long>[^]]*)\]
    | \*(?:\((?P<string2>..)|\[(?P<string>[^]]*)\]|(?P<string1>.))
    | [fFmMgk](?:\(..|\[[^]]*\]|.) | s[-+]?(?:\(..|\[[^]]*\]|'[^']*'|\d\d?)
    | n[-+]?(?:\(..|\[[^]]*\]|.)
    | N'(?P<number>\d{1,6})'
    | [bCDhHlLoRSvwxXZ]'[^']*'
    | (?P<one>.) | $
    )""",
    re.VERBOSE | re.DOTALL,
)
_ONE = {"-": "-", "e": "\\", "\\": "\\", "~": " ", " ": " ", "0": " ", "'": "'", "`": "`", ".": "."}


def unescaped(line: str, strings: Mapping[str, str]) -> str:
    """What a line reads as, with the page's own `strings`, plain text by now, put in."""

    def read(found: re.Match[str]) -> str:
        groups = found.groupdict()
        name = groups["two"] or groups["long"]
        if name is not None:
            return _character(name)
        string = groups["string2"] or groups["string"] or groups["string1"]
        if string is not None:
            return strings.get(string, STRINGS.get(string, ""))
        if number := groups["number"]:
            return chr(int(number)) if 32 <= int(number) < 127 else ""
        return _ONE.get(groups["one"] or "", "")

    return _ESCAPE.sub(read, line) if "\\" in line else line


def _character(name: str) -> str:
    if name in _CHARACTERS:
        return _CHARACTERS[name]
    if found := re.fullmatch(r"u([0-9A-F]{4,5})", name):
        code = int(found[1], 16)
        return "" if 0xD800 <= code < 0xE000 else chr(code)
    if len(name) == 2 and name[0] in _ACCENTS:
        return name[1] + _ACCENTS[name[0]]
    return ""
