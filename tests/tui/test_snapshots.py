"""What the screen looks like, kept as pictures."""

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from tests.tui.support import Bench, FakeModel
from tui.app import CharlmApp

Compare = Callable[..., bool]
Act = Callable[[Pilot[None]], Awaitable[None]]


def hands(*, typed: str, theme: str = "textual-dark") -> tuple[CharlmApp, Act]:
    """An application, and what is done with it before the picture is taken."""
    model = FakeModel()
    app = CharlmApp(None, "fake", load_model=lambda name: model)

    async def act(pilot: Pilot[None]) -> None:
        app.theme = theme
        it = Bench(app, pilot, model)
        await it.type(typed)
        # The one figure that no two runs share.
        it.status.update(latency_ms=3.21)
        await pilot.pause()

    return app, act


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
def test_ghost(snap_compare: Compare, theme: str) -> None:
    """A ghost follows the cursor, fainter where it is less sure; the status line tells the rest."""
    app, act = hands(typed="Привет, мир!\nThe quick ", theme=theme)
    assert snap_compare(app, run_before=act, terminal_size=(80, 12))


def test_help(snap_compare: Compare) -> None:
    """All keys fit a terminal of 80 × 24."""
    app, act = hands(typed="The ")

    async def ask(pilot: Pilot[None]) -> None:
        await act(pilot)
        await pilot.press("f1")

    assert snap_compare(app, run_before=ask, terminal_size=(80, 24))
