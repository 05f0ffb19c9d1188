"""The status line: which file, where in it, which model, and how well it does."""

import math
from dataclasses import dataclass, replace
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip
from textual.timer import Timer

from tui.text.visible import visible
from tui.widgets.strips import StripWidget

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
SPINNER_SECONDS = 0.1
PATIENCE = 3
"""Turns of the spinner before an answer that is awaited shows as such."""
NOTE_SECONDS = 2.0
GAP = "  "
SHORTEST_NAME = 8


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the line tells."""

    file: str = ""
    """Name of the file."""
    modified: bool = False
    """Whether it has changes that are not saved."""
    read_only: bool = False
    """Whether it is protected from changes."""
    note: str = ""
    """What has just happened to it, in a word; soon gone."""
    line: int = 1
    """The cursor's line, from 1."""
    column: int = 1
    """The cursor's column in characters, from 1."""
    chars: int = 0
    """Characters of the text, or of what is selected of it."""
    words: int | None = None
    """Its words; None before they are counted."""
    model: str = ""
    """The checkpoint, or what became of it."""
    automatic: bool = False
    """Whether the document chose it."""
    loading: bool = False
    """Whether the model is still being loaded."""
    waiting: bool = False
    """Whether an answer has been awaited for a while."""
    ghosts_on: bool = True
    """Whether ghosts are on."""
    dial: str = ""
    """How often they speak."""
    perplexity: float = math.nan
    """Of the text before the cursor, as far back as the model reads; NaN over no text."""
    latency_ms: float = math.nan
    """From the last request for a ghost to its answer; NaN before the first."""
    turn: int = 0
    """Which picture of the spinner shows."""


def compose_line(facts: Facts, width: int) -> str:
    """The line, `width` cells wide; what matters least goes first where there is no room."""
    marks = " •" if facts.modified else ""
    marks += " read-only" if facts.read_only else ""
    marks += f" {facts.note}" if facts.note else ""
    file = visible(facts.file) + marks
    place = f"{facts.line}:{facts.column}"
    model = visible(facts.model)
    if facts.loading or facts.waiting:
        model = f"{SPINNER[facts.turn % len(SPINNER)]} {model}"
    marked = f"{model} (auto)" if facts.automatic and not facts.loading else model
    if not facts.ghosts_on:
        model, marked = f"{model} (ghosts off)", f"{marked} (ghosts off)"
    surprise = "" if math.isnan(facts.perplexity) else f"perplexity {_short(facts.perplexity)}"
    latency = "" if math.isnan(facts.latency_ms) else f"{_short(facts.latency_ms)} ms"
    dial = facts.dial if facts.ghosts_on else ""
    # Beside the place, as both change with a key and then are written in one go.
    size = f"{facts.chars:,} char{'s' if facts.chars != 1 else ''}"
    if facts.words is not None:
        size += f"  {facts.words:,} word{'s' if facts.words != 1 else ''}"
    choices = (
        [place, size, marked, dial, surprise, latency, "F1 help"],
        [place, marked, dial, surprise, latency, "F1 help"],
        [place, marked, dial, surprise, latency],
        [place, marked, dial, surprise.replace("perplexity", "ppl"), latency],
        [place, model, dial, surprise.replace("perplexity", "ppl"), latency],
        [place, model, surprise.replace("perplexity", "ppl"), latency],
        [place, model, latency],
        [place, model],
        [place],
    )
    right = ""
    for parts in choices:
        right = GAP.join(filter(None, parts))
        # The last choices cut the name short rather than say nothing of the model.
        name = min(cell_len(file), SHORTEST_NAME) if len(parts) < 4 else cell_len(file)
        if name + len(GAP) + cell_len(right) <= width:
            break
    room = max(0, width - cell_len(right) - len(GAP))
    if cell_len(file) > room:
        file = set_cell_size(visible(facts.file), max(0, room - len(marks) - 1)) + "…" + marks
    return set_cell_size(set_cell_size(file, room) + GAP + right, width)


class StatusLine(StripWidget):
    """Shows Facts; `update` changes some of them."""

    DEFAULT_CSS = """
    StatusLine {
        split: bottom;
        height: 1;
        background: $surface;
        color: $foreground 80%;
        &:ansi { text-style: reverse; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._facts = Facts()
        self._awaited = 0
        self._spinner: Timer | None = None

    @property
    def facts(self) -> Facts:
        """What it tells now."""
        return self._facts

    def on_mount(self) -> None:
        """Have the spinner ready."""
        self._spinner = self.set_interval(SPINNER_SECONDS, self._turn, pause=True)
        self._spin()

    def render_line(self, y: int) -> Strip:
        """The line, with a blank at both ends."""
        line = f" {compose_line(self._facts, max(0, self.size.width - 2))} "
        return Strip([Segment(line, self.rich_style)]).adjust_cell_length(self.size.width)

    def update(self, **facts: Any) -> None:
        """Change the named facts. Redraws only when the line changes."""
        fresh = replace(self._facts, **facts)
        if fresh != self._facts:
            self._facts = fresh
            self._spin()
            self.refresh()

    def say(self, note: str, seconds: float = NOTE_SECONDS) -> None:
        """Show a word or a few beside the file's name for a moment."""
        self.update(note=note)
        self.set_timer(seconds, lambda: self._unsay(note))

    def _unsay(self, note: str) -> None:
        """Take a note away, unless another has come in its place."""
        if self._facts.note == note:
            self.update(note="")

    def await_answer(self, awaited: bool) -> None:
        """Tell whether an answer is on its way; it shows once it takes long."""
        if bool(self._awaited) != awaited:
            self._awaited = int(awaited)
            self.update(waiting=False)
            self._spin()

    def _spin(self) -> None:
        """Turn the spinner only while there is something to wait for."""
        if self._spinner is None:
            return
        if self._facts.loading or self._awaited:
            self._spinner.resume()
        else:
            self._spinner.pause()

    def _turn(self) -> None:
        """One turn of the spinner."""
        if self._awaited:
            self._awaited += 1
        waiting = self._awaited > PATIENCE
        if waiting or self._facts.loading:
            self.update(turn=self._facts.turn + 1, waiting=waiting)


def _short(number: float) -> str:
    """Three digits or so."""
    if number >= 10_000:
        return f"{number:.1e}"
    return f"{number:.2f}" if number < 10 else f"{number:.1f}" if number < 100 else f"{number:.0f}"
