"""Which characters a terminal can be trusted with."""

import unicodedata

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_MOST = 1000


def is_control(character: str) -> bool:
    """Whether a terminal could take `character` for an instruction or draw it as nothing.

    Control, format, surrogate and line-separator characters (Unicode categories Cc, Cf, Cs, Zl and
    Zp). They may be learned and typed; they are never suggested and never drawn as they are.
    """
    return unicodedata.category(character) in _UNSAFE


def one_line(text: str) -> str:
    """`text` as one line that is safe to print: at most 1,000 characters, none of them a control.

    Line ends and tabs become spaces, other controls their pictures (U+2400 and on) or `\\u{...}`.
    What is longer keeps its start and its end, as a message names the file first, the fault last.
    """
    # Cut first, as a damaged file may hold megabytes, and again, as what is escaped grows.
    return _cut("".join(map(_visible, _cut(text))))


def _cut(text: str) -> str:
    if len(text) <= _MOST:
        return text
    return f"{text[: _MOST // 2 - 1]} … {text[2 - _MOST // 2 :]}"


def _visible(character: str) -> str:
    if not is_control(character):
        return character
    if character in "\t\n\v\f\r\x85\u2028\u2029":
        return " "
    if character < " ":
        return chr(0x2400 + ord(character))
    return "\u2421" if character == "\x7f" else f"\\u{{{ord(character):x}}}"
