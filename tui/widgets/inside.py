"""The panel that looks inside: surprise, the next character, the units, the ghost.

On a small screen one of its sections shows at a time; on a large one they are below each other.
"""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from charlm_core import Inside
from tui.widgets.ghost_section import GhostFacts, ghost_rows
from tui.widgets.next_section import NO_MODEL, WAITING, next_rows
from tui.widgets.panel import Panel
from tui.widgets.section import HEAD, Row, Section
from tui.widgets.surprise_section import MOST_WORDS, TextFacts, surprise_rows
from tui.widgets.units_section import fields, units_rows

NAMES = ("Text", "Next", "Units", "Ghost")

ROOMY = 34
"""A panel with so many rows shows all sections, if it is a wide one."""

VERY_WIDE = 160
"""A screen of as many columns has room for a panel that says in one line what else takes two."""

UNITS_ROWS = 21
"""Rows of the units where all sections show."""

GHOST_ROWS = 12
"""And of the ghost, at least."""


class InsidePanel(Panel):
    """Shows what it is given."""

    DEFAULT_CSS = """
    InsidePanel {
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        &.-wide { width: 60; }
        &.-very-wide { width: 76; }
        & Section { margin-bottom: 1; }
        & .turner { margin-bottom: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,tab", "turn(1)", "Inside: next section, section before"),
        Binding("left,shift+tab", "turn(-1)", "Inside: next section, section before"),
        Binding("n", "surprise(1)", "Inside: next surprising place, the one before"),
        Binding("N", "surprise(-1)", "Inside: next surprising place, the one before"),
        *(
            Binding(str(at + 1), f"word({at})", "Inside: go to one of the most surprising words")
            for at in range(MOST_WORDS)
        ),
        Binding("down", "mark(1)", "Inside: mark one of them; Enter goes there"),
        Binding("up", "mark(-1)", "Inside: mark one of them; Enter goes there"),
        Binding("enter", "word_marked", "Inside: mark one of them; Enter goes there"),
        Binding("l", "layer", "Inside: the units of the next layer"),
        Binding("g", "field", "Inside: hidden state, cell state, each gate"),
    ]

    @dataclass
    class Wanted(Message):
        """The cursor is to go to one of the most surprising words."""

        word: int
        """Which, from 0."""
        leave: bool
        """Whether the keys are the text's then."""

    @dataclass
    class SurpriseWanted(Message):
        """The cursor is to go to the next surprising place."""

        backwards: bool
        """Or to the one before."""

    @dataclass
    class Reshaped(Message):
        """The panel has another size."""

    def __init__(self) -> None:
        super().__init__()
        self._turner = Section()
        self._turner.add_class("turner")
        self._sections = {name: Section(id=name.lower()) for name in NAMES}
        self._at = 0
        self._marked = 0
        self._layer = 0
        self._field = "hidden"
        self._text = TextFacts()
        self._inside: Inside | None = None
        self._follows = ""
        self._waiting = WAITING
        self._ghost = GhostFacts()

    @property
    def cells(self) -> int:
        """Cells in a row."""
        return max(10, self.scrollable_content_region.width)

    @property
    def roomy(self) -> bool:
        """Whether all sections show."""
        return self.has_class("-wide") and self.size.height >= ROOMY

    @property
    def section(self) -> str:
        """The name of the section that was turned to."""
        return NAMES[self._at]

    def compose(self) -> ComposeResult:
        """A line that says which section shows, and the sections."""
        yield self._turner
        yield from self._sections.values()

    def fit(self, columns: int) -> None:
        """Be laid out for a screen of so many columns."""
        super().fit(columns)
        self.set_class(columns >= VERY_WIDE, "-very-wide")

    def on_resize(self) -> None:
        """Have all drawn anew for the room there is."""
        self._lay_out()
        for section in self._sections.values():
            section.tighten()
        self.post_message(self.Reshaped())

    # What it is given.

    def show_text(self, facts: TextFacts) -> None:
        """Show what is known of the text."""
        self._text = facts
        self._marked = max(0, min(self._marked, len(facts.words) - 1))
        self._draw("Text")

    def show_inside(self, inside: Inside | None, follows: str, *, gone: bool = False) -> None:
        """Show the model at the cursor; `follows` is what comes there in the text, if anything.

        None where it is not known, or there is no model: it is `gone`.
        """
        self._inside, self._follows = inside, follows
        self._waiting = NO_MODEL if gone else WAITING
        if inside is not None:
            self._layer = min(self._layer, len(inside.layers) - 1)
        before = self._taken
        self._draw("Next")
        self._draw("Units")
        if self.roomy and self._taken != before:
            # The ghost has what they leave.
            self._draw("Ghost")
            self._sections["Ghost"].tighten()

    @property
    def _taken(self) -> int:
        """Rows that all sections but the ghost's take."""
        others = [section for name, section in self._sections.items() if name != "Ghost"]
        return sum(len(section.rows) + 1 for section in others)

    def show_ghost(self, facts: GhostFacts) -> None:
        """Show what is known of the ghost."""
        self._ghost = facts
        self._draw("Ghost")

    # How it is laid out.

    def _lay_out(self) -> None:
        """Have those sections show that there is room for."""
        roomy = self.roomy
        self._turner.display = not roomy
        for name, section in self._sections.items():
            section.display = roomy or name == self.section
        turner: list[tuple[str, str]] = [("‹ ", "")]
        for name in NAMES:
            turner += [(f" {name} ", HEAD if name == self.section else "")]
        self._turner.show([(*turner, (" ›", ""))])
        for name in NAMES:
            self._draw(name)

    def _draw(self, name: str) -> None:
        """Draw a section, if it shows."""
        section = self._sections[name]
        if self.is_attached and section.display and self.size:
            section.show(self._rows(name))

    def _rows(self, name: str) -> list[Row]:
        width, height = self.cells, self.size.height - 2
        if self.roomy:
            left = max(GHOST_ROWS, self.size.height - self._taken)
            height = left if name == "Ghost" else UNITS_ROWS
        if name == "Text":
            return surprise_rows(self._text, width, marked=self._marked)
        if name == "Next":
            return next_rows(self._inside, self._follows, width, waiting=self._waiting)
        if name == "Units":
            return units_rows(
                self._inside, self._layer, self._field, width, height, waiting=self._waiting
            )
        return ghost_rows(self._ghost, width, height)

    # What its keys do.

    def on_click(self, event: events.Click) -> None:
        """A click has the keys come here."""
        self.screen.set_focus(self)

    def action_turn(self, step: int) -> None:
        """Show another section, or have it in view."""
        self._at = (self._at + step) % len(NAMES)
        self._lay_out()
        if self.roomy:
            self._sections[self.section].scroll_visible(top=True, animate=False)
        else:
            self.scroll_home(animate=False)
            self._sections[self.section].tighten()

    def action_surprise(self, step: int) -> None:
        """Go to a surprising place."""
        self.post_message(self.SurpriseWanted(step < 0))

    def action_word(self, at: int) -> None:
        """Go to one of the most surprising words."""
        self._mark(at)
        self.post_message(self.Wanted(at, leave=False))

    def action_word_marked(self) -> None:
        """Go to the one with the mark, and on with the text."""
        self.post_message(self.Wanted(self._marked, leave=True))

    def action_mark(self, step: int) -> None:
        """Move the mark; where the words do not show, the view."""
        if self.roomy or self.section == "Text":
            self._mark(self._marked + step)
        elif step > 0:
            self.scroll_down(animate=False)
        else:
            self.scroll_up(animate=False)

    def _mark(self, at: int) -> None:
        self._marked = max(0, min(at, len(self._text.words) - 1))
        self._draw("Text")

    def action_layer(self) -> None:
        """Show the units of the next layer."""
        if self._inside is not None:
            self._layer = (self._layer + 1) % len(self._inside.layers)
            self._draw("Units")

    def action_field(self) -> None:
        """Show another value of each unit."""
        if self._inside is not None:
            names = [*fields(self._inside.layers[self._layer])]
            at = names.index(self._field) if self._field in names else -1
            self._field = names[(at + 1) % len(names)]
            self._draw("Units")
