"""One thread that owns the model and its session, behind a mailbox that keeps the latest request.

The editor asks after every change and never waits. A newer request cancels the one in work
between two characters; every answer carries the revision of the document it belongs to, so that
whoever shows it can drop a stale one.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from charlm_core import CharlmError, SuggestConfig

Cancelled = Callable[[], bool]

STOP_SECONDS = 0.5
"""How long `stop` waits for the thread. It stops within a step; only loading may take longer, and
a person who quits meanwhile is not made to wait for it."""


class Suggested(Protocol):
    """What a session proposes."""

    @property
    def text(self) -> str:
        """The characters proposed."""

    @property
    def probabilities(self) -> Sequence[float]:
        """The probability of each."""


class Scored(Protocol):
    """How well a text was predicted."""

    @property
    def perplexity(self) -> float:
        """Choices per character; NaN over no text."""


class Session(Protocol):
    """A model's running state over a text."""

    @property
    def score(self) -> Scored:
        """Of the text so far."""

    def seek(self, text: str, cancelled: Cancelled) -> bool:
        """Make the session's text equal `text`; False when it was cancelled on the way."""

    def suggest(self, config: SuggestConfig, cancelled: Cancelled) -> Suggested:
        """What may come next."""


class Model(Protocol):
    """A checkpoint, ready to predict."""

    @property
    def name(self) -> str:
        """What it is called."""

    def start(self, text: str = "") -> Session:
        """A session whose text is `text`."""


LoadModel = Callable[[str], Model]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to predict."""

    revision: int
    """The state of the editor that this belongs to."""
    text: str
    """The text before the cursor, from where the model's memory begins."""
    ghost: bool
    """Whether a continuation is wanted, or the perplexity alone."""


@dataclass(frozen=True, kw_only=True)
class Loading:
    """The model is being loaded."""

    checkpoint: str
    """As the user named it."""


@dataclass(frozen=True, kw_only=True)
class Ready:
    """The model is loaded."""

    checkpoint: str
    """The model's own name."""
    seconds: float
    """How long loading took."""


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A model could not be loaded, or broke; nothing follows unless there is one left."""

    checkpoint: str
    """As the user named it."""
    reason: str
    """One line."""
    left: str = ""
    """The name of the model that goes on instead; empty where there is none."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """The answer to one request."""

    revision: int
    """The request's."""
    text: str
    """The continuation; empty where none is likely enough or none was wanted."""
    probabilities: tuple[float, ...]
    """Of each of its characters."""
    perplexity: float
    """Of the request's text; NaN over no text."""
    latency_ms: float
    """From the request to this answer."""
    ghost: bool
    """Whether the request wanted a continuation."""


Event = Loading | Ready | Failed | Prediction


class Predictor:
    """Answers the latest request, in a thread of its own.

    `deliver` is called in that thread with every event and must only pass it on.
    """

    def __init__(
        self,
        checkpoint: str,
        deliver: Callable[[Event], None],
        *,
        load_model: LoadModel | None = None,
        config: SuggestConfig | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._wanted = checkpoint
        self._name = checkpoint
        self._deliver = deliver
        self._load_model = load_model or load_shipped
        self._config = config or SuggestConfig()
        self._clock = clock
        self._news = threading.Condition()
        self._waiting: tuple[Request, float] | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="predictor", daemon=True)

    def start(self) -> None:
        """Begin to load the model."""
        self._thread.start()

    def switch(self, checkpoint: str) -> None:
        """Load another model and answer with it from then on; Ready or Failed follows.

        Where it can't be loaded, the one before goes on. What was asked meanwhile has to be asked
        again.
        """
        with self._news:
            self._wanted = checkpoint
            self._news.notify()

    def ask(self, request: Request) -> None:
        """Answer this request next, and any earlier one never."""
        with self._news:
            self._waiting = (request, self._clock())
            self._news.notify()

    def stop(self) -> None:
        """End the thread; no event follows. May be called more than once, or before `start`."""
        with self._news:
            self._stopping = True
            self._news.notify()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _outdated(self) -> bool:
        """Whether the request in work should be given up."""
        return self._stopping or self._waiting is not None or bool(self._wanted)

    def _next(self) -> tuple[Request, float] | str | None:
        """Wait for a request, or the checkpoint to switch to; None when there will be no more."""
        with self._news:
            self._news.wait_for(self._outdated)
            if self._stopping:
                return None
            if self._wanted:
                wanted, self._wanted = self._wanted, ""
                return wanted
            taken, self._waiting = self._waiting, None
            return taken

    def _tell(self, event: Event) -> None:
        if not self._stopping:
            self._deliver(event)

    def _run(self) -> None:
        """The thread: load, then answer until told to stop; a model that breaks is let go."""
        session: Session | None = None
        while (job := self._next()) is not None:
            left = self._name if isinstance(job, str) and session else ""
            wanted = job if isinstance(job, str) else self._name
            try:
                if isinstance(job, str):
                    session = self._open(job)
                elif session and (prediction := self._answer(session, *job)) is not None:
                    self._tell(prediction)
            except CharlmError as error:
                self._tell(Failed(checkpoint=wanted, reason=str(error), left=left))
            except Exception as error:
                # Whatever broke, the person at the keyboard hears of it and goes on editing.
                reason = f"the model stopped: {type(error).__name__}: {error}".splitlines()[0]
                self._tell(Failed(checkpoint=wanted, reason=reason, left=left))
            else:
                continue
            session = session if left else None

    def _open(self, checkpoint: str) -> Session:
        """Load a model and begin a session with it."""
        self._tell(Loading(checkpoint=checkpoint))
        begun = self._clock()
        model = self._load_model(checkpoint)
        session = model.start()
        self._name = model.name
        self._tell(Ready(checkpoint=model.name, seconds=self._clock() - begun))
        return session

    def _answer(self, session: Session, request: Request, asked: float) -> Prediction | None:
        """Work on one request; None when a newer one came in."""
        if not session.seek(request.text, self._outdated):
            return None
        text = ""
        probabilities: tuple[float, ...] = ()
        if request.ghost:
            suggested = session.suggest(self._config, self._outdated)
            text, probabilities = suggested.text, tuple(suggested.probabilities)
        if self._outdated():
            return None
        return Prediction(
            revision=request.revision,
            text=text,
            probabilities=probabilities,
            perplexity=session.score.perplexity,
            latency_ms=(self._clock() - asked) * 1e3,
            ghost=request.ghost,
        )


def load_shipped(checkpoint: str) -> Model:
    """Load a checkpoint by name or path. Raises CheckpointError."""
    # Here and not above: NumPy comes with it, and the first paint does not wait for that.
    from charlm_core import load

    return load(checkpoint)
