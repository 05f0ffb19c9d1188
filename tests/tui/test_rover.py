"""Whatever is pressed in whatever panel, texts are what was done to them, and Esc leads back."""

from itertools import islice
from pathlib import Path

import pytest

from tests.tui.rover import Rover, roving
from tests.tui.support import running

ACTS = 60


@pytest.mark.parametrize("seed", [1, 5])
async def test_random_use_of_everything(seed: int, tmp_path: Path) -> None:
    """Three documents, all panels and screens, tours, knobs, and a model that writes into them."""
    paths = [tmp_path / f"{name}.txt" for name in ("one", "two", "three")]
    for path in paths:
        path.write_text(f"The text of {path.stem}.\nAnd more.\n" * 5)
    async with running(paths[0], others=paths[1:]) as it:
        rover = Rover(it, seed)
        for act in islice(roving(seed), ACTS):
            await rover.do(act)
        await rover.end()
