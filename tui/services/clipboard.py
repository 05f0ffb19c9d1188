"""The clipboard: the system's where there is one, else what was last copied here.

Over a connection a terminal may take what is copied to the clipboard of the machine one sits at,
by a sequence of its own (OSC 52). What is there it hands out by pasting alone.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable

SENT_CHARS = 75_000
"""Longer texts are not sent to the terminal: many drop what is over 100,000 bytes, encoded."""

SECONDS = 1.0
"""The system's clipboard is waited for no longer."""


class SystemClipboard:
    """Keeps what is copied for this application and for others.

    `send` has the terminal keep a text. Never raises: what the system does not take or give is
    kept here.
    """

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._own = ""
        self._writing: threading.Thread | None = None

    def write(self, text: str) -> bool:
        """Keep this; whether the terminal was told as well."""
        self._own = text
        before = self._writing
        self._writing = threading.Thread(target=_write, args=[text, before], daemon=True)
        self._writing.start()
        short = len(text) <= SENT_CHARS
        if short:
            self._send(text)
        return short

    async def read(self) -> str:
        """What was last kept, here or by another program."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str | None] = loop.create_future()

        def answered(text: str | None) -> None:
            if not answer.done():
                answer.set_result(text)

        def ask() -> None:
            text = _read(self._writing)
            # The application may have ended by now.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(answered, text)

        # Not one of the loop's own threads, which the end of the application would wait for.
        threading.Thread(target=ask, name="paste", daemon=True).start()
        with contextlib.suppress(TimeoutError):
            found = await asyncio.wait_for(answer, SECONDS)
            return self._own if found is None else found
        return self._own


def _write(text: str, before: threading.Thread | None) -> None:
    """Keep this with the system, after what was to be kept before."""
    if before:
        before.join()
    # Here and not above: the first paint does not wait for it.
    import pyperclip

    with contextlib.suppress(pyperclip.PyperclipException, OSError, UnicodeError):
        pyperclip.copy(text)


def _read(writing: threading.Thread | None) -> str | None:
    """What the system has; None where it has no clipboard, or nothing that is text."""
    if writing:
        writing.join()
    import pyperclip

    with contextlib.suppress(pyperclip.PyperclipException, OSError, UnicodeError):
        found = pyperclip.paste()
        return found if isinstance(found, str) else None
    return None
