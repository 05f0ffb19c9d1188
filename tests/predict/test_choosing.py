"""Ghosts that are chosen a character at a time: the likeliest, or drawn."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from charlm_core import Decoding, Model, SamplingConfig, SuggestConfig, Suggestion
from charlm_core.predict.choosing import luck
from charlm_core.predict.proposal import MOST_LINES
from charlm_core.predict.sampling import probabilities, softmax
from tests.predict.spoken import SpokenSource, counted, session_of, spoken
from tests.support import LETTERS, make_checkpoint, make_model

CHOSEN: tuple[Decoding, ...] = ("greedy", "sample")
MODELS = [make_model(make_checkpoint(scale=6.0, seed=seed)) for seed in range(6)]
PROMPTS = st.text(LETTERS, max_size=20)
CONFIGS = st.builds(
    SuggestConfig,
    decoding=st.sampled_from(CHOSEN),
    threshold=st.sampled_from([0.0, 0.04, 0.29, 0.6, 1.0]),
    whole_threshold=st.sampled_from([0.0, 0.005, 0.5]),
    max_chars=st.integers(1, 30),
    sampling=st.builds(
        SamplingConfig,
        temperature=st.sampled_from([0.0, 0.5, 1.0]),
        top_k=st.sampled_from([0, 1, 3]),
        top_p=st.sampled_from([1.0, 0.7]),
    ),
    seed=st.integers(0, (1 << 63) - 1),
)
SURE = SuggestConfig(threshold=0.0, max_chars=20)


@given(st.sampled_from(MODELS), PROMPTS, CONFIGS)
def test_a_ghost_keeps_what_its_settings_promise(
    model: Model, prompt: str, config: SuggestConfig
) -> None:
    """It is likely enough in what it was chosen from, and tells the model's own odds."""
    session = model.start(prompt)
    ghost = session.suggest(config)
    assert session.text == prompt
    assert len(ghost.probabilities) == len(ghost.text) <= config.max_chars
    assert ghost.text.count("\n") <= MOST_LINES
    word = len(ghost.first_word)
    allowed = session.vocab.suggestible()
    product = 1.0
    for place, (character, shown) in enumerate(zip(ghost.text, ghost.probabilities, strict=True)):
        symbol = session.vocab.id_of(character)
        logits = np.where(allowed, session.logits, -np.inf)
        chance = float(softmax(session.logits)[symbol])
        assert shown == pytest.approx(chance, rel=1e-4)
        if config.decoding == "greedy":
            assert symbol == logits.argmax()
        else:
            chance = float(probabilities(logits, config.sampling)[symbol])
            assert chance > 0.0
        product *= chance
        least = config.threshold if place < word else config.whole_threshold
        assert product >= min(least, config.threshold) * (1 - 1e-4)
        session.type(character)
    event(ghost.stopped)
    if config.threshold == 0.0 and ghost.stopped == "length":
        assert len(ghost.text.rstrip(" ")) <= len(ghost.text) <= config.max_chars
    if config.threshold == 0.0:
        assert ghost.stopped in ("length", "lines")


@given(st.sampled_from(MODELS), PROMPTS, CONFIGS, st.integers(1, 12))
def test_a_ghost_typed_along_keeps_its_rest(
    model: Model, prompt: str, config: SuggestConfig, keys: int
) -> None:
    """Each key takes its first character and changes nothing of the others, drawn or not.

    Typed along, taken back to, or asked for anew at the same text: it is the same ghost.
    """
    session = model.start(prompt)
    ghost = session.suggest(config)
    for _ in range(keys):
        if not ghost.text:
            return
        before, rest = ghost, ghost.text[1:]
        session.type(ghost.text[0])
        ghost = session.suggest(config)
        fresh = model.start(session.text).suggest(config)
        assert (ghost.text, ghost.stopped) == (fresh.text, fresh.stopped)
        assert ghost.probabilities == pytest.approx(fresh.probabilities, rel=1e-4)
        assert rest.startswith(ghost.text) or ghost.text.startswith(rest)
        session.rewind(1)
        assert session.suggest(config) == before
        session.type(before.text[0])
        assert session.suggest(config) == ghost
        event("typed along")


