"""What a ghost may hold, and where it stops."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import DECODINGS, Decoding, GenerateConfig, SuggestConfig, Suggestion, is_control
from charlm_core.checkpoint import Checkpoint
from charlm_core.predict.proposal import MOST_LINES
from charlm_core.predict.sampling import softmax
from charlm_core.vocab import UNKNOWN
from tests.predict.spoken import SpokenSource, counted, session_of, spoken
from tests.support import LETTERS, make_checkpoint, make_model

HOSTILE = "\0\t\n\r\x1b\x7f\x85\xad abc\u200b\u2028\u2029\u202e\ufeff\U000e0041"
"""Controls of every kind, with a few letters among them."""


def biased(letters: str, wants: Sequence[tuple[str, float]]) -> Checkpoint:
    """A model that finds some characters likely whatever came before: their logits are given."""
    checkpoint = make_checkpoint(letters=letters)
    checkpoint.tensors["output.weight"][...] = 0.0
    bias = checkpoint.tensors["output.bias"]
    bias[...] = -100.0
    for character, logit in wants:
        bias[checkpoint.config.vocabulary.index(character)] = logit
    return checkpoint


@given(
    seed=st.integers(0, 20),
    scale=st.sampled_from([1.0, 5.0, 20.0]),
    prompt=st.text(LETTERS, max_size=8),
    config=st.builds(
        SuggestConfig,
        threshold=st.floats(0.0, 1.0),
        whole_threshold=st.floats(0.0, 1.0),
        patience=st.floats(0.0, 4.0),
        caution=st.just(0.0) | st.floats(0.0, 4.0),
        max_chars=st.integers(1, 20),
        expansions=st.integers(1, 60),
    ),
)
def test_a_ghost_keeps_what_its_settings_promise(
    seed: int, scale: float, prompt: str, config: SuggestConfig
) -> None:
    """It can be drawn, is likely and short enough, and its figures are the model's."""
    session = make_model(make_checkpoint(scale=scale, seed=seed)).start(prompt)
    ghost = session.suggest(config)
    assert session.text == prompt
    assert len(ghost.probabilities) == len(ghost.text) <= config.max_chars
    assert ghost.text.count("\n") <= MOST_LINES
    assert ghost.probability == math.prod(ghost.probabilities)
    word = ghost.first_word
    if ghost.text:
        assert math.prod(ghost.probabilities[: len(word)]) >= session.least_chance(config)
        assert session.least_chance(config) >= config.threshold
        assert len(ghost.text) > 1
        assert not ghost.text.isspace() or "\n" in ghost.text
    if len(ghost.text) > len(word):
        assert ghost.probability >= config.whole_threshold
    allowed = session.vocab.suggestible()
    for character, probability in zip(ghost.text, ghost.probabilities, strict=True):
        chances = softmax(session.logits)
        symbol = session.vocab.id_of(character)
        assert allowed[symbol]
        assert probability == pytest.approx(chances[symbol], rel=1e-4)
        session.type(character)
    if ghost.stopped == "length":
        assert len(ghost.text) == config.max_chars
    assert ghost.stopped != "cancelled"


@given(
    seed=st.integers(0, 20),
    scale=st.sampled_from([5.0, 20.0]),
    prompt=st.text(LETTERS, max_size=8),
)
def test_behind_the_first_word_a_ghost_goes_the_likeliest_way(
    seed: int, scale: float, prompt: str
) -> None:
    """What follows the first word is what the model finds likeliest, character by character."""
    session = make_model(make_checkpoint(scale=scale, seed=seed)).start(prompt)
    ghost = session.suggest(SuggestConfig(threshold=0.1))
    word = ghost.first_word
    allowed = session.vocab.suggestible()
    session.type(word)
    for character in ghost.text[len(word) + 1 :]:
        session.type(ghost.text[session.chars - len(prompt)])
        best = np.where(allowed, session.logits, -np.inf).argmax()
        assert character == session.vocab.symbols[best]


@pytest.mark.parametrize("wanted", [UNKNOWN, *(c for c in HOSTILE if c not in "\n abc")])
def test_what_a_terminal_can_not_draw_is_never_suggested(wanted: str) -> None:
    """A model that would love to write escape codes shows none, and neither does a sample."""
    model = make_model(biased(HOSTILE, [(wanted, 1.0), ("a", 0.0)]))
    ghost = model.start().suggest(SuggestConfig(threshold=0.0, caution=0.0, max_chars=5))
    assert ghost.text == "aaaaa"
    # The probability is that of the whole vocabulary, the wish that was not granted included.
    assert ghost.probabilities == pytest.approx([1 / (1 + math.e)] * 5, rel=1e-4)
    for decoding in DECODINGS:
        written = model.start().generation(GenerateConfig(decoding=decoding)).write(50)
        assert set(written) == {"a"}


