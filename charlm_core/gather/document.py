"""Texts as they are found: where they are from, and their lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST_LINE = 1 << 16
"""Longer lines are cut."""

Skip = Callable[[str, str], None]
"""Hears of what is left out: its name, and why."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One text of a source."""

    name: str
    """What a person calls it."""
    lines: Iterator[str]
    """Its lines, to be read once. Raises CorpusError where they can't be."""
    code: bool = False
    """Whether its line breaks and indents mean something."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A kind of text on this machine, or a file or folder that a person named."""

    name: str
    """What it is called on the command line."""
    about: str
    """What it is, for a person."""
    licence: str
    """Whose it is."""
    documents: Callable[[Skip], Iterator[Document]]
    """Its texts, in an order that is the same each time."""
    path: Path | None = None
    """The file it is, where it is one."""


def lines_of(pieces: Iterator[str]) -> Iterator[str]:
    """The lines of a text that comes in pieces; of what has no line ends, pieces of that length."""
    rest = ""
    for piece in pieces:
        lines = (rest + piece).split("\n")
        rest = lines.pop()
        for line in lines:
            yield from _cut(line)
        while len(rest) > LONGEST_LINE:
            yield rest[:LONGEST_LINE]
            rest = rest[LONGEST_LINE:]
    if rest:
        yield rest


def _cut(line: str) -> Iterator[str]:
    if len(line) <= LONGEST_LINE:
        yield line
        return
    for start in range(0, len(line), LONGEST_LINE):
        yield line[start : start + LONGEST_LINE]
