"""Searches in the editor that shows, in slices between keys.

What is asked for next ends what was asked for before.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from time import perf_counter
from typing import Any, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.worker import Worker

from tui.text.pattern import TooSlowError
from tui.widgets.editor import Editor
from tui.widgets.find_bar import FindBar

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, None]]
"""What a worker does; made when it begins, so that one ended before that leaves nothing."""

PAUSE_SECONDS = 0.001
"""Between slices of a search: enough for a key that waits."""
LONG_PAUSE_SECONDS = 0.02
"""After a slice that took longer than that, as an expression in a single line can."""
PATIENCE_SECONDS = 0.2
"""A search that takes longer is said to be under way."""
LONGEST_SECONDS = 10
"""A search that takes longer is given up."""


class OtherTextError(Exception):
    """The text changed while it was searched."""


class Searching(Vertical):
    """The find bar, and how what it asks for is looked for in the editor that `editor` gives."""

    DEFAULT_CSS = "Searching { height: auto; }"

    def __init__(self, editor: Callable[[], Editor]) -> None:
        super().__init__()
        self._editor_that_shows = editor
        self._editor = editor()
        self._bar = FindBar()
        self._seeking: Worker[None] | None = None

    @property
    def bar(self) -> FindBar:
        """The bar to find and replace with."""
        return self._bar

    @property
    def settled(self) -> bool:
        """Whether all that was asked for is found and counted."""
        return all(work.is_finished for work in self.workers if work.node is self)

    def compose(self) -> ComposeResult:
        """The bar, out of the way at first."""
        self._bar.display = False
        yield self._bar

    @property
    def _seeks(self) -> bool:
        return self._seeking is not None and not self._seeking.is_finished

    def _stop(self) -> None:
        """End what is under way."""
        for group in ("seek", "count"):
            self.workers.cancel_group(self, group)
        self._seeking = None

    def _begin(self, work: Work) -> None:
        """Begin a search instead of what is under way."""
        self._stop()
        self._seeking = self._in_background(work, "seek")

    def _in_background(self, work: Work, group: str) -> Worker[None]:
        """Have work done instead of other work of its group."""
        return self.run_worker(work, group=group, exclusive=True)

    async def _slices(self, steps: Iterator[T | None], doing: str) -> AsyncIterator[T]:
        """What a search yields, with time for keys in between; once it takes long, that is said.

        Raises OtherTextError as soon as the text is not what it was, and TooSlowError.
        """
        editor, buffer, edits = self._editor, self._editor.buffer, self._editor.edits
        begun = resumed = perf_counter()
        said = False
        for step in steps:
            if step is not None:
                yield step
                continue
            slow = perf_counter() > resumed + LONG_PAUSE_SECONDS
            await asyncio.sleep(LONG_PAUSE_SECONDS if slow else PAUSE_SECONDS)
            resumed = perf_counter()
            if (editor.buffer, editor.edits) != (buffer, edits):
                raise OtherTextError
            if not said and resumed > begun + PATIENCE_SECONDS:
                self._bar.tell(doing)
                said = True
            if resumed > begun + LONGEST_SECONDS:
                raise TooSlowError(f"given up after {LONGEST_SECONDS} seconds")

    def _turn(self) -> bool:
        """Deal with the editor that shows; whether it is another one."""
        editor, before = self._editor_that_shows(), self._editor
        if editor is before:
            return False
        self._stop()
        before.show_matches(None)
        self._editor = editor
        return True
