"""The odds that are shown: as the model gives them, and what the knobs leave of them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import Model, SamplingConfig, is_control
from charlm_core.predict.sampling import probabilities, softmax
from charlm_core.vocab import UNKNOWN
from tests.predict.spoken import SpokenSource, session_of
from tests.support import LETTERS, make_checkpoint, make_model

HOSTILE = "\0\t\n\x1b\x7f\u202e abc"
MODELS = [make_model(make_checkpoint(scale=5.0, seed=seed, letters=HOSTILE)) for seed in range(4)]
CONFIGS = st.builds(
    SamplingConfig,
    temperature=st.sampled_from([0.0, 5e-324, 0.3, 1.0, 10.0]),
    top_k=st.integers(0, 9),
    top_p=st.floats(0.0, 1.0),
)


@given(st.sampled_from(MODELS), st.text(LETTERS, max_size=5), CONFIGS)
def test_the_odds_are_what_a_draw_has(model: Model, prompt: str, config: SamplingConfig) -> None:
    """Both columns are distributions over what may be suggested, the likeliest first."""
    session = model.start(prompt)
    found = session.odds(config)
    assert "\n" in found.characters
    assert set(found.characters) == set("\n abc")
    assert not any(is_control(one) or one == UNKNOWN for one in found.characters if one != "\n")
    assert sum(found.before) == pytest.approx(1.0)
    assert sum(found.after) == pytest.approx(1.0)
    assert list(found.before) == sorted(found.before, reverse=True)
    allowed = session.vocab.suggestible()
    logits = np.where(allowed, session.logits, -np.inf)
    symbols = [session.vocab.id_of(character) for character in found.characters]
    assert found.before == pytest.approx(softmax(logits)[symbols], abs=1e-6)
    assert found.after == pytest.approx(probabilities(logits, config)[symbols], abs=1e-5)


@given(st.sampled_from(MODELS), CONFIGS)
def test_entropy_is_in_bits_and_choices_are_what_it_means(
    model: Model, config: SamplingConfig
) -> None:
    """Of about how many characters the model wavers between, before and after the knobs."""
    found = model.start("ab").odds(config)
    for chances, entropy, choices in (
        (found.before, found.entropy_before, found.choices_before),
        (found.after, found.entropy_after, found.choices_after),
    ):
        assert entropy == pytest.approx(-sum(p * math.log2(p) for p in chances if p), abs=1e-9)
        assert choices == pytest.approx(2**entropy)
        assert 1.0 <= choices <= len(chances) + 1e-9


def test_equal_chances_are_as_many_choices() -> None:
    """Eight letters that are as likely are eight choices; of them top-k leaves three."""
    source = SpokenSource(lambda text: dict.fromkeys("abcdefgh", 0.125))
    found = session_of(source).odds(SamplingConfig(top_k=3))
    assert found.characters[:8] == tuple("abcdefgh")
    assert found.after[:3] == pytest.approx([1 / 3] * 3)
    assert not any(found.after[3:])
    assert found.choices_before == pytest.approx(8.0)
    assert found.choices_after == pytest.approx(3.0)
    assert found.entropy_before == pytest.approx(3.0)


def test_greedy_leaves_one_choice() -> None:
    """At temperature 0 the bar of one character is full, and nothing is left to chance."""
    source = SpokenSource(lambda text: {"a": 0.3, "b": 0.7})
    found = session_of(source).odds(SamplingConfig(temperature=0.0))
    assert found.characters[:2] == ("b", "a")
    assert found.after[:2] == (1.0, 0.0)
    assert (found.entropy_after, found.choices_after) == (0.0, 1.0)


@pytest.mark.parametrize("letters", ["", "\x1b"])
def test_a_vocabulary_with_nothing_to_suggest_has_no_odds(letters: str) -> None:
    """There is nothing to draw, and nothing breaks."""
    found = make_model(make_checkpoint(letters=letters)).start("abc").odds(SamplingConfig())
    assert (found.characters, found.before, found.after) == ((), (), ())
    assert found.choices_after == 1.0