@given(st.integers(0, 50), st.text(HOSTILE, max_size=5))
def test_no_ghost_holds_a_control_character(seed: int, prompt: str) -> None:
    """No ghost moves the cursor, turns the text around or hides in it."""
    model = make_model(make_checkpoint(letters=HOSTILE, seed=seed, scale=10.0))
    for caution in (0.0, 3.0):
        config = SuggestConfig(threshold=0.0, caution=caution, max_chars=30)
        ghost = model.start(prompt).suggest(config)
        assert not any(is_control(c) or c == UNKNOWN for c in ghost.text.replace("\n", ""))
    written = model.start().generation(GenerateConfig(seed=seed)).write(30)
    assert not any(is_control(c) or c == UNKNOWN for c in written.replace("\n", ""))


def test_a_wish_beyond_all_measure_leaves_nothing_to_suggest() -> None:
    """A model sure of an escape code shows no ghost, and warns of nothing."""
    model = make_model(biased(HOSTILE, [("\x1b", 1000.0), ("a", 0.0)]))
    assert model.start().suggest() == Suggestion(stopped="threshold")


@pytest.mark.parametrize("letters", ["", "\x1b"])
def test_a_vocabulary_with_nothing_to_suggest_gives_an_empty_ghost(letters: str) -> None:
    """There is nothing to show, and nothing breaks."""
    model = make_model(make_checkpoint(letters=letters))
    for caution in (0.0, 3.0):
        ghost = model.start("abc").suggest(SuggestConfig(threshold=0.0, caution=caution))
        assert ghost == Suggestion(text="", probabilities=(), stopped="threshold")
    for decoding in DECODINGS:
        assert not model.start().generation(GenerateConfig(decoding=decoding)).write(9)


def test_a_word_behind_an_unlikely_letter_is_found() -> None:
    """Looking for the likeliest letter alone would have shown nothing, or a guess."""
    ends = [("b" + end, 0.6 / 24) for end in LETTERS[2:26]]
    source = spoken(("quick fox", 0.4), *ends)
    ghost = session_of(source).suggest(SuggestConfig(threshold=0.3, patience=0.0))
    assert ghost.text == "quick fox"
    assert ghost.probabilities == pytest.approx([0.4, *[1.0] * 8])
    # What is not likely enough as a whole is not shown, however sure its letters are.
    assert session_of(source).suggest(SuggestConfig(threshold=0.41, patience=0.0)).text == ""


def test_beginnings_are_weighed_by_all_that_begins_so() -> None:
    """Of many words that begin alike the beginning is shown; of one that is likely, the word."""
    source = spoken(("station ", 0.3), ("states ", 0.3), ("static ", 0.3), ("no ", 0.1))
    config = SuggestConfig(threshold=0.5, whole_threshold=0.5, patience=0.0)
    assert session_of(source).suggest(config).text == "stat"
    assert session_of(source, "stati").suggest(SuggestConfig(threshold=0.51)).text == ""
    assert session_of(source, "stati").suggest(SuggestConfig(threshold=0.4)).text in ("on ", "c ")


@pytest.mark.parametrize("decoding", ["beam", "greedy"])
@pytest.mark.parametrize(
    ("typed", "patience", "shown"),
    [
        ("", 1.0, False),
        ("ab a", 1.0, False),
        ("ab aaa", 1.0, True),
        ("ab aaaa", 1.0, True),
        ("ab 7aa", 1.0, True),
        ("ab aaa, ", 1.0, False),
        ("", 0.0, True),
        ("ab a", 0.4, True),
        ("ab a", 0.6, False),
    ],
)
def test_more_is_asked_where_few_letters_of_a_word_stand(
    typed: str, patience: float, shown: bool, decoding: Decoding
) -> None:
    """A guess that would do far within a word is not made before its first letter.

    What is odds of 1 there must be (4 / (1 + n)) ** patience with n letters; the guess has 1.5.
    """
    source = SpokenSource(lambda text: {"x": 0.6, "y": 0.4} if text == typed else {"x": 1.0})
    config = SuggestConfig(threshold=0.5, patience=patience, decoding=decoding)
    ghost = session_of(source, typed).suggest(config)
    assert bool(ghost.text) == shown


@pytest.mark.parametrize(("doubt", "text"), [(1.0, "a"), (1.4, "a"), (1.6, ""), (0.1, "aaa")])
def test_a_model_may_ask_more_of_its_ghosts(doubt: float, text: str) -> None:
    """A guess with odds of 1.5 is enough where 1 is asked for, and not where 1.6 times that is."""
    checkpoint = biased("ab", [("a", np.log(1.5)), ("b", 0.0)])
    model = make_model(replace(checkpoint, config=replace(checkpoint.config, doubt=doubt)))
    config = SuggestConfig(threshold=0.5, patience=0.0, max_chars=3, decoding="greedy")
    assert model.start().suggest(config).text == text


