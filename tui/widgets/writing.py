"""What a run wrote: the model's samples, and the log's tail."""

import re
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from charlm_core import RunView, Sample
from tui.text.visible import storable, visible

SAMPLE_CHARS = 2000
"""More of one sample is not shown."""

SAMPLES = 20
"""So many samples are shown, the latest first."""

_DATE = re.compile(r"^\d{4}-\d\d-\d\d (\d\d:\d\d):\d\d ")
"""What the log's lines begin with; the time is enough beside a run that one looks at."""


def samples_text(samples: Sequence[Sample], steps_per_epoch: int) -> Content:
    """The latest samples, the newest first, each under a line that says when it was written."""
    parts = []
    for sample in samples[: -SAMPLES - 1 : -1]:
        when = f"epoch {sample.step / steps_per_epoch:.1f}" if steps_per_epoch else "step"
        text = "\n".join(map(visible, storable(sample.text[:SAMPLE_CHARS]).split("\n")))
        parts.append(Content.assemble((f"{when}, step {sample.step:,}\n", "$foreground 50%"), text))
    return Content("\n\n").join(parts)


def log_text(lines: Sequence[str]) -> Content:
    """The log, its times faint."""
    shown = []
    for line in lines:
        dated = _DATE.match(line)
        time = f"{dated[1]} " if dated else ""
        shown.append(
            Content.assemble(
                (time, "$foreground 50%"), visible(line[dated.end() if dated else 0 :])
            )
        )
    return Content("\n").join(shown)


class Writing(VerticalScroll):
    """A box with text that grows, at its `end` or at its beginning."""

    DEFAULT_CSS = """
    Writing {
        border: round $foreground 30%;
        border-title-color: $foreground 70%;
        width: 1fr;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        &:focus { border: round $primary; }
        & > Static { width: 1fr; height: auto; }
    }
    """

    def __init__(self, title: str, *, grows_at_end: bool = False) -> None:
        super().__init__()
        self.border_title = title
        self._grows_at_end = grows_at_end
        self._text = Content()

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static()

    def write(self, text: Content) -> None:
        """Show this text; whoever has scrolled elsewhere stays there."""
        if text == self._text:
            return
        self._text = text
        followed = self.max_scroll_y - self.scroll_y < 1
        self.query_one(Static).update(text)
        if self._grows_at_end and followed:
            self.scroll_end(animate=False)


class Samples(Writing):
    """What the model writes after each evaluation."""

    def __init__(self) -> None:
        super().__init__("What it writes")

    def show(self, view: RunView | None) -> None:
        """Show this run's."""
        steps = view.began.steps_per_epoch if view and view.began else 0
        self.write(samples_text(view.samples, steps) if view else Content())


class Log(Writing):
    """The log's tail."""

    def __init__(self) -> None:
        super().__init__("Log", grows_at_end=True)

    def show(self, view: RunView | None) -> None:
        """Show this run's."""
        self.write(log_text(view.log) if view else Content())
