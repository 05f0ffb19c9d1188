"""The thread that owns the model learns when nobody asks anything, and loses nothing of it."""

import math
import threading
from collections.abc import Callable, Iterable

import pytest

from charlm_core import CharlmError
from tests.support import make_model
from tests.tui.support import FakeLearned, FakeModel
from tests.tui.test_predictor import Ear, prediction, request
from tui.services.events import KnownText, LearnedChanged, Loading, Prediction, Ready
from tui.services.predictor import Predictor
from tui.services.seats import MOST_SEATED


class Slow(FakeLearned):
    """Learns until it is given up, the first time; then at once."""

    def __init__(self, log: list[str]) -> None:
        super().__init__(log)
        self.begun = threading.Event()

    def keep(self, document: str, text: str, cancelled: Callable[[], bool]) -> bool:
        """Wait to be given up, once."""
        if not self.begun.is_set():
            self.begun.set()
            while not cancelled():
                self.begun.wait(0.001)
        return super().keep(document, text, cancelled)


class Faulty(FakeLearned):
    """Something goes wrong with it."""

    def __init__(self, log: list[str], **faults: Exception) -> None:
        super().__init__(log)
        self.faults = faults

    def keep(self, document: str, text: str, cancelled: Callable[[], bool]) -> bool:
        """Fail, if told to."""
        if fault := self.faults.get("keep"):
            raise fault
        return super().keep(document, text, cancelled)

    def save(self) -> None:
        """Fail, if told to."""
        if fault := self.faults.get("save"):
            raise fault
        super().save()


def told(ear: Ear) -> LearnedChanged:
    """The next event, which tells of what was learned."""
    event = ear.next()
    assert isinstance(event, LearnedChanged)
    return event


class Class:
    """A predictor at work with a model that learns."""

    def __init__(self, *models: FakeModel, learning: bool = True) -> None:
        self.ear = Ear()
        self.now = 0.0
        self.loaded: set[int] = set()

        def load(name: str) -> FakeModel:
            named = [model for model in models if model.name == name]
            # Of two by one name the second is there when it is loaded again.
            model = next((one for one in named if id(one) not in self.loaded), named[-1])
            self.loaded.add(id(model))
            return model

        self.predictor = Predictor(
            models[0].name,
            self.ear.events.put,
            load_model=load,
            learning=learning,
            clock=lambda: self.now,
        )
        self.predictor.start()
        assert isinstance(self.ear.next(), Loading)
        assert isinstance(self.ear.next(), Ready)
        if learning:
            self.first = told(self.ear)

    def turn(self, name: str, *known: KnownText) -> None:
        """Have another model at work, which knows these texts."""
        self.predictor.switch(name)
        while not isinstance(event := self.ear.next(), Ready):
            assert isinstance(event, Loading | LearnedChanged)
        assert event.checkpoint == name
        assert told(self.ear).documents == known


def test_learns_and_tells() -> None:
    """After a text is kept it is told what was learned, and what for."""
    room = Class(FakeModel())
    assert (room.first.seen, room.first.documents) == (True, ())
    assert math.isnan(room.first.static_bpc)
    room.predictor.keep("/a", "text")
    found = told(room.ear)
    assert found.documents == (KnownText(name="/a", chars=4),)
    assert (found.chars, found.bytes, found.gain_chars) == (4, 8, 4)
    assert found.static_bpc == pytest.approx(1.72)
    assert found.adaptive_bpc == pytest.approx(1.63)
    room.predictor.stop()


def test_a_prediction_comes_first() -> None:
    """Somebody who asks does not wait for what is being learned; that goes on afterwards."""
    model = FakeModel()
    model.memory = slow = Slow(model.log)
    room = Class(model)
    room.predictor.keep("/a", "text")
    slow.begun.wait(10)
    room.predictor.ask(request(1, "The "))
    assert prediction(room.ear).revision == 1
    assert told(room.ear).chars == 4
    room.predictor.stop()
    assert model.log == ["opened", "gave up /a", "kept /a", "saved", "closed"]


def test_of_a_document_the_latest_text_counts() -> None:
    """Texts that came in while it was busy are learned, of each document the last."""
    model = FakeModel()
    room = Class(model)
    model.gate.clear()
    room.predictor.ask(request(1, "The "))
    for text in ["a", "ab", "abc"]:
        room.predictor.keep("/a", text)
        room.predictor.keep("/b", text)
    model.gate.set()
    room.predictor.stop()
    assert model.log == ["opened", "kept /a", "kept /b", "saved", "closed"]
    assert model.memory.texts == {"/a": "abc", "/b": "abc"}


