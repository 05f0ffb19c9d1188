"""A trained network that is given the symbols its texts lacked."""

from pathlib import Path

import numpy as np
import pytest

from charlm_core import checkpoint
from charlm_core.errors import ConfigError
from charlm_core.predict.engine import Engine
from charlm_core.predict.sampling import log_softmax
from charlm_core.vocab import UNKNOWN, Vocab
from charlm_core.widening import RESERVE, TYPED, kin, typed_characters, widened
from tests.support import make_checkpoint

STORED = make_checkpoint(hidden=12, letters=" (),.135abcehoе")
ADDED = "éё\t[7$"
WIDE = widened(STORED, ADDED)


def probabilities(made: checkpoint.Checkpoint, text: str) -> dict[str, float]:
    """How likely each character is after a text."""
    engine, vocab = Engine(made), made.config.vocab
    state = engine.zero_state()
    for character in text:
        state = engine.step(vocab.id_of(character), state)
    found = np.exp(log_softmax(engine.logits(state)))
    return dict(zip(vocab.symbols, found.tolist(), strict=True))


def test_the_vocabulary_grows_by_what_was_missing() -> None:
    """What it has stays, in order; what it had already is not added again."""
    assert WIDE.config.vocabulary == (
        UNKNOWN,
        *sorted([*STORED.config.vocabulary[1:], *ADDED]),
    )
    assert widened(STORED, "abc").config == STORED.config
    assert widened(WIDE, ADDED).config == WIDE.config


def test_known_texts_go_on_as_before() -> None:
    """The state is the same, and the old symbols keep their odds against each other."""
    before, after = Engine(STORED), Engine(WIDE)
    one, other = before.zero_state(), after.zero_state()
    for character in "aah echo (135).":
        one = before.step(STORED.config.vocab.id_of(character), one)
        other = after.step(WIDE.config.vocab.id_of(character), other)
        assert np.allclose(one, other, atol=1e-6)
    old, new = (probabilities(made, "aah echo") for made in (STORED, WIDE))
    assert sum(new[character] for character in ADDED) < 0.05
    for character in "abc":
        assert new[character] / new["e"] == pytest.approx(old[character] / old["e"], rel=1e-5)


def test_a_new_symbol_is_like_its_kin() -> None:
    """An accented letter reads as the plain one, a digit as the mean of the digits."""
    vocab, tensors = WIDE.config.vocab, WIDE.tensors
    rows = tensors["embedding.weight"]
    assert np.array_equal(rows[vocab.id_of("é")], rows[vocab.id_of("e")])
    assert np.array_equal(rows[vocab.id_of("ё")], rows[vocab.id_of("е")])
    assert np.array_equal(rows[vocab.id_of("\t")], rows[vocab.id_of(" ")])
    digits = np.mean([rows[vocab.id_of(digit)] for digit in "135"], axis=0)
    assert np.allclose(rows[vocab.id_of("7")], digits)
    bias = tensors["output.bias"]
    assert bias[vocab.id_of("é")] == pytest.approx(bias[vocab.id_of("e")] - RESERVE, rel=1e-5)


def test_the_unknown_symbol_is_read_as_running_text() -> None:
    """Four parts an average letter, one part a space: as a word in another script would be."""
    vocab, rows = WIDE.config.vocab, WIDE.tensors["embedding.weight"]
    letters = np.mean([rows[vocab.id_of(letter)] for letter in "abcehoеéё"], axis=0)
    expected = 0.8 * letters + 0.2 * rows[vocab.id_of(" ")]
    assert np.allclose(rows[0], expected, atol=1e-6)
    assert np.array_equal(WIDE.tensors["output.weight"][0], STORED.tensors["output.weight"][0])
    # Where there are no letters to be like, it stays as it was.
    figures = make_checkpoint(letters=" 123")
    row = widened(figures, "4").tensors["embedding.weight"][0]
    assert np.array_equal(row, figures.tensors["embedding.weight"][0])


def test_kin() -> None:
    """By category, by the category's kind, and the unknown symbol where there is none."""
    vocab = Vocab.from_text("ab1.,(+")
    named = {c: [vocab.symbols[index] for index in kin(c, vocab)] for c in "[!$7🙂ж\u200b"}
    assert named == {
        "[": ["("],
        "!": [",", "."],
        "$": ["+"],
        "7": ["1"],
        "🙂": ["+"],
        "ж": ["a", "b"],
        "\u200b": [UNKNOWN],
    }


def test_what_people_type_goes_by_the_letters_they_use() -> None:
    """Printable ASCII everywhere; the letter ё and the numero sign where one writes Russian."""
    assert typed_characters(Vocab.from_text("The word мир")) == TYPED
    assert {"\t", "\n", "~", "`", "$", "9"} <= set(TYPED)
    assert len(TYPED) == 97
    russian = Vocab.from_text("".join(map(chr, range(0x430, 0x450))))
    assert set(TYPED) | set("ёЁ№«»—") == set(typed_characters(russian)) - {"Й"}


def test_it_can_be_written_and_read(tmp_path: Path) -> None:
    """What is widened is a checkpoint like any other."""
    folder = tmp_path / "wide"
    checkpoint.write(folder, WIDE.config, WIDE.tensors, card="wide\n", stored_as="float32")
    found = checkpoint.read(folder)
    assert found.config == WIDE.config
    assert np.array_equal(found.tensors["output.weight"], WIDE.tensors["output.weight"])


def test_half_an_emoji_is_no_symbol() -> None:
    """What a vocabulary can't hold is refused."""
    with pytest.raises(ConfigError, match="vocabulary"):
        widened(STORED, "\ud800")
