"""The model writing on: branches, in the thread that owns the model."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from charlm_core import GenerateConfig, Loop, SamplingConfig
from tests.support import LETTERS, make_checkpoint, make_model
from tests.tui.support import CRASH, FakeClock, FakeModel
from tests.tui.test_predictor import Ear, predicting, request
from tui.services import writing
from tui.services.events import ErrandFailed, Loading, Prediction, Ready
from tui.services.learner import Learner
from tui.services.model import Model
from tui.services.writing import Desk, Ended, Forked, Reading, Written

SEED = GenerateConfig(seed=3)
GREEDY = GenerateConfig(decoding="greedy")


class Office:
    """A desk, a model that works for it, and what was told."""

    def __init__(self, model: Model) -> None:
        self.clock = FakeClock()
        self.desk = Desk(self.clock)
        self.learner = Learner(model, model.start(), learning=False)
        self.told: list[Any] = []

    def work(self, overtaken: Callable[[], bool] = lambda: False) -> bool:
        """Do what was ordered."""
        return self.desk.work(self.learner, self.told.append, overtaken)

    def text(self, branch: int) -> str:
        """What was told of a branch."""
        text = ""
        for event in self.told:
            if isinstance(event, Forked) and event.branch == branch:
                text = event.text
            elif isinstance(event, Written) and event.branch == branch:
                text += event.text
        return text


def test_a_branch_is_written_as_far_as_it_may_go() -> None:
    """Not a character more, and behind its prompt."""
    office = Office(FakeModel())
    office.desk.begin(1, "A prompt", SEED)
    assert office.work()
    assert office.told == []
    office.desk.allow(1, 9)
    assert office.work()
    assert office.text(1) == "fox jumps"
    office.desk.allow(1, 14)
    assert office.work()
    assert office.work()
    assert office.text(1) == "fox jumps over"
    model = office.learner.model
    assert isinstance(model, FakeModel)
    assert model.continued == ["A prompt"]


@pytest.mark.parametrize("config", [SEED, GREEDY], ids=["sample", "greedy"])
def test_all_of_the_prompt_warms_the_state(config: GenerateConfig) -> None:
    """What is written is what the model writes behind all of it; its last letter alone, and all but
    its first, lead elsewhere."""
    model = make_model(make_checkpoint("rnn", hidden=32, scale=3.0))
    prompt = "the captain said that"
    office = Office(model)
    for branch, before in enumerate((prompt, prompt[-1], prompt[1:])):
        office.desk.begin(branch, before, config)
        office.desk.allow(branch, 60)
    assert office.work()
    expected = model.start(prompt).generation(config).write(60)
    assert office.text(0) == expected
    assert len({office.text(branch) for branch in range(3)}) == 3


def test_the_live_session_stays_as_it_is() -> None:
    """Ghosts go on from where they were, whether its text was the prompt or not."""
    model = make_model()
    office = Office(model)
    session = office.learner.session
    session.seek("abc", lambda: False)
    for branch, prompt in enumerate(("abc", "abcd", "xyz")):
        office.desk.begin(branch, prompt, SEED)
        office.desk.allow(branch, 20)
    assert office.work()
    assert office.learner.session is session
    assert session.text == "abc"
    for branch, prompt in enumerate(("abc", "abcd", "xyz")):
        assert office.text(branch) == model.start(prompt).generation(SEED).write(20)


def test_overtaken_anywhere_it_goes_on_the_same() -> None:
    """Interrupted before every character, of the prompt and of the text, nothing is lost or told
    twice."""
    model = make_model()
    office = Office(model)
    office.desk.begin(1, "the prompt", SEED)
    office.desk.allow(1, 30)
    rounds = 0
    asked = 0

    def after_two() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    while not office.work(after_two):
        rounds, asked = rounds + 1, 0
    assert rounds > 15
    assert office.text(1) == model.start("the prompt").generation(SEED).write(30)


def test_reading_is_told() -> None:
    """How far it has come, as long as that takes time."""
    office = Office(make_model())
    office.desk.begin(1, "a" * 100, SEED)
    office.desk.allow(1, 1)

    def slow() -> bool:
        office.clock.now += 0.01
        return False

    assert office.work(slow)
    reading = [event for event in office.told if isinstance(event, Reading)]
    assert len(reading) > 20
    assert [event.read for event in reading] == sorted({event.read for event in reading})
    assert all(event.branch == 1 and event.chars == 100 for event in reading)


def test_what_was_read_is_not_read_again() -> None:
    """Another branch behind the same prompt, or behind one that goes on with it, begins at once."""
    office = Office(make_model())
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1
        return False

    office.desk.begin(1, "a" * 1000, SEED)
    office.desk.allow(1, 1)
    assert office.work(count)
    assert steps > 1000
    steps = 0
    office.desk.begin(2, "a" * 1000, replace(SEED, seed=4))
    office.desk.allow(2, 1)
    office.desk.begin(3, "a" * 1000 + "b", SEED)
    office.desk.allow(3, 1)
    assert office.work(count)
    assert steps < 10


def test_of_a_huge_text_the_end_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a place on that stays while the text grows a little."""
    monkeypatch.setattr(writing, "PROMPT_CHARS", 20)
    monkeypatch.setattr(writing, "_CUT_CHARS", 10)
    office = Office(FakeModel())
    text = "".join(map(chr, range(ord("A"), ord("A") + 40)))
    for branch, chars in enumerate((20, 21, 29, 30, 31)):
        office.desk.begin(branch, text[:chars], SEED)
        office.desk.allow(branch, 1)
    assert office.work()
    model = office.learner.model
    assert isinstance(model, FakeModel)
    assert model.continued == [text[:20], text[10:21], text[10:29], text[10:30], text[20:31]]


