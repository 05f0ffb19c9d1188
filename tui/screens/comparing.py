"""Two models compared on the open document: a table whose figures appear as they come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from charlm_core import Compared
from tui.screens.dialog import Dialog
from tui.services.comparison import CompareFailed, Comparison
from tui.text.visible import visible
from tui.widgets.comparison import table

Start = Callable[[Sequence[Path], str, Callable[[Compared | CompareFailed], None]], Comparison]


class ComparingScreen(Dialog[bool]):
    """Compares as long as it is open; answers whether the person wants to leave the program.

    `models` are names and folders, two of them; `text` is the document's, called `document`.
    """

    DEFAULT_CSS = """
    ComparingScreen {
        & .fault { margin-top: 0; }
        &.dense > Vertical { padding: 0 1; }
        &.dense .hint { margin-top: 0; }
    }
    """
    DENSE = 22
    """In fewer lines nothing is left empty."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,c,f3", "close", "Stop, and back to the models"),
        Binding("ctrl+q", "quit", "Quit"),
    ]

    @dataclass
    class Told(Message):
        """The process that compares said something."""

        found: Compared | CompareFailed
        """What."""

        def can_replace(self, message: Message) -> bool:
            """Of what has not been shown yet the latest will do."""
            return isinstance(message, ComparingScreen.Told)

    def __init__(
        self,
        models: Sequence[tuple[str, Path]],
        document: str,
        text: str,
        start: Start = Comparison,
    ) -> None:
        super().__init__()
        self._names = [name for name, _ in models]
        self._document = document
        self._chars = len(text)
        self._found: Compared | None = None
        self._comparison = start([path for _, path in models], text, self._deliver)

    def compose(self) -> ComposeResult:
        """The table, what went wrong, and the key."""
        with Vertical():
            yield Static(id="table", markup=False)
            yield Static("", classes="fault", markup=False)
            yield Static("Esc stops", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Begin."""
        self.query_one(".fault").display = False
        self._draw()
        self._comparison.open()

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._comparison.close()

    def on_resize(self) -> None:
        """The table fits the room."""
        super().on_resize()
        self.call_after_refresh(self._draw)

    def action_close(self) -> None:
        """Back to the models."""
        self.answer(False)

    def action_quit(self) -> None:
        """Leave the program, by way of the models and the editor."""
        self.answer(True)

    def _deliver(self, found: Compared | CompareFailed) -> None:
        """Hand over what is found; called in another thread."""
        self.post_message(self.Told(found))

    @on(Told)
    def _show(self, message: Told) -> None:
        match message.found:
            case Compared() as found:
                self._found = found
                if found.progress >= 1:
                    self.query_one(".hint", Static).update("Esc goes back")
                self._draw()
            case CompareFailed(reason=reason):
                fault = self.query_one(".fault", Static)
                fault.update(visible(reason))
                fault.display = True
                self.query_one(".hint", Static).update("Esc goes back")

    def _draw(self) -> None:
        if self.is_mounted:
            shown = self.query_one("#table", Static)
            width = max(20, shown.size.width)
            dense = self.size.height < self.DENSE
            self.set_class(dense, "dense")
            shown.update(
                table(self._names, self._document, self._chars, self._found, width, dense=dense)
            )
