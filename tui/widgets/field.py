"""A line to type in, for bars beside the editor: quick keys in order, and a memory of what was."""

from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType

from tui.text.visible import visible
from tui.widgets.ordered import OrderedInput

LONGEST = 2_000
"""Characters that a line takes."""
MOST_REMEMBERED = 100


class Field(OrderedInput):
    """One line of text. Up and Down bring back earlier ones."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "recall(-1)", "Earlier, later text"),
        Binding("down", "recall(1)", "Earlier, later text"),
    ]

    def __init__(self, placeholder: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            placeholder=placeholder,
            id=id,
            compact=True,
            select_on_focus=False,
            max_length=LONGEST,
        )
        # A cursor that blinks costs something at rest.
        self.cursor_blink = False
        self._remembered: list[str] = []
        self._place = 0
        self._draft = ""

    def fill(self, text: str) -> None:
        """Have this text in it, all of it selected, so that typing replaces it."""
        self.value = text[:LONGEST]
        self.select_all()

    def remember(self) -> None:
        """Have what is in it among the earlier texts."""
        if self.value:
            self._remembered = [text for text in self._remembered if text != self.value]
            self._remembered = [*self._remembered, self.value][-MOST_REMEMBERED:]
        self._place = len(self._remembered)

    def action_recall(self, step: int) -> None:
        """Bring back an earlier text, or a later one; after the last what was being typed."""
        place = self._place + step
        if not 0 <= place <= len(self._remembered):
            return
        if self._place == len(self._remembered):
            self._draft = self.value
        self._place = place
        texts = [*self._remembered, self._draft]
        self.value = texts[place]
        self.cursor_position = len(self.value)

    # What is drawn, for Textual draws the text as it is.

    @property
    def _value(self) -> Text:
        return Text(_drawn(self.value), no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        return cell_len(_drawn(self.value[:position]))


def _drawn(text: str) -> str:
    """The text safe to draw, a tab too as one sign."""
    return visible(text).replace("\t", "␉")
