"""The tabs: one row with the name of each file that is open, the one that shows marked."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.text.visible import visible

WIDEST = 28
"""Cells that a name takes at most."""
BEFORE, AFTER = "‹", "›"
"""Where there are more tabs than there is room for."""
NUMBERED = 9
"""So many tabs show the number they are called by."""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """What a tab tells."""

    name: str
    """The file's name, told apart from the others'."""
    modified: bool = False
    """Whether there are changes that are not saved."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of the row."""

    text: str
    """What it shows."""
    index: int
    """The tab that a click on it shows."""
    current: bool = False
    """Whether that is the one that shows now."""


def names(paths: Sequence[Path | None]) -> list[str]:
    """A name for each file, with its folder's where others are called the same."""
    short = [path.name if path else "untitled" for path in paths]
    count = Counter(short)
    return [
        f"{path.absolute().parent.name}{os.sep}{name}" if path and count[name] > 1 else name
        for path, name in zip(paths, short, strict=True)
    ]


def lay_out(tabs: Sequence[Tab], current: int, width: int) -> list[Piece]:
    """The pieces of a row so many cells wide: the current tab, and what fits beside it."""
    labels = [_label(tab, index, index == current) for index, tab in enumerate(tabs)]
    widths = [cell_len(label) for label in labels]
    first = 0
    while first < current and _needed(widths, first, current) > width:
        first += 1
    last = current
    while last + 1 < len(tabs) and _needed(widths, first, last + 1) <= width:
        last += 1
    pieces = [
        Piece(text=labels[index], index=index, current=index == current)
        for index in range(first, last + 1)
    ]
    if first == last == current and _needed(widths, first, last) > width:
        room = max(0, width - (first > 0) - (last + 1 < len(tabs)))
        pieces = [Piece(text=set_cell_size(labels[current], room), index=current, current=True)]
    if first:
        pieces.insert(0, Piece(text=BEFORE, index=first - 1))
    if last + 1 < len(tabs):
        pieces.append(Piece(text=AFTER, index=last + 1))
    return pieces


def _needed(widths: Sequence[int], first: int, last: int) -> int:
    """The cells that these tabs take, with the signs that there are others."""
    return sum(widths[first : last + 1]) + (first > 0) + (last + 1 < len(widths))


def _label(tab: Tab, index: int, current: bool) -> str:
    name = visible(tab.name).replace("\t", "␉")
    if cell_len(name) > WIDEST:
        name = f"{set_cell_size(name, WIDEST - 1).rstrip()}…"
    number = f"{index + 1} " if index < NUMBERED else ""
    words = f"{number}{name}{' •' if tab.modified else ''}"
    # Brackets mark it on a terminal without colours, too.
    return f"[{words}]" if current else f" {words} "


class TabBar(Widget):
    """Shows tabs; nothing, and takes no room, where there is only one."""

    DEFAULT_CSS = """
    TabBar {
        height: 1;
        padding: 0 1;
        background: $surface;
        color: $foreground 80%;
        display: none;
    }
    """

    @dataclass
    class Chosen(Message):
        """A tab was clicked."""

        index: int
        """Which, from 0."""

    def __init__(self) -> None:
        super().__init__()
        self._tabs: tuple[Tab, ...] = ()
        self._current = 0

    def show(self, tabs: Sequence[Tab], current: int) -> None:
        """Show these, the current one marked. Redraws only what is another."""
        if (tuple(tabs), current) != (self._tabs, self._current):
            self._tabs, self._current = tuple(tabs), current
            self.display = len(self._tabs) > 1
            self.refresh()

    def render(self) -> Content:
        """The row."""
        return Content.assemble(
            *(
                Content.styled(piece.text, "bold $foreground on $background" * piece.current)
                for piece in self._pieces()
            )
        )

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the mouse."""
        end = self.styles.padding.left
        for piece in self._pieces():
            end += cell_len(piece.text)
            if event.x < end:
                self.post_message(self.Chosen(piece.index))
                return

    def _pieces(self) -> list[Piece]:
        return lay_out(self._tabs, self._current, self.content_size.width)
