"""A file tree to choose texts from, with how much text each file holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.widgets.corpus_row import BOX_CELLS, INDENT, Figures, Kind, row_parts
from tui.widgets.shelf import Entry, Row, Shelf


class CorpusTree(ScrollView, can_focus=True):
    """Chooses files and folders: Space, or a click, ticks; Enter opens a folder, or ticks a file.

    Shows what it is given: it asks with messages, and reads no disk itself.
    """

    DEFAULT_CSS = """
    CorpusTree {
        background: transparent;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
        & > .corpus-tree--cursor { background: $block-cursor-blurred-background; }
        &:focus > .corpus-tree--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
        }
        & > .corpus-tree--ticked { color: $text-success; }
        & > .corpus-tree--faint { color: $foreground 60%; }
        & > .corpus-tree--bad { color: $text-warning; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "corpus-tree--cursor",
        "corpus-tree--ticked",
        "corpus-tree--faint",
        "corpus-tree--bad",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "The row above"),
        Binding("down", "move(1)", "The row below"),
        Binding("pageup", "page(-1)", "A page up"),
        Binding("pagedown", "page(1)", "A page down"),
        Binding("home", "move(-1000000)", "The first row"),
        Binding("end", "move(1000000)", "The last row"),
        Binding("space", "tick", "Choose a file or a whole folder, or no longer"),
        Binding("enter", "enter", "Open a folder or close it; choose a file"),
        Binding("right", "into", "Open a folder, go into it"),
        Binding("left", "out_of", "Close a folder, go out of it"),
        Binding("backspace", "up", "Show the folder above"),
        Binding("full_stop", "hidden", "Show hidden files, or no longer"),
    ]

    @dataclass
    class Ticked(Message):
        """Others are chosen now."""

        paths: tuple[Path, ...]
        """All that are chosen."""

    @dataclass
    class Wanted(Message):
        """A folder's contents are to be shown."""

        folder: Path
        """Which."""
        hidden: bool
        """Whether hidden files belong to them."""

    @dataclass
    class Viewed(Message):
        """Other files are in view now."""

        paths: tuple[Path, ...]
        """Those of which nothing is known."""

    @dataclass
    class Moved(Message):
        """Another folder is at the top now."""

        root: Path
        """Which."""

    def __init__(self, root: Path, chosen: Sequence[Path]) -> None:
        super().__init__()
        self._shelf = Shelf(root, chosen)
        self._figures: dict[Path, Figures] = {}
        self._cursor = 0
        self._hidden = False
        self._sought: Path | None = chosen[0] if chosen else None
        self._asked: set[Path] = set()
        self._viewed: tuple[Path, ...] = ()

    @property
    def root(self) -> Path:
        """The folder at the top."""
        return self._shelf.root

    @property
    def chosen(self) -> tuple[Path, ...]:
        """The chosen files and folders."""
        return self._shelf.chosen

    def on_mount(self) -> None:
        """Ask for what is to be shown."""
        self._changed()

    def on_resize(self) -> None:
        """Fit the rows to the width, and look what is in view."""
        self._changed()

    def put(self, folder: Path, inner: Sequence[Entry], remark: str) -> None:
        """Show what a folder holds, and a remark below that."""
        at = self._sought or self._at.path
        self._asked.discard(folder)
        self._shelf.put(folder, inner, remark)
        self._changed(at)

    def tell(self, path: Path, figures: Figures) -> None:
        """Show what is known of a file or folder."""
        if self._figures.get(path) != figures:
            self._figures[path] = figures
            self.refresh()

    def go_to(self, root: Path, cursor: Path | None = None) -> None:
        """Show this folder, the cursor on a file in it."""
        self._shelf.go_to(root)
        self._asked.clear()
        self._cursor, self._sought = 0, cursor
        self.post_message(self.Moved(root))
        self._changed()

    def tick(self, path: Path) -> None:
        """Choose a file or folder, or no longer."""
        self._shelf.tick(path)
        self.refresh()
        self.post_message(self.Ticked(self.chosen))

    def action_move(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        self._go(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by so many pages."""
        self._go(self._cursor + pages * max(1, self.size.height - 1))

    def action_tick(self) -> None:
        """Choose what the cursor is on, or no longer."""
        if not self._at.remark:
            self.tick(self._at.path)

    def action_enter(self) -> None:
        """Open a folder or close it; choose a file."""
        if self._at.is_folder:
            self._turn(self._at.path)
        else:
            self.action_tick()

    def action_into(self) -> None:
        """Open the folder, or go to what is first in it."""
        if self._at.is_folder and not self._at.is_open:
            self._turn(self._at.path)
        elif self._at.is_folder:
            self._go(self._cursor + 1)

    def action_out_of(self) -> None:
        """Close the folder, or go to the one this is in."""
        row = self._at
        if row.is_open:
            self._turn(row.path)
        elif row.depth:
            self._go_to_path(row.path if row.remark else row.path.parent)

    def action_up(self) -> None:
        """Show the folder above the one at the top."""
        if self.root.parent != self.root:
            self.go_to(self.root.parent, self.root)

    def action_hidden(self) -> None:
        """Show hidden files, or no longer."""
        self._hidden = not self._hidden
        self._sought = self._at.path
        self._asked.clear()
        self._shelf.forget()
        self._changed()

    def on_click(self, event: events.Click) -> None:
        """Tick, or open a folder."""
        index = event.y + round(self.scroll_offset.y)
        if index >= len(self._shelf.rows):
            return
        self._go(index)
        row = self._at
        if row.is_folder and event.x - row.depth * INDENT not in BOX_CELLS:
            self._turn(row.path)
        else:
            self.action_tick()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other files come into view."""
        super().watch_scroll_y(old_value, new_value)
        self._look()

    def render_line(self, y: int) -> Strip:
        """A row: its tick, its name, its figures."""
        index, width = y + round(self.scroll_offset.y), self.scrollable_content_region.width
        base = self.rich_style
        if index >= len(self._shelf.rows):
            return Strip.blank(width, base)
        row, at_cursor = self._shelf.rows[index], index == self._cursor
        if at_cursor:
            base += self.get_component_rich_style("corpus-tree--cursor", partial=True)

        def styled(kind: Kind) -> Style:
            """This kind's colour; on the cursor's own none reads well."""
            if at_cursor or not kind:
                return base
            return self.get_component_rich_style(f"corpus-tree--{kind}")

        tick, figures = self._shelf.tick_of(row.path), self._figures.get(row.path, Figures())
        parts = row_parts(row, tick, figures, width)
        return Strip(Segment(text, styled(kind)) for text, kind in parts).adjust_cell_length(
            width, base
        )

    @property
    def _at(self) -> Row:
        """The row that the cursor is on."""
        return self._shelf.rows[min(self._cursor, len(self._shelf.rows) - 1)]

    def _turn(self, folder: Path) -> None:
        at = self._at.path
        self._shelf.turn(folder)
        self._changed(at)

    def _go(self, index: int) -> None:
        self._sought = None
        self._move(index)

    def _go_to_path(self, path: Path) -> None:
        """Put the cursor on this one, if it is there."""
        for index, row in enumerate(self._shelf.rows):
            if row.path == path:
                self._go(index)
                return

    def _move(self, index: int) -> None:
        self._cursor = max(0, min(index, len(self._shelf.rows) - 1))
        self.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False, force=True)
        self.refresh()

    def _changed(self, at: Path | None = None) -> None:
        """Draw other rows, the cursor on the same as before; ask for what they lack."""
        width = self.scrollable_content_region.width
        self.virtual_size = Size(width, len(self._shelf.rows))
        self._move(self._cursor)
        if at is not None:
            self._go_to_path(at)
        for folder in self._shelf.missing():
            if folder not in self._asked:
                self._asked.add(folder)
                self.post_message(self.Wanted(folder, self._hidden))
        self._look()
        self.refresh()

    def _look(self) -> None:
        """Tell which files have come into view."""
        top = round(self.scroll_offset.y)
        rows = self._shelf.rows[top : top + self.size.height]
        files = tuple(
            row.path
            for row in rows
            if not row.is_folder and not row.remark and row.path not in self._figures
        )
        if files and files != self._viewed:
            self._viewed = files
            self.post_message(self.Viewed(files))