def test_a_ghost_typed_along_costs_what_is_new_of_it() -> None:
    """Of what shows nothing is worked out again."""
    session, source = counted(MODELS[0], "the ")
    config = replace(SURE, decoding="sample", seed=4)
    for _ in range(10):
        ghost = session.suggest(config)
        asked, steps = source.asked, source.steps
        session.type(ghost.text[0])
        session.suggest(config)
        assert source.asked - asked <= 1
        assert source.steps - steps <= 2


def test_a_seed_is_a_ghost() -> None:
    """Locked it is the same ghost for ever; rolled anew it is another one."""
    config = replace(SURE, decoding="sample", sampling=SamplingConfig(temperature=1.5))
    session = MODELS[3].start("the quick brown fox ")
    texts = [session.suggest(replace(config, seed=seed)).text for seed in range(6)]
    assert len(set(texts)) == 6
    assert [session.suggest(replace(config, seed=seed)).text for seed in range(6)] == texts
    # The seed's draw depends on the text before it as well, so that one seed is no pattern.
    others = MODELS[3].start("another text, nothing like it ")
    assert len({others.suggest(replace(config, seed=seed)).text for seed in range(6)}) == 6


def test_luck_is_the_same_on_any_machine() -> None:
    """The numbers are those they have always been, and spread evenly."""
    assert luck(0, (0, 0)) == 0.156742553465558
    assert luck((1 << 63) - 1, (12345, 1 << 63)) == 0.47668331589399826
    numbers = [luck(seed, (context, 7)) for seed in range(40) for context in range(50)]
    assert len(set(numbers)) == len(numbers)
    shares = np.histogram(numbers, bins=10, range=(0.0, 1.0))[0] / len(numbers)
    assert shares == pytest.approx([0.1] * 10, abs=0.03)


def test_characters_are_drawn_as_often_as_they_are_likely() -> None:
    """Over many seeds the ghosts begin with each letter as often as temperature and top-k say."""
    source = SpokenSource(lambda text: {"a": 0.5, "b": 0.3, "c": 0.15, "d": 0.05})
    sampling = SamplingConfig(top_k=3)
    session = session_of(source, "the ")
    config = SuggestConfig(decoding="sample", threshold=0.0, max_chars=1, sampling=sampling)
    first = [session.suggest(replace(config, seed=seed)).text for seed in range(2000)]
    shares = [first.count(character) / len(first) for character in "abcd"]
    assert shares == pytest.approx([0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0.0], abs=0.04)


def test_a_low_temperature_makes_a_ghost_longer() -> None:
    """How sure a ghost must be is judged by what it was drawn from, and its odds stay true."""
    source = SpokenSource(lambda text: {"a": 0.6, "b": 0.3, "c": 0.1})
    for sampling, length in (
        (SamplingConfig(top_k=1), 20),
        (SamplingConfig(temperature=0.0), 20),
        (SamplingConfig(temperature=0.05), 20),
    ):
        config = SuggestConfig(decoding="sample", sampling=sampling, max_chars=20)
        ghost = session_of(source).suggest(config)
        assert ghost.text == "a" * length
        assert ghost.probabilities == pytest.approx([0.6] * length)
    config = SuggestConfig(decoding="greedy", threshold=0.3, patience=0.0)
    greedy = session_of(source).suggest(config)
    assert (greedy.text, greedy.stopped) == ("aa", "threshold")


@pytest.mark.parametrize("decoding", CHOSEN)
def test_the_first_word_is_held_to_more_than_the_rest(decoding: Decoding) -> None:
    """A sure word shows with what is less sure behind it; an unsure one does not."""

    def said(text: str) -> dict[str, float]:
        return {"b": 1.0} if len(text) < 3 else {" ": 1.0} if len(text) == 3 else {"c": 0.5}

    config = SuggestConfig(decoding=decoding, threshold=0.6, whole_threshold=0.2)
    sampling = SamplingConfig(top_k=1) if decoding == "sample" else config.sampling
    config = replace(config, sampling=sampling)
    ghost = session_of(SpokenSource(said)).suggest(config)
    if decoding == "greedy":
        assert (ghost.text, ghost.stopped) == ("bbb cc", "threshold")
        doubtful = session_of(SpokenSource(said), "bbb ").suggest(config)
        assert doubtful == Suggestion(stopped="threshold")
    else:
        # Top-k of one leaves no doubt.
        assert (ghost.text, ghost.stopped) == ("bbb " + "c" * 60, "length")


