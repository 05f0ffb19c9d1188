"""A robot that uses the whole application as nobody would: panels, screens, tours, tabs, knobs.

What an editor's text must be is kept beside it, a plain string to which each change that is told of
is made; what comes from no change, or from keys that were a panel's, differs from that. What the
model writes into a text can be undone, and Esc leads back to the text from wherever one is.
"""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence

from textual import events
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from tests.tui.model_text import DivergenceError
from tests.tui.script import GHOSTS, PASTES, Act
from tests.tui.support import SENTENCE, Bench
from tui.services.tour import TOURS
from tui.text.buffer import Change
from tui.widgets.area import EditArea
from tui.widgets.editor import Editor
from tui.widgets.panel import in_panel

SIZES = ((80, 24), (140, 40), (200, 60), (50, 15), (30, 8), (10, 3), (59, 20))
LETTERS = "etaoin ETA.,дж日 \n"
PANELS = ("f2", "f5", "f6")
SCREENS = ("f1", "f3", "f4", "ctrl+l", "ctrl+f", "ctrl+g", "ctrl+r")
KNOBS = tuple(f"alt+{shift}{letter}" for letter in "ekuacvr" for shift in ("", "shift+"))
LOOKS = ("alt+o", "alt+q", "f10", "alt+m", "alt+z", "f8", "f11", "f12", "alt+j")
EDITS = (
    *("backspace", "left", "right", "up", "down", "home", "end", "enter", "delete", "tab"),
    *("shift+tab", "ctrl+right", "ctrl+left", "ctrl+end", "ctrl+home", "alt+right", "escape"),
    *("shift+left", "shift+down", "ctrl+z", "ctrl+y", "ctrl+w", "ctrl+k", "ctrl+c", "ctrl+x"),
    *("ctrl+v", "ctrl+shift+k", "ctrl+@", "ctrl+down", "f9", "f7", "pageup", "pagedown"),
)
MOVES = ("up", "down", "left", "right", "tab", "home", "end", "pagedown", "pageup")
ENDS = ("letter", "escape", "right", "f2", "f5", "f6", "page", "paste", "resize", "ctrl+z", "")
"""What may stop the model that writes into the text."""
PUTS = ("enter", "d")
"""Keys of the panels that change the text."""
NAMED = {
    " ": "space",
    "\n": "enter",
    "\t": "tab",
    ".": "full_stop",
    ",": "comma",
    "+": "plus",
    "-": "minus",
    "=": "equals_sign",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
}
CHARACTERS = {**{name: sign for sign, name in NAMED.items()}, "enter": "\r"}
LONGEST = 20_000
"""Characters of a text; one that is longer is cut."""
PATIENCE = 20.0
"""Seconds after which what is waited for is not coming."""


def roving(seed: int) -> Iterator[Act]:
    """Acts without end, that depend on nothing but the seed."""
    chance = random.Random(seed)

    def key() -> str:
        return chance.choice(chance.choice((EDITS, LETTERS, PANELS, KNOBS, LOOKS)))

    kinds: dict[str, tuple[int, Callable[[], str | int]]] = {
        "type": (30, lambda: "".join(chance.choices(LETTERS, k=chance.randint(1, 8)))),
        "begin": (8, lambda: "\n" + SENTENCE[: chance.randint(1, 12)]),
        "edit": (30, lambda: chance.choice(EDITS)),
        "paste": (3, lambda: chance.choice((*PASTES, *GHOSTS, "line\n" * 300))),
        "knob": (12, lambda: chance.choice(KNOBS)),
        "look": (6, lambda: chance.choice(LOOKS)),
        "panel": (14, lambda: chance.choice(PANELS)),
        "within": (40, lambda: chance.randrange(1 << 20)),
        "screen": (4, lambda: chance.randrange(1 << 20)),
        "tour": (3, lambda: chance.choice(TOURS).name[0].lower()),
        "stream": (4, lambda: chance.randrange(1 << 20)),
        "page": (5, lambda: chance.randint(1, 4)),
        "resize": (3, lambda: chance.randrange(len(SIZES))),
        "burst": (10, lambda: "|".join(key() for _ in range(chance.randint(2, 25)))),
        "rest": (4, lambda: chance.randint(1, 80)),
        "gate": (2, lambda: chance.randint(1, 4)),
        "switch": (1, lambda: chance.choice(("one", "two"))),
        "home": (6, lambda: ""),
    }
    names, weights = list(kinds), [weight for weight, _ in kinds.values()]
    while True:
        name = chance.choices(names, weights)[0]
        yield Act(name, kinds[name][1]())


