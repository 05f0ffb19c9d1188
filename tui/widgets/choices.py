"""A few words in a row, one of them chosen: by the arrows, or a click."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

CHOSEN, OTHER = "●", "○"
"""What is before the word that is chosen, and before others."""

GAP = "   "


class Choices(Widget, can_focus=True):
    """Chooses one of some words."""

    DEFAULT_CSS = """
    Choices { width: auto; height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "turn(-1)", "The choice before"),
        Binding("right,down,space", "turn(1)", "The next choice"),
    ]

    @dataclass
    class Changed(Message):
        """Another word is chosen."""

        choices: "Choices"
        """Among which."""

        @property
        def control(self) -> "Choices":
            """Whose message it is."""
            return self.choices

    def __init__(self, words: Sequence[str], chosen: str, name: str) -> None:
        super().__init__(id=name)
        self._words = tuple(words)
        self._chosen = chosen
        self._settled: str | None = None

    @property
    def chosen(self) -> str:
        """The word that is chosen."""
        return self._chosen if self._settled is None else self._settled

    def settle(self, word: str | None) -> None:
        """Show `word` as chosen, while another choice leaves no other; None gives it free."""
        self._settled = word
        self.disabled = word is not None
        self.refresh()

    def render(self) -> Content:
        """All words, the chosen one marked."""
        return Content(GAP).join(
            choice_word(word, chosen=word == self.chosen, focused=self.has_focus)
            for word in self._words
        )

    def action_turn(self, step: int) -> None:
        """Choose the next word, or the one before."""
        self._choose(self._words[(self._words.index(self._chosen) + step) % len(self._words)])

    def on_click(self, event: events.Click) -> None:
        """Choose the word under the mouse."""
        end = 0
        for word in self._words:
            end += len(f"{OTHER} {word}{GAP}")
            if event.x < end:
                self._choose(word)
                return

    def _choose(self, word: str) -> None:
        if word != self._chosen:
            self._chosen = word
            self.refresh()
            self.post_message(self.Changed(self))


def choice_word(word: str, *, chosen: bool, focused: bool) -> Content:
    """A word with its mark, drawn as what it is."""
    if not chosen:
        return Content.styled(f"{OTHER} {word}", "$foreground 70%")
    colours = "bold $block-cursor-foreground on $block-cursor-background" if focused else "bold"
    return Content.styled(f"{CHOSEN} {word}", colours)
