"""The training screen, on runs that lie on disk; nothing is trained here."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from textual.app import App
from textual.binding import BindingType
from textual.geometry import Offset
from textual.screen import Screen

from charlm_core import RunError, RunReader, RunView
from charlm_core.learn.events import Event, Failed, Paused, Sample
from charlm_core.learn.runs import Run, requested
from tests.runs import BEGAN, add, course, done, evaluation, make_run, step
from tests.tui.support import Bench, FakeModel, running
from tui.screens import new_run
from tui.screens.training import TrainingScreen
from tui.services.beginnings import Beginning
from tui.services.plan import Plan
from tui.services.trainings import Trainings
from tui.widgets.curves import COLOURS, Curve, curves_of, legend, limits
from tui.widgets.figures import ending, figures
from tui.widgets.hints import hints
from tui.widgets.run_list import RunList

FINISHED: list[Event] = [
    *course([2.1, 1.8, 1.6, 1.5]),
    evaluation(400, 1.512, final=True),
    done(400),
]
STOPPED: list[Event] = [
    *course([2.1, 1.8], steps=200),
    evaluation(200, 1.8, final=True),
    done(200, stopped=True),
]
OVERFIT: list[Event] = [*course([2.1, 1.6, 1.65, 1.7]), done(400)]
EVIL = "[red]зло\x1b[2J🦊"


@pytest.fixture
def runs(home: Path) -> Path:
    """Where the runs of this test lie."""
    return home / "data" / "charlm-tui" / "runs"


def give_model(run: Run) -> None:
    """Put something where the weights are."""
    run.best.mkdir()
    (run.best / "config.json").write_text("{}")


class Hands:
    """The training screen, and hands to use it with."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    @property
    def app(self) -> App[None]:
        """The application."""
        return self.bench.app

    @property
    def screen(self) -> Screen[object]:
        """Whatever screen is on top."""
        return self.bench.app.screen

    @property
    def list(self) -> RunList:
        """The list of runs."""
        return self.training.query_one(RunList)

    @property
    def training(self) -> TrainingScreen:
        """The training screen."""
        return next(s for s in self.app.screen_stack if isinstance(s, TrainingScreen))

    @property
    def chosen(self) -> str:
        """The name of the run that the cursor is on."""
        return self.list.chosen.path.name if self.list.chosen else ""

    def shows(self, words: str) -> bool:
        """Whether the screen shows these words, wherever they are wrapped."""
        return self.bench.says(words)

    async def press(self, *keys: str) -> None:
        """Press keys by name."""
        await self.bench.pilot.press(*keys)
        await self.bench.pilot.pause()

    async def wait(self, until: Callable[[], bool]) -> None:
        """Wait for something to come true."""
        for _ in range(6000):
            if until():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("\n".join(self.bench.screen_text()))

    async def see(self, words: str) -> None:
        """Wait for words on the screen."""
        await self.wait(lambda: self.shows(words))


@asynccontextmanager
async def training(
    size: tuple[int, int] = (80, 24), *, text: str | None = None, **options: object
) -> AsyncIterator[Hands]:
    """An application with the training screen on top."""
    async with running(text=text, size=size, **options) as bench:  # type: ignore[arg-type]
        hands = Hands(bench)
        await bench.pilot.press("f4")
        await hands.wait(lambda: isinstance(hands.screen, TrainingScreen))
        await hands.wait(lambda: hands.training._seen is not None)
        await bench.pilot.pause()
        yield hands


def test_the_first_paint_does_not_wait_for_it() -> None:
    """The editor starts without the training screen, the plot, and what they need."""
    heavy = ["textual_plot", "tui.screens.training", "tui.services.trainings", "numpy"]
    code = f"import sys, tui.app; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


async def test_the_first_time() -> None:
    """Without a run the screen says what to press; Esc and F4 lead back."""
    async with training() as it:
        assert it.shows("There are no training runs yet. Press Enter to train a model")
        for key in ("escape", "f4"):
            await it.press(key)
            await it.wait(lambda: it.screen is it.bench.screen)
            await it.press("f4")
            await it.see("There are no training runs yet.")


