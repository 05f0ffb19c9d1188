"""The editor's document: lines broken at `\n` and nowhere else, beside the lines as they are shown.

Textual's own document breaks lines wherever `str.splitlines` does, at form feeds and the like, and
so loses them; and it measures and draws control characters as they are.
"""

from collections.abc import Iterable

from rich.cells import cell_len
from textual.document._document import Document, EditResult, Location
from textual.document._wrapped_document import WrappedDocument

from tui.widgets.visible import visible


class Buffer(Document):
    """A text of `\n`-separated lines."""

    def __init__(self, text: str) -> None:
        super().__init__("")
        self._newline = "\n"
        self._lines = text.split("\n")
        self._shown = Shown(map(visible, self._lines))

    @property
    def shown(self) -> "Shown":
        """The same lines with visible stand-ins for control characters, kept up to date."""
        return self._shown

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        """Replace what lies between two locations, in either order; says what it was."""
        (top, left), (bottom, right) = sorted((start, end))
        replaced = self.get_text_range(start, end)
        lines = self._lines
        before = lines[top][:left] if top < len(lines) else ""
        after = lines[bottom][right:] if bottom < len(lines) else ""
        fresh = (before + text).split("\n")
        column = len(fresh[-1])
        fresh[-1] += after
        lines[top : bottom + 1] = fresh
        self._shown.lines[top : bottom + 1] = map(visible, fresh)
        return EditResult((top + len(fresh) - 1, column), replaced)

    def get_text_range(self, start: Location, end: Location) -> str:
        """The text between two locations, in either order."""
        (top, left), (bottom, right) = sorted((start, end))
        if top == bottom:
            return self._lines[top][left:right] if top < len(self._lines) else ""
        parts = self._lines[top : bottom + 1]
        if bottom < len(self._lines):
            parts[-1] = parts[-1][:right]
        parts[0] = parts[0][left:]
        return "\n".join(parts)


class Shown(Document):
    """The lines of a Buffer as they are drawn; it changes only through the Buffer."""

    def __init__(self, lines: Iterable[str]) -> None:
        super().__init__("")
        self._lines = list(lines)


class Wrapped(WrappedDocument):
    """The wrapped view, with a height that is not counted anew for every line drawn."""

    @property
    def height(self) -> int:
        """How many screen lines the document takes."""
        return len(self._offset_to_line_info)

    def section(self, y: int) -> tuple[int, int, int] | None:
        """Row, first column and end column of screen line `y`; None below the last one."""
        if not 0 <= y < len(self._offset_to_line_info):
            return None
        row, index = self._offset_to_line_info[y]
        bounds = [0, *self._wrap_offsets[row], len(self.document[row])]
        return row, bounds[index], bounds[index + 1]

    def extent(self, row: int) -> tuple[int, int]:
        """The first and last screen line of a row."""
        lines = self._line_index_to_offsets[row]
        return lines[0], lines[-1]

    def tabs(self, row: int, start: int, end: int) -> tuple[int, ...]:
        """The width in cells of each tab between two columns of a row."""
        line = self.document[row]
        if "\t" not in line:
            return ()
        before = line.count("\t", 0, start)
        return tuple(self.get_tab_widths(row)[before : before + line.count("\t", start, end)])

    def width_before(self, row: int, column: int) -> int:
        """The cells from the start of a row to a column, were it not wrapped."""
        text = self.document[row][:column]
        return cell_len(text.replace("\t", "")) + sum(self.tabs(row, 0, column))
