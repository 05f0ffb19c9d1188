"""What the memory screen says, in words."""

import math
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from tui.services.events import KnownText, LearnedChanged
from tui.services.habits import Habits
from tui.services.learning import Learning
from tui.services.paths import short
from tui.services.tallies import Usage
from tui.text.visible import visible
from tui.widgets.amounts import file_size


def report(learning: Learning, habits: Habits) -> str:
    """All but the list of documents, a line for each thing."""
    lines = [
        size_words(learning.known),
        gain_words(learning.known),
        f"Learning is {'on' if learning.on else 'off'}. {here_words(learning)}",
        folder_words(habits.settings.folders),
        f"Ghosts: {dial_words(habits.dial)}",
        f"Today: {usage_words(habits.today)}",
        f"In all: {usage_words(habits.total)}",
    ]
    return "\n".join(filter(None, lines))


def size_words(known: LearnedChanged | None) -> str:
    """How much was learned."""
    if known is None:
        return "No model is loaded."
    if not known.chars:
        return f"{visible(known.checkpoint)} has learned nothing yet."
    size = f"{known.chars:,} characters, {file_size(known.bytes)} on disk"
    return f"{visible(known.checkpoint)} has learned {size}."


def gain_words(known: LearnedChanged | None) -> str:
    """What that is good for; empty where it can't be told."""
    if known is None or math.isnan(known.static_bpc) or math.isnan(known.adaptive_bpc):
        return ""
    return (
        f"{known.adaptive_bpc:.2f} bits a character with learning, "
        f"{known.static_bpc:.2f} without, over {known.gain_chars:,} characters."
    )


def here_words(learning: Learning) -> str:
    """Whether the document in the editor is learned."""
    if not learning.on:
        return "Nothing is learned, nor is what was learned used."
    name = visible(Path(learning.document).name)
    return f"{name} is not learned: {why}." if (why := learning.why_not) else f"{name} is learned."


def folder_words(folders: Sequence[Path]) -> str:
    """Which texts are to be remembered beside; empty where none are."""
    names = ", ".join(visible(short(folder)) for folder in folders)
    return f"To be remembered too: {names}." if names else ""


def dial_words(dial: str) -> str:
    """How often ghosts speak, and which way use has moved that."""
    moved = "; you pass many by" if "+" in dial else "; you take many" if "-" in dial else ""
    return f"{dial}{moved}"


def usage_words(usage: Usage) -> str:
    """What was accepted, and which share of the characters cost no key."""
    return f"accepted {usage.accepted:,}, saved {usage.saved:,} keys, {usage.share:.0%}"


def row(text: KnownText, width: int) -> Content:
    """A document in one line of so many cells: its path's end, and how much of it was learned."""
    chars = f" {text.chars:,}"
    name = visible(short(Path(text.name)))
    room = max(1, width - cell_len(chars))
    while cell_len(name) > room and len(name) > 1:
        # The end of a path says more than its beginning.
        name = f"…{name[2:]}"
    return Content(set_cell_size(name, room) + chars)