async def test_the_editor_keeps_everything(runs: Path) -> None:
    """Back in the editor the text, the cursor and the ghost are where they were."""
    make_run(runs / "play", FINISHED)
    async with training(text="") as it:
        await it.press("escape")
        await it.bench.type("one\nThe quick ")
        await it.press("f4")
        await it.see("play")
        await it.press("x", "v", "f4")
        await it.wait(lambda: it.screen is it.bench.screen)
        editor = it.bench.editor
        assert (editor.text, editor.cursor_location) == ("one\nThe quick ", (1, 10))
        assert it.shows("The quick brown fox jumps")
        await it.press("tab")
        assert editor.text.endswith("lazy dog.")


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 12)])
async def test_figures_and_writing(runs: Path, size: tuple[int, int]) -> None:
    """A finished run shows its losses, its writing and its log, and every line fits."""
    make_run(runs / "play", FINISHED)
    async with training(size) as it:
        await it.see("finished")
        assert it.chosen == "play"
        assert len(it.bench.screen_text()) == size[1]
        if size[0] < 80:
            return
        for words in ("epoch 4 of 4", "100%", "whole", "The king is gone to bed", "finished after"):
            assert it.shows(words)
        lines = it.bench.screen_text()
        (final,) = (line for line in lines if line.startswith(" final"))
        assert final.split()[:4] == ["final", "1.512", "4.54", "2.181"]
        assert "n new" in lines[-1]
        assert "Esc back" in lines[-1]


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_a_run_that_grows(runs: Path, theme: str) -> None:
    """A training that another process does is chosen first, and the screen follows it."""
    make_run(runs / "newer", FINISHED)
    run = make_run(runs / "going", course([2.1], steps=100))
    older = (runs / "going" / "config.json").stat().st_mtime - 100
    _age(run, older)
    with run.held():
        async with training() as it:
            it.app.theme = theme
            await it.wait(lambda: it.chosen == "going")
            await it.see("▶ running")
            await it.see("epoch 1 of 4")
            add(run, [step(150), evaluation(150, 1.75), Sample(step=150, text="Anon, good nurse!")])
            await it.see("1.750")
            await it.see("Anon, good nurse!")
            await it.see("epoch 2 of 4")
            add(run, [Paused(step=150)])
            await it.see("‖ paused")
            assert it.chosen == "going"


def _age(run: Run, when: float) -> None:
    os.utime(run.path / "config.json", (when, when))


async def test_coming_back_shows_the_runs_again(runs: Path) -> None:
    """Nothing changed while the editor was up, and yet the screen has all to show."""
    make_run(runs / "play", FINISHED)
    async with training() as it:
        await it.see("finished")
        await it.press("escape")
        await it.wait(lambda: it.screen is it.bench.screen)
        await it.press("f4")
        await it.see("finished")


async def test_pause_go_on_and_stop(runs: Path) -> None:
    """Keys ask the process that trains, through the run's folder."""
    run = make_run(runs / "going", [BEGAN, step(1)])
    with run.held():
        async with training() as it:
            await it.see("▶ running")
            await it.press("p")
            await it.see("running, will pause")
            assert requested(run.path) == "pause"
            assert it.shows("p go on")
            await it.press("p")
            await it.wait(lambda: requested(run.path) == "")
            await it.see("p pause")
            await it.press("s")
            await it.see("■ stopping")
            assert requested(run.path) == "stop"


async def test_keys_that_mean_nothing_say_so(runs: Path) -> None:
    """What can't be done with a run is refused in words."""
    make_run(runs / "play", FINISHED)
    async with training() as it:
        await it.see("finished")
        for key, words in [
            ("p", "play is not being trained"),
            ("s", "play is not being trained"),
            ("r", "play has used its budget"),
            ("u", "play has no weights yet"),
        ]:
            it.app.clear_notifications()
            await it.press(key)
            await it.see(words)
        await it.press("home", "u")
        await it.see("choose a run first")


