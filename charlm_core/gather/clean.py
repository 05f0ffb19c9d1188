"""Cleaning a text: what is repeated, what is secret and what is no language is left out.

Works paragraph by paragraph, in memory that does not grow with the text.
"""

import hashlib
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from charlm_core.confidential import ends_key, holds_key, holds_secret
from charlm_core.errors import CorpusError

LONG = 80
"""A repeated paragraph of fewer characters is kept: people do say yes more than once."""

LONGEST_PARAGRAPH = 1 << 16
"""Longer paragraphs are taken in pieces."""

BUCKETS = 1 << 22
WAYS = 4
"""So many paragraphs of one bucket are remembered, 16 million together, in 128 MiB at most."""

MOST_UNDONE = 1 << 20
"""So many paragraphs of a text that turns out to be none are unseen again."""

NARROW, WIDE = 55, 100
"""Hard-wrapped lines are that wide, in characters."""

_ENCODED = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9+/=_-]{60,}")
_LISTED = re.compile(r"\s|[-*+•>|#=~:]|\d{1,3}[.)] |[a-z]\) ")
_CONTROLS = dict.fromkeys(code for code in range(32) if chr(code) not in "\t\n") | {0x7F: None}


@dataclass(kw_only=True)
class Cleaned:
    """What became of a text so far, in characters."""

    chars: int = 0
    """Before: the text of all paragraphs."""
    kept: int = 0
    """After, line ends included."""
    repeated: int = 0
    """Left out, since it had come before."""
    secret: int = 0
    """Left out, since it looks like a key or a password."""

    @property
    def repeated_share(self) -> float:
        """How much of the text is repeated, 0 to 1."""
        return self.repeated / self.chars if self.chars else 0.0


class Seen:
    """Which paragraphs there have been, by 64-bit hashes in a table of fixed size.

    In a corpus of more than 16 million paragraphs the earliest are forgotten. That one is taken for
    another, which drops it, happens once in 2^64 comparisons.
    """

    def __init__(self) -> None:
        # Pages of it that nothing falls into take no memory.
        self._table = np.zeros((BUCKETS, WAYS), dtype=np.uint64)
        self._added = array("Q")

    def add(self, paragraph: str) -> bool:
        """Note a paragraph; whether it is new. What differs in white space alone does not."""
        words = " ".join(paragraph.split()).encode("utf-8", "surrogatepass")
        digest = int.from_bytes(hashlib.blake2b(words, digest_size=8).digest(), "little") or 1
        bucket = self._table[digest % BUCKETS]
        if digest in bucket.tolist():
            return False
        bucket[1:] = bucket[:-1].copy()
        bucket[0] = digest
        if len(self._added) < MOST_UNDONE:
            self._added.append(digest)
        return True

    def begin(self) -> None:
        """From here on, `undo`."""
        self._added = array("Q")

    def undo(self) -> None:
        """Forget those that were new since `begin`, the first MOST_UNDONE of them."""
        for digest in self._added:
            bucket = self._table[digest % BUCKETS]
            bucket[bucket == digest] = 0
        self.begin()


class Cleaner:
    """Cleans texts one after another; what one repeats of another is left out as well."""

    def __init__(self, *, unwrap: bool = False) -> None:
        self._seen = Seen()
        self._unwrap = unwrap
        self.cleaned = Cleaned()
        """The figures so far; may be exchanged for fresh ones."""

    def clean(self, lines: Iterable[str], *, code: bool = False) -> Iterator[str]:
        """The text of a document, given its lines, in pieces that end in a line end.

        Of prose the paragraphs, a blank line between; of program code the lines as they are. Where
        the lines end in a CorpusError it is as if the document had not been there.
        """
        before = replace(self.cleaned)
        self._seen.begin()
        try:
            yield from self._cleaned(lines, code=code)
        except CorpusError:
            self._seen.undo()
            for name, figure in vars(before).items():
                setattr(self.cleaned, name, figure)
            raise

    def _cleaned(self, lines: Iterable[str], *, code: bool) -> Iterator[str]:
        found, blanks = self.cleaned, 0
        fenced, first = False, True
        for paragraph in _paragraphs(self._safe(lines)):
            if not paragraph:
                blanks += 1
                continue
            text = "\n".join(paragraph)
            found.chars += len(text) + 1
            fence = sum(line.lstrip().startswith("```") for line in paragraph) % 2
            if len(text) >= LONG and not self._seen.add(text):
                found.repeated += len(text) + 1
                fenced ^= bool(fence)
                continue
            if self._unwrap and not (code or fenced or fence):
                text = "\n".join(unwrapped(paragraph))
            fenced ^= bool(fence)
            gap = 0 if first else min(blanks, 2 if code else 1)
            first, blanks = False, 0
            piece = "\n" * gap + text + "\n"
            found.kept += len(piece)
            yield piece

    def _safe(self, lines: Iterable[str]) -> Iterator[str]:
        """The lines without secrets, controls, and data dressed up as text."""
        found, in_key = self.cleaned, False
        for line in lines:
            if in_key or holds_key(line):
                in_key = not ends_key(line)
                found.secret += len(line) + 1
            elif holds_secret(line):
                found.secret += len(line) + 1
            elif not _ENCODED.fullmatch(line.strip()):
                yield line.translate(_CONTROLS).rstrip()


def _paragraphs(lines: Iterable[str]) -> Iterator[list[str]]:
    """Runs of lines that are not blank, and an empty one for each that is."""
    paragraph: list[str] = []
    size = 0
    for line in lines:
        if line and size < LONGEST_PARAGRAPH:
            paragraph.append(line)
            size += len(line)
            continue
        if paragraph:
            yield paragraph
        paragraph, size = [line] if line else [], len(line)
        if not line:
            yield []
    if paragraph:
        yield paragraph


def unwrapped(paragraph: list[str]) -> list[str]:
    """The paragraph's lines with those joined that were broken for want of room alone.

    A line was where the next one's first word would have been too wide for it; lists, verses,
    headings and what is indented stay.
    """
    width = max(map(len, paragraph))
    if len(paragraph) < 2 or not NARROW <= width <= WIDE:
        return paragraph
    lines = paragraph[:1]
    before = paragraph[0]
    for line in paragraph[1:]:
        word = line.split(maxsplit=1)[0]
        if len(before) + 1 + len(word) > width and not _LISTED.match(line):
            lines[-1] += f" {line}"
        else:
            lines.append(line)
        before = line
    return lines
