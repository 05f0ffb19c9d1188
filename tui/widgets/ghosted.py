"""An edit area that shows a ghost after the cursor.

The rules, all kept here: a ghost shows only at the end of a line, with nothing selected, and only
for the very text and cursor it was made for (`revision` changes with either). It is drawn behind
the cursor and on as many lines below as it takes, its line ends as signs. Typing what it says eats
it from the left; any other edit, any move of the cursor and any undo takes it away. Moves and undos
don't call for a new one. An alternative that was chosen is a ghost like any other.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import ClassVar

from textual.message import Message

from tui.text.buffer import Change, Location
from tui.widgets.alternatives import Alternatives
from tui.widgets.ghost import Ghost
from tui.widgets.line import Runs
from tui.widgets.panel import in_panel
from tui.widgets.streamed import StreamArea
from tui.widgets.window import Window

NO_GHOST = Ghost()

LINE_END = "⏎"
"""How a ghost's line end shows."""

LOOK = 4096
"""Characters of an insertion in which the end of a word is looked for."""

SEEN_SECONDS = 0.8
"""Who goes on typing what a ghost says that has stood there for so long has seen it, and let it
pass: to read a word and press a key takes half a second. Whoever types faster has not."""

SHADES = ((0.8, "editor--ghost-likely"), (0.4, "editor--ghost-fair"), (0.0, "editor--ghost-faint"))
"""From which probability on a ghost's character takes which style."""


