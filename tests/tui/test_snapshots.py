"""What the screen looks like, kept as pictures; the editor alone has its own."""

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from tests.tui.support import Bench, FakeModel, Prose
from tui.app import CharlmApp

Compare = Callable[..., bool]
Act = Callable[[Pilot[None]], Awaitable[None]]


def hands(*, typed: str, model: FakeModel | None = None) -> tuple[CharlmApp, Act]:
    """An application, and what is done with it before the picture is taken."""
    model = model or FakeModel()
    app = CharlmApp(None, "fake", load_model=lambda name: model)

    async def act(pilot: Pilot[None]) -> None:
        it = Bench(app, pilot, model)
        await it.type(typed)
        # The one figure that no two runs share.
        it.status.update(latency_ms=3.21)
        await pilot.pause()

    return app, act


def test_ghost_over_lines(snap_compare: Compare) -> None:
    """Line ends of a ghost are signs, as faint as the rest; the text's own lines stay put."""
    app, act = hands(typed="def area(w, h", model=Prose("def area(w, h):\n    return w * h\n\n"))
    assert snap_compare(app, run_before=act, terminal_size=(80, 12))


def test_help(snap_compare: Compare) -> None:
    """The keys for ghosts come first; the others are a page down."""
    app, act = hands(typed="The ")

    async def ask(pilot: Pilot[None]) -> None:
        await act(pilot)
        await pilot.press("f1")

    assert snap_compare(app, run_before=ask, terminal_size=(80, 24))


@pytest.mark.parametrize("size", [(80, 24), (20, 10)])
def test_memory(snap_compare: Compare, size: tuple[int, int]) -> None:
    """What was learned, and from which texts, also where there is little room."""
    model = FakeModel()
    model.memory.texts = {"/letters/to-the-landlord.txt": "x" * 12_000, "/ideas.md": "y" * 345}
    app = CharlmApp(None, "fake", load_model=lambda name: model)

    async def look(pilot: Pilot[None]) -> None:
        it = Bench(app, pilot, model)
        await it.type("The quick ")
        await it.press("tab", "ctrl+l")
        await it.until(lambda: it.screen._learning.known is not None)
        await pilot.pause()

    assert snap_compare(app, run_before=look, terminal_size=size)
