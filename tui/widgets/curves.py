"""Loss curves: one run's training and validation, or several runs' validation over each other."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from charlm_core import Point, RunView
from tui.text.visible import visible

if TYPE_CHECKING:
    from textual_plot import PlotWidget

UNITS: dict[str, Callable[[float], float]] = {
    "nats/char": lambda nats: nats,
    "perplexity": lambda nats: math.exp(min(nats, 50.0)),
    "bits/char": lambda nats: nats / math.log(2),
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

POINTS_DRAWN = 400
"""A terminal shows no more of a curve, and drawing takes time."""


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


def curves_of(runs: Sequence[tuple[RunView, str]], unit: str, axis: str) -> list[Curve]:
    """What is drawn of these runs: of one both losses, of several the validation, each in its
    colour."""
    value, place = UNITS[unit], AXES[axis]

    def curve(points: Sequence[Point], label: str, colour: str, *, marked: bool) -> Curve:
        # The last point always, and of the others as many as there is room for.
        shown = points[:: -math.ceil(max(1, len(points)) / POINTS_DRAWN)][::-1]
        return Curve(
            label=label,
            colour=colour,
            xs=tuple(map(place, shown)),
            ys=tuple(value(point.nats) for point in shown),
            marked=marked,
        )

    if len(runs) == 1:
        ((run, _),) = runs
        return [
            curve(run.train, "training", COLOURS[0], marked=False),
            curve(run.valid, "validation", COLOURS[1], marked=True),
        ]
    return [
        curve(
            run.valid or run.train,
            visible(run.name) + ("" if run.valid else " (training)"),
            colour,
            marked=bool(run.valid),
        )
        for run, colour in runs
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
        & > .legend { height: 1; padding: 0 1; }
        & > .nothing { height: 1fr; content-align: center middle; color: $foreground 60%; }
        & > PlotWidget {
            height: 1fr;
            & > .plot--axis { color: $foreground 25%; }
            & > .plot--tick { color: $foreground 70%; text-style: none; }
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._units, self._axes = list(UNITS), list(AXES)
        self._runs: tuple[tuple[RunView, str], ...] = ()
        self._drawn: object = None
        self._plot: PlotWidget | None = None

    def compose(self) -> ComposeResult:
        """The legend over the picture, or over a word that there is none yet."""
        # NumPy comes with it; the editor's first paint does not wait for that.
        from textual_plot import PlotWidget

        yield Static("", classes="legend")
        yield Static(classes="nothing")
        # The arrow keys stay the list's.
        self._plot = PlotWidget(allow_pan_and_zoom=False)
        self._plot.can_focus = False
        yield self._plot

    def on_mount(self) -> None:
        """The legend is ours: it shows every name as it is, and the axes' names with them."""
        if self._plot is not None:
            self._plot.margin_top = 0
            self._plot.margin_bottom = 1
            self._plot.margin_left = 7
        self._draw()

    def show(self, runs: Sequence[tuple[RunView, str]]) -> None:
        """Draw these runs' curves, each in its colour."""
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

    def on_resize(self) -> None:
        """The legend fits the width."""
        self._drawn = None
        self._draw()

    def _draw(self) -> None:
        from textual_plot import HiResMode

        unit, axis = self._units[0], self._axes[0]
        curves = curves_of(self._runs, unit, axis)
        drawn = (curves, unit, axis, [run.held for run, _ in self._runs])
        if self._plot is None or drawn == self._drawn:
            return
        self._drawn = drawn
        plot, found = self._plot, limits(curves)
        self.query_one(".legend", Static).update(
            legend(curves, f"{unit} over {axis}", self.size.width - 2) if found else ""
        )
        begun = any(run.held for run, _ in self._runs)
        nothing = self.query_one(".nothing", Static)
        nothing.update("The curves begin with the first steps." if begun else "")
        nothing.display = found is None
        plot.display = found is not None
        if found is None:
            return
        plot.clear()
        plot.set_xlimits(0.0, max(max(curve.xs, default=0.0) for curve in curves) or 1.0)
        plot.set_ylimits(*found)
        for curve in curves:
            if curve.xs:
                plot.plot(curve.xs, curve.ys, curve.colour, HiResMode.BRAILLE)
                if curve.marked:
                    plot.scatter(curve.xs, curve.ys, "●", curve.colour)


def legend(curves: Sequence[Curve], what: str, width: int) -> Text:
    """Which curve is which; long names are cut so that all fit."""
    shown = [curve for curve in curves if curve.xs]
    room = width - len(what) - len(shown) * len("   ● ")
    if sum(cell_len(curve.label) for curve in shown) > room:
        room = max(6, room // len(shown))
    line = Text(what, "bold", no_wrap=True, overflow="ellipsis", end="")
    for curve in shown:
        label = curve.label
        if cell_len(label) > room:
            label = set_cell_size(label, room - 1) + "…"
        line.append("   ● " if curve.marked else "   ━ ", f"not bold {curve.colour}")
        line.append(label, "not bold")
    return line
