"""The editor: a plain text area that shows a ghost after the cursor and lets fingers accept it.

The rules, all kept here: a ghost shows only at the end of a line, with nothing selected, and only
for the very text and cursor it was made for (`revision` changes with either). Typing what it says
eats it from the left; any other edit, any move of the cursor and any undo takes it away. Moves
and undos don't call for a new one.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.document._document import EditResult, Selection
from textual.document._edit import Edit
from textual.message import Message

from tui.widgets.ghost import Ghost
from tui.widgets.line import Runs
from tui.widgets.plain import PlainTextArea
from tui.widgets.visible import storable
from tui.widgets.window import Window

NO_GHOST = Ghost()

SHADES = ((0.8, "editor--ghost-likely"), (0.4, "editor--ghost-fair"), (0.0, "editor--ghost-faint"))
"""From which probability on a ghost's character takes which style."""


class Editor(PlainTextArea):
    """Edits a text and proposes how it goes on."""

    DEFAULT_CSS = """
    Editor {
        border: none;
        padding: 0 1;
        background: $background;
        &:focus { border: none; }
        & .editor--ghost-likely { color: $foreground 66%; text-style: italic; }
        & .editor--ghost-fair { color: $foreground 54%; text-style: italic; }
        & .editor--ghost-faint { color: $foreground 44%; text-style: italic; }
        &:ansi .editor--ghost-likely { text-style: italic dim; }
        &:ansi .editor--ghost-fair { text-style: italic dim; }
        &:ansi .editor--ghost-faint { text-style: italic dim; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {style for _, style in SHADES}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "accept_or_indent", "Accept the ghost, or indent"),
        Binding("right", "accept_or_right", "Accept the ghost, or move right"),
        Binding("ctrl+right,alt+f", "accept_word_or_move", "Accept a word, or move a word right"),
        Binding("alt+right,f9", "accept_character", "Accept a character"),
        Binding("ctrl+end", "accept_line_or_end", "Accept to the line's end, or go to the end"),
        Binding("ctrl+left,alt+b", "give_back_or_move", "Give the accepted word back"),
        Binding("escape,ctrl+right_square_bracket", "dismiss", "Dismiss until the next word"),
        Binding("ctrl+@,alt+backslash,ctrl+backslash", "ask", "Ask for a ghost now"),
        Binding("f8,alt+g", "toggle_ghosts", "Ghosts off or on in this document"),
        Binding("ctrl+z,super+z", "undo", "Undo"),
        Binding("ctrl+y,ctrl+shift+z,super+y", "redo", "Redo"),
        Binding("f7", "select_all", "Select all"),
        Binding("ctrl+c,super+c", "copy", "Copy"),
        Binding("ctrl+x,super+x", "cut", "Cut the selection, or the line"),
        Binding("ctrl+v", "paste", "Paste"),
        Binding("ctrl+home", "text_start", ""),
    ]

    @dataclass
    class ContextChanged(Message):
        """The text, the cursor, or what is wanted has changed: a prediction is out of date."""

        editor: "Editor"
        """The editor that sent it."""
        revision: int
        """Its revision at that time."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        self._ghost = NO_GHOST
        self._accepted = NO_GHOST
        self._revision = 0
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
            self._set_ghost(Ghost.proposed(text, probabilities))

    def tail(self) -> Runs:
        """The ghost, shaded by how likely each of its characters is."""
        if not self._ghost:
            return ()
        runs = []
        shaded = zip(self._ghost.text, map(_shade, self._ghost.probabilities), strict=True)
        for shade, pairs in groupby(shaded, itemgetter(1)):
            style = self.rich_style + self.get_component_rich_style(shade)
            runs.append(("".join(character for character, _ in pairs), style))
        return tuple(runs)

    # What changes the text, and what becomes of the ghost.

    def edit(self, edit: Edit) -> EditResult:
        """Perform an edit; the ghost stays as far as the edit types it."""
        types = self.selection.is_empty and edit.top == edit.bottom == self.cursor_location
        rest = self._ghost.after(edit.text) if types else NO_GHOST
        with self._change():
            result = super().edit(edit)
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

    # What fingers do.

    async def _on_key(self, event: events.Key) -> None:
        """Run the key's action, or type its character, at once.

        Textual hands a key's action to the application's own queue, where it falls behind keys
        pressed after it: Tab, then a letter, typed fast, would arrive the other way round.
        """
        event.prevent_default()
        await self.take_key(event)

    async def take_key(self, event: events.Key) -> None:
        """Do what the key means here or to the screen, and stop the event where it means something.

        A key that was on its way here when a dialog opened is the dialog's.
        """
        if self.app.screen is not self.screen:
            event.stop()
            self.app.screen._forward_event(events.Key(event.key, event.character))
            return
        for node in (self, self.screen):
            for binding in node._bindings.key_to_bindings.get(event.key, ()):
                if await self.app.run_action(binding.action, node):
                    event.stop()
                    return
        if self.read_only:
            return
        typed = "\n" if event.key == "enter" else event.character
        modified = event.key.startswith(("alt+", "ctrl+", "super+", "hyper+", "meta+"))
        if typed and (typed == "\n" or (_is_typed(typed) and not modified)):
            event.stop()
            self._replace_via_keyboard(typed, *self.selection)

    async def _on_paste(self, event: events.Paste) -> None:
        """Insert pasted text as text, whatever it looks like."""
        event.prevent_default()
        event.stop()
        if event.text:
            self._replace_via_keyboard(storable(event.text), *self.selection)

    def action_accept_or_indent(self) -> None:
        """Accept the whole ghost, or type a tab or an indent."""
        if not self._accept(len(self.ghost)):
            spaces = " " * self._find_columns_to_next_tab_stop()
            indent = "\t" if self.indent_type == "tabs" else spaces
            self._replace_via_keyboard(indent, *self.selection)

    def action_accept_or_right(self) -> None:
        """Accept the whole ghost, or move right."""
        if not self._accept(len(self.ghost)):
            self.action_cursor_right()

    def action_accept_word_or_move(self) -> None:
        """Accept the ghost's first word with the space after it, or move a word right."""
        if not self._accept(self._ghost.first_word()):
            self.action_cursor_word_right()

    def action_accept_character(self) -> None:
        """Accept one character."""
        self._accept(1)

    def action_accept_line_or_end(self) -> None:
        """Accept to the line's end, or move to the text's."""
        if not self._accept(len(self.ghost)):
            self.move_cursor(self.document.end)

    def action_text_start(self) -> None:
        """Move to the start of the text."""
        self.move_cursor((0, 0))

    def action_give_back_or_move(self) -> None:
        """Make the last word just accepted a ghost again, or move a word left."""
        count = self._accepted.last_word()
        if not count:
            self.action_cursor_word_left()
            return
        kept, returned = self._accepted.split(len(self._accepted.text) - count)
        ghost = returned + self._ghost
        row, column = self.cursor_location
        self.history.checkpoint()
        self._replace_via_keyboard("", (row, column - count), (row, column))
        self.history.checkpoint()
        # What was given back stays as it was: it is not asked for again.
        self._asking = False
        self._accepted = kept
        self._set_ghost(ghost)

    def action_dismiss(self) -> None:
        """Take the ghost away, and show none until the next word."""
        self._dismissed = True
        self._set_ghost(NO_GHOST)

    def action_ask(self) -> None:
        """Ask for a ghost at the cursor, dismissed or not."""
        self._dismissed = False
        self._changed(self._ghost, asking=True)

    def action_toggle_ghosts(self) -> None:
        """Turn ghosts off or on in this document."""
        self._ghosts_on = not self._ghosts_on
        self._changed(asking=True)

    def _accept(self, count: int) -> bool:
        """Insert the ghost's first `count` characters as one step of undo; False if none."""
        taken, _ = self._ghost.split(count)
        if not taken:
            return False
        accepted = self._accepted + taken
        self.history.checkpoint()
        self._replace_via_keyboard(taken.text, *self.selection)
        self.history.checkpoint()
        self._accepted = accepted
        return True


def _is_typed(character: str) -> bool:
    """Whether a key's character is text: all but controls and lone surrogates.

    Spaces of other kinds, joiners and direction marks are: some scripts and emoji need them.
    """
    return unicodedata.category(character) not in {"Cc", "Cs"}


def _shade(probability: float) -> str:
    """The style of a character this likely."""
    return next(style for least, style in SHADES if probability >= least)
