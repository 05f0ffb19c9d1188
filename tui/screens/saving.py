"""Saving: where to, and what is asked about what stands in the way."""

import asyncio
import os
from pathlib import Path

from charlm_core import DocumentError
from tui.screens.page import Page
from tui.screens.watching import WatchingScreen
from tui.services.documents import (
    ChangedOnDiskError,
    Document,
    UnencodableError,
    as_utf8,
    difference,
    renamed,
    save,
)
from tui.services.presence import Presence
from tui.services.recent import RecentFiles


class SavingScreen(WatchingScreen):
    """Saves pages, and keeps track of which files are open here."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._presence = Presence()
        self._recent = RecentFiles()

    def saved(self, text: str) -> None:
        """What follows when the document that shows is saved."""

    async def _save(self) -> bool:
        if self.document.path is None:
            return await self._save_as()
        return await self._write(self.document)

    async def _save_as(self) -> bool:
        from tui.screens.prompt import PathPrompt

        start = str(_from_here(self.document.path) if self.document.path else self._folder())
        path = await self.app.push_screen_wait(PathPrompt("Save as", start, _cannot_save))
        if path is None:
            return False
        exists = os.path.lexists(path)
        question = f"{path} exists already."
        if exists and not await self.ask(question, {"r": "Replace it"}, at_stake=True):
            return False
        return await self._write(renamed(self.document, path.absolute()), force=exists)

    async def _write(self, document: Document, *, force: bool = False) -> bool:
        """Save the text as this document, asking about what stands in the way."""
        page = self.page
        while True:
            text = page.text
            try:
                saved = save(document, text, force=force)
            except ChangedOnDiskError as fault:
                answer = await self._ask_about_change(document, text, str(fault))
                if answer == "a":
                    return await self._save_as()
                if answer != "o":
                    return False
                force = True
            except UnencodableError as fault:
                choices = {} if as_utf8(document) == document else {"u": "Save as UTF-8"}
                if not await self.ask(f"{fault}.", choices):
                    return False
                document = as_utf8(document)
            except DocumentError as fault:
                self.tell(str(fault), bad=True)
                return False
            else:
                self._written(page, saved, text)
                return True

    async def _ask_about_change(self, document: Document, text: str, fault: str) -> str:
        """What to do about a file that another program wrote, once it was looked at."""
        choices = {"o": "Overwrite it", "d": "Look at the difference", "a": "Save as"}
        while (answer := await self.ask(f"{fault}.", choices, at_stake=True)) == "d":
            try:
                # Of huge texts it takes a while.
                lines = await asyncio.to_thread(difference, document, text)
            except DocumentError as error:
                lines = [str(error).removeprefix(f"{document.path}: ")]
            await self.show_difference(f"{document.name}: − on disk, + here", lines)
        return answer

    def _written(self, page: Page, document: Document, text: str) -> None:
        before, path = page.document.path, document.path
        page.rebase(document)
        if path and path != before:
            if before:
                self._presence.release(before)
            page.held = self._presence.claim(path)
            if page.held:
                self.tell(page.held, bad=True)
            self._recent.note(path, page.editor.cursor_location)
            self._save_recent()
        self.show_tabs()
        self.saved(text)

    def _claim(self, page: Page) -> None:
        """Tell other instances that the file is open here; read-only where one was first."""
        assert page.document.path
        page.held = self._presence.claim(page.document.path)
        page.editor.read_only = bool(page.held)

    def _save_recent(self) -> None:
        """Write the list of recent files, in a thread: a disk may take its time."""
        self.run_worker(self._recent.save, thread=True, group="recent")
        for notice in self._recent.notices:
            self.tell(notice, bad=True)
        self._recent.notices.clear()

    def _folder(self) -> str:
        """Where a path to be typed begins: the document's folder, unless it is the current one."""
        folder = _from_here(self.document.path).parent if self.document.path else Path()
        return "" if folder == Path() else f"{folder}/"


def _from_here(path: Path) -> Path:
    """A path as seen from the current folder, where it is in that."""
    try:
        return path.relative_to(Path.cwd())
    except (OSError, ValueError):
        return path


def _cannot_save(path: Path) -> str:
    """Why nothing can be saved at a path, as far as one can tell beforehand."""
    try:
        if path.is_dir():
            return f"{path}: a folder; type a file's name after it"
        if not path.parent.is_dir():
            return f"{path}: there is no folder {path.parent}"
        path.absolute()
    except (OSError, ValueError) as error:
        return f"{path}: {error}"
    return ""
