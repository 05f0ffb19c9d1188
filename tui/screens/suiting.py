"""Each document has a checkpoint: the one that it calls for, or one that the person chose."""

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import ClassVar
from weakref import WeakKeyDictionary

from textual.binding import Binding, BindingType

from tui.screens.page import Page
from tui.screens.predicting import Outfit, PredictingScreen
from tui.services.documents import Document
from tui.services.events import By, Failed, Ready, Suited, Wanted
from tui.services.settings import AUTO
from tui.text.glance import glance
from tui.text.visible import visible

SAID_SECONDS = 5.0
"""How long it is said which checkpoint was chosen, and why."""

FINAL = ("name", "first line")
"""What is typed into a document that has its checkpoint by these changes nothing of that."""

WORDS = {"name": "by its name", "first line": "by its first line", "letters": "by its letters"}

_NUMBERS = itertools.count()


@dataclass(kw_only=True)
class Choice:
    """The checkpoint of a page's document."""

    number: int = field(default_factory=lambda: next(_NUMBERS))
    """The document's, in this process."""
    name: str = ""
    """What its file was called when it chose."""
    edits: int = -1
    """How often it had been changed then."""
    chosen: str = ""
    """The folder of the checkpoint that the person chose for this document alone; else empty."""
    place: str = ""
    """The folder of the one that it has; empty until that is known."""
    by: By = ""
    """Why that."""
    choices: int = 0
    """How often it was chosen by letters."""
    own: str = ""
    """The folder of the one that it had before the person chose others."""
    tried: str = ""
    """Of those others the last."""
    say: bool = True
    """Whether the person is to hear what comes of it."""


