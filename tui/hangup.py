"""The end of an application whose terminal is gone: a window closed, a connection lost."""

import os
import signal
import sys
from typing import TYPE_CHECKING

from textual.drivers._writer_thread import WriterThread

if TYPE_CHECKING:
    from textual.drivers.linux_driver import LinuxDriver


def end_with_the_terminal() -> None:
    """Have the applications that start from now on end when their terminals do."""
    if sys.platform != "win32":
        from textual.drivers import linux_driver

        linux_driver.LinuxDriver._run_input_thread = _read_while_it_is_there  # type: ignore[method-assign, assignment]
        linux_driver.WriterThread = Writer  # type: ignore[attr-defined]


class Writer(WriterThread):
    """Writes to a terminal, and to nowhere once it is gone.

    Textual's own ends there, and whoever has more to write waits for it for ever.
    """

    def run(self) -> None:
        """Write what is asked for until it is to stop."""
        try:
            super().run()
        except OSError:
            while self._queue.get() is not None:
                pass


def _read_while_it_is_there(driver: "LinuxDriver") -> None:
    """Read keys until the application ends, or its terminal does.

    The system tells only the first process of a terminal that it was closed. Behind one that waits
    for others, as `make run` has it, Textual would read the end of it again and again.
    """
    try:
        driver.run_input_thread()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGHUP)
    except Exception as error:
        driver._app.call_later(driver._app._handle_exception, error)
