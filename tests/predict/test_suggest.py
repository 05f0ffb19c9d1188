"""What a ghost may hold, and where it stops."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import SamplingConfig, SuggestConfig, Suggestion, generate, is_control
from charlm_core.checkpoint import Checkpoint
from charlm_core.predict.sampling import softmax
from charlm_core.predict.suggest import suggest
from charlm_core.vocab import UNKNOWN
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
    threshold=st.floats(0.0, 1.0),
    max_chars=st.integers(1, 20),
)
def test_a_ghost_is_the_greedy_path_cut_at_the_threshold(
    seed: int, scale: float, prompt: str, threshold: float, max_chars: int
) -> None:
    """A ghost shows what is likeliest, only as long as it is likely enough."""
    session = make_model(make_checkpoint(scale=scale, seed=seed)).start(prompt)
    config = SuggestConfig(threshold=threshold, max_chars=max_chars)
    ghost = session.suggest(config)
    assert session.text == prompt
    assert len(ghost.probabilities) == len(ghost.text) <= max_chars
    assert ghost.probability >= threshold
    assert ghost.probability == math.prod(ghost.probabilities)
    allowed = session.vocab.suggestible()
    for character, probability in zip(ghost.text, ghost.probabilities, strict=True):
        chances = softmax(session.logits)
        assert (
            character == session.vocab.symbols[np.where(allowed, session.logits, -np.inf).argmax()]
        )
        assert probability == pytest.approx(chances[session.vocab.id_of(character)], rel=1e-4)
        session.type(character)
    following = np.where(allowed, session.logits, -np.inf).argmax()
    match ghost.stopped:
        case "line end":
            assert session.vocab.symbols[following] == "\n"
        case "length":
            assert len(ghost.text) == max_chars
        case "threshold":
            chance = softmax(session.logits)[following]
            assert ghost.probability * chance < threshold + 1e-6
        case "cancelled":
            pytest.fail("nobody cancelled")


@pytest.mark.parametrize("wanted", [UNKNOWN, *(c for c in HOSTILE if c not in "\n abc")])
def test_what_a_terminal_can_not_draw_is_never_suggested(wanted: str) -> None:
    """A model that would love to write escape codes shows none, and neither does a sample."""
    model = make_model(biased(HOSTILE, [(wanted, 1.0), ("a", 0.0)]))
    ghost = model.start().suggest(SuggestConfig(threshold=0.0, max_chars=5))
    assert ghost.text == "aaaaa"
    # The probability is that of the whole vocabulary, the wish that was not granted included.
    assert ghost.probabilities == pytest.approx([1 / (1 + math.e)] * 5, rel=1e-4)
    written = generate(model.start(), SamplingConfig(), np.random.default_rng(0), 50)
    assert set(written) == {"a"}


@given(st.integers(0, 50), st.text(HOSTILE, max_size=5))
def test_no_ghost_holds_a_control_character(seed: int, prompt: str) -> None:
    """No ghost moves the cursor, turns the text around or hides in it."""
    model = make_model(make_checkpoint(letters=HOSTILE, seed=seed, scale=10.0))
    ghost = model.start(prompt).suggest(SuggestConfig(threshold=0.0, max_chars=30))
    assert not any(is_control(character) or character == UNKNOWN for character in ghost.text)
    written = "".join(generate(model.start(), SamplingConfig(), np.random.default_rng(seed), 30))
    assert not any(is_control(c) or c == UNKNOWN for c in written.replace("\n", ""))


def test_a_wish_beyond_all_measure_leaves_nothing_to_suggest() -> None:
    """A model sure of an escape code shows no ghost, and warns of nothing."""
    model = make_model(biased(HOSTILE, [("\x1b", 1000.0), ("a", 0.0)]))
    assert model.start().suggest() == Suggestion(stopped="threshold")


@pytest.mark.parametrize("letters", ["", "\x1b"])
def test_a_vocabulary_with_nothing_to_suggest_gives_an_empty_ghost(letters: str) -> None:
    """There is nothing to show, and nothing breaks."""
    model = make_model(make_checkpoint(letters=letters))
    ghost = model.start("abc").suggest(SuggestConfig(threshold=0.0))
    assert ghost == Suggestion(text="", probabilities=(), stopped="threshold")
    assert not list(generate(model.start(), SamplingConfig(), np.random.default_rng(0), 9))


def test_a_ghost_ends_where_the_line_does() -> None:
    """Ghost text stays on the cursor's line."""
    model = make_model(biased("\nab", [("\n", 5.0), ("a", 0.0)]))
    assert model.start().suggest() == Suggestion(stopped="line end")


@pytest.mark.parametrize(("threshold", "length"), [(1.0, 0), (0.51, 0), (0.5, 1), (0.2, 2)])
def test_a_ghost_stops_before_the_threshold_is_crossed(threshold: float, length: int) -> None:
    """The higher the threshold, the shorter and the surer the ghost."""
    model = make_model(biased("ab", [("a", 0.0), ("b", 0.0)]))
    ghost = model.start().suggest(SuggestConfig(threshold=threshold))
    assert ghost.text == "a" * length
    assert ghost.probabilities == (0.5,) * length
    assert ghost.stopped == "threshold"


def test_a_ghost_can_be_cancelled_between_characters() -> None:
    """A key pressed while the model thinks is not kept waiting."""
    model = make_model(biased("ab", [("a", 0.0)]))
    answers = iter([False, False, True])
    ghost = suggest(
        model.engine, model.vocab, model.engine.zero_state(), SuggestConfig(), answers.__next__
    )
    assert ghost.text == "aa"
    assert ghost.stopped == "cancelled"


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


def test_generated_text_is_typed_into_the_session() -> None:
    """A sample goes on from its own words, and from all of the prompt."""
    model = make_model(make_checkpoint(scale=4.0))
    session = model.start("a prompt")
    written = list(generate(session, SamplingConfig(), np.random.default_rng(1), 40))
    assert len(written) == 40
    assert session.text == "a prompt" + "".join(written)
    again = generate(model.start("a prompt"), SamplingConfig(), np.random.default_rng(1), 40)
    assert list(again) == written
    other = generate(model.start("b prompt"), SamplingConfig(), np.random.default_rng(1), 40)
    assert list(other) != written


def test_generating_can_be_cancelled_between_characters() -> None:
    """Ctrl-C on a long sample keeps what has been written."""
    session = make_model().start()
    answers = iter([False, False, False, True])
    rng = np.random.default_rng(1)
    written = list(generate(session, SamplingConfig(), rng, 40, answers.__next__))
    assert len(written) == 3
    assert session.text == "".join(written)
