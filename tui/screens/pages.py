"""Several pages on one screen: one shows, tabs above it name the others."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.worker import Worker

from tui.screens.page import Page
from tui.services.documents import Document
from tui.text.visible import visible
from tui.widgets.editor import Editor
from tui.widgets.tabs import Tab, TabBar, names

NOTICE_SECONDS = 12.0
"""How long a notice stays on the screen."""
LONGEST_NOTICE = 400
"""Characters of a notice; of a longer one the middle is left out."""


class PagesScreen(Screen[None]):
    """Holds one page or more, and shows one of them."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._page = Page(document=document)
        self._pages = [self._page]
        self._tabs = TabBar()
        self._flow: Worker[None] | None = None

    # What is there.

    @property
    def journals(self) -> bool:
        """Whether what is not saved yet is kept on disk, for the next start to offer."""
        return self._page.journals

    @journals.setter
    def journals(self, keep: bool) -> None:
        for page in self._pages:
            page.journals = keep

    @property
    def page(self) -> Page:
        """The page that shows."""
        return self._page

    @property
    def pages(self) -> tuple[Page, ...]:
        """All of them, as their tabs are."""
        return tuple(self._pages)

    @property
    def editor(self) -> Editor:
        """The editor that shows."""
        return self._page.editor

    @property
    def document(self) -> Document:
        """The document that shows, as it is on disk."""
        return self._page.document

    @property
    def unsaved(self) -> str | None:
        """The text that shows, where it is not what is on disk."""
        return self._page.text if self._page.unsaved else None

    @property
    def _editor(self) -> Editor:
        return self._page.editor

    @property
    def _document(self) -> Document:
        return self._page.document

    def compose_pages(self) -> ComposeResult:
        """The tabs above the editor; others come beside it."""
        self.prepare(self._page.editor)
        yield self._tabs
        yield self._page.editor

    # What a screen that knows more does then.

    def prepare(self, editor: Editor) -> None:
        """What an editor is given before it is first shown: keys and settings."""

    def opened(self) -> None:
        """What follows when another document is in the page that shows."""

    def shown(self) -> None:
        """What follows when another page shows, whose document was opened before."""

    def protected(self) -> None:
        """What follows when the page that shows can't be changed any more, or can again."""

    def leaving(self) -> None:
        """What comes before the document that shows gives way to another, or is let go.

        `unsaved` is what is not saved of it, and may be thrown away.
        """

    # Pages come, show and go.

    def show(self, document: Document) -> None:
        """Have another document in the page that shows."""
        self._page.load(document)
        self.opened()
        self.show_tabs()
        if document.notice:
            self.tell(f"{document.name}: {document.notice}")

    def add(self, document: Document) -> Page:
        """Show a document in a page of its own, or in place of one that is as good as none."""
        if self._page.pristine:
            self.leaving()
        else:
            page = Page(document=document, journals=self.journals)
            self.prepare(page.editor)
            self.mount(page.editor, after=self._pages[-1].editor)
            self._pages.append(page)
            self._bring_up(page)
        self.show(document)
        return self._page

    def turn_to(self, page: Page) -> None:
        """Show a page."""
        if page is not self._page:
            self._bring_up(page)
            self.show_tabs()
            self.shown()

    def remove_page(self, page: Page) -> None:
        """Take a page away, which may be thrown away by now; the last one leaves an empty one."""
        if len(self._pages) == 1:
            self.leaving()
            self.show(Document())
            return
        place = self._pages.index(page)
        if page is self._page:
            self.turn_to(self._pages[place + 1 if place + 1 < len(self._pages) else place - 1])
        self._pages.remove(page)
        page.let_go()
        page.editor.remove()
        self.show_tabs()

    def page_of(self, path: Path) -> Page | None:
        """The page that a file is open in, whatever link leads to it."""
        try:
            target = os.path.realpath(path)
        except (OSError, ValueError):  # a name that no file has, or no current folder
            return None
        for page in self._pages:
            if page.document.path and os.path.realpath(page.document.path) == target:
                return page
        return None

    def show_tabs(self) -> None:
        """Bring the tabs up to date."""
        labels = names([page.document.path for page in self._pages])
        self._tabs.show(
            [
                Tab(name=label, modified=page.editor.modified)
                for label, page in zip(labels, self._pages, strict=True)
            ],
            self._pages.index(self._page),
        )

    def _bring_up(self, page: Page) -> None:
        self.leaving()
        before, self._page = self._page, page
        page.editor.successor, before.editor.successor = None, page.editor
        page.editor.display = True
        # First, so that a key that follows at once is the new page's.
        self.set_focus(page.editor)
        before.editor.display = False

    def action_turn_page(self, step: int) -> None:
        """Show the next page, or the one before."""
        self.turn_to(self._pages[(self._pages.index(self._page) + step) % len(self._pages)])

    def action_show_page(self, number: int) -> None:
        """Show a page by its number, from 1."""
        if number <= len(self._pages):
            self.turn_to(self._pages[number - 1])

    @on(TabBar.Chosen)
    def _choose(self, message: TabBar.Chosen) -> None:
        """Show the page whose tab was clicked."""
        self.action_show_page(message.index + 1)

    @on(Editor.Changed)
    def _follow_change(self, message: Editor.Changed) -> None:
        """Show in its tab that a page was changed, and tell what is wrong with its journal."""
        if len(self._pages) > 1:
            self.show_tabs()
        for page in self._pages:
            for notice in page.take_notices():
                self.tell(notice, bad=True)

    # What is told and asked.

    def tell(self, what: str, *, bad: bool = False) -> None:
        """Show a notice."""
        if len(what) > LONGEST_NOTICE:
            what = f"{what[: LONGEST_NOTICE // 2]} … {what[-LONGEST_NOTICE // 2 :]}"
        self.notify(
            visible(what),
            severity="error" if bad else "information",
            timeout=NOTICE_SECONDS,
            markup=False,
        )

    async def ask(
        self,
        question: str,
        choices: dict[str, str],
        *,
        at_stake: bool = False,
        cancel: str = "Cancel",
        unbidden: bool = False,
    ) -> str:
        """The letter of the choice made; empty for none.

        A question is `unbidden` that nobody asked for: keys meant for the text are no answer.
        """
        from tui.screens.confirm import Choice, Confirm

        answers = [Choice(key=key, label=label) for key, label in choices.items()]
        dialog = Confirm(question, answers, at_stake=at_stake, cancel=cancel, unbidden=unbidden)
        return await self.app.push_screen_wait(dialog)

    async def show_difference(self, title: str, lines: Sequence[str]) -> None:
        """Show how two texts differ, until the person has seen it."""
        from tui.screens.difference import Difference

        await self.app.push_screen_wait(Difference(title, lines))

    @property
    def at_rest(self) -> bool:
        """Whether nothing is being asked or done with files."""
        return self._flow is None or not self._flow.is_running

    async def begin(self, flow: Callable[[], Awaitable[object]]) -> None:
        """Start a flow, unless one is at work, and let it come to its end or its first question.

        The key after this one then meets what this one did.
        """
        if not self.at_rest:
            return

        async def run() -> None:
            await flow()

        self._flow = self.run_worker(run(), group="files")
        await asyncio.sleep(0)
