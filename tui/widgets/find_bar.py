"""The bar to find and replace with: what to look for, how, and how often it is there."""

import re
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui.text.pattern import Pattern, PatternError
from tui.text.visible import visible
from tui.widgets.field import Field

NARROW = 60
"""Cells; a bar of fewer says everything shorter."""


class Keys(Static):
    """Words in a bar that do something when they are clicked."""

    async def action_press(self, action: str) -> None:
        """Do what the bar does for a key."""
        bar = next(node for node in self.ancestors if isinstance(node, FindBar))
        await self.app.run_action(action, bar)


class FindBar(Vertical):
    """Asks what to look for; whoever has it finds it, and tells the bar what to show."""

    DEFAULT_CSS = """
    FindBar {
        height: auto;
        padding: 0 1;
        background: $surface;
        color: $foreground 80%;
        & Horizontal { height: 1; }
        & Static { width: auto; height: 1; padding-left: 1; link-style: none; }
        & Static.label { width: 9; padding: 0; }
        & Static.fault { width: 1fr; padding: 0; text-wrap: nowrap; text-overflow: ellipsis; }
        & Field { width: 1fr; background: $surface; color: $foreground; }
        & Static { link-color: $foreground 80%; link-background-hover: $primary; }
        &.narrow .label { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", "Find bar: next match; replace and go on"),
        Binding("shift+enter", "next(True)", "Find bar: match before"),
        Binding("tab,shift+tab", "other_field", ""),
        Binding("ctrl+f,alt+h", "replace", ""),
        Binding("alt+c", "toggle_case", "Find bar: case counts"),
        Binding("alt+w", "toggle_words", "Find bar: whole words"),
        Binding("alt+r", "toggle_regular", "Find bar: regular expression"),
        Binding("alt+a,alt+enter", "replace_all", "Find bar: replace all"),
        Binding("alt+i", "toggle_scope", "Find bar: all in the selection, or in the text"),
        Binding("escape", "close", ""),
    ]

    @dataclass
    class Changed(Message):
        """Something else is to be looked for."""

        pattern: Pattern | None
        """What; None where nothing is asked for, or what is asked for is no pattern."""

    @dataclass
    class Next(Message):
        """The next match is wanted."""

        backwards: bool
        """Or the one before."""

    @dataclass
    class Replace(Message):
        """The match is to be replaced."""

        template: str
        """With this."""

    @dataclass
    class ReplaceAll(Message):
        """All matches are to be replaced."""

        template: str
        """With this."""
        in_selection: bool
        """Whether only those in what was selected."""

    @dataclass
    class Closed(Message):
        """The bar is not needed any more."""

    def __init__(self) -> None:
        super().__init__()
        self._sought = Field("Alt-R regular expression · Alt-H replace · ↑ earlier")
        self._template = Field("Enter replaces · Alt-A all")
        self._flags = Keys()
        self._place = Static()
        self._moves = Keys()
        self._scope = Keys()
        self._fault = Static(classes="fault")
        self._second = Horizontal(Static("Replace", classes="label"), self._template, self._scope)
        self._exact = self._words = self._regular = False
        self._in_selection = self._has_selection = False
        self._said = self._wrong = ""
        self._pattern: Pattern | None = None

    @property
    def pattern(self) -> Pattern | None:
        """What to look for now, if it is a pattern."""
        return self._pattern

    @property
    def said(self) -> str:
        """What it tells of the search."""
        return self._said

    def compose(self) -> ComposeResult:
        """A row to find, one to replace, and one for what has no room there."""
        label = Static("Find", classes="label")
        yield Horizontal(label, self._sought, self._flags, self._place, self._moves)
        yield self._second
        yield self._fault

    def on_mount(self) -> None:
        """Only the first row at first."""
        self._second.display = False
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Say things shorter where there is little room."""
        self.set_class(event.size.width < NARROW, "narrow")
        self._draw()

    def open(self, text: str = "", *, replace: bool = False, selection: bool = False) -> None:
        """Take the focus, with a text to look for; without one what was looked for before.

        `selection` tells whether there is a part of the text to replace in.
        """
        self.display = True
        self._in_selection = self._has_selection = selection
        if replace:
            self._second.display = True
        if self._regular:
            text = re.escape(text)
        self._sought.fill(text or self._sought.value)
        # Textual's own `focus` takes effect after keys that are under way.
        self.screen.set_focus(self._sought)
        self._read()

    def close(self) -> None:
        """Be out of the way."""
        self._sought.remember()
        self._template.remember()
        self._second.display = self.display = False

    def tell(self, what: str) -> None:
        """Say how the search stands, or what is wrong."""
        if what != self._said:
            self._said = what
            self._draw()

    # What the keys do.

    def action_enter(self) -> None:
        """Go to the next match, or replace this one first."""
        if self._template.has_focus:
            self._template.remember()
            self._read()
            self.post_message(self.Replace(self._template.value))
        else:
            self.action_next()

    def action_next(self, backwards: bool = False) -> None:
        """Go to the next match, or the one before."""
        self._sought.remember()
        # What was typed just now has not been told yet.
        self._read()
        self.post_message(self.Next(backwards))

    def action_other_field(self) -> None:
        """From one row to the other."""
        if self._second.display:
            other = self._sought if self._template.has_focus else self._template
            self.screen.set_focus(other)

    def action_replace(self) -> None:
        """Show the second row; where it shows, go to the first again."""
        if self._second.display:
            self.screen.set_focus(self._sought)
            self._sought.select_all()
        self._second.display = True
        self._draw()

    def action_replace_all(self) -> None:
        """Replace all matches."""
        if not self._second.display:
            self.action_replace()
            return
        self._sought.remember()
        self._template.remember()
        self._read()
        in_selection = self._has_selection and self._in_selection
        self.post_message(self.ReplaceAll(self._template.value, in_selection))

    def action_toggle_scope(self) -> None:
        """Replace in the selection only, or everywhere."""
        self._in_selection = not self._in_selection
        self._draw()

    def action_toggle_case(self) -> None:
        """Have case count, or only where an upper-case letter is typed."""
        self._exact = not self._exact
        self._read()

    def action_toggle_words(self) -> None:
        """Find whole words only, or not."""
        self._words = not self._words
        self._read()

    def action_toggle_regular(self) -> None:
        """Take the text as a regular expression, or not."""
        self._regular = not self._regular
        self._read()

    def action_close(self) -> None:
        """Say that the bar is not needed any more; keys that follow at once are not for it."""
        self.screen.set_focus(None)
        self.post_message(self.Closed())

    # What it shows.

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        self._read()

    def _read(self) -> None:
        """See what is to be looked for now, and tell of it if that is something else."""
        try:
            pattern = None
            if self._sought.value:
                pattern = Pattern(
                    self._sought.value,
                    regular=self._regular,
                    case="exact" if self._exact else "smart",
                    words=self._words,
                )
            fault = ""
        except PatternError as error:
            fault = str(error)
        if (pattern, fault) != (self._pattern, self._wrong):
            self._pattern, self._wrong = pattern, fault
            self._said = fault
            self.post_message(self.Changed(pattern))
        self._draw()

    def _draw(self) -> None:
        narrow = self.has_class("narrow")
        exact = self._pattern.exact if self._pattern else self._exact
        flags = [
            _flag("Case", exact, "toggle_case", narrow),
            _flag("Word", self._words, "toggle_words", narrow),
            _flag("Regex", self._regular, "toggle_regular", narrow),
        ]
        self._flags.update(Content("").join(flags))
        moves = [("↑", "next(True)"), ("↓", "next"), ("×", "close")]
        self._moves.update(Content(" ").join(_link(*move) for move in moves))
        self._moves.display = not narrow
        scope = [_link("All", "replace_all")]
        if self._has_selection:
            word = "sel" if narrow else "in selection"
            scope.insert(0, _flag(word, self._in_selection, "toggle_scope", narrow))
        self._scope.update(Content(" ").join(scope))
        # What is longer has a row of its own.
        said = visible(self._said)
        fits = cell_len(said) <= max(8, self.size.width // 2 - 10)
        self._place.update(Content((said.replace(" of ", "/") if narrow else said) if fits else ""))
        self._place.display = bool(said and fits)
        self._fault.update(Content("" if fits else said))
        self._fault.display = not fits


def _link(word: str, action: str) -> Content:
    """A word that does something when it is clicked."""
    return Content.styled(word, f"@click=press({action!r})")


def _flag(word: str, on: bool, action: str, narrow: bool) -> Content:
    """A word in brackets where it holds; where there is little room a letter, a capital then."""
    if narrow:
        word = word[0].upper() if on else word[0].lower()
        return _link(word, action)
    return _link(f"[{word}]" if on else f" {word.lower()} ", action)