class Rover:
    """Does acts to an application, and sees after each whether all is as it must be."""

    def __init__(self, it: Bench, seed: int = 0) -> None:
        self._it = it
        self._chance = random.Random(seed)
        self._texts: dict[EditArea, str] = {}
        self._begins: dict[EditArea, str] = {}
        self._closed = 0
        self._opens_in = 0
        self.bad: list[str] = []
        """What the application said that is wrong."""
        screen = it.screen
        for page in screen.pages:
            self._watch(page.editor)
        tell, seeds = screen.tell, iter(range(1, 1 << 30))

        def told(what: str, *, bad: bool = False) -> None:
            if bad:
                self.bad.append(what)
            tell(what, bad=bad)

        screen.tell = told  # type: ignore[method-assign]
        screen.new_seed = lambda: 2 * next(seeds) + 1  # type: ignore[method-assign]

    def _watch(self, editor: Editor) -> None:
        """Follow its changes in a string."""
        self._texts[editor] = self._begins[editor] = editor.text
        post = editor.post_message

        def posted(message: Message) -> bool:
            if isinstance(message, EditArea.Changed):
                for change in message.changes:
                    self._texts[editor] = changed(self._texts[editor], change)
            return post(message)

        editor.post_message = posted  # type: ignore[method-assign]

    async def do(self, act: Act) -> None:
        """Do it; raises DivergenceError where something is not as it must be."""
        match act:
            case Act("type" | "begin", str(text)):
                for letter in text:
                    self._send(letter)
            case Act("edit" | "knob" | "look" | "panel", str(key)):
                self._send(key)
            case Act("paste", str(text)):
                self._it.app.post_message(events.Paste(text))
            case Act("within", int(number)):
                await self._within(number)
            case Act("screen", int(number)):
                await self._visit(number)
            case Act("tour", str(letter)):
                self._send("alt+y")
                await self._pause()
                if self._it.app.screen is not self._it.screen:
                    self._send(letter)
            case Act("stream", int(number)):
                await self._stream(number)
            case Act("page", int(number)):
                self._send(f"alt+{number}")
            case Act("resize", int(number)):
                await self._it.pilot.resize_terminal(*SIZES[number])
            case Act("burst", str(keys)):
                for key in keys.split("|"):
                    self._send(key)
            case Act("rest", int(milliseconds)):
                await asyncio.sleep(milliseconds / 1000)
            case Act("gate", int(acts)):
                self._opens_in = acts + 1
                self._it.model.gate.clear()
            case Act("switch", str(name)):
                self._it.screen._predictor.switch(name)
            case Act("home"):
                await self._go_home()
                await self._try_letter()
            case _:
                raise AssertionError(f"no such act: {act}")
        await self._pause()
        self._opens_in -= 1
        if self._opens_in <= 0:
            self._it.model.gate.set()
        self.compare()
        if len(self._it.editor.text) > LONGEST:
            await self._trim()

    def compare(self) -> None:
        """Raise DivergenceError where something is not as it must be."""
        it = self._it
        if it.app._exception:
            raise it.app._exception
        if self.bad:
            raise DivergenceError(f"it says: {self.bad}")
        for editor, text in self._texts.items():
            if editor.text != text:
                raise DivergenceError("a text is not what its changes make of it")
        focused = it.screen.focused
        if focused is not None and not (focused.display and focused.is_attached):
            raise DivergenceError(f"{focused} has the keys and does not show")
        if it.screen.scratch and len(it.screen.scratch.branches) > 9:
            raise DivergenceError("more branches than there can be")

    async def end(self) -> None:
        """Go home, close all, and undo everything in every text."""
        it = self._it
        self._it.model.gate.set()
        await self._go_home()
        await it.screen.close_panel()
        for number, page in enumerate(it.screen.pages, 1):
            self._send(f"alt+{number}")
            await self._pause()
            if it.editor is not page.editor:
                raise DivergenceError(f"page {number} does not show")
            page.editor.read_only = False
            edits = -1
            while edits != page.editor.edits:
                edits = page.editor.edits
                self._send("ctrl+z")
                await self._pause()
            self.compare()
            if page.editor.text != self._begins[page.editor]:
                raise DivergenceError("not all of a text can be undone")

    def forget(self) -> None:
        """Let go of what the fake model notes for tests that ask."""
        model = self._it.model
        for noted in (model.seen, model.continued, model.read, model.thresholds, model.configs):
            noted.clear()
        model.log.clear()

    # What a person does in a moment.

    def _send(self, key: str) -> None:
        name = NAMED.get(key, key)
        character = CHARACTERS.get(name, name if len(name) == 1 else None)
        self._it.app.post_message(events.Key(name, character))

    async def _pause(self) -> None:
        await self._it.pilot.pause()

    async def _until(self, done: Callable[[], bool], what: str) -> None:
        for _ in range(int(PATIENCE / 0.002)):
            if done():
                return
            await asyncio.sleep(0.002)
        raise DivergenceError(f"never came: {what}")

    async def _within(self, number: int) -> None:
        """Press a key of the panel that has the keys; few of them are for the text."""
        panel = self._it.screen.panel
        if panel is None or not in_panel(self._it.screen.focused) or self._away:
            return
        bindings = panel.keys()
        keys = [key for one in bindings for key in _keys(one) if key != "f1"]
        key = (*keys, *MOVES, *"0123456789.")[number % (len(keys) + len(MOVES) + 11)]
        before = dict(self._texts)
        self._send(key)
        await self._pause()
        if key not in PUTS and before != self._texts:
            raise DivergenceError(f"{key} in {panel} changed a text")

    async def _visit(self, number: int) -> None:
        """Look at another screen, go about in it, and come back."""
        self._send(SCREENS[number % len(SCREENS)])
        await self._pause()
        for step in range(number % 5):
            if self._away:
                self._send(MOVES[(number >> step) % len(MOVES)])
                await self._pause()
        await self._go_home()

    async def _stream(self, number: int) -> None:
        """Have the model write into the text, stop it somehow, and take all of that back."""
        it = self._it
        it.model.gate.set()
        await self._go_home()
        editor = it.editor
        if editor.read_only or it.screen._model_gone:
            return
        before = editor.text
        self._send("f5")
        await self._until(lambda: in_panel(it.screen.focused), "the pane")
        await self._pause()

        def written() -> bool:
            branch = it.screen.scratch and it.screen.scratch.branch
            return bool(branch and (branch.text or not branch.active))

        await self._until(written, "what is written")
        assert it.screen.scratch
        branch = it.screen.scratch.branch
        if branch is None or not branch.text:
            return
        self._send("d")
        await self._until(lambda: editor.text != before, "what is written, in the text")
        await asyncio.sleep(number % 97 / 1000)
        await self._end_stream(ENDS[number % len(ENDS)])
        await self._pause()
        self.compare()
        await self._go_home()
        for page, shown in enumerate(it.screen.pages, 1):
            if shown.editor is editor:
                self._send(f"alt+{page}")
        await self._pause()
        for _ in range(4):
            if editor.text == before:
                break
            self._send("ctrl+z")
            await self._pause()
        if editor.text != before:
            raise DivergenceError("what was written can't be undone")

    async def _end_stream(self, how: str) -> None:
        match how:
            case "letter":
                self._send("z")
            case "page":
                self._send("alt+2")
            case "paste":
                self._it.app.post_message(events.Paste("zz"))
            case "resize":
                await self._it.pilot.resize_terminal(*self._chance.choice(SIZES))
            case "":
                pass
            case key:
                self._send(key)

    @property
    def _away(self) -> bool:
        return self._it.app.screen is not self._it.screen

    @property
    def _home(self) -> bool:
        return not self._away and self._it.screen.focused is self._it.editor

    async def _go_home(self) -> None:
        """Press Esc until keys reach the text, a few times at most."""
        for _ in range(8):
            await self._pause()
            if self._home:
                return
            self._send("escape")
            await self._pause()
        raise DivergenceError(f"Esc does not lead back from {where(self._it.app.screen)}")

    async def _try_letter(self) -> None:
        """Type a letter: it is in the text, and Backspace takes it out again."""
        editor = self._it.editor
        if editor.read_only:
            return
        self._send("escape")
        await self._pause()
        start, end = editor.selection.span
        text = editor.buffer.text_between((0, 0), start) + "z"
        text += editor.buffer.text_between(end, editor.buffer.end)
        self._send("z")
        await self._pause()
        if editor.text != text:
            raise DivergenceError("a letter did not reach the text")

    async def _trim(self) -> None:
        """Take out most of a long text."""
        await self._go_home()
        editor = self._it.editor
        editor.replace((0, 0), editor.buffer.end, "The rest.\n")
        await self._pause()


def changed(text: str, change: Change) -> str:
    """A text after a change."""
    start = _place(text, change.start)
    end = _place(text, change.end)
    if text[start:end] != change.removed:
        raise DivergenceError("a change tells of another text")
    return text[:start] + change.inserted + text[end:]


def _place(text: str, location: tuple[int, int]) -> int:
    place = 0
    for _ in range(location[0]):
        place = text.index("\n", place) + 1
    return place + location[1]


def _keys(binding: object) -> Sequence[str]:
    key = binding[0] if isinstance(binding, tuple) else getattr(binding, "key", "")
    return str(key).split(",")


def where(screen: Screen[object]) -> str:
    """Where somebody is."""
    focused: Widget | None = screen.focused
    return f"{type(screen).__name__}, {focused}"
