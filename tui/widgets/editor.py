"""The editor: an edit area with ghosts, and what fingers do with them."""

import unicodedata
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.text.buffer import Location
from tui.widgets.ghosted import NO_GHOST, GhostArea


class Editor(GhostArea):
    """Edits a text and proposes how it goes on."""

    DEFAULT_CSS = """
    Editor {
        & .editor--ghost-likely { color: $foreground 72%; text-style: italic; }
        & .editor--ghost-fair { color: $foreground 60%; text-style: italic; }
        & .editor--ghost-faint { color: $foreground 50%; text-style: italic; }
        &:ansi .editor--ghost-likely { text-style: italic dim; }
        &:ansi .editor--ghost-fair { text-style: italic dim; }
        &:ansi .editor--ghost-faint { text-style: italic dim; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "accept_or_indent", "Accept the ghost, or indent", id="accept"),
        Binding("right", "accept_or_right", "Accept the ghost, or move right"),
        Binding(
            "ctrl+right,alt+f",
            "accept_word_or_move",
            "Accept a word, or move a word right",
            id="accept_word",
        ),
        Binding("alt+right,f9", "accept_character", "Accept a character"),
        Binding(
            "ctrl+end",
            "accept_line_or_end",
            "Accept the line, or go to the text's end",
            id="accept_line",
        ),
        Binding(
            "ctrl+left,alt+b", "give_back_or_move", "Give the accepted word back", id="give_back"
        ),
        Binding("escape,ctrl+right_square_bracket", "dismiss", "Dismiss until the next word"),
        Binding("ctrl+@,ctrl+space,alt+backslash,ctrl+backslash", "ask", "Ask for a ghost now"),
        Binding(
            "ctrl+down,alt+right_square_bracket",
            "alternative(1)",
            "Next, previous alternative",
            id="next_alternative",
        ),
        Binding(
            "ctrl+up,alt+left_square_bracket",
            "alternative(-1)",
            "Next, previous alternative",
            id="previous_alternative",
        ),
        Binding("f8,alt+g", "toggle_ghosts", "Ghosts off or on in this document"),
    ]

    @dataclass
    class Accepted(Message):
        """A ghost, or a part of one, was accepted."""

        chars: int
        """How many characters."""

    @dataclass
    class Typed(Message):
        """A character was typed."""

        over: bool
        """Whether a ghost showed that said something else."""

    async def _on_key(self, event: events.Key) -> None:
        """Run the key's action, or type its character, at once.

        Textual hands a key's action to the application's own queue, where it falls behind keys
        pressed after it: Tab, then a letter, typed fast, would arrive the other way round.
        """
        event.prevent_default()
        await self.take_key(event)

    async def take_key(self, event: events.Key) -> None:
        """Do what the key means here or to the screen, and stop the event where it means something.

        A key that was on its way here when a dialog opened is the dialog's, or that of the bar that
        took the focus.
        """
        if self.app.screen is not self.screen:
            event.stop()
            self.app.screen._forward_event(events.Key(event.key, event.character))
            return
        focused = self.screen.focused
        if focused is not None and focused is not self:
            event.stop()
            focused._forward_event(events.Key(event.key, event.character))
            return
        self.end_stream()
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
            over = bool(self._ghost) and not self._ghost.says(typed)
            self.see_typed(typed)
            if typed == "\n":
                self.action_new_line()
            else:
                self.insert(typed)
            self.post_message(self.Typed(over))

    async def _on_paste(self, event: events.Paste) -> None:
        """Insert pasted text as text, whatever it looks like; a dialog's that opened meanwhile."""
        event.prevent_default()
        event.stop()
        if self.app.screen is not self.screen:
            self.app.screen._forward_event(events.Paste(event.text))
            return
        self.take_paste(event.text)

    def take_paste(self, text: str) -> None:
        """Insert what was pasted."""
        self.paste(text)

    def action_accept_or_indent(self) -> None:
        """Accept the whole ghost, or type a tab or an indent."""
        if not self._accept(len(self.ghost)):
            self.action_indent()

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
        """Accept to the ghost's first line end, all of it where it begins with one.

        Without a ghost move to the text's end.
        """
        if not self._accept(self._ghost.first_line()):
            self.move_cursor(self.buffer.end)

    def action_give_back_or_move(self) -> None:
        """Make the last word just accepted a ghost again, or move a word left."""
        count = self._accepted.last_word()
        if not count:
            self.action_cursor_word_left()
            return
        kept, returned = self._accepted.split(len(self._accepted.text) - count)
        ghost = returned + self._ghost
        self.replace(self._start_of(returned.text), self.cursor_location, "")
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
        self._forget_ghost(self._ghost, asking=True)

    def action_alternative(self, step: int) -> None:
        """Show another ghost in the place of this one."""
        if not self._ghost:
            return
        self._alternatives.step(step)
        if self._alternatives.known:
            self._show_alternative()
        else:
            self.post_message(self.AlternativesWanted(self._revision))

    def action_toggle_ghosts(self) -> None:
        """Turn ghosts off or on in this document."""
        self._ghosts_on = not self._ghosts_on
        self._forget_ghost(asking=True)

    def _start_of(self, text: str) -> Location:
        """Where the text begins that ends at the cursor."""
        row, column = self.cursor_location
        first, *others = text.split("\n")
        row -= len(others)
        return row, (len(self.buffer.lines[row]) if others else column) - len(first)

    def _accept(self, count: int) -> bool:
        """Insert the ghost's first `count` characters as one step of undo; False if none."""
        taken, _ = self._ghost.split(count)
        if not taken:
            return False
        accepted = self._accepted + taken
        self.replace(*self.selection, taken.text)
        self._accepted = accepted
        self.post_message(self.Accepted(len(taken.text)))
        return True


def _is_typed(character: str) -> bool:
    """Whether a key's character is text: all but controls and lone surrogates.

    Spaces of other kinds, joiners and direction marks are: some scripts and emoji need them.
    """
    return unicodedata.category(character) not in {"Cc", "Cs"}
