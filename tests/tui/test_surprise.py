"""How surprising a text is: read in pieces, edited, read on, and what is told of it."""

import math
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import Model, score
from tests.support import make_checkpoint, make_model
from tests.tui.support import FakeClock
from tui.services import surprise
from tui.services.learner import Learner
from tui.services.reading import HOLD_SECONDS, LIMIT, Reading
from tui.services.surprise import ReadSurprise, Surprised, Trail
from tui.text.buffer import Buffer, Location
from tui.text.heat import BOUNDS, HIGHEST, MARKS, UNREAD, mark

NEVER: Callable[[], bool] = lambda: False  # noqa: E731


class Chained:
    """Finds a character the more surprising the less it is like all that came before."""

    def __init__(self, seen: int = 0, log: list[int] | None = None) -> None:
        self.seen = seen
        self.log: list[int] = [] if log is None else log

    def feed(self, text: str) -> npt.NDArray[np.float32]:
        """Depends on each character before, in order."""
        bits = []
        for character in text:
            self.seen = (self.seen * 31 + ord(character)) % 1009
            bits.append(self.seen / 100)
        self.log.append(len(text))
        return np.array(bits, dtype=np.float32)

    def fork(self) -> "Chained":
        """Another one, with the same log."""
        return Chained(self.seen, self.log)


class ChainedModel:
    """Reads so."""

    def __init__(self, shift: int = 0) -> None:
        self.log: list[int] = []
        self.shift = shift

    def surprises(self) -> Chained:
        """A reader from the start."""
        return Chained(self.shift, self.log)


class Desk:
    """A text, what is known of it, and a model that reads it."""

    def __init__(self, text: str, model: Any = None, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.buffer = Buffer(text)
        self.reading = Reading(self.buffer, self.clock)
        self.trail = Trail()
        self.use(model or ChainedModel())
        self.told: list[Surprised] = []

    def use(self, model: Any) -> None:
        """Read with this model."""
        self.model = model
        self.learner = cast(Learner, type("FakeLearner", (), {"model": model})())

    def replace(self, start: Location, end: Location, text: str) -> None:
        """Edit, and say so."""
        change = self.buffer.replace(start, end, text)
        self.reading.changed(change.start)

    def read(self, pieces: int | None = None) -> None:
        """Read so many pieces, or all there is."""
        errand = ReadSurprise(self.trail, self.buffer.lines.copy(), self.reading.frontier)
        done = 0

        def tell(event: object) -> None:
            nonlocal done
            assert isinstance(event, Surprised)
            self.told.append(event)
            if event.start == 0 and self.reading.known and event.model is not self.model:
                self.reading.forget()
            self.reading.add(event.start, event.bits, event.words)
            done += 1

        while not errand.work(self.learner, tell, lambda: pieces is not None and done >= pieces):
            if pieces is not None and done >= pieces:
                break

    @property
    def bits(self) -> list[float]:
        """The bits of each character that is known, as lines and columns have it."""
        found = []
        for row, line in enumerate(self.buffer.lines):
            columns = range(1, len(line) + 1)
            found += [self.reading.bits_before((row, column)) for column in columns]
        return found


def plainly(text: str, model: Any = None) -> list[float]:
    """The bits of each character but line breaks, read in one go."""
    bits = (model or ChainedModel()).surprises().feed(text)
    return [float(one) for one, character in zip(bits, text, strict=True) if character != "\n"]


PARTS = ["a", "the", "fox's", " ", "\n", "\n\n", "é字", "xxxxxxxxxxxxxxxx. "]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=30).map("".join)


@pytest.fixture(scope="module", autouse=True)
def small_pieces() -> Iterator[None]:
    """A text need not be long to take many of them."""
    before = surprise.PIECES, surprise.LONGEST_PIECE, surprise.MARK_EVERY, surprise.AT_ONCE
    surprise.PIECES, surprise.LONGEST_PIECE = (2, 4, 8, 16), 400
    surprise.MARK_EVERY, surprise.AT_ONCE = 60, 3
    yield
    surprise.PIECES, surprise.LONGEST_PIECE, surprise.MARK_EVERY, surprise.AT_ONCE = before


@given(TEXTS)
def test_a_text_is_read_as_if_in_one_go(text: str) -> None:
    """Whatever pieces it was read in, each character has the bits it would have had anyway."""
    desk = Desk(text)
    desk.read()
    assert desk.bits == pytest.approx(plainly(text))
    assert desk.reading.done
    if text:
        assert desk.reading.bpc == pytest.approx(
            float(np.mean(ChainedModel().surprises().feed(text), dtype=np.float64))
        )


PLACE = st.tuples(st.integers(0, 8), st.integers(0, 30))
EDITS = st.lists(st.tuples(PLACE, PLACE, TEXTS, st.integers(0, 5)), max_size=6)


