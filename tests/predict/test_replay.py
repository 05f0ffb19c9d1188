"""A text typed again with ghosts: figures that can be counted by hand, by DESIGN.md, section 6."""

from collections.abc import Mapping

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from charlm_core import Replay, SuggestConfig, Suggestion, replays
from charlm_core.predict.replay import typed
from tests.support import LETTERS, make_checkpoint, make_model

MODEL = make_model(make_checkpoint(hidden=8, scale=2.0))
WORDS = "it was the best of times, it was the worst of times.\n"


def with_ghosts(text: str, ghosts: Mapping[int, str]) -> Replay:
    """What comes of typing a text when these ghosts show at these places."""
    came: list[str] = []

    def suggest() -> Suggestion:
        ghost = ghosts.get(len(came), "")
        return Suggestion(text=ghost, probabilities=(1.0,) * len(ghost), stopped="threshold")

    found = Replay()
    for found in typed(text, suggest, came.append):
        assert found.chars == len(came)
    assert "".join(came) == text
    return found


def figures(found: Replay) -> tuple[int, int, int, int, int]:
    """All that is counted: characters, keys, accepts, ghosts shown, ghosts wrong."""
    return found.chars, found.keys, found.accepts, found.ghosts_shown, found.ghosts_wrong


@pytest.mark.parametrize(
    ("ghosts", "expected"),
    [
        # Twelve characters, each typed: "the fox ran\n".
        ({}, (12, 12, 0, 0, 0)),
        # The whole ghost is right: one key for eight characters.
        ({0: "the fox "}, (12, 5, 1, 1, 0)),
        # Only its first word is, which is taken with the space behind it.
        ({0: "the dog "}, (12, 9, 1, 1, 0)),
        # The first word is not what came: the character is typed.
        ({0: "that "}, (12, 12, 0, 1, 1)),
        # The whole word of it would do, but the space behind it is part of it.
        ({4: "fox, "}, (12, 12, 0, 1, 1)),
        # One character saves nothing: it neither shows nor counts.
        ({0: "t", 1: "x", 2: "e"}, (12, 12, 0, 0, 0)),
        # In the middle of a word the rest of it is its first word.
        ({1: "he fox"}, (12, 7, 1, 1, 0)),
        ({1: "he dog"}, (12, 10, 1, 1, 0)),
        # A line's end counts as a character, and can be accepted.
        ({8: "ran\n"}, (12, 9, 1, 1, 0)),
        ({8: "ran\n\n"}, (12, 10, 1, 1, 0)),
        # A ghost that goes on where the text ends does not fit as a whole.
        ({8: "ran\nand"}, (12, 10, 1, 1, 0)),
        # Every place counts, not every ghost; those jumped over are never seen.
        ({0: "the ", 1: "xx", 4: "fox ran\n"}, (12, 2, 2, 2, 0)),
        ({0: "xx", 1: "yy", 2: "zz"}, (12, 12, 0, 3, 3)),
        # Blanks before a word belong to it.
        ({3: " fox ran"}, (12, 5, 1, 1, 0)),
        ({3: " fog"}, (12, 12, 0, 1, 1)),
    ],
)
def test_keys_are_counted(
    ghosts: Mapping[int, str], expected: tuple[int, int, int, int, int]
) -> None:
    """What is typed and accepted, and which ghosts were wrong, is what one counts by hand."""
    found = with_ghosts("the fox ran\n", ghosts)
    assert figures(found) == expected
    assert found.keystroke_savings == 1 - expected[1] / 12
    assert found.wrong_share == (expected[4] / expected[3] if expected[3] else 0.0)
    assert len(found.latencies_ms) == found.keys


def test_what_saved_most_is_told() -> None:
    """Accepted phrases add up over all of the text, each with the start of its first word."""
    found = with_ghosts("the fox the fox ", {0: "the fox ", 9: "he fox ", 8: ""})
    assert found.phrases.most_common() == [("the fox", 13)]
    found = with_ghosts("a fox\n\nfox", {2: "fox", 5: "\n\n", 8: "ox"})
    assert found.phrases.most_common() == [("fox", 3), ("\n\n", 1)]
    assert found.keys == 6


def test_nothing_typed_saves_nothing() -> None:
    """An empty text has figures too."""
    found = with_ghosts("", {})
    assert (found.keystroke_savings, found.wrong_share) == (0.0, 0.0)
    assert found.latency_ms(50) != found.latency_ms(50)


def by_hand(text: str, config: SuggestConfig) -> tuple[int, int, int, int, int]:
    """The same figures of a network that does not learn, counted the slow way."""
    keys = accepts = shown = wrong = position = 0
    session = MODEL.start()
    while position < len(text):
        session.seek(text[:position])
        ghost = session.suggest(config)
        taken = 1
        if len(ghost.text) > 1:
            shown += 1
            for option in (ghost.first_word, ghost.text):
                if text[position:].startswith(option):
                    taken = max(taken, len(option))
            wrong += not text[position:].startswith(ghost.first_word)
        keys += 1
        accepts += taken > 1
        position += taken
    return len(text), keys, accepts, shown, wrong


@given(st.text(LETTERS, min_size=1, max_size=12), st.integers(0, 40))
def test_a_static_replay_is_typing_with_the_network_s_ghosts(text: str, more: int) -> None:
    """Every figure is that of asking the network at each place and comparing."""
    # What the network itself would write gives it something to be right about.
    session = MODEL.start(text)
    config = SuggestConfig(threshold=0.05)
    for part in range(more):
        session.type(session.suggest(config).text[: 1 + part % 5] or text[0])
    *_, found = replays(MODEL, session.text, config)
    assert figures(found) == by_hand(session.text, config)
    assert found.keys + sum(found.phrases.values()) == found.chars
    event(f"accepts: {bool(found.accepts)}, wrong: {bool(found.ghosts_wrong)}")


def test_learning_saves_more_and_more() -> None:
    """What is typed again and again need not be typed; the network alone never learns it."""
    *_, static = replays(MODEL, WORDS * 8, SuggestConfig())
    halves: list[int] = []
    for found in replays(MODEL, WORDS * 8, SuggestConfig(), MODEL.mixture()):
        if not halves and found.chars >= len(WORDS) * 4:
            halves.append(found.keys)
    assert found.chars == static.chars == len(WORDS) * 8
    assert found.keystroke_savings > static.keystroke_savings + 0.3
    assert found.keys - halves[0] < halves[0] / 2


def test_learning_is_of_what_was_typed_alone() -> None:
    """Each character is learned once, after it came, whether typed or accepted."""
    mixture, other = MODEL.mixture(), MODEL.mixture()
    *_, found = replays(MODEL, WORDS * 4, SuggestConfig(), mixture)
    assert found.accepts
    session = MODEL.start(learned=other)
    for character in WORDS * 4:
        point = session.point
        session.type(character)
        other.learn(point, MODEL.vocab.id_of(character))
    for name, tensor in mixture.tensors().items():
        assert tensor.tobytes() == other.tensors()[name].tobytes()
    assert mixture.memory.chars == len(WORDS * 4)


def test_what_was_read_before_is_not_counted() -> None:
    """Typed from the middle on, what stands before has been learned but saves no keys."""
    start = len(WORDS) * 4
    *_, found = replays(MODEL, WORDS * 8, SuggestConfig(), MODEL.mixture(), start)
    assert found.chars == len(WORDS) * 4
    *_, anew = replays(MODEL, WORDS * 4, SuggestConfig(), MODEL.mixture())
    assert found.keys < anew.keys