class SuitingScreen(PredictingScreen):
    """Sees to it that the document that shows has its checkpoint."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+i", "next_checkpoint", "Another model for this text, at last its own again"),
    ]

    def __init__(self, document: Document, outfit: Outfit) -> None:
        super().__init__(document, outfit)
        self._given = outfit.checkpoint
        self._gone = ""
        self._keep = ""
        self._in_use = ""
        self._turning = self._looking = False
        self._choices: WeakKeyDictionary[Page, Choice] = WeakKeyDictionary()
        if self.fixed:
            self._say_loading(self.fixed)

    @property
    def fixed(self) -> str:
        """The checkpoint that the person chose for all documents; empty where each has its own."""
        checkpoint = self._given or self._habits.settings.checkpoint
        return "" if checkpoint in (AUTO, self._gone) else checkpoint

    @property
    def choice(self) -> Choice:
        """The checkpoint of the document that shows."""
        choice = self._choices.get(self.page)
        if choice is None:
            choice = self._choices[self.page] = Choice()
        return choice

    # What happens to documents.

    def show(self, document: Document) -> None:
        """Have another document in the page that shows, and the checkpoint it calls for."""
        self._choices.pop(self.page, None)
        super().show(document)
        self._want()

    def opened(self) -> None:
        """Have what is learned of this document learned by its checkpoint."""
        super().opened()
        self._predictor.teach(self.choice.place)

    def shown(self) -> None:
        """Go on with the checkpoint of another page's document."""
        # What is on its way may be for the page that showed before.
        if self._turning or self._looking or self.choice.place != self._in_use:
            self._want()
        self._mark()
        super().shown()

    def saved(self, text: str) -> None:
        """A document that has another name now may call for another checkpoint."""
        super().saved(text)
        if self.document.path and self.document.name != self.choice.name and self._automatic:
            self._want(anew=True)

    @property
    def _automatic(self) -> bool:
        """Whether the document that shows has its checkpoint by itself."""
        return not (self.choice.chosen or self.fixed)

    @property
    def _undecided(self) -> bool:
        """Whether what is typed into it may call for another checkpoint."""
        choice = self.choice
        return (
            self._automatic
            and choice.by not in FINAL
            and bool(choice.place)
            and choice.place == self._in_use
            and choice.edits != self._editor.edits
        )

    @property
    def _waits(self) -> bool:
        return super()._waits or self._undecided

    def _look_up(self) -> None:
        """See whether the text calls for another checkpoint by now."""
        if self._undecided and not self._turning:
            self._looking = True
            self._predictor.switch(self._wanted(held=self.choice.place))
        super()._look_up()

    # Which checkpoint it has.

    def _want(self, *, anew: bool = False) -> None:
        """Have the document's checkpoint at work, or one that it calls for anew.

        No ghost comes from another until then.
        """
        self._turning, self._answered = True, -1
        if self._keep:
            # What the person chose for all documents is on its way: this one has it as well.
            self._predictor.switch(Wanted(checkpoint=self._keep))
        else:
            self._predictor.switch(self._wanted(place="" if anew else self.choice.place))

    def _wanted(self, *, place: str = "", held: str = "") -> Wanted:
        """What to ask for: that of a place, or what is `held` is to be looked at again."""
        choice, editor = self.choice, self._editor
        choice.name = self.document.name if self.document.path else ""
        choice.edits = editor.edits
        given = choice.chosen or self.fixed
        return Wanted(
            page=choice.number,
            checkpoint=given or place,
            # What is set was right once, and what was chosen by itself may be gone by now.
            or_fitting=not choice.chosen and not (given and self._given),
            name=choice.name,
            sample=glance(editor.buffer, editor.cursor_location),
            held=held,
            choices=choice.choices,
        )

    def _ask(self, *, alternatives: bool = False) -> None:
        if not self._turning:
            super()._ask(alternatives=alternatives)

    def heard(self, event: object) -> None:
        """Take note of which checkpoint a document has."""
        if isinstance(event, Suited):
            self._looking = False
            for notice in event.notices:
                self.tell(notice, bad=True)
            for page, choice in self._choices.items():
                if choice.number == event.page:
                    self._suit(choice, event, shows=page is self.page)
        super().heard(event)

    def _suit(self, choice: Choice, suited: Suited, *, shows: bool) -> None:
        """A document has this checkpoint."""
        before, choice.place = choice.place, suited.path
        # Where it has come back to one it had, what that was by still holds.
        if suited.by != "choice" or choice.chosen or self.fixed:
            choice.by = suited.by
        choice.choices = suited.choices
        if self.fixed and not choice.chosen and suited.by != "choice":
            # What is set can't be had, which has been told: this time each has its own.
            self._gone = self.fixed
        if not shows:
            return
        self._predictor.teach(suited.path)
        self._mark()
        if choice.say or (before and before != suited.path):
            self._say_why(choice, suited.checkpoint)
        if self._turning and suited.path == self._in_use and suited.by != "choice":
            # Nothing follows.
            self._turning = False
            self._ask()

    def _say_why(self, choice: Choice, name: str) -> None:
        """Say which it is, where there is a reason."""
        if choice.chosen:
            said = f"{name}, chosen for this text"
        elif self.fixed:
            said = f"{name}, chosen for all texts" if choice.tried else ""
        elif why := WORDS.get(choice.by, ""):
            said = f"{name}, {why}"
        else:
            said = f"{name}, as nothing calls for another" if choice.own else ""
        choice.say = False
        if said:
            self._status.say(visible(said), SAID_SECONDS)

    def _mark(self) -> None:
        """Show whether the document chose."""
        self._status.update(automatic=self._automatic and not self._model_gone)

    def model_changed(self, event: Ready | Failed) -> None:
        """Another checkpoint is at work, or can't be had."""
        super().model_changed(event)
        self._turning = self._looking = False
        if isinstance(event, Ready):
            self._in_use = event.path
            if self._keep:
                self._keep_choice()
            self._mark()
            return
        if not event.left:
            self._in_use = ""
        kept, self._keep = self._keep, ""
        choice = self.choice
        if choice.chosen and (event.checkpoint == choice.chosen or not event.left):
            # That can't be had: it is as it was before.
            choice.chosen, choice.place = "", choice.own
            if choice.own != self._in_use:
                self._want()
        elif kept and choice.place != self._in_use:
            self._want()
        self._mark()

    # What the person chooses.

    def choose(self, folder: str) -> None:
        """Have all documents continued by a checkpoint, from now on."""
        self._turning, self._answered = True, -1
        self._keep = folder
        self._predictor.switch(Wanted(checkpoint=folder))

    def choose_by_document(self) -> None:
        """Have each document continued by the checkpoint it calls for, from now on."""
        self._keep = self._given = self._gone = ""
        self._habits.set(checkpoint=AUTO)
        self._complain()
        self._forget_choices()
        self._want()

    def _forget_choices(self) -> None:
        """What was chosen for single documents, or by them, holds no longer."""
        for choice in self._choices.values():
            choice.chosen = choice.place = choice.tried = choice.own = ""
            choice.say, choice.choices = True, 0

    def _keep_choice(self) -> None:
        """Have what was chosen in the settings, now that it works."""
        # Here and not above: the first paint does not wait for it.
        from tui.services.models import name_of

        self._habits.set(checkpoint=name_of(self._keep))
        self._keep = self._given = self._gone = ""
        self._complain()
        self._forget_choices()
        self.choice.place = self._in_use
        self.choice.by = "choice"
        self._predictor.teach(self._in_use)
        self._mark()

    def action_next_checkpoint(self) -> None:
        """Have the document continued by another checkpoint, and after all others by its own."""
        # Each press is a step, however fast they come.
        self.run_worker(self._step(self.choice), group="checkpoint")

    async def _step(self, choice: Choice) -> None:
        from tui.services.models import folders

        found = await asyncio.to_thread(folders)
        if choice is not self.choice:
            return
        # Right after the last step its own is not known yet: it is taken to be as it was.
        if choice.place and not choice.chosen and not choice.tried:
            choice.own = choice.place
        ring = ["", *(folder for folder in found if folder != choice.own)]
        if len(ring) == 1:
            self._status.say("there is no other model", SAID_SECONDS)
            return
        at = ring.index(choice.tried) if choice.tried in ring else 0
        choice.tried = choice.chosen = ring[(at + 1) % len(ring)]
        if not choice.chosen:
            choice.place, choice.choices = "", 0
        choice.say = True
        self._want()
