"""How surprise looks: one hue in steps of lightness, and without colours one attribute more each.

Whoever draws tints has TINTS among its component classes, and `css` in its style sheet.
"""

from tui.text.heat import LEVELS, UNREAD

TINTS = (*(f"heat--{level}" for level in range(LEVELS)), "heat--unread")
"""The component class of each level; that of what is not read yet comes last."""

assert len(TINTS) == UNREAD + 1

_CSS = """
OWNER {
    & .heat--0 { text-style: none; }
    & .heat--1 { color: #ffffff; background: #3a2c10; }
    & .heat--2 { color: #ffffff; background: #6b4608; }
    & .heat--3 { color: #000000; background: #c98a1b; }
    & .heat--4 { color: #000000; background: #ffdb5c; text-style: bold; }
    & .heat--unread { text-style: dim; }
    &:light .heat--1 { color: #000000; background: #fbe6bd; }
    &:light .heat--2 { color: #000000; background: #f2c063; }
    &:light .heat--3 { color: #000000; background: #cc8412; }
    &:light .heat--4 { color: #ffffff; background: #7a3d00; text-style: bold; }
    &:ansi .heat--1 { color: ansi_default; background: ansi_default; text-style: underline; }
    &:ansi .heat--2 { color: ansi_default; background: ansi_default; text-style: bold; }
    &:ansi .heat--3 { color: ansi_default; background: ansi_default; text-style: bold underline; }
    &:ansi .heat--4 { color: ansi_default; background: ansi_default; text-style: bold reverse; }
}
"""


def css(owner: str) -> str:
    """The style sheet for a kind of widget."""
    return _CSS.replace("OWNER", owner)
