"""What the model screen looks like, kept as pictures."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from charlm_core import Compared, Score, Standing, library
from charlm_core.checkpoint import write
from charlm_core.config import Cell
from charlm_core.learn.card import model_card
from charlm_core.weights import WEIGHTS_FILE
from tests.support import make_checkpoint
from tests.tui.support import FakeModel
from tests.tui.test_models import NOON, all_told, checkpoint_at
from tui.app import CharlmApp
from tui.screens.comparing import ComparingScreen
from tui.screens.models import ModelsScreen
from tui.services.comparison import CompareFailed, Comparison

Compare = Callable[..., bool]

FOX = "The quick brown fox jumps over the lazy dog.\n"


@pytest.fixture
def english(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped model, among a run, an imported one with a name of any kind, a damaged one."""
    shipped = home / "product"
    monkeypatch.setattr(library, "shipped_directory", lambda: shipped)
    data = home / "data" / "charlm-tui"
    checkpoint_at(shipped / "english", bits=1.703)
    checkpoint_at(data / "runs" / "a tale of two cities, at length" / "best", bits=2.5)
    checkpoint_at(data / "models" / "[red]дневник\x1b🦊", bits=1.92)
    checkpoint_at(data / "models" / "broken")
    (data / "models" / "broken" / WEIGHTS_FILE).write_bytes(b"")
    small(shipped / "python", "gru")
    return shipped / "english"


def small(path: Path, cell: Cell) -> None:
    """One that was never measured, with the card that a training writes."""
    stored = make_checkpoint(cell, layers=2)
    config = replace(stored.config)
    write(path, config, stored.tensors, card=model_card(path.name, config, 12_345))
    os.utime(path / WEIGHTS_FILE, (NOON, NOON))


class Ready(Comparison):
    """Has its figures at once."""

    def open(self) -> None:
        """Tell how they stand in the middle."""
        fast = Standing(
            static=Score(1.2e5, 100_000),
            adaptive=Score(1.1e5, 100_000),
            chars=5000,
            keys=3500,
            ghosts_shown=1500,
            ghosts_wrong=800,
            static_us=81.4,
            adaptive_us=187,
            ghost_p50_ms=0.31,
            ghost_p99_ms=3.9,
        )
        slow = replace(fast, static=Score(1.3e5, 100_000), keys=3400, static_us=120, chars=4990)
        self._deliver(
            Compared(standings=(fast, slow), bits_chars=100_000, typed_chars=20_000, progress=0.62)
        )


def pictured(
    compare: Compare,
    in_use: Path,
    keys: str,
    size: tuple[int, int],
    theme: str,
    *,
    comparing: bool = False,
) -> bool:
    """Whether the screen looks as it did, after these keys."""
    model = FakeModel(name="english")
    model.path = in_use
    app = CharlmApp(None, "english", load_model=lambda name: model)

    def start(
        paths: object, text: str, deliver: Callable[[Compared | CompareFailed], None]
    ) -> Comparison:
        return Ready([], text, deliver)

    async def act(pilot: Pilot[None]) -> None:
        app.theme = theme
        await pilot.press("f3")
        while not (isinstance(app.screen, ModelsScreen) and app.screen._used):
            await asyncio.sleep(0.01)
        while not app.screen._listed:
            await asyncio.sleep(0.01)
        await pilot.pause()
        for key in keys.split():
            await pilot.press(key)
            await pilot.pause()
        while not all_told(app):
            await asyncio.sleep(0.01)
        if comparing:
            models = [("english", in_use), ("[red]дневник\x1b🦊", in_use)]
            app.push_screen(ComparingScreen(models, "letter.txt", FOX * 3000, start))
        await pilot.pause()
        await pilot.pause()

    return compare(app, run_before=act, terminal_size=size)


@pytest.mark.parametrize("theme", ["dark", "light", "mono"])
def test_the_models(snap_compare: Compare, english: Path, theme: str) -> None:
    """List above, what is told of the one in use below, at 80 × 24; with no colour at all too."""
    assert pictured(snap_compare, english, "", (80, 24), theme)


@pytest.mark.parametrize("size", [(140, 40), (200, 60)])
def test_side_by_side(snap_compare: Compare, english: Path, size: tuple[int, int]) -> None:
    """On a larger screen what is told stands beside the list; two are marked, sorted by bits."""
    assert pictured(snap_compare, english, "s space home space", size, "dark")


def test_a_card(snap_compare: Compare, english: Path) -> None:
    """A card as a training writes it, in plain lines."""
    assert pictured(snap_compare, english, "end", (140, 40), "dark")


def test_a_damaged_one(snap_compare: Compare, english: Path) -> None:
    """What is wrong stands in the list and, with the file, below."""
    assert pictured(snap_compare, english, "home down down", (80, 24), "dark")


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_a_comparison(snap_compare: Compare, english: Path, theme: str) -> None:
    """The better figures signed, how far it is, how much of the text is used."""
    assert pictured(snap_compare, english, "", (80, 24), theme, comparing=True)


def test_a_comparison_on_a_small_screen(snap_compare: Compare, english: Path) -> None:
    """Nothing is left empty, and nothing missing."""
    assert pictured(snap_compare, english, "", (60, 16), "dark", comparing=True)
