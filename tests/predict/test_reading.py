"""An accent that comes by itself is read with the letter that it is drawn upon."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import Mixture, Session, SuggestConfig, replays, score
from charlm_core.predict.reading import BACK, STRETCH, reading, symbols_read
from charlm_core.predict.session import RECENT, SPARSE
from charlm_core.vocab import UNKNOWN, Vocab
from tests.predict.spoken import Counted, SpokenSource, counted, session_of
from tests.support import make_checkpoint, make_model

MODEL = make_model(make_checkpoint(hidden=6, letters="\n abcdeéêеийоё\u0301"))
VOCAB = MODEL.vocab
GRAVE, ACUTE, CIRCUMFLEX, BREVE, DIAERESIS = "\u0300", "\u0301", "\u0302", "\u0306", "\u0308"
MARKED = st.lists(
    st.sampled_from([*"aeиёй 🙂", "🙂🙂 " * 8, BREVE, DIAERESIS, ACUTE, CIRCUMFLEX, "\u200d"])
).map("".join)


def decomposed(text: str) -> str:
    """The same, each accent a character of its own."""
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("иои" + BREVE, "иой"),
        ("е" + DIAERESIS, "ё"),
        # One that makes a character it lacks is read as what stands for that.
        ("e" + DIAERESIS, "e"),
        ("E" + DIAERESIS, "e"),
        # Two upon one.
        ("e" + CIRCUMFLEX + GRAVE, "e"),
        # One that it knows is read by itself, as in training, whatever it makes.
        ("и" + ACUTE, "и" + ACUTE),
        ("e" + ACUTE, "e" + ACUTE),
        ("E" + ACUTE, "e" + ACUTE),
        # One that it does not know is passed over.
        ("и" + CIRCUMFLEX + "о", "ио"),
        ("a\u200db\u00adc\ufe0f", "abc"),
        (BREVE + "a", "a"),
        ("и" + CIRCUMFLEX * 20 + BREVE, "и"),
    ],
)  # fmt: skip
def test_what_is_read(text: str, read: str) -> None:
    """A person sees one character, and so does the model."""
    assert VOCAB.decode(symbols_read(VOCAB, text)) == read


def test_a_letter_with_its_accent_apart_is_the_letter() -> None:
    """A text from a system that takes letters apart is predicted as any other."""
    text = "йод ёй, êê" * 3
    assert len(decomposed(text)) > len(text)
    assert symbols_read(VOCAB, decomposed(text)).tolist() == VOCAB.encode(text).tolist()
    one, other = MODEL.start(text), MODEL.start(decomposed(text))
    assert one.state.tobytes() == other.state.tobytes()
    assert one.logits.tobytes() == other.logits.tobytes()
    assert one.suggest() == other.suggest()
    assert other.score.total_nats == pytest.approx(one.score.total_nats)


@given(MARKED, MARKED)
def test_taken_back_it_is_as_before(before: str, typed: str) -> None:
    """Backspace over an accent leaves the letter without it."""
    session = MODEL.start(before)
    session.type(typed)
    session.rewind(len(typed))
    other = MODEL.start(before)
    assert session.state.tobytes() == other.state.tobytes()
    assert session.score == other.score
    session.type(typed)
    other.type(typed)
    assert session.state.tobytes() == other.state.tobytes()


@pytest.mark.parametrize("back", [0, 1, 2, 3, RECENT, RECENT + 1, RECENT + SPARSE, 1900])
def test_far_back_it_is_as_before(back: int) -> None:
    """Wherever the last state that was kept is, within a letter or between two."""
    text = ("ои" + BREVE) * 700
    session = MODEL.start(text)
    session.rewind(back)
    other = MODEL.start(text[: len(text) - back])
    assert session.state.tobytes() == other.state.tobytes()
    session.type(BREVE)
    other.type(BREVE)
    assert session.state.tobytes() == other.state.tobytes()
    assert session.inside().layers[0].hidden.tobytes() == session.state[0, 0].tobytes()


@given(MARKED)
def test_what_is_left_is_what_a_session_has_read(text: str) -> None:
    """Whole or key by key: the same state."""
    source = MODEL.mixture()
    point = source.start()
    for symbol in symbols_read(VOCAB, text).tolist():
        point = source.advance(symbol, point)
    assert MODEL.start(text, source).point.context == point.context
    assert MODEL.start(text, source).state.tobytes() == point.state.tobytes()


def steps_of(text: str) -> int:
    """How often the network steps over a text."""
    session, source = counted(MODEL)
    assert isinstance(session, Session)
    assert isinstance(source, Counted)
    session.type(text)
    return source.steps


def test_it_costs_a_step_at_most() -> None:
    """A text full of accents is read as fast as another."""
    assert steps_of("и" * 50) == 50
    assert steps_of("и" + BREVE * 7) <= 8
    assert steps_of(("и" + BREVE) * 50) == 100
    assert steps_of("a" + "\u200d" * 50) == 1


def test_only_what_is_read_is_learned() -> None:
    """What is passed over teaches nothing."""
    text = "a\u200dba\u200db " * 3

    def learned(of: str) -> Mixture:
        mixture = MODEL.mixture()
        for _ in replays(MODEL, of, SuggestConfig(), mixture):
            pass
        return mixture

    assert learned(text).memory.chars == len(text.replace("\u200d", ""))


@given(MARKED.filter(bool))
def test_what_is_long_past_does_not_count(text: str) -> None:
    """The few characters before one are enough to say what is read of it."""
    for place in range(len(text)):
        whole = reading(VOCAB, text[: place + 1])
        assert 0 <= whole.over <= place
        assert reading(VOCAB, text[max(0, place - BACK) : place + 1]) == whole


@pytest.mark.parametrize("unknown", [UNKNOWN, "🙂", "\ud800"])
def test_what_it_knows_is_read_as_in_training(unknown: str) -> None:
    """A text of its own characters, with one that it lacks now and then: each is one symbol."""
    chance = np.random.default_rng(7)
    drawn = chance.choice([*VOCAB.symbols[1:]], 1000)
    drawn = np.where(chance.random(1000) < 0.03, unknown, drawn)
    text = "".join(drawn.tolist())
    assert "e" + ACUTE in text
    session, state = MODEL.start(text), MODEL.engine.zero_state()
    for symbol in VOCAB.encode(text).tolist():
        state = MODEL.engine.step(symbol, state)
    assert session.state.tobytes() == state.tobytes()
    assert session.score.total_nats == pytest.approx(score(MODEL, [text]).total_nats, rel=1e-6)


def test_typing_does_not_look_at_the_whole_text() -> None:
    """Signs and accents cost no more in a long text than in a short one."""
    session = MODEL.start("a, и" + BREVE + "🙂 " * 200)
    assert not session._head


STRANGE = "Ωμέγα, και πάλι: " * 10


def test_a_stretch_that_it_knows_nothing_of_is_passed_over() -> None:
    """After a few characters nothing of it moves the state, until a letter that is known."""
    session = MODEL.start("abc" + STRANGE[:STRETCH])
    before = session.state.tobytes()
    session.type(STRANGE[STRETCH:])
    assert session.state.tobytes() == before
    assert session.text == "abc" + STRANGE
    session.type("b")
    other = MODEL.start("abc" + STRANGE[:STRETCH] + "b")
    assert session.state.tobytes() == other.state.tobytes()
    # It is known again at once.
    session.type(" Ω")
    other.type(" Ω")
    assert session.state.tobytes() == other.state.tobytes()


def test_the_end_of_a_line_is_always_read() -> None:
    """What begins a line is expected to, whatever the line before it was."""
    session = MODEL.start("abc" + STRANGE)
    before = session.state.tobytes()
    session.type("\n")
    assert session.state.tobytes() != before


@pytest.mark.parametrize("text", ["-" * 60, " " * 60, "12 " + "- " * 60, "Ω" + "a- " * 20])
def test_signs_that_are_known_are_no_strange_stretch(text: str) -> None:
    """A ruler or a table is read to its end."""
    vocab = Vocab.from_text("abc -12")
    assert symbols_read(vocab, text).tolist() == vocab.encode(text).tolist()


def test_what_is_passed_over_is_as_surprising_as_ever() -> None:
    """Perplexity tells that the model can make nothing of it."""
    session = MODEL.start("abc" + STRANGE)
    before = session.score
    session.type("Ω")
    assert session.score.total_nats > before.total_nats


def test_nothing_is_proposed_within_what_is_passed_over() -> None:
    """What would show is the ghost of a place before it, glued to each letter that is typed."""
    source = SpokenSource(lambda text: {"x": 1.0})
    session = session_of(source, "abc" + STRANGE[:40])
    config = SuggestConfig(threshold=0.1, whole_threshold=0.1)
    assert session.suggest(config).text == ""
    assert session.alternatives(config) == ()
    for back in ("b", "\n"):
        fork = session.fork()
        fork.type(back)
        assert fork.suggest(config).text
