"""Take the pictures of the app that the README shows: the real app on a shipped model.

    python docs/picture.py [NAME...]

Writes docs/NAME.svg, of each of SCENES unless told which. The figures in the status line are those
of the machine it runs on.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from charlm_core import DEFAULT_CHECKPOINT
from tui.app import CharlmApp


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is done before a picture is taken."""

    size: tuple[int, int]
    """Columns and lines of the screen."""
    text: str
    """What is written first."""
    keys: Sequence[str] = ()
    """What is pressed then; each waits for what the one before began."""


LETTER = """\
Dear Mrs. Bennet,

I was very glad to have your letter, and I am obliged to you for it.
We had a long journey, but the weather was fine, and I shall be glad to see you in the mor"""

SCENES = {
    "picture": Scene(size=(80, 14), text=LETTER),
    "knobs": Scene(
        size=(80, 24), text="It was the captain who had first seen the l", keys=("f2", "p")
    ),
    "writing": Scene(size=(80, 20), text="The old man said that ", keys=("f5", "b", "b")),
    "inside": Scene(
        size=(80, 24),
        text="I was very glad to have your leter, and I am obliged to you for it. We had a long "
        "jorney, but the weather was fine, and the hippopotamus had been fed by the vicar of a",
        keys=("f6",),
    ),
}


async def take(scene: Scene, target: Path) -> None:
    """Write the text, press the keys, wait, and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        # Whoever takes it has settings and habits of their own, which are not the picture's.
        os.environ.update(XDG_DATA_HOME=folder, XDG_CONFIG_HOME=folder)
        app = CharlmApp(Path(folder, "letter.txt"), DEFAULT_CHECKPOINT)
        async with app.run_test(size=scene.size) as pilot:
            for character in scene.text:
                await pilot.press("enter" if character == "\n" else character)
            await rest(app, pilot)
            for key in scene.keys:
                await pilot.press(key)
                await rest(app, pilot)
            target.write_text(app.export_screenshot(title="charlm-tui"), encoding="utf-8")


async def rest(app: CharlmApp, pilot: Pilot[None]) -> None:
    """Wait until nothing changes any more on the screen."""
    while True:
        shown = app.export_screenshot()
        await pilot.pause(0.5)
        if app.main.settled and app.export_screenshot() == shown:
            return


if __name__ == "__main__":
    for name in sys.argv[1:] or SCENES:
        asyncio.run(take(SCENES[name], Path(__file__).with_name(f"{name}.svg")))
