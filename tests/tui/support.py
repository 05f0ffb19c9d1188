"""A model that knows one sentence, and an application around it, so that tests know what comes."""

import asyncio
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from charlm_core import CheckpointError, Score, SuggestConfig
from tui.app import CharlmApp
from tui.screens.editor import EditorScreen
from tui.services.remembering import Remember
from tui.widgets.editor import Editor
from tui.widgets.status import Facts, StatusLine

SENTENCE = "The quick brown fox jumps over the lazy dog."


@dataclass(frozen=True)
class FakeSuggestion:
    """What the fake proposes."""

    text: str
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class FakeText:
    """A document learned from."""

    name: str
    chars: int


@dataclass(frozen=True)
class FakeGain:
    """What learning is good for."""

    static: Score
    adaptive: Score


class FakeLearned:
    """Remembers each document's text as it was last kept, and what was done with it, in order."""

    path = Path("learned")

    def __init__(self, log: list[str], notices: tuple[str, ...] = ()) -> None:
        self.texts: dict[str, str] = {}
        self.log = log
        self.notices = notices

    @property
    def documents(self) -> list[FakeText]:
        """From which texts."""
        return [FakeText(name, len(text)) for name, text in self.texts.items()]

    @property
    def chars(self) -> int:
        """How much in all."""
        return sum(map(len, self.texts.values()))

    @property
    def bytes(self) -> int:
        """As if each character took two."""
        return 2 * self.chars

    @property
    def gain(self) -> FakeGain:
        """From 1.72 bits a character to 1.63."""
        nats = math.log(2) * self.chars
        return FakeGain(Score(1.72 * nats, self.chars), Score(1.63 * nats, self.chars))

    def keep(self, document: str, text: str, cancelled: Callable[[], bool]) -> bool:
        """Take the text, unless somebody is in a hurry."""
        if cancelled():
            self.log.append(f"gave up {document}")
            return False
        self.log.append(f"kept {document}")
        self.texts[document] = text
        return True

    def rename(self, document: str, name: str) -> None:
        """Call one by another name."""
        self.log.append(f"renamed {document} {name}")
        if (text := self.texts.pop(document, None)) is not None:
            self.texts[name] = text

    def forget(self, document: str) -> None:
        """Drop one."""
        self.log.append(f"forgot {document}")
        self.texts.pop(document, None)

    def forget_all(self) -> None:
        """Drop all."""
        self.log.append("forgot all")
        self.texts.clear()

    def save(self) -> None:
        """Save nothing."""
        self.log.append("saved")

    def close(self) -> None:
        """Close nothing."""
        self.log.append("closed")


class FakeClock:
    """A clock that stands still unless told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.now


class FakeSession:
    """Continues the last line as its model says."""

    def __init__(self, model: "FakeModel", learned: FakeLearned | None) -> None:
        self._model = model
        self.learned = learned
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
        text = self._model.reply(self._text)[: config.max_chars]
        self._model.thresholds.append(config.threshold)
        return FakeSuggestion(text, tuple(0.95 * math.exp(-i / 20) for i in range(len(text))))

    def alternatives(
        self, config: SuggestConfig, cancelled: Callable[[], bool]
    ) -> tuple[FakeSuggestion, ...]:
        """Those of its model."""
        return tuple(FakeSuggestion(text, (0.5,) * len(text)) for text in self._model.others)


class FakeModel:
    """Knows one sentence; answers wait while its gate is closed."""

    def __init__(self, sentence: str = SENTENCE, name: str = "fake") -> None:
        self.sentence = sentence
        self.name = name
        self.seen: list[str] = []
        self.thresholds: list[float] = []
        self.others: tuple[str, ...] = ()
        self.log: list[str] = []
        self.memory = FakeLearned(self.log)
        self.gate = threading.Event()
        self.gate.set()

    def learned(self, texts: Iterable[str] = ()) -> FakeLearned:
        """All that it learned, one and the same each time, with the names of texts."""
        self.log.append(" ".join(["opened", *texts]))
        return self.memory

    def mixture(self, texts: Iterable[str] = ()) -> FakeLearned:
        """The names of texts."""
        self.log.append(" ".join(["mixed", *texts]))
        return self.memory

    def start(self, text: str = "", learned: FakeLearned | None = None) -> FakeSession:
        """A session of its own."""
        return FakeSession(self, learned)

    def reply(self, text: str) -> str:
        """What comes after this text: what its last line alone calls for."""
        return self.say(text.rpartition("\n")[2])

    def say(self, line: str) -> str:
        """What comes after this line."""
        return self.sentence[len(line) :] if line and self.sentence.startswith(line) else ""


class Prose(FakeModel):
    """Knows a text of several lines."""

    def reply(self, text: str) -> str:
        """How the text goes on."""
        return self.sentence[len(text) :] if text and self.sentence.startswith(text) else ""


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
        """The editor that shows."""
        return self.screen.editor

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

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until something is so that comes by itself."""
        for _ in range(15_000):
            if done():
                break
            await asyncio.sleep(0.002)
        assert done()
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
    others: Sequence[Path] = (),
    read_only: bool = False,
    load_model: Callable[[str], FakeModel] | None = None,
    remember: Remember | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Bench]:
    """An application on files, or on a text, with a model that knows its sentence."""
    known = model or FakeModel()
    app = CharlmApp(
        path,
        "fake",
        others=others,
        read_only=read_only,
        load_model=load_model or (lambda name: known),
        remember=remember,
        clock=clock,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        bench = Bench(app, pilot, known)
        if text is not None:
            bench.editor.load(text)
        await bench.settle()
        yield bench