def test_saved_once_all_is_learned() -> None:
    """A save waits for what was kept before it."""
    model = FakeModel()
    model.memory = slow = Slow(model.log)
    room = Class(model)
    room.predictor.keep("/a", "text")
    slow.begun.wait(10)
    room.predictor.save()
    room.predictor.ask(request(1, "The "))
    prediction(room.ear), told(room.ear), told(room.ear)
    assert model.log == ["opened", "gave up /a", "kept /a", "saved"]
    room.predictor.stop()


def test_saved_once_a_minute() -> None:
    """What is learned goes to disk by itself, but not each time."""
    model = FakeModel()
    room = Class(model)
    room.predictor.keep("/a", "one")
    told(room.ear)
    room.predictor.keep("/a", "one two")
    told(room.ear)
    assert "saved" not in model.log
    room.now = 61.0
    room.predictor.look()
    told(room.ear), told(room.ear)
    assert model.log.count("saved") == 1
    room.predictor.stop()


def test_stopping_learns_what_is_left() -> None:
    """Leaving right after the last key loses none of it."""
    model = FakeModel()
    room = Class(model)
    model.gate.clear()
    room.predictor.ask(request(1, "The "))
    room.predictor.keep("/a", "last words")
    model.gate.set()
    room.predictor.stop()
    assert model.memory.texts == {"/a": "last words"}
    assert model.log[-2:] == ["saved", "closed"]


def test_another_name_overtakes_learning() -> None:
    """What is being learned under the old name, and what waits, is learned under the new one."""
    model = FakeModel()
    model.memory = slow = Slow(model.log)
    room = Class(model)
    room.predictor.keep("untitled", "one")
    slow.begun.wait(10)
    room.predictor.rename("untitled", "/a")
    told(room.ear), told(room.ear)
    room.predictor.keep("/a", "one two")
    assert told(room.ear).documents == (KnownText(name="/a", chars=7),)
    assert model.log[:3] == ["opened", "gave up untitled", "renamed untitled /a"]
    assert "kept untitled" not in model.log
    room.predictor.stop()


def test_another_name_where_learning_is_off() -> None:
    """On disk it goes by that too."""
    model = FakeModel()
    model.memory.texts["untitled"] = "one"
    room = Class(model, learning=False)
    room.predictor.rename("untitled", "/a")
    assert told(room.ear).notices == ()
    room.predictor.stop()
    assert model.log == ["opened", "renamed untitled /a", "saved", "closed"]


def test_forgetting_overtakes_learning() -> None:
    """What is forgotten while it is being learned stays forgotten."""
    model = FakeModel()
    model.memory = slow = Slow(model.log)
    room = Class(model)
    room.predictor.keep("/a", "text")
    slow.begun.wait(10)
    room.predictor.forget("/a")
    assert told(room.ear).chars == 0
    room.predictor.stop()
    assert "kept /a" not in model.log
    assert model.log[2:4] == ["forgot /a", "saved"]


def test_forgetting_all() -> None:
    """Nothing is left, nor of what was waiting; on disk too."""
    model = FakeModel()
    room = Class(model)
    room.predictor.keep("/a", "text")
    told(room.ear)
    room.predictor.forget_all()
    assert told(room.ear).documents == ()
    assert model.log == ["opened", "kept /a", "forgot all", "saved"]
    room.predictor.stop()


def test_nothing_is_opened_where_learning_is_off() -> None:
    """Without learning a model's memory is not touched, whatever is sent."""
    model = FakeModel()
    room = Class(model, learning=False)
    room.predictor.keep("/a", "text")
    room.predictor.save()
    room.predictor.ask(request(1, "The "))
    prediction(room.ear)
    room.predictor.stop()
    assert model.log == []


def test_looking_and_forgetting_where_learning_is_off() -> None:
    """What was learned before can be seen and forgotten all the same."""
    model = FakeModel()
    model.memory.texts["/a"] = "text"
    room = Class(model, learning=False)
    room.predictor.look()
    assert told(room.ear).chars == 4
    room.predictor.forget("/a")
    assert told(room.ear).chars == 0
    room.predictor.stop()
    assert model.log[:5] == ["opened", "closed", "opened", "forgot /a", "saved"]
    assert model.log.count("opened") == model.log.count("closed")


