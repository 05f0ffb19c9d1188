"""When a text is learned, and how much of it."""

from pathlib import Path

import pytest

from tests.tui.support import FakeClock
from tui.services.habits import Habits
from tui.services.keeping import Keeping, learned_name, never_learned, text_without
from tui.services.learning import Learning

NOTE = Path("/texts/note.txt")


class Notes:
    """A pupil that writes down what it is told."""

    def __init__(self) -> None:
        self.log: list[tuple[object, ...]] = []

    def learn(self, on: bool) -> None:
        """Whether to learn."""
        self.log.append(("learn", on))

    def keep(self, document: str, text: str) -> None:
        """What to learn."""
        self.log.append(("keep", document, text))

    def save(self) -> None:
        """That it is saved."""
        self.log.append(("save",))

    def rename(self, document: str, name: str) -> None:
        """What is called otherwise now."""
        self.log.append(("rename", document, name))

    def forget(self, document: str) -> None:
        """What to unlearn."""
        self.log.append(("forget", document))

    def forget_all(self) -> None:
        """To unlearn all."""
        self.log.append(("forget all",))

    def look(self) -> None:
        """To tell."""
        self.log.append(("look",))


@pytest.fixture
def clock() -> FakeClock:
    """The time."""
    return FakeClock()


@pytest.fixture
def notes() -> Notes:
    """Who learns."""
    return Notes()


@pytest.fixture
def learning(notes: Notes, clock: FakeClock) -> Learning:
    """With a document of a path in the editor, which was looked at and not changed."""
    learning = Learning(notes, Habits(), Keeping(clock))
    learning.opened(NOTE, 7)
    learning.followed(7, 0)
    return learning


def test_a_line_that_was_left(clock: FakeClock) -> None:
    """It is ready 1.5 s after the last key; the cursor's line stays out until 10 s."""
    keeping = Keeping(clock)
    for edits, row in [(0, 0), (1, 0), (2, 1)]:
        keeping.follow(edits, row)
        clock.now += 1
    assert keeping.due() is None
    clock.now += 0.5
    assert keeping.due() is False
    assert keeping.due() is None
    assert keeping.waiting
    clock.now += 8.5
    assert keeping.due() is True
    assert keeping.due() is None
    assert not keeping.waiting


def test_a_line_that_was_not_left(clock: FakeClock) -> None:
    """A sentence being thought about is ready once nothing happened for long."""
    keeping = Keeping(clock)
    keeping.follow(0, 0)
    keeping.follow(1, 0)
    clock.now = 9.9
    assert keeping.due() is None
    clock.now = 10
    assert keeping.due() is True


def test_keys_put_it_off(clock: FakeClock) -> None:
    """As long as keys come, moves too, nothing is ready."""
    keeping = Keeping(clock)
    keeping.follow(0, 0)
    for step in range(30):
        keeping.follow(1, step % 3)
        clock.now += 1.4
        assert keeping.due() is None


def test_looking_around(clock: FakeClock) -> None:
    """A text that is read and not changed is never ready."""
    keeping = Keeping(clock)
    keeping.restart(3)
    for row in range(5):
        keeping.follow(3, row)
    clock.now += 100
    assert keeping.due() is None
    assert not keeping.waiting


@pytest.mark.parametrize(
    ("row", "rest"), [(0, "b\nc"), (1, "a\nc"), (2, "a\nb\n")], ids=["first", "middle", "last"]
)
def test_without_the_line_under_the_cursor(row: int, rest: str) -> None:
    """All lines but one, each with its break."""
    assert text_without(["a", "b", "c"], row) == rest


def test_names() -> None:
    """A document is learned by its path from the root on."""
    assert learned_name(None) == "untitled"
    assert learned_name(Path("note.txt")) == str(Path.cwd() / "note.txt")


def test_secrets_are_never_learned() -> None:
    """A file of passwords says why it is not learned; so does one the person named."""
    assert never_learned(Path(".env"), ()) == "it may hold secrets"
    assert never_learned(NOTE, (NOTE,)) == "turned off for this text"
    assert never_learned(NOTE, ()) == never_learned(None, ()) == ""


def test_what_is_sent(learning: Learning, notes: Notes, clock: FakeClock) -> None:
    """First the text without the cursor's line, later all of it."""
    learning.followed(8, 1)
    clock.now += 1.5
    learning.rested(["one", "two"], 1, 7)
    clock.now += 8.5
    learning.rested(["one", "two"], 1, 7)
    assert notes.log == [("keep", str(NOTE), "one\n"), ("keep", str(NOTE), "one\ntwo")]


def test_a_save(learning: Learning, notes: Notes) -> None:
    """All of it is learned at once, and what was learned is saved."""
    learning.followed(8, 0)
    learning.saved(NOTE, "one")
    assert notes.log == [("keep", str(NOTE), "one"), ("save",)]
    assert not learning.waiting
    learning.followed(9, 0)
    assert learning.waiting


