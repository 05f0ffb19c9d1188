"""The keys, as the bindings themselves tell them: those that a person has set, where they have."""

from collections.abc import Iterable
from typing import ClassVar

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.services.keynames import key_name

KEYS_WIDTH = 32
"""Columns for the keys of one action; more of them go on below."""

HOW_TO_CHANGE = (
    "Other keys can be set for these: see `charlm-tui settings`. Panels and other screens have "
    "keys of their own, which F1 shows there."
)


class Help(ModalScreen[None]):
    """Shows bindings, and says so where others are `settable`; Esc, F1 or q closes it."""

    DEFAULT_CSS = """
    Help {
        align: center middle;
        background: $background 50%;
        & > VerticalScroll {
            width: 76;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 0 2;
            background: $surface;
            border: round $primary;
            border-title-color: $foreground;
            border-subtitle-color: $foreground 60%;
        }
        & Static { height: auto; }
        & .hint { margin-top: 1; color: $foreground 60%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "close", "Close"),
    ]

    def __init__(self, bindings: Iterable[BindingType], *, settable: bool = False) -> None:
        super().__init__()
        self._table = _table(bindings)
        self._settable = settable

    def compose(self) -> ComposeResult:
        """One table, and a line under it."""
        with VerticalScroll() as box:
            box.border_title = "Keys"
            box.border_subtitle = "Esc closes"
            yield Static(self._table)
            if self._settable:
                yield Static(HOW_TO_CHANGE, classes="hint", markup=False)

    def action_close(self) -> None:
        """Back to the editor."""
        self.dismiss(None)


def _table(bindings: Iterable[BindingType]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(max_width=KEYS_WIDTH)
    table.add_column()
    for keys, description in key_rows(bindings):
        table.add_row(keys, description)
    return table


def key_rows(bindings: Iterable[BindingType]) -> list[tuple[str, str]]:
    """For each described action its keys, as people write them, and what it does."""
    keys: dict[str, dict[str, None]] = {}
    for one in Binding.make_bindings(bindings):
        if one.description and "super+" not in one.key:
            # Of a key that terminals send in two ways one name is enough.
            keys.setdefault(one.description, {})[key_name(one.key)] = None
    return [(", ".join(names), description) for description, names in keys.items()]
