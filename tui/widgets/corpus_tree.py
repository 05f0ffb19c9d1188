"""A tree of folders and files to choose texts from, each with how much text it holds."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import DirectoryTree
from textual.widgets._directory_tree import DirEntry
from textual.widgets.tree import TreeNode

from tui.widgets.visible import visible


class CorpusTree(DirectoryTree):
    """Chooses files and folders: Space or a click on the box ticks, Enter opens a folder."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "Choose a text or a folder"),
        Binding("backspace", "up", "To the folder above"),
        Binding("full_stop", "hidden", "Hidden files, too, or not"),
    ]

    @dataclass
    class Ticked(Message):
        """Others are chosen now."""

        paths: tuple[Path, ...]
        """All that are chosen."""

    @dataclass
    class Found(Message):
        """Files came into view that are not counted yet."""

        paths: tuple[Path, ...]
        """Which."""

    def __init__(self, folder: Path, chosen: Iterable[Path]) -> None:
        super().__init__(folder)
        self._chosen = dict.fromkeys(chosen)
        self._words: dict[Path, tuple[str, bool]] = {}
        self._hidden = False
        self.guide_depth = 2

    @property
    def chosen(self) -> tuple[Path, ...]:
        """The chosen files and folders."""
        return tuple(self._chosen)

    def tell(self, path: Path, words: str, *, bad: bool) -> None:
        """Say something behind a file's name; `bad` where it can't be chosen for it."""
        self._words[path] = (words, bad)
        self._redraw()

    def go_to(self, folder: Path) -> None:
        """Show this folder."""
        self.path = folder

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """What is shown of a folder; called in a thread."""
        shown = [path for path in paths if self._hidden or not path.name.startswith(".")]
        files = tuple(path for path in shown if os.path.isfile(path))  # noqa: PTH113 - never raises
        if files:
            self.post_message(self.Found(files))
        return shown

    def render_label(self, node: TreeNode[DirEntry], base_style: Style, style: Style) -> Text:
        """A box, the name, and what is known of it."""
        path = node.data.path if node.data else Path()
        above = any(parent in self._chosen for parent in path.parents)
        box = "▣ " if path in self._chosen else "▪ " if above else "▢ "
        name = visible(path.name or str(path)) + ("/" if node.allow_expand else "")
        line = Text(no_wrap=True, end="")
        line.append(box, style + Style(color="green") if box != "▢ " else style)
        line.append(name, style)
        if path in self._words:
            words, bad = self._words[path]
            line.append(
                f"  {visible(words)}", style + (Style(color="red") if bad else Style(dim=True))
            )
        return line

    def action_tick(self) -> None:
        """Choose what the cursor is on, or no longer."""
        node = self.cursor_node
        if node is None or node.data is None:
            return
        path = node.data.path
        if path in self._chosen:
            del self._chosen[path]
        else:
            self._chosen[path] = None
        self._redraw()
        self.post_message(self.Ticked(self.chosen))

    def action_up(self) -> None:
        """Show the folder above the one shown."""
        self.path = Path(self.path).absolute().parent

    def action_hidden(self) -> None:
        """Show hidden files, or no longer."""
        self._hidden = not self._hidden
        self.reload()

    def on_directory_tree_file_selected(self, event: DirectoryTree.FileSelected) -> None:
        """Enter, or a click, on a file ticks it."""
        event.stop()
        self.action_tick()

    def _redraw(self) -> None:
        # A label is drawn from its node and what is known here; the tree caches its lines.
        self._invalidate()
        self.refresh()
