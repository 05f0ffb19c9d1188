"""Texts as memory: those a person names, and those a model was trained on."""

import dataclasses
import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from charlm_core import Model, folding, remember, remember_training, runs_directory
from charlm_core.errors import CharlmError, CorpusError, MemoryFileError
from charlm_core.learn.config import TrainConfig
from charlm_core.learn.corpus import read_corpus
from charlm_core.learn.runs import Run, RunConfig
from charlm_core.predict import remembered as remembering
from charlm_core.predict.index import Index
from charlm_core.predict.remembered import (
    forget_remembered,
    remember_cached,
    remember_training_cached,
    remembered_directory,
)
from tests.support import make_model

MODEL = make_model()


def write(folder: Path, **texts: str) -> list[Path]:
    """Files with these texts, called NAME.txt."""
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return [folder / f"{name}.txt" for name in texts]


def held(index: Index, model: Model = MODEL) -> Counter[str]:
    """How often each character is remembered."""
    return Counter(model.vocab.decode(index.following))


def test_files_and_folders_are_remembered(tmp_path: Path) -> None:
    """Each text from its own start; what is typed as it goes on is expected."""
    (tmp_path / "folder").mkdir()
    (one,) = write(tmp_path, one="the quick brown fox")
    write(tmp_path / "folder", two="jumps over", three="the lazy dog")
    index = remember(MODEL, [one, tmp_path / "folder"])
    assert held(index) == Counter("the quick brown foxjumps overthe lazy dog")
    alone = Index.build_all(
        [
            (MODEL.vocab.encode(text), (0, 0))
            for text in ("the quick brown fox", "the lazy dog", "jumps over")
        ]
    )
    assert sorted(index.near.tolist()) == sorted(alone.near.tolist())
    source = MODEL.mixture([index])
    network = MODEL.mixture()
    symbol = MODEL.vocab.id_of("w")
    for text, more in (("the quick bro", True), ("qqq", False)):
        point = MODEL.start(text).point
        likelier = (
            source.log_probabilities(point)[symbol]
            > network.log_probabilities(MODEL.start(text).point)[symbol] + 1
        )
        assert likelier == more


def test_secrets_of_a_folder_are_passed_over(tmp_path: Path) -> None:
    """A password file among the texts is not remembered, unless it was named itself."""
    write(tmp_path, passwords="hunter", notes="abc")
    assert held(remember(MODEL, [tmp_path])) == Counter("abc")
    assert held(remember(MODEL, [tmp_path / "passwords.txt"])) == Counter("hunter")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("missing.txt", None, "no such file or folder"),
        ("binary.txt", b"\0\1\2\3", "binary"),
        ("late.txt", b"text " * 100_000 + b"\0", "binary"),
    ],
    ids=["missing", "binary", "late"],
)
def test_a_text_that_is_none_is_told(
    tmp_path: Path, name: str, data: bytes | None, words: str
) -> None:
    """Named itself it is a fault of one line; in a folder the others are remembered."""
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(CorpusError, match=words) as caught:
        remember(MODEL, [tmp_path / name])
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    write(tmp_path, fine="fine")
    assert held(remember(MODEL, [tmp_path]))["f"] >= 1


def test_of_very_much_the_first_part_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many characters in all, whichever texts they come from."""
    monkeypatch.setattr(remembering, "MOST_CHARS", 25)
    one, two, three = write(tmp_path, one="a" * 10, two="b" * 30, three="c" * 10)
    index = remember(MODEL, [one, two, three])
    assert held(index) == Counter("a" * 10 + "b" * 15)


def some_run(
    tmp_path: Path, texts: dict[str, str], *, held_out: float = 0.25, valid: bool = False
) -> tuple[Model, str]:
    """A model of a training run of a folder, and the text it was trained on."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    write(folder, **texts)
    names = write(tmp_path, valid="xyz") if valid else []
    corpus = read_corpus([folder], names, rare_share=0.0, held_out=held_out)
    config = RunConfig(
        name="mine",
        corpora=(str(folder),),
        valid=tuple(map(str, names)),
        train=dataclasses.replace(TrainConfig(epochs=1), held_out=held_out),
        facts=corpus.facts,
    )
    run = Run.create(runs_directory() / "mine", config)
    model = dataclasses.replace(MODEL, path=run.path / "best")
    return model, corpus.vocab.decode(corpus.train)


TEXTS = {"a": "the quick brown fox " * 3, "b": "jumps over " * 5, "c": "the lazy dog " * 4}


@pytest.mark.parametrize("valid", [False, True])
@pytest.mark.parametrize("recall", [remember_training, remember_training_cached])
def test_only_what_was_trained_on_is_remembered(
    tmp_path: Path, valid: bool, recall: Callable[[Model], Index]
) -> None:
    """What was held back to validate would make every later figure a lie."""
    model, trained = some_run(tmp_path, TEXTS, valid=valid)
    assert held(recall(model)) == Counter(trained)
    assert (trained == "".join(TEXTS.values())) == valid


@pytest.mark.parametrize("gone", ["a", "b", "c"])
def test_texts_that_have_gone_or_come_since(tmp_path: Path, gone: str) -> None:
    """Those that are still there are remembered as far as they trained, a new one is not."""
    model, _ = some_run(tmp_path, TEXTS)
    (tmp_path / "corpus" / f"{gone}.txt").unlink()
    write(tmp_path / "corpus", bb="zzz")
    rest = "".join(text[: int(len(text) * 0.75)] for name, text in TEXTS.items() if name != gone)
    assert held(remember_training(model)) == Counter(rest)