def test_turning_learning_off_and_on() -> None:
    """Off, the model is as it came; on, it knows again what it knew."""
    model = FakeModel()
    room = Class(model)
    room.predictor.keep("/a", "text")
    told(room.ear)
    room.predictor.learn(False)
    assert not told(room.ear).seen
    assert model.log == ["opened", "kept /a", "saved", "closed"]
    room.predictor.keep("/a", "text and more")
    room.predictor.learn(True)
    while not (found := told(room.ear)).seen:
        pass
    assert found.chars == 4
    room.predictor.stop()


def test_what_was_only_looked_at_is_not_saved() -> None:
    """Nothing is written to disk where nothing was learned."""
    model = FakeModel()
    room = Class(model)
    room.predictor.look()
    told(room.ear)
    room.predictor.stop()
    assert model.log == ["opened", "closed"]


def test_another_model_learns_in_its_own_place() -> None:
    """When a model is loaded anew, what it had learned is saved and let go first."""
    models = [FakeModel(), FakeModel()]
    room = Class(models[0], models[1])
    room.predictor.keep("/a", "text")
    told(room.ear)
    room.turn("fake")
    assert models[0].log == ["opened", "kept /a", "saved", "closed"]
    assert models[1].log == ["opened"]
    room.predictor.stop()


def test_a_model_that_gave_way_still_learns_what_was_written_with_it() -> None:
    """Its texts go to no other; when it is at work again nothing of it has to be read again."""
    english, russian = FakeModel(name="english"), FakeModel(name="russian")
    english.memory = slow = Slow(english.log)
    room = Class(english, russian)
    room.predictor.teach("english")
    room.predictor.keep("/letter", "text")
    slow.begun.wait(10)
    room.turn("russian")
    room.predictor.teach("russian")
    room.predictor.keep("/письмо", "текст")
    assert told(room.ear).documents == (KnownText(name="/письмо", chars=5),)
    assert (english.memory.texts, russian.memory.texts) == (
        {"/letter": "text"},
        {"/письмо": "текст"},
    )
    room.turn("english", KnownText(name="/letter", chars=4))
    room.predictor.stop()
    assert english.log == ["opened", "gave up /letter", "kept /letter", "saved", "closed"]
    assert russian.log == ["opened", "kept /письмо", "saved", "closed"]


def test_what_waits_is_learned_by_its_own_model_at_the_end() -> None:
    """Leaving right after another tab was turned to loses nothing, and mixes nothing up."""
    english, russian = FakeModel(name="english"), FakeModel(name="russian")
    room = Class(english, russian)
    room.turn("russian")
    russian.gate.clear()
    room.predictor.ask(request(1, "The "))
    for model, text in ((english, "text"), (russian, "текст")):
        room.predictor.teach(model.name)
        room.predictor.keep("/a", text)
    russian.gate.set()
    room.predictor.stop()
    assert english.memory.texts == {"/a": "text"}
    assert russian.memory.texts == {"/a": "текст"}
    assert english.log == ["opened", "kept /a", "saved", "closed"]


def test_a_document_is_renamed_and_forgotten_wherever_it_was_learned() -> None:
    """Two models learned of it, one of them not at work any more; a third hears nothing of it."""
    models = [FakeModel(name=name) for name in ("first", "second", "third")]
    first, second, third = models
    for model in (first, third):
        model.memory.texts["untitled"] = "text"
    room = Class(*models)
    room.turn("second")
    room.turn("third", KnownText(name="untitled", chars=4))
    room.predictor.rename("untitled", "/a")
    assert told(room.ear).documents == (KnownText(name="/a", chars=4),)
    assert first.memory.texts == {"/a": "text"}
    room.predictor.forget("/a")
    assert told(room.ear).documents == ()
    room.predictor.stop()
    assert first.memory.texts == third.memory.texts == {}
    assert second.log == ["opened", "closed"]


def test_forgetting_all_is_forgetting_it_everywhere() -> None:
    """What any model learned is forgotten, and what waits for any, in memory or on disk alone."""
    english, russian = FakeModel(name="english"), FakeModel(name="russian")
    english.memory.texts["/a"] = "text"
    elsewhere = make_model().learned()
    elsewhere.keep("/c", "the text")
    elsewhere.save()
    room = Class(english, russian)
    room.turn("russian")
    russian.gate.clear()
    room.predictor.ask(request(1, "The "))
    for place in ("english", "russian"):
        room.predictor.teach(place)
        room.predictor.keep("/b", "text")
    room.predictor.forget_all()
    russian.gate.set()
    room.predictor.stop()
    assert english.memory.texts == russian.memory.texts == {}
    assert "kept /b" not in english.log + russian.log
    assert make_model().learned().documents == ()


