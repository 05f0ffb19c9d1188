"""The application: composes the screen, and sees to it that no text is lost when it ends badly."""

import asyncio
import codecs
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from textual.filter import LineFilter
from textual.screen import Screen

from charlm_core import CharlmError, one_line
from tui.hangup import end_with_the_terminal
from tui.keyboard import read_with_care
from tui.paint import PaintedApp
from tui.screens.editor import EditorScreen
from tui.screens.page import document_at
from tui.screens.predicting import Outfit
from tui.services.documents import Document, recover
from tui.services.model import LoadModel
from tui.services.remembering import Remember
from tui.widgets.themes import CSS, line_filters, wear

SIGNALS = ("SIGTERM", "SIGHUP")


class CharlmApp(PaintedApp, inherit_bindings=False):
    """The editor on a file, or on several, with ghost text of one checkpoint.

    Which one goes by `checkpoint`, or where that is empty by the settings. Raises DocumentError
    when one of the files can't be opened.
    """

    TITLE = "charlm-tui"
    CSS = CSS
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        path: Path | None,
        checkpoint: str,
        *,
        others: Sequence[Path] = (),
        read_only: bool = False,
        load_model: LoadModel | None = None,
        remember: Remember | None = None,
        recovery: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        document = document_at(path) if path else Document()
        outfit = Outfit(
            checkpoint=checkpoint, load_model=load_model, remember=remember, clock=clock
        )
        self.main = EditorScreen(document, outfit)
        """The screen below all dialogs."""
        wear(self, self.main.settings.theme)
        self.main.start_with([document_at(other) for other in others], read_only=read_only)
        self._recovery = recovery
        self.fault: BaseException | None = None
        """What ended the application before its time."""
        self.last_words: list[str] = []
        """Lines to tell once the terminal is itself again."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        """As Textual has them, but for colours, which are the theme's affair."""
        return line_filters(self.theme, super().get_line_filters())

    def get_default_screen(self) -> Screen[None]:
        """The main screen; there is none below it."""
        return self.main

    def on_mount(self) -> None:
        """Leave in good order when the system says so."""
        loop = asyncio.get_running_loop()
        for name in SIGNALS:
            if number := getattr(signal, name, None):
                # Not every system has them all, nor every thread.
                with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(number, self._on_signal, number)

    def rescue(self) -> None:
        """See to it that texts which are not saved are on disk, and say so. Never raises.

        They are in their journals; what can't be there goes to a file of its own.
        """
        if self.last_words:
            return
        for page in self.main.pages:
            if not page.unsaved:
                continue
            if page.keep():
                self.last_words.append(
                    f"{page.name}: the text that was not saved is kept; the next start offers it"
                )
                continue
            try:
                path = recover(page.document, page.text, self._recovery or _recovery_folder())
            except (OSError, MemoryError) as error:
                self.last_words.append(f"{page.name}: the text could not be saved: {error}")
            else:
                self.last_words.append(f"{page.name}: the text that was not saved is in {path}")

    def _on_signal(self, number: signal.Signals) -> None:
        self.rescue()
        self.exit(return_code=128 + number)

    def _handle_exception(self, error: Exception) -> None:
        """End the application, but not before the text is safe."""
        if self.fault is None:
            self.fault = error
            self.rescue()
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End the application; the fault is told in one line, by whoever ran it."""
        self._close_messages_no_wait()


def _recovery_folder() -> Path:
    """Where a text goes that has no file, or whose folder takes none."""
    # Here and not above: a start that ends well never needs it.
    import platformdirs

    return platformdirs.user_data_path("charlm-tui", appauthor=False) / "recovered"


POOR_TERMINALS = {"dumb", "unknown"}
"""They say of themselves that they can't move a cursor; those that say nothing mostly can."""


def _refuse_poor_terminal(kind: str, encoding: str) -> None:
    """Raise CharlmError where drawing would come out as garbage."""
    if kind in POOR_TERMINALS:
        raise CharlmError(f"the editor can't draw on this terminal (TERM={kind})")
    if codecs.lookup(encoding).name != "utf-8":
        raise CharlmError(
            f"the editor needs a terminal in UTF-8, not {encoding}: set LC_ALL=C.UTF-8"
        )


def run(paths: Sequence[Path], checkpoint: str, *, read_only: bool = False) -> int:
    """Run the editor on these files in this terminal and return the exit status.

    Raises CharlmError when it can't start; whatever else ends it, unsaved text is on disk first.
    """
    if not (
        sys.__stdin__ and sys.__stdin__.isatty() and sys.__stderr__ and sys.__stderr__.isatty()
    ):
        raise CharlmError("the editor needs a terminal to run in")
    _refuse_poor_terminal(os.environ.get("TERM", ""), sys.__stderr__.encoding)
    first, *others = paths or (None,)
    app = CharlmApp(first, checkpoint, others=others, read_only=read_only)
    # A tour has one write something: not in somebody's file.
    app.main.welcoming = first is None
    read_with_care()
    end_with_the_terminal()
    try:
        app.run()
    except BaseException as error:
        app.fault = app.fault or error
        app.rescue()
    # To a terminal that is gone there is nothing to say.
    with contextlib.suppress(OSError):
        for line in app.last_words:
            sys.stderr.write(f"charlm-tui: {one_line(line)}\n")
    if app.fault is not None:
        raise app.fault
    return app.return_code or 0
