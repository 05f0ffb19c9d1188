"""A corpus as the trainer sees it: characters as numbers, in memory or mapped from disk."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from charlm_core.checkpoint import TextFacts
from charlm_core.errors import CorpusError
from charlm_core.learn.config import HELD_OUT_CHARS
from charlm_core.texts import TextReader, TextSources
from charlm_core.vocab import CODE_POINTS, Counts, Ids, Vocab, count_characters

MAPPED_CHARS = 1 << 27
"""Longer texts are encoded to a temporary file and mapped instead of held in memory."""


@dataclass(frozen=True, kw_only=True)
class TextStatistics:
    """What one pass over some texts tells."""

    texts: tuple[TextFacts, ...]
    """Each text, in order."""
    counts: Counts
    """How often each code point occurs, shape (0x110000,)."""
    notices: tuple[str, ...]
    """What a person should know about how they were read."""

    @property
    def chars(self) -> int:
        """Their length together."""
        return sum(text.chars for text in self.texts)


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Encoded texts, ready to train on and validate with."""

    vocab: Vocab
    """The characters and their numbers."""
    train: Ids
    """What is learned from, all documents on end, shape (N,)."""
    documents: tuple[int, ...]
    """Where in `train` each document begins, ascending, the first at 0."""
    valid: Ids
    """What validates, shape (M,)."""
    facts: tuple[TextFacts, ...]
    """The texts behind `train`."""
    validation: tuple[TextFacts, ...]
    """The texts behind `valid` where they were named."""
    validation_note: str
    """What validates, in words."""
    notices: tuple[str, ...]
    """What a person should know about how the texts were read."""


def survey(sources: TextSources) -> TextStatistics:
    """Read every text once. Raises CorpusError for one that is binary, unreadable or empty."""
    facts, notices = [], list(sources.notices)
    counts = np.zeros(CODE_POINTS, dtype=np.int64)
    for source in sources.sources:
        reader = TextReader(source=source)
        counts += count_characters(reader.pieces())
        if reader.chars == 0:
            raise CorpusError(f"{source.name}: empty")
        facts.append(reader.facts())
        notices.extend(reader.notices())
    return TextStatistics(texts=tuple(facts), counts=counts, notices=tuple(notices))


def encode(sources: TextSources, statistics: TextStatistics, vocab: Vocab) -> Ids:
    """All texts on end as numbers, shape (chars,)."""
    ids = _allocate(statistics.chars)
    position = 0
    for source in sources.sources:
        for piece in TextReader(source=source).pieces():
            if position + len(piece) > len(ids):
                raise CorpusError(f"{source.name}: grew while it was read")
            ids[position : position + len(piece)] = vocab.encode(piece)
            position += len(piece)
    if position != len(ids):
        raise CorpusError("a text shrank while it was read")
    return ids


def read_corpus(
    corpora: Iterable[str | Path],
    valid: Iterable[str | Path] = (),
    *,
    rare_share: float,
    held_out: float,
) -> Corpus:
    """Read, number and split texts: files, folders or `-`. Raises CorpusError.

    Validation is `valid` where given; otherwise the last `held_out` share of each document; with
    `held_out` 0 the training text itself.
    """
    with TextSources(corpora) as sources:
        statistics = survey(sources)
        vocab = Vocab.from_counts(statistics.counts, rare_share)
        ids = encode(sources, statistics, vocab)
    lengths = kept = [text.chars for text in statistics.texts]
    validation: tuple[TextFacts, ...] = ()
    notices = statistics.notices
    if valid := list(valid):
        with TextSources(valid) as sources:
            named = survey(sources)
            train, held = ids, encode(sources, named, vocab)
        validation, notices = named.texts, notices + named.notices
        note = ", ".join(text.name for text in named.texts)
    elif held_out == 0:
        train, held, note = ids, ids, "the training text itself"
    else:
        share = min(held_out, HELD_OUT_CHARS / len(ids))
        kept = [int(length * (1 - share)) for length in lengths]
        if len(lengths) == 1:
            # Slices of a mapped file stay on disk.
            train, held = ids[: kept[0]], ids[kept[0] :]
            note = f"the last {len(held):,} characters of {statistics.texts[0].name}"
        else:
            parts = list(zip(_starts(lengths), lengths, kept, strict=True))
            train = _join([ids[start : start + keep] for start, _, keep in parts])
            held = _join([ids[start + keep : start + length] for start, length, keep in parts])
            note = f"the last {share:.1%} of each of {len(parts)} documents"
    return Corpus(
        vocab=vocab,
        train=train,
        documents=tuple(_starts(kept)),
        valid=held,
        facts=statistics.texts,
        validation=validation,
        validation_note=note,
        notices=notices,
    )


def _starts(lengths: list[int]) -> Iterator[int]:
    position = 0
    for length in lengths:
        yield position
        position += length


def _join(parts: list[Ids]) -> Ids:
    ids = _allocate(sum(map(len, parts)))
    position = 0
    for part in parts:
        ids[position : position + len(part)] = part
        position += len(part)
    return ids


def _allocate(chars: int) -> Ids:
    if chars <= MAPPED_CHARS:
        return np.empty(chars, dtype=np.uint16)
    # Unlinked at once: the space is given back when the array goes, however the process ends.
    with tempfile.TemporaryFile(prefix="charlm-corpus-") as file:
        try:
            if hasattr(os, "posix_fallocate"):
                # Without room for it, writing to the map would end the process.
                os.posix_fallocate(file.fileno(), 0, 2 * chars)
            else:
                file.truncate(2 * chars)
        except OSError as error:
            raise CorpusError(
                f"{tempfile.gettempdir()}: {error.strerror}; the corpus needs {chars >> 19} MiB "
                "there (TMPDIR names another folder)"
            ) from error
        return np.memmap(file, dtype=np.uint16, mode="r+", shape=(chars,))
