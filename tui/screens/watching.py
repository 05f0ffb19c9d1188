"""An eye on the disk: a file that another program wrote is noticed before it is overwritten."""

import time
from pathlib import Path

from charlm_core import DocumentError
from tui.screens.page import Page, State
from tui.screens.pages import PagesScreen
from tui.services.documents import open_document

LOOK_SECONDS = 2.0
"""How often the disk is looked at while the keys rest."""
SETTLED_SECONDS = 0.5
"""A file written more recently than this may not be whole yet."""


class WatchingScreen(PagesScreen):
    """Reads files again that others wrote, and warns of those that have changes here as well.

    A look costs one system call for each page, and draws nothing where nothing changed.
    """

    _keys = -1
    """The editor's revision at the last look."""

    def on_mount(self) -> None:
        """Look now and then, and whenever the person comes back from another program."""
        self.set_interval(LOOK_SECONDS, self._look_at_rest)
        self.watch(self.app, "app_focus", self._look_on_return, init=False)

    def look(self) -> None:
        """See whether files are still as they were, unless something is being asked or done."""
        if self.at_rest and self.app.screen is self:
            for page in self.pages:
                self._look_at(page)

    def gone(self, page: Page) -> bool:
        """Whether there was a file that is not there any more."""
        document = page.document
        if document.stamp is None or document.path is None:
            return False
        return _state(document.path) is None

    def _look_on_return(self, focus: bool) -> None:
        if focus:
            self.look()

    def _look_at_rest(self) -> None:
        if self._keys == self.editor.revision:
            self.look()
        self._keys = self.editor.revision

    def _look_at(self, page: Page) -> None:
        path = page.document.path
        if path is None or not page.opened:
            return
        state = _state(path)
        news = state, page.editor.modified
        if state == _known(page) or state == () or news == page.told:
            return
        if state is None:
            page.told = news
            self.tell(f"{page.name} is gone from the disk; saving writes it again", bad=True)
        elif page.editor.modified:
            page.told = news
            self.tell(f"{page.name} was changed by another program: Ctrl-S asks what to do")
        elif not 0 <= time.time() - state[-1] / 1e9 < SETTLED_SECONDS:
            page.told = news
            self._read_again(page, path)

    def _read_again(self, page: Page, path: Path) -> None:
        """Have what is on disk in the page, as one step of undo."""
        try:
            document = open_document(path)
        except DocumentError as error:
            self.tell(f"changed on disk, and can't be read again: {error}", bad=True)
            return
        edits = page.editor.edits
        page.put(document.text)
        page.rebase(document)
        if page.editor.edits != edits:
            self.tell(f"{page.name} was changed by another program and read again; undo is Ctrl-Z")
            self.show_tabs()


def _known(page: Page) -> State | None:
    """The state that the file had when it was opened or saved here; None for none."""
    if (stamp := page.document.stamp) is None:
        return None
    return stamp.device, stamp.inode, stamp.size, stamp.modified_ns


def _state(path: Path) -> State | None:
    """What tells the file as it is now from others, last when it was written; None for none."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        # It can't be looked at, which says nothing of it.
        return ()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
