"""What the look inside is like, kept as pictures: small, middling, large, and without colour."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from tests.tui.support import Bench, FakeModel
from tui.app import CharlmApp
from tui.widgets.themes import CONTRAST, DARK, LIGHT, MONO, TERMINAL, THEMES

Compare = Callable[..., bool]

TEXT = (
    "A zebra quits the jazz band.\n\nПривет, 日本 👍 and\ta quiz that goes on for longer than a "
    "line of any small terminal is wide.\n" + "So much of it is plain.\n" * 12
)


def pictured(compare: Compare, size: tuple[int, int], theme: str, *keys: str) -> bool:
    """Whether the screen looks as it did, after F6 and these keys."""
    model = FakeModel()
    app = CharlmApp(None, "fake", load_model=lambda name: model)

    async def act(pilot: Pilot[None]) -> None:
        for one in THEMES:
            app.register_theme(one)
        app.theme = theme
        it = Bench(app, pilot, model)
        await it.settle()
        await it.paste(TEXT)
        await it.type("The quick ")
        for key in ("f6", *keys):
            await pilot.press(key)
        await pilot.pause()
        inspection = it.screen.inspection
        assert inspection is not None
        while not inspection.settled:
            await asyncio.sleep(0.01)
        # The one figure that no two runs share.
        it.status.update(latency_ms=3.21)
        await pilot.pause()

    act_typed: Callable[[Pilot[None]], Awaitable[None]] = act
    return compare(app, run_before=act_typed, terminal_size=size)


@pytest.mark.parametrize("theme", [DARK, MONO])
@pytest.mark.parametrize("turns", range(4), ids=["text", "next", "units", "ghost"])
def test_small(snap_compare: Compare, theme: str, turns: int) -> None:
    """At 80 × 24 one section at a time, with the keys that mean something there."""
    assert pictured(snap_compare, (80, 24), theme, *["right"] * turns)


@pytest.mark.parametrize("theme", [LIGHT, CONTRAST, TERMINAL])
def test_colours(snap_compare: Compare, theme: str) -> None:
    """Tints, their legend and the text on them can be read in each theme."""
    assert pictured(snap_compare, (80, 24), theme)


@pytest.mark.parametrize("size", [(140, 40), (200, 60)], ids="{0[0]}x{0[1]}".format)
def test_large(snap_compare: Compare, size: tuple[int, int]) -> None:
    """On a large screen all sections are below each other."""
    assert pictured(snap_compare, size, DARK)
