"""The seminar's training: a small network reads one paragraph eight times, in under a minute.

Everything a larger training does can be watched on it, and everything that goes wrong when such a
model writes.
"""

from collections.abc import Collection
from pathlib import Path

from charlm_core import SEMINAR_TEXT, Cell, RunError, runs_directory
from tui.services.plan import LEAST_CHARS, Plan, free_name
from tui.services.private import write_private

MOST_BYTES = 5_000
"""A document of no more than that is read as the paragraph; a longer one would take minutes."""

TEXT_FILE = "seminar.txt"
"""Where the paragraph is that is read otherwise, in the folder of the user's data."""


def seminar_plan(document: Path | None, cell: Cell, taken: Collection[str]) -> Plan:
    """The training on the document, where that is a paragraph, or on one that everybody knows.

    Raises RunError where that can't be written.
    """
    corpus = paragraph(document)
    if corpus is None:
        corpus = runs_directory().parent / TEXT_FILE
        try:
            write_private(corpus, SEMINAR_TEXT)
        except OSError as error:
            raise RunError(f"{corpus}: {error.strerror}") from error
    name = free_name(f"{cell}-seminar", taken)
    return Plan(name=name, corpora=(corpus,), cell=cell, preset="seminar")


def paragraph(document: Path | None) -> Path | None:
    """The document, if it is about as long as a paragraph."""
    try:
        size = document.stat().st_size if document and document.is_file() else 0
    except (OSError, ValueError):
        return None
    return document.absolute() if document and LEAST_CHARS <= size <= MOST_BYTES else None
