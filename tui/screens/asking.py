"""A dialog with a line to type in."""

from abc import abstractmethod
from typing import Any

from rich.text import Text
from textual import events, on
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.screens.dialog import Answer, Dialog
from tui.text.visible import visible
from tui.widgets.ordered import OrderedInput


class Asking(Dialog[Answer]):
    """Has an OrderedInput, which submits it, and room for what is wrong with that, a `.fault`.

    Whoever knows the keys types a name right behind the key that asks for it: what is typed before
    the line is there is kept, and typed there then.
    """

    DEFAULT_CSS = "Asking .fault { display: none; }"

    def __init__(self) -> None:
        super().__init__()
        self._early: list[events.Key | events.Paste] = []
        self._told_of = ""

    @property
    def line(self) -> OrderedInput:
        """The line to type in."""
        return self.query_one(OrderedInput)

    @abstractmethod
    def submit(self) -> None:
        """Answer with what is in the line, or tell what is wrong with it."""

    def tell(self, what: str) -> None:
        """Show this below the line, until something else is in it."""
        self._told_of = self.line.value
        fault = self.query_one(".fault", Static)
        fault.update(Text(visible(what)))
        fault.display = bool(what)

    @on(Input.Changed)
    def _forgive(self) -> None:
        """What was wrong may not be any more; the message may come late."""
        if self.line.value != self._told_of:
            self.tell("")

    def _forward_event(self, event: events.Event) -> None:
        if self.focused is not None or not isinstance(event, events.Key | events.Paste):
            super()._forward_event(event)
            return
        self._early.append(event)
        # A click beside the line takes the focus from it.
        if lines := self.query(OrderedInput):
            self.set_focus(lines.first())

    def set_focus(self, widget: Widget | None, *arguments: Any, **named: Any) -> None:
        """Focus a widget; the first one gets what was typed before."""
        super().set_focus(widget, *arguments, **named)
        if self.focused is not None:
            early, self._early = self._early, []
            for event in early:
                self.focused._forward_event(event)
