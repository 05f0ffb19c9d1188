"""Knobs below each other, one of them chosen: how each stands, and what the mouse does to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.geometry import Region, Size
from textual.message import Message

from tui.text.visible import visible
from tui.widgets.runs import BOLD, CHOSEN, CHOSEN_BOLD, FAINT, PLAIN, Run, RunsWidget

MARK = "▸"
LESS, MORE = "‹", "›"
"""Around what can be turned."""
CURSOR = "▏"
LABEL_CELLS = 11
LEAST_VALUE_CELLS = 4


@dataclass(frozen=True, kw_only=True)
class Row:
    """One knob."""

    name: str
    """Which."""
    label: str
    """What it is called."""
    value: str
    """How it stands."""
    note: str = ""
    """What there is to say of that, in a word or two."""
    about: str
    """What it is for, in 60 characters or so."""
    keys: str = ""
    """Characters that may be typed to set it."""
    at_once: bool = False
    """Whether one of them does; else they are a number, which Enter ends."""
    idle: bool = False
    """Whether it makes no difference now."""
    changed: bool = False
    """Whether it is not as it comes."""


@dataclass(frozen=True)
class Places:
    """In which columns the parts of a row are."""

    less: int
    """The arrow at the left."""
    more: int
    """The one at the right, or the end of the value."""


def line(row: Row, width: int, typed: str = "") -> tuple[str, Places]:
    """A row as it is drawn, with what is being typed in place of its value; cut to the width."""
    start = 1 + LABEL_CELLS + 1
    room = max(LEAST_VALUE_CELLS, width - start - 4)
    value = visible(row.value)
    if cell_len(value) > room:
        value = set_cell_size(value, room - 1) + "…"
    if typed:
        shown = f": {typed[-room:]}{CURSOR}"
    elif row.idle:
        shown = f"({value})"
    else:
        shown = f"{LESS} {value} {MORE}"
    drawn = f"{row.label:<{LABEL_CELLS}} {shown}"
    note = f" {row.note}" if row.note else ""
    if cell_len(drawn + note) + 1 <= width:
        drawn += note
    return drawn, Places(start, start + cell_len(shown) - 1)


class KnobList(RunsWidget):
    """Draws the knobs; whoever has the keys says which is chosen, and what is being typed."""

    DEFAULT_CSS = """
    KnobList { height: auto; }
    """

    @dataclass
    class Clicked(Message):
        """The mouse chose a knob, and may have turned it."""

        at: int
        """Which, from 0."""
        steps: int
        """How far; 0 is not at all."""
        note: bool = False
        """Whether it was upon what there is to say of it."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Row, ...] = ()
        self._at = 0
        self._typed = ""
        self._active = False

    def show(self, rows: Sequence[Row], at: int, typed: str, *, active: bool) -> None:
        """Draw these, one of them chosen; `active` where arrows turn it."""
        before = [self._runs_of(index) for index in range(len(self._rows))]
        self._rows, self._at, self._typed, self._active = tuple(rows), at, typed, active
        if len(before) != len(self._rows):
            self.refresh(layout=True)
            return
        for index, runs in enumerate(before):
            if runs != self._runs_of(index):
                self.refresh(Region(0, index, self.size.width, 1))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line for each."""
        return len(self._rows)

    def region_of(self, at: int) -> Region:
        """Where a row is, in the widget around."""
        return Region(0, self.virtual_region.y + at, 1, 1)

    def runs(self, y: int) -> Sequence[Run]:
        """A knob."""
        return self._runs_of(y) if y < len(self._rows) else ()

    def _runs_of(self, index: int) -> Sequence[Run]:
        row, chosen = self._rows[index], index == self._at
        text, places = line(row, self.size.width, self._typed if chosen else "")
        text = set_cell_size(f"{MARK if chosen else ' '}{text}", self.size.width)
        if chosen and self._active:
            return [(text, CHOSEN_BOLD if row.changed else CHOSEN)]
        label = FAINT if row.idle else PLAIN
        return [
            (text[: places.less], label),
            (text[places.less : places.more + 1], BOLD if row.changed and not row.idle else label),
            (text[places.more + 1 :], FAINT),
        ]

    def on_click(self, event: events.Click) -> None:
        """Choose the knob under the mouse, and turn it by its arrows."""
        if event.y < len(self._rows):
            row = self._rows[event.y]
            _, places = line(row, self.size.width)
            steps = 0
            if not row.idle:
                steps = -1 if abs(event.x - places.less) <= 1 else steps
                steps = 1 if abs(event.x - places.more) <= 1 else steps
            note = bool(row.note) and event.x > places.more + 1
            self.post_message(self.Clicked(event.y, steps, note))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """More of the knob under the mouse."""
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Less of it."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, steps: int) -> None:
        event.stop()
        event.prevent_default()
        if event.y < len(self._rows):
            self.post_message(self.Clicked(event.y, steps))