def test_a_first_name(learning: Learning, notes: Notes, clock: FakeClock) -> None:
    """What was learned before the text had a name goes by that, and is not learned twice."""
    learn_untitled(learning, clock)
    learning.saved(NOTE, "one")
    assert notes.log == [
        ("keep", "untitled", "one"),
        ("rename", "untitled", str(NOTE)),
        ("keep", str(NOTE), "one"),
        ("save",),
    ]


def test_a_first_name_that_is_never_learned(
    learning: Learning, notes: Notes, clock: FakeClock
) -> None:
    """A text that turns out to be one of passwords is unlearned."""
    learn_untitled(learning, clock)
    learning.saved(Path("/texts/.env"), "one")
    assert notes.log == [("keep", "untitled", "one"), ("forget", "untitled"), ("save",)]


def test_a_first_name_at_once(learning: Learning, notes: Notes) -> None:
    """Texts without a name of earlier days stay learned."""
    learning.opened(None, 7)
    learning.saved(NOTE, "one")
    assert notes.log == [("keep", str(NOTE), "one"), ("save",)]


def test_a_first_name_does_not_undo_what_was_said(learning: Learning, notes: Notes) -> None:
    """A text that was not to be learned before it had a name is not learned by that either."""
    learning.opened(None, 7)
    learning.learn_here(False)
    learning.saved(NOTE, "one")
    assert notes.log == [("save",)]
    assert learning.why_not == "turned off for this text"


def test_the_next_text_without_a_name(learning: Learning) -> None:
    """What was said of one text is not said of the next."""
    learning.opened(None, 7)
    learning.learn_here(False)
    learning.opened(None, 8)
    assert learning.why_not == ""


def learn_untitled(learning: Learning, clock: FakeClock) -> None:
    """Have a text without a name typed and learned."""
    learning.opened(None, 7)
    learning.followed(8, 0)
    clock.now += 10
    learning.rested(["one"], 0, 3)


def test_what_the_model_wrote(learning: Learning, notes: Notes, clock: FakeClock) -> None:
    """It is not learned as it comes, what was typed before it is; all is once they go on."""
    learning.followed(8, 0)
    learning.before_written(lambda: "mine")
    assert notes.log == [("keep", str(NOTE), "mine")]
    for edits in (9, 10):
        learning.written(edits)
        learning.followed(edits, edits)
        clock.now += 20
        learning.rested(["mine", "the model's"], 1, 16)
    learning.before_written(lambda: "mine and the model's")
    learning.left("mine and the model's")
    assert len(notes.log) == 1
    learning.followed(11, 1)
    clock.now += 20
    learning.rested(["mine", "the model's!"], 1, 17)
    assert notes.log[1:] == [("keep", str(NOTE), "mine\nthe model's!")]


def test_a_farewell(learning: Learning, notes: Notes) -> None:
    """What was changed since it was last kept is; what was not, is not."""
    learning.left("one")
    assert notes.log == []
    learning.followed(8, 0)
    learning.left("one")
    assert notes.log == [("keep", str(NOTE), "one")]


@pytest.mark.parametrize("how", ["off", "here", "secret", "forgotten", "all forgotten"])
def test_nothing_is_learned(learning: Learning, notes: Notes, clock: FakeClock, how: str) -> None:
    """Where learning is off, by whatever means, nothing is sent and a reason is given."""
    match how:
        case "off":
            learning.learn(False)
        case "here":
            learning.learn_here(False)
        case "secret":
            learning.opened(Path("/texts/.env"), 7)
        case "forgotten":
            learning.forget(str(NOTE))
        case "all forgotten":
            learning.forget_all()
    notes.log.clear()
    assert learning.why_not
    learning.followed(8, 1)
    clock.now += 10
    learning.rested(["one", "two"], 1, 7)
    learning.followed(9, 0)
    learning.left("one")
    assert notes.log == []


def test_never_is_for_good(learning: Learning) -> None:
    """A text that is not to be learned is not after a restart either, until that is wanted."""
    learning.learn_here(False)
    assert Habits().settings.never == (NOTE,)
    learning.learn_here(True)
    assert Habits().settings.never == ()
    assert learning.why_not == ""


def test_never_without_a_path(learning: Learning, notes: Notes) -> None:
    """A text without a name can be kept from being learned too."""
    learning.opened(None, 7)
    learning.learn_here(False)
    assert learning.why_not == "turned off for this text"
    learning.learn_here(True)
    assert learning.why_not == ""
    assert Habits().settings.never == ()


def test_wanted_again(learning: Learning) -> None:
    """A text that was forgotten is learned again once the person says so."""
    learning.forget(str(NOTE))
    learning.learn_here(True)
    assert learning.why_not == ""


def test_off_for_good(learning: Learning, notes: Notes) -> None:
    """Turning learning off outlasts the program."""
    learning.learn(False)
    assert notes.log == [("learn", False)]
    assert not Habits().settings.learn
