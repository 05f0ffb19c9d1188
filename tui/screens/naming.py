"""Asks for a name."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui.screens.dialog import Dialog
from tui.text.visible import visible


class NamePrompt(Dialog[str]):
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
            yield Input(visible(self._start))
            yield Static("", classes="fault")
            yield Static("Enter accepts · Esc cancels", classes="hint")

    def on_mount(self) -> None:
        """Wait to be typed in."""
        self._tell("")

    @on(Input.Changed)
    def _forgive(self) -> None:
        """What was wrong may not be any more."""
        self._tell("")

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        """Answer, unless the name won't do."""
        name = event.value.strip()
        if fault := self._check(name):
            self._tell(fault)
        else:
            self.answer(name)

    def action_cancel(self) -> None:
        """Answer nothing."""
        self.answer("")

    def _tell(self, what: str) -> None:
        fault = self.query_one(".fault", Static)
        fault.update(Text(visible(what)))
        fault.display = bool(what)
