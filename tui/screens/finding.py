"""A screen whose text can be searched."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui.screens.files import FilesScreen
from tui.screens.page import Page
from tui.services.documents import Document
from tui.widgets.editor import Editor

if TYPE_CHECKING:
    from tui.screens.bars import Bars


class FindingScreen(FilesScreen):
    """Files that can be searched. The bars are made when they are first needed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", "find", "Find; once more: replace"),
        Binding("alt+h", "find_and_replace", "Find and replace"),
        Binding("ctrl+g", "find_next", "Next, previous match"),
        Binding("ctrl+p", "find_previous", "Next, previous match"),
        Binding("alt+l", "go_to_line", "Go to a line"),
    ]

    _bars: "Bars | None" = None

    @property
    def bars(self) -> "Bars | None":
        """The bars, once they were needed."""
        return self._bars

    async def action_find(self) -> None:
        """Ask what to find."""
        (await self._made()).open()

    async def action_find_and_replace(self) -> None:
        """Ask what to find, and what to replace it with."""
        (await self._made()).open(replace=True)

    async def action_find_next(self) -> None:
        """Go to the next match of what was sought last."""
        (await self._made()).next()

    async def action_find_previous(self) -> None:
        """Go to the match before."""
        (await self._made()).next(backwards=True)

    async def action_go_to_line(self) -> None:
        """Ask for a line to go to."""
        (await self._made()).open_line_bar()

    def show(self, document: Document) -> None:
        """Have another document in the page that shows."""
        super().show(document)
        if self._bars:
            self._bars.turned()

    def _bring_up(self, page: Page) -> None:
        super()._bring_up(page)
        if self._bars:
            self._bars.turned()

    @on(Editor.Changed)
    def _find_again(self, message: Editor.Changed) -> None:
        if self._bars:
            self._bars.changed(message)

    async def _made(self) -> "Bars":
        """The bars, made if need be."""
        if self._bars is None:
            # Here and not above: the first paint does not wait for it.
            from tui.screens.bars import Bars

            self._bars = Bars(lambda: self.editor, self.tell)
            await self.mount(self._bars, after=self.pages[-1].editor)
        return self._bars
