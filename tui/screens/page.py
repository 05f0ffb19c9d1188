"""A page: a document, the editor it is in, and what protects it."""

import itertools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

from charlm_core import DocumentError
from tui.services.documents import Document, open_document
from tui.text.buffer import Change, Location
from tui.widgets.editor import Editor

if TYPE_CHECKING:
    from tui.services.journal import Journal

State = tuple[int, ...]
"""What tells one state of a file on disk from another; empty for one that was not looked at."""


def document_at(path: Path) -> Document:
    """Open a file by a path from the root on, as the current folder may go.

    Raises DocumentError, which names the path as given.
    """
    document = open_document(path)
    try:
        return replace(document, path=path.absolute())
    except OSError:
        raise DocumentError(f"{path}: the current folder is gone") from None


_PAGES = itertools.count()


class PageEditor(Editor):
    """An editor whose changes are noted at once, before any key or save that comes after them.

    Until it has its document, what is typed waits: a save would write over the file with less.
    """

    def __init__(self, note: Callable[[Sequence[Change]], None]) -> None:
        super().__init__()
        # What is predicted for one page is never taken to be for another.
        self._revision = next(_PAGES) << 32
        self._note = note
        self._loaded = False
        self._early: deque[events.Key | events.Paste] = deque()
        self.successor: Editor | None = None
        """The editor that shows now in place of this one."""

    def load(self, text: str) -> None:
        """Show another text, and then do what was typed before there was one."""
        super().load(text)
        self._loaded = True
        if self._early:
            self.call_later(self._catch_up)

    async def take_key(self, event: events.Key) -> None:
        """Do what the key means; one that was on its way here when another page came is its."""
        if not self._loaded:
            event.stop()
            self._early.append(event)
            return
        await self._catch_up()
        await self._take(event)

    def take_paste(self, text: str) -> None:
        """Insert what was pasted, behind all that was typed before it."""
        if self._loaded and not self._early:
            super().take_paste(text)
        else:
            self._early.append(events.Paste(text))

    async def _catch_up(self) -> None:
        """Do what waited for the document, in its order."""
        while self._early:
            early = self._early.popleft()
            if isinstance(early, events.Paste):
                super().take_paste(early.text)
            else:
                await self._take(early)

    async def _take(self, event: events.Key) -> None:
        if self.successor:
            await self.successor.take_key(event)
        else:
            await super().take_key(event)

    def post_message(self, message: Message) -> bool:
        """Have a change noted, then told as it is."""
        if isinstance(message, Editor.Changed):
            self._note(message.changes)
        return super().post_message(message)


@dataclass(eq=False, kw_only=True)
class Page:
    """A document, the editor it is in, and what protects it."""

    document: Document
    """As on disk; once the editor has its text, without it."""
    editor: PageEditor = field(init=False)
    """Holds the text."""
    journals: bool = True
    """Whether it keeps a journal."""
    journal: "Journal | None" = field(init=False, default=None)
    """Holds what is not saved yet; begins with the first change."""
    told: tuple[State | None, bool] = field(init=False, default=((), False))
    """Of which state of the file the person was told last, None when it was gone, and whether there
    were changes here as well."""
    held: str = field(init=False, default="")
    """Who else has the file open, in a line; empty where nobody has."""
    opened: bool = field(init=False, default=False)
    """Whether the editor has the document's text, and it was not let go since."""

    def __post_init__(self) -> None:
        self.editor = PageEditor(self._note)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.document.name

    @property
    def text(self) -> str:
        """All of it; takes time and memory in proportion."""
        return self.editor.text

    @property
    def unsaved(self) -> bool:
        """Whether there is something to lose; takes time in proportion to the text, if so."""
        return self.editor.unsaved

    @property
    def pristine(self) -> bool:
        """Whether it is an empty page without a name, as good as none."""
        return self.document.path is None and not self.editor.modified

    def load(self, document: Document) -> None:
        """Have another document in the editor; undo does not reach back beyond this."""
        self.let_go()
        self.document = document.without_text()
        self.told, self.held, self.opened = ((), False), "", True
        self.editor.load(document.text)

    def put(self, text: str) -> None:
        """Have another text in the editor, as one step of undo; the cursor stays in its line."""
        old, new = self.editor.buffer.lines, text.split("\n")
        row, column = self.editor.cursor_location
        shared = min(len(old), len(new)) - 1
        top = next((at for at in range(shared) if old[at] != new[at]), shared)
        left = shared - top
        bottom = next((at for at in range(left) if old[-1 - at] != new[-1 - at]), left)
        last, grown = len(old) - bottom, len(new) - len(old)
        end: Location = (last, 0) if bottom else self.editor.buffer.end
        fresh = "\n".join([*new[top : len(new) - bottom], *([""] if bottom else [])])
        if fresh != self.editor.buffer.text_between((top, 0), end):
            self.editor.replace((top, 0), end, fresh)
        if row >= last:
            row += grown
        self.editor.move_cursor((row, column))

    def rebase(self, document: Document) -> None:
        """The file now holds the text, which is the document's: it is saved, or was read again."""
        self.editor.mark_saved(document.text)
        self.document = document.without_text()
        self.told = ((), False)
        if self.journal:
            self.journal.saved(self.document)

    def let_go(self, *, keep: bool = False) -> None:
        """The journal ends: the text is saved, or thrown away on purpose, unless it is kept.

        Changes that come after that are in none, until another document is loaded.
        """
        self.opened = False
        if self.journal:
            self.journal.close(keep=keep)
            self.journal = None

    def keep(self) -> bool:
        """Have all that was typed in the journal, on disk, for the next start; whether it is."""
        if self.journal is None or not self.journal.flush():
            return False
        self.let_go(keep=True)
        return True

    def take_notices(self) -> list[str]:
        """What went wrong with the journal since the last time this was asked."""
        found = [*self.journal.notices] if self.journal else []
        if self.journal:
            self.journal.notices.clear()
        return [f"{self.name}: {notice}" for notice in found]

    def _note(self, changes: Sequence[Change]) -> None:
        """Have changes in the journal."""
        if self.journal is None:
            if not (self.journals and self.opened):
                return
            # Here and not above: the first paint does not wait for it.
            from tui.services.journal import Journal, journals_folder

            self.journal = Journal(journals_folder(), self.document)
        self.journal.note(changes, lambda: self.editor.text)
