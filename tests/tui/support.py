"""A model that knows one sentence, and an application around it, so that tests know what comes."""

import asyncio
import copy
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from textual import events
from textual.pilot import Pilot

from charlm_core import (
    CheckpointError,
    GenerateConfig,
    Inside,
    LayerInside,
    Loop,
    Odds,
    Opinion,
    SamplingConfig,
    Score,
    SuggestConfig,
)
from charlm_core.predict.odds import odds
from tui.app import CharlmApp
from tui.screens.editor import EditorScreen
from tui.services.remembering import Remember
from tui.widgets.editor import Editor
from tui.widgets.status import Facts, StatusLine

SENTENCE = "The quick brown fox jumps over the lazy dog."

ALPHABET = " etaoinshrdlcumwfgypbvkjxqzT.\n"
"""What may come next, in the order of how often it does."""

CRASH = 666
"""The seed with which writing breaks."""


@dataclass(frozen=True)
class FakeSuggestion:
    """What the fake proposes."""

    text: str
    probabilities: tuple[float, ...]
    stopped: str = "threshold"


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


class FakeGeneration:
    """Writes its model's words in turn, from the one on that its seed says.

    Greedily the first of them alone, again and again: a loop.
    """

    def __init__(self, model: "FakeModel", config: GenerateConfig) -> None:
        self._model = model
        self._config = config
        self.chars = 0

    @property
    def loop(self) -> Loop | None:
        """From the first character on, once the word has come three times."""
        period = len(self._words()[0]) + 1
        return Loop(0, period) if self._greedy and self.chars >= 3 * period else None

    def write(self, count: int, cancelled: Callable[[], bool]) -> str:
        """The words that follow."""
        self._model.gate.wait(10)
        if self._config.seed == CRASH:
            raise RuntimeError("boom\nand more")
        if cancelled():
            return ""
        words = self._words()[:1] if self._greedy else self._words()
        text = "".join(f"{word} " for word in words)
        rounds = (self.chars + count) // len(text) + 1 if text else 0
        written = (text * rounds)[self.chars : self.chars + count]
        self.chars += len(written)
        return written

    def fork(self, config: GenerateConfig) -> "FakeGeneration":
        """Goes on as another seed has it."""
        other = FakeGeneration(self._model, config)
        other.chars = self.chars
        return other

    @property
    def _greedy(self) -> bool:
        return self._config.decoding == "greedy"

    def _words(self) -> list[str]:
        words = self._model.sentence.split()
        first = self._config.seed % len(words) if words else 0
        return words[first:] + words[:first]


BITS = {" ": 0.25, "q": 9.0, "z": 12.0, "Q": 9.0, "\n": 1.5}
"""How surprising each character is to the fake, wherever it comes; any other takes 3 bits."""


class FakeReader:
    """Is as surprised as BITS has it, and notes in its model's log what it reads."""

    def __init__(self, model: "FakeModel") -> None:
        self._model = model

    def feed(self, text: str) -> npt.NDArray[np.float32]:
        """The bits of each character, once the gate is open."""
        self._model.gate.wait(10)
        self._model.read.append(text)
        return np.array([BITS.get(character, 3.0) for character in text], dtype=np.float32)

    def fork(self) -> "FakeReader":
        """It keeps nothing, so it will do itself."""
        return self


SYMBOLS = ("\0", "\n", " ", *"abcdefghijklmnopqrstuvwxyz.T")
UNITS = 640


def fake_inside(text: str) -> Inside:
    """Units that swing with the length of the text; four opinions, each sure of another letter."""

    def swing(count: int, speed: float) -> npt.NDArray[np.float32]:
        swung: npt.NDArray[np.float32] = np.sin(np.arange(UNITS) * speed + count).astype(np.float32)
        return swung

    def layer(speed: float) -> LayerInside:
        count = len(text)
        opened = {
            name: (swing(count, speed * at) + np.float32(1)) / np.float32(2)
            for at, name in enumerate(("forget", "input", "output"), 2)
        }
        return LayerInside(
            hidden=swing(count, speed) * np.float32(0.9),
            before=swing(count - 1, speed) * np.float32(0.9 if count else 0),
            cell=swing(count, speed) * 3,
            gates={**opened, "candidate": swing(count, 5 * speed)},
        )

    def sure(*letters: str) -> npt.NDArray[np.float32]:
        odds = np.full(len(SYMBOLS), 0.01 / len(SYMBOLS))
        for share, letter in zip((0.6, 0.3, 0.09), letters, strict=True):
            odds[SYMBOLS.index(letter)] += share
        nats: npt.NDArray[np.float32] = np.log(odds / odds.sum()).astype(np.float32)
        return nats

    names = ("network, adapted", "network", "memory", "memory, long contexts")
    said = (sure(" ", "t", "e"), sure("t", " ", "e"), sure("e", " ", "t"), sure(" ", "e", "t"))
    return Inside(
        layers=(layer(0.05), layer(0.11)),
        opinions=tuple(
            Opinion(name=name, weight=weight, log_probabilities=one)
            for name, weight, one in zip(names, (0.4, 0.2, 0.25, 0.15), said, strict=True)
        ),
        mixed=said[0],
        symbols=SYMBOLS,
        matched=min(5, len(text)),
    )


class FakeSession:
    """Continues the last line as its model says."""

    def __init__(self, model: "FakeModel", learned: FakeLearned | None) -> None:
        self._model = model
        self.learned = learned
        self._text = ""

    @property
    def text(self) -> str:
        """What it was given."""
        return self._text

    @property
    def chars(self) -> int:
        """How much of it."""
        return len(self._text)

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

    def fork(self) -> "FakeSession":
        """Another one."""
        return copy.copy(self)

    def inside(self) -> Inside:
        """The inside of an LSTM of two layers, made up from the text."""
        return fake_inside(self._text)

    def generation(self, config: GenerateConfig) -> FakeGeneration:
        """What the model writes, whatever the text."""
        self._model.continued.append(self._text)
        return FakeGeneration(self._model, config)

    def suggest(self, config: SuggestConfig, cancelled: Callable[[], bool]) -> FakeSuggestion:
        """What the model says to the last line."""
        text = self._model.reply(self._text)[: config.max_chars]
        self._model.thresholds.append(config.threshold)
        self._model.configs.append(config)
        return FakeSuggestion(text, tuple(0.95 * math.exp(-i / 20) for i in range(len(text))))

    def decline(self) -> None:
        """Note after which text."""
        self._model.declined.append(self._text)

    def least_chance(self, config: SuggestConfig) -> float:
        """What was asked for, whatever the text."""
        return config.threshold

    def odds(self, config: SamplingConfig) -> Odds:
        """What comes next is likeliest, others by their place in the alphabet."""
        symbols = tuple(ALPHABET)
        logits = 3.0 - np.arange(len(symbols)) / 4
        if coming := self._model.reply(self._text)[:1]:
            logits[symbols.index(coming)] = 4.0
        return odds(symbols, logits, config)

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
        self.path = Path(name)
        self.seen: list[str] = []
        self.continued: list[str] = []
        self.read: list[str] = []
        self.thresholds: list[float] = []
        self.configs: list[SuggestConfig] = []
        self.others: tuple[str, ...] = ()
        self.log: list[str] = []
        self.declined: list[str] = []
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

    def surprises(self) -> "FakeReader":
        """Reads as BITS has it."""
        return FakeReader(self)

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
