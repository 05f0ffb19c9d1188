"""What the training screen looks like, kept as pictures."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from charlm_core.learn.events import Event, Failed
from tests.runs import BEGAN, course, done, evaluation, make_run, step
from tests.tui.support import FakeModel
from tui.app import CharlmApp
from tui.screens.training import TrainingScreen

Compare = Callable[..., bool]

SMOOTH = [2.1, 1.8, 1.7, 1.63, 1.6, 1.57, 1.55, 1.53]
RISING = [2.05, 1.85, 1.64, 1.66, 1.69, 1.74, 1.78, 1.83]
RUNS: dict[str, list[Event]] = {
    "letters": [*course(SMOOTH[:5], steps=250)],
    "[red]дневник": [*course(RISING), evaluation(400, 1.6401, final=True), done(400)],
    "broken": [BEGAN, step(1), Failed(step=1, reason="the training diverged at step 2")],
    "a play by Shakespeare": [*course(SMOOTH), evaluation(400, 1.5312, final=True), done(400)],
}


@pytest.fixture
def held(home: Path) -> Iterator[None]:
    """Four runs, the first of which is being trained."""
    runs = [make_run(home / "data" / "charlm-tui" / "runs" / name, RUNS[name]) for name in RUNS]
    for age, run in enumerate(runs):
        os.utime(run.path / "config.json", (1000 - age, 1000 - age))
        run.best.mkdir()
        (run.best / "config.json").touch()
    with runs[0].held():
        yield


def pictured(compare: Compare, keys: str, size: tuple[int, int], theme: str) -> bool:
    """Whether the screen looks as it did, after these keys."""
    app = CharlmApp(None, "fake", load_model=lambda name: FakeModel())

    async def act(pilot: Pilot[None]) -> None:
        app.theme = theme
        await pilot.press("f4")
        while not (isinstance(app.screen, TrainingScreen) and app.screen._seen is not None):
            await asyncio.sleep(0.01)
        await pilot.pause()
        for key in keys.split():
            await pilot.press(key)
            await pilot.pause()
        await pilot.pause()

    return compare(app, run_before=act, terminal_size=size)


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
def test_a_run(snap_compare: Compare, theme: str) -> None:
    """List, curves, figures, writing and log fit a terminal of 80 × 24."""
    assert pictured(snap_compare, "", (80, 24), theme)


@pytest.mark.usefixtures("held")
def test_over_fitting(snap_compare: Compare) -> None:
    """It is said in words below the figures."""
    assert pictured(snap_compare, "down", (80, 24), "textual-dark")


@pytest.mark.usefixtures("held")
def test_runs_compared(snap_compare: Compare) -> None:
    """On a large screen the curves of marked runs lie over each other, in their colours."""
    assert pictured(snap_compare, "space down space end", (200, 60), "textual-dark")


def test_the_first_start(snap_compare: Compare) -> None:
    """Without a run the screen says what to press."""
    assert pictured(snap_compare, "", (80, 24), "textual-dark")
