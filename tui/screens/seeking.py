"""Finding: what the find bar asks for, looked for in the editor that shows."""

import asyncio
from bisect import bisect_left
from collections.abc import Callable
from functools import partial

from textual import on

from tui.screens.searching import OtherTextError, Searching
from tui.text import moves
from tui.text.buffer import Buffer, Location, Selection
from tui.text.pattern import Pattern, SearchError
from tui.text.search import Highlights, Match, find_all, find_next
from tui.widgets.editor import Editor
from tui.widgets.field import LONGEST
from tui.widgets.find_bar import FindBar

REST_SECONDS = 0.3
"""So long after a change the matches are counted again."""
MOST_COUNTED = 10_000
"""Matches; of more it is said that there are more."""


class Seeking(Searching):
    """Finds what is typed in the bar, goes from match to match, and counts them.

    What is to be said while the bar does not show goes to `tell`.
    """

    def __init__(self, editor: Callable[[], Editor], tell: Callable[[str], None]) -> None:
        super().__init__(editor)
        self._tell = tell
        self._origin = Selection()
        self._match: Match | None = None
        self._scope: tuple[Location, Location] | None = None
        self._ahead: list[bool] = []
        self._counted: tuple[Pattern, Buffer, int] | None = None
        self._starts: list[Location] = []
        self._more = False
        # The text's edits when something was said of it that stands until the next one.
        self._told_at = -1

    def open(self, *, replace: bool = False) -> None:
        """Ask what to find: what is selected in one line, or what was sought last."""
        self._turn()
        editor = self._editor
        (top, left), (bottom, right) = span = editor.selection.span
        text = editor.buffer.lines[top][left:right] if top == bottom else ""
        if len(text) > LONGEST:
            text = ""
        if top != bottom:
            self._scope = span
        elif not self._bar.display:
            self._scope = None
        self._match = Match(*span) if text else None
        self._origin = editor.selection
        before = self._bar.pattern
        self._bar.open(text, replace=replace, selection=self._scope is not None)
        self._show(self._bar.pattern)
        if self._bar.pattern and self._bar.pattern == before:
            self._count(self._bar.pattern)

    def next(self, *, backwards: bool = False) -> None:
        """Go to the next match, or the one before; asked what to find where nobody said."""
        self._turn()
        if self._bar.pattern is None:
            if not self._bar.display:
                self.open()
        elif self._seeks:
            self._ahead.append(backwards)
        else:
            self._origin = self._editor.selection
            self._seek(self._beside(backwards), backwards, onwards=True)

    def close(self) -> None:
        """Put the bar away; the cursor stays at the match."""
        self._hide()
        self.screen.set_focus(self._editor)

    def turned(self) -> None:
        """Another page shows, or another document: look in that."""
        self._turn()
        self._stop()
        self._match = None
        if self._bar.display:
            self._origin, self._scope = self._editor.selection, None
            self._show(self._bar.pattern)
            if self._bar.pattern:
                self._count(self._bar.pattern)

    def changed(self, message: Editor.Changed) -> None:
        """The text is another: what was selected may be elsewhere, and matches are counted anew."""
        if message.editor is not self._editor or not self._bar.display:
            return
        if self._scope:
            start, end = self._scope
            for change in message.changes:
                # What takes the place of its first characters belongs to it.
                start = start if start <= change.start else change.moved(start)
                end = change.moved(end)
            self._scope = start, end
        if self._bar.pattern and not self._seeks and self._told_at != self._editor.edits:
            self._count(self._bar.pattern, REST_SECONDS)

    # What the bar asks for.

    @on(FindBar.Changed)
    def _follow(self, message: FindBar.Changed) -> None:
        """Find what is typed as it is typed, from where the cursor was."""
        message.stop()
        # Only what was typed last is worth a search.
        if message.pattern != self._bar.pattern:
            return
        self._stop()
        if not (self._match and self._at(self._match)):
            # The cursor was moved since, or is where it was.
            self._origin = self._editor.selection
        self._show(message.pattern)
        if message.pattern is None:
            self._return()
        elif self._bar.display:
            self._seek(self._origin.span[0])

    @on(FindBar.Next)
    def _go_on(self, message: FindBar.Next) -> None:
        message.stop()
        self.next(backwards=message.backwards)

    @on(FindBar.Closed)
    def _put_away(self, message: FindBar.Closed) -> None:
        message.stop()
        self.close()

    # Searching.

    def _seek(self, start: Location, backwards: bool = False, *, onwards: bool = False) -> None:
        """Find a match, and after it those that are asked for in the meantime.

        What is typed after going `onwards` refines the search from there.
        """
        if self._bar.pattern:
            self._begin(partial(self._find, self._bar.pattern, start, backwards, onwards))

    async def _find(
        self, pattern: Pattern, start: Location, backwards: bool, onwards: bool
    ) -> None:
        while True:
            try:
                match = await self._first(pattern, start, backwards)
            except SearchError as error:
                self._complain(str(error))
                return
            self._land(pattern, match)
            if onwards:
                self._origin = self._editor.selection
            if match is None or not self._ahead:
                break
            backwards, onwards = self._ahead.pop(0), True
            start = self._beside(backwards)
        self._ahead.clear()
        if match is not None:
            self._count(pattern)

    async def _first(self, pattern: Pattern, start: Location, backwards: bool) -> Match | None:
        while True:
            steps = find_next(self._editor.buffer.lines, pattern, start, backwards=backwards)
            try:
                async for match in self._slices(steps, "searching…"):
                    return match
                return None
            except OtherTextError:
                start = self._editor.buffer.clamp(start)

    def _land(self, pattern: Pattern, match: Match | None) -> None:
        """Show a match, or that there is none."""
        self._match = match
        if match is None:
            self._return()
            broken = pattern.regular and r"\n" in pattern.text
            self._complain(r"no match: \n is in no line" if broken else "no match")
        else:
            self._reveal(Selection(match.start, match.end))
            self._say()

    def _complain(self, what: str) -> None:
        """Say what is wrong, in the bar or without it."""
        self._bar.tell(what)
        if not self._bar.display and self._bar.pattern:
            self._tell(f"{self._bar.pattern.text}: {what}")

    def _return(self) -> None:
        """Back to where the search began."""
        self._match = None
        if self._bar.display and self._editor.selection != self._origin:
            self._reveal(self._origin)

    def _reveal(self, selection: Selection) -> None:
        """Select; what was out of view comes to the middle."""
        editor, top = self._editor, self._editor.top
        editor.selection = selection
        if editor.top != top:
            editor.move_cursor(selection.end, select=True, center=True)

    def _at(self, match: Match) -> bool:
        return self._editor.selection == (match.start, match.end)

    def _beside(self, backwards: bool) -> Location:
        """Where the next search begins: beside the match the cursor is at, or at the cursor."""
        start, end = self._editor.selection.span
        if backwards:
            return start
        if start == end and self._match and self._at(self._match):
            return self._step(end)
        return end

    def _step(self, location: Location) -> Location:
        """The location after this one; after the last, the first."""
        after = moves.right(self._editor.buffer.lines, location)
        return (0, 0) if after == location else after

    # Counting.

    def _count(self, pattern: Pattern, delay: float = 0.0) -> None:
        """Have the matches counted, unless they are."""
        if self._counted == (pattern, self._editor.buffer, self._editor.edits):
            self._say()
        elif self._bar.display:
            self._in_background(partial(self._tally, pattern, delay), "count")

    async def _tally(self, pattern: Pattern, delay: float) -> None:
        await asyncio.sleep(delay)
        counted = pattern, self._editor.buffer, self._editor.edits
        starts: list[Location] = []
        more = False
        steps = find_all(self._editor.buffer.lines, pattern)
        try:
            async for match in self._slices(steps, "counting…"):
                if len(starts) == MOST_COUNTED:
                    more = True
                    break
                starts.append(match.start)
        except OtherTextError:
            # Whoever changed it has it counted again.
            return
        except SearchError:
            more = True
        self._counted, self._starts, self._more = counted, starts, more
        self._say()

    def _say(self) -> None:
        """Tell which of how many matches this is."""
        if self._counted != (self._bar.pattern, self._editor.buffer, self._editor.edits):
            self._bar.tell("")
            return
        total = f"{len(self._starts):,}{'+' if self._more else ''}"
        words = f"{total} found"
        if self._match and self._at(self._match):
            nth = bisect_left(self._starts, self._match.start)
            if nth < len(self._starts) and self._starts[nth] == self._match.start:
                words = f"{'↻ ' if self._match.wrapped else ''}{nth + 1:,} of {total}"
        self._bar.tell(words if self._starts else "no match")

    # The bar comes and goes.

    def _stop(self) -> None:
        self._ahead.clear()
        super()._stop()

    def _turn(self) -> bool:
        turned = super()._turn()
        if turned:
            self._match = None
        return turned

    def _show(self, pattern: Pattern | None) -> None:
        """Show all matches in view."""
        shown = pattern is not None and self._bar.display
        self._editor.show_matches(Highlights(pattern) if pattern and shown else None)

    def _hide(self) -> None:
        self._stop()
        self._bar.close()
        self._editor.show_matches(None)
