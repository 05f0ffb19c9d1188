"""The pane in which the model writes on: what it writes, how, and the keys for it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui.text.branch import Branch
from tui.text.visible import visible
from tui.widgets.columns import Columns
from tui.widgets.panel import Panel
from tui.widgets.prompt_bar import PromptBar
from tui.widgets.writer_hints import Want, WriterHints


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How the next branch is going to be written."""

    prompt: str = ""
    """What it begins with; empty is the text before the cursor."""
    how: tuple[str, ...] = ()
    """How its characters are chosen, in words, the first one most important."""
    speed: int = 0
    """Characters a second; 0 is as quickly as possible."""
    length: int = 0
    """How long it becomes, in characters; 0 is without end."""


class Writer(Panel):
    """Shows branches; what is to become of them is for others to do.

    `do` does what a key asks for, and `begin` begins a branch with a prompt, where that is empty
    with the text before the cursor. They are awaited, so that keys that follow come after that.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "want('stop')", "Writing: stop, go on"),
        Binding("enter", "want('put')", "Writing: put it into the text, at the cursor"),
        Binding("r", "want('again')", "Writing: once more, with the same seed"),
        Binding("n", "want('new_seed')", "Writing: once more, with another seed"),
        Binding("b", "want('branch')", "Writing: another branch beside it"),
        Binding("f", "want('fork')", "Writing: another branch from here on"),
        Binding("x,delete", "want('drop')", "Writing: drop the branch"),
        Binding("left", "want('previous')", "Writing: choose a branch"),
        Binding("right", "want('next')", "Writing: choose a branch"),
        Binding("up", "look(-1)", "Writing: scroll in it"),
        Binding("down", "look(1)", "Writing: scroll in it"),
        Binding("pageup", "page(-1)", "Writing: scroll in it"),
        Binding("pagedown", "page(1)", "Writing: scroll in it"),
        Binding("home", "look(-1000000)", ""),
        Binding("end", "look(1000000)", ""),
        Binding("plus,equals_sign", "want('faster')", "Writing: faster, slower"),
        Binding("minus", "want('slower')", "Writing: faster, slower"),
        Binding("right_square_bracket", "want('longer')", "Writing: longer, shorter"),
        Binding("left_square_bracket", "want('shorter')", "Writing: longer, shorter"),
        Binding("m", "want('mode')", "Writing: sample, greedy or beam, from the next one on"),
        Binding("p", "prompt", "Writing: from another prompt"),
        Binding("d", "want('into_text')", "Writing: go on in the text itself"),
    ]

    DEFAULT_CSS = """
    Writer {
        split: bottom;
        width: 100%;
        max-width: 100%;
        height: 45%;
        min-height: 9;
        max-height: 80%;
        border-left: none;
        padding: 0;
        overflow: hidden;
        background: $background;
        &.-narrow { height: 45%; border-top: none; }
        &:focus .columns--chosen {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
        }
        & > .title {
            height: 1;
            padding: 0 1;
            background: $surface;
            color: $foreground;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        & > PromptBar { display: none; }
        &.prompting > PromptBar { display: block; }
        &.prompting > WriterHints { display: none; }
        &:ansi > .title { text-style: bold; }
    }
    """

    def __init__(
        self, do: Callable[[Want], Awaitable[None]], begin: Callable[[str], Awaitable[None]]
    ) -> None:
        super().__init__()
        self._do = do
        self._title = Static(classes="title", markup=False)
        self._columns = Columns()
        self._bar = PromptBar(begin, self._leave_bar)
        self._hints = WriterHints()
        self._told: tuple[Manner, int, int] = (Manner(), 0, 0)

    def compose(self) -> ComposeResult:
        """What is written, between how and with which keys."""
        yield self._title
        yield self._columns
        yield self._bar
        yield self._hints

    def show(self, branches: Sequence[Branch], chosen: int, manner: Manner) -> None:
        """Show these, and how the next one is going to be written."""
        self._columns.show(branches, chosen)
        self._hints.show(active=bool(branches) and branches[chosen].active)
        told = manner, chosen, len(branches)
        if told != self._told:
            self._told = told
            self._draw_title()

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        self._draw_title()

    def _draw_title(self) -> None:
        manner, chosen, count = self._told
        place = f"{chosen + 1} of {count}" if count > 1 else ""
        self._title.update(Content(title(manner, place, self.size.width - 2)))

    # What the keys do.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a prompt is typed its letters are letters."""
        return action == "back" or self.screen.focused is self

    async def action_want(self, what: Want) -> None:
        """Have it done."""
        await self._do(what)

    def action_look(self, rows: int) -> None:
        """Scroll in the chosen one."""
        self._columns.look(rows)

    def action_page(self, step: int) -> None:
        """Scroll in the chosen one by as much as is in view."""
        self._columns.look(pages=step)

    def action_prompt(self) -> None:
        """Ask for a prompt."""
        self.add_class("prompting")
        self._bar.open()

    def _leave_bar(self) -> None:
        self.screen.set_focus(self)
        self.remove_class("prompting")


def title(manner: Manner, place: str, width: int) -> str:
    """From where the model writes and how, in so many cells; what matters least goes first."""
    speed = f"{manner.speed}/s" if manner.speed else "fastest"
    length = f"{manner.length:,} chars" if manner.length else "endless"
    start = "From the cursor"
    if manner.prompt:
        start = f"From “{visible(manner.prompt)}”"
    if cell_len(start) > max(15, width // 3):
        start = f"{start[: max(15, width // 3) - 2]}…”"
    choices = (
        [place, ", ".join(manner.how), speed, length],
        [place, *manner.how[:1], speed, length],
        [*manner.how[:1], speed, length],
        [speed, length],
    )
    line = ""
    for parts in choices:
        right = " · ".join(filter(None, parts))
        line = f"{start}{' ' * max(2, width - cell_len(start) - cell_len(right))}{right}"
        if cell_len(line) <= width:
            break
    return line