async def test_deleting_asks(runs: Path) -> None:
    """Enter at once changes nothing; D deletes, and the cursor goes to the neighbour."""
    for age, name in enumerate(["one", "two", "three"]):
        _age(make_run(runs / name, FINISHED), 1000 - age)
    async with training() as it:
        await it.see("three")
        await it.press("down")
        assert it.chosen == "two"
        await it.press("d")
        await it.see("Delete the run two")
        await it.press("enter")
        await it.wait(lambda: it.screen is it.training)
        assert (runs / "two").exists()
        await it.press("delete")
        await it.see("Delete the run two")
        await it.press("d")
        await it.wait(lambda: not (runs / "two").exists())
        await it.wait(lambda: it.chosen == "three")


async def test_what_is_trained_is_not_deleted(runs: Path) -> None:
    """It says to stop it first."""
    run = make_run(runs / "going", [BEGAN, step(1)])
    with run.held():
        async with training() as it:
            await it.see("running")
            await it.press("d")
            await it.see("going is being trained: stop it first")
    assert run.path.exists()


async def test_using_a_run(runs: Path) -> None:
    """U leads back to the editor, and the ghost for the text comes from the run's weights."""
    give_model(make_run(runs / "play", FINISHED))

    def load(name: str) -> FakeModel:
        if name == str(runs / "play" / "best"):
            return FakeModel("The quick red hen.", "play")
        return FakeModel()

    async with training(text="", load_model=load) as it:
        await it.press("escape")
        await it.bench.type("The quick ")
        assert it.shows("The quick brown fox")
        await it.press("f4")
        await it.see("u use")
        await it.press("u")
        await it.wait(lambda: it.screen is it.bench.screen)
        await it.see("The quick red hen.")
        assert it.bench.facts.model == "play"
        assert it.bench.editor.text == "The quick "


async def test_weights_that_can_not_be_loaded(runs: Path) -> None:
    """One notice says so, and the ghosts go on as before."""
    give_model(make_run(runs / "play", FINISHED))

    def load(name: str) -> FakeModel:
        if name.endswith("best"):
            raise RunError("the weights are damaged")
        return FakeModel()

    async with training(text="", load_model=load) as it:
        await it.see("u use")
        await it.press("u")
        await it.see("fake goes on: the weights are damaged")
        assert len(it.app._notifications) == 1
        await it.bench.type("The quick ")
        assert it.shows("The quick brown fox")
        assert it.bench.facts.model == "fake"


async def test_marked_runs_overlay(runs: Path) -> None:
    """Space marks; the curves are those of the marked runs and of the chosen one."""
    for age, name in enumerate(["one", "two", "three"]):
        _age(make_run(runs / name, FINISHED), 1000 - age)
    async with training() as it:
        await it.see("three")
        assert it.shows("━ training ● validati")
        await it.press("space", "down")
        compared = [(view.name, colour) for view, colour in it.list.compared]
        assert compared == [("one", COLOURS[1]), ("two", COLOURS[0])]
        assert it.shows("● one ● two")
        await it.press("space", "up", "space")
        assert [(view.name, colour) for view, colour in it.list.compared] == [
            ("one", COLOURS[0]),
            ("two", COLOURS[2]),
        ]


async def test_units_and_axes(runs: Path) -> None:
    """V and X turn through what the curves can show."""
    make_run(runs / "play", FINISHED)
    async with training() as it:
        for key, words in [
            ("v", "perplexity over epochs"),
            ("v", "bits/char over epochs"),
            ("x", "bits/char over minutes"),
            ("v", "nats/char over minutes"),
            ("x", "nats/char over epochs"),
        ]:
            await it.press(key)
            await it.see(words)


async def test_the_mouse(runs: Path) -> None:
    """A click chooses a run, and one on a key in the last line does what the key does."""
    for age, name in enumerate(["one", "two"]):
        _age(make_run(runs / name, FINISHED), 1000 - age)
    async with training() as it:
        await it.see("two")
        row = next(i for i, line in enumerate(it.bench.screen_text()) if "two" in line)
        await it.bench.pilot.click(offset=Offset(8, row))
        await it.wait(lambda: it.chosen == "two")
        column = it.bench.screen_text()[-1].index("d delete")
        await it.bench.pilot.click(offset=Offset(column, 23))
        await it.see("Delete the run two")


