"""A corpus: numbered once, split without a leak, small in memory or mapped."""

from pathlib import Path

import numpy as np
import pytest

from charlm_core import config
from charlm_core.errors import CorpusError
from charlm_core.learn import corpus as corpora
from charlm_core.learn import mapping
from charlm_core.learn.corpus import Corpus, TextStatistics, read_corpus
from charlm_core.learn.passages import Lanes, Windows
from charlm_core.texts import TextSources


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
    monkeypatch.setattr(config, "HELD_OUT_CHARS", 50)
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
    monkeypatch.setattr(mapping, "MAPPED_CHARS", 10)
    large = read(one, two)
    assert isinstance(large.train, np.memmap)
    np.testing.assert_array_equal(large.train, small.train)
    np.testing.assert_array_equal(large.valid, small.valid)


def test_an_empty_text_is_refused(tmp_path: Path) -> None:
    """One line names the file."""
    with pytest.raises(CorpusError, match=r"t\.txt: empty"):
        read(write(tmp_path, "t.txt", ""))


def late_binary(folder: Path, name: str) -> Path:
    """A file that looks like text until long after the look that is taken into it."""
    path = folder / name
    path.write_bytes(b"plain text " * 100_000 + b"\0\1\2")
    return path


def test_a_file_of_a_folder_found_binary_late_is_left_out(tmp_path: Path) -> None:
    """The others are trained on as if it were not there, and a notice names it."""
    write(tmp_path, "a.txt", "abc" * 10)
    odd = late_binary(tmp_path, "b.dat")
    write(tmp_path, "c.txt", "cba" * 10)
    found = read(tmp_path, held_out=0.0)
    assert found.vocab.decode(found.train) == "abc" * 10 + "cba" * 10
    assert [text.name for text in found.facts] == ["a.txt", "c.txt"]
    assert found.notices == (f"{odd}: skipped, a binary file, not text (it holds a zero byte)",)


def test_a_named_file_found_binary_late_is_refused(tmp_path: Path) -> None:
    """Whoever named it means it; so does a folder that holds nothing else."""
    odd = late_binary(tmp_path, "b.dat")
    with pytest.raises(CorpusError, match=r"b\.dat: a binary file"):
        read(odd)
    with pytest.raises(CorpusError, match="a folder without text files"):
        read(tmp_path)


@pytest.mark.parametrize("fate", ["vanishes", "shrinks", "grows", "cannot be read"])
@pytest.mark.parametrize("passes", [0, 1])
def test_a_file_of_a_folder_that_changes_while_it_is_read_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fate: str, passes: int
) -> None:
    """Before the first pass or between the two: the rest is what it would be without it."""
    write(tmp_path, "a.txt", "abc" * 10)
    odd = write(tmp_path, "b.txt", "xyz" * 10)
    write(tmp_path, "c.txt", "cba" * 10)

    def change() -> None:
        if fate == "vanishes":
            odd.unlink()
        elif fate == "cannot be read":
            odd.unlink()
            odd.mkdir()
        elif odd.exists():
            odd.write_text("xyz" * (5 if fate == "shrinks" else 20))

    changes = iter([change])
    survey = corpora.survey

    def surveyed(sources: TextSources) -> TextStatistics:
        before = next(changes, None)
        if before and passes == 0:
            before()
        found = survey(sources)
        if before and passes == 1:
            before()
        return found

    monkeypatch.setattr(corpora, "survey", surveyed)
    found = read(tmp_path, held_out=0.0)
    if passes == 0 and fate in {"shrinks", "grows"}:
        assert [text.name for text in found.facts] == ["a.txt", "b.txt", "c.txt"]
        return
    assert found.vocab.decode(found.train) == "abc" * 10 + "cba" * 10
    assert len(found.vocab) == 4
    (notice,) = found.notices
    assert notice.startswith(f"{odd}: skipped, ")


def mapped_bytes() -> int:
    """How much of this process's memory is pages of files."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("RssFile:")[2].split()[0])


def test_a_mapped_corpus_takes_no_memory_but_for_what_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is released can be looked at again; an array in memory is left alone."""
    path = write(tmp_path, "t.txt", "abcdefgh" * 1_000_000)
    monkeypatch.setattr(mapping, "MAPPED_CHARS", 10)
    ids = read(path, held_out=0.5).train
    if Path("/proc/self/status").exists():
        mapping.release(ids)
        before = mapped_bytes()
        assert ids.sum() > 0
        assert mapped_bytes() - before > 0.9 * ids.nbytes
        mapping.release(ids)
        assert mapped_bytes() - before < 0.1 * ids.nbytes
    for part in (ids, ids[1:], ids[None, 5:9]):
        before = part.tolist()
        mapping.release(part)
        assert part.tolist() == before
    mapping.release(np.arange(3, dtype=np.uint16))


def test_positions_beyond_32_bits(tmp_path: Path) -> None:
    """Ten thousand million characters: both ways through them reach the far end."""
    chars = 10**10
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(2 * chars)
    ids = np.memmap(tmp_path / "sparse", dtype=np.uint16, mode="r+", shape=(chars,))
    ids[-(1 << 20) :] = 7
    lanes = Lanes(ids, (0, chars - 10), batch=64, length=128, reset=0.0, seed=1)
    offset = int(np.random.default_rng([1, 0]).integers(chars))
    # The step in which the lane that runs off the end begins again at the start.
    lane, step = divmod((chars - 500 - offset) % chars, chars // 64)
    found = lanes.batch(0, step // 128)
    assert (found.inputs[lane] == 7).any()
    assert not found.inputs[lane - 1].any()
    windows = Windows(ids, batch=16, length=32, seed=1)
    assert windows.steps_per_epoch == -(-(chars - 32) // 16)
    assert (windows.batch(0, windows.steps_per_epoch - 1).targets == 7).any()
