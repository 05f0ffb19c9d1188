"""Between the editor and the predictor: what is typed goes there, what it proposes is shown."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from charlm_core import DIALS, SuggestConfig
from tui.paint import paint_now
from tui.screens.finding import FindingScreen
from tui.services.documents import Document
from tui.services.events import (
    ErrandFailed,
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
from tui.services.tour import Deed
from tui.widgets.editor import Editor
from tui.widgets.status import StatusLine

MOST_TOLD = 3
"""So many notices at once fit on a small screen."""

TICK_SECONDS = 0.5
"""How often it is looked whether the keys rest, while something waits for that."""


@dataclass(frozen=True, kw_only=True)
class Outfit:
    """What a screen predicts with."""

    checkpoint: str = ""
    """The checkpoint for this start, a name or a folder; empty is as it is set."""
    load_model: LoadModel | None = None
    """Loads one; without it from where checkpoints are."""
    remember: Remember | None = None
    """Finds the texts that a model remembers."""
    clock: Callable[[], float] = time.monotonic
    """Tells how long keys rest."""


class PredictingScreen(FindingScreen):
    """Has the text that shows continued by a checkpoint, which learns from it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t,alt+d", "turn_dial", "Ghosts seldom, balanced or often"),
    ]

    @dataclass
    class Predicted(Message):
        """Something happened in the predictor's thread."""

        event: object
        """What: one of the predictor's events, or what an errand told."""

    def __init__(self, document: Document, outfit: Outfit) -> None:
        super().__init__(document)
        self._clock = clock = outfit.clock
        self._model_gone = False
        self._answered = -1
        self._status = StatusLine()
        self._rest: Timer | None = None
        self._habits = Habits(clock=clock)
        self._predictor = Predictor(
            "",
            self._deliver,
            load_model=outfit.load_model,
            remember=outfit.remember,
            config=self.ghost_config,
            learning=self._habits.settings.learn,
            folders=self._habits.settings.folders,
            never=self._habits.settings.never,
        )
        self._learning = Learning(self._predictor, self._habits, Keeping(clock))
        self._say_loading("")

    @property
    def ghost_config(self) -> SuggestConfig:
        """What ghosts are asked for."""
        return self._habits.config(DIALS)

    def heard(self, event: object) -> None:
        """What follows when an errand told something, a prediction was shown, or none can be."""

    def model_changed(self, event: Ready | Failed) -> None:
        """What follows when another model is at work, or could not be had."""

    def did(self, deed: Deed) -> None:
        """What follows when the person did, or saw, what a tour may wait for."""

    @property
    def settled(self) -> bool:
        """Whether the ghost and the figures shown belong to the text as it is now."""
        return self._model_gone or self._answered == self._editor.revision

    def on_mount(self) -> None:
        """Be ready; the model waits until the document has been painted."""
        self._rest = self.set_interval(TICK_SECONDS, self._look_up, pause=True)
        self._status.update(dial=self._habits.dial)
        self.call_after_refresh(self._predictor.start)

    def on_unmount(self) -> None:
        """End the threads, once all is saved."""
        self._habits.save()
        self._predictor.stop()

    def learned_changed(self) -> None:
        """What follows when more is known of what was learned."""

    # What happens to the document.

    def opened(self) -> None:
        """Begin with another document."""
        self._learning.opened(self._document.path, self._editor.edits)
        # What is told of the one before is not its own, and the model may take seconds to come.
        self._status.update(note="", perplexity=math.nan, latency_ms=math.nan)
        self._tell()

    def shown(self) -> None:
        """Go on with another page's document."""
        self.opened()
        self._ask()

    def protected(self) -> None:
        """Say whether the document can be changed."""
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
        editor = self._editor
        row, column = editor.cursor_location
        chars, words = editor.size_shown
        self._status.update(
            file=self._document.name,
            modified=editor.modified,
            read_only=editor.read_only,
            line=row + 1,
            column=column + 1,
            chars=chars,
            words=words,
            ghosts_on=editor.ghosts_on,
        )

    def _say_loading(self, checkpoint: str) -> None:
        path = Path(checkpoint)
        # A training run keeps its checkpoint in a folder of its own, RUN/best.
        name = path.parent.name if path.name == "best" and path.parent.name else path.name
        self._status.update(model=f"loading {name}…" if name else "loading…", loading=True)

    def _complain(self, *others: str) -> None:
        """Show what went wrong with settings and counts, and `others`."""
        notices = [*self._habits.take_notices(), *others]
        # Of more the first would be pushed out of a small screen before they are read.
        told = notices if len(notices) <= MOST_TOLD else notices[: MOST_TOLD - 1]
        for notice in told:
            self.tell(notice, bad=True)
        if told != notices:
            self.tell("There is more wrong: `charlm-tui settings` lists it.", bad=True)

    # Between the editor and the predictor.

    @on(Editor.ContextChanged)
    def _follow(self, message: Editor.ContextChanged) -> None:
        """Have the changed text predicted."""
        if message.editor is not self._editor:
            return
        self._tell()
        # Behind a burst of keys only the last one's text is worth a prediction, and a haste.
        if message.revision == self._editor.revision:
            # First, so that nobody else is at work meanwhile.
            paint_now(self, self._editor, self._status)
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
        self.did("accept")

    @on(Editor.Typed)
    def _count_typed(self, message: Editor.Typed) -> None:
        self._habits.count_typed(over=message.over)
        self._adjust()

    def _adjust(self) -> None:
        """Have ghosts speak as often as dial and use have it."""
        self._predictor.configure(self.ghost_config)
        self._status.update(dial=self._habits.dial)
        self._wait_for_rest()

    def _wait_for_rest(self) -> None:
        """Look up now and then while something waits for the keys to rest."""
        if self._rest and self._waits:
            self._rest.resume()

    @property
    def _waits(self) -> bool:
        """Whether something waits for that."""
        return self._learning.waiting or self._habits.unsaved

    def _look_up(self) -> None:
        """See whether the keys rest, and do what waited for that."""
        buffer = self._editor.buffer
        self._learning.rested(buffer.lines, self._editor.cursor_location[0], buffer.chars)
        self._habits.save(now=False)
        self._complain()
        if self._rest and not self._waits:
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
                    let_pass=self._editor.let_pass,
                )
            )

    def _deliver(self, event: object) -> None:
        """Hand over what the predictor's thread says; called in that thread."""
        self.post_message(self.Predicted(event))

    @on(Predicted)
    def _hear(self, message: Predicted) -> None:
        """Show what the predictor says."""
        match message.event:
            case Loading(checkpoint=name):
                self._say_loading(name)
            case Ready(checkpoint=name) as ready:
                self._model_gone = False
                self._learning.known = None
                self._status.update(model=name, loading=False)
                self.model_changed(ready)
                self._ask()
            case Failed(reason=reason, left=left) as failed if left:
                self._status.update(model=left, loading=False)
                self.tell(f"{left} goes on: {reason}", bad=True)
                self.model_changed(failed)
                self._ask()
            case Failed(reason=reason) as failed:
                self._model_gone = True
                self._learning.known = None
                self._status.await_answer(False)
                self._status.update(model=f"no model: {reason}", loading=False)
                self.tell(f"No ghost text: {reason}", bad=True)
                self.model_changed(failed)
                self.heard(failed)
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
                self.heard(prediction)
                if self._editor.ghost:
                    self.did("ghost")
            case LearnedChanged() as learned:
                for notice in learned.notices:
                    self.tell(notice, bad=True)
                if learned.seen:
                    self._learning.known = learned
                self.learned_changed()
            case ErrandFailed(reason=reason) as failed:
                self.tell(reason, bad=True)
                self.heard(failed)
            case Prediction():
                pass  # of another revision
            case event:
                self.heard(event)

    def action_turn_dial(self) -> None:
        """Have ghosts speak less, more, or as at first."""
        self._habits.turn_dial()
        self._adjust()
        self._status.say(self._habits.settings.dial)
        self._complain()
        self._ask()
