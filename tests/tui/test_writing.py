"""The model writing on, as a person sees it: in a pane, and in the text."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.geometry import Region
from textual.widget import Widget

from tests.tui.support import SENTENCE, Bench, FakeClock, FakeModel, missing, running
from tui.screens.scratch import AHEAD_CHARS, MOST_BRANCHES, Scratch
from tui.services.writing import ROUNDS, Reading
from tui.text.branch import Branch
from tui.widgets.columns import Columns
from tui.widgets.writer import Writer

TEXT = "It was a dark"

STORY = f"{SENTENCE} " * 200
"""What seed 0 writes."""

TICKS = 0.2
"""So long lasts what takes a few ticks, seconds."""


class Hands:
    """The application with a clock that goes only when it is told."""

    def __init__(self, it: Bench, clock: FakeClock) -> None:
        self.it = it
        self.clock = clock

    @property
    def scratch(self) -> Scratch:
        """What was written."""
        assert self.it.screen.scratch
        return self.it.screen.scratch

    @property
    def branch(self) -> Branch:
        """The chosen branch."""
        assert self.scratch.branch
        return self.scratch.branch

    @property
    def texts(self) -> list[str]:
        """What is written in each branch."""
        return [branch.text for branch in self.scratch.branches]

    def keys_go_to(self, widget: Widget | None) -> bool:
        """Whether a widget has the keys."""
        return self.it.screen.focused is widget

    async def open(self) -> None:
        """F5, and wait for the first letter."""
        await self.it.press("f5")
        await self.it.until(lambda: bool(self.branch.text))

    async def wait(self, seconds: float) -> None:
        """Let time go by, and wait until what may be written in it is."""
        before = self.clock.now
        while self.clock.now < before + seconds - 1e-9:
            self.clock.now += min(0.5, before + seconds - self.clock.now)
            await self.it.until(self._caught_up)

    def _caught_up(self) -> bool:
        ticked = self.scratch._ticked == self.clock.now or not self.scratch.active
        return ticked and all(
            len(branch.text) == int(branch.allowed)
            for branch in self.scratch.branches
            if branch.active
        )

    async def press(self, *keys: str) -> None:
        """Press keys one by one."""
        await self.it.press(*keys)


@asynccontextmanager
async def writing(
    text: str = TEXT, *, model: FakeModel | None = None, **options: Any
) -> AsyncIterator[Hands]:
    """An application on a text, the cursor at its end."""
    clock = FakeClock()
    async with running(text=text, model=model, clock=clock, **options) as it:
        it.editor.move_cursor(it.editor.buffer.end)
        await it.settle()
        hands = Hands(it, clock)
        seeds = iter(range(1, 1000))
        it.screen.new_seed = lambda: next(seeds)  # type: ignore[method-assign]
        yield hands


async def test_f5_writes_on_from_the_cursor() -> None:
    """At once, below the text, behind all that is before the cursor; the text stays as it is."""
    async with writing("One\ntwo three") as hands:
        hands.it.editor.move_cursor((1, 3))
        await hands.open()
        assert hands.it.model.continued == ["One\ntwo"]
        await hands.wait(1)
        assert hands.texts == [STORY[:81]]
        assert hands.it.editor.text == "One\ntwo three"
        assert hands.it.says("From the cursor")
        assert hands.it.says("The quick brown fox jumps over the lazy dog. The quick")
        assert hands.it.says("seed 0")
        assert isinstance(hands.it.screen.panel, Writer)


async def test_it_is_done_after_so_many_characters() -> None:
    """400 unless it is told otherwise; it says so and rests. Space then has it go on as far."""
    async with writing() as hands:
        await hands.open()
        await hands.wait(6)
        assert hands.texts == [STORY[:400]]
        assert hands.branch.state == "done"
        assert hands.it.says("■ done")
        assert hands.it.says("400 chars")
        assert not hands.scratch.active
        await hands.press("space")
        await hands.wait(6)
        assert hands.texts == [STORY[:800]]


async def test_speed() -> None:
    """Minus halves it, plus doubles it, up to as quickly as the model can."""
    async with writing() as hands:
        await hands.open()
        await hands.wait(1)
        await hands.press("minus", "minus")
        await hands.wait(1)
        assert hands.texts == [STORY[: 81 + 20]]
        assert hands.it.says("20/s")
        await hands.press("plus", "plus", "plus", "plus", "plus", "plus", "plus")
        assert hands.it.says("fastest")
        await hands.it.until(lambda: hands.branch.state == "done")
        assert hands.texts == [STORY[:400]]


async def test_length() -> None:
    """] doubles it, [ halves it, the one being written too; without end Space stops it."""
    async with writing() as hands:
        await hands.open()
        await hands.press("left_square_bracket", "left_square_bracket")
        await hands.wait(2)
        assert hands.texts == [STORY[:100]]
        for _ in range(5):
            await hands.press("right_square_bracket")
        assert hands.it.says("endless")
        await hands.press("plus", "plus", "plus", "r")
        await hands.it.until(lambda: len(hands.branch.text) > 2 * AHEAD_CHARS)
        await hands.press("space")
        stopped = len(hands.branch.text)
        assert hands.branch.state == "stopped"
        await hands.it.pilot.pause(TICKS)
        assert len(hands.branch.text) <= stopped + AHEAD_CHARS


async def test_stop_and_go_on() -> None:
    """Space stops and goes on from where it was."""
    async with writing() as hands:
        await hands.open()
        await hands.wait(0.5)
        await hands.press("space")
        assert hands.it.says("‖ stopped")
        assert hands.it.says("Space go on")
        hands.clock.now += 1
        await hands.it.pilot.pause(TICKS)
        assert hands.texts == [STORY[:41]]
        await hands.press("space")
        assert hands.it.says("Space stop")
        await hands.it.until(lambda: len(hands.branch.text) == 42)
        await hands.wait(0.5)
        assert len(hands.branch.text) == 82
        assert STORY.startswith(hands.branch.text)


async def test_again_with_the_same_seed_and_with_another() -> None:
    """The same seed writes the same; a new one something else; both in the branch's place."""
    async with writing() as hands:
        await hands.open()
        await hands.wait(1)
        await hands.press("r")
        await hands.it.until(lambda: len(hands.branch.text) == 1)
        await hands.wait(0.5)
        assert hands.texts == [STORY[:41]]
        await hands.press("n")
        await hands.it.until(lambda: len(hands.branch.text) == 1)
        await hands.wait(0.5)
        assert hands.texts == [STORY[4:45]]
        assert hands.it.says("seed 1")


async def test_branches_side_by_side() -> None:
    """b begins another from the same prompt, with another seed; ← and → choose, x drops."""
    async with writing() as hands:
        await hands.open()
        await hands.press("b", "b", "b")
        await hands.wait(1)
        assert hands.texts == [STORY[at : at + len(text)] for at, text in _offsets(hands)]
        assert hands.it.says("4 of 4")
        # Three have room beside each other.
        assert hands.it.says("[4]")
        assert not hands.it.says("seed 0")
        await hands.press("right")
        assert hands.it.says("1 of 4")
        assert hands.it.says("seed 0")
        await hands.press("left", "left", "x")
        assert [branch.number for branch in hands.scratch.branches] == [1, 2, 4]
        assert hands.branch.number == 4
        assert hands.it.model.continued == [TEXT] * 4


def _offsets(hands: Hands) -> list[tuple[int, str]]:
    starts = (0, 4, 10, 16)
    return list(zip(starts, hands.texts, strict=True))


async def test_not_more_than_nine() -> None:
    """The tenth is refused in a line."""
    async with writing() as hands:
        await hands.open()
        await hands.press(*"b" * MOST_BRANCHES)
        assert len(hands.scratch.branches) == MOST_BRANCHES
        assert hands.it.says("9 branches are the most: x drops one")
        await hands.press("f")
        assert len(hands.scratch.branches) == MOST_BRANCHES


@pytest.mark.parametrize("key", ["b", "r", "n", "space"])
async def test_after_the_last_was_dropped(key: str) -> None:
    """The keys that the pane still shows begin one from the cursor; nothing is stuck."""
    async with writing() as hands:
        await hands.open()
        await hands.press("x")
        assert not hands.scratch.branches
        await hands.press(key)
        await hands.it.until(lambda: bool(hands.branch.text))
        assert hands.branch.before == TEXT
        assert hands.branch.number == 1


async def test_fork() -> None:
    """f begins another with what this one has so far; both go on, each in its way."""
    async with writing() as hands:
        await hands.open()
        await hands.wait(0.5)
        await hands.press("f")
        await hands.it.until(lambda: len(hands.branch.text) > 40)
        await hands.wait(0.5)
        one, two = hands.texts
        assert one == STORY[:81]
        assert two[:41] == STORY[:41]
        # Seed 1 has the words from the second on.
        assert two[41:] == STORY[4:][41 : len(two)]


async def test_enter_puts_it_in_as_one_step() -> None:
    """What shows comes in at the cursor, the pane goes; one undo takes all of it back."""
    async with writing("Begin: \n\nend") as hands:
        hands.it.editor.move_cursor((0, 7))
        await hands.open()
        await hands.wait(1)
        await hands.press("b")
        await hands.wait(0.5)
        await hands.press("left", "enter")
        assert hands.it.screen.panel is None
        assert hands.it.editor.buffer.lines == [f"Begin: {STORY[:121]}", "", "end"]
        assert hands.it.editor.cursor_location == (0, 128)
        await hands.press("ctrl+z")
        assert hands.it.editor.text == "Begin: \n\nend"
        assert not hands.scratch.branches


async def test_line_ends_are_line_ends() -> None:
    """In the pane and in the text."""
    model = FakeModel()
    model.sentence = "one"
    async with writing(model=model) as hands:
        await hands.open()
        await hands.press("space")
        hands.branch.text = "first\nsecond\n\nlast"
        await hands.press("enter")
        assert hands.it.editor.buffer.lines == [f"{TEXT}first", "second", "", "last"]


async def test_escape_stops_and_f5_comes_back() -> None:
    """The branches stay in the pane; F5 gives it the keys again, and there puts it away."""
    async with writing() as hands:
        await hands.open()
        await hands.wait(0.5)
        await hands.press("escape")
        assert hands.keys_go_to(hands.it.editor)
        assert not hands.scratch.active
        assert hands.it.says("stopped")
        await hands.press("f5")
        assert hands.texts == [STORY[:41]]
        assert hands.keys_go_to(hands.it.screen.panel)
        await hands.press("f5")
        assert hands.it.screen.panel is None
        await hands.press("f5")
        assert hands.it.says("stopped")
        assert hands.texts == [STORY[:41]]


async def test_f5_elsewhere_begins_anew() -> None:
    """While the pane shows beside the others, else in their place."""
    async with writing() as hands:
        await hands.open()
        await hands.press("escape", "home", "f5")
        await hands.it.until(lambda: bool(hands.branch.text))
        assert hands.it.model.continued == [TEXT, ""]
        assert len(hands.scratch.branches) == 2
        await hands.press("f5", "right", "f5")
        await hands.it.until(lambda: bool(hands.branch.text))
        assert hands.it.model.continued == [TEXT, "", "I"]
        assert len(hands.scratch.branches) == 1


async def test_a_prompt_of_ones_own() -> None:
    """p asks for it; letters are letters there. Empty is from the cursor, Esc is back."""
    async with writing() as hands:
        await hands.open()
        await hands.press("p")
        await hands.it.type("brown x")
        assert len(hands.scratch.branches) == 1
        await hands.press("enter")
        await hands.it.until(lambda: len(hands.it.model.continued) == 2)
        assert hands.it.model.continued[1] == "brown x"
        assert hands.it.says("From “brown x”")
        assert hands.branch.config.seed == 0
        await hands.press("b")
        await hands.it.until(lambda: len(hands.it.model.continued) == 3)
        assert hands.it.model.continued[2] == "brown x"
        await hands.press("p", "backspace", "escape")
        assert len(hands.scratch.branches) == 3
        assert hands.keys_go_to(hands.it.screen.panel)
        await hands.press("p", "backspace", "enter")
        await hands.it.until(lambda: len(hands.it.model.continued) == 4)
        assert hands.it.model.continued[3] == TEXT
        # From there the first seed was used already.
        assert hands.branch.config.seed != 0


async def test_modes_and_a_loop() -> None:
    """m is for the next branch on. One that only repeats itself says so, and how often."""
    async with writing() as hands:
        await hands.open()
        await hands.press("m", "m")
        assert hands.it.says("greedy")
        await hands.press("r")
        await hands.wait(1)
        assert hands.branch.text.startswith("The The The")
        assert hands.it.says("↻ repeats every 4")
        assert hands.branch.repeated == (4, len(hands.branch.text))
        await hands.press("m")
        assert hands.it.says("temperature 1")
        hands.it.screen.action_turn_knob("temperature", -4)
        await hands.it.settle()
        assert hands.it.says("temperature 0.8")
        assert hands.branch.config.decoding == "greedy"
        await hands.press("r")
        assert hands.branch.config.sampling.temperature == 0.8


@pytest.mark.parametrize("theme", ["dark", "light", "contrast", "mono", "terminal"])
async def test_what_is_repeated_looks_it(theme: str) -> None:
    """Underlined, in every theme; what it repeats is not."""
    async with writing() as hands:
        hands.it.app.theme = theme
        await hands.open()
        await hands.press("m", "m", "r")
        await hands.wait(1)
        strips = hands.it.app.screen._compositor.render_strips()
        row = next(strip for strip in strips if strip.text.startswith(" The The"))
        parts = [(text, style) for text, style, _ in row if text.strip()]
        assert parts[0][0] == "The "
        assert parts[1][0].startswith("The The")
        assert [bool(style and style.underline) for _, style in parts] == [False, True]


async def test_a_tour_goes_on_by_it() -> None:
    """It hears of what the model wrote, and how."""
    async with writing() as hands:
        told: list[str] = []
        hands.it.screen.did = told.append  # type: ignore[method-assign,assignment]
        await hands.open()
        assert {*told} == {"write"}
        for step, deed in ((-3, "cool"), (6, "hot")):
            hands.it.screen.action_turn_knob("temperature", step)
            told.clear()
            await hands.press("r")
            await hands.wait(0.5)
            assert {*told} == {"write", deed}
        hands.it.screen.action_turn_knob("top_k", 3)
        told.clear()
        await hands.press("r")
        await hands.wait(0.5)
        assert {*told} == {"write", "hot", "top_k"}
        told.clear()
        await hands.press("m", "m", "r")
        await hands.wait(1)
        assert {*told} == {"write", "loop"}


async def test_an_endless_loop_ends() -> None:
    """After ten rounds, and says why; Space has it go on for ten more."""
    async with writing() as hands:
        await hands.open()
        await hands.press("m", "m", "right_square_bracket", "right_square_bracket")
        await hands.press("right_square_bracket", "plus", "plus", "plus", "r")
        await hands.it.until(lambda: hands.branch.state == "stopped")
        assert hands.it.says("‖ ↻ repeats every 4")
        length = len(hands.branch.text)
        assert ROUNDS * 4 <= length <= ROUNDS * 4 + 8
        await hands.press("space")
        await hands.it.until(lambda: hands.branch.state == "stopped")
        assert length + ROUNDS * 4 <= len(hands.branch.text) <= length + ROUNDS * 4 + 8


async def test_into_the_text() -> None:
    """d goes on in the text, at the cursor, and one undo takes all of it back."""
    async with writing() as hands:
        await hands.open()
        await hands.wait(0.5)
        await hands.press("d")
        assert hands.it.screen.panel is None
        assert hands.it.editor.text == TEXT + STORY[:41]
        assert hands.it.facts.note == "the model writes; any key stops it"
        await hands.wait(0.5)
        assert hands.it.editor.text == TEXT + STORY[:81]
        await hands.wait(5)
        assert hands.it.editor.text == TEXT + STORY[:400]
        assert not hands.it.editor.streaming
        await hands.press("ctrl+z")
        assert hands.it.editor.text == TEXT


@pytest.mark.parametrize("state", ["writing", "stopped", "done"])
async def test_into_the_text_while_time_goes_by(state: str) -> None:
    """What comes in the moment in which the pane goes comes into the text, and none of it twice."""
    async with writing() as hands:
        await hands.open()
        await hands.wait(6 if state == "done" else 0.5)
        if state == "stopped":
            await hands.press("space")
        assert hands.branch.state == state
        so_far, close = len(hands.branch.text), hands.it.screen.close_panel

        async def slowly() -> None:
            hands.it.screen._let_go_on()
            await close()
            hands.it.screen._let_go_on()

        hands.it.screen.close_panel = slowly  # type: ignore[method-assign]
        await hands.press("d")
        assert hands.it.screen.panel is None
        # One that was stopped goes on with a character at once.
        assert hands.it.editor.text in (TEXT + STORY[:so_far], TEXT + STORY[: so_far + 1])
        assert hands.it.editor.streaming == (state != "done")
        if state != "done":
            await hands.wait(6)
        assert hands.it.editor.text == TEXT + STORY[:400]
        assert not hands.it.editor.streaming
        assert hands.it.facts.note == "written; Ctrl-Z takes it out"
        await hands.press("ctrl+z")
        assert hands.it.editor.text == TEXT


async def test_any_key_stops_that() -> None:
    """And does what it does."""
    async with writing() as hands:
        await hands.open()
        await hands.wait(0.5)
        await hands.press("d")
        await hands.press("x")
        await hands.it.until(lambda: not hands.scratch.active)
        hands.clock.now += 1
        await hands.it.pilot.pause(TICKS)
        assert hands.it.editor.text == f"{TEXT}{STORY[:41]}x"
        await hands.press("ctrl+z", "ctrl+z")
        assert hands.it.editor.text == TEXT


async def test_not_into_what_is_read_only() -> None:
    """It is written below all the same; what would put it in is refused in a line."""
    async with writing(read_only=True) as hands:
        hands.it.editor.read_only = True
        await hands.open()
        for key in ("enter", "d"):
            await hands.press(key)
            assert hands.it.facts.note == "read-only: F11 changes that"
            assert hands.it.editor.text == TEXT
            assert hands.it.screen.panel is not None
            hands.it.status.update(note="")


async def test_an_empty_text_and_no_model_yet() -> None:
    """It waits for the model, and says so; then it writes from nothing."""
    model = FakeModel()
    model.gate.clear()
    async with writing("", model=model) as hands:
        await hands.press("f5")
        assert hands.it.says("… waiting")
        await hands.press("enter")
        assert not hands.it.editor.modified
        model.gate.set()
        await hands.it.until(lambda: bool(hands.branch.text))
        assert model.continued == [""]


async def test_no_model_at_all() -> None:
    """It says so, and there is nothing to put in."""
    async with writing(load_model=missing) as hands:
        await hands.press("f5")
        await hands.it.until(lambda: hands.branch.state == "ended")
        assert hands.it.says("✕ no model")
        for key in ("enter", "d", "f"):
            await hands.press(key)
            assert hands.it.facts.note == "nothing is written yet"
            hands.it.status.update(note="")
        assert not hands.it.editor.modified


async def test_another_page_stops_it() -> None:
    """What goes into the text as well; the keys are the other text's."""
    async with writing("") as hands:
        await hands.it.type(TEXT)
        await hands.open()
        await hands.press("ctrl+n")
        assert not hands.scratch.active
        assert hands.it.editor.text == ""
        assert hands.keys_go_to(hands.it.editor)
        await hands.press("f5")
        await hands.it.until(lambda: hands.branch.text == "T")
        assert hands.it.model.continued == [TEXT, ""]
        await hands.press("d")
        page = hands.it.editor
        assert page.streaming
        hands.it.screen.action_turn_page(1)
        await hands.it.settle()
        assert not page.stream("more")
        assert page.text == "T"
        assert not hands.scratch.active
        assert hands.it.editor.text == TEXT


async def test_another_text_in_its_place_stops_it() -> None:
    """The keys are that one's."""
    async with writing() as hands:
        await hands.open()
        await hands.press("ctrl+n")
        assert hands.it.editor.text == ""
        assert not hands.scratch.active
        assert hands.keys_go_to(hands.it.editor)


async def test_another_model_ends_it() -> None:
    """With a word; r writes it anew with that one."""
    models = {"fake": FakeModel(), "other": FakeModel("Other words", "other")}
    async with writing(load_model=models.__getitem__) as hands:
        await hands.open()
        hands.it.screen._predictor.switch("other")
        await hands.it.until(lambda: hands.it.facts.model == "other")
        hands.clock.now += 0.5
        await hands.it.until(lambda: hands.branch.state == "ended")
        assert hands.it.says("✕ another model")
        await hands.press("space")
        assert hands.it.facts.note == "it can't go on: another model"
        await hands.press("r")
        await hands.it.until(lambda: hands.branch.text == "O")


async def test_a_model_that_breaks() -> None:
    """It is told in a line; the ghosts go on."""
    async with writing() as hands:
        hands.it.screen.new_seed = lambda: 666  # type: ignore[method-assign]
        await hands.open()
        await hands.press("n")
        await hands.it.until(lambda: hands.branch.state == "ended")
        assert hands.it.says("writing stopped: RuntimeError: boom")
        assert hands.it.says("✕ it broke")


async def test_reading_is_told() -> None:
    """Of a long text before the cursor it takes a while, and the head says how far it has come."""
    async with writing() as hands:
        await hands.it.press("f5")
        await hands.press("r")
        event = Reading(branch=hands.branch.key, read=43, chars=100)
        hands.branch.state, hands.branch.text = "waiting", ""
        hands.it.screen.heard(event)
        await hands.it.settle()
        assert hands.it.says("… reading… 43%")


async def test_scrolling() -> None:
    """Arrows and pages look back while it goes on; the end key follows it again."""
    async with writing() as hands:
        await hands.open()
        await hands.press("plus", "plus", "plus", "right_square_bracket", "right_square_bracket")
        await hands.press("r")
        await hands.it.until(lambda: hands.branch.state == "done")
        last = STORY[1500:1600].split()[-1]
        assert len(hands.branch.sheet.rows) > 15
        shown = hands.it.screen_text()
        await hands.press("up", "pageup")
        assert hands.it.screen_text() != shown
        assert hands.branch.back > 1
        await hands.press("home")
        top = next(
            y for y, line in enumerate(hands.it.screen_text()) if line.startswith(" The quick")
        )
        assert top > 10
        await hands.press("end")
        assert hands.branch.back == 0
        assert hands.it.screen_text() == shown
        assert last in "".join(shown)


async def test_by_mouse() -> None:
    """A click chooses a branch, the wheel scrolls it, the keys below can be clicked."""
    async with writing(size=(100, 30)) as hands:
        await hands.open()
        await hands.press("b")
        assert hands.scratch.chosen == 1
        lines = hands.it.screen_text()
        row = next(y for y, line in enumerate(lines) if "[2]" in line)
        await hands.it.pilot.click(offset=(5, row + 2))
        await hands.it.settle()
        assert hands.scratch.chosen == 0
        hint = next(y for y, line in enumerate(lines) if "Space stop" in line)
        await hands.it.pilot.click(offset=(lines[hint].index("drop"), hint))
        await hands.it.settle()
        assert [branch.number for branch in hands.scratch.branches] == [2]
        await hands.it.pilot.click(offset=(lines[hint].index("prompt"), hint))
        await hands.it.settle()
        assert hands.it.says("Prompt empty: from the cursor")


@pytest.mark.parametrize("keys", ["space enter", "d escape"])
async def test_what_the_model_wrote_is_not_learned_before_the_person_goes_on(
    tmp_path: Path, keys: str
) -> None:
    """What they wrote before is; what the model wrote is once they type again and rest."""
    path = tmp_path / "note.txt"
    path.write_text("")
    clock = FakeClock()
    async with running(path, clock=clock) as it:
        hands = Hands(it, clock)
        learned = it.model.memory.texts
        await it.type("mine ")
        await hands.open()
        await hands.press(*keys.split())
        assert it.editor.text == "mine T"
        await it.until(lambda: str(path) in learned)
        assert learned[str(path)] == "mine "
        clock.now += 100
        await it.pilot.pause(0.7)
        assert learned[str(path)] == "mine "
        await it.type("!")
        clock.now += 100
        await it.until(lambda: learned[str(path)] == "mine T!")


@pytest.mark.parametrize("size", [(20, 5), (30, 10), (59, 20), (200, 60)])
async def test_any_size(size: tuple[int, int]) -> None:
    """However small the terminal: what is written is to be seen, and nothing breaks."""
    async with writing(size=size) as hands:
        await hands.open()
        await hands.press("b", "p", "escape")
        await hands.wait(1)
        assert len(hands.texts) == 2
        assert any("[2]" in line for line in hands.it.screen_text())
        await hands.it.pilot.resize_terminal(100, 30)
        await hands.it.settle()
        assert hands.it.says("[2]")


async def test_wide_characters_and_what_a_terminal_could_obey() -> None:
    """They are drawn safely, each column as wide as it is."""
    async with writing(size=(80, 24)) as hands:
        await hands.open()
        await hands.press("b")
        hands.branch.text = "漢字とかな" * 9 + "\x1b[2J\u202e cafe\u0301 👩‍👧\ttab"
        await hands.press("space")
        lines = hands.it.screen_text()
        assert not any("\x1b" in line or "\u202e" in line for line in lines)
        assert hands.it.says("␛[2J·")


@pytest.mark.parametrize("key", ["f5", "f2", "f6"])
async def test_another_panel_from_where_a_prompt_is_typed(key: str) -> None:
    """The pane goes, and keys that follow do what they always do."""
    async with writing() as hands:
        await hands.open()
        await hands.press("p", "a")
        hands.it.app.post_message(events.Key(key, None))
        await hands.it.until(lambda: not isinstance(hands.it.screen.panel, Writer))
        await hands.press("escape")
        await hands.it.until(lambda: hands.keys_go_to(hands.it.editor))
        await hands.it.type("z")
        assert hands.it.editor.text == TEXT + "z"
        await hands.it.until(lambda: not hands.it.screen.query(Writer))


async def test_a_pane_that_is_going_can_be_drawn() -> None:
    """Its styles go before it does, and a frame may be drawn in between: nothing breaks."""
    async with writing() as hands:
        await hands.open()
        columns = hands.it.screen.query_one(Columns)
        columns._component_styles.clear()
        (line,) = columns.render_lines(Region(0, 0, 20, 1))
        assert line.text == " " * 20