async def test_over_fitting_is_said(runs: Path) -> None:
    """In words, under the figures."""
    make_run(runs / "play", OVERFIT)
    async with training() as it:
        await it.see("Over-fitting since epoch 2.0: validation rose from 1.600 to 1.700 while")


async def test_a_failure_is_said(runs: Path) -> None:
    """In one sentence."""
    make_run(runs / "play", [BEGAN, step(1), Failed(step=1, reason="the loss is no number")])
    async with training() as it:
        await it.see("✗ failed")
        await it.see("The loss is no number.")


async def test_nothing_in_a_folder_breaks_the_screen(runs: Path) -> None:
    """Markup, escapes, emoji and megabytes are shown as text, damaged files are passed over."""
    huge = "🦊[b]\x1b[2J\r\0\u202e" * 50_000
    events: list[Event] = [*FINISHED[:-2], Sample(step=400, text=huge), step(400)]
    make_run(runs / EVIL, events)
    (runs / EVIL / "log").write_text(f"\x1b]0;pwned\x07{huge}\n[@click=app.quit]\n[/nope]\n")
    (runs / "damaged").mkdir()
    (runs / "damaged" / "config.json").write_bytes(b"\xff{")
    (runs / "damaged" / "metrics.jsonl").mkdir()
    async with training() as it:
        seen = ""
        for _ in range(3):
            await it.press("down")
            seen += "".join(it.bench.screen_text())
        assert seen.isprintable()
        for words in ("[red]зло␛[2J🦊", "[@click=app.quit]", "[b]␛[2J", "✗ failed"):
            assert words in seen


async def test_a_run_that_is_deleted_under_the_screen(runs: Path) -> None:
    """It is gone from the list, and the first start's words are back."""
    run = make_run(runs / "play", FINISHED)
    async with training() as it:
        await it.see("finished")
        for file in run.path.iterdir():
            file.unlink()
        run.path.rmdir()
        await it.see("There are no training runs yet.")


@pytest.mark.parametrize("taken", [["play"], []])
async def test_enter_enter_begins(
    runs: Path, monkeypatch: pytest.MonkeyPatch, taken: list[str]
) -> None:
    """Enter opens the form wherever the cursor is; what comes of it is begun and chosen."""
    if taken:
        make_run(runs / "play", FINISHED)
    begun: list[Plan] = []

    class Form(Screen[Plan]):
        """Answers at once."""

        BINDINGS: ClassVar[list[BindingType]] = [("enter", "begin")]

        def __init__(
            self, plan: Plan, taken: Sequence[str], beginnings: Sequence[Beginning]
        ) -> None:
            super().__init__()
            self.taken = taken
            self.beginnings = beginnings

        def action_begin(self) -> None:
            """Begin."""
            self.dismiss(Plan(name="mine", corpora=(Path("a.txt"),), epochs=1))

    def begin(_self: Trainings, plan: Plan) -> Path:
        begun.append(plan)
        return make_run(runs / plan.name, [BEGAN, step(1)]).path

    monkeypatch.setattr(new_run, "NewRun", Form)
    monkeypatch.setattr(Trainings, "begin", begin)
    async with training() as it:
        await it.press("enter")
        await it.wait(lambda: isinstance(it.screen, Form))
        assert isinstance(it.screen, Form)
        assert it.screen.taken == taken
        assert {"english", "python"} <= {one.name for one in it.screen.beginnings}
        await it.press("enter")
        await it.wait(lambda: it.chosen == "mine")
        assert [plan.name for plan in begun] == ["mine"]
        await it.press("up")
        await it.wait(lambda: it.chosen == "")


async def test_an_end_is_told_in_the_editor(runs: Path) -> None:
    """A training that ends behind the editor is told of in one notice."""
    run = make_run(runs / "play", [BEGAN, step(1)])
    with ExitStack() as trainer:
        trainer.enter_context(run.held())
        async with training() as it:
            await it.see("running")
            await it.press("escape")
            await it.wait(lambda: it.screen is it.bench.screen)
            add(run, FINISHED[-2:])
            trainer.close()
            await it.see("play: finished, 1.512 nats/char – F4 shows it")
            assert len(it.app._notifications) == 1


