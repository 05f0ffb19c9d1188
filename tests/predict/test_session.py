"""A session is its text: however one got there, all that can be seen of it is the same."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from charlm_core import Session
from charlm_core.config import CELLS, Cell
from charlm_core.predict.prefix import common_prefix
from charlm_core.predict.session import RECENT, SPARSE
from tests.support import LETTERS, make_checkpoint, make_model

MODELS = {cell: make_model(make_checkpoint(cell, hidden=6, layers=2)) for cell in CELLS}
MODEL = MODELS["lstm"]

# Mostly what the model knows; also surrogates, controls, combining marks and whatever else.
TEXTS = st.text(st.sampled_from(LETTERS) | st.characters(codec=None), max_size=12)
ODD = "\0\x1b[31m\ud800\udfff\u202e\N{COMBINING ACUTE ACCENT}👩\u200d💻\U0010ffff\ufffd"


def assert_same(one: Session, other: Session) -> None:
    """Nothing that a session shows tells these two apart."""
    assert one.text == other.text
    assert one.chars == other.chars == len(one.text)
    assert one.state.tobytes() == other.state.tobytes()
    assert one.logits.tobytes() == other.logits.tobytes()
    assert one.score == other.score
    assert one.suggest() == other.suggest()


def after(count: int) -> Callable[[], bool]:
    """A `cancelled` that answers False `count` times, and True from then on."""
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > count

    return cancelled


@given(st.sampled_from(CELLS), st.data())
def test_to_rewind_is_never_to_have_typed(cell: Cell, data: st.DataObject) -> None:
    """Backspace brings the earlier ghost back, exactly."""
    before, typed = data.draw(TEXTS), data.draw(TEXTS)
    model = MODELS[cell]
    session = model.start(before)
    session.type(typed)
    session.rewind(len(typed))
    assert_same(session, model.start(before))


@pytest.mark.parametrize("back", [1, 63, 64, RECENT - 1, RECENT, RECENT + 1, 1500, 2100, 2200])
def test_rewinding_beyond_the_dense_snapshots_is_exact(back: int) -> None:
    """Deleting a whole page brings the earlier ghost back, exactly."""
    text = (LETTERS * 70)[:2200]
    session = MODEL.start(text)
    session.rewind(back)
    assert_same(session, MODEL.start(text[: 2200 - back]))
    session.type(text[2200 - back :])
    assert_same(session, MODEL.start(text))


def test_rewinding_steps_less_than_the_distance_between_snapshots(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Deleting a page takes no longer than deleting a line."""
    session = MODEL.start("x" * 3000)
    steps = 0
    step = MODEL.engine.step

    def counted(*arguments: object) -> object:
        nonlocal steps
        steps += 1
        return step(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(MODEL.engine, "step", counted)
    for back in (1, 1, 1000, 100, 1, 1, 700, 64):
        steps = 0
        session.rewind(back)
        assert steps < SPARSE


def test_a_long_text_keeps_few_states() -> None:
    """A long document does not eat the memory."""
    session = MODEL.start("x" * 20_000)
    for _ in range(6):
        session.rewind(4000)
        session.type("y" * 1500)
        assert len(session._snapshots) <= RECENT + session.chars // SPARSE + 1


@pytest.mark.parametrize("n", [-1, 4])
def test_rewinding_further_than_the_text_is_an_error(n: int) -> None:
    """A mistaken caller hears of it, and the session is as it was."""
    session = MODEL.start("abc")
    with pytest.raises(ValueError, match=f"can't rewind {n} of 3"):
        session.rewind(n)
    assert_same(session, MODEL.start("abc"))


@given(TEXTS, TEXTS, TEXTS)
def test_forks_are_independent(start: str, one_way: str, other_way: str) -> None:
    """Trying out an alternative leaves the text alone."""
    session = MODEL.start(start)
    fork = session.fork()
    assert_same(session, fork)
    fork.type(one_way)
    session.rewind(len(start) // 2)
    session.type(other_way)
    assert_same(fork, MODEL.start(start + one_way))
    assert_same(session, MODEL.start(start[: len(start) - len(start) // 2] + other_way))


@given(TEXTS, TEXTS, TEXTS)
def test_seeking_a_text_is_typing_it(shared: str, one: str, other: str) -> None:
    """Wherever the cursor jumps, the ghost is that of the text before it."""
    session = MODEL.start(shared + one)
    assert session.seek(shared + other)
    assert_same(session, MODEL.start(shared + other))


@given(TEXTS, TEXTS, st.integers(0, 12))
def test_a_cancelled_seek_stands_at_a_prefix_and_can_go_on(
    before: str, target: str, count: int
) -> None:
    """Typing on while the model reads interrupts it, and loses nothing."""
    session = MODEL.start(before)
    reached = session.seek(target, after(count))
    assert reached == (session.text == target)
    assert target.startswith(session.text)
    assert_same(session, MODEL.start(session.text))
    assert session.seek(target)
    assert_same(session, MODEL.start(target))


def test_seeking_keeps_what_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more key costs one step, in a long text too."""
    session = MODEL.start("y" * 5000)
    typed: list[str] = []
    monkeypatch.setattr(Session, "_push", lambda self, character: typed.append(character))
    session.seek("y" * 5000 + "z")
    assert typed == ["z"]


@given(TEXTS, TEXTS, TEXTS)
def test_the_common_prefix_is_the_longest(shared: str, one: str, other: str) -> None:
    """No character is read twice that need not be."""
    found = common_prefix(shared + one, shared + other)
    assert (shared + one)[:found] == (shared + other)[:found]
    assert (shared + one)[found : found + 1] != (shared + other)[found : found + 1] or (
        shared + one == shared + other
    )


@pytest.mark.parametrize("cell", CELLS)
def test_any_character_can_be_typed(cell: Cell) -> None:
    """Pasting anything at all breaks nothing."""
    session = MODELS[cell].start(ODD)
    assert session.text == ODD
    session.rewind(3)
    assert session.text == ODD[:-3]
    assert session.score.perplexity > 1.0


def test_an_empty_text_has_no_score() -> None:
    """There is no perplexity to show before the first key."""
    session = MODEL.start()
    assert session.text == ""
    assert session.score.chars == 0


def test_what_a_session_shows_can_not_be_written_to() -> None:
    """A caller's slip can't spoil later ghosts."""
    session = MODEL.start()
    for shown in (session.logits, session.state):
        with pytest.raises(ValueError, match="read-only"):
            shown[...] = 0.0
    session.type("a")
    for shown in (session.logits, session.state):
        with pytest.raises(ValueError, match="read-only"):
            shown[...] = 0.0


class AnyHistory(RuleBasedStateMachine):
    """Typing, deleting, jumping and forking in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.session = MODEL.start()
        self.text = ""

    @rule(text=TEXTS, times=st.sampled_from([1, 1, 40, 300]))
    def type(self, text: str, times: int) -> None:
        """Type or paste."""
        self.session.type(text * times)
        self.text += text * times

    @rule(data=st.data())
    def rewind(self, data: st.DataObject) -> None:
        """Delete."""
        n = data.draw(st.integers(0, len(self.text)))
        self.session.rewind(n)
        self.text = self.text[: len(self.text) - n]

    @rule(data=st.data(), text=TEXTS)
    def seek(self, data: st.DataObject, text: str) -> None:
        """Jump."""
        self.text = self.text[: data.draw(st.integers(0, len(self.text)))] + text
        assert self.session.seek(self.text)

    @rule(text=TEXTS)
    def fork(self, text: str) -> None:
        """Go on with a fork, and spoil what it came from."""
        abandoned, self.session = self.session, self.session.fork()
        abandoned.rewind(abandoned.chars // 2)
        abandoned.type(text)

    @invariant()
    def nothing_shows_the_history(self) -> None:
        """All is as if the text had been typed at once."""
        assert self.session.text == self.text
        if len(self.text) < 2000:
            assert_same(self.session, MODEL.start(self.text))


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=25, stateful_step_count=12)
