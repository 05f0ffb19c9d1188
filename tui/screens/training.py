"""The training screen: runs, their curves and figures, and what can be done with them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Static

from charlm_core import Cell, RunError, RunView
from tui.services.beginnings import beginnings
from tui.services.plan import Plan, default_plan
from tui.services.trainings import Seen, Trainings
from tui.text.visible import visible
from tui.widgets.curves import Curves
from tui.widgets.figures import Figures
from tui.widgets.hints import Hints, hints
from tui.widgets.run_list import RunList
from tui.widgets.writing import Log, Samples

WELCOME = """\
There are no training runs yet.

Press Enter to train a model on your own texts,
or c to see how it works on a single paragraph.

Its curves, its figures and what it writes appear here while it learns.
It goes on when you return to the editor, and even when you quit."""

BEGIN = "Press Enter to begin a new run, or choose one of the list."


@dataclass(frozen=True, kw_only=True)
class Leave:
    """How the screen was left."""

    use: str = ""
    """The checkpoint that the editor is to use from now on; empty for the one it has."""
    quit: bool = False
    """Whether the person wants to leave the program."""


class TrainingScreen(Screen[Leave]):
    """Shows the runs that `trainings` follows.

    Closing it ends no training. `document` is the file in the editor, which a new run starts from,
    and `in_use` the folder of the model there, whose weights it begins with.
    """

    DEFAULT_CSS = """
    TrainingScreen {
        overflow: hidden;
        & #above { height: 2fr; min-height: 7; }
        & RunList { width: 28; height: 1fr; }
        & Curves { width: 1fr; }
        & #below { height: 1fr; min-height: 4; }
        & #welcome { height: 1fr; content-align: center middle; text-align: center; display: none; }
        &.empty {
            & #welcome { display: block; }
            & #above, & Figures, & #below { display: none; }
        }
        &.wide RunList { width: 46; }
        &.low #below { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,enter", "new", "Begin a new run"),
        Binding("c", "seminar", "The classroom's training: a paragraph, eight times"),
        Binding("p", "pause", "Pause the training, or go on"),
        Binding("s", "stop", "Stop the training; its best weights are kept"),
        Binding("r", "resume", "Resume a run that was stopped or interrupted"),
        Binding("u", "use", "Use the run's best weights in the editor"),
        Binding("d,delete", "delete", "Delete the run"),
        Binding("v", "unit", "Curves as loss, perplexity or bits"),
        Binding("x", "axis", "Curves over epochs or minutes"),
        Binding("f1", "help", "Show the keys"),
        Binding("escape,f4", "close", "Back to the editor"),
        Binding("ctrl+q", "quit", "Quit; a training goes on"),
    ]

    WIDE = 130
    """From so many columns on there is room for a wider list."""
    LOW = 18
    """In fewer lines sample and log give way to the curves."""

    def __init__(self, trainings: Trainings, document: Path | None, in_use: str = "") -> None:
        super().__init__()
        self._trainings = trainings
        self._document = document
        self._in_use = in_use
        self._seen: tuple[RunView, ...] | None = None
        self._prefer: Path | None = None
        self._coming = True

    def compose(self) -> ComposeResult:
        """The list beside the curves, the figures under them, sample and log at the bottom."""
        yield Static(WELCOME, id="welcome", markup=False)
        with Horizontal(id="above"):
            yield RunList()
            yield Curves()
        yield Figures()
        with Horizontal(id="below"):
            yield Samples()
            yield Log()
        yield Hints()

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one(RunList).focus()
        self._trainings.watch(True)
        self._draw()

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._trainings.watch(False)

    def on_resize(self) -> None:
        """Use the room there is."""
        self.set_class(self.size.width >= self.WIDE, "wide")
        self.set_class(self.size.height < self.LOW, "low")

    def show(self, seen: Seen) -> None:
        """Bring the screen up to date."""
        if self._coming:
            # What is being trained is what one comes to see; the newest otherwise.
            held = [view.path for view in seen.runs if view.held]
            newest = [view.path for view in seen.runs]
            self._prefer = next(iter(held or newest), self._prefer)
            self._coming = not (held or seen.complete)
        self._seen = seen.runs
        self.set_class(not seen.runs, "empty")
        runs = self.query_one(RunList)
        runs.show(seen.runs, self._prefer)
        if self.focused is None:
            # While there was nothing to list, it could not have the focus.
            self.call_after_refresh(runs.focus)
        if self._prefer in {view.path for view in seen.runs}:
            self._prefer = None
        self._draw()

    @on(RunList.Changed)
    def _draw(self) -> None:
        """Show the chosen run, and the curves of those that are compared."""
        if self._seen is None:
            return
        runs = self.query_one(RunList)
        view = runs.chosen
        self.query_one(Curves).show(runs.compared)
        self.query_one(Figures).show(view, BEGIN)
        self.query_one(Samples).show(view)
        self.query_one(Log).show(view)
        self.query_one(Hints).update(hints(view, len(self._seen)))

    @on(RunList.NewWanted)
    def action_new(self) -> None:
        """Plan a new run and begin it."""
        self.run_worker(self._plan_and_begin(), exclusive=True)

    async def _plan_and_begin(self) -> None:
        from tui.screens.new_run import NewRun

        taken = [view.path.name for view in self._seen or ()]
        there_are = beginnings()
        proposed = default_plan(self._document, taken, self._in_use, there_are)
        form = NewRun(proposed, taken=taken, beginnings=there_are)
        plan = await self.app.push_screen_wait(form)
        if plan is not None:
            self._try(lambda: self._begin(plan))

    def action_seminar(self) -> None:
        """Train a small network on a paragraph, once the person has said which."""
        self.run_worker(self._begin_seminar(), exclusive=True)

    async def _begin_seminar(self) -> None:
        from tui.screens.confirm import Choice, Confirm
        from tui.services.seminar import paragraph, seminar_plan

        found = paragraph(self._document)
        what = visible(found.name) if found else "the opening of A Tale of Two Cities"
        question = f"Read {what} eight times, in a minute or so, with which recurrence?"
        labels = {"r": "vanilla RNN", "g": "GRU", "l": "LSTM"}
        choices = [Choice(key=key, label=label) for key, label in labels.items()]
        answer = await self.app.push_screen_wait(Confirm(question, choices))
        cells: dict[str, Cell] = {"r": "rnn", "g": "gru", "l": "lstm"}
        if cell := cells.get(answer):
            taken = [view.path.name for view in self._seen or ()]
            self._try(lambda: self._begin(seminar_plan(self._document, cell, taken)))

    def _begin(self, plan: Plan) -> None:
        """Begin a run, and show it. Raises RunError."""
        self._prefer = self._trainings.begin(plan)

    def action_pause(self) -> None:
        """Pause the chosen training, or have it go on."""
        if view := self._held():
            self._try(lambda: self._trainings.ask(view.path, "" if view.wish else "pause"))

    def action_stop(self) -> None:
        """End the chosen training in good order."""
        if view := self._held():
            self._try(lambda: self._trainings.ask(view.path, "stop"))

    def action_resume(self) -> None:
        """Go on with a run that did not use its budget."""
        view = self._chosen()
        if view is None:
            return
        if view.state == "paused":
            self.action_pause()
        elif view.held:
            self._complain(f"{view.name} is being trained already")
        elif view.state == "finished":
            self._complain(f"{view.name} has used its budget; begin a new run")
        elif view.config is None:
            self._complain(f"{view.name} never began; begin a new run")
        else:
            self._try(lambda: self._trainings.resume(view.path))

    def action_use(self) -> None:
        """Have the editor's ghosts come from the chosen run."""
        view = self._chosen()
        if view is None:
            return
        if view.has_model:
            self.dismiss(Leave(use=str(view.path / "best")))
        else:
            self._complain(f"{view.name} has no weights yet: they come with the first evaluation")

    def action_delete(self) -> None:
        """Delete the chosen run, once the person has said so."""
        self.run_worker(self._delete(), exclusive=True)

    async def _delete(self) -> None:
        from tui.screens.confirm import Choice, Confirm

        view = self._chosen()
        if view is None:
            return
        if view.held:
            self._complain(f"{view.name} is being trained: stop it first")
            return
        question = f"Delete the run {view.name}, its weights, figures and log?"
        choices = [Choice(key="d", label="Delete")]
        if await self.app.push_screen_wait(Confirm(question, choices, at_stake=True)) == "d":
            self._try(lambda: self._trainings.delete(view.path))

    def action_mark(self) -> None:
        """Mark the chosen run, wherever the focus is."""
        self.query_one(RunList).action_mark()

    def action_unit(self) -> None:
        """Curves in another unit."""
        self.query_one(Curves).turn_unit()

    def action_axis(self) -> None:
        """Curves over another axis."""
        self.query_one(Curves).turn_axis()

    def action_help(self) -> None:
        """Show the keys."""
        from tui.screens.help import Help

        self.app.push_screen(Help([*self.BINDINGS[:1], *RunList.BINDINGS, *self.BINDINGS[1:]]))

    def action_close(self) -> None:
        """Back to the editor."""
        self.dismiss(Leave())

    def action_quit(self) -> None:
        """Leave the program, by way of the editor, which may have a text to save."""
        self.dismiss(Leave(quit=True))

    def _chosen(self) -> RunView | None:
        """The chosen run; says so where there is none."""
        view = self.query_one(RunList).chosen
        if view is None:
            self._complain("choose a run first")
        return view

    def _held(self) -> RunView | None:
        """The chosen run, if a process trains it; says so where none does."""
        view = self._chosen()
        if view is not None and not view.held:
            self._complain(f"{view.name} is not being trained")
            return None
        return view

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except RunError as error:
            self._complain(str(error))

    def _complain(self, what: str) -> None:
        self.notify(visible(what), severity="warning", markup=False)
