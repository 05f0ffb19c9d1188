"""A ghost that is typed along goes on, one taken back to comes back, and others stand beside it."""

import math
from dataclasses import replace

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from charlm_core import SuggestConfig, Suggestion
from charlm_core.predict.suggest import MOST_ALTERNATIVES, SURE, is_whole
from tests.predict.spoken import Counted, SpokenSource, counted, session_of, spoken
from tests.support import LETTERS, make_checkpoint, make_model

SEEDS = st.integers(0, 20)
SCALES = st.sampled_from([5.0, 10.0, 20.0])
PROMPTS = st.text(LETTERS, max_size=6)
CONFIGS = st.builds(
    SuggestConfig, threshold=st.sampled_from([0.04, 0.29, 0.6]), max_chars=st.integers(3, 30)
)


@st.composite
def sources(draw: st.DrawFn) -> Counted:
    """Some sentences of a few words, one of them likelier than the rest."""
    word = st.sampled_from(["a", "of", "the", "that", "this", "thin", "other"])
    gap = st.sampled_from([" ", " ", " ", "  ", "\n"])
    sentence = st.lists(st.tuples(word, gap), min_size=4, max_size=9).map(
        lambda parts: "".join(part for pair in parts for part in pair)
    )
    sentences = draw(st.lists(sentence, min_size=1, max_size=5, unique=True))
    chances = [0.7, *[0.3 / len(sentences)] * (len(sentences) - 1)]
    return Counted(spoken(*zip(sentences, chances, strict=True)))


@given(sources(), CONFIGS, st.integers(1, 20))
def test_a_ghost_typed_along_goes_on(source: Counted, config: SuggestConfig, keys: int) -> None:
    """While one types what a ghost says, and its next word is sure, it stays and grows.

    Each key costs one step at most.
    """
    session = session_of(source)
    ghost = session.suggest(config)
    for _ in range(keys):
        if len(ghost.text) < 3:
            return
        session.type(ghost.text[0])
        rest, steps, asked = ghost.text[1:], source.steps, source.asked
        chances = ghost.probabilities[1:]
        word = math.prod(chances[: len(Suggestion(text=rest, stopped="lines").first_word)])
        ghost = session.suggest(config)
        if is_whole(rest) and word >= max(SURE, config.threshold):
            assert ghost.text.startswith(rest)
            assert ghost.probabilities[: len(rest)] == chances
            assert source.steps - steps <= 1
            assert source.asked - asked <= 1
            event("went on")


def test_an_unsure_ghost_is_looked_for_anew() -> None:
    """Where there may be a better one by now, it does not stay."""
    source = spoken(("one x", 0.25), ("one abcdefgh", 0.24), ("one d", 0.21), ("no", 0.3))
    session, config = session_of(source), SuggestConfig(patience=0.0)
    assert session.suggest(config).text == "one x"
    session.type("one")
    assert session.suggest(config).text == " abcdefgh"


def test_a_ghost_grows_at_its_end() -> None:
    """Each key typed along shows one character more, for one step."""
    source = Counted(spoken(("the quick brown fox jumps", 1.0)))
    session, config = session_of(source), SuggestConfig(max_chars=10)
    assert session.suggest(config).text == "the quick "
    for key, text in zip(
        "the q", ("he quick b", "e quick br", " quick bro", "quick brow"), strict=False
    ):
        session.type(key)
        steps = source.steps
        assert session.suggest(config).text == text
        assert source.steps == steps + 1


def test_what_does_not_fit_ends_the_ghost() -> None:
    """A letter typed against the ghost brings another one, and not the old one's rest."""
    session = session_of(spoken(("abcdef", 0.6), ("xbcdez", 0.4)))
    assert session.suggest().text == "abcdef"
    session.type("x")
    assert session.suggest().text == "bcdez"
    session.rewind(1)
    assert session.suggest().text == "abcdef"
    session.type("a")
    assert session.suggest().text == "bcdef"
    session.rewind(1)
    session.type("x")
    assert session.suggest().text == "bcdez"


def test_other_settings_bring_another_ghost() -> None:
    """Turning the dial is seen at once, where one stands and where one has been."""
    source = spoken(("quick fox", 0.4), ("slow", 0.3), ("dull", 0.3))
    session = session_of(source)
    config = SuggestConfig(threshold=0.3, patience=0.0)
    assert session.suggest(config).text == "quick fox"
    assert session.suggest(replace(config, threshold=0.6)).text == ""
    assert session.suggest(replace(config, patience=1.0)).text == ""
    assert session.suggest(config).text == "quick fox"
    session.type("q")
    assert len(session.suggest(replace(config, max_chars=3)).text) == 3