@pytest.mark.parametrize(
    ("caution", "text"), [(1.0, "abcdefghij "), (10.0, "ab")], ids=["daring", "cautious"]
)
def test_the_more_cautious_the_shorter(caution: float, text: str) -> None:
    """With more caution what is surer is worth more than what is longer."""
    source = spoken(("abcdefghij ", 0.5), ("abx ", 0.25), ("aby ", 0.25))
    config = SuggestConfig(threshold=0.3, caution=caution, whole_threshold=0.3, patience=0.0)
    assert session_of(source).suggest(config).text == text


def test_a_word_is_shown_with_the_space_behind_it() -> None:
    """Accepting it leaves the cursor where the next word begins."""
    ghost = session_of(spoken(("word a", 0.4), ("word b", 0.4), ("no", 0.2))).suggest()
    assert ghost.text.startswith("word ")
    assert ghost.first_word == "word "


def test_a_ghost_goes_over_line_ends() -> None:
    """It shows what comes on the next line too, but no more than so many line ends."""
    source = spoken(("end.\nthe\n\nmore", 1.0))
    ghost = session_of(source).suggest()
    assert ghost.text == "end.\nthe\n"
    assert ghost.stopped == "lines"
    # The word before the line's end can be taken without it.
    assert ghost.first_word == "end."


def test_blanks_that_nobody_sees_are_no_ghost() -> None:
    """A space alone is not shown; a line's end is."""
    assert session_of(spoken(("  ", 1.0))).suggest().text == ""
    assert session_of(spoken(("\n\nx", 1.0))).suggest().text == "\n\nx"


@pytest.mark.parametrize(("whole", "length"), [(0.0, 64), (0.2, 4), (0.3, 3)])
def test_a_long_ghost_stops_before_the_threshold_is_crossed(whole: float, length: int) -> None:
    """Behind the first word it goes on as long as all of it is likely enough."""

    def said(text: str) -> dict[str, float]:
        return {"a": 1.0} if not text else {" ": 1.0} if text == "a" else {"b": 0.5, "c": 0.5}

    config = SuggestConfig(threshold=0.3, whole_threshold=whole, caution=0.0)
    ghost = session_of(SpokenSource(said)).suggest(config)
    assert ghost.text == ("a " + "b" * 64)[:length]
    assert ghost.stopped == ("length" if length == 64 else "threshold")


@pytest.mark.parametrize(("threshold", "length"), [(1.0, 0), (0.51, 0), (0.25, 2), (0.1, 3)])
def test_a_first_word_stops_before_the_threshold_is_crossed(threshold: float, length: int) -> None:
    """The higher the threshold, the shorter and the surer the ghost."""
    model = make_model(biased("ab", [("a", 0.0), ("b", 0.0)]))
    ghost = model.start().suggest(SuggestConfig(threshold=threshold, caution=0.1, patience=0.0))
    assert len(ghost.text) == length
    assert ghost.probabilities == (0.5,) * length
    assert ghost.stopped == "threshold"


@given(st.integers(0, 30), st.integers(0, 20))
def test_a_ghost_can_be_cancelled_between_characters(count: int, seed: int) -> None:
    """A key pressed while the model thinks waits for no more than one more look."""
    model = make_model(make_checkpoint(scale=10.0, seed=seed))
    session, source = counted(model, "abc")
    config, answers = SuggestConfig(threshold=0.05), [False] * count
    asked = source.asked
    ghost = session.suggest(config, lambda: not answers or answers.pop())
    assert source.asked - asked <= count
    assert (ghost.stopped == "cancelled") <= (not answers)
    # What was cut short is not kept: asked again it is looked for to its end.
    assert session.suggest(config) == model.start("abc").suggest(config)


def test_a_cancelled_ghost_says_so() -> None:
    """What was found by then is told as unfinished."""
    model = make_model(biased("ab", [("a", 0.0)]))
    answers = iter([False] * 8)
    ghost = model.start().suggest(SuggestConfig(expansions=4), lambda: next(answers, True))
    assert ghost.stopped == "cancelled"
    assert set(ghost.text) <= {"a"}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", ""),
        (" the quick brown", " the "),
        ("ick brown", "ick "),
        ("ick", "ick"),
        ("one  two", "one "),
        ("  two three", "  two "),
        ("  ", "  "),
        (", and so", ", "),
    ],
)
def test_the_first_word_comes_with_the_space_after_it(text: str, word: str) -> None:
    """Accepting a word leaves the cursor where the next one begins."""
    ghost = Suggestion(text=text, probabilities=(0.5,) * len(text), stopped="length")
    assert ghost.first_word == word
