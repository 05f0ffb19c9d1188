"""Shows how two texts differ, line by line."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from tui.text.visible import visible
from tui.widgets.difference import DifferenceView

SAME = "There is no difference."


class Difference(ModalScreen[None]):
    """A unified difference, to scroll through; Esc, q or Enter goes back."""

    DEFAULT_CSS = """
    Difference {
        align: center middle;
        background: $background 50%;
        & > DifferenceView {
            width: 100%;
            height: 100%;
            background: $surface;
            border: round $primary;
            border-title-color: $foreground;
            border-subtitle-color: $foreground 60%;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "Back"),
    ]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """The lines in a frame that says what they are."""
        view = DifferenceView(self._lines or [SAME])
        # A content, so that brackets in a file's name are no markup.
        view.border_title = Content(visible(self._title))
        view.border_subtitle = "↑ ↓ scroll · Esc goes back"
        yield view

    def action_close(self) -> None:
        """Back to the question."""
        self.dismiss(None)
