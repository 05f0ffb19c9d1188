"""A run in figures: how far it is, how well it does, how fast it goes."""

import math

from rich.text import Text
from textual.widgets import Static

from charlm_core import RunView
from tui.widgets.amounts import duration
from tui.widgets.visible import visible

BAR_CELLS = 16
"""Width of a progress bar where there is little room."""

STATES = {
    "starting": ("◌", "starting"),
    "running": ("▶", "running"),
    "paused": ("=", "paused"),
    "stopping": ("■", "stopping"),
    "finished": ("✓", "finished"),
    "stopped": ("■", "stopped"),
    "interrupted": ("!", "interrupted"),
    "failed": ("✗", "failed"),
}
"""The sign and the word for each state of a run."""


def bar(share: float, cells: int) -> Text:
    """A progress bar of so many cells."""
    done = round(max(0.0, min(1.0, share)) * cells)
    return Text("━" * done, "green") + Text("─" * (cells - done), "dim")


def figures(view: RunView, width: int) -> Text:
    """What there is to tell of a run, in lines no wider than `width`, but for a long reason."""
    lines = [_title(view)]
    if view.reason:
        lines.append(Text(visible(view.reason), "bold"))
    if view.step:
        lines += [_progress(view, width), _losses(view, width), _pace(view)]
    if view.overfitting:
        lines.append(Text(view.overfitting, "bold"))
    return Text("\n").join(lines)


def _title(view: RunView) -> Text:
    sign, word = STATES[view.state]
    line = Text(f"{sign} {word}", "bold")
    line.append(f"  {visible(view.name)}", "bold")
    if view.config:
        shape, train = view.config.train.model, view.config.train
        budget = f"{train.epochs:g} epochs" if train.epochs else f"{train.minutes:g} minutes"
        line.append(f"  {shape.cell} {shape.layers} × {shape.hidden}, {budget}", "not bold")
        if view.began:
            line.append(f", {view.began.parameters:,} weights", "not bold")
    return line


def _progress(view: RunView, width: int) -> Text:
    assert view.step is not None
    epochs = f"epoch {math.floor(view.step.epochs) + 1} "
    share = f" {view.epoch_progress:4.0%}   "
    whole = f" {view.progress:4.0%}"
    left = f"  {duration(view.eta_seconds)} left" if view.held and view.eta_seconds else ""
    room = width - len(epochs + share + "all " + whole + left)
    cells = max(BAR_CELLS // 4, room // 2)
    return (
        Text(epochs)
        + bar(view.epoch_progress, cells)
        + Text(share)
        + Text("all ")
        + bar(view.progress, cells)
        + Text(whole + left)
    )


def _losses(view: RunView, width: int) -> Text:
    line = Text()
    if view.train:
        line.append("train ").append(f"{view.train[-1].nats:.3f}", "bold").append("   ")
    measured = view.final or view.latest
    if measured:
        line.append("final " if measured.final else "validation ")
        line.append(f"{measured.nats:.3f}", "bold").append(" nats/char   ")
        line.append("perplexity ").append(f"{measured.perplexity:.2f}", "bold").append("   ")
        line.append(f"{measured.bpc:.3f}", "bold").append(" bits/char")
        if view.best and len(line) + 15 <= width:
            line.append("   best ").append(f"{view.best.nats:.3f}", "bold")
    else:
        line.append("nats/char, not validated yet")
    return line


def _pace(view: RunView) -> Text:
    assert view.step is not None
    parts = [f"{duration(view.step.seconds)} trained"]
    if view.chars_per_second:
        parts.append(f"{view.chars_per_second:,.0f} chars/s")
    parts += [
        f"learning rate {view.step.learning_rate:.2e}",
        f"gradient {view.step.gradient_norm:.2f}",
    ]
    return Text("   ".join(parts))


def ending(view: RunView) -> str:
    """How a training ended, in a line."""
    _, word = STATES[view.state]
    if view.reason:
        return f"{view.name}: {word}: {view.reason}"
    measured = view.final or view.best
    return f"{view.name}: {word}" + (f", {measured.nats:.3f} nats/char" if measured else "")


class Figures(Static):
    """Shows a run's figures."""

    DEFAULT_CSS = """
    Figures { height: auto; max-height: 9; padding: 0 1; }
    """

    def show(self, view: RunView | None) -> None:
        """Tell of this run, or of none."""
        self.update(figures(view, max(20, self.size.width - 2)) if view else Text())
