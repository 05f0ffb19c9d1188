"""The keys, as the bindings themselves tell them."""

from collections.abc import Iterable
from typing import ClassVar

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import Binding, BindingsMap, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

_KEY_NAMES = {
    "right": "→",
    "left": "←",
    "up": "↑",
    "down": "↓",
    "escape": "Esc",
    "@": "Space",
    "backslash": "\\",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}


class Help(ModalScreen[None]):
    """Shows bindings; Esc, F1 or q closes it."""

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
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "close", "Close"),
    ]

    def __init__(self, bindings: Iterable[BindingType]) -> None:
        super().__init__()
        self._table = _table(bindings)

    def compose(self) -> ComposeResult:
        """One table."""
        with VerticalScroll() as box:
            box.border_title = "Keys"
            box.border_subtitle = "Esc closes"
            yield Static(self._table)

    def action_close(self) -> None:
        """Back to the editor."""
        self.dismiss(None)


def _table(bindings: Iterable[BindingType]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column()
    for keys, description in key_rows(bindings):
        table.add_row(keys, description)
    return table


def key_rows(bindings: Iterable[BindingType]) -> list[tuple[str, str]]:
    """For each described action its keys, as people write them, and what it does."""
    keys: dict[str, list[str]] = {}
    for binding in BindingsMap(bindings).key_to_bindings.values():
        for one in binding:
            if one.description and "super+" not in one.key:
                keys.setdefault(one.description, []).append(key_name(one.key))
    return [(", ".join(names), description) for description, names in keys.items()]


def key_name(key: str) -> str:
    """A key as people write it: `ctrl+right` is Ctrl-→."""
    return "-".join(_KEY_NAMES.get(part, part.capitalize()) for part in key.split("+"))
