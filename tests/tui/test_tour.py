"""The tours: what to try next stands below the text, and goes on as soon as it was done."""

import re
import tomllib
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from charlm_core.learn.runs import Run
from tests.runs import BEGAN, add, make_run, step
from tests.tui.support import SENTENCE, Bench, FakeModel
from tests.tui.test_training import FINISHED, give_model
from tui.app import CharlmApp
from tui.services.keymap import action_name, bindings_of
from tui.services.knobs import DEFAULT, Knobs
from tui.services.plan import Plan
from tui.services.settings import change_settings, settings_path
from tui.services.tour import FIRST, SEMINAR, TOURS, Deed, Step, Tour
from tui.services.trainings import Trainings
from tui.widgets.tour_bar import TourBar

PLAN = Tour(
    name="Plan",
    about="two steps",
    steps=(Step(title="One", text="a", until="ghost"), Step(title="Two", text="b")),
)


@asynccontextmanager
async def first_start(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Bench]:
    """The application as it starts on no file."""
    model = FakeModel()
    app = CharlmApp(None, "fake", load_model=lambda name: model)
    app.main.welcoming = True
    async with app.run_test(size=size, notifications=True) as pilot:
        bench = Bench(app, pilot, model)
        await bench.settle()
        yield bench


def test_a_step_waits_for_its_deed_alone() -> None:
    """Whatever else is done meanwhile changes nothing."""
    assert PLAN.after("accept") is PLAN
    assert PLAN.after("ghost").at == 1
    assert not PLAN.after("ghost").over


def test_the_last_step_ends_when_the_person_says_so() -> None:
    """No deed ends it."""
    last = PLAN.next()
    assert last.after("ghost") is last
    assert last.next().over
    assert last.next().step == PLAN.steps[-1]
    assert last.next().next() == last.next()


@pytest.mark.parametrize("tour", TOURS)
async def test_the_keys_of_every_step_are_there(tour: Tour) -> None:
    """What stands in brackets is the name of an action that has a key."""
    async with first_start() as it:
        bound = {
            action_name(one) for one in bindings_of((it.editor._bindings, it.screen._bindings))
        }
        named = {name for step in tour.steps for name in re.findall(r"\[(\w+)\]", step.text)}
        assert named
        assert named <= bound


async def test_the_first_start_shows_round() -> None:
    """What to do first stands below the text, and the keys stay the text's."""
    async with first_start() as it:
        assert it.says(FIRST.steps[0].title)
        assert it.app.focused is it.editor
        await it.type("The")
        assert it.editor.text == "The"


async def test_a_tour_goes_on_with_what_one_does() -> None:
    """A ghost shows, it is accepted: each time the next step comes."""
    async with first_start() as it:
        await it.type("The quick")
        assert it.screen.tour == FIRST.next()
        assert it.says(FIRST.steps[1].title)
        await it.press("tab")
        assert it.editor.text == SENTENCE
        assert it.screen.tour == FIRST.next().next()


async def test_a_step_can_be_left_out() -> None:
    """Alt-J goes on without it; after the last one the tour is gone."""
    async with first_start() as it:
        for number in range(1, len(FIRST.steps)):
            await it.press("alt+j")
            assert it.says(f"{number + 1}/{len(FIRST.steps)}: {FIRST.steps[number].title}")
        await it.press("alt+j")
        assert it.screen.tour is None
        assert not it.says(FIRST.steps[-1].title)
        assert it.app.focused is it.editor


async def test_a_tour_can_be_ended_at_once() -> None:
    """Alt-Y takes it away."""
    async with first_start() as it:
        await it.press("alt+y")
        assert it.screen.tour is None
        assert not it.says(FIRST.steps[0].title)


async def test_it_never_comes_again() -> None:
    """The next start is quiet, though the first one was cut off at its first step."""
    async with first_start():
        pass
    assert tomllib.loads(settings_path().read_text())["tour"] is False
    async with first_start() as it:
        assert it.screen.tour is None


async def test_nobody_is_shown_round_in_a_file() -> None:
    """A tour has one write something."""
    model = FakeModel()
    app = CharlmApp(None, "fake", load_model=lambda name: model)
    async with app.run_test() as pilot:
        await Bench(app, pilot, model).settle()
        assert app.main.tour is None
    assert not settings_path().exists()


async def test_a_tour_can_be_asked_for() -> None:
    """Alt-Y asks which; s begins the seminar."""
    change_settings(settings_path(), {"tour": False})
    async with first_start() as it:
        await it.press("alt+y", "s")
        await it.until(lambda: it.screen.tour == SEMINAR)
        assert it.says(SEMINAR.steps[0].title)
        await it.press("alt+y", "alt+y", "t")
        await it.until(lambda: it.screen.tour == FIRST)


async def test_asking_for_none_begins_none() -> None:
    """Esc leaves all as it was."""
    change_settings(settings_path(), {"tour": False})
    async with first_start() as it:
        await it.press("alt+y", "escape")
        assert it.screen.tour is None
        assert it.app.screen is it.screen


async def test_the_last_step_leads_to_the_seminar() -> None:
    """The key that it names begins the other tour at once, and does not only end this one."""
    async with first_start() as it:
        for _ in FIRST.steps[1:]:
            await it.press("alt+j")
        assert it.says("Alt-Y, then s, begins the seminar")
        await it.press("alt+y", "s")
        await it.until(lambda: it.screen.tour == SEMINAR)


def waits_for(it: Bench, deed: Deed) -> bool:
    """Whether the tour stands at a step that such a deed ends."""
    return it.screen.tour is not None and it.screen.tour.step.until == deed


