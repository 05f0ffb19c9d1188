"""The bars below the editor: finding, replacing and going to a line."""

from collections.abc import Callable
from functools import partial

from textual import on
from textual.app import ComposeResult

from tui.screens.searching import OtherTextError
from tui.screens.seeking import Seeking
from tui.text.buffer import Location, Selection, advanced
from tui.text.pattern import Pattern, SearchError
from tui.text.places import PlaceError, place
from tui.text.search import Replacing, replacement
from tui.widgets.editor import Editor
from tui.widgets.find_bar import FindBar
from tui.widgets.line_bar import LineBar


class Bars(Seeking):
    """The bars; one shows at a time, or none."""

    def __init__(self, editor: Callable[[], Editor], tell: Callable[[str], None]) -> None:
        super().__init__(editor, tell)
        self._line_bar = LineBar(self._go)

    def compose(self) -> ComposeResult:
        """Both bars, out of the way at first."""
        yield from super().compose()
        self._line_bar.display = False
        yield self._line_bar

    def open(self, *, replace: bool = False) -> None:
        """Ask what to find, and what to replace it with."""
        self._line_bar.close()
        super().open(replace=replace)

    def open_line_bar(self) -> None:
        """Ask for a line to go to."""
        self._turn()
        self._hide()
        self._line_bar.open()

    def close(self) -> None:
        """Put the bars away; the cursor stays where it is."""
        self._line_bar.close()
        super().close()

    @on(LineBar.Closed)
    def _put_line_bar_away(self, message: LineBar.Closed) -> None:
        message.stop()
        self.close()

    def _go(self, typed: str) -> str:
        """Go to a line, or say what is wrong with it."""
        self._turn()
        editor = self._editor
        try:
            location = place(typed, editor.buffer.lines, editor.cursor_location)
        except PlaceError as error:
            return str(error)
        self._reveal(Selection.cursor(location))
        self.close()
        return ""

    @on(FindBar.Replace)
    def _replace(self, message: FindBar.Replace) -> None:
        """Replace the match the cursor is at, and go on to the next."""
        message.stop()
        pattern, match = self._bar.pattern, self._match
        if pattern is None or not self._may_change():
            return
        if self._seeks or match is None or not self._at(match):
            self.next()
            return
        try:
            span = match.start, match.end
            text = replacement(self._editor.buffer.lines, pattern, message.template, span)
        except SearchError as error:
            self._bar.tell(str(error))
            return
        if text is None:
            self.next()
            return
        self._editor.replace(match.start, match.end, text)
        after = advanced(match.start, text)
        if match.start == match.end:
            # An empty match would be found again where it was.
            after = self._step(after)
        self._origin = Selection.cursor(after)
        self._seek(after)

    @on(FindBar.ReplaceAll)
    def _replace_all(self, message: FindBar.ReplaceAll) -> None:
        """Replace all matches in one step, once they are found."""
        message.stop()
        if self._bar.pattern and self._may_change():
            scope = self._scope if message.in_selection else None
            self._begin(partial(self._exchange, self._bar.pattern, message.template, scope))

    async def _exchange(
        self, pattern: Pattern, template: str, scope: tuple[Location, Location] | None
    ) -> None:
        editor = self._editor
        work = Replacing(editor.buffer.lines, pattern, template, scope)
        try:
            async for _ in self._slices(work.steps(), "searching…"):
                pass
        except SearchError as error:
            self._bar.tell(str(error))
        except OtherTextError:
            self._bar.tell("the text changed: nothing replaced")
        else:
            editor.replace_all(work.edits)
            self._match, self._origin = None, editor.selection
            self._bar.tell(f"{work.matches:,} replaced")
        self._told_at = editor.edits

    def _may_change(self) -> bool:
        if self._editor.read_only:
            self._bar.tell("read-only")
        return not self._editor.read_only
