"""A thread that loads models while the one before answers, and then the texts that they remember.

First ghosts don't wait for those texts: a model is handed over before they are looked at. Nor does
another model that is wanted meanwhile: each look at texts has a thread of its own.
"""

import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path

from charlm_core import DEFAULT_CHECKPOINT, CharlmError
from tui.services.events import Failed, Loading, Suited, Wanted
from tui.services.mailbox import Loaded, Mailbox, Recall
from tui.services.model import LoadModel, Model
from tui.services.remembering import Remember
from tui.services.suiting import Offer, Suiting


class Loader:
    """Hands over to a mailbox what it has loaded; `tell` is called in its thread."""

    def __init__(
        self,
        checkpoint: str,
        mailbox: Mailbox,
        tell: Callable[[Loading | Suited], None],
        *,
        load_model: LoadModel,
        remember: Remember,
        folders: Sequence[Path],
        recalling: bool,
        clock: Callable[[], float],
    ) -> None:
        self._mailbox = mailbox
        self._tell = tell
        self._load_model = load_model
        self._remember = remember
        self._folders = tuple(folders)
        self._recalling = recalling
        self._clock = clock
        self._news = threading.Condition()
        self._wanted = Wanted(checkpoint=checkpoint) if checkpoint else None
        self._suiting = Suiting()
        self._seated: tuple[str, Model] | None = None
        self._promised = False
        self._fresh: Model | None = None
        self._looked_up: weakref.WeakSet[Model] = weakref.WeakSet()
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def switch(self, wanted: Wanted) -> None:
        """Load this model next; of several only the last counts."""
        with self._news:
            self._wanted = wanted
            self._news.notify_all()

    def let_go(self, model: Model) -> None:
        """It is not at work any more: when it comes again, its texts are looked up again."""
        with self._news:
            self._looked_up.discard(model)
            if self._seated is not None and self._seated[1] is model:
                self._seated = None

    def recall(self) -> None:
        """Look for texts to remember from now on, also for the model that is loaded already."""
        with self._news:
            self._recalling = True
            self._news.notify_all()

    def stop(self, seconds: float) -> None:
        """End, once the mailbox is stopping; waits no longer than so many seconds for it."""
        with self._news:
            self._news.notify_all()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(self._has_work)
                if self._mailbox.stopping:
                    return
                wanted, self._wanted = self._wanted, None
            if wanted:
                try:
                    self._open(wanted)
                except Exception as error:
                    self._fail(wanted, fault(error))
            elif self._fresh is not None:
                fresh, self._fresh = self._fresh, None
                self._looked_up.add(fresh)
                threading.Thread(
                    target=self._look_up, args=(fresh,), name="texts", daemon=True
                ).start()

    def _has_work(self) -> bool:
        recalling = self._recalling and self._fresh is not None
        return self._mailbox.stopping or self._wanted is not None or recalling

    def _open(self, wanted: Wanted) -> None:
        """Load the model that a document is to have, unless it is there already."""
        faults: list[str] = []
        for offer in self._suiting.offers(wanted):
            if self._mailbox.stopping:
                return
            seated = self._seated
            if seated and offer.by != "choice" and offer.checkpoint == seated[0]:
                self._tell_suited(wanted, offer, seated[1], faults)
                if self._promised:
                    # Another that was to come will not.
                    model = seated[1]
                    self._hand_over(Loaded(model=model, session=model.start(), seconds=0.0))
                return
            self._promised = True
            self._tell(Loading(checkpoint=offer.checkpoint))
            begun = self._clock()
            try:
                model = self._load_model(offer.checkpoint)
                loaded = Loaded(model=model, session=model.start(), seconds=self._clock() - begun)
            except Exception as error:
                faults.append(fault(error))
                self._suiting.no_good(offer)
                continue
            self._tell_suited(wanted, offer, model, faults)
            self._hand_over(loaded)
            return
        self._fail(wanted, faults[0] if faults else "no checkpoint is installed")

    def _fail(self, wanted: Wanted, reason: str) -> None:
        """Tell that there is no model to be had."""
        self._hand_over(Failed(checkpoint=wanted.checkpoint or DEFAULT_CHECKPOINT, reason=reason))

    def _hand_over(self, loaded: Loaded | Failed) -> None:
        """Hand over what came of loading."""
        with self._news:
            # Where another is wanted by now, nobody waits for this one.
            if self._wanted is not None:
                return
            self._mailbox.hand_over(loaded)
            self._promised = False
            if isinstance(loaded, Loaded):
                model = loaded.model
                self._seated = str(model.path), model
                self._fresh = None if model in self._looked_up else model

    def _tell_suited(self, wanted: Wanted, offer: Offer, model: Model, faults: list[str]) -> None:
        """Tell which model a document has, if it is one's."""
        if wanted.page < 0:
            return
        self._tell(
            Suited(
                page=wanted.page,
                checkpoint=model.name,
                path=str(model.path),
                by=offer.by,
                choices=offer.choices,
                notices=self._suiting.notices(offer, model.name, faults),
            )
        )

    def _look_up(self, model: Model) -> None:
        """A thread: have a model's texts remembered, unless that model is gone by then."""
        try:
            found = self._remember(model, self._folders)
        except Exception as error:
            reason = fault(error, "texts are not remembered")
            self._mailbox.recall(Recall(model=model, faults=(reason,)))
        else:
            if found.texts or found.faults:
                self._mailbox.recall(Recall(model=model, texts=found.texts, faults=found.faults))


def fault(error: Exception, consequence: str = "the model stopped") -> str:
    """In a line, what the person at the keyboard hears, who goes on editing."""
    if isinstance(error, CharlmError):
        return str(error)
    return f"{consequence}: {type(error).__name__}: {error}".splitlines()[0]
