"""What the editor looks like from the smallest terminal to a wall of one, in each theme."""

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from tests.tui.support import Bench, FakeModel
from tui.app import CharlmApp
from tui.text.buffer import Selection
from tui.widgets.themes import CONTRAST, DARK, LIGHT, THEMES

Compare = Callable[..., bool]
Act = Callable[[Pilot[None]], Awaitable[None]]

SIZES = [(20, 5), (40, 12), (80, 24), (120, 40), (300, 100)]
WRAPPED = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the "
    "age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the "
    "season of Light, it was the season of Darkness, it was the spring of hope, it was the winter "
    "of despair, we had\teverything before us: 日本語の文章、漢字, привет, cafe\u0301 👍 "
    "and 👩\u200d👧."
)
"""Takes more than one line of any terminal; what is wide, and a tab, come at its end."""


def hands(*, theme: str, select: bool) -> tuple[CharlmApp, Act]:
    """An application, and what is done with it before the picture is taken."""
    model = FakeModel()
    app = CharlmApp(None, "fake", load_model=lambda name: model)

    async def act(pilot: Pilot[None]) -> None:
        for one in THEMES:
            app.register_theme(one)
        app.theme = theme
        it = Bench(app, pilot, model)
        await it.settle()
        await it.paste(f"# A tale\n\n{WRAPPED}\n")
        await it.type("The quick ")
        assert it.editor.text.endswith(f"{WRAPPED}\nThe quick ")
        assert it.editor.ghost
        if select:
            it.editor.selection = Selection((2, WRAPPED.index("before")), (2, len(WRAPPED) - 6))
            await it.settle()
        # The one figure that no two runs share.
        it.status.update(latency_ms=3.21)
        await pilot.pause()

    return app, act


@pytest.mark.parametrize("theme", [DARK, LIGHT, CONTRAST])
@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_ghost(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    """A ghost at the cursor, behind it a line that wraps, with wide characters and a tab."""
    app, act = hands(theme=theme, select=False)
    assert snap_compare(app, run_before=act, terminal_size=size)


@pytest.mark.parametrize("theme", [DARK, LIGHT, CONTRAST])
@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_selection(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    """Selected text that wraps, wide characters among it; no ghost where something is selected."""
    app, act = hands(theme=theme, select=True)
    assert snap_compare(app, run_before=act, terminal_size=size)
