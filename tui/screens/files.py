"""What can be done with files: opening, saving, closing and leaving; what is asked then."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from charlm_core import DocumentError
from tui.screens.page import Page, document_at
from tui.screens.saving import SavingScreen
from tui.services.documents import Document

if TYPE_CHECKING:
    from tui.services.journal import Leftover

REST_SECONDS = 0.5
"""The keys rest so long before something is asked that nobody asked for."""

NEIGHBOURS = "Next, previous tab"


class FilesScreen(SavingScreen):
    """Holds documents, each in a page of its own, and protects them.

    Each flow may ask questions; one runs at a time.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save"),
        Binding("f12,ctrl+shift+s,alt+s", "save_as", "Save as"),
        Binding("ctrl+o", "open", "Open"),
        Binding("ctrl+r", "recent", "Open a recent file"),
        Binding("ctrl+n", "new", "New text"),
        Binding("alt+w,ctrl+f4", "close_page", "Close", id="close"),
        Binding("ctrl+pagedown,alt+n,alt+full_stop", "turn_page(1)", NEIGHBOURS, id="next_tab"),
        Binding("ctrl+pageup,alt+p,alt+comma", "turn_page(-1)", NEIGHBOURS, id="previous_tab"),
        Binding("alt+1", "show_page(1)", "First tab; the others by Alt-2 to Alt-9", id="tab_1"),
        *(Binding(f"alt+{n}", f"show_page({n})", "", id=f"tab_{n}") for n in range(2, 10)),
        Binding("f11", "read_only", "Read only, or not"),
        Binding("ctrl+q", "quit", "Quit"),
    ]

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._others: Sequence[Document] = ()
        self._starts_read_only = False
        self._left: Sequence[Leftover] = ()

    def start_with(self, others: Sequence[Document], *, read_only: bool = False) -> None:
        """Before it is mounted: open more documents; all read-only, if so."""
        self._others = others
        self._starts_read_only = read_only

    def on_mount(self) -> None:
        """Once the screen has been painted, see to what else there is."""
        self.call_after_refresh(self._open_others)

    def on_unmount(self) -> None:
        """Let go of what other processes may want. Journals stay unless they ended before."""
        for page in sorted(self.pages, key=lambda page: page is self.page):
            page.let_go(keep=page.unsaved)
            self._note_place(page)
        self._presence.release_all()
        self._recent.save()

    def show(self, document: Document) -> None:
        """Have another document in the page that shows, the cursor where it was the last time."""
        page = self.page
        page.editor.read_only = False
        super().show(document)
        if document.path is None:
            return
        page.editor.move_cursor(self._recent.place(document.path), center=True)
        self._recent.note(document.path, page.editor.cursor_location)
        protected = document.stamp is not None and not os.access(document.path, os.W_OK)
        if self._starts_read_only or protected:
            page.editor.read_only = True
        else:
            self._claim(page)
        self.protected()

    def _open_others(self) -> None:
        """Open the other files, then see what there is to ask."""
        first = self.page
        for document in self._others:
            if document.path and not self.page_of(document.path):
                self.add(document)
        self._others, self._starts_read_only = (), False
        self.turn_to(first)
        self._save_recent()
        self.run_worker(self._look_for_left(), group="left")

    async def _look_for_left(self, page: Page | None = None) -> None:
        """Offer what an earlier run left behind, of a page's file or of all, once the keys rest."""
        self._left = await asyncio.to_thread(_left_behind) if self.journals else []
        if not self._questions(page):
            return
        revision = -1
        while revision != self.editor.revision or not self.at_rest or self.app.screen is not self:
            revision = self.editor.revision
            await asyncio.sleep(REST_SECONDS)
        await self.begin(lambda: self._greet(page) if page else self._greet_all())

    def _questions(self, page: Page | None) -> bool:
        """Whether there is anything to ask of a page, or of any."""
        if page is None:
            return bool(self._left) or any(page.held for page in self.pages)
        return bool(page.held or _of_file(self._left, page.document.path))

    async def _greet_all(self) -> None:
        """Ask of each page, and of texts without a name; of other files only tell."""
        from tui.screens.leftovers import offer

        asked = {one.folder for page in self.pages for one in self._left_of(page)}
        for page in self.pages:
            await self._greet(page)
        for leftover in _of_file(self._left, None):
            await offer(self, leftover)
        files = {one.path for one in self._left if one.path and one.folder not in asked}
        if files:
            what = "another file has" if len(files) == 1 else f"{len(files)} other files have"
            self.tell(f"{what} text that was not saved: Ctrl-R lists them")

    async def _greet(self, page: Page) -> None:
        """Ask what a document gives reason to ask when it is opened."""
        if page.held:
            self.turn_to(page)
            choices = {"e": "Edit anyway", "r": "Read only"}
            answer = await self.ask(
                f"{page.held}.", choices, at_stake=True, cancel="Close it", unbidden=True
            )
            if not answer:
                self._let_go(page)
                self.remove_page(page)
                return
            page.editor.read_only = answer == "r"
            self.protected()
        for leftover in self._left_of(page):
            from tui.screens.leftovers import offer

            self.turn_to(page)
            await offer(self, leftover)

    def _left_of(self, page: Page) -> "Sequence[Leftover]":
        """What is left behind of a page's file."""
        return _of_file(self._left, page.document.path) if page.document.path else []

    # What the keys do.

    async def action_save(self) -> None:
        """Save, under a new name where there is none."""
        await self.begin(self._save)

    async def action_save_as(self) -> None:
        """Save under another name."""
        await self.begin(self._save_as)

    async def action_open(self) -> None:
        """Open another file."""
        await self.begin(self._open)

    async def action_recent(self) -> None:
        """Open a file that was open before."""
        await self.begin(self._open_recent)

    async def action_new(self) -> None:
        """Begin an empty document."""
        await self.begin(self._new)

    async def action_close_page(self) -> None:
        """Close the document that shows."""
        await self.begin(self._close)

    async def action_read_only(self) -> None:
        """Protect the document from changes, or no longer."""
        await self.begin(self._turn_read_only)

    async def action_quit(self) -> None:
        """Leave."""
        await self.begin(self._quit)

    # Opening.

    async def _new(self) -> None:
        self.add(Document())

    async def _open(self) -> None:
        from tui.screens.prompt import PathPrompt

        found: list[Document] = []

        def fault(path: Path) -> str:
            """Why the file can't be opened; it is read no second time where it can."""
            try:
                found[:] = [] if self.page_of(path) else [document_at(path)]
            except DocumentError as error:
                return str(error)
            return ""

        recent = [str(one.path) for one in self._recent.files]
        prompt = PathPrompt("Open", self._folder(), fault, recent=recent)
        path = await self.app.push_screen_wait(prompt)
        if path is not None:
            await self._open_page(path, found[0] if found else None)

    async def _open_recent(self) -> None:
        from tui.screens.recents import Recents, listed

        left = [one for one in self._left if one.folder.exists()]
        rows = listed(self._recent.files, left)
        row = await self.app.push_screen_wait(Recents(rows))
        if row is None:
            return
        if row.path is not None:
            await self._open_page(row.path)
        elif row.leftover:
            from tui.screens.leftovers import offer

            await offer(self, row.leftover)

    async def _open_page(self, path: Path, document: Document | None = None) -> None:
        """Show a file, in a page of its own if it is not open yet."""
        page = self.page_of(path)
        if page:
            self.turn_to(page)
        else:
            try:
                page = self.add(document or document_at(path))
            except DocumentError as error:
                self.tell(str(error), bad=True)
                return
        self._save_recent()
        self.run_worker(self._look_for_left(page), group="left")

    async def _turn_read_only(self) -> None:
        page = self.page
        was, page.editor.read_only = page.editor.read_only, True
        if was and not page.held and page.document.path:
            self._claim(page)
        elif was and not page.held:
            page.editor.read_only = False
        if was and page.held:
            answer = await self.ask(f"{page.held}.", {"e": "Edit anyway"}, at_stake=True)
            page.editor.read_only = answer != "e"
        self.protected()
        word = "read-only: F11 changes that" if page.editor.read_only else "can be changed"
        self.tell(f"{page.name}: {word}")

    # Closing.

    async def _close(self) -> None:
        page = self.page
        if await self._may_leave(page):
            self._let_go(page)
            self.remove_page(page)
            self._save_recent()

    async def _quit(self) -> None:
        for page in self.pages:
            if not await self._may_leave(page):
                return
        self.leaving()
        # Only now, as until then the person may have stayed after all.
        for page in self.pages:
            self._let_go(page)
        self.app.exit()

    async def _may_leave(self, page: Page) -> bool:
        """Whether the text may be let go: it is saved, or the person said so."""
        gone = self.gone(page)
        if not gone and not page.unsaved:
            return True
        self.turn_to(page)
        what = "is gone from the disk" if gone else "has changes that are not saved"
        answer = await self.ask(f"{page.name} {what}.", {"s": "Save", "d": "Don't save"})
        return answer == "d" or (answer == "s" and await self._save())

    def _let_go(self, page: Page) -> None:
        """A page goes, its text saved or thrown away on purpose."""
        page.let_go()
        self._note_place(page)
        if page.document.path:
            self._presence.release(page.document.path)

    def _note_place(self, page: Page) -> None:
        """Remember where the cursor is in a file."""
        if page.document.path:
            self._recent.note(page.document.path, page.editor.cursor_location)


def _left_behind() -> "Sequence[Leftover]":
    # Here and not above: the first paint does not wait for it.
    from tui.screens.leftovers import left_behind

    return left_behind()


def _of_file(found: "Sequence[Leftover]", path: Path | None) -> "Sequence[Leftover]":
    """Those of a file that are still there, or those of texts without a name."""
    if not found:
        return []
    from tui.screens.leftovers import of_file

    return of_file(found, path)
