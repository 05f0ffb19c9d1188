"""Errands: what panels want of the model, done when no ghost is asked, the latest first."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.tui.support import SENTENCE, FakeModel
from tests.tui.test_predictor import Ear, predicting, request
from tui.services.events import ErrandFailed, Loading, Prediction, Ready
from tui.services.learner import Learner
from tui.services.mailbox import Mailbox


@dataclass(frozen=True)
class Said:
    """What an errand told."""

    what: str


class Counting:
    """Tells numbers, one each time it goes on, and waits at a gate before each."""

    def __init__(self, key: str, upto: int) -> None:
        self.key = key
        self.count = 0
        self.upto = upto
        self.gate = threading.Semaphore(0)
        self.begun = threading.Event()

    def work(
        self, learner: Learner, tell: Callable[[object], None], overtaken: Callable[[], bool]
    ) -> bool:
        """Count on until overtaken."""
        while self.count < self.upto:
            self.begun.set()
            self.gate.acquire(timeout=10)
            if overtaken():
                return False
            self.count += 1
            tell(Said(f"{learner.name} {self.key} {self.count}"))
        return True


class Breaking:
    """Breaks."""

    key = "breaking"

    def work(
        self, learner: Learner, tell: Callable[[object], None], overtaken: Callable[[], bool]
    ) -> bool:
        """At once."""
        raise RuntimeError("boom\nand more")


def ready(ear: Ear) -> None:
    """Hear that the model is loaded."""
    assert isinstance(ear.next(), Loading)
    assert isinstance(ear.next(), Ready)


def test_what_an_errand_finds_is_told() -> None:
    """And then it is over: nothing more is told of it."""
    with predicting(lambda name: FakeModel()) as (predictor, ear):
        ready(ear)
        errand = Counting("one", 2)
        errand.gate.release(2)
        predictor.send(errand)
        assert [ear.next(), ear.next()] == [Said("fake one 1"), Said("fake one 2")]
        predictor.ask(request(1, "x"))
        assert isinstance(ear.next(), Prediction)
        assert errand.count == 2


def test_a_ghost_comes_first_and_the_errand_goes_on_where_it_was() -> None:
    """A key pressed while a long errand runs does not wait for its end."""
    with predicting(lambda name: FakeModel()) as (predictor, ear):
        ready(ear)
        errand = Counting("long", 2)
        errand.gate.release()
        predictor.send(errand)
        assert ear.next() == Said("fake long 1")
        predictor.ask(request(1, "The quick "))
        errand.gate.release()
        assert isinstance(ear.next(), Prediction)
        errand.gate.release()
        assert ear.next() == Said("fake long 2")


def test_the_errand_sent_last_is_done_first() -> None:
    """What was asked for now is there before what takes long."""
    with predicting(lambda name: FakeModel()) as (predictor, ear):
        ready(ear)
        long, short = Counting("long", 1), Counting("short", 1)
        predictor.send(long)
        assert long.begun.wait(10)
        predictor.send(short)
        short.gate.release()
        long.gate.release()
        assert ear.next() == Said("fake short 1")
        long.gate.release()
        assert ear.next() == Said("fake long 1")


def test_a_newer_errand_takes_the_place_of_one_with_its_key() -> None:
    """Of what is out of date nothing more is told."""
    with predicting(lambda name: FakeModel()) as (predictor, ear):
        ready(ear)
        old, new = Counting("one", 5), Counting("one", 1)
        predictor.send(old)
        assert old.begun.wait(10)
        predictor.send(new)
        new.gate.release()
        old.gate.release()
        assert ear.next() == Said("fake one 1")
        assert (old.count, new.count) == (0, 1)


def test_an_errand_that_is_called_back_stops() -> None:
    """A panel that was closed costs nothing any more."""
    with predicting(lambda name: FakeModel()) as (predictor, ear):
        ready(ear)
        errand = Counting("one", 5)
        predictor.send(errand)
        assert errand.begun.wait(10)
        predictor.call_back("one")
        errand.gate.release(5)
        predictor.ask(request(1, "x"))
        assert isinstance(ear.next(), Prediction)
        assert errand.count == 0


def test_an_errand_that_breaks_is_told_in_a_line_and_ghosts_go_on() -> None:
    """It is not tried again."""
    with predicting(lambda name: FakeModel()) as (predictor, ear):
        ready(ear)
        predictor.send(Breaking())
        assert ear.next() == ErrandFailed(
            key="breaking", reason="breaking stopped: RuntimeError: boom"
        )
        predictor.ask(request(1, "x"))
        assert isinstance(ear.next(), Prediction)


def test_an_errand_sent_before_the_model_is_there_waits_for_it() -> None:
    """A panel that is opened at the start shows what it is there for."""
    model = FakeModel()
    gate = threading.Event()

    def slowly(name: str) -> FakeModel:
        gate.wait(10)
        return model

    with predicting(slowly) as (predictor, ear):
        errand = Counting("early", 1)
        errand.gate.release()
        predictor.send(errand)
        gate.set()
        ready(ear)
        assert ear.next() == Said("fake early 1")


def test_the_end_does_not_wait_for_errands() -> None:
    """However long they are."""
    with predicting(lambda name: FakeModel()) as (predictor, ear):
        ready(ear)
        errand = Counting("long", 1_000_000)
        predictor.send(errand)
        assert errand.begun.wait(10)
        threading.Timer(0.2, errand.gate.release).start()
    assert errand.count == 0


class Ordered:
    """Does as much as it has been told to, and may be told more while it is at work."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.wanted = 0
        self.done = 0

    def work(
        self, learner: Learner, tell: Callable[[object], None], overtaken: Callable[[], bool]
    ) -> bool:
        """As much as is wanted by now, unless overtaken."""
        while self.done < self.wanted:
            if overtaken():
                return False
            self.done += 1
        return True


