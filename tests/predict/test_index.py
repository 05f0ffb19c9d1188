"""What followed a context: an index finds all of it, and nothing else, on disk as in memory."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlm_core.errors import MemoryFileError
from charlm_core.predict import index as indexes
from charlm_core.predict.index import (
    CODES,
    EMPTY,
    ORDERS,
    REACH,
    Context,
    Counts,
    Index,
    advance,
    last_code,
)

Text = list[int]

FEW = st.lists(st.integers(0, 2), max_size=120)
"""So few symbols that long contexts come again."""

MANY = st.lists(st.sampled_from([0, 1, 254, 255, 256, 509, 510, 600]), max_size=80)
"""Symbols that share a code, and those at the edges of what a byte holds."""

VOCABULARY = 601


def symbols(text: Sequence[int]) -> npt.NDArray[np.uint16]:
    """A text as an index takes it."""
    return np.array(text, dtype=np.uint16)


def context_of(text: Sequence[int]) -> Context:
    """The context at the end of a text."""
    context = EMPTY
    for symbol in text:
        context = advance(context, symbol)
    return context


def counted(
    texts: Sequence[tuple[Text, Text]], asked: Text, vocabulary: int = VOCABULARY
) -> Counts:
    """By comparing at every place of (before, text): what an index must say after `asked`."""
    counts = np.zeros((len(ORDERS), vocabulary))
    behind = ([0] * REACH + [symbol % CODES for symbol in asked])[-REACH:]
    for before, text in texts:
        codes = [0] * REACH + [symbol % CODES for symbol in [*before, *text]]
        for place, symbol in enumerate(text, len(before) + REACH):
            for row, order in zip(counts, ORDERS, strict=True):
                if codes[place - order : place] == behind[-order:]:
                    row[symbol] += 1
    return counts


def found(index: Index, asked: Text, vocabulary: int = VOCABULARY) -> Counts:
    """What an index says after `asked`."""
    counts = np.zeros((len(ORDERS), vocabulary))
    index.add_counts(context_of(asked), counts)
    return counts


@given(FEW | MANY, st.data())
def test_counts_are_those_of_reading_it_all(text: Text, data: st.DataObject) -> None:
    """After each length of context, what followed it in the text, each time that it did."""
    index = Index.build(symbols(text))
    assert len(index) == len(text)
    end = data.draw(st.integers(0, len(text)))
    asked = text[:end] + data.draw(st.lists(st.sampled_from([0, 1, 255, 600]), max_size=2))
    np.testing.assert_array_equal(found(index, asked), counted([([], text)], asked))


@given(st.lists(st.tuples(FEW | MANY, FEW | MANY), max_size=4), st.data())
def test_texts_with_something_before_them(
    texts: list[tuple[Text, Text]], data: st.DataObject
) -> None:
    """Several passages are one index, the first character of each known by what stood before."""
    index = Index.build_all([(symbols(text), context_of(before)) for before, text in texts])
    whole = [symbol for before, text in texts for symbol in (*before, *text)]
    asked = whole[: data.draw(st.integers(0, len(whole)))]
    np.testing.assert_array_equal(found(index, asked), counted(texts, asked))


@given(FEW | MANY, FEW | MANY, st.data())
def test_inserting_is_having_had_both(one: Text, other: Text, data: st.DataObject) -> None:
    """Two indexes made one say together what they said apart."""
    both = Index.build(symbols(one)).with_inserted(Index.build(symbols(other)))
    whole = one + other
    asked = whole[: data.draw(st.integers(0, len(whole)))]
    np.testing.assert_array_equal(found(both, asked), counted([([], one), ([], other)], asked))
    order = np.lexsort((both.far, both.near))
    np.testing.assert_array_equal(both.near, both.near[order])
    np.testing.assert_array_equal(both.far, both.far[order])
    assert sorted(both.following.tolist()) == sorted(whole)


def test_what_comes_often_is_counted_by_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many places every n-th stands for n: shares stay what they are, nearly."""
    monkeypatch.setattr(indexes, "MOST_COUNTED", 16)
    text = [1, 2, 3] * 10 + [1, 2, 4] * 90
    counts = found(Index.build(symbols(text)), [1, 2], 5)
    row = counts[ORDERS.index(2)]
    assert row.sum() == pytest.approx(100, abs=100 // 16)
    assert row[3] == pytest.approx(10, abs=2 * 100 // 16)
    # Where they are fewer each is counted.
    few = found(Index.build(symbols(text[:60])), [1, 2], 5)
    assert few[ORDERS.index(2)].tolist() == [0, 0, 0, 10, 10]


def test_a_character_takes_little_memory() -> None:
    """A book of a million characters takes less than 40 MB."""
    text = symbols(np.random.default_rng(0).integers(0, 60, 10_000).tolist())
    index = Index.build(text)
    index = index.with_inserted(Index.build(text))
    held = index.near.nbytes + index.far.nbytes + index.following.nbytes
    assert held / len(index) <= 40


@given(st.lists(st.integers(0, 600), max_size=40))
def test_a_context_holds_the_last_sixteen(text: Text) -> None:
    """What lies further back makes no difference, and what is within reach does."""
    context = context_of(text)
    assert context == context_of([7, 9, *([0] * REACH), *text])
    assert last_code(context) == (text[-1] % CODES if text else 0)
    padded = [0] * REACH + text
    changed = [*padded[:-REACH], padded[-REACH] + 1, *padded[len(padded) - REACH + 1 :]]
    assert context_of(changed) != context


@settings(max_examples=25)
@given(FEW | MANY)
def test_a_saved_index_says_the_same(tmp_path_factory: pytest.TempPathFactory, text: Text) -> None:
    """Read back from disk it answers as before, with what it was saved about."""
    path = tmp_path_factory.mktemp("saved") / "index"
    index = Index.build(symbols([*text, 1]))
    index.save(path, {"names": ["ä", 3]})
    loaded, about = Index.load(path)
    assert about == {"names": ["ä", 3]}
    assert isinstance(loaded.near.base, np.memmap)
    for end in range(len(text) + 1):
        np.testing.assert_array_equal(found(loaded, text[:end]), found(index, text[:end]))


def cut(file: Path) -> None:
    """Lose the last byte."""
    file.write_bytes(file.read_bytes()[:-1])


def described(**changes: object) -> Callable[[Path], None]:
    """Change what the description says."""

    def change(file: Path) -> None:
        file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))

    return change


