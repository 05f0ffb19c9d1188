"""One thread that owns the model, its session and what it learns, behind a mailbox.

The editor asks after every change and never waits. A newer request cancels the one in work
between two characters; every answer carries the revision of the document it belongs to, so that
whoever shows it can drop a stale one. What is to be learned waits for the moments in which nothing
is asked, and so do errands, which panels beside the editor send. A second thread loads models while
the one before answers, and hands them over ready.
"""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from charlm_core import SuggestConfig
from tui.services.events import (
    Continuation,
    ErrandFailed,
    Failed,
    Prediction,
    Ready,
    Request,
)
from tui.services.learner import Learner
from tui.services.loader import Loader, fault
from tui.services.mailbox import (
    Asked,
    Errand,
    Forget,
    Keep,
    Learn,
    Loaded,
    Look,
    Mailbox,
    Recall,
    Rename,
    Save,
)
from tui.services.model import LoadModel, Suggested, load_shipped
from tui.services.remembering import Remember, remember_nothing, remember_texts

STOP_SECONDS = 0.5
"""How long `stop` waits for the threads: only loading may take longer, and nobody waits for it."""

LEARN_SECONDS = 2.0
"""How long `stop` waits for what is still to be learned, and again for that to be saved."""


class Predictor:
    """Answers the latest request; `deliver` is called in its threads and must only pass on.

    Unless it is `learning`, nothing is learned, nor is anything used that was learned before. The
    texts of `folders` are remembered all the same, but for files that are `never` learned. Models
    from elsewhere, of `load_model`, remember what `remember` finds, and without it nothing.
    """

    def __init__(
        self,
        checkpoint: str,
        deliver: Callable[[Any], None],
        *,
        load_model: LoadModel | None = None,
        config: SuggestConfig | None = None,
        learning: bool = False,
        folders: Sequence[Path] = (),
        remember: Remember | None = None,
        never: Collection[Path] = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._deliver = deliver
        self._config = config or SuggestConfig()
        self._learning = learning
        self._always_recalling = bool(folders)
        self._clock = clock
        self._mailbox = Mailbox(clock)
        self._thread = threading.Thread(target=self._run, name="predictor", daemon=True)
        self._loader = Loader(
            checkpoint,
            self._mailbox,
            self._tell,
            load_model=load_model or load_shipped,
            remember=remember
            or (remember_nothing if load_model else partial(remember_texts, without=never)),
            folders=folders,
            recalling=learning or self._always_recalling,
            clock=clock,
        )

    def start(self) -> None:
        """Begin to load the model."""
        self._loader.start()
        self._thread.start()

    def switch(self, checkpoint: str) -> None:
        """Load another model and answer with it from then on; Ready or Failed follows.

        Until then, and where it can't be loaded, the one before goes on. Of several only the last
        counts. What was asked meanwhile has to be asked again.
        """
        self._loader.switch(checkpoint)

    def configure(self, config: SuggestConfig) -> None:
        """Propose by this from the next request on."""
        self._config = config

    def ask(self, request: Request) -> None:
        """Answer this request next, and any earlier one never."""
        self._mailbox.ask(request)

    def learn(self, on: bool) -> None:
        """Learn from now on, or no longer; LearnedChanged follows. Ask again afterwards."""
        self._mailbox.learn(on)
        if on:
            self._loader.recall()

    def keep(self, document: str, text: str) -> None:
        """Learn what is new in a document, once nothing is asked; LearnedChanged follows."""
        self._mailbox.keep(document, text)

    def save(self) -> None:
        """Save what is learned of all that was kept so far, once it is."""
        self._mailbox.save()

    def rename(self, document: str, name: str) -> None:
        """Know a document, and what was learned of it, by another name; LearnedChanged follows."""
        self._mailbox.rename(document, name)

    def forget(self, document: str) -> None:
        """Unlearn a document; LearnedChanged follows."""
        self._mailbox.forget(document)

    def forget_all(self) -> None:
        """Unlearn every document; LearnedChanged follows."""
        self._mailbox.forget(None)

    def look(self) -> None:
        """Tell what was learned: LearnedChanged follows."""
        self._mailbox.look()

    def send(self, errand: Errand) -> None:
        """Have an errand done once nothing is asked, in place of any with the same key.

        What it finds is delivered as events of its own; ErrandFailed follows where it breaks.
        """
        self._mailbox.send(errand)

    def call_back(self, key: str) -> None:
        """Have an errand not done, or not to its end; what it told by then is delivered."""
        self._mailbox.call_back(key)

    def stop(self) -> None:
        """End the threads; no event follows. May be called more than once, or before `start`.

        What is still to be learned and saved is, as far as there is time.
        """
        self._mailbox.stop(LEARN_SECONDS)
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS + 2 * LEARN_SECONDS)
        self._loader.stop(STOP_SECONDS)

    def _tell(self, event: object) -> None:
        if not self._mailbox.stopping:
            self._deliver(event)

    def _run(self) -> None:
        """The thread: work until told to stop; a model that breaks is let go."""
        learner: Learner | None = None
        while (job := self._mailbox.next(able=learner is not None)) is not None:
            name = learner.name if learner else ""
            try:
                match job:
                    case Failed():
                        self._tell(replace(job, left=name))
                    case Learn(on=on):
                        self._learning = on
                        if learner:
                            learner.learn(on)
                            self._tell(learner.heard())
                    case Loaded(model=model, session=session, seconds=seconds):
                        if learner:
                            # Both may have learned in the same place.
                            learner.close()
                            self._mailbox.saved()
                        learner = Learner(
                            model,
                            session,
                            learning=self._learning,
                            always_recalling=self._always_recalling,
                        )
                        self._tell(Ready(checkpoint=model.name, seconds=seconds))
                        if self._learning:
                            self._tell(learner.heard())
                    case _:
                        assert learner is not None
                        self._work(learner, job)
            except Exception as error:
                self._tell(Failed(checkpoint=name, reason=fault(error)))
                if learner:
                    # In whatever state it is, what it saved before is whole.
                    learner.close(saving=False)
                    learner = None
        if learner:
            learner.close()

    def _work(
        self, learner: Learner, job: Asked | Forget | Look | Rename | Recall | Errand | Keep | Save
    ) -> None:
        """Do what takes a model."""
        match job:
            case Asked():
                if prediction := self._answer(learner, job):
                    self._tell(prediction)
                return
            case Keep(document=document, text=text):
                if not learner.keep(document, text, self._mailbox.overtaken):
                    return
                self._mailbox.kept(job)
            case Forget(document=document):
                learner.forget(document)
            case Rename(document=document, name=name):
                learner.rename(document, name)
            case Recall(model=model, texts=texts, faults=faults):
                # Another may have taken that model's place.
                if model is not learner.model:
                    return
                learner.recall(texts, faults)
            case Save():
                learner.save()
                self._mailbox.saved()
            case Look():
                pass
            case _:
                self._run_errand(learner, job)
                return
        looked_for = isinstance(job, Look | Forget)
        self._tell(learner.look() if looked_for else learner.heard())

    def _run_errand(self, learner: Learner, errand: Errand) -> None:
        """Go on with an errand; one that breaks is given up."""
        try:
            if errand.work(learner, self._tell, lambda: self._mailbox.held_up(errand)):
                self._mailbox.done(errand)
        except Exception as error:
            self._mailbox.give_up(errand)
            self._tell(ErrandFailed(key=errand.key, reason=fault(error, f"{errand.key} stopped")))

    def _answer(self, learner: Learner, asked: Asked) -> Prediction | None:
        """Work on one request; None when a newer one came in."""
        request, config, cancelled = asked.request, self._config, self._mailbox.outdated
        session = learner.session
        if not session.seek(request.text, cancelled):
            return None
        ghost, stopped = Continuation(text="", probabilities=()), ""
        others: tuple[Continuation, ...] | None = None
        if request.ghost:
            suggested = session.suggest(config, cancelled)
            ghost, stopped = _continuation(suggested), suggested.stopped
            if request.alternatives:
                others = tuple(map(_continuation, session.alternatives(config, cancelled)))
        if cancelled():
            return None
        return Prediction(
            revision=request.revision,
            text=ghost.text,
            probabilities=ghost.probabilities,
            perplexity=session.score.perplexity,
            latency_ms=(self._clock() - asked.at) * 1e3,
            ghost=request.ghost,
            stopped=stopped,
            alternatives=others,
        )


def _continuation(suggested: Suggested) -> Continuation:
    return Continuation(text=suggested.text, probabilities=tuple(suggested.probabilities))