async def test_the_knobs_of_the_first_tour() -> None:
    """Each step stays until what it says was done, and in the end the knobs are as they were."""
    async with first_start() as it:
        await it.press("alt+j", "alt+j", "f2", "up", "down")
        assert waits_for(it, "preset")
        await it.press("p")
        assert waits_for(it, "knob")
        assert it.screen.knobs.mode == "sample"
        await it.press("down")
        assert waits_for(it, "knob")
        await it.press("left")
        assert waits_for(it, "as_they_come")
        await it.press("p")
        assert waits_for(it, "as_they_come")
        await it.press("p")
        assert waits_for(it, "write")
        assert it.screen.knobs == DEFAULT
        await it.press("escape", "f5")
        await it.until(lambda: waits_for(it, "inside"))
        await it.press("escape", "f6")
        await it.until(lambda: it.says("Your own words"))


def seminar_run(home: Path, plan: Plan) -> Run:
    """A run that has begun."""
    run = make_run(home / "data" / "charlm-tui" / "runs" / plan.name, [BEGAN, step(1)])
    give_model(run)
    return run


async def test_the_seminar_from_end_to_end(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Doing what each step says, and nothing else, leads to the last one."""
    change_settings(settings_path(), {"tour": False})
    begun: list[Run] = []
    trainer = ExitStack()

    def begin(_self: Trainings, plan: Plan) -> Path:
        begun.append(seminar_run(home, plan))
        trainer.enter_context(begun[-1].held())
        return begun[-1].path

    monkeypatch.setattr(Trainings, "begin", begin)
    async with first_start() as it:
        await it.press("alt+y", "s")
        await it.until(lambda: waits_for(it, "trained"))

        for key in ("f4", "c", "r"):
            await it.press(key)
        await it.until(lambda: it.says("running"))
        assert waits_for(it, "trained")
        add(begun[0], FINISHED[-2:])
        trainer.close()
        await it.until(lambda: waits_for(it, "used"))
        await it.until(lambda: it.says(f"Seminar 2/{len(SEMINAR.steps)}"))
        await it.until(lambda: it.says("u use"))
        await it.press("u")
        await it.until(lambda: waits_for(it, "loop"))
        assert it.app.screen is it.screen

        await it.press("ctrl+n")
        await it.type("It was the ")
        await it.press("f5")
        await it.until(lambda: it.screen.scratch is not None and it.screen.scratch.active)
        assert waits_for(it, "loop")
        await it.press("m", "m")
        await it.until(lambda: it.says("greedy · 80/s"))
        await it.press("n")
        await it.until(lambda: waits_for(it, "cool"))
        assert it.says("↻ repeats every")

        await it.press("m")
        await it.press("n")
        await it.until(lambda: it.says("▶ writing"))
        assert waits_for(it, "cool")
        await it.press("alt+e", "n")
        await it.until(lambda: waits_for(it, "hot"))
        await it.press("alt+shift+e", "n")
        await it.until(lambda: it.says("temperature 1 · 80/s"))
        assert waits_for(it, "hot")
        await it.press("alt+shift+e", "n")
        await it.until(lambda: waits_for(it, "top_k"))

        await it.press("alt+shift+k", "alt+shift+k", "alt+shift+k", "n")
        assert it.screen.knobs == Knobs(temperature=1.05, top_k=3)
        await it.until(lambda: it.screen.tour == replace(SEMINAR, at=6))

        for key in ("f4", "c", "l"):
            await it.press(key)
        await it.until(lambda: len(begun) == 2)
        await it.until(lambda: it.says("running"))
        add(begun[1], FINISHED[-2:])
        trainer.close()
        await it.until(lambda: it.screen.tour == replace(SEMINAR, at=7))


async def test_a_tour_that_was_ended_stays_away() -> None:
    """Though a step was over just before."""
    async with first_start() as it:
        it.screen.did("ghost")
        await it.press("alt+y")
        assert it.screen.tour is None
        assert not it.says(FIRST.steps[1].title)


async def test_what_follows_at_once_counts_for_the_next_step() -> None:
    """Two deeds in one go are two steps."""
    async with first_start() as it:
        it.screen.did("ghost")
        it.screen.did("accept")
        await it.settle()
        assert it.says(FIRST.steps[2].title)


async def test_a_step_is_as_wide_as_the_screen_beside_a_panel() -> None:
    """A panel that was there before leaves it all of its width."""
    change_settings(settings_path(), {"tour": False})
    async with first_start() as it:
        await it.press("f2", "escape", "alt+y", "s")
        await it.until(lambda: it.says(SEMINAR.steps[0].title))
        assert it.screen.query_one(TourBar).region.width == it.screen.size.width


async def test_a_tour_names_the_keys_as_they_are_set() -> None:
    """Who has given an action another key reads that one."""
    change_settings(settings_path(), {"keys": {"accept": "Alt-A"}})
    async with first_start() as it:
        await it.press("alt+j")
        assert it.says("Alt-A takes all of the ghost")


@pytest.mark.parametrize("tour", TOURS)
@pytest.mark.parametrize("size", [(80, 24), (50, 15), (40, 15)])
async def test_every_step_is_legible(tour: Tour, size: tuple[int, int]) -> None:
    """Where the screen is small as well, with room left to write in."""
    async with first_start(size) as it:
        await it.screen._go_on(tour)
        for step in tour.steps:
            await it.settle()
            assert it.says(step.title)
            if size != (40, 15):
                assert it.says(step.text.rpartition("]")[2])
            if size == (80, 24):
                assert it.editor.size.height >= 15
            assert it.editor.size.height >= 5
            await it.press("alt+j")
