"""Texts that a program left unsaved when it was killed: offered at the next start, or later."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from charlm_core import DocumentError
from tui.screens.page import Page
from tui.screens.pages import PagesScreen
from tui.services.documents import Document, open_document
from tui.services.journal import Leftover, discard, journals_folder, leftovers, recovered_text

MOST_LINES = 5_000
"""Of a text that is compared with nothing no more are shown."""


def left_behind() -> list[Leftover]:
    """All that is left of processes that are gone, the newest first. Never raises."""
    return leftovers(journals_folder())


def of_file(found: Iterable[Leftover], path: Path | None) -> list[Leftover]:
    """Those of a file that are there yet, or those of texts without a name."""
    return [one for one in found if _same(one.path, path) and one.folder.exists()]


def told(leftover: Leftover) -> str:
    """What it is, in a few words."""
    end = "" if leftover.whole else ", its end maybe missing"
    return f"{_name(leftover)}: text from {_when(leftover.when)} that was not saved{end}"


async def offer(screen: PagesScreen, leftover: Leftover) -> None:
    """Ask what to do with a leftover; that of a file belongs to the page that shows, if it can.

    Recovered text is a change like any other: undo leads back to what the file holds.
    """
    try:
        text = recovered_text(leftover)
    except DocumentError as error:
        await _offer_damaged(screen, leftover, error)
        return
    page = screen.page
    here = leftover.path is not None and not (page.editor.modified or page.editor.read_only)
    look = "Look at the difference" if leftover.path else "Look at it"
    choices = {"r": "Recover it", "d": look, "t": "Throw it away"}
    question = f"{told(leftover)}."
    while (answer := await screen.ask(question, choices, cancel="Later", unbidden=True)) == "d":
        title, lines = _compared(leftover, text)
        await screen.show_difference(title, lines)
    if answer == "r":
        if not here:
            # What was typed meanwhile, recovered before this or can't be changed stays beside it.
            screen.add(Document(encoding=leftover.encoding, newline=leftover.newline))
        _recover(screen.page, leftover, text)
    elif answer == "t":
        discard(leftover)


def _compared(leftover: Leftover, text: str) -> tuple[str, list[str]]:
    """What the leftover text would change in its file, and a title for that."""
    name = _name(leftover)
    # Here and not above: it is seldom asked for.
    from tui.services.unified import unified_diff

    if leftover.path is None:
        return name, text.split("\n")[:MOST_LINES]
    try:
        lines = unified_diff(open_document(leftover.path).text, text, "on disk", "not saved")
    except DocumentError as error:
        fault = str(error).removeprefix(f"{leftover.path}: ")
        return name, [fault, "", *text.split("\n")[:MOST_LINES]]
    return f"{name}: − on disk, + not saved", lines


async def _offer_damaged(screen: PagesScreen, leftover: Leftover, error: DocumentError) -> None:
    question = f"{told(leftover)}, and can't be read: {error}."
    choices = {"t": "Throw it away"}
    if await screen.ask(question, choices, at_stake=True, cancel="Later", unbidden=True) == "t":
        discard(leftover)


def _recover(page: Page, leftover: Leftover, text: str) -> None:
    """Have the text in the page, and in the page's own journal before the old one goes."""
    page.put(text)
    if page.journal is None or page.journal.flush():
        discard(leftover)


def _same(one: Path | None, other: Path | None) -> bool:
    if one is None or other is None:
        return one is other
    return os.path.realpath(one) == os.path.realpath(other)


def _name(leftover: Leftover) -> str:
    return leftover.path.name if leftover.path else "untitled"


def _when(seconds: float) -> str:
    """The time of day; the day too, where that is not today."""
    try:
        then, now = time.localtime(seconds), time.localtime()
    except (OverflowError, ValueError, OSError):
        return "an unknown time"
    clock = f"{then.tm_hour:02}:{then.tm_min:02}"
    today = (then.tm_year, then.tm_yday) == (now.tm_year, now.tm_yday)
    return clock if today else f"{then.tm_year}-{then.tm_mon:02}-{then.tm_mday:02} {clock}"
