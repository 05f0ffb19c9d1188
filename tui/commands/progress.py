"""Progress on stderr: a bar at a terminal, and a line for each thing worth one."""

import io
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO, cast

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from charlm_core import one_line
from tui.commands.output import give_up_stderr

if TYPE_CHECKING:
    from charlm_core import Compared, Counted, Event, Replay, Score, TextReader


class _Stderr(io.TextIOBase):
    """stderr as long as there is one: what a terminal that is gone can't take ends no work."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The stream's, by which Rich chooses its characters."""
        return self._stream.encoding if self._stream else "utf-8"

    def isatty(self) -> bool:
        """Whether it is a terminal, gone or not."""
        try:
            return self._stream is not None and self._stream.isatty()
        except ValueError:  # closed
            return False

    def write(self, text: str) -> int:
        """Write it, or let it go."""
        try:
            if self._stream:
                self._stream.write(text)
        except (OSError, ValueError):
            give_up_stderr()
        return len(text)

    def flush(self) -> None:
        """Flush it, or let it go."""
        try:
            if self._stream:
                self._stream.flush()
        except (OSError, ValueError):
            give_up_stderr()


class _Bar:
    """A bar that shows while it is open as a context manager, and at a terminal only."""

    def __init__(self, what: str) -> None:
        stderr = _Stderr(sys.stderr)
        self._console = Console(file=cast(TextIO, stderr), highlight=False, soft_wrap=True)
        self._bar = Progress(
            TextColumn("{task.fields[facts]}"),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(),
            console=self._console,
            disable=not stderr.isatty(),
            transient=True,
        )
        self._task = self._bar.add_task("", total=1.0, facts=what)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def _show(self, progress: float, facts: str) -> None:
        self._bar.update(self._task, completed=progress, facts=facts)

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False)


class ReadingProgress(_Bar):
    """Tells how far a text has been scored."""

    def __init__(self, total_bytes: int) -> None:
        super().__init__("reading")
        self._total = max(1, total_bytes)

    def tell(self, score: "Score", reader: "TextReader") -> None:
        """Show the score so far."""
        # The reader is a piece ahead of the scoring.
        share = score.chars / max(1, reader.chars) * reader.byte_count / self._total
        self._show(share, f"{score.chars:,} characters, {score.bpc:.3f} bits/char")


class KeysProgress(_Bar):
    """Tells how far a text has been typed again."""

    def __init__(self, chars: int) -> None:
        super().__init__("typing")
        self._chars = chars

    def tell(self, replay: "Replay") -> None:
        """Show the figures so far."""
        facts = f"{replay.chars:,} characters, {replay.keystroke_savings:.1%} of the keys saved"
        self._show(replay.chars / self._chars, facts)


class ComparingProgress(_Bar):
    """Tells how far models have been compared."""

    def __init__(self) -> None:
        super().__init__("comparing")

    def tell(self, found: "Compared") -> None:
        """Show the figures so far."""
        standings = found.standings
        bits = " : ".join(f"{one.static.bpc:.3f}" for one in standings if one.static.chars)
        saved = " : ".join(f"{one.keystroke_savings:.1%}" for one in standings if one.chars)
        facts = [f"{bits} bits/char"] if bits else []
        facts += [f"{saved} of the keys saved"] if saved else []
        self._show(found.progress, ", ".join(facts) or "comparing")


class GatheringProgress(_Bar):
    """Tells how much of some texts has been read; nobody knows before how much there is."""

    def __init__(self) -> None:
        super().__init__("looking")
        # Without the bar.
        self._bar.columns = self._bar.columns[:1]

    def tell(self, found: "Counted") -> None:
        """Show the figures of the source that is being read."""
        facts = f"{found.chars:,} characters in {found.files:,} texts"
        self._show(0.0, f"{escape(one_line(found.source.name))}: {facts}")


class TrainingProgress(_Bar):
    """Tells of a trainer's events."""

    def __init__(self) -> None:
        super().__init__("starting")

    def tell(self, event: "Event") -> None:
        """Show one event."""
        from charlm_core import Step, describe

        if isinstance(event, Step):
            rate = event.chars * event.step / max(event.seconds, 1e-9)
            facts = f"epoch {event.epoch + 1}  loss {event.nats:.3f}  {rate:,.0f} chars/s"
            self._show(event.progress, facts)
        elif line := describe(event):
            self._line(line)
