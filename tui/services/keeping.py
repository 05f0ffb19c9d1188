"""When a text is ready to be learned, and how much of it: what stays, not what is being typed.

A line that was left is ready once the keys rest for a moment, the line under the cursor once they
rest for longer. A save and a farewell make all of it ready at once.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

UNTITLED = "untitled"
"""What a document without a path is learned as."""

LEFT_SECONDS = 1.5
"""How long the keys rest before a line that was left counts as staying."""
IDLE_SECONDS = 10.0
"""How long they rest before the line under the cursor does."""


class Keeping:
    """Follows a document being edited. Knows the time, and nothing of its text."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.restart(0)

    def restart(self, edits: int) -> None:
        """Another document is there, after so many edits, the cursor in its first line."""
        self._edits = edits
        self._row = 0
        self._touched = self._clock()
        self.kept()

    def kept(self) -> None:
        """All of the document is kept as it is now."""
        self._left = self._edited = False

    @property
    def waiting(self) -> bool:
        """Whether something becomes ready if the keys rest."""
        return self._edited

    def follow(self, edits: int, row: int) -> None:
        """Take note of a key: how many edits there were so far, and where the cursor is now."""
        self._edited |= edits != self._edits
        self._left |= self._edited and row != self._row
        self._edits, self._row = edits, row
        self._touched = self._clock()

    def written(self, edits: int) -> None:
        """Somebody else wrote into it: that alone makes nothing ready."""
        self._edits = edits
        self._touched = self._clock()

    def due(self) -> bool | None:
        """Whether the whole text is ready, or all but the cursor's line; None where nothing is.

        What is said to be ready is taken to be kept.
        """
        rest = self._clock() - self._touched
        if self._edited and rest >= IDLE_SECONDS:
            self.kept()
            return True
        if self._left and rest >= LEFT_SECONDS:
            self._left = False
            return False
        return None


def text_without(lines: Sequence[str], row: int) -> str:
    """The text up to the start of a line, and what follows that line."""
    before = "".join(f"{line}\n" for line in lines[:row])
    return before + "\n".join(lines[row + 1 :])


def learned_name(path: Path | None) -> str:
    """What a document is learned as."""
    return str(path.absolute()) if path else UNTITLED


def never_learned(path: Path | None, never: Sequence[Path]) -> str:
    """Why a file is never learned, in few words; empty where it may be."""
    if path is None:
        return ""
    # Here and not above: the first paint does not wait for the half that learns.
    from charlm_core import looks_secret

    if looks_secret(path):
        return "it may hold secrets"
    return "turned off for this text" if path.absolute() in never else ""
