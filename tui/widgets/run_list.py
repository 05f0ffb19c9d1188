"""The list of runs, a way to begin a new one above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from charlm_core import RunView
from tui.widgets.figures import STATES
from tui.widgets.visible import visible

NEW = "new"
"""Identifies the first row."""


def row(view: RunView, width: int, *, marked: bool) -> Text:
    """A run in one line: its state, its name, its loss."""
    measured = view.final or view.best
    loss = f"{measured.nats:.3f}" if measured else ""
    sign, _ = STATES[view.state]
    start = f"{'+' if marked else ' '}{sign} "
    room = max(1, width - cell_len(start) - len(loss) - 1)
    name = visible(view.name)
    if cell_len(name) > room:
        name = set_cell_size(name, room - 1) + "…"
    style = {"running": "green", "failed": "red", "interrupted": "yellow"}.get(view.state, "")
    line = Text(start, style + (" bold" if marked else ""), no_wrap=True)
    return line.append(set_cell_size(name, room), "bold" if marked else "").append(f" {loss}")


class RunList(OptionList):
    """Chooses a run, and marks runs to compare."""

    DEFAULT_CSS = """
    RunList { border: round $foreground 30%; padding: 0; &:focus { border: round $primary; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark a run to compare its curve with others"),
    ]

    @dataclass
    class Changed(Message):
        """Another run is chosen, or others are marked."""

    @dataclass
    class NewWanted(Message):
        """The person wants to begin a new run."""

    def __init__(self) -> None:
        super().__init__(Option("  New run…", id=NEW))
        self.border_title = "Runs"
        self._runs: dict[str, RunView] = {}
        self._marked: set[str] = set()
        self._drawn: list[Text] = []

    @property
    def chosen(self) -> RunView | None:
        """The run that the cursor is on."""
        return self._runs.get(self._at() or "")

    @property
    def compared(self) -> list[RunView]:
        """The marked runs, in the list's order; the chosen one where none is marked."""
        marked = [view for path, view in self._runs.items() if path in self._marked]
        return marked or ([self.chosen] if self.chosen else [])

    def show(self, runs: Sequence[RunView], prefer: Path | None = None) -> None:
        """List these runs; the cursor stays on its run, or goes to the one preferred."""
        before = list(self._runs)
        at = str(prefer) if prefer else self._at()
        self._runs = {str(view.path): view for view in runs}
        self._marked &= self._runs.keys()
        if list(self._runs) != before:
            self.clear_options()
            self.add_options(
                [Option("  New run…", id=NEW), *(Option("", id=p) for p in self._runs)]
            )
            self._drawn = []
        self._draw()
        if at in self._runs and at != self._at():
            self.highlighted = self.get_option_index(at)
        elif self.highlighted is None:
            self.highlighted = 0

    def on_resize(self) -> None:
        """The rows fit the width."""
        self._draw()

    def action_mark(self) -> None:
        """Mark the run, or no longer."""
        if (path := self._at()) in self._runs:
            self._marked ^= {path}
            self._draw()
            self.post_message(self.Changed())

    @on(OptionList.OptionHighlighted)
    def _choose(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.post_message(self.Changed())

    @on(OptionList.OptionSelected)
    def _enter(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id == NEW:
            self.post_message(self.NewWanted())

    def _at(self) -> str | None:
        """What the cursor is on."""
        if self.highlighted is None:
            return None
        return self.get_option_at_index(self.highlighted).id

    def _draw(self) -> None:
        # The border, the scroll bar's column and the options' own padding.
        width = max(8, self.size.width - 3)
        rows = [row(view, width, marked=path in self._marked) for path, view in self._runs.items()]
        for index, line in enumerate(rows):
            if self._drawn[index : index + 1] != [line]:
                self.replace_option_prompt_at_index(index + 1, line)
        self._drawn = rows
