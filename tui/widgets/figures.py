"""A run in figures: how far it is, how well it does, how fast it goes."""

import math
from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from charlm_core import Began, Evaluation, RunState, RunView, Step
from tui.text.visible import visible
from tui.widgets.amounts import duration, short

BAR_CELLS = 40
"""No progress bar is longer."""

STATES: dict[RunState, tuple[str, str]] = {
    "starting": ("◌", ""),
    "running": ("▶", "$text-success"),
    "paused": ("‖", "$text-warning"),
    "stopping": ("■", "$text-warning"),
    "finished": ("✓", ""),
    "stopped": ("■", ""),
    "interrupted": ("!", "$text-warning"),
    "failed": ("✗", "$text-error"),
}
"""The sign for each state of a run, and its colour."""

FAINT = "$foreground 60%"

PATIENCE = "Reading the texts and loading PyTorch; the first figures come in a moment."

LABEL_CELLS, LOSS_CELLS, GAP, NAME_CELLS = 15, (10, 11, 10), "   ", 14
"""Widths in the table of losses, what is between it and the other figures, and their names'."""


def bar(share: float, cells: int) -> Content:
    """A progress bar of so many cells."""
    done = round(max(0.0, min(1.0, share)) * cells)
    return Content.assemble(("━" * done, "$success"), ("─" * (cells - done), "$foreground 15%"))


def figures(view: RunView, width: int) -> Content:
    """What there is to tell of a run; the lines of figures are no wider than `width`."""
    lines = [_title(view, width)]
    if view.reason:
        colour = "$text-error" if view.state == "failed" else "$text-warning"
        lines.append(Content.styled(visible(_sentence(view.reason)), colour))
    elif view.state == "starting":
        lines.append(Content.styled(PATIENCE, FAINT))
    if view.step:
        lines.append(_progress(view, view.step, width))
        left, right = _losses(view, view.step), _pace(view, view.step)
        lines += [
            Content.assemble(one, GAP, other).truncate(width)
            for one, other in zip(left, right, strict=True)
        ]
    if view.overfitting:
        lines.append(Content.styled(view.overfitting, "$text-warning"))
    return Content("\n").join(lines)


def state_words(view: RunView) -> str:
    """How the run stands, and what it is about to do."""
    if view.wish == "pause" and view.state != "paused":
        return f"{view.state}, will pause"
    if view.wish != "pause" and view.state == "paused":
        return "paused, will go on"
    return view.state


def ending(view: RunView) -> str:
    """How a training ended, in a line."""
    if view.reason:
        return f"{view.name}: {view.state}: {view.reason}"
    measured = view.final or view.best
    return f"{view.name}: {view.state}" + (f", {measured.nats:.3f} nats/char" if measured else "")


def _sentence(reason: str) -> str:
    return f"{reason[0].upper()}{reason[1:]}" + ("" if reason.endswith((".", "!", "?")) else ".")


def _title(view: RunView, width: int) -> Content:
    sign, colour = STATES[view.state]
    facts = []
    if view.config:
        shape, train = view.config.train.model, view.config.train
        facts.append(f"{shape.cell} {shape.layers} × {shape.hidden}")
        if view.config.start:
            facts[0] += f" from {visible(view.config.start.facts.name)}"
        if view.began:
            facts += [f"{short(view.began.parameters)} weights", _where(view.began)]
        facts.append(f"{train.epochs:g} epochs" if train.epochs else f"{train.minutes:g} minutes")
    return Content.assemble(
        (f"{sign} {state_words(view)}", f"bold {colour}"),
        "   ",
        (visible(view.name), "bold"),
        "   ",
        (", ".join(facts), FAINT),
    ).truncate(width, ellipsis=True)


def _where(began: Began) -> str:
    cores = f"{began.threads} core" + ("s" if began.threads > 1 else "")
    where = began.device if began.device != "cpu" else cores
    return f"{began.ranks} × {where}" if began.ranks > 1 else where


def _progress(view: RunView, step: Step, width: int) -> Content:
    """Two bars: the present epoch, and the whole."""
    whole = math.ceil(step.epochs / step.progress - 1e-6) if step.progress > 0 else 0
    about = "" if view.config and view.config.train.epochs else "~"
    epoch = f"epoch {step.epoch + 1} of {about}{max(whole, step.epoch + 1)} "
    share = f" {view.epoch_progress:4.0%}     "
    left = f"  {duration(view.eta_seconds)} left" if view.held and view.eta_seconds else ""
    rest = f" {view.progress:4.0%}{left}"
    cells = max(4, min(BAR_CELLS, (width - len(epoch + share + "whole " + rest)) // 2))
    return Content.assemble(
        epoch, bar(view.epoch_progress, cells), share, "whole ", bar(view.progress, cells), rest
    ).truncate(width)


def _losses(view: RunView, step: Step) -> list[Content]:
    """A table: what loss is where."""
    train = view.done.train_nats if view.done else view.train[-1].nats if view.train else step.nats
    best = view.final or view.best
    name = "final" if view.final else f"best, epoch {best.epoch:.1f}" if best else "best"
    return [
        _line("", ("nats/char", "perplexity", "bits/char"), FAINT),
        _line("training", _loss(train)),
        _line("validation", _measured(view.latest)),
        _line(name, _measured(best)),
    ]


def _loss(nats: float) -> tuple[str, str, str]:
    choices = math.exp(min(nats, 700.0))
    return (
        f"{nats:.3f}",
        f"{choices:.2f}" if choices < 1000 else f"{choices:.1e}",
        f"{nats / math.log(2):.3f}",
    )


def _measured(measured: Evaluation | None) -> tuple[str, str, str]:
    return _loss(measured.nats) if measured else ("–", "–", "–")


def _line(name: str, cells: Sequence[str], style: str = "bold") -> Content:
    label = (f"{name:<{LABEL_CELLS}}"[:LABEL_CELLS], FAINT)
    columns = zip(cells, LOSS_CELLS, strict=True)
    return Content.assemble(label, *((f"{cell:>{width}}", style) for cell, width in columns))


def _pace(view: RunView, step: Step) -> list[Content]:
    """As many lines as the table of losses has."""
    speed = view.chars_per_second
    if not speed and view.done and view.done.seconds:
        speed = view.done.chars / view.done.seconds
    pairs = (
        ("speed", f"{speed:,.0f} chars/s" if speed else "–"),
        ("learning rate", f"{step.learning_rate:.2e}"),
        ("gradient norm", f"{step.gradient_norm:.2f}"),
        ("trained for", duration(step.seconds)),
    )
    return [
        Content.assemble((f"{name:<{NAME_CELLS}}", FAINT), (value, "bold")) for name, value in pairs
    ]


class Figures(Static):
    """Shows a run's figures."""

    DEFAULT_CSS = """
    Figures { height: auto; max-height: 10; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._view: RunView | None = None

    def show(self, view: RunView | None, otherwise: str = "") -> None:
        """Tell of this run; say something else where there is none."""
        self._view = view
        width = max(20, self.size.width)
        self.update(figures(view, width) if view else Content(otherwise))

    def on_resize(self) -> None:
        """The lines fit the width."""
        if self._view:
            self.show(self._view)
