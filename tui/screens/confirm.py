"""A question with a few answers, each a key."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.screens.dialog import Dialog
from tui.widgets.visible import visible


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer."""

    key: str
    """The letter that chooses it."""
    label: str
    """What it does, in a few words."""


CANCEL = ""
"""The answer given by Esc."""


class Confirm(Dialog[str]):
    """Asks, and answers with the key of the choice made, or CANCEL.

    A choice is made by its letter, or with the arrows and Enter, which at first makes the first
    choice, or cancels where something is `at_stake`.
    """

    DEFAULT_CSS = """
    Confirm .choices { margin-top: 1; }
    Confirm.low .choices { margin-top: 0; }
    """

    def __init__(self, question: str, choices: Sequence[Choice], *, at_stake: bool = False) -> None:
        super().__init__()
        self._question = question
        self._choices = (*choices, Choice(key="escape", label="Cancel"))
        self._chosen = len(choices) if at_stake else 0

    def compose(self) -> ComposeResult:
        """The question above its answers."""
        with Vertical():
            yield Static(Text(visible(self._question)))
            yield Static(self._answers(), classes="choices")

    def on_key(self, event: events.Key) -> None:
        """Choose."""
        event.stop()
        step = {"left": -1, "up": -1, "shift+tab": -1, "right": 1, "down": 1, "tab": 1}
        if event.key in step:
            self._chosen = (self._chosen + step[event.key]) % len(self._choices)
            self.query_one(".choices", Static).update(self._answers())
        elif event.key == "enter":
            self._choose(self._choices[self._chosen].key)
        else:
            for choice in self._choices:
                if event.key.lower() == choice.key:
                    self._choose(choice.key)

    def _choose(self, key: str) -> None:
        self.answer(CANCEL if key == "escape" else key)

    def _answers(self) -> Text:
        """The choices in a row, the one that Enter makes reversed."""
        row = Text()
        for index, choice in enumerate(self._choices):
            key = "Esc" if choice.key == "escape" else choice.key.upper()
            style = "reverse" if index == self._chosen else ""
            row.append(f" {key} {choice.label} ", style).append("  ")
        return row
