"""A plain text area that shows a ghost after the cursor.

The rules, all kept here: a ghost shows only at the end of a line, with nothing selected, and only
for the very text and cursor it was made for (`revision` changes with either). It is drawn on that
line, its line ends as signs. Typing what it says eats it from the left; any other edit, any move of
the cursor and any undo takes it away. Moves and undos don't call for a new one. An alternative that
was chosen is a ghost like any other.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import ClassVar

from textual.document._document import EditResult, Selection
from textual.document._edit import Edit
from textual.message import Message

from tui.widgets.alternatives import Alternatives
from tui.widgets.ghost import Ghost
from tui.widgets.line import Runs
from tui.widgets.plain import PlainTextArea
from tui.widgets.window import Window

NO_GHOST = Ghost()

LINE_END = "⏎"
"""How a ghost's line end shows."""

SHADES = ((0.8, "editor--ghost-likely"), (0.4, "editor--ghost-fair"), (0.0, "editor--ghost-faint"))
"""From which probability on a ghost's character takes which style."""


class GhostTextArea(PlainTextArea):
    """Edits a text, and knows which ghost may show and whether one is wanted."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {style for _, style in SHADES}

    @dataclass
    class ContextChanged(Message):
        """The text, the cursor, or what is wanted has changed: a prediction is out of date."""

        editor: "GhostTextArea"
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

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        self._ghost = NO_GHOST
        self._alternatives = Alternatives()
        self._accepted = NO_GHOST
        self._revision = 0
        self._edits = 0
        self._asking = False
        self._dismissed = False
        self._ghosts_on = True
        self._changing = False
        self._modified = False
        self._saved_text = ""
        self._window = Window()
        super().__init__(id=id)

    @property
    def ghost(self) -> str:
        """The ghost that shows; empty where none does."""
        return self._ghost.text

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
        return (
            self._asking
            and self._ghosts_on
            and not self._dismissed
            and not self.read_only
            and self.selection.is_empty
            and self.cursor_at_end_of_line
        )

    @property
    def modified(self) -> bool:
        """Whether the text may differ from what was last loaded or saved."""
        return self._modified

    def context(self) -> str:
        """The text before the cursor, as far back as the model should read."""
        return self._window.text(self.buffer.lines, self.cursor_location)

    def load(self, text: str) -> None:
        """Show another text, cursor at its start; undo does not reach back beyond this."""
        with self._change():
            self.load_text(text)
        self.indent_type = "tabs" if text.startswith("\t") or "\n\t" in text else "spaces"
        self._window.forget()
        self._ghosts_on, self._dismissed = True, False
        self.mark_saved(text)
        self._changed()

    def mark_saved(self, text: str) -> None:
        """Take note that `text` is what the file holds; no ghost shows until the next key.

        What the screen shows after a save is what was saved.
        """
        self._saved_text = text
        self._modified = self.text != text
        self._asking = False
        self._set_ghost(NO_GHOST)

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

    # What changes the text, and what becomes of the ghost.

    def edit(self, edit: Edit) -> EditResult:
        """Perform an edit; the ghost stays as far as the edit types it."""
        types = self.selection.is_empty and edit.top == edit.bottom == self.cursor_location
        rest = self._ghost.after(edit.text) if types else NO_GHOST
        with self._change():
            result = super().edit(edit)
        self._edits += 1
        self._window.edited(edit.top)
        if any(map(str.isspace, edit.text)):
            self._dismissed = False
        self._modified = True
        self._changed(rest, asking=True)
        return result

    def _undo_batch(self, edits: Sequence[Edit]) -> None:
        """Undo edits; no ghost replies."""
        with self._change():
            super()._undo_batch(edits)
        self._travelled(edits)

    def _redo_batch(self, edits: Sequence[Edit]) -> None:
        """Redo edits; no ghost replies."""
        with self._change():
            super()._redo_batch(edits)
        self._travelled(edits)

    def _travelled(self, edits: Sequence[Edit]) -> None:
        """Settle down after an undo or redo."""
        self._edits += 1
        for edit in edits:
            self._window.edited(edit.top)
        self._modified = self.text != self._saved_text
        self._changed()

    def watch_selection(self, previous: Selection, selection: Selection) -> None:
        """Let a ghost go when the cursor leaves it."""
        if not self._changing and previous != selection:
            self._dismissed = False
            self._changed()

    def watch_read_only(self) -> None:
        """Let a ghost go that could not be accepted."""
        self._set_ghost(NO_GHOST)

    @contextmanager
    def _change(self) -> Iterator[None]:
        """Within it the selection moves because the text does."""
        self._changing = True
        try:
            yield
        finally:
            self._changing = False

    def _changed(self, ghost: Ghost = NO_GHOST, *, asking: bool = False) -> None:
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
        """Show this ghost and redraw its line alone."""
        if ghost != self._ghost:
            self._ghost = ghost
            self.refresh_lines(self._cursor_offset[1])

    def _show_alternative(self) -> None:
        self._set_ghost(self._alternatives.chosen)
        self.post_message(self.AlternativeShown(self._alternatives.place))


def _shade(probability: float) -> str:
    """The style of a character this likely."""
    return next(style for least, style in SHADES if probability >= least)
