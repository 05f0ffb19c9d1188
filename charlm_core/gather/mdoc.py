"""The macros of mdoc, the BSD language of manual pages, that stand within a line of text."""

from collections import deque
from collections.abc import Sequence

_AROUND = {
    "Op": "[]",
    "Bq": "[]",
    "Oo": "[ ",
    "Oc": " ]",
    "Pq": "()",
    "Po": "( ",
    "Pc": " )",
    "Dq": '""',
    "Do": '" ',
    "Dc": ' "',
    "Sq": "''",
    "Ql": "''",
    "Qq": '""',
    "So": "' ",
    "Sc": " '",
    "Aq": "<>",
    "Ao": "< ",
    "Ac": " >",
    "Brq": "{}",
    "Bro": "{ ",
    "Brc": " }",
}
"""What is written before and after the rest of the line."""

_PLAIN = {
    *(
        "Ad",
        "An",
        "Ar",
        "Cd",
        "Cm",
        "D1",
        "Dl",
        "Dv",
        "Em",
        "Er",
        "Ev",
        "Fa",
        "Fd",
        "Ft",
        "Ic",
        "Li",
    ),
    *("Ms", "Nm", "No", "Pa", "Sx", "Sy", "Tn", "Va", "Vt", "Rv", "Ex", "St", "%A", "%B", "%T"),
}
_NAMES = {
    "At": "AT&T UNIX",
    "Bx": "BSD",
    "Fx": "FreeBSD",
    "Nx": "NetBSD",
    "Ox": "OpenBSD",
    "Ux": "UNIX",
}

INLINE = {*_AROUND, *_PLAIN, *_NAMES, "Ap", "Fl", "Fn", "Nd", "Ns", "Xr"}
"""Those that are known."""

_CLOSING = frozenset(".,:;)]?!")
_OPENING = frozenset("([")


def inline(tokens: Sequence[str]) -> str:
    """The text of a line: macros, what they are given, and punctuation, which stands close."""
    pieces: list[str] = []
    ends: list[str] = []
    close = False

    def add(piece: str, *, tight: bool = False) -> None:
        nonlocal close
        if pieces and not (close or tight):
            pieces.append(" ")
        pieces.append(piece)
        close = piece in _OPENING

    rest = deque(tokens)
    while rest:
        token = rest.popleft()
        if token in _AROUND:
            around = _AROUND[token]
            before, after = around[0], around[1]
            if before != " ":
                add(before)
                close = True
            if after != " ":
                ends.append(after)
        elif token == "Ns":
            close = True
        elif token == "Ap":
            add("'", tight=True)
            close = True
        elif token == "Fl":
            if rest and rest[0] not in INLINE and rest[0] not in _CLOSING:
                add(f"-{rest.popleft()}")
            else:
                add("-")
                close = True
        elif token == "Xr" and rest:
            name = rest.popleft()
            section = f"({rest.popleft()})" if rest and rest[0] not in _CLOSING else ""
            add(name + section)
        elif token == "Fn" and rest:
            add(f"{rest.popleft()}()")
        elif token == "Nd":
            add("-")
        elif token in _NAMES:
            add(_NAMES[token])
        elif token not in _PLAIN:
            if token in _CLOSING and ends and not rest:
                # The line's last full stop stands outside what it encloses.
                pieces.extend(reversed(ends))
                ends.clear()
            add(token, tight=token in _CLOSING)
    pieces.extend(reversed(ends))
    return "".join(pieces)
