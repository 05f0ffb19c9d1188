"""A thread that loads models while the one before answers, and then the texts that they remember.

First ghosts don't wait for those texts: a model is handed over before they are looked at. Nor does
another model that is wanted meanwhile: each look at texts has a thread of its own.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from charlm_core import CharlmError
from tui.services.events import Failed, Loading
from tui.services.mailbox import Loaded, Mailbox, Recall
from tui.services.model import LoadModel, Model
from tui.services.remembering import Remember


class Loader:
    """Hands over to a mailbox what it has loaded; `tell` is called in its thread."""

    def __init__(
        self,
        checkpoint: str,
        mailbox: Mailbox,
        tell: Callable[[Loading], None],
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
        self._wanted = checkpoint
        self._fresh: Model | None = None
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def switch(self, checkpoint: str) -> None:
        """Load this model next; of several only the last counts."""
        with self._news:
            self._wanted = checkpoint
            self._news.notify_all()

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
                wanted, self._wanted = self._wanted, ""
            if wanted:
                self._open(wanted)
            elif self._fresh is not None:
                fresh, self._fresh = self._fresh, None
                threading.Thread(
                    target=self._look_up, args=(fresh,), name="texts", daemon=True
                ).start()

    def _has_work(self) -> bool:
        recalling = self._recalling and self._fresh is not None
        return self._mailbox.stopping or bool(self._wanted) or recalling

    def _open(self, checkpoint: str) -> None:
        """Load a model and begin a session with it."""
        self._tell(Loading(checkpoint=checkpoint))
        begun = self._clock()
        loaded: Loaded | Failed
        try:
            model = self._load_model(checkpoint)
            loaded = Loaded(model=model, session=model.start(), seconds=self._clock() - begun)
        except Exception as error:
            loaded = Failed(checkpoint=checkpoint, reason=fault(error))
        with self._news:
            # Where another is wanted by now, nobody waits for this one.
            if not self._wanted:
                self._mailbox.hand_over(loaded)
                if isinstance(loaded, Loaded):
                    self._fresh = loaded.model

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