def test_forgetting_one_is_forgetting_it_everywhere() -> None:
    """Also by a model that nobody has loaded; where its file can't be read, that is told."""
    elsewhere = make_model().learned()
    elsewhere.keep("/a", "the text")
    elsewhere.save()
    room = Class(FakeModel())
    room.predictor.forget("/a")
    assert told(room.ear).notices == ()
    assert make_model().learned().documents == ()
    (elsewhere.path / "learned.json").write_text("{")
    room.predictor.forget("/a")
    (notice,) = told(room.ear).notices
    assert notice.startswith("it is not all forgotten: ")
    room.predictor.stop()


def test_a_text_waits_for_its_own_model() -> None:
    """It was saved while that one was on its way: it is learned once it is there, and by no other,
    which goes on learning its own texts meanwhile."""
    english, russian = FakeModel(name="english"), FakeModel(name="russian")
    room = Class(english, russian)
    room.predictor.teach("russian")
    room.predictor.keep("/письмо", "текст")
    room.predictor.teach("english")
    room.predictor.keep("/letter", "text")
    assert told(room.ear).documents == (KnownText(name="/letter", chars=4),)
    room.turn("russian")
    assert told(room.ear).documents == (KnownText(name="/письмо", chars=5),)
    room.predictor.stop()
    assert (english.memory.texts, russian.memory.texts) == (
        {"/letter": "text"},
        {"/письмо": "текст"},
    )


def test_one_that_leaves_unsaved_says_so() -> None:
    """Among many models it has to leave memory, and the disk takes nothing: that is told."""
    models = [FakeModel(name=str(number)) for number in range(MOST_SEATED + 2)]
    models[0].memory = Faulty(models[0].log, save=CharlmError("no room"))
    room = Class(*models)
    room.predictor.keep("/a", "text")
    told(room.ear)
    for model in models[1:-1]:
        room.turn(model.name)
    room.predictor.switch(models[-1].name)
    assert isinstance(room.ear.next(), Loading)
    event = room.ear.next()
    assert isinstance(event, LearnedChanged)
    assert event.checkpoint == "0"
    assert event.notices == ("what was learned is not saved: no room",)
    room.predictor.stop()


def test_of_many_models_those_used_last_stay() -> None:
    """Another is let go, saved; when it comes again it is read again."""
    models = [FakeModel(name=str(number)) for number in range(MOST_SEATED + 2)]
    room = Class(*models)
    for model in models[1:]:
        room.turn(model.name)
    assert models[0].log == ["opened", "closed"]
    assert all(model.log == ["opened"] for model in models[1:])
    room.turn("0")
    assert models[0].log == ["opened", "closed", "opened"]
    room.predictor.stop()


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ({"keep": RuntimeError("boom\nmore")}, "learning stopped: RuntimeError: boom"),
        ({"keep": OSError("disk gone")}, "a text is not learned: disk gone"),
        ({"save": CharlmError("no room")}, "what was learned is not saved: no room"),
    ],
)
def test_a_fault_in_learning_takes_no_ghost(faults: dict[str, Exception], words: str) -> None:
    """A line says what went wrong; ghosts go on."""
    model = FakeModel()
    model.memory = Faulty(model.log, **faults)
    room = Class(model)
    room.predictor.keep("/a", "text")
    room.predictor.save()
    notices: list[str] = []
    while not notices:
        notices += told(room.ear).notices
    assert notices == [words]
    room.predictor.ask(request(1, "The "))
    while isinstance(event := room.ear.next(), LearnedChanged):
        pass
    assert isinstance(event, Prediction)
    assert event.text
    room.predictor.stop()


def test_what_can_not_be_opened() -> None:
    """Where what was learned can't be read, the model predicts without, and a line says so."""

    class Shut(FakeModel):
        def learned(self, texts: Iterable[str] = ()) -> FakeLearned:
            raise CharlmError("/x: damaged")

    room = Class(Shut())
    assert not room.first.seen
    assert room.first.notices == ("learning is off: /x: damaged",)
    room.predictor.ask(request(1, "The "))
    assert prediction(room.ear).text
    room.predictor.stop()


def test_what_was_set_aside_is_told_once() -> None:
    """A notice of how it was opened is heard once."""
    model = FakeModel()
    model.memory = FakeLearned(model.log, notices=("a file was damaged",))
    room = Class(model)
    assert room.first.notices == ("a file was damaged",)
    room.predictor.look()
    assert told(room.ear).notices == ()
    room.predictor.stop()
