"""What the dialogs have in common: a box in the middle of the screen."""

from typing import Generic, TypeVar

from textual.screen import ModalScreen

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer], Generic[Answer]):
    """A box over the editor that answers one question."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 50%;
        & > Vertical {
            width: 72;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 1 2;
            background: $surface;
            border: round $primary;
        }
        & Static { width: 1fr; height: auto; }
        & .fault { color: $text-error; margin-top: 1; }
        & .hint { color: $foreground 60%; margin-top: 1; }
        &.low > Vertical { padding: 0 1; }
    }
    """
    LOW = 14
    """In fewer lines a dialog does without margins."""

    _answered = False

    def on_resize(self) -> None:
        """Use the room there is."""
        self.set_class(self.size.height < self.LOW, "low")

    def answer(self, result: Answer) -> None:
        """Close with this answer; keys that were on their way give no second one."""
        if not self._answered:
            self._answered = True
            self.dismiss(result)
