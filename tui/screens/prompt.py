"""Asks for the path of a file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.screens.asking import Asking
from tui.services.paths import complete, expand
from tui.text.visible import visible
from tui.widgets.ordered import OrderedInput


class PathPrompt(Asking[Path | None]):
    """Answers with a path, or None when the person thought better of it.

    `check` says, in one line, what is wrong with a path, or nothing; a path it objects to can't be
    answered with. The arrows step through `recent` paths, the newest first.
    """

    DEFAULT_CSS = """
    PathPrompt.tiny {
        & > Vertical { border: none; padding: 0; }
        & Input { height: 1; border: none; padding: 0; }
        & .fault { margin: 0; }
        & .hint { display: none; }
    }
    """
    TINY = 10
    """In fewer lines there are only the line and what is wrong with it."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete the path"),
        Binding("escape", "cancel", "Cancel"),
        Binding("up", "step(1)", "Recent files"),
        Binding("down", "step(-1)", "Recent files"),
    ]

    def __init__(
        self,
        title: str,
        start: str,
        check: Callable[[Path], str],
        recent: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._title = title
        # A name may hold what must not be drawn, or a space that would be stripped: as long as the
        # line is as it was, it stands for the path itself.
        self._start = start
        self._shown = visible(start)
        self._check = check
        self._offered = [start, *recent]
        self._at = 0

    def compose(self) -> ComposeResult:
        """A title, a line to type in, and room for what is wrong."""
        with Vertical():
            yield Static(self._title)
            yield OrderedInput(self._shown, submit=self.submit, select_on_focus=False)
            yield Static("", classes="fault")
            steps = "↑ recent files · " if len(self._offered) > 1 else ""
            keys = f"{steps}Tab completes · Enter accepts · Esc cancels"
            yield Static(keys, classes="hint")

    def on_resize(self) -> None:
        """Use the room there is."""
        self.set_class(self.size.height < self.TINY, "tiny")

    def submit(self) -> None:
        """Answer, unless the path won't do."""
        typed = self.line.value
        if not typed.strip():
            self.tell("type the path of a file")
            return
        path = Path(self._start) if typed == self._shown else expand(typed)
        if fault := self._check(path):
            self.tell(fault)
        else:
            self.answer(path)

    def action_complete(self) -> None:
        """Complete the path as far as it is certain; name the candidates where it is not."""
        line = self.line
        completed, candidates = complete(line.value)
        line.value = completed
        line.cursor_position = len(completed)
        self.tell("  ".join(candidates))

    def action_step(self, step: int) -> None:
        """Put another recent path in the line, or what it began with."""
        if len(self._offered) == 1:
            return
        self._at = min(max(self._at + step, 0), len(self._offered) - 1)
        self._start = self._offered[self._at]
        self._shown = visible(self._start)
        line = self.line
        line.value = self._shown
        line.cursor_position = len(self._shown)

    def action_cancel(self) -> None:
        """Answer nothing."""
        self.answer(None)