@given(TEXTS, EDITS)
def test_an_edited_text_is_read_as_if_it_had_always_been_so(
    text: str, edits: list[tuple[Location, Location, str, int]]
) -> None:
    """Edited here and there, read a little in between: in the end all is as in one go."""
    desk = Desk(text)
    for start, end, inserted, pieces in edits:
        desk.read(pieces)
        desk.replace(min(start, end), max(start, end), inserted)
        looks = [levels(desk, row) for row in range(len(desk.buffer.lines))]
        assert [len(look) for look in looks] == [len(line) for line in desk.buffer.lines]
        known = [one for one in desk.bits if not math.isnan(one)]
        assert known == pytest.approx(plainly(desk.buffer.text)[: len(known)])
    desk.read()
    assert desk.bits == pytest.approx(plainly(desk.buffer.text))
    fresh = Desk(desk.buffer.text)
    fresh.read()
    assert desk.reading.most_surprising(9) == fresh.reading.most_surprising(9)
    for row in range(len(desk.buffer.lines)):
        assert levels(desk, row) == levels(fresh, row)


def test_the_mean_is_what_eval_says() -> None:
    """The figure of the panel is the static bits per character of the command line, to 1e-3."""
    model: Model = make_model(make_checkpoint("lstm", 24, 2, scale=4.0))
    text = "the quick brown fox, and then some.\n\néж and ☃ unknown\n" * 60
    desk = Desk(text, model)
    desk.read()
    assert desk.reading.bpc == pytest.approx(score(model, [text]).bpc, abs=1e-5)
    assert desk.reading.bpc > 1
    desk.replace((50, 3), (55, 0), "something else")
    desk.read()
    assert desk.reading.bpc == pytest.approx(score(model, [desk.buffer.text]).bpc, abs=1e-5)


def test_an_edit_costs_what_is_behind_it() -> None:
    """Of a long text only what is near is read again when its end is typed at."""
    desk = Desk("some words\n" * 2000)
    desk.read()
    desk.model.log.clear()
    for typed in "more":
        desk.replace(desk.buffer.end, desk.buffer.end, typed)
        desk.read()
    assert sum(desk.model.log) < 200
    # The first key had to go back to a mark far from it, the others to one near.
    before = len(desk.model.log)
    desk.replace(desk.buffer.end, desk.buffer.end, "!")
    desk.read()
    assert sum(desk.model.log[before:]) < 20


def test_it_gives_way() -> None:
    """Between any few characters it can be overtaken, and goes on later where it was."""
    desk = Desk("words and more words " * 200)
    errand = ReadSurprise(desk.trail, desk.buffer.lines, (0, 0))
    told: list[Surprised] = []
    asked = iter(range(10**9))

    def overtaken() -> bool:
        return next(asked) % 7 == 6

    rounds = 0
    while not errand.work(desk.learner, lambda one: told.append(cast(Surprised, one)), overtaken):
        rounds += 1
        assert rounds < 10**5
    assert rounds > 10
    assert max(desk.model.log) <= 3
    assert [float(bit) for one in told for bit in one.bits] == pytest.approx(
        plainly(desk.buffer.text)
    )
    assert [one.start for one in told] == sorted({one.start for one in told})


def test_another_model_begins_anew() -> None:
    """A text that one model had read in part is read from the start by the next."""
    desk = Desk("words and more words " * 100)
    desk.read(5)
    errand = ReadSurprise(desk.trail, desk.buffer.lines, desk.reading.frontier)
    told: list[Surprised] = []
    errand.work(desk.learner, lambda one: told.append(cast(Surprised, one)), lambda: bool(told))
    assert told[-1].start > 0
    desk.use(ChainedModel(7))
    errand.work(desk.learner, lambda one: told.append(cast(Surprised, one)), NEVER)
    again = [one for one in told if one.model is desk.model]
    assert again[0].start == 0
    assert [float(bit) for one in again for bit in one.bits] == pytest.approx(
        plainly(desk.buffer.text, desk.model)
    )


