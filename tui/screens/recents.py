"""Asks which of the files that were open before is to be opened again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static

from tui.screens.asking import Asking
from tui.services.paths import short
from tui.services.recent import Recent
from tui.text.visible import visible
from tui.widgets.ordered import OrderedInput

if TYPE_CHECKING:
    from tui.services.journal import Leftover

NONE_YET = "No file was open before."
NO_MATCH = "None of them has that in its path."


@dataclass(frozen=True, kw_only=True)
class Row:
    """What can be opened."""

    words: str
    """Its path, as people write it."""
    mark: str = ""
    """What there is to know of it."""
    path: Path | None = None
    """The file; None for a text that has none."""
    leftover: "Leftover | None" = None
    """A text that was not saved and belongs to no file."""


def listed(files: Sequence[Recent], left: Sequence["Leftover"]) -> list[Row]:
    """A row for each text left behind that was not saved, then for each file that was open."""
    rows, named = [], set()
    for leftover in left:
        if leftover.path is None:
            rows.append(Row(words="untitled", mark="not saved", leftover=leftover))
        elif leftover.path not in named:
            named.add(leftover.path)
            rows.append(Row(words=short(leftover.path), mark="not saved", path=leftover.path))
    for file in files:
        if file.path not in named:
            mark = "" if _is_there(file.path) else "gone"
            rows.append(Row(words=short(file.path), mark=mark, path=file.path))
    return rows


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


class Recents(Asking[Row | None]):
    """Answers with the row that was chosen, or None. What is typed narrows the list down."""

    DEFAULT_CSS = """
    Recents {
        & OptionList {
            height: auto;
            max-height: 16;
            border: none;
            padding: 0;
            background: transparent;
        }
        &.low OptionList { max-height: 5; }
        &.low .hint { display: none; }
        &.tiny > Vertical { border: none; padding: 0; }
        &.tiny .title { display: none; }
        &.tiny Input { height: 1; border: none; padding: 0; }
        &.tiny .fault { margin: 0; }
    }
    """
    TINY = 10
    """In fewer lines there are only the line and the list."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+r", "cancel", "Cancel"),
        # In the list while the line above it is typed in.
        Binding("up", "move('cursor_up')", "Move in the list"),
        Binding("down", "move('cursor_down')", "Move in the list"),
        Binding("pageup", "move('page_up')", "Move in the list"),
        Binding("pagedown", "move('page_down')", "Move in the list"),
    ]

    def __init__(self, rows: Sequence[Row]) -> None:
        super().__init__()
        self._rows = rows
        self._shown: list[Row] = []
        self._typed = ""

    def compose(self) -> ComposeResult:
        """A title, a line to type in, and the list."""
        with Vertical():
            yield Static("Recent files", classes="title")
            yield OrderedInput(placeholder="type a part of the path", submit=self.submit)
            yield OptionList()
            yield Static("", classes="fault")
            yield Static("↑ ↓ choose · Enter opens · Esc cancels", classes="hint")

    def on_mount(self) -> None:
        """Show all of them."""
        self._narrow("")

    def on_resize(self) -> None:
        """Use the room there is."""
        self.set_class(self.size.height < self.TINY, "tiny")

    def action_move(self, how: str) -> None:
        """Move in the list, as its own action of this name does."""
        getattr(self.query_one(OptionList), f"action_{how}")()

    @on(Input.Changed)
    def _type(self) -> None:
        if self.line.value != self._typed:
            self._narrow(self.line.value)

    def submit(self) -> None:
        """Open the row that is marked."""
        # Of what was typed just now the message is still to come.
        if self.line.value != self._typed:
            self._narrow(self.line.value)
        if (place := self.query_one(OptionList).highlighted) is not None:
            self._choose(self._shown[place])

    @on(OptionList.OptionSelected)
    def _select(self, event: OptionList.OptionSelected) -> None:
        """Open the row that was clicked."""
        self._choose(self._shown[event.option_index])

    def action_cancel(self) -> None:
        """Answer nothing."""
        self.answer(None)

    def _choose(self, row: Row) -> None:
        if row.mark == "gone":
            self.tell(f"{row.words}: it is not there any more")
        else:
            self.answer(row)

    def _narrow(self, typed: str) -> None:
        """List the rows whose paths hold each word that was typed."""
        self._typed = typed
        words = typed.lower().split()
        self._shown = [row for row in self._rows if all(w in row.words.lower() for w in words)]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([self._drawn(row) for row in self._shown])
        options.highlighted = 0 if self._shown else None
        self.tell("" if self._shown else NO_MATCH if self._rows else NONE_YET)

    def _drawn(self, row: Row) -> Text:
        """The row in one line; of a path too long for it the end, which says more."""
        mark = f"  ({row.mark})" if row.mark else ""
        words = visible(row.words).replace("\t", "␉")
        room = max(8, min(72, self.app.size.width) - 8 - len(mark))
        if len(words) > room:
            words = f"…{words[1 - room :]}"
        return Text.assemble(words, (mark, "dim"), no_wrap=True, overflow="ellipsis")
