"""The stock text area of Textual in an app that does nothing else, to compare with.

    python -m tests.perf.stock FILE

F2 goes to the end of the line in the middle of the text, F3 to the end of the text: Textual has no
keys for either.
"""

import sys
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import TextArea


class Stock(App[None]):
    """Shows a file in a text area."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "go(0.5)", priority=True),
        Binding("f3", "go(1.0)", priority=True),
    ]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        """The text area alone."""
        yield TextArea(self._path.read_text("utf-8"))

    def action_go(self, share: float) -> None:
        """Go to the end of the line at this share of the text; of a text of one line, into it."""
        area = self.query_one(TextArea)
        lines = area.document.line_count
        row = int(share * (lines - 1))
        length = len(area.document.get_line(row))
        area.move_cursor((row, int(share * length) if lines == 1 else length))


if __name__ == "__main__":
    Stock(Path(sys.argv[1])).run()