def test_a_huge_text_is_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is behind is never read, and looks as if nothing were known."""
    for module in ("tui.services.reading", "tui.services.surprise"):
        monkeypatch.setattr(f"{module}.LIMIT", 1000)
    desk = Desk("word word\n" * 300)
    desk.read()
    assert (desk.reading.size, desk.reading.known, desk.reading.done) == (1000, 1000, True)
    assert desk.reading.levels(99, 0, 9) != b""
    assert desk.reading.levels(100, 0, 9) == bytes(9)
    assert LIMIT == 2_000_000


def levels(desk: Desk, row: int) -> list[int]:
    """The levels of a row."""
    return [*desk.reading.levels(row, 0, len(desk.buffer.lines[row]))]


class Even:
    """Finds each letter as surprising as its place in the alphabet says."""

    def feed(self, text: str) -> npt.NDArray[np.float32]:
        """From half a bit on."""
        return np.array([ord(one) - ord("a") + 0.5 for one in text], dtype=np.float32)

    def fork(self) -> "Even":
        """It keeps nothing."""
        return self

    def surprises(self) -> "Even":
        """Itself."""
        return self


def test_levels() -> None:
    """Each character has the level of its bits, by steps of one doubling."""
    desk = Desk("abcdefghijz", Even())
    desk.read()
    assert levels(desk, 0) == [0, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4]
    assert len(BOUNDS) == 4


def test_what_is_not_read_shows() -> None:
    """Before the first piece all is marked as unread; what is read stands out from the rest."""
    desk = Desk("abc " * 30 + "\nabc", Even())
    assert set(levels(desk, 0)) == {UNREAD}
    desk.read(1)
    found = levels(desk, 0)
    assert found[:3] == [0, 1, 2]
    assert found[-1] == UNREAD
    assert levels(desk, 1) == [UNREAD] * 3


def test_lines_behind_an_edit_do_not_flash() -> None:
    """For half a second they look as before, the rest of the edited line too; what is still not
    read by then is shown as unread."""
    desk = Desk("abc\ncde\nefg", Even())
    desk.read()
    first, *others = [levels(desk, row) for row in (0, 1, 2)]
    desk.clock.now = 100.0
    desk.replace((0, 1), (0, 1), "z\ny")
    assert levels(desk, 0) == [first[0], 0]
    assert levels(desk, 1) == [0, *first[1:]]
    assert [levels(desk, row) for row in (2, 3)] == others
    desk.replace((1, 1), (1, 1), "x")
    assert levels(desk, 1) == [0, 0, *first[1:]]
    desk.replace((0, 2), (1, 0), "")
    assert levels(desk, 0) == [first[0], 0, 0, 0, *first[1:]]
    desk.clock.now += HOLD_SECONDS
    assert [set(levels(desk, row)) for row in (1, 2)] == [{UNREAD}, {UNREAD}]
    desk.read()
    assert [levels(desk, row) for row in (1, 2)] == others


def test_figures_of_places() -> None:
    """Of a line, of the character before the cursor, of stretches of the text."""
    desk = Desk("bbbb\n\ndddd", Even())
    assert math.isnan(desk.reading.bpc)
    assert math.isnan(desk.reading.line_bpc(0))
    desk.read()
    assert desk.reading.line_bpc(0) == pytest.approx(1.5)
    assert math.isnan(desk.reading.line_bpc(1))
    assert desk.reading.line_bpc(2) == pytest.approx(3.5)
    assert desk.reading.bits_before((2, 1)) == pytest.approx(3.5)
    assert math.isnan(desk.reading.bits_before((0, 0)))
    values, here = desk.reading.curve(5, (2, 4))
    assert values[0] == pytest.approx(1.5)
    assert values[-1] == pytest.approx(3.5)
    assert here == 4
    assert desk.reading.curve(5, (0, 0))[1] == 0
    assert len(desk.reading.curve(100, (0, 0))[0]) == len("bbbb\n\ndddd")


def test_an_empty_text() -> None:
    """Nothing is read, nothing is known, and nothing breaks."""
    desk = Desk("")
    desk.read()
    assert desk.told == []
    assert desk.reading.done
    assert math.isnan(desk.reading.bpc)
    assert desk.reading.curve(10, (0, 0))[1] == 0
    assert desk.reading.most_surprising(5) == []
    assert desk.reading.next_surprise((0, 0)) is None


def test_the_most_surprising_words() -> None:
    """Whole words with all their bits, whatever pieces they were read in, the most first."""
    desk = Desk("abc zoom\nyes a\nbaa " * 40 + "\nz", Even())
    desk.read()
    first, second, *_ = desk.reading.most_surprising(5)
    assert (first.text, first.at) == ("zoom", (0, 4))
    assert first.bits == pytest.approx(25.5 + 14.5 * 2 + 12.5)
    assert second.text == "zoom"
    assert second.at[0] > 0
    assert [word.text for word in desk.reading.most_surprising(500)].count("z") == 1


def test_going_from_surprise_to_surprise() -> None:
    """Where characters of the highest level begin, forwards and back, around the end."""
    desk = Desk("az bz\nzz a", Even())
    desk.read()
    places: list[Location | None] = [(0, 0)]
    for _ in range(4):
        places.append(desk.reading.next_surprise(cast(Location, places[-1])))
    assert places[1:] == [(0, 1), (0, 4), (1, 0), (0, 1)]
    assert desk.reading.next_surprise((0, 1), backwards=True) == (1, 0)
    assert desk.reading.next_surprise((0, 4), backwards=True) == (0, 1)


def test_marks_of_a_curve() -> None:
    """Higher bits show higher; what is not known as a blank."""
    drawn = "".join(map(mark, _range(0, 2 * HIGHEST, 40)))
    assert drawn[0] == MARKS[0]
    assert drawn[-1] == MARKS[-1]
    assert list(drawn) == sorted(drawn)
    assert mark(math.nan) == " "


def _range(low: float, high: float, count: int) -> Iterator[float]:
    return (low + (high - low) * at / count for at in range(count + 1))