class GhostArea(StreamArea):
    """Edits a text, and knows which ghost may show and whether one is wanted."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {style for _, style in SHADES}

    @dataclass
    class ContextChanged(Message):
        """The text, the cursor, or what is wanted has changed: a prediction is out of date."""

        editor: "GhostArea"
        """The editor that sent it."""
        revision: int
        """Its revision at that time."""

    @dataclass
    class AlternativesWanted(Message):
        """Others are wanted for the ghost that shows."""

        revision: int
        """The editor's at that time."""

    @dataclass
    class AlternativeShown(Message):
        """Another ghost shows in the place of one."""

        place: str
        """Which of how many."""

    clock: Callable[[], float] = staticmethod(time.monotonic)
    """Seconds."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        self._ghost = NO_GHOST
        self._ghost_at: Location = (0, 0)
        self._ghost_since = 0.0
        self._let_pass = (0, "")
        self._alternatives = Alternatives()
        self._accepted = NO_GHOST
        self._revision = 0
        self._edits = 0
        self._asking = False
        self._dismissed = False
        self._ghosts_on = True
        self._saved = (0, hash(""))
        self._window = Window()
        super().__init__(id=id)

    @property
    def ghost(self) -> str:
        """The ghost that shows; empty where none does."""
        return self._ghost.text

    @property
    def ghost_odds(self) -> tuple[float, ...]:
        """How likely each of its characters was when it was proposed."""
        return self._ghost.probabilities

    @property
    def ghost_seconds(self) -> float:
        """How long its first word has been there, or what is left of that."""
        return self.clock() - self._ghost_since if self._ghost else 0.0

    @property
    def let_pass(self) -> str:
        """What was typed last, if it is what a ghost said that had been seen; else empty."""
        edits, typed = self._let_pass
        return typed if edits == self._edits else ""

    @property
    def revision(self) -> int:
        """A number that changes whenever the text or the cursor does."""
        return self._revision

    @property
    def edits(self) -> int:
        """A number that changes whenever the text does."""
        return self._edits

    @property
    def ghosts_on(self) -> bool:
        """Whether ghosts are on in this document."""
        return self._ghosts_on

    @property
    def wants_ghost(self) -> bool:
        """Whether a ghost for the present text would be shown."""
        return not self.quiet

    @property
    def quiet(self) -> str:
        """Why no ghost for the present text would be shown; empty where one would."""
        if not self._ghosts_on:
            return "ghosts are off in this document"
        if self.read_only:
            return "the document is read-only"
        if self._keys_go_elsewhere:
            return "the keys are not the text's"
        if not self.selection.is_empty:
            return "something is selected"
        if not self.cursor_at_end_of_line:
            return "the cursor is not at the end of a line"
        if self._dismissed:
            return "dismissed, until the next word"
        return "" if self._asking else "nothing was typed here"

    @property
    def _keys_go_elsewhere(self) -> bool:
        """Whether another widget has them, so that no ghost could be accepted."""
        if not self.is_attached or self.screen.focused in (None, self):
            return False
        # A panel's keys are about the ghost.
        return not in_panel(self.screen.focused)

    @property
    def cursor_at_end_of_line(self) -> bool:
        """Whether nothing follows the cursor in its line."""
        row, column = self.cursor_location
        return column == len(self.buffer.lines[row])

    @property
    def modified(self) -> bool:
        """Whether the text may differ from what was last loaded or saved."""
        return not self.history.at_saved

    @property
    def unsaved(self) -> bool:
        """Whether it does differ; takes time in proportion to it where it may."""
        return self.modified and _mark(self.text) != self._saved

    def context(self) -> str:
        """The text before the cursor, as far back as the model should read."""
        return self._window.text(self.buffer.lines, self.cursor_location)

    def load(self, text: str) -> None:
        """Show another text, cursor at its start; undo does not reach back beyond this."""
        self.begin(text)
        self.indent_type = "tabs" if text.startswith("\t") or "\n\t" in text else "spaces"
        self._window.forget()
        self._ghosts_on, self._dismissed = True, False
        self._mark_saved(text)
        self._forget_ghost()

    def mark_saved(self, text: str | None = None) -> None:
        """Take note that the text is what the file holds; no ghost shows until the next key.

        What the screen shows after a save is what was saved. Who has the text at hand gives it.
        """
        self._mark_saved(self.text if text is None else text)
        self._asking = False
        self._set_ghost(NO_GHOST)

    def _mark_saved(self, text: str) -> None:
        self.history.mark_saved()
        self._saved = _mark(text)

    def show_ghost(self, revision: int, text: str, probabilities: tuple[float, ...]) -> None:
        """Show a prediction, unless it belongs to another revision or none is wanted any more."""
        if revision == self._revision and self.wants_ghost:
            if self._alternatives.known:
                self._alternatives.clear()
            self._set_ghost(Ghost.proposed(text, probabilities))

    def show_alternatives(
        self,
        revision: int,
        shown: tuple[str, tuple[float, ...]],
        others: Sequence[tuple[str, tuple[float, ...]]],
    ) -> None:
        """Show the alternative that was stepped to; `shown` is what a prediction would show.

        Each is a text with its probabilities. Nothing happens where it is too late for that.
        """
        if revision == self._revision and self.wants_ghost and self._alternatives.awaited:
            ghost, *rest = [Ghost.proposed(*one) for one in (shown, *others)]
            self._alternatives.fill(ghost, rest)
            self._show_alternative()

    def tail(self) -> Runs:
        """The ghost, shaded by how likely each of its characters is."""
        if not self._ghost:
            return ()
        runs = []
        shaded = zip(self._ghost.text, map(_shade, self._ghost.probabilities), strict=True)
        for shade, pairs in groupby(shaded, itemgetter(1)):
            style = self.rich_style + self.get_component_rich_style(shade)
            text = "".join(character for character, _ in pairs)
            runs.append((text.replace("\n", LINE_END), style))
        return tuple(runs)

    # What becomes of the ghost.

    def see_typed(self, character: str) -> None:
        """Take note of a character that is about to be typed where a ghost may show."""
        if self._ghost.says(character) and self.ghost_seconds >= SEEN_SECONDS:
            self._let_pass = self._edits + 1, character
            # What goes on showing has to be seen anew.
            self._ghost_since = self.clock()

    def on_blur(self) -> None:
        """Let it go when the focus goes to another widget; not when the terminal loses it."""
        if self._keys_go_elsewhere:
            self._set_ghost(NO_GHOST)

    def settled(
        self, changes: tuple[Change, ...], *, moved: bool = True, travelled: bool = False
    ) -> None:
        """Keep the ghost as far as a change types it; else, and after a move, let it go."""
        if changes and self._tinter:
            self._tinter.changed(min(change.start for change in changes))
        for change in changes:
            self._edits += 1
            self._window.edited(change.start)
        if changes and not travelled:
            self._edited(changes)
        elif changes or moved:
            if not changes:
                self._dismissed = False
            self._forget_ghost()
        elif self.read_only:
            self._accepted = NO_GHOST
            self._set_ghost(NO_GHOST)
        super().settled(changes, moved=moved, travelled=travelled)

    def _edited(self, changes: tuple[Change, ...]) -> None:
        """Another one is wanted, and what was typed of this one eaten."""
        rest = NO_GHOST
        if len(changes) == 1 and not changes[0].removed and changes[0].start == self._ghost_at:
            rest = self._ghost.after(changes[0].inserted)
        if any(character.isspace() for change in changes for character in change.inserted[:LOOK]):
            self._dismissed = False
        # What is written by itself goes on by itself.
        self._forget_ghost(rest, asking=not self.is_streamed(changes))

    def _forget_ghost(self, ghost: Ghost = NO_GHOST, *, asking: bool = False) -> None:
        """The text or the cursor is another: whatever was predicted before is stale."""
        self._revision += 1
        self._asking = asking
        self._accepted = NO_GHOST
        self._alternatives.clear()
        self._set_ghost(ghost)
        self._report()

    def _report(self) -> None:
        if self.is_attached:
            self.post_message(self.ContextChanged(self, self._revision))

    def _set_ghost(self, ghost: Ghost) -> None:
        """Show this ghost at the cursor."""
        before = self._ends_at(self._ghost)
        self._ghost_at = self.cursor_location
        if ghost and self._ends_at(ghost) != before:
            self._ghost_since = self.clock()
        if ghost != self._ghost:
            self._ghost = ghost
            self.repaint()

    def _ends_at(self, ghost: Ghost) -> tuple[int, int, str] | None:
        """Where the first word of this ghost at the cursor ends, and with which character.

        Eating a ghost from the left does not change that.
        """
        if not ghost:
            return None
        row, column = self._ghost_at
        length = ghost.first_word()
        return row, column + length, ghost.text[length - 1]

    def _show_alternative(self) -> None:
        self._set_ghost(self._alternatives.chosen)
        self.post_message(self.AlternativeShown(self._alternatives.place))


def _mark(text: str) -> tuple[int, int]:
    """What two texts have in common only if they are the same, near enough."""
    return len(text), hash(text)


def _shade(probability: float) -> str:
    """The style of a character this likely."""
    return next(style for least, style in SHADES if probability >= least)
