"""The ghost: text proposed after the cursor, and how it is taken apart. Pure values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from charlm_core import alike, is_control

_WORD = re.compile(r"\s*\S* ?")


@dataclass(frozen=True, slots=True)
class Ghost:
    """A continuation of the text, character by character. False when it is empty."""

    text: str = ""
    """What it proposes: line ends, no other control characters, and not blanks alone."""
    probabilities: tuple[float, ...] = ()
    """How likely each character was when it was proposed."""

    @classmethod
    def proposed(cls, text: str, probabilities: Sequence[float]) -> "Ghost":
        """A ghost of what a model said, up to the first character that must not be drawn."""
        unsafe = (i for i, c in enumerate(text) if is_control(c) and c != "\n")
        safe = next(unsafe, len(text))
        known = (*probabilities[:safe], *[1.0] * max(0, safe - len(probabilities)))
        return cls(text[:safe], known)._seen()

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

    def says(self, typed: str) -> bool:
        """Whether it begins with `typed`, be its quotes, dashes and spaces typographic or plain."""
        said = self.text[: len(typed)]
        return said == typed or (len(said) == len(typed) and all(map(alike, said, typed)))

    def after(self, typed: str) -> "Ghost":
        """What remains once `typed` has been typed; empty when the ghost said something else."""
        if not typed or not self.says(typed):
            return Ghost()
        return self.split(len(typed))[1]._seen()

    def first_word(self) -> int:
        """How many characters the first word takes: all space before it, one blank after it."""
        return len(self._words()[0]) if self else 0

    def last_word(self) -> int:
        """How many characters the last word takes, counted as the first one is."""
        return len(self._words()[-1]) if self else 0

    def first_line(self) -> int:
        """How many characters there are before the first line end; all where it begins with one."""
        found = self.text.find("\n")
        return found if found > 0 else len(self.text)

    def _words(self) -> list[str]:
        """The words, which together are the text; one at least unless it is empty."""
        return [word for word in _WORD.findall(self.text) if word]

    def _seen(self) -> "Ghost":
        """None where it is blanks alone: nobody could see what Tab is about to accept."""
        return self if "\n" in self.text or self.text.strip() else Ghost()
