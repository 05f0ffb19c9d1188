"""The bar that asks for what the model is to begin with."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from tui.widgets.field import Field


class PromptBar(Horizontal):
    """A line to type what the model begins with."""

    DEFAULT_CSS = """
    PromptBar {
        height: 1;
        padding: 0 1;
        background: $surface;
        color: $foreground 80%;
        & Static { width: 8; height: 1; }
        & Field { width: 1fr; background: $surface; color: $foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", ""),
        Binding("escape", "close", ""),
    ]

    def __init__(self, take: Callable[[str], Awaitable[None]], close: Callable[[], None]) -> None:
        super().__init__()
        self._take = take
        self._close = close
        self._field = Field("empty: from the cursor")

    def compose(self) -> ComposeResult:
        """A line to type in."""
        yield Static("Prompt", markup=False)
        yield self._field

    def open(self) -> None:
        """Take the keys, with the last prompt to be typed over."""
        self._field.fill(self._field.value)
        # Textual's own `focus` takes effect after keys that are under way.
        self.screen.set_focus(self._field)

    async def action_take(self) -> None:
        """Begin with this."""
        self._field.remember()
        self._close()
        await self._take(self._field.value)

    def action_close(self) -> None:
        """Begin with nothing new."""
        self._close()