def test_nothing_is_lost_and_nobody_waits_for_ever() -> None:
    """Keys, panels and another model, all at once: the last wish of each is fulfilled, and the end
    comes at once."""
    threads, rounds = 4, 3000
    with predicting(lambda name: FakeModel(name=name)) as (predictor, ear):
        errands = [Ordered(f"errand {number}") for number in range(threads)]

        def hurry(number: int) -> None:
            chance = random.Random(number)
            errand = errands[number]
            for at in range(rounds):
                errand.wanted += chance.randrange(3)
                predictor.send(errand)
                if chance.random() < 0.2:
                    predictor.ask(request(at, SENTENCE[: chance.randrange(len(SENTENCE))]))
                if chance.random() < 0.1:
                    predictor.send(Ordered("another"))
                    predictor.call_back("another")
                if chance.random() < 0.02:
                    predictor.switch(f"model {number} {at}")
                if chance.random() < 0.1:
                    time.sleep(0)

        hands = [threading.Thread(target=hurry, args=(number,)) for number in range(threads)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join(30)
        deadline = time.monotonic() + 30
        while any(errand.done != errand.wanted for errand in errands):
            assert time.monotonic() < deadline, [(one.done, one.wanted) for one in errands]
            time.sleep(0.001)
        predictor.ask(request(rounds, "The quick "))
        while not (isinstance(said := ear.next(), Prediction) and said.revision == rounds):
            pass


def test_an_errand_sent_anew_as_it_ends_is_done_again() -> None:
    """What is wanted in the moment in which it is done is not lost."""
    mailbox = Mailbox(time.monotonic)
    errand = Ordered("one")
    mailbox.send(errand)
    assert mailbox.next(able=True) is errand
    # Its work has just found that there is nothing left to do.
    mailbox.send(errand)
    mailbox.done(errand)
    # Where it is lost nothing comes until the end.
    end = threading.Timer(5, mailbox.stop, (0.0,))
    end.start()
    assert mailbox.next(able=True) is errand
    end.cancel()
    mailbox.done(errand)
    mailbox.stop(0)
    assert mailbox.next(able=True) is None