def test_a_large_corpus_holds_back_no_more_than_a_million(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The share is that of the training, whatever it was asked to hold back."""
    monkeypatch.setattr("charlm_core.config.HELD_OUT_CHARS", 10)
    model, trained = some_run(tmp_path, TEXTS)
    assert len(trained) > 0.9 * sum(map(len, TEXTS.values()))
    assert held(remember_training(model)) == Counter(trained)


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (None, "not in the folder of a training run"),
        ("", "not in the folder of a training run"),
        ("{}", "not in the folder of a training run"),
        ("[" * 99_999, "not in the folder of a training run"),
        ('{"corpora": ["-"], "valid": [], "train": {"held_out": 0.1}, "facts": []}', "standard"),
        ('{"corpora": ["/no/x"], "valid": [], "train": {"held_out": 0.1}, "facts": []}', "/no/x"),
    ],
)
@pytest.mark.parametrize("recall", [remember_training, remember_training_cached])
def test_texts_that_are_not_known_are_told(
    contents: str | None, words: str, recall: Callable[[Model], Index]
) -> None:
    """A checkpoint that was copied out of its run, or whose texts are gone, says so in a line."""
    folder = runs_directory() / "mine"
    if contents is not None:
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(contents)
    model = dataclasses.replace(MODEL, path=folder / "best")
    with pytest.raises(CharlmError, match=words) as caught:
        recall(model)
    assert isinstance(caught.value, MemoryFileError | CorpusError)
    assert "\n" not in str(caught.value)


def test_an_index_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time it is mapped from disk; a changed file is read anew."""
    (one,) = write(tmp_path, one="the quick brown fox")
    first = remember_cached(MODEL, [one])
    made: list[int] = []
    real = remembering._indexed

    def counted(*arguments: Any) -> Index:
        made.append(1)
        return real(*arguments)

    monkeypatch.setattr(remembering, "_indexed", counted)
    assert held(remember_cached(MODEL, [one])) == held(first) == Counter("the quick brown fox")
    assert made == []
    (one,) = write(tmp_path, one="the quick brown dog and more")
    assert held(remember_cached(MODEL, [one])) == Counter("the quick brown dog and more")
    assert made == [1]
    # Another order, another choice of texts, another vocabulary: another index.
    (two,) = write(tmp_path, two="two")
    remember_cached(MODEL, [one, two])
    remember_cached(MODEL, [two])
    assert made == [1] * 3


def test_an_index_is_made_anew_where_characters_are_read_as_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was numbered by an older version is not what this one looks up; it takes its place."""
    (one,) = write(tmp_path, one="the quick brown fox")
    remember_cached(MODEL, [one])
    (place,) = remembered_directory().iterdir()
    before = (place / "index.json").read_text()
    monkeypatch.setattr("charlm_core.predict.remembered.FOLDING", folding.VERSION + 1)
    remember_cached(MODEL, [one])
    assert [path.name for path in remembered_directory().iterdir()] == [place.name]
    assert (place / "index.json").read_text() != before


def test_a_kept_index_is_its_owner_s(tmp_path: Path) -> None:
    """It holds what the texts hold: nobody else may read it."""
    remember_cached(MODEL, write(tmp_path, one="the quick brown fox"))
    (place,) = remembered_directory().iterdir()
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in place.iterdir()} == {0o600}


def test_a_damaged_index_is_made_anew(tmp_path: Path) -> None:
    """Nobody hears of it: the texts are still there."""
    (one,) = write(tmp_path, one="the quick brown fox")
    remember_cached(MODEL, [one])
    (place,) = remembered_directory().iterdir()
    (place / "near").write_bytes(b"cut")
    assert held(remember_cached(MODEL, [one])) == Counter("the quick brown fox")
    assert (place / "near").stat().st_size == 8 * len("the quick brown fox")


def test_without_a_place_to_keep_it_an_index_is_made_each_time(tmp_path: Path, home: Path) -> None:
    """A disk that is full, or a home that can't be written, is no reason to remember nothing."""
    (one,) = write(tmp_path, one="the quick brown fox")
    (home / "data").write_text("a file is in the way")
    assert held(remember_cached(MODEL, [one])) == Counter("the quick brown fox")


def test_a_text_that_is_never_learned_is_not_remembered_either(tmp_path: Path) -> None:
    """A diary in a folder of notes stays unknown, though the notes are known."""
    notes = tmp_path / "notes"
    notes.mkdir()
    _, diary = write(notes, letter="dear sir", diary="kisses")
    assert held(remember_cached(MODEL, [notes])) == Counter("dear sirkisses")
    assert held(remember_cached(MODEL, [notes], {diary})) == Counter("dear sir")


def test_a_changed_text_replaces_what_was_kept_of_it(tmp_path: Path) -> None:
    """However often notes change there is one index of them; forgetting leaves none."""
    notes = tmp_path / "notes"
    notes.mkdir()
    for text in ("one", "one and two"):
        write(notes, letter=text)
        assert held(remember_cached(MODEL, [notes])) == Counter(text)
        assert len(list(remembered_directory().iterdir())) == 1
    forget_remembered()
    assert not remembered_directory().exists()
