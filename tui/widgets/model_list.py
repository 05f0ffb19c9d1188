"""The list of checkpoints, in columns, and which of them are marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from rich.cells import cell_len, set_cell_size
from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from charlm_core import DamagedModel, ModelEntry
from tui.text.visible import visible
from tui.widgets.amounts import short

Listed = ModelEntry | DamagedModel
Order = Literal["name", "bits"]

COLUMNS: Mapping[str, tuple[str, int]] = {
    "network": ("network", 12),
    "weights": ("weights", 8),
    "bits": ("bits", 8),
    "perplexity": ("ppl", 8),
    "date": ("date", 11),
    "origin": ("from", 9),
}
"""Beside the name: the heading of each, and its cells, the space before it included."""

FIRST_TO_GO = ("perplexity", "weights", "date", "network", "origin", "bits")
"""What gives way to the name where there is little room."""

NAME_CELLS = 14
"""A name has no less room than this, while there is another column to drop."""

SIGN_CELLS = 4

IN_USE, MARKED, DAMAGED = "▶", "●", "!"

MOST_MARKED = 2
"""With another one the first mark goes."""


def columns(width: int) -> list[str]:
    """Which there is room for."""
    shown = list(COLUMNS)
    for name in FIRST_TO_GO:
        if SIGN_CELLS + NAME_CELLS + sum(COLUMNS[one][1] for one in shown) <= width:
            break
        shown.remove(name)
    return shown


def heading(width: int, order: Order) -> Content:
    """The columns' names, with a sign on the one that the list is sorted by."""
    sorted_by = {"name": "name", "bits": "bits"}[order]
    shown = columns(width)
    room = max(1, width - SIGN_CELLS - sum(COLUMNS[one][1] for one in shown))
    cells = [(set_cell_size(f"    name{' ▾' * (sorted_by == 'name')}", room + SIGN_CELLS), "")]
    for name in shown:
        label = f"▾ {COLUMNS[name][0]}" if name == sorted_by else COLUMNS[name][0]
        cells.append((f"{label:>{COLUMNS[name][1]}}", "bold" if name == sorted_by else ""))
    return Content.assemble(*cells)


def row(one: Listed, width: int, date: str, *, marked: bool = False, used: bool = False) -> Content:
    """A checkpoint in one line; of a damaged one what is wrong takes the figures' place."""
    shown = columns(width)
    room = max(1, width - SIGN_CELLS - sum(COLUMNS[name][1] for name in shown))
    sign = DAMAGED if isinstance(one, DamagedModel) else IN_USE if used else " "
    start = Content.assemble(
        f"{MARKED if marked else ' '} {sign} ",
        (_fit(visible(one.name), room), "bold" if used or marked else ""),
    )
    if isinstance(one, DamagedModel):
        origin = f"{one.origin:>{COLUMNS['origin'][1]}}" if "origin" in shown else ""
        # The file is named at the start, and below; what is wrong with it stands at the end.
        fault = visible(one.fault.rpartition(": ")[2])
        rest = max(0, width - SIGN_CELLS - room - len(origin))
        return start + Content(_fit(f"  damaged: {fault}", rest) + origin)
    cells = {
        "network": f"{one.config.cell} {one.config.layers}×{one.config.hidden}",
        "weights": short(one.parameters),
        "bits": figure(one.config.training.validation_bpc),
        "perplexity": figure(one.config.training.validation_perplexity, 2),
        "date": date,
        "origin": one.origin,
    }
    return start + Content("".join(f"{cells[name]:>{COLUMNS[name][1]}}" for name in shown))


def figure(value: float, digits: int = 3) -> str:
    """A figure of a model's, which may be any; a dash where there is none."""
    if value == 0:
        return "–"
    return f"{value:.{digits}f}" if abs(value) < 1000 else f"{value:.0e}"


def _fit(text: str, room: int) -> str:
    """The text in so many cells."""
    if cell_len(text) > room > 0:
        text = set_cell_size(text, room - 1) + "…"
    return set_cell_size(text, room)


