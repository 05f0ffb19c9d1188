"""Where texts are chosen: a line with the folder above a tree of what it holds."""

from collections.abc import Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from tui.widgets.corpus_row import heading
from tui.widgets.corpus_tree import CorpusTree
from tui.widgets.folder_line import Complete, FolderLine


class Texts(Vertical):
    """A box with both in it, and what is chosen at its lower edge."""

    DEFAULT_CSS = """
    Texts {
        height: 1fr;
        min-height: 7;
        padding: 0 1;
        border: round $foreground 30%;
        border-title-color: $foreground;
        border-subtitle-color: $foreground;
        &:focus-within { border: round $primary; }
        & Horizontal { height: 1; }
        & FolderLine { width: 1fr; background: transparent; padding: 0; }
        & Static { width: 25; margin-right: 1; color: $foreground 60%; text-align: right; }
        & CorpusTree { height: 1fr; }
    }
    """

    def __init__(self, root: Path, chosen: Sequence[Path], complete: Complete) -> None:
        super().__init__()
        self._line = FolderLine(root, complete)
        self._tree = CorpusTree(root, chosen)
        self.border_title = "New run: learn from"

    def compose(self) -> ComposeResult:
        """The line above the tree."""
        with Horizontal():
            yield self._line
            yield Static(heading())
        yield self._tree

    def show(self, chosen: Content) -> None:
        """Tell what is chosen."""
        self.border_subtitle = chosen

    @on(CorpusTree.Moved)
    def _tell_folder(self, message: CorpusTree.Moved) -> None:
        message.stop()
        self._line.show(message.root)
