"""One thread that owns the model, its session and what it learns, behind a mailbox.

The editor asks after every change and never waits. A newer request cancels the one in work
between two characters; every answer carries the revision of the document it belongs to, so that
whoever shows it can drop a stale one. What is to be learned waits for the moments in which nothing
is asked, and so do errands, which panels beside the editor send. A second thread loads models while
the one before answers, and hands them over ready. Models that gave way to others stay for a while:
what they are to learn still comes, and no other learns it.
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
    LearnedChanged,
    Prediction,
    Ready,
    Request,
    Wanted,
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
from tui.services.model import LoadModel, Shelf, Suggested
from tui.services.remembering import Remember, remember_nothing, remember_texts
from tui.services.seats import Seats

STOP_SECONDS = 0.5
"""How long `stop` waits for the threads: only loading may take longer, and nobody waits for it."""

LEARN_SECONDS = 2.0
"""How long `stop` waits for what is still to be learned, and again for that to be saved."""


class Predictor:
    """Answers the latest request; `deliver` is called in its threads and must only pass on.

    It begins with `checkpoint`, or where that is empty with what `switch` says first. Unless it is
    `learning`, nothing is learned, nor is anything used that was learned before. The texts of
    `folders` are remembered all the same, but for files that are `never` learned. Models from
    elsewhere, of `load_model`, remember what `remember` finds, and without it nothing.
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
        self._place = ""
        self._thread = threading.Thread(target=self._run, name="predictor", daemon=True)
        self._loader = Loader(
            checkpoint,
            self._mailbox,
            self._tell,
            load_model=load_model or Shelf().load,
            remember=remember
            or (remember_nothing if load_model else partial(remember_texts, without=never)),
            folders=folders,
            recalling=learning or self._always_recalling,
            clock=clock,
        )
        self._seats = Seats(self._let_go)

    def start(self) -> None:
        """Begin to load the model."""
        self._loader.start()
        self._thread.start()

    def switch(self, wanted: str | Wanted) -> None:
        """Load another model and answer with it from then on; Ready or Failed follows.

        Until then, and where it can't be loaded, the one before goes on. Of several only the last
        counts. What was asked meanwhile has to be asked again. Of a document's it is told first
        which it is, Suited, and nothing follows where that is the one at work and nobody chose it.
        """
        self._loader.switch(Wanted(checkpoint=wanted) if isinstance(wanted, str) else wanted)

    def teach(self, place: str) -> None:
        """Have what is kept from now on learned by the model of this folder, at work or not.

        Empty is whichever is at work by then.
        """
        self._place = place

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
        self._mailbox.keep(document, text, self._place)

    def save(self) -> None:
        """Save what is learned of all that was kept so far, once it is."""
        self._mailbox.save()

    def rename(self, document: str, name: str) -> None:
        """Know a document, and what was learned of it, by another name; LearnedChanged follows."""
        self._mailbox.rename(document, name)

    def forget(self, document: str) -> None:
        """Unlearn a document, whichever models learned it; LearnedChanged follows."""
        self._mailbox.forget(document)

    def forget_all(self) -> None:
        """Unlearn every document, whichever models learned it; LearnedChanged follows."""
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
        while (job := self._mailbox.next(able=self._seats.at_work is not None)) is not None:
            learner = self._seats.at_work
            name = learner.name if learner else ""
            try:
                match job:
                    case Failed():
                        self._tell(replace(job, left=name))
                    case Learn(on=on):
                        self._learning = on
                        for one in self._seats.all:
                            one.learn(on)
                        if learner:
                            self._tell(learner.heard())
                    case Loaded(model=model, session=session, seconds=seconds):
                        learner = self._seats.seat(
                            model,
                            session,
                            learning=self._learning,
                            always_recalling=self._always_recalling,
                            awaited=self._mailbox.awaited,
                        )
                        self._mailbox.arrived(str(model.path))
                        self._tell(
                            Ready(checkpoint=model.name, seconds=seconds, path=str(model.path))
                        )
                        if self._learning:
                            self._tell(learner.heard())
                    case _:
                        assert learner is not None
                        self._work(learner, job)
            except Exception as error:
                if learner:
                    # In whatever state it is, what it saved before is whole.
                    self._seats.dismiss(learner, saving=False)
                self._tell(Failed(checkpoint=name, reason=fault(error)))
        for one in self._seats.all:
            one.close()

    def _let_go(self, learner: Learner) -> None:
        """One is not in memory any more; what kept it from being saved a person hears."""
        self._loader.let_go(learner.model)
        if notices := learner.heard().notices:
            self._tell(LearnedChanged(checkpoint=learner.name, notices=notices))

    def _work(
        self, learner: Learner, job: Asked | Forget | Look | Rename | Recall | Errand | Keep | Save
    ) -> None:
        """Do what takes a model."""
        match job:
            case Asked():
                if prediction := self._answer(learner, job):
                    self._tell(prediction)
                return
            case Keep():
                self._keep(learner, job)
                return
            case Forget(document=document):
                for one in self._seats.concerned(document):
                    one.forget(document)
                self._forget_saved(learner, document)
            case Rename(document=document, name=name):
                for one in self._seats.concerned(document):
                    one.rename(document, name)
            case Recall(model=model, texts=texts, faults=faults):
                for one in self._seats.all:
                    if one.model is model:
                        one.recall(texts, faults)
                        self._tell_of(one, learner)
                return
            case Save():
                for one in self._seats.all:
                    one.save()
                self._mailbox.saved()
            case Look():
                pass
            case _:
                self._run_errand(learner, job)
                return
        looked_for = isinstance(job, Look | Forget)
        self._tell(learner.look() if looked_for else learner.heard())

    def _keep(self, learner: Learner, job: Keep) -> None:
        """Have a text learned by the model that it was written with, and by no other."""
        pupil = self._seats.pupil(job.place)
        if pupil is None:
            # It is on its way, or broke.
            self._mailbox.put_off(job.place)
        elif pupil.keep(job.document, job.text, self._mailbox.overtaken):
            self._mailbox.kept(job)
            self._tell_of(pupil, learner)

    def _forget_saved(self, learner: Learner, document: str | None) -> None:
        """Have a document, or all, forgotten by those models too that are not in memory."""
        # Here and not above: the first ghost does not wait for it.
        from charlm_core import forget_saved

        if faults := forget_saved(document):
            notices = tuple(f"it is not all forgotten: {fault}" for fault in faults)
            self._tell(LearnedChanged(checkpoint=learner.name, notices=notices))

    def _tell_of(self, pupil: Learner, learner: Learner) -> None:
        """Tell what one has learned that is at work, and of another what a person should hear."""
        heard = pupil.heard()
        if pupil is learner:
            self._tell(heard)
        elif heard.notices:
            self._tell(LearnedChanged(checkpoint=pupil.name, notices=heard.notices))

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
        if request.let_pass and session.text + request.let_pass == request.text:
            session.decline()
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
