"""The colours to choose from, as Textual's themes.

`dark` and `light` are for most eyes, `contrast` for those that need more, `terminal` uses the
sixteen colours that the terminal has been given, and `mono` none at all: what another theme
colours is reversed, bold, dim, italic or underlined there.
"""

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.filter import ANSIToTruecolor, LineFilter, Monochrome, NoColor
from textual.theme import Theme

DARK, LIGHT, CONTRAST, MONO, TERMINAL = NAMES = ("dark", "light", "contrast", "mono", "terminal")

AUTO = "auto"
"""By what the terminal says of itself."""

_UNCOLOURED = "ansi_default"
_FILLED = "ansi_white"
"""In `mono` a ground of any colour stands for reversed."""

_ANSI = {
    "ansi-background": _UNCOLOURED,
    "ansi-foreground": _UNCOLOURED,
    "surface": _UNCOLOURED,
    "panel": _UNCOLOURED,
    "text-muted": _UNCOLOURED,
    "text-disabled": _UNCOLOURED,
    "border-blurred": _UNCOLOURED,
    "input-cursor-background": _UNCOLOURED,
    "input-cursor-foreground": _UNCOLOURED,
    "input-selection-background": _UNCOLOURED,
    "input-selection-foreground": _UNCOLOURED,
    "block-cursor-blurred-background": _UNCOLOURED,
    "scrollbar-background": _UNCOLOURED,
    "scrollbar-background-hover": _UNCOLOURED,
    "scrollbar-background-active": _UNCOLOURED,
    "link-color": _UNCOLOURED,
    "link-color-hover": _UNCOLOURED,
}
"""What both themes without colours of their own leave to the terminal."""

THEMES = (
    Theme(
        name=DARK,
        primary="#0178d4",
        secondary="#004578",
        accent="#ffa62b",
        warning="#ffa62b",
        error="#ba3c5b",
        success="#4ebf71",
        foreground="#e0e0e0",
        variables={
            "block-cursor-foreground": "#ffffff",
            "block-cursor-blurred-background": "#0d314b",
            "input-selection-background": "#15609f",
            "input-selection-foreground": "#ffffff",
        },
    ),
    Theme(
        name=LIGHT,
        dark=False,
        primary="#0a64ad",
        secondary="#004578",
        accent="#8f4e00",
        warning="#8f4e00",
        error="#a3123a",
        success="#1a6b33",
        foreground="#1c1c1c",
        background="#fafafa",
        surface="#ececec",
        panel="#e2e2e2",
        variables={
            "block-cursor-foreground": "#ffffff",
            "block-cursor-blurred-background": "#b9d5ec",
            "input-selection-background": "#5aa7ee",
            "input-selection-foreground": "#000000",
        },
    ),
    Theme(
        name=CONTRAST,
        primary="#ffd700",
        secondary="#00d7ff",
        accent="#00ffff",
        warning="#ffd700",
        error="#ff8080",
        success="#5fff5f",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        variables={
            "block-cursor-background": "#ffd700",
            "block-cursor-foreground": "#000000",
            "block-cursor-blurred-background": "#5f5000",
            "input-selection-background": "#ffd700",
            "input-selection-foreground": "#000000",
            "text-primary": "#ffd700",
            "text-warning": "#ffd700",
            "text-error": "#ff8080",
            "text-success": "#5fff5f",
            "text-accent": "#00ffff",
        },
    ),
    Theme(
        name=MONO,
        ansi=True,
        primary=_FILLED,
        secondary=_UNCOLOURED,
        accent=_UNCOLOURED,
        warning=_UNCOLOURED,
        error=_UNCOLOURED,
        success=_UNCOLOURED,
        foreground=_UNCOLOURED,
        background=_UNCOLOURED,
        surface=_UNCOLOURED,
        panel=_UNCOLOURED,
        variables={
            **_ANSI,
            "block-cursor-background": _FILLED,
            "block-cursor-foreground": _UNCOLOURED,
            "scrollbar": _FILLED,
            "scrollbar-hover": _FILLED,
            "scrollbar-active": _FILLED,
        },
    ),
    Theme(
        name=TERMINAL,
        ansi=True,
        # Of the sixteen the one that can be read on black and on white alike.
        primary="ansi_magenta",
        secondary="ansi_cyan",
        accent="ansi_cyan",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        foreground=_UNCOLOURED,
        background=_UNCOLOURED,
        surface=_UNCOLOURED,
        panel=_UNCOLOURED,
        variables={
            **_ANSI,
            "block-cursor-background": "ansi_magenta",
            "block-cursor-foreground": "ansi_bright_white",
            "scrollbar": "ansi_magenta",
            "scrollbar-hover": "ansi_magenta",
            "scrollbar-active": "ansi_magenta",
        },
    ),
)

CSS = """
Input:ansi > .input--cursor {
    color: ansi_default;
    background: ansi_default;
    text-style: reverse;
}
Input:ansi > .input--selection {
    color: ansi_default;
    background: ansi_default;
    text-style: reverse;
}
"""
"""What Textual's own widgets need, to be legible on a ground that is not known."""


def chosen(setting: str, environ: Mapping[str, str] = os.environ) -> str:
    """The theme that a setting stands for in this terminal.

    AUTO is `mono` where NO_COLOR is set (no-color.org), `light` where COLORFGBG tells of a light
    ground, and `dark` elsewhere.
    """
    if setting != AUTO:
        return setting
    if environ.get("NO_COLOR"):
        return MONO
    # As rxvt, Konsole and others set it: the colours' numbers, that of the ground last.
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT if ground in {"7", *map(str, range(9, 16))} else DARK


def turned(name: str) -> str:
    """The theme after this one."""
    return NAMES[(NAMES.index(name) + 1) % len(NAMES)] if name in NAMES else NAMES[0]


def wear(app: App[Any], setting: str) -> None:
    """Have an application that has not begun yet use the theme of this setting."""
    for theme in THEMES:
        app.register_theme(theme)
    # Not by assigning it: all styles would be worked out twice before the first paint.
    app.set_reactive(App.theme, chosen(setting))
    app.stylesheet.set_variables(app.get_css_variables())


def line_filters(theme: str, usual: Sequence[LineFilter]) -> Sequence[LineFilter]:
    """What is done to each line before it is drawn in this theme, given what Textual would do.

    The theme says which colours there are: NO_COLOR, where it counts, has chosen it.
    """
    others: tuple[type[LineFilter], ...] = (Monochrome, NoColor)
    if theme in (MONO, TERMINAL):
        # The terminal's colours stay what the terminal makes of them.
        others = (*others, ANSIToTruecolor)
    kept = [one for one in usual if not isinstance(one, others)]
    return [*kept, _ATTRIBUTES] if theme == MONO else kept


class AttributesOnly(LineFilter):
    """Takes all colours away; what has a ground of its own is reversed."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without colours."""
        return [
            Segment(text, style and _without_colours(style), control)
            for text, style, control in segments
        ]


_ATTRIBUTES = AttributesOnly()


@lru_cache(1024)
def _without_colours(style: Style) -> Style:
    """A style's attributes and links."""
    filled = style.bgcolor is not None and not style.bgcolor.is_default
    plain = Style(color="default", bgcolor="default", reverse=filled or style.reverse)
    return style + plain