@pytest.mark.parametrize(
    ("name", "damage", "words"),
    [
        ("index.json", Path.unlink, "No such file"),
        ("index.json", cut, "not the description of an index"),
        ("index.json", lambda file: file.write_bytes(b""), "not the description of an index"),
        ("index.json", lambda file: file.write_bytes(b"\xff\0"), "not the description of an index"),
        ("index.json", lambda file: file.write_text("[1]"), "not the description of an index"),
        ("index.json", lambda file: file.write_text("{}"), "not the description of an index"),
        ("index.json", lambda file: file.write_text("[" * 100_000), "not the description"),
        ("index.json", described(chars=-1), "not the description of an index"),
        ("index.json", described(chars="4"), "not the description of an index"),
        ("index.json", described(about=None), "not the description of an index"),
        ("index.json", described(format_version=99), "format version 99 is not known"),
        ("near", Path.unlink, "No such file"),
        ("near", cut, "31 bytes, where 4 characters were said"),
        ("far", cut, "31 bytes, where 4 characters were said"),
        ("far", lambda file: file.write_bytes(b""), "0 bytes, where 4 characters were said"),
        ("following", Path.unlink, "No such file"),
        ("following", lambda file: file.write_bytes(bytes(9)), "9 bytes, where 4"),
    ],
)
def test_a_damaged_index_is_one_line(
    tmp_path: Path, name: str, damage: Callable[[Path], object], words: str
) -> None:
    """Missing, cut short, emptied or overwritten: the file is named, and nothing else happens."""
    path = tmp_path / "index"
    Index.build(symbols([1, 2, 3, 4])).save(path, {})
    damage(path / name)
    with pytest.raises(MemoryFileError) as caught:
        Index.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path / name}: ")
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize("chars", [3, 5, 10**30])
def test_a_wrong_count_of_characters_is_one_line(tmp_path: Path, chars: int) -> None:
    """A description that doesn't fit its files maps nothing that isn't there."""
    path = tmp_path / "index"
    Index.build(symbols([1, 2, 3, 4])).save(path, {})
    described(chars=chars)(path / "index.json")
    with pytest.raises(MemoryFileError, match="32 bytes, where"):
        Index.load(path)


def test_an_index_that_is_not_there(tmp_path: Path) -> None:
    """A folder that is missing, or is none."""
    (tmp_path / "file").touch()
    for name in ("missing", "file"):
        with pytest.raises(MemoryFileError, match=name):
            Index.load(tmp_path / name)
