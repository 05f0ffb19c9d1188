"""Take the pictures of the app that the README shows: the real app on the shipped models.

    python -m docs.picture [NAME...]

Writes docs/NAME.svg, of each of SCENES and TYPED unless told which. The figures in the status line
are those of the machine it runs on.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from charlm_core import DEFAULT_CHECKPOINT
from docs.terminal import svg
from tests.tui.terminal import Terminal, terminal
from tui.app import CharlmApp

HERE = Path(__file__).parent
TEXTS = HERE / "typed"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is done before a picture is taken."""

    size: tuple[int, int]
    """Columns and lines of the screen."""
    text: str
    """What is written first."""
    keys: Sequence[str] = ()
    """What is pressed then; each waits for what the one before began."""


SCENES = {
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


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What is typed into the command itself, in a terminal, before a picture is taken."""

    size: tuple[int, int]
    """Columns and lines of the terminal."""
    file: str
    """The new file that the command is given."""
    text: str
    """Which of TEXTS is typed."""
    until: str
    """Behind this, typing stops as soon as there is a ghost of GHOST_CHARS, whatever it says."""


TYPED = {
    "english": Typed(
        size=(80, 22), file="mail.txt", text="english.txt", until="again for all the work th"
    ),
    "russian": Typed(
        size=(80, 22), file="письмо.txt", text="russian.txt", until="Вас за помощь. Наде"
    ),
    "python": Typed(
        size=(80, 22), file="stats.py", text="python.txt", until="if not values:\n        rai"
    ),
}

TO_LINE_START = "\x15"
"""Ctrl-U, which deletes up to there."""

GHOST_CHARS = 6
"""A shorter ghost is hardly seen in a picture."""

RESTED = 3.0
"""Seconds without a change after which there will be none, on a busy machine either."""

KEY_SECONDS = 0.02
"""At most between keys."""


async def take(scene: Scene, target: Path) -> None:
    """Write the text, press the keys, wait, and write the picture."""
    with nobody() as folder:
        app = CharlmApp(folder / "letter.txt", DEFAULT_CHECKPOINT)
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


def photograph(scene: Typed, target: Path, *options: str) -> None:
    """Type the text into `charlm-tui` in a terminal, key by key, and write the picture.

    Ends the program where no such ghost comes up to the end of the text.
    """
    text = (TEXTS / scene.text).read_text("utf-8")
    typed, first = keys(text), text.index(scene.until) + len(scene.until)
    program = Path(sys.executable).with_name("charlm-tui")
    command = [str(program), *options, scene.file]
    with nobody() as folder, contextlib.chdir(folder), terminal(command, *scene.size) as shown:
        shown.wait(lambda lines: scene.file in lines[-1], "the file's name")
        for key in typed[:first]:
            press(shown, key)
        for end in range(first, len(text)):
            rest_there(shown, text[:end])
            # Nothing else is in italics there.
            cells = [cell for row in shown.screen.buffer.values() for cell in row.values()]
            if sum(cell.italics for cell in cells) >= GHOST_CHARS:
                break
            press(shown, typed[end])
        else:
            sys.exit(f"{target.stem}: no ghost to be seen after {scene.until!r}")
        target.write_text(svg(shown.screen, f"charlm-tui {scene.file}"), "utf-8")


def keys(text: str) -> list[str]:
    """What is pressed for each character of a text."""
    pressed: list[str] = []
    for line in text.splitlines(keepends=True):
        pressed += line.removesuffix("\n")
        # The editor indents the next line likewise.
        pressed.append(f"\r{TO_LINE_START}" if line[0] in " \t" else "\r")
    return pressed


def press(shown: Terminal, key: str) -> None:
    """Press it, and see what comes of it."""
    shown.send(key)
    shown.read(KEY_SECONDS)


def rest_there(shown: Terminal, typed: str) -> None:
    """Wait until all of it has come, the model has thought, and nothing changes any more."""
    lines = typed.split("\n")
    place = f" {len(lines)}:{len(lines[-1]) + 1} "
    shown.wait(lambda seen: place in seen[-1] and " ms" in seen[-1], f"the cursor at{place}")
    received, since = -1, 0.0
    while time.monotonic() - since < RESTED:
        if len(shown.received) != received:
            received, since = len(shown.received), time.monotonic()
        shown.read(RESTED / 30)


@contextlib.contextmanager
def nobody() -> Iterator[Path]:
    """A new folder, for the app as somebody starts it who never has before.

    Whoever takes a picture has settings and habits of their own, which are not the picture's.
    """
    with tempfile.TemporaryDirectory() as folder:
        names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        before = dict(os.environ)
        os.environ.update(dict.fromkeys(names, folder))
        for choice_of_colours in ("NO_COLOR", "COLORFGBG"):
            os.environ.pop(choice_of_colours, None)
        try:
            yield Path(folder)
        finally:
            os.environ.clear()
            os.environ.update(before)


def main() -> None:
    """Take each picture that is named, or all."""
    for name in sys.argv[1:] or [*SCENES, *TYPED]:
        target = HERE / f"{name}.svg"
        if name in SCENES:
            asyncio.run(take(SCENES[name], target))
        elif name in TYPED:
            photograph(TYPED[name], target)
        else:
            sys.exit(f"{name}: not one of {', '.join([*SCENES, *TYPED])}")


if __name__ == "__main__":
    main()
