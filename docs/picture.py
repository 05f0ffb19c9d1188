"""Take the picture of the app that the README shows: the real app on a shipped model.

    python docs/picture.py

Writes docs/picture.svg. The figures in the status line are those of the machine it runs on.
"""

import asyncio
import os
import tempfile
from pathlib import Path

from charlm_core import DEFAULT_CHECKPOINT
from tui.app import CharlmApp

SIZE = (80, 14)
WRITTEN = """\
Dear Mrs. Bennet,

I was very glad to have your letter, and I am obliged to you for it.
We had a long journey, but the weather was fine, and I shall be glad to see you in the mor"""


async def take(target: Path) -> None:
    """Type the text, wait for the ghost, write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        # Whoever takes it has settings and habits of their own, which are not the picture's.
        os.environ.update(XDG_DATA_HOME=folder, XDG_CONFIG_HOME=folder)
        app = CharlmApp(Path(folder, "letter.txt"), DEFAULT_CHECKPOINT)
        async with app.run_test(size=SIZE) as pilot:
            for character in WRITTEN:
                await pilot.press("enter" if character == "\n" else character)
            while not app.main.settled:
                await pilot.pause(0.05)
            await pilot.pause(0.1)
            target.write_text(app.export_screenshot(title="charlm-tui"), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(take(Path(__file__).with_name("picture.svg")))
