"""A model that knows one sentence, and an application around it, so that tests know what comes."""

import asyncio
import math
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from charlm_core import CheckpointError, Score, SuggestConfig
from tui.app import CharlmApp
from tui.screens.editor import EditorScreen
from tui.widgets.editor import Editor
from tui.widgets.status import Facts, StatusLine

SENTENCE = "The quick brown fox jumps over the lazy dog."


@dataclass(frozen=True)
class FakeSuggestion:
    """What the fake proposes."""

    text: str
    probabilities: tuple[float, ...]


class FakeSession:
    """Continues the last line as its model says."""

    def __init__(self, model: "FakeModel") -> None:
        self._model = model
        self._text = ""

    @property
    def score(self) -> Score:
        """One nat a character."""
        return Score(float(len(self._text)), len(self._text))

    def seek(self, text: str, cancelled: Callable[[], bool]) -> bool:
        """Take the text as it is, once the gate is open."""
        self._model.gate.wait(10)
        if text == "crash":
            raise RuntimeError("boom\nand more")
        self._model.seen.append(text)
        self._text = text
        return not cancelled()

    def suggest(self, config: SuggestConfig, cancelled: Callable[[], bool]) -> FakeSuggestion:
        """What the model says to the last line."""
        text = self._model.say(self._text.rpartition("\n")[2])[: config.max_chars]
        return FakeSuggestion(text, tuple(0.95 * math.exp(-i / 20) for i in range(len(text))))


class FakeModel:
    """Knows one sentence; answers wait while its gate is closed."""

    def __init__(self, sentence: str = SENTENCE, name: str = "fake") -> None:
        self.sentence = sentence
        self.name = name
        self.seen: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def start(self, text: str = "") -> FakeSession:
        """A session of its own."""
        return FakeSession(self)

    def say(self, line: str) -> str:
        """What comes after this line."""
        return self.sentence[len(line) :] if line and self.sentence.startswith(line) else ""


def missing(name: str) -> FakeModel:
    """Load nothing."""
    raise CheckpointError(f"{name}: no such checkpoint")


@dataclass(frozen=True)
class Bench:
    """An application at work, and hands to use it with."""

    app: CharlmApp
    pilot: Pilot[None]
    model: FakeModel

    @property
    def screen(self) -> EditorScreen:
        """The main screen."""
        return self.app.main

    @property
    def editor(self) -> Editor:
        """The editor."""
        return self.screen.query_one(Editor)

    @property
    def facts(self) -> Facts:
        """What the status line tells."""
        return self.status.facts

    @property
    def status(self) -> StatusLine:
        """The status line."""
        return self.screen.query_one(StatusLine)

    async def type(self, text: str) -> None:
        """Type a text, one key at a time, and wait for what follows."""
        for character in text:
            self.app.post_message(events.Key(_key(character), character))
        await self.settle()

    async def press(self, *keys: str) -> None:
        """Press keys by name and wait for what follows."""
        for key in keys:
            await self.pilot.press(key)
        await self.settle()

    async def paste(self, text: str) -> None:
        """Paste as a terminal does."""
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def settle(self) -> None:
        """Wait until the screen shows the answer to all that was done."""
        await self.pilot.pause()
        if self.model.gate.is_set():
            for _ in range(15_000):
                if self.screen.settled:
                    break
                await asyncio.sleep(0.002)
            await self.pilot.pause()

    def screen_text(self) -> list[str]:
        """The lines on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips]

    def says(self, words: str) -> bool:
        """Whether the screen shows these words, wherever they are wrapped."""
        drawn = "".join(self.screen_text())
        return _letters(words) in _letters(drawn)


def _letters(text: str) -> str:
    """The text without spaces, line breaks and boxes."""
    return "".join(c for c in text if not c.isspace() and not "\u2500" <= c <= "\u259f")


def _key(character: str) -> str:
    return {" ": "space", "\n": "enter", "\t": "tab"}.get(character, character)


@asynccontextmanager
async def running(
    path: Path | None = None,
    *,
    text: str | None = None,
    model: FakeModel | None = None,
    size: tuple[int, int] = (80, 24),
    load_model: Callable[[str], FakeModel] | None = None,
) -> AsyncIterator[Bench]:
    """An application on a file, or on a text, with a model that knows its sentence."""
    known = model or FakeModel()
    app = CharlmApp(path, "fake", load_model=load_model or (lambda name: known))
    async with app.run_test(size=size, notifications=True) as pilot:
        bench = Bench(app, pilot, known)
        if text is not None:
            bench.editor.load(text)
        await bench.settle()
        yield bench
