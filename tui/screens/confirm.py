"""A question with a few answers, each a key."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.screens.dialog import Dialog
from tui.text.visible import visible


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer."""

    key: str
    """The letter that chooses it."""
    label: str
    """What it does, in a few words."""


CANCEL = ""
"""The answer given by Esc."""


WIDTH = 72
"""Columns of the box, where there are as many."""
DEAF_SECONDS = 0.7
"""The keys rest so long before a question that nobody asked for can be answered."""


class Confirm(Dialog[str]):
    """Asks, and answers with the key of the choice made, or CANCEL.

    A choice is made by its letter, or with the arrows and Enter, which at first makes the first
    choice, or cancels where something is `at_stake`. One that comes `unbidden` hears nothing at
    first: the keys of somebody who was typing are no answer.
    """

    DEFAULT_CSS = """
    Confirm {
        & .choices { margin-top: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        &.low .choices { margin-top: 0; }
        &.tiny > Vertical { border: none; padding: 0; }
    }
    """
    TINY = 8
    """In fewer lines there is no frame."""

    def __init__(
        self,
        question: str,
        choices: Sequence[Choice],
        *,
        at_stake: bool = False,
        cancel: str = "Cancel",
        unbidden: bool = False,
    ) -> None:
        super().__init__()
        self._question = question
        self._choices = (*choices, Choice(key="escape", label=cancel))
        self._chosen = len(choices) if at_stake else 0
        self._hears_at = time.monotonic() + DEAF_SECONDS if unbidden else 0.0

    def compose(self) -> ComposeResult:
        """The question above its answers."""
        with Vertical():
            yield Static(self._fitting(), classes="question")
            yield Static(self._answers(), classes="choices")

    def on_resize(self) -> None:
        """Use the room there is."""
        self.set_class(self.size.height < self.TINY, "tiny")
        self.query_one(".question", Static).update(self._fitting())
        self.query_one(".choices", Static).update(self._answers())

    def on_key(self, event: events.Key) -> None:
        """Choose."""
        event.stop()
        if time.monotonic() < self._hears_at:
            self._hears_at = time.monotonic() + DEAF_SECONDS
            return
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

    def _room(self) -> tuple[int, int]:
        """The columns and lines that there are within the frame."""
        width, height = self.app.size
        if height < self.TINY:
            return width, height
        return min(WIDTH, width) - 6, height - (2 if height < self.LOW else 5)

    def _fitting(self) -> Text:
        """The question; of a very long one the middle is left out, so that the answers show."""
        width, height = self._room()
        room = max(width, 8) * max(1, height - 1 - self._answers().plain.count("\n"))
        question = visible(self._question)
        if cell_len(question) > room:
            half = room // 4
            question = f"{question[:half]} … {question[-half:]}"
        return Text(question)

    def _answers(self) -> Text:
        """The choices in a row, the one that Enter makes reversed; below one another if need be."""
        answers = []
        for index, choice in enumerate(self._choices):
            key = "Esc" if choice.key == "escape" else choice.key.upper()
            style = "reverse" if index == self._chosen else ""
            answers.append(Text(f" {key} {choice.label} ", style))
        row = Text("  ").join(answers)
        return row if row.cell_len <= self._room()[0] else Text("\n").join(answers)
