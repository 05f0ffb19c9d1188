"""The thread that owns the model: only the latest question is answered, and no fault is silent."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from charlm_core import CheckpointError
from tests.tui.support import SENTENCE, FakeModel, missing
from tui.services.events import (
    Failed,
    Loading,
    Prediction,
    Ready,
    Request,
    Suited,
    Wanted,
)
from tui.services.model import LoadModel
from tui.services.predictor import Predictor


class Ear:
    """Hears the predictor's events."""

    def __init__(self) -> None:
        self.events: queue.Queue[Any] = queue.Queue()

    def next(self) -> Any:
        """Wait for the next event."""
        return self.events.get(timeout=10)


@contextmanager
def predicting(load_model: LoadModel, checkpoint: str = "fake") -> Iterator[tuple[Predictor, Ear]]:
    """A predictor at work."""
    ear = Ear()
    predictor = Predictor(checkpoint, ear.events.put, load_model=load_model)
    predictor.start()
    yield predictor, ear
    predictor.stop()
    predictor.stop()


def request(revision: int, text: str, *, ghost: bool = True) -> Request:
    """A request for this text."""
    return Request(revision=revision, text=text, ghost=ghost)


def test_loads_and_answers() -> None:
    """It tells that it loads, that it is ready, and then what comes next."""
    with predicting(lambda name: FakeModel()) as (predictor, ear):
        assert ear.next() == Loading(checkpoint="fake")
        ready = ear.next()
        assert isinstance(ready, Ready)
        assert ready.checkpoint == "fake"
        predictor.ask(request(7, "The quick "))
        answer = ear.next()
        assert isinstance(answer, Prediction)
        assert answer.revision == 7
        assert answer.text == SENTENCE.removeprefix("The quick ")
        assert len(answer.probabilities) == len(answer.text)
        assert answer.perplexity == pytest.approx(2.718, abs=0.001)
        assert answer.latency_ms >= 0


def test_no_ghost_where_none_is_wanted() -> None:
    """The perplexity comes even then."""
    with predicting(lambda name: FakeModel()) as (predictor, ear):
        ear.next(), ear.next()
        predictor.ask(request(1, "The ", ghost=False))
        answer = ear.next()
        assert isinstance(answer, Prediction)
        assert (answer.text, answer.ghost) == ("", False)
        assert answer.perplexity > 1


def test_only_the_latest_is_answered() -> None:
    """What was asked while it was busy is dropped but for the last, and so is what it was at."""
    model = FakeModel()
    model.gate.clear()
    with predicting(lambda name: model) as (predictor, ear):
        ear.next(), ear.next()
        for revision in range(5):
            predictor.ask(request(revision, "The "))
        model.gate.set()
        answer = ear.next()
        assert isinstance(answer, Prediction)
        assert answer.revision == 4
    assert ear.events.empty()


def test_what_was_let_pass_is_told_to_the_model() -> None:
    """Where it stands at the very text whose ghost that was; in a burst of keys it does not."""
    model = FakeModel()
    with predicting(lambda name: model) as (predictor, ear):
        ear.next(), ear.next()
        for revision, (text, let_pass) in enumerate(
            [("The ", ""), ("The q", "q"), ("The qu", ""), ("The quic", "c"), ("The quick", "k")]
        ):
            predictor.ask(Request(revision=revision, text=text, ghost=True, let_pass=let_pass))
            assert ear.next().revision == revision
        assert model.declined == ["The ", "The quic"]


def test_asked_before_it_is_ready() -> None:
    """A question asked while the model loads is answered once it has."""
    loading = threading.Event()

    def load(name: str) -> FakeModel:
        loading.wait(10)
        return FakeModel()

    with predicting(load) as (predictor, ear):
        predictor.ask(request(1, "The "))
        assert isinstance(ear.next(), Loading)
        loading.set()
        assert isinstance(ear.next(), Ready)
        assert isinstance(ear.next(), Prediction)


def test_what_was_to_come_and_does_not() -> None:
    """Where a document that wants the model at work overtakes another's, that is told as well."""
    loading = threading.Event()
    made = {name: FakeModel(name=name) for name in ("first", "second")}

    def load(name: str) -> FakeModel:
        if name == "second":
            loading.wait(10)
        return made[name]

    with predicting(load, "first") as (predictor, ear):
        ear.next(), ear.next()
        predictor.switch("second")
        assert ear.next() == Loading(checkpoint="second")
        predictor.switch(Wanted(page=3, checkpoint="first"))
        loading.set()
        assert ear.next() == Loading(checkpoint="first")
        suited, ready = ear.next(), ear.next()
        assert isinstance(suited, Suited)
        assert (suited.page, suited.checkpoint, suited.by) == (3, "first", "choice")
        assert isinstance(ready, Ready)
        assert ready.checkpoint == "first"
    assert ear.events.empty()