@pytest.mark.parametrize("decoding", CHOSEN)
def test_a_ghost_goes_over_line_ends_and_shows_no_blanks_at_its_end(decoding: Decoding) -> None:
    """No more than so many line ends, and nothing that nobody could see."""
    config = replace(SURE, decoding=decoding)
    ghost = session_of(spoken(("end.\nthe\n\nmore", 1.0))).suggest(config)
    assert (ghost.text, ghost.stopped) == ("end.\nthe\n", "lines")
    assert session_of(spoken(("   ", 1.0))).suggest(config).text == ""
    assert session_of(spoken(("if.\n    ", 1.0))).suggest(config).text == "if.\n"
    assert session_of(spoken(("word ", 1.0))).suggest(config).text == "word "


@pytest.mark.parametrize("decoding", CHOSEN)
def test_a_ghost_can_be_cancelled_between_characters(decoding: Decoding) -> None:
    """A key pressed while the model thinks waits for one step, and nothing half done is kept."""
    session, source = counted(MODELS[1], "abc")
    config = replace(SURE, decoding=decoding)
    answers = iter([False] * 4)
    ghost = session.suggest(config, lambda: next(answers, True))
    assert ghost.stopped == "cancelled"
    assert len(ghost.text) <= 4 == source.asked
    assert session.suggest(config) == MODELS[1].start("abc").suggest(config)


@given(st.sampled_from(MODELS), PROMPTS, CONFIGS)
def test_alternatives_leave_the_ghost_where_it_is_least_sure(
    model: Model, prompt: str, config: SuggestConfig
) -> None:
    """They begin as it does, go on in their own way, and are as a ghost behind that would be."""
    session = model.start(prompt)
    ghost = session.suggest(config)
    others = session.alternatives(config)
    assert session.text == prompt
    assert session.suggest(config) == ghost
    if not ghost.text:
        assert others == ()
        return
    parting = min(range(len(ghost.text)), key=ghost.probabilities.__getitem__)
    for other in others:
        assert other.text[:parting] == ghost.text[:parting]
        assert other.text[parting] != ghost.text[parting]
        assert len(other.text) <= config.max_chars
        for place, chance in enumerate(other.probabilities):
            logits = model.start(prompt + other.text[:place]).logits
            symbol = session.vocab.id_of(other.text[place])
            assert chance == pytest.approx(float(softmax(logits)[symbol]), rel=1e-4)
    chances = [math.prod(other.probabilities) for other in others]
    assert chances == sorted(chances, reverse=True)
    assert len({other.text[parting] for other in others}) == len(others)


def test_alternatives_show_however_unlikely_their_beginning() -> None:
    """What was asked of a first word does not hold for them; they end where any ghost would."""
    source = SpokenSource(lambda text: {"a": 0.5, "b": 0.3, "c": 0.2})
    session = session_of(source)
    config = SuggestConfig(decoding="greedy", threshold=0.3, patience=0.0)
    assert session.suggest(config).text == "a"
    others = [other.text for other in session.alternatives(config)]
    assert others == ["b" + "a" * 7, "c" + "a" * 7]


def test_what_is_just_likely_enough_shows() -> None:
    """The least probability that was asked for is enough."""
    source = SpokenSource(lambda text: {"a": 0.5, "b": 0.5})
    config = SuggestConfig(decoding="sample", threshold=0.25, patience=0.0)
    ghost = session_of(source).suggest(config)
    assert (len(ghost.text), ghost.stopped) == (2, "threshold")


def test_a_decoding_that_is_not_one_is_refused() -> None:
    """A mistyped setting is told by its name."""
    with pytest.raises(ValueError, match="decoding: 'hope' is not one of"):
        SuggestConfig(decoding="hope")  # type: ignore[arg-type]
