"""What waits for the predictor's thread, and in which order it is taken.

Of requests only the latest counts. Of a document's texts only the latest counts too, but it is
never lost: it waits until nobody asks for a prediction, and is given up in the middle when somebody
does, to be gone on with later. What is forgotten is not learned from what waited before. Errands
come between the two, the latest first.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tui.services.events import Failed, Request
from tui.services.learner import Learner
from tui.services.model import Model, Session

Overtaken = Callable[[], bool]
"""Whether to leave the work for later."""
Tell = Callable[[object], None]
"""Hands on what an errand found."""

SAVE_SECONDS = 60.0
"""How long what was learned may be in memory alone."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request, and when it was made."""

    request: Request
    """Which."""
    at: float
    """By the clock."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model that was loaded, on its way to the thread that is going to own it."""

    model: Model
    """Which."""
    session: Session
    """At its beginning, with nothing learned."""
    seconds: float
    """How long loading took."""


@dataclass(frozen=True, kw_only=True)
class Learn:
    """Learn from now on, or no longer."""

    on: bool
    """Which."""


@dataclass(frozen=True, kw_only=True)
class Forget:
    """Unlearn."""

    document: str | None
    """Which document; None is all of them."""


@dataclass(frozen=True, kw_only=True)
class Rename:
    """Know a document by another name."""

    document: str
    """The name so far."""
    name: str
    """The name from now on."""