def test_a_fault_does_not_displace_what_was_loaded_before() -> None:
    """While the thread is busy one is loaded, and another can't be: the first of them goes on."""
    made = {name: FakeModel(name=name) for name in ("first", "second")}

    def load(name: str) -> FakeModel:
        return made.get(name) or missing(name)

    with predicting(load, "first") as (predictor, ear):
        ear.next(), ear.next()
        made["first"].gate.clear()
        predictor.ask(request(1, "The "))
        # Only then is the thread busy: a model that is there first is taken before a request.
        while predictor._mailbox._asked is not None:
            time.sleep(0.001)
        predictor.switch("second")
        assert ear.next() == Loading(checkpoint="second")
        while not predictor._mailbox.outdated():
            time.sleep(0.001)
        predictor.switch("third")
        assert ear.next() == Loading(checkpoint="third")
        while len(predictor._mailbox._loaded) < 2:
            time.sleep(0.001)
        made["first"].gate.set()
        ready, failed = ear.next(), ear.next()
        assert isinstance(ready, Ready)
        assert ready.checkpoint == "second"
        assert isinstance(failed, Failed)
        assert (failed.checkpoint, failed.left) == ("third", "second")
        predictor.ask(request(2, "The "))
        assert isinstance(ear.next(), Prediction)
        assert made["second"].seen == ["The "]


def test_no_model() -> None:
    """A checkpoint that can't be loaded is told of in its own words."""
    with predicting(missing) as (_, ear):
        ear.next()
        assert ear.next() == Failed(checkpoint="fake", reason="fake: no such checkpoint")


def test_a_crash_is_told() -> None:
    """If the model breaks, one line says so."""
    with predicting(lambda name: FakeModel()) as (predictor, ear):
        ear.next(), ear.next()
        predictor.ask(request(1, "crash"))
        failed = ear.next()
        assert isinstance(failed, Failed)
        assert failed.reason == "the model stopped: RuntimeError: boom"


def prediction(ear: Ear) -> Prediction:
    """The next event, which is an answer."""
    event = ear.next()
    assert isinstance(event, Prediction)
    return event


def test_the_old_model_answers_until_the_new_one_is_there() -> None:
    """A switch loads beside the typing: ghosts come from the old model, then from the new one."""
    opened = threading.Event()

    def load(name: str) -> FakeModel:
        if name == "new":
            opened.wait(10)
        return FakeModel(f"A {name} fox.", name)

    with predicting(load) as (predictor, ear):
        ear.next(), ear.next()
        predictor.switch("new")
        assert ear.next() == Loading(checkpoint="new")
        predictor.ask(request(1, "A "))
        assert prediction(ear).text == "fake fox."
        opened.set()
        ready = ear.next()
        assert isinstance(ready, Ready)
        assert ready.checkpoint == "new"
        predictor.ask(request(2, "A "))
        assert prediction(ear).text == "new fox."


@pytest.mark.parametrize("fault", [CheckpointError("x: damaged"), ValueError("odd")])
def test_a_failed_switch_keeps_the_old_model(fault: Exception) -> None:
    """What can't be loaded is told of once, with the name of the model that goes on."""

    def load(name: str) -> FakeModel:
        if name == "bad":
            raise fault
        return FakeModel(name=name)

    with predicting(load) as (predictor, ear):
        ear.next(), ear.next()
        predictor.switch("bad")
        assert ear.next() == Loading(checkpoint="bad")
        failed = ear.next()
        assert isinstance(failed, Failed)
        assert (failed.checkpoint, failed.left) == ("bad", "fake")
        assert str(fault) in failed.reason
        predictor.ask(request(1, "The "))
        assert prediction(ear).text


def test_a_switch_where_there_was_no_model() -> None:
    """A model that loads takes the place of one that did not."""
    with predicting(lambda name: FakeModel() if name == "good" else missing(name)) as (it, ear):
        assert isinstance(ear.next(), Loading)
        assert isinstance(ear.next(), Failed)
        it.switch("good")
        assert ear.next() == Loading(checkpoint="good")
        assert isinstance(ear.next(), Ready)
        it.ask(request(1, "The "))
        assert prediction(ear).text


def test_of_several_switches_the_last_counts() -> None:
    """What was wanted while another was loading is the model in the end, and the only one told."""
    opened = threading.Event()

    def load(name: str) -> FakeModel:
        if name == "first":
            opened.wait(10)
        return FakeModel(name=name)

    with predicting(load) as (predictor, ear):
        ear.next(), ear.next()
        predictor.switch("first")
        assert ear.next() == Loading(checkpoint="first")
        predictor.switch("second")
        predictor.switch("third")
        opened.set()
        assert ear.next() == Loading(checkpoint="third")
        ready = ear.next()
        assert isinstance(ready, Ready)
        assert ready.checkpoint == "third"
    assert ear.events.empty()


def test_a_switch_after_a_crash() -> None:
    """A model that broke can be replaced."""
    with predicting(lambda name: FakeModel(name=name)) as (predictor, ear):
        ear.next(), ear.next()
        predictor.ask(request(1, "crash"))
        assert isinstance(ear.next(), Failed)
        predictor.switch("other")
        assert ear.next() == Loading(checkpoint="other")
        assert isinstance(ear.next(), Ready)
        predictor.ask(request(2, "The "))
        assert prediction(ear).text


def test_stopped_before_it_started() -> None:
    """Stopping one that never started does nothing."""
    Predictor("fake", print).stop()
