"""A line to type the path of a folder in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.text.visible import visible

Complete = Callable[[str], tuple[str, list[str]]]
"""Completes a path as far as it is certain, and tells how it could go on."""


class FolderLine(Input):
    """Shows where one is, and takes where to go: Tab completes, Enter goes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete the path"),
        Binding("enter", "leave", "Go there"),
    ]

    @dataclass
    class Candidates(Message):
        """What was typed could go on with any of these."""

        names: list[str]
        """A folder's ends in a slash; empty when it can't go on."""

    @dataclass
    class Left(Message):
        """Enter was pressed."""

        typed: str
        """Where to go; empty for where one is."""

    def __init__(self, folder: Path, complete: Complete) -> None:
        super().__init__(select_on_focus=False, compact=True)
        self._complete = complete
        self.show(folder)

    def show(self, folder: Path) -> None:
        """Show that this is the folder now."""
        self._shown = visible(f"{folder}/".replace("//", "/"))
        self.value = self._shown
        self.cursor_position = len(self._shown)

    def on_input_changed(self) -> None:
        """Begin anew where a path from the root, or from home, is typed behind another."""
        for start in ("//", "/~"):
            _, found, rest = self.value.rpartition(start)
            if found:
                self.value = start[1:] + rest
                self.cursor_position = len(self.value)

    def action_complete(self) -> None:
        """Complete the path, or go on to the next field where it is complete."""
        if self.value == self._shown:
            self.screen.focus_next()
            return
        completed, names = self._complete(self.value)
        if completed == self.value and not names:
            self.screen.focus_next()
            return
        self.value = completed
        self.cursor_position = len(completed)
        self.post_message(self.Candidates(names))

    def action_leave(self) -> None:
        """Tell where to go."""
        # The line as it was shown may not be how the folder would be typed.
        typed = self.value.strip()
        self.post_message(self.Left("" if self.value == self._shown else typed))
