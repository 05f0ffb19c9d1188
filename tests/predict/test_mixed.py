"""A text that mixes languages keeps working: what a model can't read does not derail it."""

from functools import cache
from pathlib import Path

import pytest

from charlm_core import DIALS, Mixture, SuggestConfig, load
from charlm_core.characters import is_control
from charlm_core.predict.model import Model
from charlm_core.vocab import UNKNOWN

ENGLISH = Path(__file__).parents[2] / "checkpoints" / "english"

BEFORE = """\
We had meant to leave before the rain, but the car would not start, and by the time the man from \
the garage had found out what was wrong with it the road down to the village was under water. So \
we made another pot of tea, and sat at the window, and talked about what we would do the next day.
"""

AFTER = """\
In the morning the water had gone. There was mud on the road, and a great many small stones, and \
a branch as thick as my arm lay across the bridge, but two of us could lift it. The village was \
very quiet. Nobody was in the street, and the only shop that was open had no bread. The woman \
behind the counter said that the baker had not been able to come, and that there would be none \
before the evening. She gave us some apples, and would not take any money for them. We ate them \
on the steps of the church, in the sun, and looked at the map. It was not far to the sea, if one \
did not mind walking through the wet grass, and there was a house there where we could stay.
"""

STRANGE = {
    "Russian": "Он медленно шёл по улице и думал о том, что скажет ей завтра утром, когда они "
    "встретятся. Никто не знал, чем это кончится.\n",
    "Greek": "Η γλώσσα μας είναι πλούσια και όμορφη, και κάθε λέξη έχει τη δική της ιστορία.\n",
    "Chinese": "我们昨天去了海边，天气很好，孩子们玩得非常开心。今天的天气也很好，明天再见。\n",
    "emoji": "🙂🙂🎉 👍🏽 ❤️ 👩‍👩‍👧‍👦 🇩🇪 🔥🔥🔥\n",
    "a page of Russian": "Он медленно шёл по улице и думал о том, что скажет ей утром.\n" * 20,
}
KNOWN = "He went slowly down the street and thought of what he would say to her the next day.\n"
"""As much of a break, in a language that is known."""

SETTLED = 50
"""After so many characters it should be as if nothing had been."""


@cache
def model() -> Model:
    """The English model that is shipped."""
    return load(ENGLISH)


def bits(before: str) -> float:
    """Bits a character of AFTER, once it has settled, behind a text."""
    session = model().start(before)
    session.type(AFTER[:SETTLED])
    begun = session.score
    session.type(AFTER[SETTLED:])
    return (session.score.total_nats - begun.total_nats) / (session.chars - begun.chars)


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_sentence_costs_what_follows_little(name: str) -> None:
    """English after it is predicted as well as after a sentence of English, but for 3%."""
    assert bits(BEFORE + STRANGE[name]) < 1.03 * bits(BEFORE + KNOWN)


@pytest.mark.parametrize("name", STRANGE)
def test_ghosts_come_again_at_once(name: str) -> None:
    """Within two words, as a person sees it: where there was one, there is one."""
    config = DIALS["eager"]

    def shown(before: str) -> list[str]:
        session = model().start(before)
        ghosts = []
        for character in "It was not far to the":
            session.type(character)
            ghosts.append(session.suggest(config).text)
        return ghosts

    usual, strange = shown(BEFORE), shown(BEFORE + STRANGE[name])
    assert any(usual[: len("It was ")])
    assert any(strange[: len("It was ")])
    assert sum(map(bool, strange)) >= sum(map(bool, usual)) - 4


def learned_bits(between: str) -> float:
    """Bits a character of English sentences, learning from them and from what is between them."""
    vocab, mixture = model().vocab, model().mixture()
    session = model().start(learned=mixture)
    nats, chars = 0.0, 0
    for sentence in (BEFORE + AFTER).split(". "):
        for piece in (f"{sentence}.\n", between):
            for character in piece:
                point, symbol = session.point, vocab.id_of(character)
                session.type(character)
                if piece is not between:
                    nats += mixture.surprises(point, symbol)[1]
                    chars += 1
                if session.point is not point:
                    mixture.learn(point, symbol)
    return nats / chars


def test_learning_a_text_that_is_half_strange_keeps_what_is_learned_of_the_rest() -> None:
    """With Russian after each English sentence, English is learned as well, but for 5%."""
    assert learned_bits(STRANGE["Russian"]) < 1.05 * learned_bits("")


def full_of_strange() -> Mixture:
    """What was learned of nothing but what can't be read."""
    mixture, vocab = model().mixture(), model().vocab
    point = mixture.start()
    for symbol in vocab.encode(STRANGE["Chinese"] * 4).tolist():
        mixture.learn(point, symbol)
        point = mixture.advance(symbol, point)
    return mixture


def test_the_unknown_is_never_proposed() -> None:
    """However sure it is that something strange comes next."""
    session = model().start(STRANGE["Chinese"], full_of_strange())
    config = SuggestConfig(threshold=0.0, whole_threshold=0.0)
    for text in ("中", "文", " ", "and", "\n", "🙂"):
        session.type(text)
        proposed = [session.suggest(config), *session.alternatives(config)]
        for ghost in proposed:
            assert UNKNOWN not in ghost.text
            assert not any(is_control(one) and one != "\n" for one in ghost.text)