@given(SEEDS, SCALES, PROMPTS, CONFIGS, PROMPTS.filter(bool))
def test_taking_back_brings_the_ghost_back_at_once(
    seed: int, scale: float, prompt: str, config: SuggestConfig, typed: str
) -> None:
    """What was shown at a place shows there again, without a look at the network."""
    session, source = counted(make_model(make_checkpoint(scale=scale, seed=seed)), prompt)
    shown = []
    for character in typed:
        shown.append(session.suggest(config))
        session.type(character)
        session.suggest(config)
    steps, asked = source.steps, source.asked
    for ghost in reversed(shown):
        session.rewind(1)
        assert session.suggest(config) == ghost
    assert (source.steps, source.asked) == (steps, asked)


def test_a_fork_s_ghosts_are_its_own() -> None:
    """Asking here what comes next does not change what is said there."""
    session = session_of(spoken(("abcdef", 0.6), ("abxyz", 0.4)), "a")
    fork = session.fork()
    fork.type("bx")
    assert fork.suggest().text == "yz"
    assert session.suggest().text == "bcdef"
    session.type("bc")
    assert session.suggest().text == "def"
    fork.rewind(2)
    assert fork.suggest().text == "bcdef"


@given(SEEDS, st.sampled_from([3.0, 5.0, 10.0]), PROMPTS, CONFIGS)
def test_alternatives_leave_the_ghost_where_it_is_least_sure(
    seed: int, scale: float, prompt: str, config: SuggestConfig
) -> None:
    """Each begins as the ghost does, up to its weakest character, and has another there."""
    session = make_model(make_checkpoint(scale=scale, seed=seed)).start(prompt)
    ghost = session.suggest(config)
    others = session.alternatives(config)
    assert session.text == prompt
    assert session.suggest(config) == ghost
    if not ghost.text:
        assert others == ()
        return
    parting = ghost.probabilities.index(min(ghost.probabilities))
    allowed = session.vocab.suggestible()
    for other in others:
        assert len(other.text) > parting
        assert other.text[:parting] == ghost.text[:parting]
        assert other.text[parting] != ghost.text[parting]
        assert other.probabilities[parting] <= 1 - ghost.probabilities[parting] + 1e-6
        assert len(other.text) == len(other.probabilities) <= config.max_chars
        assert all(allowed[session.vocab.id_of(c)] for c in other.text)
        assert not other.text.isspace() or "\n" in other.text
    assert len({other.text for other in others}) == len(others) <= MOST_ALTERNATIVES
    chances = [other.probability for other in others]
    assert chances == sorted(chances, reverse=True)


def test_an_alternative_shows_however_unlikely_it_is() -> None:
    """Who asks what else there could be sees it, though no ghost would show it unasked."""
    source = spoken(("that day ", 0.9), ("though ", 0.03), ("thin ice ", 0.06), ("this ", 0.01))
    session = session_of(source)
    assert session.suggest().text == "that day "
    one, other = session.alternatives()
    assert (one.text, other.text) == ("thin ice ", "though ")
    assert (one.probability, other.probability) == pytest.approx((0.06, 0.03), rel=1e-4)


def test_where_there_is_no_ghost_there_is_no_other() -> None:
    """Asking for another one shows nothing where nothing is likely enough."""
    session = session_of(spoken(("a", 0.5), ("b", 0.5)))
    assert session.suggest().text == ""
    assert session.alternatives() == ()


@pytest.mark.parametrize("count", range(30))
def test_alternatives_can_be_cancelled(count: int) -> None:
    """A key pressed meanwhile is not kept waiting, and nothing is spoilt."""
    session = session_of(SpokenSource(lambda text: {"a": 0.7, "b": 0.2, " ": 0.1}))
    answers = iter([False] * count)
    others = session.alternatives(cancelled=lambda: next(answers, True))
    assert len(others) <= MOST_ALTERNATIVES
    fresh = session_of(SpokenSource(lambda text: {"a": 0.7, "b": 0.2, " ": 0.1}))
    assert session.suggest() == fresh.suggest()
    assert session.alternatives() == fresh.alternatives()
