"""The bar that asks for a line to go to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui.widgets.field import Field

LABEL = "Line"


class LineBar(Horizontal):
    """Takes a place in the text, as typed, and has `go` go there, or say what is wrong with it.

    It is called at once, so that keys that follow are the text's.
    """

    DEFAULT_CSS = """
    LineBar {
        height: 1;
        padding: 0 1;
        background: $surface;
        color: $foreground 80%;
        & Static { width: auto; max-width: 70%; height: 1; }
        & Static { text-wrap: nowrap; text-overflow: ellipsis; }
        & Static.label { width: 9; }
        & Field { width: 1fr; background: $surface; color: $foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "Go there"),
        Binding("escape", "close", "Close"),
    ]

    @dataclass
    class Closed(Message):
        """The bar is not needed any more."""

    def __init__(self, go: Callable[[str], str]) -> None:
        super().__init__()
        self._go = go
        self._place = Field("12, 12:5, -1 from the end, 50%")
        self._said = Static()

    def compose(self) -> ComposeResult:
        """A line to type in."""
        yield Static(LABEL, classes="label")
        yield self._place
        yield self._said

    def open(self) -> None:
        """Take the focus, with what was typed last to be typed over."""
        self.display = True
        self._place.fill(self._place.value)
        # Textual's own `focus` takes effect after keys that are under way.
        self.screen.set_focus(self._place)
        self.tell("")

    def close(self) -> None:
        """Be out of the way."""
        self.display = False

    def tell(self, what: str) -> None:
        """Say what is wrong."""
        self._said.update(Content(what))
        # Where there is little room, what is wrong matters more than what the bar is for.
        room = self.size.width - cell_len(what) - 12
        self.query_one(".label", Static).display = not what or room > 20

    @on(Input.Changed)
    def _forgive(self, message: Input.Changed) -> None:
        """What was wrong may not be any more."""
        message.stop()
        self.tell("")

    def action_go(self) -> None:
        """Go there."""
        self._place.remember()
        if fault := self._go(self._place.value):
            self.tell(fault)

    def action_close(self) -> None:
        """Say that the bar is not needed any more; keys that follow at once are not for it."""
        self.screen.set_focus(None)
        self.post_message(self.Closed())
