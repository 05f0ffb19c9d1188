"""The training screen: runs, their curves and figures, and what can be done with them."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from charlm_core import RunError, RunView
from tui.services.plan import default_plan
from tui.services.trainings import Seen, Trainings
from tui.widgets.curves import Curves
from tui.widgets.figures import Figures
from tui.widgets.run_list import RunList
from tui.widgets.visible import storable, visible

WELCOME = (
    "No run is chosen. Press Enter on “New run…” to train a model on your own texts: the run's "
    "losses, curves and writing appear here, and go on without this screen."
)

HINT = "n new  Space compare  p pause  s stop  r resume  u use  d delete  v x curves  Esc editor"


class TrainingScreen(Screen[str | None]):
    """Shows the runs that `trainings` follows; answers with a checkpoint to use, or None.

    Closing it ends no training. `document` is the file in the editor, which a new run starts from.
    """

    DEFAULT_CSS = """
    TrainingScreen {
        & #above { height: 1fr; min-height: 8; }
        & RunList { width: 28; height: 1fr; }
        & Curves { width: 1fr; }
        & #below { height: 30%; min-height: 4; }
        & .box {
            border: round $foreground 30%;
            width: 1fr;
            padding: 0 1;
            &:focus { border: round $primary; }
        }
        & .box > Static { width: 1fr; height: auto; }
        & #hint { height: 1; padding: 0 1; background: $surface; color: $foreground 80%; }
    }
    TrainingScreen.wide RunList { width: 44; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "Begin a new run"),
        Binding("p", "pause", "Pause the training, or go on"),
        Binding("s", "stop", "Stop the training; its best weights are kept"),
        Binding("r", "resume", "Resume a run that was stopped or interrupted"),
        Binding("u", "use", "Use the run's best weights in the editor"),
        Binding("d,delete", "delete", "Delete the run"),
        Binding("v", "unit", "Curves as loss, perplexity or bits"),
        Binding("x", "axis", "Curves over epochs or minutes"),
        Binding("f1", "help", "Show the keys"),
        Binding("escape,f4", "close", "Back to the editor"),
        Binding("ctrl+q", "close", show=False),
    ]

    WIDE = 130
    """From so many columns on there is room for a wider list."""

    def __init__(self, trainings: Trainings, document: Path | None) -> None:
        super().__init__()
        self._trainings = trainings
        self._document = document
        self._seen: tuple[RunView, ...] | None = None
        self._prefer: Path | None = None
        self._drawn: tuple[object, object] = (None, None)

    def compose(self) -> ComposeResult:
        """The list beside the curves, the figures under them, sample and log at the bottom."""
        with Horizontal(id="above"):
            yield RunList()
            yield Curves()
        yield Figures(id="figures")
        with Horizontal(id="below"):
            with VerticalScroll(id="sample", classes="box") as sample:
                sample.border_title = "What it writes"
                yield Static()
            with VerticalScroll(id="log", classes="box") as log:
                log.border_title = "Log"
                yield Static()
        yield Static(HINT, id="hint")

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one(RunList).focus()
        self._watch()

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._trainings.watch(False)

    def on_resize(self) -> None:
        """Use the room there is."""
        self.set_class(self.size.width >= self.WIDE, "wide")
        self.call_after_refresh(self._draw)

    def show(self, seen: Seen) -> None:
        """Bring the screen up to date."""
        first = self._seen is None
        self._seen = seen.runs
        if first and self._prefer is None and seen.runs:
            # What is being trained is what one comes to see; the newest otherwise.
            held = [view.path for view in seen.runs if view.held]
            self._prefer = held[0] if held else seen.runs[0].path
        self.query_one(RunList).show(seen.runs, self._prefer)
        if self._prefer in {view.path for view in seen.runs}:
            self._prefer = None
        self._draw()

    def _draw(self) -> None:
        """Show the chosen run, and the curves of those that are compared."""
        runs = self.query_one(RunList)
        view = runs.chosen
        self.query_one(Figures).show(view)
        self.query_one(Curves).show(runs.compared)
        sample = view.samples[-1] if view and view.samples else None
        if self._drawn[0] != sample:
            text = "\n".join(map(visible, storable(sample.text).split("\n"))) if sample else ""
            self.query_one("#sample Static", Static).update(Text(text))
        log = view.log if view else ()
        if self._drawn[1] != log:
            self.query_one("#log Static", Static).update(Text("\n".join(map(visible, log))))
            self.query_one("#log").scroll_end(animate=False)
        self._drawn = (sample, log)
        if view is None:
            self.query_one(Figures).update(Text(WELCOME))

    @on(RunList.Changed)
    def _watch(self) -> None:
        """Look at the chosen runs more often than at the others."""
        shown = {view.path for view in self.query_one(RunList).compared}
        self._trainings.watch(True, shown)
        self._draw()

    @on(RunList.NewWanted)
    def action_new(self) -> None:
        """Plan a new run and begin it."""
        self.run_worker(self._plan_and_begin(), exclusive=True)

    async def _plan_and_begin(self) -> None:
        from tui.screens.new_run import NewRun

        taken = [view.path.name for view in self._seen or ()]
        form = NewRun(default_plan(self._document, taken), taken=taken)
        plan = await self.app.push_screen_wait(form)
        if plan is not None:
            try:
                self._prefer = self._trainings.begin(plan)
            except RunError as error:
                self._complain(str(error))

    def action_pause(self) -> None:
        """Pause the chosen training, or have it go on."""
        if view := self._held():
            self._try(lambda: self._trainings.ask(view.path, "" if _pausing(view) else "pause"))

    def action_stop(self) -> None:
        """End the chosen training in good order."""
        if view := self._held():
            self._try(lambda: self._trainings.ask(view.path, "stop"))

    def action_resume(self) -> None:
        """Go on with a run that did not use its budget."""
        view = self.query_one(RunList).chosen
        if view is None:
            return
        if view.held:
            if _pausing(view):
                self.action_pause()
            else:
                self._complain(f"{view.name} is being trained already")
        elif view.state == "finished":
            self._complain(f"{view.name} has used its budget; begin a new run")
        else:
            self._try(lambda: self._trainings.resume(view.path))

    def action_use(self) -> None:
        """Have the editor's ghosts come from the chosen run."""
        view = self.query_one(RunList).chosen
        if view is None:
            return
        if not view.has_model:
            self._complain(f"{view.name} has no weights yet: they come with the first evaluation")
            return
        self.dismiss(str(view.path / "best"))

    def action_delete(self) -> None:
        """Delete the chosen run, once the person has said so."""
        self.run_worker(self._delete(), exclusive=True)

    async def _delete(self) -> None:
        from tui.screens.confirm import Choice, Confirm

        view = self.query_one(RunList).chosen
        if view is None:
            return
        if view.held:
            self._complain(f"{view.name} is being trained: stop it first")
            return
        question = f"Delete the run {view.name}, its weights, figures and log?"
        choices = [Choice(key="d", label="Delete")]
        if await self.app.push_screen_wait(Confirm(question, choices, at_stake=True)) == "d":
            self._try(lambda: self._trainings.delete(view.path))

    def action_unit(self) -> None:
        """Curves in another unit."""
        self.query_one(Curves).turn_unit()

    def action_axis(self) -> None:
        """Curves over another axis."""
        self.query_one(Curves).turn_axis()

    def action_help(self) -> None:
        """Show the keys."""
        from tui.screens.help import Help

        self.app.push_screen(Help([*self.BINDINGS, *RunList.BINDINGS]))

    def action_close(self) -> None:
        """Back to the editor."""
        self.dismiss(None)

    def _held(self) -> RunView | None:
        """The chosen run, if a process trains it; says so where none does."""
        view = self.query_one(RunList).chosen
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
        self.notify(visible(what), severity="error", markup=False)


def _pausing(view: RunView) -> bool:
    """Whether it waits, or is about to."""
    return view.state == "paused"
