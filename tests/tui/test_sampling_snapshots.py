"""What the sampling panel looks like, kept as pictures."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.support import Bench, FakeModel
from tui.app import CharlmApp

Compare = Callable[..., bool]
Act = Callable[[Pilot[None]], Awaitable[None]]


def odds_of(it: Bench) -> tuple[float, ...]:
    """What the bars show, after sampling; empty before they are there."""
    panel = it.screen.sampling_panel
    return panel.bars.odds.after if panel and panel.bars.odds else ()


def hands(*keys: str) -> tuple[CharlmApp, Act]:
    """An application whose panel is open, and the keys pressed in it before the picture."""
    model = FakeModel()
    app = CharlmApp(None, "fake", load_model=lambda name: model)

    async def act(pilot: Pilot[None]) -> None:
        it = Bench(app, pilot, model)
        await it.type("The quick ")
        await it.press("f2", *keys)
        await it.until(lambda: 0.0 in odds_of(it) or bool(odds_of(it) and not keys))
        # The one figure that no two runs share.
        it.status.update(latency_ms=3.21)
        await pilot.pause()

    return app, act


DRAWN = ("2", "down", "0", ".", "8", "enter", "down", "6", "enter", "down", "0", ".", "9", "enter")


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
def test_as_it_comes(snap_compare: Compare, size: tuple[int, int]) -> None:
    """Beside the text: the knobs, those in brackets that don't count, and the model's own odds."""
    app, act = hands()
    assert snap_compare(app, run_before=act, terminal_size=size)


@pytest.mark.parametrize("theme", ["dark", "mono", "light"])
def test_drawn(snap_compare: Compare, home: Path, theme: str) -> None:
    """What sampling makes of the odds: bars that grow, and those that are cut, also in mono."""
    path = home / "config" / "charlm-tui" / "settings.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f'theme = "{theme}"\n')
    app, act = hands(*DRAWN)
    assert snap_compare(app, run_before=act, terminal_size=(80, 24))


def test_drawn_on_a_large_screen(snap_compare: Compare) -> None:
    """There is room for more of the bars, and for longer ones."""
    app, act = hands(*DRAWN)
    assert snap_compare(app, run_before=act, terminal_size=(140, 40))


def test_below_the_text_on_a_narrow_screen(snap_compare: Compare) -> None:
    """The knobs have all of the width; the text with its ghost stays above them."""
    app, act = hands(*DRAWN)
    assert snap_compare(app, run_before=act, terminal_size=(44, 30))
