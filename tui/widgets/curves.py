"""Loss curves: one run's training and validation, or several runs' validation over each other."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from charlm_core import Point, RunView
from tui.widgets.visible import visible

if TYPE_CHECKING:
    from textual_plot import PlotWidget

UNITS: dict[str, Callable[[float], float]] = {
    "nats per character": lambda nats: nats,
    "perplexity": lambda nats: math.exp(min(nats, 50.0)),
    "bits per character": lambda nats: nats / math.log(2),
}
"""What a loss can be shown in."""

AXES: dict[str, Callable[[Point], float]] = {
    "epochs": lambda point: point.epochs,
    "minutes": lambda point: point.seconds / 60,
}
"""What it can be shown over."""

COLOURS = ("#3d8bd4", "#e0831f", "#38a169", "#c4508f", "#8b6fd6", "#9c8a2a", "#2aa5a5", "#d05050")
"""Told apart on dark and on light."""

START_SHARE = 0.1
"""The first tenth of a training curve falls from so high that the rest would be flat: the picture
is cut where it ends, unless validation is higher."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line of the picture, as it is drawn."""

    label: str
    """What it is."""
    colour: str
    """As `#rrggbb`."""
    xs: tuple[float, ...]
    """Where."""
    ys: tuple[float, ...]
    """How high."""
    marked: bool
    """Whether each point is an event, rather than one of many."""


def curves_of(runs: Sequence[RunView], unit: str, axis: str) -> list[Curve]:
    """What is drawn of these runs: of one both losses, of several the validation alone."""
    value, place = UNITS[unit], AXES[axis]

    def curve(points: Sequence[Point], label: str, colour: str, *, marked: bool) -> Curve:
        return Curve(
            label=label,
            colour=colour,
            xs=tuple(map(place, points)),
            ys=tuple(value(point.nats) for point in points),
            marked=marked,
        )

    if len(runs) == 1:
        return [
            curve(runs[0].train, "training", COLOURS[0], marked=False),
            curve(runs[0].valid, "validation", COLOURS[1], marked=True),
        ]
    return [
        curve(
            run.valid or run.train,
            visible(run.name) + ("" if run.valid else " (training)"),
            COLOURS[index % len(COLOURS)],
            marked=bool(run.valid),
        )
        for index, run in enumerate(runs)
    ]


def limits(curves: Sequence[Curve]) -> tuple[float, float] | None:
    """The lowest and highest value in the picture; None where there is nothing to show."""
    low, high = math.inf, -math.inf
    for curve in curves:
        settled = curve.ys if curve.marked else curve.ys[int(START_SHARE * len(curve.ys)) :]
        low = min([low, *curve.ys])
        high = max([high, *settled])
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    room = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return low - room, high + room


class Curves(Vertical):
    """Draws the curves of some runs under a line that says which is which."""

    DEFAULT_CSS = """
    Curves {
        & > Static { height: 1; padding: 0 1; }
        & > PlotWidget {
            height: 1fr;
            & > .plot--axis { color: $foreground 40%; }
            & > .plot--tick { color: $foreground 70%; text-style: none; }
            & > .plot--label { color: $foreground 70%; text-style: none; }
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._units, self._axes = list(UNITS), list(AXES)
        self._runs: tuple[RunView, ...] = ()
        self._drawn: object = None
        self._plot: PlotWidget | None = None

    def compose(self) -> ComposeResult:
        """The legend over the picture."""
        # NumPy comes with it; the editor's first paint does not wait for that.
        from textual_plot import PlotWidget

        yield Static("", classes="legend")
        # The arrow keys stay the list's.
        self._plot = PlotWidget(allow_pan_and_zoom=False)
        self._plot.can_focus = False
        self._plot.margin_top = 0
        self._plot.margin_left = 7
        yield self._plot

    def on_mount(self) -> None:
        """Nothing to draw yet."""
        if self._plot is not None:
            self._plot.show_legend(is_visible=False)

    def show(self, runs: Sequence[RunView]) -> None:
        """Draw these runs' curves."""
        self._runs = tuple(runs)
        self._draw()

    def turn_unit(self) -> None:
        """Show the losses in the next unit."""
        self._units.append(self._units.pop(0))
        self._draw()

    def turn_axis(self) -> None:
        """Show them over the next measure of progress."""
        self._axes.append(self._axes.pop(0))
        self._draw()

    def _draw(self) -> None:
        from textual_plot import HiResMode

        curves = curves_of(self._runs, self._units[0], self._axes[0])
        drawn = (curves, self._units[0], self._axes[0])
        if self._plot is None or drawn == self._drawn:
            return
        self._drawn = drawn
        self.query_one(".legend", Static).update(self._legend(curves))
        plot = self._plot
        plot.clear()
        plot.set_xlabel(self._axes[0])
        plot.set_xlimits(0.0, max((max(curve.xs, default=0.0) for curve in curves), default=0) or 1)
        plot.set_ylimits(*(limits(curves) or (0.0, 1.0)))
        for curve in curves:
            if curve.xs:
                plot.plot(curve.xs, curve.ys, curve.colour, HiResMode.BRAILLE)
                if curve.marked:
                    plot.scatter(curve.xs, curve.ys, "●", curve.colour)

    def _legend(self, curves: Sequence[Curve]) -> Text:
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(self._units[0], "bold")
        for curve in curves:
            line.append("   ━ ", curve.colour).append(curve.label)
        return line
