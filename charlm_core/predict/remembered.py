"""Texts as memory: those a person names, and those a model was trained on.

Their index is kept in the user's data folder, one for each choice of texts, and mapped from there:
building it takes a second for a few megabytes, mapping it a millisecond.
"""

import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from charlm_core.confidential import looks_secret
from charlm_core.config import kept_share
from charlm_core.errors import CorpusError, MemoryFileError
from charlm_core.folding import VERSION as FOLDING
from charlm_core.library import data_directory, runs_directory
from charlm_core.predict.index import EMPTY, Index, Symbols
from charlm_core.predict.model import Model
from charlm_core.storage import read_regular
from charlm_core.texts import TextReader, TextSource, TextSources, text_name
from charlm_core.vocab import Vocab

MOST_CHARS = 16_000_000
"""More of some texts is not remembered: 18 bytes each are kept."""

_LONGEST_RECORD = 1 << 24


class _Training(msgspec.Struct):
    held_out: float


class _Text(msgspec.Struct):
    name: str
    chars: int


class _Record(msgspec.Struct):
    """What is needed of a training run's config.json."""

    corpora: list[str]
    valid: list[str]
    train: _Training
    facts: list[_Text]


class _Part(NamedTuple):
    """A text, and how much of it is to be remembered."""

    source: TextSource
    most: int


def remembered_directory() -> Path:
    """Where indexes of texts live: `remembered` in the user's data folder."""
    return data_directory() / "remembered"


def remember(model: Model, names: Iterable[str | os.PathLike[str]]) -> Index:
    """The index of files and of the texts in folders. Raises CorpusError.

    Files in folders that look like secrets are passed over.
    """
    with TextSources(names) as sources:
        return _indexed(model.vocab, _named(sources))


def remember_cached(
    model: Model, names: Sequence[str | os.PathLike[str]], without: Collection[Path] = ()
) -> Index:
    """The same, kept on disk and mapped from there as long as no file has changed.

    Files `without` which it is to be, each from the root on, are passed over.
    """
    with TextSources(names) as sources:
        parts = [part for part in _named(sources) if part.source.path.absolute() not in without]
        choice = [os.path.realpath(name) for name in names]
        return _cached(model.vocab, repr(choice), parts)


def forget_remembered() -> None:
    """Remove all indexes from disk; the texts stay, and are looked up anew when needed."""
    shutil.rmtree(remembered_directory(), ignore_errors=True)


def remember_training(model: Model) -> Index:
    """The index of what a model of a training run has learned from, without what validated it.

    Raises MemoryFileError where that is not known, CorpusError where the texts are gone.
    """
    record = _read_record(model)
    with TextSources(record.corpora) as sources:
        return _indexed(model.vocab, _trained(record, sources))


def remember_training_cached(model: Model) -> Index:
    """The same, kept on disk and mapped from there as long as no file has changed.

    Of a run among the user's own only: nobody has asked for it, and elsewhere anybody may have
    written down which files to read. Raises MemoryFileError of others.
    """
    run = os.path.realpath(model.path.parent)
    if os.path.dirname(run) != os.path.realpath(runs_directory()):  # noqa: PTH120 - no path to open
        raise MemoryFileError(f"{model.path}: not of a run of your own, so its texts are let be")
    record = _read_record(model)
    with TextSources(record.corpora) as sources:
        return _cached(model.vocab, os.path.realpath(model.path), _trained(record, sources))


def _read_record(model: Model) -> _Record:
    file = model.path.parent / "config.json"
    try:
        record = msgspec.json.decode(read_regular(file, _LONGEST_RECORD), type=_Record)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MemoryFileError(
            f"{model.path}: not in the folder of a training run, so its texts are not known"
        ) from error
    if "-" in record.corpora:
        raise MemoryFileError(f"{file}: trained on standard input, which is gone")
    return record


def _named(sources: TextSources) -> list[_Part]:
    """All texts, but for secrets that nobody has named."""
    return [
        _Part(source, MOST_CHARS)
        for source in sources.sources
        if not (source.folder and looks_secret(source.path))
    ]


def _trained(record: _Record, sources: TextSources) -> list[_Part]:
    """The texts of a run, each as far as it was trained on."""
    share = 1.0
    if not record.valid:
        share = kept_share(record.train.held_out, sum(text.chars for text in record.facts))
    learned = list(record.facts)
    parts = []
    # In the same order as then, though some may have gone or come since.
    for source in sources.sources:
        names = [text.name for text in learned]
        if (name := text_name(source)) in names:
            place = names.index(name)
            parts.append(_Part(source, int(learned[place].chars * share)))
            del learned[: place + 1]
    return parts


def _cached(vocab: Vocab, choice: str, parts: Sequence[_Part]) -> Index:
    """The index of texts from disk, or else made and put there, in place of what was there.

    `choice` is what the place goes by.
    """
    known = hashlib.blake2b("".join(vocab.symbols).encode(), digest_size=12)
    known.update(choice.encode("utf-8", "surrogatepass"))
    place = remembered_directory() / known.hexdigest()
    state = _state(parts)
    try:
        index, about = Index.load(place)
        if about.get("state") == state:
            return index
    except MemoryFileError:
        pass
    index = _indexed(vocab, parts)
    try:
        index.save(place, {"state": state})
        return Index.load(place)[0]
    except (OSError, MemoryFileError):
        # Without a disk to keep it on, it is in memory for this time.
        return index


def _state(parts: Sequence[_Part]) -> str:
    """A word that changes with the files, their sizes and times, and what is read as what."""
    digest = hashlib.blake2b(f"folding {FOLDING}".encode(), digest_size=12)
    for source, most in parts:
        try:
            status = source.path.stat()
        except OSError:
            continue
        facts = (os.path.realpath(source.path), status.st_size, status.st_mtime_ns, most)
        digest.update(repr(facts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _indexed(vocab: Vocab, parts: Iterable[_Part]) -> Index:
    texts: list[Symbols] = []
    left = MOST_CHARS
    for source, most in parts:
        pieces = list(_encoded(vocab, source, min(most, left)))
        if pieces:
            texts.append(np.concatenate(pieces))
            left -= len(texts[-1])
    return Index.build_all([(text, EMPTY) for text in texts])


def _encoded(vocab: Vocab, source: TextSource, most: int) -> Iterator[Symbols]:
    """The first `most` symbols of one text, piece by piece."""
    try:
        for piece in TextReader(source=source, hashed=False).pieces():
            if most <= 0:
                return
            yield vocab.encode(piece[:most])
            most -= len(piece)
    except CorpusError:
        # Among many texts one that can't be read is no reason to remember none.
        if not source.folder:
            raise