def in_order(listed: Sequence[Listed], order: Order) -> list[Listed]:
    """By name, or by bits a character, the best first; damaged ones last."""

    def key(one: Listed) -> tuple[bool, bool, float, str]:
        damaged = isinstance(one, DamagedModel)
        bits = 0.0 if isinstance(one, DamagedModel) else one.config.training.validation_bpc
        if order == "name":
            return False, False, 0.0, one.name.casefold()
        # Of one that was never measured nothing is known.
        return damaged, not bits, bits, one.name.casefold()

    return sorted(listed, key=key)


class ModelList(OptionList):
    """Chooses a checkpoint, and marks those to compare."""

    DEFAULT_CSS = """
    ModelList {
        padding: 0;
        border: none;
        background: transparent;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: transparent 0%; }
        & > .option-list--option { padding: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "load", show=False),
        Binding("space", "mark", "Mark a model, to compare it with another"),
    ]

    @dataclass
    class Changed(Message):
        """Another one is chosen, or others are marked."""

    @dataclass
    class LoadWanted(Message):
        """The person wants the chosen one loaded."""

    def __init__(self) -> None:
        super().__init__()
        self._listed: dict[str, Listed] = {}
        self._dates: Mapping[Path, str] = {}
        self._used: Path | None = None
        self._marked: list[str] = []
        self._drawn: list[Content] = []

    @property
    def chosen(self) -> Listed | None:
        """The one that the cursor is on."""
        return self._listed.get(self._at() or "")

    @property
    def marked(self) -> list[Listed]:
        """The marked ones, in the order in which they were."""
        return [self._listed[path] for path in self._marked]

    @property
    def row_cells(self) -> int:
        """How wide a row is: the scroll bar's column is kept free."""
        return max(20, self.size.width - 1)

    def show(
        self,
        listed: Sequence[Listed],
        dates: Mapping[Path, str],
        used: Path | None,
        prefer: Path | None = None,
    ) -> None:
        """List these in this order; the cursor stays on its model, or goes to the one preferred."""
        before, place = list(self._listed), self.highlighted or 0
        at = str(prefer) if prefer else self._at()
        self._listed = {str(one.path): one for one in listed}
        self._dates, self._used = dates, used
        self._marked = [path for path in self._marked if path in self._listed]
        if list(self._listed) != before:
            self.clear_options()
            self.add_options([Option("", id=path) for path in self._listed])
            self._drawn = []
        if at in self._listed:
            if at != self._at():
                self.highlighted = self.get_option_index(at)
        elif self._listed:
            # Where the one was that is gone, there its neighbour is now.
            self.highlighted = min(place, len(self._listed) - 1)
        self._draw()

    def on_resize(self) -> None:
        """The rows fit the width."""
        self._draw()

    def action_load(self) -> None:
        """Have the chosen one loaded."""
        self.post_message(self.LoadWanted())

    def action_mark(self) -> None:
        """Mark the chosen one, or no longer."""
        if (path := self._at()) in self._marked:
            self._marked.remove(path)
        elif path is not None and isinstance(self.chosen, ModelEntry):
            self._marked = [*self._marked, path][-MOST_MARKED:]
        self._draw()
        self.post_message(self.Changed())

    @on(OptionList.OptionHighlighted)
    def _choose(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.post_message(self.Changed())

    @on(OptionList.OptionSelected)
    def _click(self, event: OptionList.OptionSelected) -> None:
        # A click chooses; only Enter loads, and a click on its hint.
        event.stop()

    def _at(self) -> str | None:
        """What the cursor is on."""
        if self.highlighted is None:
            return None
        return self.get_option_at_index(self.highlighted).id

    def _draw(self) -> None:
        rows = [
            row(
                one,
                self.row_cells,
                self._dates.get(one.path, ""),
                marked=path in self._marked,
                used=one.path == self._used,
            )
            for path, one in self._listed.items()
        ]
        for index, line in enumerate(rows):
            if index >= len(self._drawn) or not line.is_same(self._drawn[index]):
                self.replace_option_prompt_at_index(index, line)
        self._drawn = rows
