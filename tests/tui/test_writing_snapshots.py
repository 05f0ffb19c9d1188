"""What the pane looks like in which the model writes, kept as pictures."""

import asyncio
from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.tui.support import Bench, FakeClock, FakeModel
from tests.tui.test_writing import Hands
from tui.app import CharlmApp
from tui.widgets.themes import DARK, LIGHT, MONO, TERMINAL, THEMES

Compare = Callable[..., bool]

TEXT = "Снег шёл всю ночь.\n\nThe captain said "


def pictured(compare: Compare, keys: str, size: tuple[int, int], theme: str = DARK) -> bool:
    """Whether the screen looks as it did, some seconds after F5 and these keys; `.` is a second."""
    model, clock = FakeModel(), FakeClock()
    app = CharlmApp(None, "fake", load_model=lambda name: model, clock=clock)

    async def act(pilot: Pilot[None]) -> None:
        for one in THEMES:
            app.register_theme(one)
        app.theme = theme
        it = Bench(app, pilot, model)
        await it.settle()
        it.editor.load(TEXT)
        it.editor.move_cursor(it.editor.buffer.end)
        await it.settle()
        seeds = iter((4711, 65_537, 12, 999_999, 5))
        it.screen.new_seed = lambda: next(seeds)  # type: ignore[method-assign]
        hands = Hands(it, clock)
        await hands.open()
        for key in keys.split():
            if key == ".":
                await hands.wait(1)
            else:
                await it.press(key)
        it.status.update(latency_ms=3.21, note="")
        await pilot.pause()
        await asyncio.sleep(0.1)

    return compare(app, run_before=act, terminal_size=size)


@pytest.mark.parametrize("theme", [DARK, LIGHT, MONO, TERMINAL])
def test_branches(snap_compare: Compare, theme: str) -> None:
    """One that is done, one that is chosen and being written, one that goes round in circles."""
    keys = "left_square_bracket left_square_bracket . . b . m m b . left"
    assert pictured(snap_compare, keys, (80, 24), theme)


def test_more_than_fit(snap_compare: Compare) -> None:
    """Those that have no room are told by their number; one is stopped."""
    assert pictured(snap_compare, "b b . space . b .", (80, 24))


def test_a_prompt(snap_compare: Compare) -> None:
    """The line to type it in stands in the place of the keys."""
    assert pictured(snap_compare, ". p O n c e space u p o n", (80, 24))


def test_on_a_larger_screen(snap_compare: Compare) -> None:
    """More branches and more keys have room; how characters are drawn is told in full."""
    keys = ". b . b . alt+e alt+e alt+shift+k b . . up up up"
    assert pictured(snap_compare, keys, (140, 40))


def test_on_a_small_one(snap_compare: Compare) -> None:
    """One branch, what matters most of its head, and the way out."""
    assert pictured(snap_compare, ". b .", (34, 12))
