"""The main screen: the editor over the status line, with the services they need."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from charlm_core import DIALS
from tui.screens.files import FilesScreen
from tui.services.documents import Document
from tui.services.events import (
    Event,
    Failed,
    LearnedChanged,
    Loading,
    Prediction,
    Ready,
    Request,
)
from tui.services.habits import Habits
from tui.services.keeping import Keeping
from tui.services.learning import Learning
from tui.services.model import LoadModel
from tui.services.predictor import Predictor
from tui.services.remembering import Remember
from tui.widgets.editor import Editor
from tui.widgets.status import StatusLine

if TYPE_CHECKING:
    from tui.screens.memory import MemoryScreen
    from tui.screens.training import Leave, TrainingScreen
    from tui.services.trainings import Seen, Trainings

TICK_SECONDS = 0.5
"""How often it is looked whether the keys rest, while something waits for that."""


class EditorScreen(FilesScreen):
    """Edits one document at a time, with the ghosts of one checkpoint."""

    AUTO_FOCUS = "Editor"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Show the keys"),
        Binding("f4", "train", "Training runs: begin, watch and use"),
        Binding("ctrl+l", "memory", "What was learned, and to forget it"),
        Binding("ctrl+t,alt+d", "turn_dial", "Ghosts seldom, balanced or often"),
    ]

    @dataclass
    class Predicted(Message):
        """Something happened in the predictor's thread."""

        event: Event
        """What."""

    @dataclass
    class RunsSeen(Message):
        """Something happened to the training runs."""

        seen: "Seen"
        """How they stand."""

        def can_replace(self, message: Message) -> bool:
            """Of what has not been shown yet the latest will do, but for an end."""
            return isinstance(message, EditorScreen.RunsSeen) and not self.seen.ended

    def __init__(
        self,
        document: Document,
        checkpoint: str,
        load_model: LoadModel | None = None,
        remember: Remember | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(document)
        self._model_gone = False
        self._answered = -1
        self._status = StatusLine()
        self._rest: Timer | None = None
        self._trainings: Trainings | None = None
        self._training: TrainingScreen | None = None
        self._memory: MemoryScreen | None = None
        self._habits = Habits(clock=clock)
        self._predictor = Predictor(
            checkpoint,
            self._deliver,
            load_model=load_model,
            remember=remember,
            config=self._habits.config(DIALS),
            learning=self._habits.settings.learn,
            folders=self._habits.settings.folders,
            never=self._habits.settings.never,
        )
        self._learning = Learning(self._predictor, self._habits, Keeping(clock))
        self._say_loading(checkpoint)

    @property
    def settled(self) -> bool:
        """Whether the ghost and the figures shown belong to the text as it is now."""
        return self._model_gone or self._answered == self._editor.revision

    def compose(self) -> ComposeResult:
        """The editor above the status line."""
        yield self._editor
        yield self._status

    def on_mount(self) -> None:
        """Show the document; the model waits until it has been painted."""
        self.set_focus(self._editor)
        self._rest = self.set_interval(TICK_SECONDS, self._look_up, pause=True)
        self._status.update(dial=self._habits.dial)
        # On a busy machine keys may get here before the document does.
        typed = self._editor.text
        self.show(self._document)
        if typed:
            self._editor.insert(typed)
        self._complain()
        self.call_after_refresh(self._predictor.start)

    async def on_key(self, event: events.Key) -> None:
        """Keys typed before the editor had the focus are its own.

        Of others only those come here that mean nothing to it, and still do not.
        """
        await self._editor.take_key(event)

    def on_unmount(self) -> None:
        """End the threads, once all is saved; trainings go on."""
        self._habits.save()
        self._predictor.stop()
        if self._trainings:
            self._trainings.close()

    # What happens to the document.

    def opened(self) -> None:
        """Begin with another document."""
        self._learning.opened(self._document.path, self._editor.edits)
        self._tell()

    def saved(self, text: str) -> None:
        """Say so, and learn what was saved."""
        self._tell()
        self._status.say("saved")
        if self._document.path:
            self._learning.saved(self._document.path, text)

    def leaving(self) -> None:
        """Learn what stays of the document."""
        if self.unsaved is None:
            self._learning.left(self._editor.text)

    def _tell(self) -> None:
        """Bring the status line up to date with the editor."""
        row, column = self._editor.cursor_location
        self._status.update(
            file=self._document.name,
            modified=self._editor.modified,
            line=row + 1,
            column=column + 1,
            ghosts_on=self._editor.ghosts_on,
        )

    def _say_loading(self, checkpoint: str) -> None:
        path = Path(checkpoint)
        # A training run keeps its checkpoint in a folder of its own, RUN/best.
        name = path.parent.name if path.name == "best" and path.parent.name else path.name
        self._status.update(model=f"loading {name}…", loading=True)

    def _complain(self) -> None:
        """Show what went wrong with settings and counts."""
        for notice in self._habits.take_notices():
            self.tell(notice, bad=True)

    # Between the editor and the predictor.

    @on(Editor.ContextChanged)
    def _follow(self, message: Editor.ContextChanged) -> None:
        """Have the changed text predicted."""
        self._tell()
        # Behind a burst of keys only the last one's text is worth a prediction.
        if message.revision == self._editor.revision:
            self._ask()
            self._learning.followed(self._editor.edits, self._editor.cursor_location[0])
            self._wait_for_rest()

    @on(Editor.AlternativesWanted)
    def _ask_alternatives(self, message: Editor.AlternativesWanted) -> None:
        if message.revision == self._editor.revision:
            self._ask(alternatives=True)

    @on(Editor.AlternativeShown)
    def _count_alternatives(self, message: Editor.AlternativeShown) -> None:
        """Say which of how many shows."""
        self._status.say(f"ghost {message.place}")

    @on(Editor.Accepted)
    def _count_accept(self, message: Editor.Accepted) -> None:
        self._habits.count_accept(message.chars)
        self._adjust()

    @on(Editor.Typed)
    def _count_typed(self, message: Editor.Typed) -> None:
        self._habits.count_typed(over=message.over)
        self._adjust()

    def _adjust(self) -> None:
        """Have ghosts speak as often as dial and use have it."""
        self._predictor.configure(self._habits.config(DIALS))
        self._status.update(dial=self._habits.dial)
        self._wait_for_rest()

    def _wait_for_rest(self) -> None:
        """Look up now and then while something waits for the keys to rest."""
        if self._rest and (self._learning.waiting or self._habits.unsaved):
            self._rest.resume()

    def _look_up(self) -> None:
        """See whether the keys rest, and do what waited for that."""
        self._learning.rested(self._editor.buffer.lines, self._editor.cursor_location[0])
        self._habits.save(now=False)
        self._complain()
        if self._rest and not (self._learning.waiting or self._habits.unsaved):
            self._rest.pause()

    def _ask(self, *, alternatives: bool = False) -> None:
        """Have the present text predicted."""
        if not self._model_gone:
            self._answered = -1
            self._status.await_answer(True)
            self._predictor.ask(
                Request(
                    revision=self._editor.revision,
                    text=self._editor.context(),
                    ghost=self._editor.wants_ghost,
                    alternatives=alternatives,
                )
            )

    def _deliver(self, event: Event) -> None:
        """Hand over what the predictor's thread says; called in that thread."""
        self.post_message(self.Predicted(event))

    @on(Predicted)
    def _hear(self, message: Predicted) -> None:
        """Show what the predictor says."""
        match message.event:
            case Loading(checkpoint=name):
                self._say_loading(name)
            case Ready(checkpoint=name):
                self._model_gone = False
                self._learning.known = None
                self._status.update(model=name, loading=False)
                self._ask()
            case Failed(reason=reason, left=left) if left:
                self._status.update(model=left, loading=False)
                self.tell(f"{left} goes on: {reason}", bad=True)
                self._ask()
            case Failed(reason=reason):
                self._model_gone = True
                self._learning.known = None
                self._status.await_answer(False)
                self._status.update(model=f"no model: {reason}", loading=False)
                self.tell(f"No ghost text: {reason}", bad=True)
            case Prediction(revision=revision) as prediction if revision == self._editor.revision:
                self._answered = revision
                self._status.await_answer(False)
                self._status.update(perplexity=prediction.perplexity)
                if prediction.ghost:
                    self._status.update(latency_ms=prediction.latency_ms)
                shown = (prediction.text, prediction.probabilities)
                if prediction.alternatives is None:
                    self._editor.show_ghost(revision, *shown)
                else:
                    others = [(one.text, one.probabilities) for one in prediction.alternatives]
                    self._editor.show_alternatives(revision, shown, others)
            case LearnedChanged() as learned:
                for notice in learned.notices:
                    self.tell(notice, bad=True)
                if learned.seen:
                    self._learning.known = learned
                if self._memory is not None:
                    self._memory.draw()

    # What the keys do.

    def action_help(self) -> None:
        """Show the keys."""
        from tui.screens.help import Help

        self.app.push_screen(Help([*self.BINDINGS, *FilesScreen.BINDINGS, *Editor.BINDINGS]))

    def action_turn_dial(self) -> None:
        """Have ghosts speak less, more, or as at first."""
        self._habits.turn_dial()
        self._adjust()
        self._status.say(self._habits.settings.dial)
        self._complain()
        self._ask()

    def action_memory(self) -> None:
        """Show what was learned."""
        from tui.screens.memory import MemoryScreen

        self._memory = MemoryScreen(self._learning, self._habits)
        self.app.push_screen(self._memory, self._leave_memory)

    async def _leave_memory(self, quit_too: bool | None) -> None:
        """Back from there; what was said there may change the ghost."""
        self._memory = None
        self._complain()
        self._ask()
        if quit_too:
            await self.action_quit()

    def action_train(self) -> None:
        """Show the training screen."""
        from tui.screens.training import TrainingScreen
        from tui.services.trainings import Trainings

        if self._trainings is None:
            self._trainings = Trainings(self._deliver_runs)
            self._trainings.open()
        self._training = TrainingScreen(self._trainings, self._document.path)
        self.app.push_screen(self._training, self._leave_training)

    def _deliver_runs(self, seen: "Seen") -> None:
        """Hand over how the runs stand; called in the thread that follows them."""
        self.post_message(self.RunsSeen(seen))

    async def _leave_training(self, leave: "Leave | None") -> None:
        """Back from the training screen, with a checkpoint to use if one was chosen."""
        self._training = None
        if leave and leave.use:
            self._predictor.switch(leave.use)
        if leave and leave.quit:
            await self.action_quit()

    @on(RunsSeen)
    def _pass_on(self, message: RunsSeen) -> None:
        """Show how the runs stand where they are looked at; elsewhere only tell of an end."""
        if self._training is not None and self._training.is_mounted:
            self._training.show(message.seen)
        elif message.seen.ended:
            from tui.widgets.figures import ending

            for view in message.seen.ended:
                self.tell(f"{ending(view)} – F4 shows it", bad=view.state == "failed")
