"""What the form for a new run says of its texts, its budget and its keys."""

from collections.abc import Sequence
from pathlib import Path

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input

from tui.services.counts import Count, Tally
from tui.services.plan import LEAST_CHARS, path_fault
from tui.widgets.amounts import file_size, short, span
from tui.widgets.choices import Choices
from tui.widgets.corpus_row import Figures
from tui.widgets.corpus_tree import CorpusTree
from tui.widgets.folder_line import FolderLine
from tui.widgets.sizes import Sizes

HINTS: dict[type[Widget], str] = {
    FolderLine: "Enter goes there   Tab completes   ^S starts   Esc back",
    CorpusTree: "Space chooses   ←→ close, open   ⌫ above   . hidden   ^S starts   Esc back",
    Choices: "←→ choose   Enter starts   Tab next   Esc back",
    Sizes: "↑↓ choose   Enter starts   Tab next   Esc back",
    Input: "Enter starts   Tab next   Esc back",
    Button: "Enter starts   Tab, Shift-Tab to the fields   F1 keys   Esc back",
}
"""What the keys do where the focus is."""


def figures(count: Count) -> Figures:
    """What the tree tells of a file or folder."""
    if count.fault:
        return Figures(chars=count.fault, bad=True)
    if count.doubt:
        return Figures(chars=f"{file_size(count.bytes)}, {count.doubt}", bad=True)
    return Figures(size=file_size(count.bytes), chars=chars_words(count.chars, count.exact))


def chars_words(chars: int, exact: bool) -> str:
    """A number of characters; roughly, where it is estimated."""
    return f"{chars:,}" if exact else f"≈ {short(chars)}"


def tally_words(tally: Tally) -> Content:
    """What is chosen, in a line."""
    if not tally.paths:
        return Content("nothing chosen")
    if not tally.good:
        return Content("" if tally.done else "counting…")
    words = [
        f"{tally.files:,} file{'s' if tally.files != 1 else ''}",
        file_size(tally.bytes),
        f"{chars_words(tally.chars, tally.exact or not tally.done)} characters",
    ]
    return Content("   ".join(words if tally.done else ["counting…", *words]))


def corpus_fault(chosen: Sequence[Path], tally: Tally) -> str:
    """Why nothing can be learned from what is chosen; empty where something can, or may."""
    if not chosen:
        return "nothing to learn from yet: Space ticks a file or a folder"
    for path in chosen:
        if fault := path_fault(path):
            return fault
    if not tally.done or tally.paths != tuple(chosen):
        return ""
    if not tally.good:
        return f"{tally.counts[0].path}: {tally.counts[0].fault}" if tally.counts else "no text"
    if tally.chars < LEAST_CHARS:
        return f"too little text: {tally.chars:,} characters; it takes {LEAST_CHARS} at least"
    return ""


def doubt(tally: Tally) -> str:
    """What a person should know of the chosen texts; empty where all is well."""
    for count in tally.counts:
        if count.fault:
            return f"{count.path.name}: {count.fault}, left out"
        if count.doubt:
            return f"{count.path.name}: {count.doubt}; what can't be read becomes �"
    skipped = sum(count.skipped for count in tally.counts)
    if skipped and tally.done:
        files = (
            "a file holds no text and is"
            if skipped == 1
            else f"{skipped:,} files hold no text and are"
        )
        return f"{files} left out"
    return ""


def prospect(amount: float, unit: str, epoch_seconds: float) -> str:
    """What a budget comes to where a pass over the texts takes so long."""
    if unit == "epochs":
        return f"about {span(amount * epoch_seconds)}"
    epochs = 60 * amount / epoch_seconds
    if epochs < 1:
        return f"about {epochs:.{0 if epochs >= 0.01 else 2}%} of an epoch"
    return f"about {epochs:,.0f} epochs" if epochs >= 10 else f"about {epochs:.1f} epochs"


def hint(focused: Widget | None) -> str:
    """What the keys do where the focus is."""
    return next((hint for kind, hint in HINTS.items() if isinstance(focused, kind)), "")
