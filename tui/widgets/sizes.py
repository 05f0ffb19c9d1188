"""The sizes of network to choose from, and what each costs on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from charlm_core import SIZES, Speed
from tui.widgets.amounts import file_size, short, span
from tui.widgets.choices import CHOSEN, OTHER

HEADING = ("size", "units", "weights", "memory", "chars/s", "an epoch")
COLUMNS = (10, 7, 9, 9, 9, 12)

MEASURING = "measuring…"


def size_cells(size: str, speed: Speed | None, chars: int) -> tuple[str, ...]:
    """One size: its units, weights, memory, pace and time for a pass over so many characters."""
    units = str(SIZES[size].hidden)
    if speed is None:
        return (size, units, "", "", "", "")
    return (
        size,
        units,
        short(speed.parameters),
        file_size(speed.memory_bytes),
        short(speed.chars_per_second),
        span(chars / speed.chars_per_second) if chars else "",
    )


def in_columns(cells: tuple[str, ...]) -> str:
    """The first at the left, the others at the right of their columns."""
    first, *others = zip(cells, COLUMNS, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in others)


class Sizes(Widget, can_focus=True):
    """Chooses a size: by the arrows, or a click."""

    DEFAULT_CSS = """
    Sizes { width: auto; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,left", "turn(-1)", "A smaller size"),
        Binding("down,right", "turn(1)", "A larger size"),
    ]

    @dataclass
    class Changed(Message):
        """Another size is chosen."""

        size: str
        """Its name."""

    def __init__(self, chosen: str) -> None:
        super().__init__()
        self._chosen = chosen
        self._settled: str | None = None
        self._speeds: Mapping[str, Speed] = {}
        self._chars = 0
        self._waiting = MEASURING

    @property
    def chosen(self) -> str:
        """The name of the size that is chosen; empty where it is none of them."""
        return self._chosen if self._settled is None else self._settled

    def settle(self, size: str | None) -> None:
        """Show `size` as chosen, while another choice leaves no other; None gives it free."""
        self._settled = size
        self.disabled = size is not None
        self.refresh()

    def show(self, speeds: Mapping[str, Speed], chars: int, waiting: str = MEASURING) -> None:
        """Tell what sizes cost for a text of so many characters, and why others are not told."""
        self._speeds, self._chars, self._waiting = speeds, chars, waiting
        self.refresh(layout=True)

    def render(self) -> Content:
        """A line for each size, below what the columns are."""
        faint = "$foreground 60%"
        lines = [Content.styled(f"  {in_columns(HEADING)}", faint)]
        waiting = self._waiting
        for size in SIZES:
            speed = self._speeds.get(size)
            line = in_columns(size_cells(size, speed, self._chars))
            if speed is None:
                # Said once, for the size whose turn it is.
                line = line.rstrip() + f"{waiting:>{sum(COLUMNS[2:])}}"
                line, waiting = line.ljust(sum(COLUMNS)), ""
            chosen = size == self.chosen
            style = "bold" if chosen else "$foreground 70%"
            if chosen and self.has_focus:
                style = "bold $block-cursor-foreground on $block-cursor-background"
            lines.append(Content.styled(f"{CHOSEN if chosen else OTHER} {line}", style))
        return Content("\n").join(lines)

    def action_turn(self, step: int) -> None:
        """Choose a larger size, or a smaller one."""
        names = list(SIZES)
        self._choose(names[max(0, min(names.index(self._chosen) + step, len(names) - 1))])

    def on_click(self, event: events.Click) -> None:
        """Choose the size under the mouse."""
        if 1 <= event.y <= len(SIZES):
            self._choose(list(SIZES)[event.y - 1])

    def _choose(self, size: str) -> None:
        if size != self._chosen:
            self._chosen = size
            self.refresh()
            self.post_message(self.Changed(size))
