"""The network, what it has learned since, and the memory: one prediction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import Model, adaptive_scores, score
from charlm_core.predict.index import Index
from charlm_core.predict.mixture import Mixture
from charlm_core.predict.sampling import softmax
from charlm_core.predict.source import NetworkSource
from tests.support import LETTERS, make_checkpoint, make_model

MODELS = [make_model(make_checkpoint(hidden=h, scale=s)) for h, s in ((6, 1.0), (16, 4.0))]
MODEL = MODELS[0]
TEXTS = st.text(LETTERS, max_size=30)
WORDS = "it was the best of times, it was the worst of times, it was the age of wisdom. "


def study(mixture: Mixture, model: Model, text: str) -> None:
    """Have it learn a text from its start."""
    point = mixture.start()
    for symbol in model.vocab.encode(text).tolist():
        mixture.learn(point, symbol)
        point = mixture.advance(symbol, point)


def written_by(model: Model, chars: int, seed: int) -> str:
    """A text that this network could have written: nobody knows better what comes next in it."""
    rng = np.random.default_rng(seed)
    session = model.start()
    for _ in range(chars):
        chances = softmax(session.logits).astype(float)
        symbol = rng.choice(len(chances), p=chances / chances.sum())
        session.type(model.vocab.symbols[symbol])
    return session.text


def nats(mixture: Mixture, model: Model, text: str) -> float:
    """The surprise at a text, learning on the way, in all."""
    *_, found = adaptive_scores(mixture, model.vocab, [text])
    return found.total_nats


@given(st.sampled_from(MODELS), TEXTS)
def test_with_nothing_learned_it_is_the_network(model: Model, text: str) -> None:
    """On the first day ghosts are those of the network."""
    mixture, network = model.mixture(), NetworkSource(model.engine)
    assert mixture.untouched
    point = model.start(text, mixture).point
    np.testing.assert_allclose(
        mixture.log_probabilities(point), network.log_probabilities(point), atol=4e-6
    )
    np.testing.assert_allclose(
        np.exp(mixture.log_probabilities(point)),
        np.exp(network.log_probabilities(point)),
        atol=1e-6,
    )
    # A session shows the network's own figures then, to the last bit.
    assert model.start(text, mixture).logits.tobytes() == model.start(text).logits.tobytes()


@given(st.sampled_from(MODELS), TEXTS, TEXTS, TEXTS)
def test_what_it_says_is_a_distribution(
    model: Model, learned: str, remembered: str, text: str
) -> None:
    """Whatever it has learned and remembers, all probabilities sum to one and none is lost."""
    mixture = model.mixture([Index.build(model.vocab.encode(remembered * 3))])
    study(mixture, model, learned * 3)
    for prefix in ("", text, learned, remembered):
        said = mixture.log_probabilities(model.start(prefix, mixture).point)
        assert np.exp(said.astype(float)).sum() == pytest.approx(1.0, abs=1e-5)
        assert np.isfinite(said).all()
    assert mixture.untouched == (not learned + remembered)


@pytest.mark.parametrize(("hidden", "scale", "seed"), [(16, 1.0, 0), (16, 4.0, 1), (64, 4.0, 2)])
def test_on_an_unlike_text_little_is_lost(hidden: int, scale: float, seed: int) -> None:
    """Where there is nothing to learn, learning costs less than 0.05 nats a character.

    The text is drawn from the network itself, so that no other prediction is better on average;
    the memory holds words of half its letters, in another language as it were.
    """
    model = make_model(make_checkpoint(hidden=hidden, scale=scale, seed=seed))
    text = written_by(model, 2000, seed)
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(list(LETTERS[2:14]), rng.integers(2, 8))) for _ in range(50)]
    other = " ".join(rng.choice(words, 1000))
    memory = Index.build(model.vocab.encode(other))
    static = score(model, [text]).total_nats
    assert nats(model.mixture([memory]), model, text) < static + 0.05 * len(text)
    assert nats(model.mixture(), model, text) < static + 0.05 * len(text)


def test_what_comes_a_second_time_is_known() -> None:
    """A text typed again takes a tenth of the surprise that it took the first time."""
    text = written_by(MODEL, 1000, 3)
    first = nats(MODEL.mixture(), MODEL, text)
    second = nats(MODEL.mixture(), MODEL, text * 2) - first
    assert second < first / 10
    # So does one that was remembered without learning from it.
    memory = Index.build(MODEL.vocab.encode(text))
    assert nats(MODEL.mixture([memory]), MODEL, text) < first / 4


def test_it_learns_from_the_first_page() -> None:
    """Within a page it knows the writer's words better than a network that does not learn."""
    text = WORDS * 6
    static = score(MODEL, [text]).total_nats
    mixture = MODEL.mixture()
    assert nats(mixture, MODEL, text) < static / 3
    ghost = MODEL.start(WORDS[:40], mixture).suggest()
    assert ghost.text
    assert WORDS[40:].startswith(ghost.first_word)


def test_surprises_are_those_of_both() -> None:
    """What learning has brought is told by the same figures that predict."""
    mixture = MODEL.mixture()
    study(mixture, MODEL, WORDS)
    point = MODEL.start("it was", mixture).point
    static, adaptive = mixture.surprises(point, 2)
    network = NetworkSource(MODEL.engine).log_probabilities(point)
    assert static == -float(network[2])
    assert adaptive == -float(mixture.log_probabilities(point)[2])


def test_looking_changes_nothing() -> None:
    """Asked in any order, at other places in between, it says and learns the same."""
    one, other = MODEL.mixture(), MODEL.mixture()
    study(one, MODEL, WORDS)
    point = other.start()
    for symbol in MODEL.vocab.encode(WORDS).tolist():
        ahead = other.advance(3, point)
        other.log_probabilities(ahead)
        other.learn(point, symbol)
        other.log_probabilities(ahead)
        other.log_probabilities(point)
        point = other.advance(symbol, point)
    for name, tensor in one.tensors().items():
        assert tensor.tobytes() == other.tensors()[name].tobytes()


def test_what_was_learned_can_be_restored() -> None:
    """With the same weights and the same memory another one says the same."""
    one, other = MODEL.mixture(), MODEL.mixture()
    study(one, MODEL, WORDS)
    memory = Index.build(MODEL.vocab.encode(WORDS))
    # All of it can be found, and nothing else, in both.
    one.memory, other.memory = (MODEL.mixture().memory for _ in range(2))
    for mixture in (one, other):
        mixture.memory.add(memory)
    other.restore(one.tensors())
    for text in ("", "it w", "qq"):
        point = MODEL.start(text).point
        fresh = one.advance(3, point)
        assert one.log_probabilities(fresh).tobytes() == other.log_probabilities(fresh).tobytes()
