"""What the table of compressors says is what they do."""

import random
import shutil

import numpy as np
import pytest

from charlm_core import Vocab
from tests.perf.compression import ORDER, ppm_bits, xz_bits, zstd_bits
from tests.perf.peers import Ppm

WORDS = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "barks", "ёж"]


def text(seed: int, words: int) -> str:
    """Some words, the same each time."""
    chosen = random.Random(seed)
    return " ".join(chosen.choices(WORDS, k=words))


@pytest.mark.parametrize("known", [0, 1, 400])
def test_counting_all_at_once_counts_the_same(known: int) -> None:
    """As counting place by place, with what was known before and with nothing."""
    train, valid = text(1, known), text(2, 300)
    vocab = Vocab.from_text(train + valid)
    ppm, past, nats = Ppm(vocab, train), train[-ORDER:], 0.0
    for character in valid:
        symbol = vocab.id_of(character)
        nats -= ppm.predict(past)[symbol]
        ppm.learn(past, symbol)
        past = (past + character)[-ORDER:]
    assert ppm_bits(train, valid) == pytest.approx(nats / np.log(2), rel=1e-5)


def test_more_symbols_than_a_byte_holds() -> None:
    """A large alphabet is counted too."""
    train = "".join(map(chr, range(0x4E00, 0x4E00 + 400))) * 3
    assert 0 < ppm_bits(train, train[:200]) < 200 * 2


def test_what_is_known_costs_next_to_nothing() -> None:
    """A text that was seen before is a few bytes; one of its own costs what it holds."""
    known = text(1, 4000)
    assert xz_bits(known, known[:5000]) < 1000 < xz_bits(text(3, 10), known[:5000])
    if shutil.which("zstd"):
        few, many = zstd_bits(known, known[:5000]), zstd_bits(text(3, 10), known[:5000])
        assert few is not None
        assert many is not None
        assert few < 1000 < many
