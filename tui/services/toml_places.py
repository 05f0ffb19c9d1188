"""On which line of a TOML file each of its keys and values is set.

The standard library's reader tells no places, so this reads the text once more, for places alone.
Up to the first fault of a file, what it says is true; a file that is read without a fault has none.
"""

import contextlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator

KeyPath = tuple[str | int, ...]
"""The keys that lead to a value, from the file's own table on; in an array, its place from 0."""

MAX_PARTS = 4
"""No key of ours has more; the libraries' readers take time by the square of a key's parts."""

_TOKEN = re.compile(
    r"""
      (?P<blank>   [ \t\r]+ | \#[^\n]* )
    | (?P<newline> \n )
    | (?P<quoted>
          \"{3} (?: [^\\"] | \\. | \"{1,2}(?!\") )* \"{3,5}
        | '{3} (?: [^'] | '{1,2}(?!') )* '{3,5}
        | \" (?: [^\\"\n] | \\[^\n] )* \"
        | ' [^'\n]* '
      )
    | (?P<open>    ["'] )
    | (?P<sign>    [\[\]{}=,.] )
    | (?P<bare>    [^\s\[\]{}=,.\#"']+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)


class _Tokens:
    """The signs, names and strings of a text, one to look at, each with its line."""

    def __init__(self, text: str) -> None:
        self._coming = _tokens(text)
        self.line = 1
        self.step()

    def step(self) -> None:
        """Go on to the next; after the last one the kind is empty."""
        self.kind, self.text, self.line = next(self._coming, ("", "", self.line))


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and line of each; a sign is its own kind."""
    line = 1
    for match in _TOKEN.finditer(text):
        kind, found = match.lastgroup or "", match[0]
        # A string without an end: whatever follows is nothing that TOML knows.
        if kind == "open":
            return
        if kind != "blank":
            yield found if kind == "sign" else kind, found, line
        line += found.count("\n")


def places(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of each table, key and array element of a text in TOML.

    For texts whose keys have no more than MAX_PARTS.
    """
    found: dict[KeyPath, int] = {}
    # Nested deeper than this, the library's reader has given up on it before.
    with contextlib.suppress(RecursionError):
        for path, line in _walk(text):
            found.setdefault(path, line)
    return found


def longest_key(text: str) -> tuple[int, int]:
    """How many parts the key with most of them has, and on which line it is."""
    most, where, parts, dotted = 0, 1, 0, False
    for kind, _, line in _tokens(text):
        if kind in ("bare", "quoted"):
            parts = parts + 1 if dotted else 1
        elif kind != ".":
            parts = 0
        dotted = kind == "."
        if parts > most:
            most, where = parts, line
    return most, where


def _walk(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Statement by statement."""
    tokens = _Tokens(text)
    table: KeyPath = ()
    arrays: Counter[KeyPath] = Counter()
    while tokens.kind:
        line = tokens.line
        if tokens.kind == "newline":
            tokens.step()
        elif tokens.kind == "[":
            tokens.step()
            if array := tokens.kind == "[":
                tokens.step()
            *above, last = _key(tokens)
            table = ()
            for part in above:
                table = (*table, part)
                yield table, line
                # A table under an array of tables is in the last of them.
                table = (*table, arrays[table] - 1) if table in arrays else table
            table = (*table, last)
            yield table, line
            if array:
                arrays[table] += 1
                table = (*table, arrays[table] - 1)
                yield table, line
            _skip(tokens, "newline")
        else:
            yield from _statement(tokens, table)
            _skip(tokens, "newline")


def _statement(tokens: _Tokens, table: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    """A key and its value."""
    line = tokens.line
    key = (*table, *_key(tokens))
    for end in range(len(table) + 1, len(key) + 1):
        yield key[:end], line
    if tokens.kind == "=":
        tokens.step()
        yield from _value(tokens, key)
    elif tokens.kind not in ("newline", ",", "}"):
        tokens.step()


def _value(tokens: _Tokens, key: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    """What a value has in it."""
    if tokens.kind == "[":
        tokens.step()
        place = 0
        while tokens.kind not in ("]", ""):
            if tokens.kind in ("newline", ","):
                tokens.step()
                continue
            yield (*key, place), tokens.line
            yield from _value(tokens, (*key, place))
            place += 1
            _skip(tokens, ",", "]")
        tokens.step()
    elif tokens.kind == "{":
        tokens.step()
        while tokens.kind not in ("}", ""):
            if tokens.kind in ("newline", ","):
                tokens.step()
                continue
            yield from _statement(tokens, key)
            _skip(tokens, ",", "}")
        tokens.step()


def _key(tokens: _Tokens) -> list[str]:
    """The parts of a key; one that is empty where there is none."""
    parts = []
    while tokens.kind in ("bare", "quoted"):
        parts.append(_unquoted(tokens.text) if tokens.kind == "quoted" else tokens.text)
        tokens.step()
        if tokens.kind == ".":
            tokens.step()
        else:
            break
    return parts or [""]


def _unquoted(text: str) -> str:
    try:
        return str(tomllib.loads(f"x={text}")["x"])
    except ValueError:
        return text


def _skip(tokens: _Tokens, *until: str) -> None:
    """Go on to one of these, or to the end."""
    while tokens.kind not in (*until, ""):
        tokens.step()
