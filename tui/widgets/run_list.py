"""The list of runs, a way to begin a new one above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from charlm_core import RunView
from tui.text.visible import visible
from tui.widgets.curves import COLOURS
from tui.widgets.figures import FAINT, STATES

NEW = "new"
"""Identifies the first row."""

WIDE_CELLS = 38
"""A row of so many cells has room for the loss in all its units."""


def row(view: RunView, width: int, *, mark: str = "", chosen: bool = False) -> Content:
    """A run in one line: its mark's colour, its state, its name, how far it is, its loss."""
    sign, colour = STATES[view.state]
    measured = view.final or view.best
    loss = f" {measured.nats:6.3f}" if measured else "" if view.held else "      –"
    if width >= WIDE_CELLS:
        loss += f" {measured.perplexity:7.2f} {measured.bpc:6.3f}" if measured else " " * 15
    far = f" {view.progress:.0%}" if view.held else ""
    room = max(1, width - 4 - len(far) - len(loss))
    name = visible(view.name)
    if cell_len(name) > room:
        name = set_cell_size(name, room - 1) + "…"
    # On the cursor's own colour no other reads well.
    return Content.assemble(
        ("● " if mark else "  ", mark),
        (f"{sign} ", "" if chosen else colour),
        (set_cell_size(name, room), "bold" if mark else ""),
        (far, "" if chosen else FAINT),
        loss,
    )


class RunList(OptionList):
    """Chooses a run, and marks runs to compare."""

    DEFAULT_CSS = """
    RunList {
        border: round $foreground 30%;
        padding: 0;
        background: transparent;
        scrollbar-size-vertical: 1;
        border-subtitle-color: $foreground 60%;
        &:focus { border: round $primary; background-tint: transparent 0%; }
        & > .option-list--option { padding: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "new", show=False),
        Binding("space", "mark", "Mark a run, to see its curve with those of others"),
    ]

    @dataclass
    class Changed(Message):
        """Another run is chosen, or others are marked."""

    @dataclass
    class NewWanted(Message):
        """The person wants to begin a new run."""

    def __init__(self) -> None:
        super().__init__(Option(_new_row(), id=NEW))
        self.border_title = "Runs"
        self._runs: dict[str, RunView] = {}
        self._marked: dict[str, str] = {}
        self._drawn: list[Content] = []

    @property
    def chosen(self) -> RunView | None:
        """The run that the cursor is on."""
        return self._runs.get(self._at() or "")

    @property
    def compared(self) -> list[tuple[RunView, str]]:
        """The marked runs and the chosen one, in the list's order, each with its colour."""
        colours = {self._at() or "": COLOURS[0]} | self._marked
        return [(view, colours[path]) for path, view in self._runs.items() if path in colours]

    def show(self, runs: Sequence[RunView], prefer: Path | None = None) -> None:
        """List these runs; the cursor stays on its run, or goes to the one preferred."""
        before, place = list(self._runs), self.highlighted or 0
        at = str(prefer) if prefer else self._at()
        self._runs = {str(view.path): view for view in runs}
        self._marked = {path: mark for path, mark in self._marked.items() if path in self._runs}
        if list(self._runs) != before:
            self.clear_options()
            self.add_options([Option(_new_row(), id=NEW), *(Option("", id=p) for p in self._runs)])
            self._drawn = []
        if at in self._runs and at != self._at():
            self.highlighted = self.get_option_index(at)
        elif self.highlighted is None:
            # Where the run was that is gone, there its neighbour is now.
            self.highlighted = min(place, len(self._runs))
        self._draw()

    def on_resize(self) -> None:
        """The rows fit the width."""
        self._draw()

    def action_new(self) -> None:
        """Begin a new run."""
        self.post_message(self.NewWanted())

    def action_mark(self) -> None:
        """Mark the run, or no longer."""
        path = self._at()
        if path not in self._runs:
            return
        if self._marked.pop(path, None) is None:
            # The first colour is that of a run that is chosen without being marked.
            free = [colour for colour in COLOURS[1:] if colour not in self._marked.values()]
            self._marked[path] = (free or COLOURS[1:])[0]
        self._draw()
        self.post_message(self.Changed())

    @on(OptionList.OptionHighlighted)
    def _choose(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._draw()
        self.post_message(self.Changed())

    @on(OptionList.OptionSelected)
    def _click(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id == NEW:
            self.action_new()

    def _at(self) -> str | None:
        """What the cursor is on."""
        if self.highlighted is None:
            return None
        return self.get_option_at_index(self.highlighted).id

    def _draw(self) -> None:
        # The border, the scroll bar's column and the space before it.
        width = max(12, self.size.width - 2)
        units = f"{'nats':>6} {'ppl':>7} {'bits':>6}"
        self.border_subtitle = units if width >= WIDE_CELLS else "nats/char"
        rows = [
            row(view, width, mark=self._marked.get(path, ""), chosen=path == self._at())
            for path, view in self._runs.items()
        ]
        for index, line in enumerate(rows):
            if index >= len(self._drawn) or not line.is_same(self._drawn[index]):
                self.replace_option_prompt_at_index(index + 1, line)
        self._drawn = rows


def _new_row() -> Content:
    return Content.assemble("  + New run…")
