"""Asks for a name."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.screens.asking import Asking
from tui.text.visible import visible
from tui.widgets.ordered import OrderedInput


class NamePrompt(Asking[str]):
    """Answers with a name, or with nothing when the person thought better of it.

    `check` says, in one line, what is wrong with a name, or nothing; one it objects to can't be
    answered with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, title: str, start: str, check: Callable[[str], str]) -> None:
        super().__init__()
        self._title = title
        self._start = start
        self._check = check

    def compose(self) -> ComposeResult:
        """A title, a line to type in, and room for what is wrong."""
        with Vertical():
            yield Static(Text(visible(self._title)))
            yield OrderedInput(visible(self._start), submit=self.submit)
            yield Static("", classes="fault")
            yield Static("Enter accepts · Esc cancels", classes="hint")

    def submit(self) -> None:
        """Answer, unless the name won't do."""
        name = self.line.value.strip()
        if fault := self._check(name):
            self.tell(fault)
        else:
            self.answer(name)

    def action_cancel(self) -> None:
        """Answer nothing."""
        self.answer("")
