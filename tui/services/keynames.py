"""The names of keys: as people write them, as they read them, and as Textual has them.

`Ctrl-S`, `C-s`, `<c-s>` and `ctrl+s` are one key, and so are `Alt-]` and
`alt+right_square_bracket`. A key that types a character, or that terminals send as another, can be
given to nothing.
"""

import re
import unicodedata

_MODIFIERS = {
    "alt": ("alt", "a", "m", "option"),
    "ctrl": ("ctrl", "c", "control"),
    "hyper": ("hyper",),
    "meta": ("meta",),
    "shift": ("shift", "s"),
    "super": ("super", "cmd", "command", "win"),
}
"""Textual's names of the modifiers, in the order it has them, and what people call them."""

_NAMED = {
    "backspace": "Backspace",
    "delete": "Del",
    "down": "↓",
    "end": "End",
    "enter": "Enter",
    "escape": "Esc",
    "home": "Home",
    "insert": "Ins",
    "left": "←",
    "menu": "Menu",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "pause": "Pause",
    "print_screen": "PrtSc",
    "right": "→",
    "scroll_lock": "ScrLk",
    "space": "Space",
    "tab": "Tab",
    "up": "↑",
    **{f"f{number}": f"F{number}" for number in range(1, 36)},
}
"""Keys that are no characters, and the space, and how they are shown."""

_ALIASES = {
    **{shown.lower(): name for name, shown in _NAMED.items()},
    "bs": "backspace",
    "esc": "escape",
    "page_down": "pagedown",
    "page_up": "pageup",
    "pgdown": "pagedown",
    "printscreen": "print_screen",
    "return": "enter",
    "spacebar": "space",
}

_SIGN_NAMES = {
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "low_line": "underscore",
    "plus_sign": "plus",
    "reverse_solidus": "backslash",
    "solidus": "slash",
}
"""Where Textual calls a character something else than Unicode does."""


def _sign_name(character: str) -> str:
    """What Textual calls the key of a character that is no letter or digit."""
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return _SIGN_NAMES.get(name, name)


def _sign(name: str) -> str:
    """The character that a key is called after; empty where it is none."""
    try:
        return _SIGNS.get(name) or unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return ""


_SIGNS = {_sign_name(sign): sign for sign in map(chr, range(0x21, 0x7F)) if not sign.isalnum()}
"""The characters on a keyboard by their names."""

_SAME = {
    "ctrl+h": "Backspace",
    "ctrl+i": "Tab",
    "ctrl+left_square_bracket": "Esc",
    "ctrl+m": "Enter",
}
"""Keys that most terminals send as another."""

_SPACE = ("ctrl+space", "ctrl+@")
_ALSO = {
    "ctrl+at": _SPACE,
    "ctrl+space": _SPACE,
    "ctrl+slash": ("ctrl+slash", "ctrl+underscore"),
}
"""Keys that terminals send in one of two ways, and both."""

_MODIFIER = re.compile(
    rf"(?:({'|'.join(alias for names in _MODIFIERS.values() for alias in names)})[-+])(?=.)",
    re.IGNORECASE | re.DOTALL,
)


class KeyFaultError(ValueError):
    """A key that can't be given to an action; the message says why, in few words."""


def keys_of(written: str, *, guess: bool = True) -> tuple[str, ...]:
    """Textual's names for a key that a person has written. Raises KeyFaultError.

    More than one where terminals don't agree on what they send for it. Of what is no key it is
    guessed what was meant, if so.
    """
    rest = written.strip()
    if len(rest) > 2 and rest[0] == "<" and rest[-1] == ">":
        rest = rest[1:-1]
    modifiers = set()
    while found := _MODIFIER.match(rest):
        called = found[1].lower()
        modifiers |= {name for name, names in _MODIFIERS.items() if called in names}
        rest = rest[found.end() :]
    base = _base(rest)
    if not base:
        raise KeyFaultError(f"{_quoted(written)} is no key{_meant(rest) if guess else ''}")
    if modifiers <= {"shift"} and (base not in _NAMED or base == "space"):
        raise KeyFaultError(f"{key_name('+'.join([*modifiers, base]))} types a character")
    key = "+".join([*(name for name in _MODIFIERS if name in modifiers), base])
    if key == "enter":
        raise KeyFaultError("Enter begins a new line")
    if key in _SAME:
        raise KeyFaultError(f"terminals send {key_name(key)} as {_SAME[key]}")
    return _ALSO.get(key, (key,))


def key_name(key: str) -> str:
    """A key of Textual's as people write it: `ctrl+right` is Ctrl-→."""
    *modifiers, base = key.split("+")
    if len(base) == len(base.lower()) == 1 and base.isupper():
        # Letters are written large here, whether they are or not.
        modifiers.append("shift")
    shown = _NAMED.get("space" if base == "@" else base) or _sign(base) or base.capitalize()
    return "-".join([*map(str.capitalize, modifiers), shown])


def _base(written: str) -> str:
    """Textual's name for a key without its modifiers; empty where it is none."""
    if len(written) == 1:
        if written.isalnum():
            return written.lower() if len(written.lower()) == 1 else written
        return _ALIASES.get(written) or (_sign_name(written) if written.isprintable() else "")
    name = written.lower().replace(" ", "_")
    name = _ALIASES.get(name, name)
    return name if name in _NAMED or name in _SIGNS else ""


def _meant(written: str) -> str:
    """Which key a person may have meant."""
    # Here and not above: it is for faults alone.
    import difflib

    if re.search(r"[,\s]", written):
        return ': several go into a list, as in ["F9", "Alt-A"]'
    names = [*_NAMED, *_SIGNS, *_ALIASES]
    close = difflib.get_close_matches(written.lower()[:40], names, 1, 0.75)
    return f"; did you mean {close[0]}?" if close else ""


def _quoted(written: str) -> str:
    return repr(written if len(written) <= 40 else f"{written[:39]}…")
