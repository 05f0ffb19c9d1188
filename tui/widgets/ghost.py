"""The ghost: text proposed after the cursor, and how it is taken apart. Pure values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from charlm_core import is_control

_WORD = re.compile(r"\s*\S+ ?|\s+")


@dataclass(frozen=True, slots=True)
class Ghost:
    """A continuation of the text, character by character. False when it is empty."""

    text: str = ""
    """What it proposes: one line, no control characters."""
    probabilities: tuple[float, ...] = ()
    """How likely each character was when it was proposed."""

    @classmethod
    def proposed(cls, text: str, probabilities: Sequence[float]) -> "Ghost":
        """A ghost of what a model said, up to the first character that must not be drawn.

        Blanks alone make none: nobody could see what Tab is about to accept.
        """
        safe = next((i for i, character in enumerate(text) if is_control(character)), len(text))
        if not text[:safe].strip():
            return cls()
        known = (*probabilities[:safe], *[1.0] * max(0, safe - len(probabilities)))
        return cls(text[:safe], known)

    def __bool__(self) -> bool:
        return bool(self.text)

    def __add__(self, other: "Ghost") -> "Ghost":
        return Ghost(self.text + other.text, self.probabilities + other.probabilities)

    def split(self, count: int) -> tuple["Ghost", "Ghost"]:
        """The first `count` characters, and the rest."""
        return (
            Ghost(self.text[:count], self.probabilities[:count]),
            Ghost(self.text[count:], self.probabilities[count:]),
        )

    def after(self, typed: str) -> "Ghost":
        """What remains once `typed` has been typed; empty when the ghost said something else."""
        return self.split(len(typed))[1] if typed and self.text.startswith(typed) else Ghost()

    def first_word(self) -> int:
        """How many characters the first word takes, with the space around it."""
        found = _WORD.match(self.text)
        return found.end() if found else 0

    def last_word(self) -> int:
        """How many characters the last word takes, with the space after it."""
        found = list(_WORD.finditer(self.text))
        return len(self.text) - found[-1].start() if found else 0
