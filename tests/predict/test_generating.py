"""Text that a model writes on: the same of the same seed, in whatever pieces it is asked for."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import (
    DECODINGS,
    ConfigError,
    Decoding,
    GenerateConfig,
    Generation,
    Loop,
    Model,
    SamplingConfig,
    Session,
)
from charlm_core.predict.beam import FARTHEST
from charlm_core.predict.source import Source
from tests.predict.spoken import MODEL, Counted, SpokenSource, counted, session_of, spoken
from tests.support import LETTERS, make_checkpoint, make_model

CONFIGS = st.builds(
    GenerateConfig,
    decoding=st.sampled_from(DECODINGS),
    sampling=st.builds(
        SamplingConfig, temperature=st.sampled_from([0.0, 0.7, 1.5]), top_k=st.integers(0, 8)
    ),
    seed=st.integers(0, 5),
    width=st.integers(1, 5),
)
MODELS = [make_model(make_checkpoint(scale=6.0, seed=seed)) for seed in range(6)]


def likeliest(session: Session) -> str:
    """The suggestible character that a session finds likeliest."""
    allowed = np.where(session.vocab.suggestible(), session.logits, -np.inf)
    return session.vocab.symbols[int(allowed.argmax())]


@given(st.sampled_from(MODELS), st.text(LETTERS, max_size=6), CONFIGS, st.lists(st.integers(0, 9)))
def test_the_pieces_make_no_difference(
    model: Model, prompt: str, config: GenerateConfig, pieces: list[int]
) -> None:
    """A text streamed a character at a time is the one that is written at once."""
    session = model.start(prompt)
    at_once = session.generation(config).write(sum(pieces))
    generation = session.generation(config)
    assert "".join(generation.write(count) for count in pieces) == at_once
    assert generation.chars == len(at_once) == sum(pieces)
    # It goes on from all of the prompt, which stays as it is.
    assert session.text == prompt


@given(st.sampled_from(MODELS), CONFIGS, CONFIGS, st.integers(0, 30), st.integers(0, 30))
def test_a_fork_goes_its_own_way(
    model: Model, config: GenerateConfig, other: GenerateConfig, before: int, after: int
) -> None:
    """Several continuations stand side by side, and none disturbs another."""
    trunk = model.start("the ").generation(config)
    beginning = trunk.write(before)
    fork, elsewhere = trunk.fork(), trunk.fork(other)
    elsewhere.write(after)
    assert (elsewhere.chars, trunk.chars, fork.chars) == (before + after, before, before)
    assert fork.write(after) == trunk.write(after)
    assert trunk.chars == fork.chars
    again = model.start("the ").generation(config)
    assert again.write(before) == beginning
    assert (
        again.fork(config).write(after)
        == model.start("the ").generation(config).write(before + after)[before:]
    )
    # With another seed it is what a new text from here would be. A beam has looked ahead by then.
    drawn = other.decoding == "sample" and other.seed != config.seed
    if drawn or other.decoding == "greedy":
        fresh = model.start("the " + beginning).generation(other)
        assert again.fork(other).write(after) == fresh.write(after)


@given(st.sampled_from(MODELS), st.text(LETTERS, max_size=6))
def test_greedy_writes_the_likeliest_character(model: Model, prompt: str) -> None:
    """Each one, given all before it; so does a beam of one, and a temperature of nothing."""
    session = model.start(prompt)
    configs = (
        GenerateConfig(decoding="greedy", seed=3),
        GenerateConfig(decoding="beam", width=1),
        GenerateConfig(sampling=SamplingConfig(temperature=0.0)),
        GenerateConfig(sampling=SamplingConfig(top_k=1)),
    )
    texts = {session.generation(config).write(25) for config in configs}
    assert len(texts) == 1
    for character in texts.pop():
        assert character == likeliest(session)
        session.type(character)


def test_what_is_drawn_has_the_odds_that_were_asked_for() -> None:
    """Over many seeds the first character is each as often as temperature and top-k say."""
    session = MODELS[1].start("a prompt")
    sampling = SamplingConfig(temperature=0.9, top_k=5, top_p=0.95)
    odds = session.odds(sampling)
    seeds = range(3000)
    first = [session.generation(GenerateConfig(sampling=sampling, seed=s)).write(1) for s in seeds]
    for character, chance in zip(odds.characters, odds.after, strict=True):
        margin = 5 * math.sqrt(len(seeds) * chance * (1 - chance))
        assert abs(first.count(character) - len(seeds) * chance) <= margin


def test_another_seed_or_prompt_is_another_text() -> None:
    """All of the prompt counts, and the seed."""
    config = GenerateConfig(sampling=SamplingConfig(temperature=1.5))
    texts = {
        MODELS[2].start(prompt).generation(replace(config, seed=seed)).write(40)
        for prompt in ("a prompt", "b prompt")
        for seed in range(5)
    }
    assert len(texts) == 10


def best_of_all(source: Source, length: int) -> str:
    """The likeliest text of a length by trying every one, over the letters a and b."""

    texts = map("".join, product("ab", repeat=length))
    return max(texts, key=lambda text: score(source, text))


@given(st.lists(st.integers(1, 9), min_size=62, max_size=62))
def test_a_beam_wide_enough_finds_the_likeliest_text(weights: list[int]) -> None:
    """Where greedy walks into a dead end, a beam looks at where all ways lead."""

    def said(text: str) -> dict[str, float]:
        if len(text) >= 5:
            return {}
        place = int("1" + text.replace("a", "0").replace("b", "1"), 2) - 1
        a, b = weights[2 * place : 2 * place + 2]
        return {"a": a / (a + b), "b": b / (a + b)}

    source = SpokenSource(said)
    generation = session_of(source).generation(GenerateConfig(decoding="beam", width=32))
    found, best = generation.write(99), best_of_all(source, 5)
    assert len(found) == 5
    assert score(source, found) == pytest.approx(score(source, best), abs=1e-5)


def score(source: Source, text: str) -> float:
    """The log-probability of a text, nats."""
    point, total = source.start(), 0.0
    for character in text:
        symbol = MODEL.vocab.id_of(character)
        total += float(source.log_probabilities(point)[symbol])
        point = source.advance(symbol, point)
    return total


def test_a_beam_takes_the_way_that_is_likelier_as_a_whole() -> None:
    """A likely first letter that leads to nothing sure loses against the sure word."""
    ends = [("b" + end, 0.6 / 24) for end in LETTERS[2:26]]
    session = session_of(spoken(("quick", 0.4), *ends))
    assert session.generation(GenerateConfig(decoding="greedy")).write(1) == "b"
    for width in (2, 8):
        beam = session.generation(GenerateConfig(decoding="beam", width=width))
        assert beam.write(5) == "quick"


def test_a_beam_that_never_agrees_is_taken_at_its_word() -> None:
    """Two texts that stay as likely for long do not keep a person waiting for ever.

    What has been written is then kept to, even if the other text proves likelier much later.
    """

    def said(text: str) -> dict[str, float]:
        if not text:
            return {"a": 0.5, "b": 0.5}
        if text[0] == "b":
            return {"c": 1.0}
        return {"a": 1.0} if len(text) < 80 else {"a": 0.4, "e": 0.3, "f": 0.3}

    source = Counted(SpokenSource(said))
    generation = session_of(source).generation(GenerateConfig(decoding="beam"))
    assert generation.write(1) == "a"
    assert source.asked <= 2 * FARTHEST
    assert generation.write(99) == "a" * 99


@given(st.sampled_from(MODELS), CONFIGS, st.lists(st.integers(0, 40), max_size=6))
def test_writing_can_be_cancelled_and_gone_on_with(
    model: Model, config: GenerateConfig, patience: list[int]
) -> None:
    """Stopped between two characters, or between two looks of a beam, a text loses nothing."""
    whole = model.start("the ").generation(config).write(20)
    session, source = counted(model, "the ")
    generation, written = session.generation(config), ""
    for count in patience:
        answers, asked = [False] * count, source.asked
        written += generation.write(20 - len(written), lambda: not answers or answers.pop())  # noqa: B023
        assert source.asked - asked <= count
        assert generation.chars == len(written)
    assert whole.startswith(written)
    assert written + generation.write(20 - len(written)) == whole


@pytest.mark.parametrize("decoding", DECODINGS)
def test_a_text_that_can_not_go_on_ends(decoding: Decoding) -> None:
    """Where a source has nothing more to say, what was written stands."""
    source = spoken(("over.", 1.0))
    generation = session_of(source).generation(GenerateConfig(decoding=decoding))
    assert generation.write(99) == "over."
    assert generation.write(1) == ""


def test_a_greedy_text_that_goes_round_in_circles_is_marked() -> None:
    """It says since where, and after how many characters it comes again; a fork knows it too."""
    source = spoken(("once. " + "and again " * 30 + "done", 1.0))
    generation = session_of(source).generation(GenerateConfig(decoding="greedy"))
    assert generation.write(40)
    assert looped(generation) is None
    generation.write(80)
    assert looped(generation) == looped(generation.fork()) == Loop(5, 10)
    generation.write(187)
    assert looped(generation) is None


def looped(generation: Generation) -> Loop | None:
    """The loop it is in."""
    return generation.loop


@pytest.mark.parametrize(
    ("field", "value"),
    [("seed", -1), ("seed", 1 << 63), ("width", 0), ("width", 257), ("decoding", "hope")],
)
def test_a_setting_out_of_range_is_named(field: str, value: object) -> None:
    """A mistyped option is told by its name."""
    with pytest.raises(ConfigError, match=field):
        GenerateConfig(**{field: value})  # type: ignore[arg-type]
