"""A robot's random keys leave the editor with the text that a plain string says it has."""

from itertools import islice

import pytest

from tests.tui.robot import run
from tests.tui.script import script

ACTS = 2000


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_random_keys(seed: int) -> None:
    """After each key: text, selection, ghost and clipboard, and what undo and redo bring back."""
    await run(list(islice(script(seed, largest=30_000), ACTS)), seed)
