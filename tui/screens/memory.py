"""The memory screen: what was learned of a person's texts, and the ways to have it forgotten."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.screens.recollection import report, row
from tui.services.events import KnownText
from tui.services.habits import Habits
from tui.services.learning import Learning
from tui.text.visible import visible

HINTS = (
    ("Esc", "back", "close"),
    ("d", "forget", "forget"),
    ("a", "forget all", "forget_all"),
    ("l", "learn or not", "learn"),
    ("t", "this text", "learn_here"),
    ("F1", "keys", "help"),
)


class MemoryScreen(Screen[bool]):
    """Shows what `learning` knows of. Answers whether the person wants to leave the program."""

    DEFAULT_CSS = """
    MemoryScreen {
        overflow: hidden;
        & > VerticalScroll { height: auto; max-height: 60%; padding: 0 1; }
        & #report { height: auto; }
        & OptionList {
            height: 1fr;
            min-height: 3;
            padding: 0;
            border: round $foreground 30%;
            background: transparent;
            scrollbar-size-vertical: 1;
            &:focus { border: round $primary; background-tint: transparent 0%; }
            & > .option-list--option { padding: 0; }
        }
        & #hints {
            height: 1;
            padding: 0 1;
            background: $surface;
            color: $foreground 80%;
            link-style: none;
            link-color: $foreground 80%;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,delete", "forget", "Forget the chosen text"),
        Binding("a", "forget_all", "Forget all that was learned"),
        Binding("l", "learn", "Learning on or off, for good"),
        Binding("t", "learn_here", "Learn from the text in the editor, or not"),
        Binding("shift+up", "scroll_report(-1)", "Scroll the words above"),
        Binding("shift+down", "scroll_report(1)", "Scroll the words above"),
        Binding("f1", "help", "Show the keys"),
        Binding("escape,ctrl+l", "close", "Back to the editor"),
        Binding("ctrl+q", "quit", "Quit"),
    ]

    def __init__(self, learning: Learning, habits: Habits) -> None:
        super().__init__()
        self._learning = learning
        self._habits = habits
        self._texts: tuple[KnownText, ...] = ()
        self._width = 0

    def compose(self) -> ComposeResult:
        """The figures above the list of documents."""
        with VerticalScroll(can_focus=False):
            yield Static(id="report", markup=False)
        texts = OptionList()
        texts.border_title = "Learned texts"
        yield texts
        parts = [
            Content.from_markup(f"[@click=screen.{action}][bold]{key}[/] {label}[/]")
            for key, label, action in HINTS
        ]
        yield Static(Content("  ").join(parts), id="hints")

    def on_mount(self) -> None:
        """Show what is known, and have it looked up anew."""
        self.query_one(OptionList).focus()
        self.draw()
        self._learning.look()

    def on_resize(self) -> None:
        """The rows fit the width."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Bring the screen up to date."""
        if not self.is_mounted:
            return
        self.query_one("#report", Static).update(report(self._learning, self._habits))
        listed = self.query_one(OptionList)
        texts = self._learning.known.documents if self._learning.known else ()
        width = listed.size.width - 1
        if (texts, width) == (self._texts, self._width):
            return
        chosen = self._chosen()
        names = [text.name for text in texts]
        # Where the text was that is gone, there its neighbour is now.
        place = min(listed.highlighted or 0, len(texts) - 1)
        if chosen and chosen.name in names:
            place = names.index(chosen.name)
        self._texts, self._width = texts, width
        listed.clear_options()
        listed.add_options([Option(row(text, width)) for text in texts])
        listed.highlighted = place if texts else None

    def action_forget(self) -> None:
        """Forget the chosen text, once the person has said so."""
        if text := self._chosen():
            question = f"Forget {Path(text.name).name}, {text.chars:,} characters?"
            self._forget(question, lambda: self._learning.forget(text.name))
        else:
            self._say("there is nothing to forget")

    def action_forget_all(self) -> None:
        """Forget everything, once the person has said so."""
        # Here and not above: those who look at the memory mostly do no more.
        from charlm_core import saved_memories

        known = self._learning.known
        if known and (known.chars or saved_memories()):
            question = (
                f"Forget every text: {known.chars:,} characters, and what other models learned?"
            )
            self._forget(question, self._learning.forget_all)
        else:
            self._say("there is nothing to forget")

    def _forget(self, question: str, forget: Callable[[], None]) -> None:
        """Ask, then forget."""
        from tui.screens.confirm import Choice, Confirm

        async def ask() -> None:
            choices = [Choice(key="f", label="Forget")]
            if not await self.app.push_screen_wait(Confirm(question, choices, at_stake=True)):
                return
            learned = not self._learning.why_not
            forget()
            self.draw()
            if learned and self._learning.why_not:
                self._say("the text in the editor is not learned again before you press t here")

        self.run_worker(ask(), exclusive=True)

    def action_learn(self) -> None:
        """Learn from what is written, or no longer."""
        self._learning.learn(not self._learning.on)
        self.draw()

    def action_learn_here(self) -> None:
        """Learn from the text in the editor, or no longer."""
        why = self._learning.why_not
        self._learning.learn_here(bool(why))
        if why and self._learning.why_not:
            self._say(f"still not learned: {self._learning.why_not}")
        self.draw()

    def action_scroll_report(self, pages: int) -> None:
        """Scroll the figures, where they don't fit."""
        box = self.query_one(VerticalScroll)
        box.scroll_relative(y=pages * max(1, box.size.height - 1), animate=False)

    def action_help(self) -> None:
        """Show the keys."""
        from tui.screens.help import Help

        self.app.push_screen(Help(self.BINDINGS))

    def action_close(self) -> None:
        """Back to the editor."""
        self.dismiss(False)

    def action_quit(self) -> None:
        """Leave the program, by way of the editor, which may have a text to save."""
        self.dismiss(True)

    def _chosen(self) -> KnownText | None:
        """The text that the cursor is on."""
        place = self.query_one(OptionList).highlighted
        return self._texts[place] if place is not None and place < len(self._texts) else None

    def _say(self, what: str) -> None:
        self.notify(visible(what), severity="warning", markup=False)
