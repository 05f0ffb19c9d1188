"""An edit area into which somebody else writes, piece by piece, and whoever edits it stops that."""

from tui.text.buffer import Change, Selection
from tui.text.visible import storable
from tui.widgets.area import EditArea


class StreamArea(EditArea):
    """Takes a stream at its cursor as one step of undo; whatever else happens to it ends it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        self._streaming = False
        self._streamed = False
        self._own: tuple[Change, ...] = ()
        super().__init__(id=id)

    @property
    def streaming(self) -> bool:
        """Whether a stream goes on."""
        return self._streaming

    def begin(self, text: str) -> None:
        """Edit another text, into which nothing is written."""
        self.end_stream()
        super().begin(text)

    def begin_stream(self) -> None:
        """Take what `stream` brings until another change, a move of the cursor, or `end_stream`."""
        self.end_stream()
        self._streaming = not self.read_only

    def stream(self, text: str) -> bool:
        """Put a piece in at the cursor, which goes behind it; False where the stream has ended."""
        text = storable(text)
        if not self._streaming or not text:
            return self._streaming
        before, cursor = self.selection, self.cursor_location
        change = self._apply(cursor, cursor, text)
        self._selection = Selection.cursor(change.stop)
        # What was saved meanwhile can be undone to.
        if self._streamed and not self.history.at_saved:
            self.history.append(change, self._selection)
        else:
            self.history.close()
            self.history.note([change], before, self._selection, self._now())
            self._streamed = True
        self._own = (change,)
        self._follow(self._own)
        return True

    def end_stream(self) -> None:
        """Take no more of it; what is changed next is another step."""
        if self._streaming:
            self._streaming = self._streamed = False
            self._own = ()
            self.history.close()

    def is_streamed(self, changes: tuple[Change, ...]) -> bool:
        """Whether these changes are what a stream just brought."""
        return bool(changes) and changes is self._own

    def settled(
        self, changes: tuple[Change, ...], *, moved: bool = True, travelled: bool = False
    ) -> None:
        """Any change or move that is not the stream's own ends it."""
        if not self.is_streamed(changes):
            self.end_stream()
        super().settled(changes, moved=moved, travelled=travelled)