async def test_quitting(runs: Path) -> None:
    """Ctrl-Q ends the program from here, too, and asks first where a text is not saved."""
    async with training(text="") as it:
        await it.press("escape")
        await it.bench.type("x")
        await it.press("f4")
        await it.see("no training runs yet")
        await it.press("ctrl+q")
        await it.see("has changes that are not saved")
        await it.press("d")
        await it.wait(lambda: not it.app.is_running)


async def test_resizing(runs: Path) -> None:
    """List, curves and figures fit the terminal after it has changed."""
    make_run(runs / "play", FINISHED)
    async with training() as it:
        await it.see("finished")
        for size in [(200, 60), (50, 14), (80, 24), (20, 6), (130, 30)]:
            await it.bench.pilot.resize_terminal(*size)
            await it.bench.pilot.pause()
        await it.see("Esc back")
        (title,) = (line for line in it.bench.screen_text() if line.startswith(" ✓ finished"))
        assert title.endswith("4 epochs")


async def test_every_key_is_in_the_help(runs: Path) -> None:
    """F1 shows the screen's keys, at 80 × 24 all of them."""
    async with training() as it:
        await it.press("f1")
        for words in ("Begin a new run", "Mark a run", "Pause", "Resume", "Delete", "Back to the"):
            assert it.shows(words)


def view_of(run: Run) -> RunView:
    """What a run's folder tells."""
    return RunReader(run.path).read()


def test_curves_are_cut_where_they_settle(tmp_path: Path) -> None:
    """The height is that of what comes after the first tenth, unless validation is higher."""
    view = view_of(make_run(tmp_path / "run", FINISHED))
    low, high = limits(curves_of([(view, COLOURS[0])], "nats/char", "epochs")) or (0, 0)
    assert view.train[0].nats > 3.3
    assert 2.1 < high < 2.6
    assert 1.1 < low < min(point.nats for point in view.train)
    assert limits(curves_of([], "nats/char", "epochs")) is None


def test_a_legend_fits() -> None:
    """Names are cut, not left out."""
    curves = [
        Curve(label="a very long name", colour="#ffffff", xs=(1.0,), ys=(1.0,), marked=True)
    ] * 2
    assert len(legend(curves, "nats/char", 40).plain) <= 40
    assert legend(curves, "nats/char", 60).plain.count("a very long name") == 2


@pytest.mark.parametrize("width", [78, 198, 30])
def test_the_figures_fit(tmp_path: Path, width: int) -> None:
    """No line of figures is wider than the screen, but for sentences, which wrap."""
    courses: list[list[Event]] = [[], [BEGAN], FINISHED, STOPPED, [BEGAN, step(1, nats=800)]]
    for index, events in enumerate(courses):
        text = figures(view_of(make_run(tmp_path / str(index), events)), width).plain
        assert all(len(line) <= width for line in text.split("\n") if not line.endswith("."))


@pytest.mark.parametrize("runs", [0, 1, 5])
def test_the_hints_fit(tmp_path: Path, runs: int) -> None:
    """The keys that mean something fit a line of 80."""
    assert len(hints(None, runs).plain) <= 78
    courses: list[list[Event]] = [[], FINISHED, STOPPED, [BEGAN, step(1)]]
    for index, events in enumerate(courses):
        run = make_run(tmp_path / str(index), events)
        give_model(run)
        assert len(hints(view_of(run), runs).plain) <= 78
        with run.held():
            assert len(hints(view_of(run), runs).plain) <= 78


def test_how_an_end_is_told(tmp_path: Path) -> None:
    """With the loss where there is one, and the reason where it is a sad one."""
    assert ending(view_of(make_run(tmp_path / "a", FINISHED))) == "a: finished, 1.512 nats/char"
    failed: list[Event] = [BEGAN, Failed(step=0, reason="no memory")]
    assert ending(view_of(make_run(tmp_path / "b", failed))) == "b: failed: no memory"
