"""What there is to tell of a checkpoint: its network, its figures, its texts, and its card.

All of it comes from a file that anybody may have written: it is cut where it is very long, and
nothing in it reaches the terminal as it is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from charlm_core import DamagedModel, ModelEntry, one_line
from tui.text.visible import visible
from tui.widgets.amounts import file_size, span
from tui.widgets.model_list import figure

MOST_TEXTS = 6
"""Of more texts the first are named."""

MOST_SETTINGS = 40
"""Of more settings the first are told."""

LONGEST = 600
"""Characters of one fact."""

MOST_LINES = 1000
"""Of a longer card the first are shown."""

ORIGINS = {
    "run": "trained here",
    "imported": "imported",
    "shipped": "came with charlm-tui",
}


@dataclass(frozen=True, kw_only=True)
class About:
    """A checkpoint, and what is known of it beside what it says of itself."""

    one: ModelEntry | DamagedModel
    """Which."""
    folder: str
    """Where it is, as people write it."""
    card: str = ""
    """Its model card; empty for none."""
    date: str = ""
    """When its weights were written."""
    used: bool = False
    """Whether ghosts come from it."""


def facts(about: About) -> Group:
    """All of it, to be drawn at any width."""
    one = about.one
    how = [ORIGINS[one.origin], *(["in use"] if about.used else [])]
    if one.shadowed:
        how.append("another of that name is found first")
    title = Text.assemble((visible(one.name), "bold"), f"  {', '.join(how)}")
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    if isinstance(one, DamagedModel):
        told: Iterable[tuple[str, str]] = [("damaged", one.fault.removeprefix(f"{one.path}/"))]
    else:
        told = _of(one, about.date)
    for label, words in [("folder", about.folder), *told]:
        table.add_row(label, Text(visible(_cut(words))))
    card = card_lines(about.card) if about.card else [Text("No model card.", "dim")]
    return Group(title, table, *card)


def _of(one: ModelEntry, date: str) -> Iterator[tuple[str, str]]:
    config, told = one.config, one.config.training
    yield (
        "network",
        f"{config.cell} {config.layers} × {config.hidden}, embedding {config.embed}, "
        f"{one.parameters:,} weights, {len(config.vocabulary):,} symbols, {file_size(one.bytes)}",
    )
    yield (
        "held out",
        f"{figure(told.validation_bpc)} bits/char, {figure(told.validation_nats)} nats, "
        f"perplexity {figure(told.validation_perplexity)}, over {told.validation_chars:,} "
        "characters"
        if told.validation_chars
        else "never measured",
    )
    if suited := config.suits.words:
        yield "chosen for", suited
    texts = [f"{text.name} ({text.chars:,} characters)" for text in told.corpora[:MOST_TEXTS]]
    if len(told.corpora) > MOST_TEXTS:
        texts.append(f"and {len(told.corpora) - MOST_TEXTS:,} more")
    if texts:
        yield "trained on", ", ".join(texts)
    if told.about:
        yield "about", told.about
    yield (
        "trained for",
        f"{span(told.seconds)}, {figure(told.epochs, 2)} epochs, {told.chars_seen:,} characters "
        f"seen, seed {told.seed}; written {date}"
        if told.seconds
        else f"not told; written {date}",
    )
    if told.settings:
        yield "settings", _listed(told.settings)
    if told.versions:
        yield "made with", _listed(told.versions)


def _listed(named: "dict[str, str] | dict[str, str | int | float | bool]") -> str:
    return ", ".join(f"{name} {value}" for name, value in islice(named.items(), MOST_SETTINGS))


def _cut(words: str) -> str:
    plain = one_line(words)
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"


def card_lines(card: str) -> list[Text]:
    """A model card's Markdown as plain lines: headings bold, lists with dots, tables in columns."""
    lines = [Text(), Text("Model card", "bold underline")]
    rows: list[list[str]] = []
    told = card.splitlines()
    for line in [*told[:MOST_LINES], *(["…"] if len(told) > MOST_LINES else []), ""]:
        bare = line.strip()
        if bare.startswith("|") and bare.endswith("|") and len(bare) > 1:
            rows.append([cell.strip() for cell in bare[1:-1].split("|")])
            continue
        lines += _table(rows)
        rows = []
        if bare or lines[-1].plain:
            lines.append(_line(line))
    return lines[:-1]


def _line(line: str) -> Text:
    if heading := re.match(r"\s{0,3}#{1,6}\s+(.*)", line):
        return Text(visible(heading[1].rstrip("# ")), "bold")
    shown = visible(line.expandtabs(4))
    return Text(re.sub(r"^(\s*)[-*+] ", r"\1• ", shown))


def _table(rows: Sequence[Sequence[str]]) -> list[Text]:
    """Rows of a table, without the line under its heading and without empty ones."""
    told = [row for row in rows if any(cell.strip(":- ") for cell in row)]
    return [Text("  ".join(visible(cell) for cell in row if cell)) for row in told]


class ModelFacts(VerticalScroll, can_focus=False):
    """Shows what there is to tell of one checkpoint."""

    DEFAULT_CSS = """
    ModelFacts {
        padding: 0 1;
        border: round $foreground 30%;
        border-title-color: $foreground;
        border-subtitle-color: $foreground 60%;
        scrollbar-size-vertical: 1;
        & > Static { height: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        yield Static()

    def on_mount(self) -> None:
        """Say what it is."""
        self.border_title = "About it"
        self.border_subtitle = "Shift-↑↓ scrolls"

    def show(self, about: About | None) -> None:
        """Tell of this one; of none nothing."""
        self.query_one(Static).update(facts(about) if about else "")

    def go_up(self) -> None:
        """Back to the beginning."""
        self.scroll_home(animate=False)
