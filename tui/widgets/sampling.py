"""The sampling panel: the knobs, what the chosen one is for, and the odds that come of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.text.visible import storable, visible
from tui.widgets.knobs import CURSOR, KnobList, Row
from tui.widgets.odds import OddsBars
from tui.widgets.panel import Panel

Deed = Literal["lock", "reroll", "preset", "keep", "drop"]
"""What can be done besides turning: lock the seed or let it go, roll another, go to the next
preset, keep the knobs as one of the name that was typed, drop the one they stand at."""

LONGEST = 20
"""Characters that are taken of a number or a name."""


class SamplingPanel(Panel):
    """Shows rows, and tells what fingers do to them; whoever knows the knobs turns them."""

    DEFAULT_CSS = """
    SamplingPanel {
        &.-wide { width: 44; }
        & .title { height: 1; }
        & .about { height: 2; color: $foreground 80%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,shift+tab", "choose(-1)", "Choose a knob"),
        Binding("down,tab", "choose(1)", "Choose a knob"),
        Binding("left", "turn(-1)", "Turn it a step; with Shift a coarse one"),
        Binding("right", "turn(1)", "Turn it a step; with Shift a coarse one"),
        Binding("shift+left", "turn(-1, True)", "Turn it a step; with Shift a coarse one"),
        Binding("shift+right", "turn(1, True)", "Turn it a step; with Shift a coarse one"),
        Binding("enter", "take", "Take the number that was typed"),
        Binding("backspace,delete", "reset", "As it comes; of a number the last digit"),
        Binding("l", "do('lock')", "Lock the seed, or let each ghost have its own"),
        Binding("r", "do('reroll')", "Roll another seed"),
        Binding("p", "do('preset')", "The next preset"),
        Binding("s", "name", "Save the knobs as a preset"),
        Binding("d", "drop", "Delete the preset that they stand at"),
    ]

    @dataclass
    class Turned(Message):
        """A knob was turned."""

        knob: str
        """Which."""
        steps: int
        """How far."""
        coarse: bool = False
        """Whether in coarse steps."""

    @dataclass
    class Entered(Message):
        """A number was typed for a knob; or, for one of several things, its place from 1."""

        knob: str
        """Which."""
        text: str
        """As it was typed."""

    @dataclass
    class Reset(Message):
        """A knob is to be as it comes."""

        knob: str
        """Which."""

    @dataclass
    class Asked(Message):
        """Something else is to be done."""

        deed: Deed
        """What."""
        name: str = ""
        """The preset's, for one that is kept."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Static(classes="title")
        self._list = KnobList()
        self._about = Static(classes="about")
        self.bars = OddsBars()
        """The odds."""
        self._rows: tuple[Row, ...] = ()
        self._at = 0
        self._typed = ""
        self._name: str | None = None
        self._dropping = False
        self._told = ""
        self._droppable = ""

    def compose(self) -> ComposeResult:
        """The knobs above the odds."""
        yield self._title
        yield self._list
        yield self._about
        yield self.bars

    def on_mount(self) -> None:
        """Say what this is."""
        self._title.update(
            Content.assemble(("Sampling", "bold"), ("  ↑↓ ←→  F1 keys", "$foreground 60%"))
        )
        self._draw()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The knobs as they show."""
        return self._rows

    @property
    def chosen(self) -> str:
        """The name of the knob that the arrows turn."""
        return self._rows[self._at].name if self._rows else ""

    def show(self, rows: Sequence[Row], droppable: str = "") -> None:
        """Show knobs; and which preset they stand at, if that can be deleted."""
        self._rows, self._droppable = tuple(rows), droppable
        # A question about a preset that they left meanwhile is none any more.
        self._dropping = self._dropping and droppable != ""
        self._draw()

    def tell(self, what: str) -> None:
        """Say something until the next key."""
        self._told = what
        self._draw()

    def on_focus(self) -> None:
        """The arrows turn knobs now."""
        self._draw()

    def on_blur(self) -> None:
        """They don't any more; what was not finished is not done."""
        self._typed, self._name, self._dropping, self._told = "", None, False, ""
        self._draw()

    def _draw(self) -> None:
        if self._rows and self.is_attached:
            self._list.show(self._rows, self._at, self._typed, active=self.has_focus)
            # Its place is as high whatever is in it.
            self._about.update(Content(self._words()), layout=False)

    def _words(self) -> str:
        """What stands below the knobs."""
        if self._name is not None:
            return f"Name: {visible(self._name)}{CURSOR}\nEnter saves it, Esc does not"
        if self._dropping:
            return f"Delete {visible(self._droppable)}?\ny deletes it, n does not"
        return self._told or self._rows[self._at].about

    # Keys.

    async def take_key(self, event: events.Key) -> bool:
        """Type a number or a name, or answer a question."""
        self._told = ""
        key = event.key
        plain = not key.startswith(("alt+", "ctrl+", "super+", "hyper+", "meta+"))
        typed = (event.character or "") if plain and event.is_printable else ""
        if self._name is not None:
            self._take_name(key, typed)
            return typed != "" or key in ("enter", "escape", "backspace")
        if self._dropping:
            self._dropping = False
            if key == "y":
                self.post_message(self.Asked("drop"))
            self._draw()
            return typed != "" or key == "escape"
        return bool(self._rows) and self._take_number(self._rows[self._at], key, typed)

    def _take_number(self, row: Row, key: str, typed: str) -> bool:
        """Type at a number; another key ends it, and means what it means."""
        if typed and typed in row.keys:
            if row.at_once:
                self.post_message(self.Entered(row.name, typed))
            else:
                self._typed = (self._typed + typed)[:LONGEST]
        elif not self._typed:
            self._draw()
            return False
        elif key == "backspace":
            self._typed = self._typed[:-1]
        elif key == "escape":
            self._typed = ""
        else:
            self.action_take()
            return key == "enter"
        self._draw()
        return True

    def _take_name(self, key: str, typed: str) -> None:
        """Type at a name; a key that means something else leaves it."""
        assert self._name is not None
        if typed:
            self._name = (self._name + typed)[:LONGEST]
        elif key == "backspace":
            self._name = self._name[:-1]
        elif key == "enter":
            self.post_message(self.Asked("keep", self._name.strip()))
            self._name = None
        else:
            self._name = None
        self._draw()

    def on_paste(self, event: events.Paste) -> None:
        """Into a name that is being typed."""
        event.stop()
        if self._name is not None:
            first = storable(event.text).partition("\n")[0]
            self._name = (self._name + first)[:LONGEST]
            self._draw()

    def action_choose(self, step: int) -> None:
        """Choose the knob above or below, round and round."""
        self._choose((self._at + step) % max(1, len(self._rows)))

    def _choose(self, at: int) -> None:
        self._at = at
        self._draw()
        self.scroll_to_region(self._list.region_of(at), animate=False)

    def action_turn(self, steps: int, coarse: bool = False) -> None:
        """Turn the chosen knob."""
        if self._rows:
            self.post_message(self.Turned(self.chosen, steps, coarse))

    def action_take(self) -> None:
        """Have the number that was typed."""
        if self._typed:
            typed, self._typed = self._typed, ""
            self.post_message(self.Entered(self.chosen, typed))
            self._draw()

    def action_reset(self) -> None:
        """Have the chosen knob as it comes."""
        if self._rows:
            self.post_message(self.Reset(self.chosen))

    def action_do(self, deed: Deed) -> None:
        """Do something besides turning."""
        self.post_message(self.Asked(deed))

    def action_name(self) -> None:
        """Ask for the name of a preset to save the knobs as."""
        self._name = ""
        self._draw()

    def action_drop(self) -> None:
        """Ask whether to delete the preset that the knobs stand at."""
        if self._droppable:
            self._dropping = True
            self._draw()
        else:
            self.tell("Only a preset of your own can be deleted: p goes to it")

    # The mouse.

    @on(KnobList.Clicked)
    def _click(self, message: KnobList.Clicked) -> None:
        message.stop()
        self.action_take()
        self._choose(message.at)
        if message.steps:
            self.action_turn(message.steps)
        elif message.note and self.chosen == "seed":
            self.action_do("lock")
