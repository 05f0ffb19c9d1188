"""What the terminal sends, read in place of Textual's own reader where that falls short."""

import sys
from collections.abc import Generator, Iterable
from encodings.utf_8 import IncrementalDecoder

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._parser import Peek1, Read1, TokenCallback
from textual._xterm_parser import XTermParser
from textual.keys import _character_to_key
from textual.message import Message

BEGIN, END = "\x1b[200~", "\x1b[201~"
"""Around what is pasted."""

ESC = "\x1b"

BEGINNERS = "NOPX"
"""Letters behind Esc with which a longer sequence may begin."""

MOST_CELLS = 10_000
"""No terminal is higher or wider."""


class KeyboardParser(XTermParser):
    """Takes a paste whole, knows Alt with any key, and drops what can't be read.

    Textual reads a paste character by character, a megabyte in half a second where this takes a
    millisecond, and takes sequences within it for keys. With a sign it drops the Alt, and with a
    digit it takes it for the character that a Mac's keyboard has there. With a letter it waits for
    a tenth of a second, and when the next one comes before that it types `^` and the letter. It
    breaks at some sequences, such as a key that is told together with its name in another layout.
    """

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pasted: list[str] | None = None
        self._held = ""

    def feed(self, data: str) -> Iterable[Message]:
        """What the next piece of input means. An empty one is the end of it."""
        if not data:
            yield from super().feed(data)
            return
        data, self._held = self._held + data, ""
        while data:
            if self._pasted is None:
                before, begin, data = data.partition(BEGIN)
                if begin:
                    self._pasted = []
                else:
                    # A paste may begin in this piece and the next. Esc alone is never held back.
                    held = next((n for n in (5, 4, 3) if before.endswith(BEGIN[:n])), 0)
                    before, self._held = before[: len(before) - held], before[len(before) - held :]
                if before:
                    yield from super().feed(before)
            else:
                pasted, end, rest = data.partition(END)
                if not end:
                    # So may the mark of its end.
                    held = next((n for n in (5, 4, 3, 2, 1) if data.endswith(END[:n])), 0)
                    self._pasted.append(data[: len(data) - held])
                    self._held = data[len(data) - held :]
                    return
                text = "".join([*self._pasted, pasted]).replace("\0", "")
                self._pasted, data = None, rest
                if text:
                    yield events.Paste(text)

    def parse(self, token_callback: TokenCallback[Message]) -> Generator[Read1 | Peek1, str, None]:
        """Read on and on; a sequence at which Textual's reader breaks means nothing."""

        def tell(message: Message) -> None:
            if not isinstance(message, events.Resize) or _is_possible(message):
                token_callback(message)

        while not self.is_eof:
            try:
                yield from super().parse(tell)
            except Exception:
                # Whatever it is, the person at the keyboard can't do anything about it.
                self.debug_log("dropped")

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """The keys that a sequence stands for."""
        key = sequence.removeprefix(ESC)
        if len(key) == 1 and sys.platform != "darwin" and key.isdecimal() and key != sequence:
            yield events.Key(f"alt+{key}", None)
        elif self._is_alt_letter(sequence, key):
            yield events.Key(f"alt+shift+{key.lower()}" if key.isupper() else f"alt+{key}", key)
        elif alt and len(sequence) == 1 and sequence.isprintable() and not sequence.isalnum():
            yield events.Key(f"alt+{_character_to_key(sequence)}", None)
        else:
            yield from super()._sequence_to_key_events(sequence, alt)

    def _is_alt_letter(self, sequence: str, key: str) -> bool:
        """Whether a sequence is Alt with a letter, and no beginning of another."""
        alone = len(key) == 1 and key != sequence and key not in BEGINNERS
        return alone and key.isalpha() and sequence not in ANSI_SEQUENCES_KEYS


def _is_possible(resize: events.Resize) -> bool:
    """Whether a terminal can have become so large."""
    return 0 < resize.size.width <= MOST_CELLS and 0 < resize.size.height <= MOST_CELLS


def read_with_care() -> None:
    """Have the applications that start from now on read their terminals by this.

    What is no UTF-8 is read as a sign for that, where it would end them.
    """
    if sys.platform != "win32":
        from textual.drivers import linux_driver

        linux_driver.XTermParser = KeyboardParser  # type: ignore[attr-defined]
        linux_driver.getincrementaldecoder = _decoder  # type: ignore[assignment, attr-defined]


class _Decoder(IncrementalDecoder):
    """Lenient with what is no text. Raises EOFError where a terminal ends."""

    def __init__(self) -> None:
        super().__init__("replace")

    def decode(self, data: bytes, final: bool = False) -> str:  # type: ignore[override]
        """The text so far. A terminal that is there is never at its end."""
        if not data and not final:
            raise EOFError
        return super().decode(data, final)


def _decoder(encoding: str) -> type[_Decoder]:
    """That of the one encoding that Textual asks for."""
    return _Decoder
