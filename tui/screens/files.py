"""What can be done with files: saving, opening, beginning anew and leaving; what is asked then."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker

from charlm_core import DocumentError
from tui.services.documents import (
    ChangedOnDiskError,
    Document,
    UnencodableError,
    as_utf8,
    open_document,
    renamed,
    save,
)
from tui.widgets.editor import Editor
from tui.widgets.visible import visible

NOTICE_SECONDS = 12.0
"""How long a notice stays on the screen."""


class FilesScreen(Screen[None]):
    """Holds one document at a time, and the editor that it is in.

    Each flow may ask questions; one runs at a time.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save"),
        Binding("f12,ctrl+shift+s,alt+s", "save_as", "Save as"),
        Binding("ctrl+o", "open", "Open"),
        Binding("ctrl+n", "new", "New text"),
        Binding("ctrl+q", "quit", "Quit"),
    ]

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._flow: Worker[None] | None = None
        self._editor = Editor(id="editor")

    @property
    def document(self) -> Document:
        """The document as it is on disk."""
        return self._document

    @property
    def unsaved(self) -> str | None:
        """The text, where it is not what is on disk."""
        text = self._editor.text
        return text if self._editor.modified and text != self._document.text else None

    def opened(self) -> None:
        """What follows when another document is in the editor."""

    def saved(self, text: str) -> None:
        """What follows when the document is saved."""

    def leaving(self) -> None:
        """What comes before the document is let go; `unsaved` is what is thrown away of it."""

    def show(self, document: Document) -> None:
        """Have another document in the editor."""
        self._document = document
        self._editor.load(document.text)
        self.opened()
        if document.notice:
            self.tell(f"{document.name}: {document.notice}")

    def tell(self, what: str, *, bad: bool = False) -> None:
        """Show a notice."""
        self.notify(
            visible(what),
            severity="error" if bad else "information",
            timeout=NOTICE_SECONDS,
            markup=False,
        )

    async def action_save(self) -> None:
        """Save, under a new name where there is none."""
        await self._begin(self._save)

    async def action_save_as(self) -> None:
        """Save under another name."""
        await self._begin(self._save_as)

    async def action_open(self) -> None:
        """Open another file."""
        await self._begin(self._open)

    async def action_new(self) -> None:
        """Begin an empty document."""
        await self._begin(self._new)

    async def action_quit(self) -> None:
        """Leave."""
        await self._begin(self._quit)

    async def _begin(self, flow: Callable[[], Awaitable[object]]) -> None:
        """Start a flow, unless one is at work, and let it come to its end or its first question.

        The key after this one then meets what this one did.
        """
        if self._flow is not None and self._flow.is_running:
            return

        async def run() -> None:
            await flow()

        self._flow = self.run_worker(run(), group="files")
        await asyncio.sleep(0)

    async def _quit(self) -> None:
        if await self._may_leave():
            self.leaving()
            self.app.exit()

    async def _new(self) -> None:
        if await self._may_leave():
            self.leaving()
            self.show(Document())

    async def _open(self) -> None:
        from tui.screens.prompt import PathPrompt

        if not await self._may_leave():
            return
        path = await self.app.push_screen_wait(PathPrompt("Open", self._folder(), _cannot_open))
        if path is not None:
            try:
                document = open_document(path)
            except DocumentError as error:
                self.tell(str(error), bad=True)
            else:
                self.leaving()
                self.show(document)

    async def _may_leave(self) -> bool:
        """Whether the text may be let go: it is saved, or the person said so."""
        if self.unsaved is None:
            return True
        question = f"{self._document.name} has changes that are not saved."
        answer = await self._confirm(question, {"s": "Save", "d": "Don't save"})
        return answer == "d" or (answer == "s" and await self._save())

    async def _save(self) -> bool:
        if self._document.path is None:
            return await self._save_as()
        return await self._write(self._document)

    async def _save_as(self) -> bool:
        from tui.screens.prompt import PathPrompt

        start = str(self._document.path or self._folder())
        path = await self.app.push_screen_wait(PathPrompt("Save as", start, _cannot_save))
        if path is None:
            return False
        exists = path.exists()
        question = f"{path} exists already."
        if exists and not await self._confirm(question, {"r": "Replace it"}, at_stake=True):
            return False
        return await self._write(renamed(self._document, path), force=exists)

    async def _write(self, document: Document, *, force: bool = False) -> bool:
        """Save the text as this document, asking about what stands in the way."""
        while True:
            text = self._editor.text
            try:
                self._document = save(document, text, force=force)
            except ChangedOnDiskError as fault:
                if not await self._confirm(f"{fault}.", {"o": "Overwrite it"}, at_stake=True):
                    return False
                force = True
            except UnencodableError as fault:
                choices = {} if as_utf8(document) == document else {"u": "Save as UTF-8"}
                if not await self._confirm(f"{fault}.", choices):
                    return False
                document = as_utf8(document)
            except DocumentError as fault:
                self.tell(str(fault), bad=True)
                return False
            else:
                self._editor.mark_saved(text)
                self.saved(text)
                return True

    async def _confirm(
        self, question: str, choices: dict[str, str], *, at_stake: bool = False
    ) -> str:
        from tui.screens.confirm import Choice, Confirm

        answers = [Choice(key=key, label=label) for key, label in choices.items()]
        return await self.app.push_screen_wait(Confirm(question, answers, at_stake=at_stake))

    def _folder(self) -> str:
        """Where a path to be typed begins: the document's folder, unless it is the current one."""
        if self._document.path is None or self._document.path.parent == Path():
            return ""
        return f"{self._document.path.parent}/"


def _cannot_open(path: Path) -> str:
    """Why the file can't be opened; empty where it can."""
    try:
        open_document(path)
    except DocumentError as error:
        return str(error)
    return ""


def _cannot_save(path: Path) -> str:
    """Why nothing can be saved at a path, as far as one can tell beforehand."""
    try:
        if path.is_dir():
            return f"{path}: a folder; type a file's name after it"
        if not path.parent.is_dir():
            return f"{path}: there is no folder {path.parent}"
    except (OSError, ValueError) as error:
        return f"{path}: {error}"
    return ""
