"""A picture of what a terminal shows, cell by cell."""

import io
from itertools import groupby

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

NAMES = {"brown": "yellow", "brightbrown": "bright_yellow"}
"""What the emulator calls otherwise than Rich."""


def svg(screen: pyte.Screen, title: str) -> str:
    """The screen as an SVG, its cursor as a reversed cell."""
    console = Console(
        width=screen.columns,
        height=screen.lines,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
    )
    for y in range(screen.lines):
        console.print(_line(screen, y), no_wrap=True, overflow="crop", highlight=False)
    return console.export_svg(title=title)


def _line(screen: pyte.Screen, y: int) -> Text:
    """A line of it, each run of cells that look alike in one piece."""
    line = Text()
    for style, cells in groupby(range(screen.columns), lambda x: _style(screen, x, y)):
        # The second cell of a wide character is empty.
        line.append("".join(screen.buffer[y][x].data for x in cells), style)
    return line


def _style(screen: pyte.Screen, x: int, y: int) -> Style:
    cell = screen.buffer[y][x]
    under = not screen.cursor.hidden and (x, y) == (screen.cursor.x, screen.cursor.y)
    return Style(
        color=_colour(cell.fg),
        bgcolor=_colour(cell.bg),
        bold=cell.bold,
        italic=cell.italics,
        underline=cell.underscore,
        strike=cell.strikethrough,
        reverse=cell.reverse != under,
    )


def _colour(name: str) -> str | None:
    """Rich's name of a colour of the emulator's; None for the terminal's own."""
    if name == "default":
        return None
    if len(name) == 6 and all(digit in "0123456789abcdef" for digit in name):
        return f"#{name}"
    return NAMES.get(name, name.replace("bright", "bright_"))