@dataclass(frozen=True, kw_only=True)
class Recall:
    """Have a model remember texts."""

    model: Model
    """Which model; they mean nothing to another."""
    # Any: each model takes indexes of its own kind.
    texts: tuple[Any, ...] = ()
    """Their indexes."""
    faults: tuple[str, ...] = ()
    """What kept others from it, a line each."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """Tell what was learned."""


@dataclass(frozen=True, kw_only=True)
class Keep:
    """Learn what is new in a document."""

    document: str
    """Its path from the root on, or `untitled`."""
    text: str
    """As much of it as stays."""
    place: str = ""
    """The folder of the model that is to learn it; empty for the one at work."""


@dataclass(frozen=True, kw_only=True)
class Save:
    """Write what was learned to disk."""


class Errand(Protocol):
    """Something else that a model is to do, once nobody asks for a prediction.

    It is done piece by piece, and keeps how far it has come itself.
    """

    @property
    def key(self) -> str:
        """What it is about: a newer one of the same key takes its place."""

    def work(self, learner: Learner, tell: Tell, overtaken: Overtaken) -> bool:
        """Go on; False when it was overtaken, to be called again later.

        The model may be another one each time.
        """


Job = Loaded | Failed | Learn | Asked | Recall | Forget | Rename | Look | Errand | Keep | Save


class Mailbox:
    """Filled by any thread, emptied by one."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._news = threading.Condition()
        self._loaded: deque[Loaded | Failed] = deque()
        self._switches: deque[Learn] = deque()
        self._asked: Asked | None = None
        self._recalls: deque[Recall] = deque()
        self._chores: deque[Forget | Rename | Look] = deque()
        self._errands: dict[str, Errand] = {}
        self._at_work: Errand | None = None
        self._texts: dict[tuple[str, str], str] = {}
        self._absent: set[str] = set()
        self._saving = False
        self._unsaved_since: float | None = None
        self._stop_at: float | None = None

    @property
    def stopping(self) -> bool:
        """Whether the end has come."""
        return self._stop_at is not None

    def hand_over(self, loaded: Loaded | Failed) -> None:
        """What came of loading a model; of those still here only the last counts.

        A fault leaves it: that is the one which goes on.
        """
        with self._news:
            if isinstance(loaded, Loaded):
                self._loaded.clear()
            self._loaded.append(loaded)
            self._news.notify_all()

    def learn(self, on: bool) -> None:
        """Have what is written learned from now on, or no longer."""
        with self._news:
            self._switches.append(Learn(on=on))
            if not on:
                self._texts.clear()
            self._news.notify_all()

    def recall(self, job: Recall) -> None:
        """Have a model remember texts, if it is the one in use when its turn comes."""
        with self._news:
            # Not the latest alone: that of a model which is gone may come last.
            self._recalls.append(job)
            self._news.notify_all()

    def ask(self, request: Request) -> None:
        """Have this request answered next, and any earlier one never."""
        with self._news:
            self._asked = Asked(request=request, at=self._clock())
            self._news.notify_all()

    def forget(self, document: str | None) -> None:
        """Have a document unlearned, or all."""
        with self._news:
            for waiting in list(self._texts):
                if document is None or waiting[0] == document:
                    del self._texts[waiting]
            self._chores.append(Forget(document=document))
            self._news.notify_all()

    def rename(self, document: str, name: str) -> None:
        """Have a document known by another name, with what waits to be learned of it."""
        with self._news:
            for waiting in list(self._texts):
                if waiting[0] == document:
                    self._texts[name, waiting[1]] = self._texts.pop(waiting)
            self._chores.append(Rename(document=document, name=name))
            self._news.notify_all()

    def look(self) -> None:
        """Have it told what was learned."""
        with self._news:
            self._chores.append(Look())
            self._news.notify_all()

    def keep(self, document: str, text: str, place: str = "") -> None:
        """Have a document learned by a model, in place of any text of it that still waits there."""
        with self._news:
            self._texts[document, place] = text
            self._news.notify_all()

    def save(self) -> None:
        """Have what is learned by then saved as soon as nothing waits to be learned."""
        with self._news:
            self._saving = True
            self._news.notify_all()

    def send(self, errand: Errand) -> None:
        """Have an errand done, in place of any with the same key."""
        with self._news:
            self._errands.pop(errand.key, None)
            self._errands[errand.key] = errand
            if self._at_work is errand:
                # What it is to do may have become more in the moment in which it found no more.
                self._at_work = None
            self._news.notify_all()

    def call_back(self, key: str) -> None:
        """Have an errand not done, or not to its end."""
        with self._news:
            self._errands.pop(key, None)

    def stop(self, seconds: float) -> None:
        """Have the thread end; what waits to be learned may take so many seconds more."""
        with self._news:
            if self._stop_at is None:
                self._stop_at = time.monotonic() + seconds
            self._news.notify_all()

    # From here on for the thread that empties it.

    def kept(self, job: Keep) -> None:
        """Take note that a text has been learned; a newer one of the same document stays."""
        with self._news:
            waiting = job.document, job.place
            if self._texts.get(waiting) is job.text:
                del self._texts[waiting]
            self.changed()

    def awaited(self, place: str) -> bool:
        """Whether a text waits to be learned by the model of this folder."""
        with self._news:
            return any(where == place for _, where in self._texts)

    def put_off(self, place: str) -> None:
        """Have the texts for the model of this folder wait until it is there."""
        with self._news:
            self._absent.add(place)

    def arrived(self, place: str) -> None:
        """Take note that the model of this folder is there."""
        with self._news:
            self._absent.discard(place)

    def done(self, errand: Errand) -> None:
        """Take note that an errand is done; a newer one of its key stays, and one sent again."""
        with self._news:
            if self._errands.get(errand.key) is errand is self._at_work:
                del self._errands[errand.key]

    def give_up(self, errand: Errand) -> None:
        """Have an errand not done any more, sent again or not; a newer one of its key stays."""
        with self._news:
            if self._errands.get(errand.key) is errand:
                del self._errands[errand.key]

    def changed(self) -> None:
        """Take note that there is something to save."""
        if self._unsaved_since is None:
            self._unsaved_since = self._clock()

    def saved(self) -> None:
        """Take note that there is nothing to save any more."""
        self._unsaved_since = None

    def outdated(self) -> bool:
        """Whether the request in work should be given up."""
        waiting = self._asked is not None or bool(self._loaded or self._switches)
        return self.stopping or waiting

    def overtaken(self) -> bool:
        """Whether the text in work should be left for later."""
        if self._stop_at is not None:
            return time.monotonic() > self._stop_at
        return self._pressed() or bool(self._errands)

    def _pressed(self) -> bool:
        """Whether something waits that comes before errands."""
        return self.outdated() or bool(self._recalls) or bool(self._chores)

    def held_up(self, errand: Errand) -> bool:
        """Whether the errand in work should be left for later, or for good."""
        with self._news:
            return self._pressed() or self._next_errand() is not errand

    def next(self, *, able: bool) -> Job | None:
        """Wait for a job, of which all but Loaded and Failed need a model, and take it.

        A Keep stays until `kept`, an errand until `done`. None is the end: all that could be
        learned in time has been.
        """
        with self._news:
            while True:
                if job := self._take(able=able):
                    return job
                if self.stopping:
                    return None
                left = None
                if able and self._unsaved_since is not None:
                    left = max(0.0, self._unsaved_since + SAVE_SECONDS - self._clock())
                self._news.wait(left)

    def _take(self, *, able: bool) -> Job | None:
        """The next job, if there is one."""
        if self.stopping:
            if able and self._chores:
                return self._chores.popleft()
            return self._next_text() if able and not self.overtaken() else None
        if self._loaded:
            return self._loaded.popleft()
        if self._switches:
            return self._switches.popleft()
        if not able:
            return None
        if self._asked is not None:
            asked, self._asked = self._asked, None
            return asked
        if self._recalls:
            return self._recalls.popleft()
        if self._chores:
            return self._chores.popleft()
        self._at_work = self._next_errand()
        return self._at_work or self._next_text() or self._next_save()

    def _next_errand(self) -> Errand | None:
        """The one that was sent last."""
        return next(reversed(self._errands.values()), None)

    def _next_text(self) -> Keep | None:
        for (document, place), text in self._texts.items():
            if place not in self._absent:
                return Keep(document=document, text=text, place=place)
        return None

    def _next_save(self) -> Save | None:
        since = self._unsaved_since
        due = since is not None and self._clock() >= since + SAVE_SECONDS
        if self._saving or due:
            self._saving = False
            return Save()
        return None
