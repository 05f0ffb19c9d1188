"""A corpus: numbered once, split without a leak, small in memory or mapped."""

from pathlib import Path

import numpy as np
import pytest

from charlm_core.errors import CorpusError
from charlm_core.learn import corpus as corpora
from charlm_core.learn.corpus import Corpus, read_corpus


def read(*paths: Path, valid: tuple[Path, ...] = (), held_out: float = 0.1) -> Corpus:
    """Read with a tenth held back."""
    return read_corpus(paths, valid, rare_share=0.0, held_out=held_out)


def write(folder: Path, name: str, text: str) -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_tail_of_a_single_text_validates(tmp_path: Path) -> None:
    """The last tenth is held back, and nothing of it is trained on."""
    text = "".join(chr(ord("a") + index % 26) for index in range(1000))
    found = read(write(tmp_path, "t.txt", text))
    assert found.vocab.decode(found.train) == text[:900]
    assert found.vocab.decode(found.valid) == text[900:]
    assert found.validation_note == "the last 100 characters of t.txt"


def test_the_tail_of_each_document_validates(tmp_path: Path) -> None:
    """Of two documents both tails are held back, and where each begins is known."""
    one, two = write(tmp_path, "1.txt", "a" * 90 + "b" * 10), write(tmp_path, "2.txt", "c" * 50)
    found = read(one, two)
    assert found.vocab.decode(found.train) == "a" * 90 + "c" * 45
    assert found.vocab.decode(found.valid) == "b" * 10 + "c" * 5
    assert found.documents == (0, 90)
    assert [text.name for text in found.facts] == ["1.txt", "2.txt"]


def test_named_validation_texts_leave_the_corpus_whole(tmp_path: Path) -> None:
    """With --valid every character of the corpus is trained on; new characters are unknown."""
    train, valid = write(tmp_path, "t.txt", "abc" * 10), write(tmp_path, "v.txt", "abz")
    found = read(train, valid=(valid,))
    assert found.vocab.decode(found.train) == "abc" * 10
    assert found.valid.tolist() == [1, 2, 0]
    assert found.validation[0].name == found.validation_note == "v.txt"


def test_nothing_held_back_validates_on_the_training_text(tmp_path: Path) -> None:
    """The classroom recipe measures what was learned by heart, and says so."""
    found = read(write(tmp_path, "t.txt", "abc" * 10), held_out=0.0)
    np.testing.assert_array_equal(found.train, found.valid)
    assert "training text itself" in found.validation_note


def test_a_large_corpus_holds_back_no_more_than_a_million(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The share held back shrinks so that measuring stays quick."""
    monkeypatch.setattr(corpora, "HELD_OUT_CHARS", 50)
    assert len(read(write(tmp_path, "t.txt", "ab" * 1000)).valid) == 50


def test_rare_characters_become_the_unknown_symbol(tmp_path: Path) -> None:
    """A character below the share is trained as the unknown one."""
    path = write(tmp_path, "t.txt", "a" * 999 + "z")
    found = read_corpus([path], rare_share=0.01, held_out=0.0)
    assert found.train.tolist() == [1] * 999 + [0]


def test_a_mapped_corpus_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large for memory is mapped from disk, with the same numbers."""
    one, two = write(tmp_path, "1.txt", "hello wörld " * 50), write(tmp_path, "2.txt", "zwei" * 30)
    small = read(one, two)
    monkeypatch.setattr(corpora, "MAPPED_CHARS", 10)
    large = read(one, two)
    assert isinstance(large.train, np.memmap)
    np.testing.assert_array_equal(large.train, small.train)
    np.testing.assert_array_equal(large.valid, small.valid)


def test_an_empty_text_is_refused(tmp_path: Path) -> None:
    """One line names the file."""
    with pytest.raises(CorpusError, match=r"t\.txt: empty"):
        read(write(tmp_path, "t.txt", ""))
