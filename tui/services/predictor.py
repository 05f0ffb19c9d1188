"""One thread that owns the model and its session, behind a mailbox that keeps the latest request.

The editor asks after every change and never waits. A newer request cancels the one in work
between two characters; every answer carries the revision of the document it belongs to, so that
whoever shows it can drop a stale one. A second thread loads models while the one before answers,
and hands them over ready.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from charlm_core import CharlmError, SuggestConfig

Cancelled = Callable[[], bool]

STOP_SECONDS = 0.5
"""How long `stop` waits for the threads: only loading may take longer, and nobody waits for it."""


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


@dataclass(frozen=True, kw_only=True)
class _Loaded:
    """A model that was loaded, on its way to the thread that is going to own it."""

    session: Session
    """The model at its beginning."""
    ready: Ready
    """What to tell of it."""


class Predictor:
    """Answers the latest request; `deliver` is called in its threads and must only pass on."""

    def __init__(
        self,
        checkpoint: str,
        deliver: Callable[[Event], None],
        *,
        load_model: LoadModel | None = None,
        config: SuggestConfig | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._deliver = deliver
        self._load_model = load_model or load_shipped
        self._config = config or SuggestConfig()
        self._clock = clock
        self._news = threading.Condition()
        self._waiting: tuple[Request, float] | None = None
        self._wanted = checkpoint
        self._loaded: _Loaded | Failed | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="predictor", daemon=True)
        self._loader = threading.Thread(target=self._load, name="loader", daemon=True)

    def start(self) -> None:
        """Begin to load the model."""
        self._loader.start()
        self._thread.start()

    def switch(self, checkpoint: str) -> None:
        """Load another model and answer with it from then on; Ready or Failed follows.

        Until then, and where it can't be loaded, the one before goes on. Of several only the last
        counts. What was asked meanwhile has to be asked again.
        """
        with self._news:
            self._wanted = checkpoint
            self._news.notify_all()

    def ask(self, request: Request) -> None:
        """Answer this request next, and any earlier one never."""
        with self._news:
            self._waiting = (request, self._clock())
            self._news.notify_all()

    def stop(self) -> None:
        """End the threads; no event follows. May be called more than once, or before `start`."""
        with self._news:
            self._stopping = True
            self._news.notify_all()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in (self._thread, self._loader):
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _outdated(self) -> bool:
        """Whether the request in work should be given up."""
        return self._stopping or self._waiting is not None or self._loaded is not None

    def _next(self, *, able: bool) -> "tuple[Request, float] | _Loaded | Failed | None":
        """Wait for what came of loading or, if able to answer, a request; None is the end."""
        with self._news:
            self._news.wait_for(lambda: self._stopping or self._loaded or (able and self._waiting))
            if self._stopping:
                return None
            if self._loaded is not None:
                loaded, self._loaded = self._loaded, None
                return loaded
            taken, self._waiting = self._waiting, None
            return taken

    def _tell(self, event: Event) -> None:
        if not self._stopping:
            self._deliver(event)

    def _run(self) -> None:
        """The thread: answer until told to stop; a model that breaks is let go."""
        name, session = "", None
        while (job := self._next(able=session is not None)) is not None:
            if isinstance(job, Failed):
                self._tell(replace(job, left=name))
            elif isinstance(job, _Loaded):
                name, session = job.ready.checkpoint, job.session
                self._tell(job.ready)
            elif session is not None:
                try:
                    prediction = self._answer(session, *job)
                except Exception as error:
                    self._tell(Failed(checkpoint=name, reason=_fault(error)))
                    name, session = "", None
                else:
                    if prediction is not None:
                        self._tell(prediction)

    def _load(self) -> None:
        """The other thread: load what is wanted, one after another."""
        while True:
            with self._news:
                self._news.wait_for(lambda: self._stopping or bool(self._wanted))
                if self._stopping:
                    return
                wanted, self._wanted = self._wanted, ""
            self._tell(Loading(checkpoint=wanted))
            loaded = self._open(wanted)
            with self._news:
                # Where another is wanted by now, nobody waits for this one.
                if not self._wanted:
                    self._loaded = loaded
                    self._news.notify_all()

    def _open(self, checkpoint: str) -> "_Loaded | Failed":
        """Load a model and begin a session with it."""
        begun = self._clock()
        try:
            model = self._load_model(checkpoint)
            session = model.start()
        except Exception as error:
            return Failed(checkpoint=checkpoint, reason=_fault(error))
        ready = Ready(checkpoint=model.name, seconds=self._clock() - begun)
        return _Loaded(session=session, ready=ready)

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


def _fault(error: Exception) -> str:
    """In a line, what the person at the keyboard hears, who goes on editing."""
    if isinstance(error, CharlmError):
        return str(error)
    return f"the model stopped: {type(error).__name__}: {error}".splitlines()[0]


def load_shipped(checkpoint: str) -> Model:
    """Load a checkpoint by name or path. Raises CheckpointError."""
    # Here and not above: the first paint does not wait for NumPy.
    from charlm_core import load

    return load(checkpoint)
