"""A session's ghosts have the quotes and dashes of its text, and are typed along as either."""

from itertools import pairwise

import pytest

from charlm_core import GenerateConfig, Replay, SuggestConfig, replays
from charlm_core.predict.model import Model
from charlm_core.predict.session import Session
from charlm_core.predict.source import NetworkSource
from tests.predict.spoken import Counted
from tests.support import make_model, sure_checkpoint

# After each of these it is sure of the next, and of nothing else.
CHAIN = "don't "
LETTERS = "\n '\"abcdnot"
MODEL = make_model(sure_checkpoint(dict(pairwise(CHAIN)), letters=LETTERS))
CONFIG = SuggestConfig(max_chars=4, threshold=0.01, whole_threshold=0.01)


def ghost(text: str) -> str:
    """What is proposed after a text."""
    return MODEL.start(text).suggest(CONFIG).text


def test_the_model_says_it_plainly() -> None:
    """Where the text has shown nothing, what the model has is what one gets."""
    assert ghost("a do") == "n't "


@pytest.mark.parametrize(("before", "shown"), [("an’t b ", "n’t "), ("an't b ", "n't ")])
def test_a_ghost_is_spelled_as_the_text_is(before: str, shown: str) -> None:
    """After a typographic apostrophe another one, after a plain one a plain one."""
    assert ghost(before + "do") == shown


def test_a_ghost_typed_along_in_either_way_goes_on() -> None:
    """Typing ’ where the ghost says ' is to type what it says: no new search, one step."""
    for sign in "'’":
        source = Counted(NetworkSource(MODEL.engine))
        session = Session(MODEL.engine, MODEL.vocab, source)
        session.type("a don")
        before = session.suggest(CONFIG)
        assert before.text.startswith("'t ")
        steps = source.steps
        session.type(sign)
        assert session.suggest(CONFIG).text.startswith("t ")
        # The key's own, and one at the end of the ghost.
        assert source.steps - steps <= 2


def test_accepting_shows_the_way_no_less_than_typing() -> None:
    """What was accepted is text like any other, and takes nothing from what is taken back."""
    session = MODEL.start("an’t b do")
    shown = session.suggest(CONFIG).text
    session.type(shown)
    session.type("do")
    assert session.suggest(CONFIG).text == shown
    session.rewind(len(session.text) - len("a"))
    session.type(" do")
    assert session.suggest(CONFIG).text == "n't "


def test_alternatives_are_spelled_alike() -> None:
    """And none is the ghost once more, nor another alternative."""
    session = MODEL.start("an’t b do")
    shown = session.suggest(CONFIG)
    others = session.alternatives(CONFIG)
    texts = [shown.text, *(other.text for other in others)]
    assert len(set(texts)) == len(texts) > 1
    assert not any("'" in text for text in texts)


def last(model: Model, text: str) -> Replay:
    """What comes of typing a text."""
    *_, found = replays(model, text, CONFIG)
    return found


def test_a_replay_accepts_what_the_editor_shows() -> None:
    """A text with typographic apostrophes saves what one with plain ones does, but for the first.

    Until the first is typed nobody knows.
    """
    plain = "a don't b don't c don't "
    curly = plain.replace("'", "’")
    one, other = last(MODEL, plain), last(MODEL, curly)
    assert one.chars == other.chars
    assert one.keys < one.chars
    assert one.keys < other.keys <= one.keys + 4
    assert last(MODEL, "an’t " + curly).keys - last(MODEL, "an’t ").keys <= one.keys


def test_what_the_model_writes_is_its_own() -> None:
    """A generation is of a seed, whatever the text before it is spelled like."""
    config = GenerateConfig(decoding="greedy")
    assert MODEL.start("an’t b do").generation(config).write(4).startswith("n't")
