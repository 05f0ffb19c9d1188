"""The application: composes the screen, and sees to it that no text is lost when it ends badly."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from textual.app import App
from textual.screen import Screen

from charlm_core import CharlmError, one_line
from tui.screens.editor import EditorScreen
from tui.services.documents import Document, open_document, recover
from tui.services.model import LoadModel
from tui.services.remembering import Remember

SIGNALS = ("SIGTERM", "SIGHUP")


class CharlmApp(App[None], inherit_bindings=False):
    """The editor on one file, with the ghost text of one checkpoint.

    Raises DocumentError when the file can't be opened.
    """

    TITLE = "charlm-tui"
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        path: Path | None,
        checkpoint: str,
        *,
        load_model: LoadModel | None = None,
        remember: Remember | None = None,
        recovery: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        document = open_document(path) if path else Document()
        self.main = EditorScreen(document, checkpoint, load_model, remember, clock)
        """The screen below all dialogs."""
        self._recovery = recovery
        self.fault: BaseException | None = None
        """What ended the application before its time."""
        self.last_words: list[str] = []
        """Lines to tell once the terminal is itself again."""

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
        """Write a text that is not saved to a file of its own, and say where. Never raises."""
        text = self.main.unsaved
        if text is None or self.last_words:
            return
        try:
            path = recover(self.main.document, text, self._recovery or _recovery_folder())
        except OSError as error:
            self.last_words.append(f"the text could not be saved: {error}")
        else:
            self.last_words.append(f"the text that was not saved is in {path}")

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


def run(path: Path | None, checkpoint: str) -> int:
    """Run the editor in this terminal and return the exit status.

    Raises CharlmError when it can't start; whatever else ends it, unsaved text is on disk first.
    """
    if not (
        sys.__stdin__ and sys.__stdin__.isatty() and sys.__stderr__ and sys.__stderr__.isatty()
    ):
        raise CharlmError("the editor needs a terminal to run in")
    app = CharlmApp(path, checkpoint)
    try:
        app.run()
    except BaseException as error:
        app.fault = app.fault or error
        app.rescue()
    for line in app.last_words:
        sys.stderr.write(f"charlm-tui: {one_line(line)}\n")
    if app.fault is not None:
        raise app.fault
    return app.return_code or 0
