"""A robot that uses an editor as nobody would, and checks each key against a plain string.

It stands in for a predictor too: now and then a ghost comes.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.tui.key_meanings import follow
from tests.tui.model_text import DivergenceError, ModelText, storable
from tests.tui.script import GHOSTS, SIZES, TRIMMED, Act
from tui.text.buffer import Selection
from tui.widgets.editor import Editor
from tui.widgets.ghosted import LINE_END
from tui.widgets.line import ELLIPSIS

LEAST = 10
"""Columns without which not all of a character can be seen."""
SPEAKS = 0.3
"""How often a ghost comes after an edit."""


class Bare(App[None]):
    """An editor and nothing else."""

    CSS = "Editor { width: 100%; height: 100%; }"
    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        """The editor."""
        yield Editor()


class Robot:
    """Does acts to an editor and to a model of its text, and compares them."""

    def __init__(self, pilot: Pilot[None], seed: int = 0) -> None:
        self._pilot = pilot
        self._editor = pilot.app.query_one(Editor)
        self._chance = random.Random(seed)
        self._trim_in = -1
        self._acts = 0
        self.model = ModelText()

    async def begin(self, text: str = "") -> None:
        """Begin with a text, and with all else as it is at first."""
        editor = self._editor
        editor.read_only = editor.show_line_numbers = False
        editor.load(text)
        editor.indent_type = "spaces"
        self.model = ModelText(text)
        self._pilot.app.copy_to_clipboard("")
        await self._pilot.resize_terminal(*SIZES[0])
        self.compare(whole=True)

    async def do(self, act: Act) -> None:
        """Do it, and raise DivergenceError if the two differ after it."""
        self._acts += 1
        before = (self._editor.edits, self.model.cursor)
        match act:
            case Act("type", str(letter)):
                await self._type(letter)
            case Act("key", str(key)):
                await self._press(key)
            case Act("paste", str(text)):
                await self._editor._on_paste(events.Paste(text))
                if text := storable(text):
                    self.model.type(text, alone=True)
            case Act("ghost", str(text)):
                self._propose(text)
            case Act("resize", (int(), int()) as size):
                await self._resize(size)
            case Act("scroll", int(lines)):
                self._editor.scroll_by(lines)
            case Act("replace", str(letter)):
                self._replace(letter)
            case Act("numbers"):
                self._editor.show_line_numbers = not self._editor.show_line_numbers
            case Act("read only"):
                self._read_only(not self.model.read_only)
            case Act("pick", int(number)):
                self._pick(number)
            case Act("trim", int(acts)):
                self._trim_in = acts
            case _:
                raise AssertionError(f"no such act: {act}")
        if (self._editor.edits, self.model.cursor) != before and act != Act("key", "f7"):
            self._look()
        if self.model.asking and self._chance.random() < SPEAKS:
            self._propose(self._chance.choice(GHOSTS))
        if self._pilot.app.clipboard != self.model.clipboard:
            raise DivergenceError("the clipboard differs")
        small = len(self.model.text) < TRIMMED
        self.compare(whole=act.kind in {"paste", "replace"} or small or self._acts % 50 == 0)
        if self._acts % 20 == 0:
            # Let the application draw, as it would.
            for _ in range(3):
                await asyncio.sleep(0)
        if self.model.read_only and self._chance.random() < 0.1:
            self._read_only(False)
        self._trim_in -= 1
        if self._trim_in == 0:
            await self._trim()

    def compare(self, *, whole: bool) -> None:
        """Raise DivergenceError where editor and model differ."""
        editor, model = self._editor, self.model
        if editor.buffer.chars != len(model.text):
            raise DivergenceError(f"{editor.buffer.chars} characters, not {len(model.text)}")
        selection = Selection(model.location(model.anchor), model.location(model.cursor))
        if editor.selection != selection:
            raise DivergenceError(f"{editor.selection}, not {selection}")
        start, end = model.line
        if editor.buffer.lines[selection.end[0]] != model.text[start:end]:
            raise DivergenceError("the cursor's line differs")
        if editor.ghost != model.ghost:
            raise DivergenceError(f"the ghost is {editor.ghost!r}, not {model.ghost!r}")
        if editor.wants_ghost != model.wants_ghost:
            raise DivergenceError(f"a ghost is wanted: {editor.wants_ghost}")
        if whole and editor.text != model.text:
            raise DivergenceError("the text differs")

    def _look(self) -> None:
        """Raise DivergenceError unless the cursor is in view, with what it is on."""
        editor, model = self._editor, self.model
        if (offset := editor.cursor_offset) is None:
            raise DivergenceError("the cursor is out of view")
        drawn = editor.render_line(offset.y).crop(offset.x, offset.x + 1).text
        character = model.text[model.cursor : model.cursor + 1]
        if character == "\n" or not character:
            # Behind a blank that hangs over there is no room for a ghost: it begins below.
            edge = offset.x >= editor.size.width - 1
            character = " " if edge else model.ghost[:1].replace("\n", LINE_END) or " "
        # Of a wide character a cell is a half, and a cell is all that some sizes have.
        simple = character.isascii() and character.isprintable() and editor.size.width > LEAST
        # Of a ghost that no room is left for nothing is seen but that there is more.
        cut = drawn == ELLIPSIS and bool(model.ghost)
        if simple and drawn[:1] != character and not cut:  # marks are drawn with their letter
            raise DivergenceError(f"drawn where the cursor is: {drawn!r}, not {character!r}")

    async def undo_all(self) -> None:
        """Undo to the beginning, which must be a text that there has been, and redo it all."""
        self._read_only(False)
        for key in ("ctrl+z", "ctrl+y"):
            edits = -1
            while edits != self._editor.edits:
                edits = self._editor.edits
                await self.do(Act("key", key))

    async def _take(self, key: str, character: str | None = None) -> None:
        await self._editor.take_key(events.Key(key, character))

    async def _type(self, letter: str) -> None:
        if letter == "\t":
            await self._press("tab")
            return
        await self._take("space" if letter == " " else letter, letter)
        self.model.type(letter)

    async def _press(self, key: str) -> None:
        edits = self._editor.edits
        await self._take(key, {"tab": "\t", "enter": "\r"}.get(key))
        follow(self._editor, self.model, key, edited=self._editor.edits != edits)

    def _propose(self, text: str) -> None:
        editor = self._editor
        editor.show_ghost(editor.revision, text, (0.9, 0.5, 0.1) * len(text))
        self.model.propose(text)

    async def _resize(self, size: tuple[int, int]) -> None:
        await self._pilot.resize_terminal(*size)

    def _replace(self, letter: str) -> None:
        """Replace a letter everywhere in the first lines by something longer."""
        model, lines = self.model, self._editor.buffer.lines[:30]
        new = {"e": "", "t": "tt\n", "n": "日本"}.get(letter, f"<{letter}>")
        edits, place = [], 0
        found = []
        for row, line in enumerate(lines):
            for column, character in enumerate(line[:200]):
                if character == letter:
                    found.append(((row, column), (row, column + 1), new))
                    edits.append((place + column, place + column + 1, new))
            place += len(line) + 1
        if not model.read_only:
            self._editor.replace_all(found)
            if edits:
                model.edit(edits, keep=True, alone=True)

    def _read_only(self, on: bool) -> None:
        self._editor.read_only = self.model.read_only = on
        if on:
            self.model.ghost = ""

    def _pick(self, number: int) -> None:
        """Select something anywhere."""
        model = self.model
        anchor, cursor = (n % (len(model.text) + 1) for n in (number, number // 7))
        self._editor.selection = Selection(model.location(anchor), model.location(cursor))
        if (anchor, cursor) != (model.anchor, model.cursor):
            model.move(cursor, always=True)
            model.anchor = anchor

    async def _trim(self) -> None:
        """Take out most of a long text."""
        self._read_only(False)
        if len(self.model.text) > TRIMMED:
            self.model.move(len(self.model.text), always=True)
            self.model.anchor = TRIMMED // 4
            ends = (self.model.location(TRIMMED // 4), self._editor.buffer.end)
            self._editor.selection = Selection(*ends)
            await self.do(Act("key", "delete"))


@asynccontextmanager
async def bare() -> AsyncIterator[Pilot[None]]:
    """An application that is an editor and nothing else."""
    async with Bare().run_test(size=SIZES[0]) as pilot:
        await pilot.pause()
        yield pilot


async def run(acts: Sequence[Act], seed: int = 0, text: str = "") -> None:
    """Do all acts, then undo and redo everything; raises what goes wrong."""
    async with bare() as pilot:
        robot = Robot(pilot, seed)
        await robot.begin(text)
        for act in acts:
            await robot.do(act)
        await robot.undo_all()