def test_branches_take_turns() -> None:
    """Each is told a little at a time, and none waits for the end of another."""
    office = Office(FakeModel())
    for branch in (1, 2):
        office.desk.begin(branch, "", replace(SEED, seed=branch))
        office.desk.allow(branch, 60)

    def slow() -> bool:
        office.clock.now += 0.01
        return False

    assert office.work(slow)
    turns = [event.branch for event in office.told]
    assert turns[:4] == [1, 2, 1, 2]
    assert office.text(1).startswith("quick brown")
    assert office.text(2).startswith("brown fox")


def test_a_fork_goes_on_otherwise_from_where_the_other_one_is() -> None:
    """It has all that the other one had, told at once, and writes on by itself."""
    model = make_model()
    office = Office(model)
    office.desk.begin(1, "the ", SEED)
    office.desk.allow(1, 20)
    assert office.work()
    other = replace(SEED, seed=99)
    office.desk.allow(1, 30)
    office.desk.fork(2, 1, other)
    office.desk.allow(2, 40)
    assert office.work()
    one, two = office.text(1), office.text(2)
    assert (len(one), len(two)) == (30, 40)
    assert two[:20] == one[:20]
    assert two[20:30] != one[20:]
    grown = model.start("the ").generation(SEED)
    grown.write(20)
    assert two[20:] == grown.fork(other).write(20)


def test_a_dropped_one_is_written_no_more() -> None:
    """Nor can it be forked."""
    office = Office(FakeModel())
    office.desk.begin(1, "", SEED)
    office.desk.allow(1, 5)
    office.desk.drop(1)
    office.desk.allow(1, 9)
    office.desk.fork(2, 1, SEED)
    assert office.work()
    assert office.told == []


def test_an_endless_one_ends_in_a_loop() -> None:
    """After ten rounds; where it is let go on it takes ten more. One with an end goes on to it."""
    office = Office(FakeModel())
    office.desk.begin(1, "", GREEDY)
    office.desk.allow(1, 10_000, endless=True)
    assert office.work()
    assert office.told[-1] == Ended(branch=1, why="loop")
    length = len(office.text(1))
    assert office.text(1) == "The " * (length // 4)
    assert 11 <= length // 4 <= 12
    assert office.told[-2].loop == Loop(0, 4)
    office.desk.allow(1, 10_000, endless=True)
    assert office.work()
    assert len(office.text(1)) == length
    office.desk.allow(1, 10_000, endless=True, anew=True)
    assert office.work()
    assert len(office.text(1)) == length + 40
    office.desk.begin(2, "", GREEDY)
    office.desk.allow(2, 400)
    assert office.work()
    assert len(office.text(2)) == 400


def test_another_model_does_not_go_on_with_it() -> None:
    """It is said; what begins then is the new model's."""
    office = Office(FakeModel("one two"))
    office.desk.begin(1, "", SEED)
    office.desk.allow(1, 5)
    assert office.work()
    model = FakeModel("three four")
    office.learner = Learner(model, model.start(), learning=False)
    assert office.work()
    office.desk.allow(1, 9)
    office.desk.begin(2, "", SEED)
    office.desk.allow(2, 4)
    assert office.work()
    assert Ended(branch=1, why="model") in office.told
    assert office.text(2) == "four"
    told = len(office.told)
    office.desk.allow(1, 20)
    assert office.work()
    assert len(office.told) == told


def test_a_vocabulary_with_nothing_to_suggest() -> None:
    """The branch ends and says why."""
    office = Office(FakeModel(sentence=""))
    office.desk.begin(1, "", SEED)
    office.desk.allow(1, 5)
    assert office.work()
    assert office.told == [Ended(branch=1, why="nothing")]


def test_nothing_written_is_a_control() -> None:
    """Whatever a vocabulary holds: letters and line ends only."""
    model = make_model(make_checkpoint(letters="\x07\t\n\x1b" + LETTERS[1:]))
    office = Office(model)
    config = GenerateConfig(sampling=SamplingConfig(temperature=3.0))
    office.desk.begin(1, "\x1b[2J", config)
    office.desk.allow(1, 2000)
    assert office.work()
    text = office.text(1)
    assert len(text) == 2000
    assert set(text) <= {"\n", *LETTERS}
    assert "\n" in text


def test_ghosts_come_first() -> None:
    """In the predictor's thread: a request is answered while a branch without end is written; after
    that it goes on."""
    with predicting(lambda name: make_model()) as (predictor, ear):
        assert isinstance(ear.next(), Loading)
        assert isinstance(ear.next(), Ready)
        desk = Desk()
        desk.begin(1, "the ", SEED)
        desk.allow(1, 100_000_000)
        predictor.send(desk)
        assert isinstance(ear.next(), Written)
        predictor.ask(request(7, "abc"))
        heard = _until(ear, Prediction)
        assert heard.revision == 7
        assert isinstance(_until(ear, Written), Written)
        desk.drop(1)
        predictor.send(desk)


def test_one_that_breaks_is_told() -> None:
    """The thread and the other branches live on."""
    with predicting(lambda name: FakeModel()) as (predictor, ear):
        _until(ear, Ready)
        desk = Desk()
        desk.begin(1, "", replace(SEED, seed=CRASH))
        desk.allow(1, 5)
        predictor.send(desk)
        failed = _until(ear, ErrandFailed)
        assert (failed.key, "\n" in failed.reason) == (writing.KEY, False)
        desk.drop(1)
        desk.begin(2, "", SEED)
        desk.allow(2, 3)
        predictor.send(desk)
        assert _until(ear, Written).text == "fox"


def _until(ear: Ear, kind: type[Any]) -> Any:
    while not isinstance(event := ear.next(), kind):
        pass
    return event
