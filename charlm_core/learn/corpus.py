"""A corpus as the trainer sees it: characters as numbers, in memory or mapped from disk."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from charlm_core.checkpoint import TextFacts
from charlm_core.config import kept_share
from charlm_core.errors import CorpusError
from charlm_core.learn.mapping import Shelf
from charlm_core.texts import TextReader, TextSource, TextSources
from charlm_core.vocab import CODE_POINTS, Counts, Ids, Vocab, count_characters


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


@dataclass(frozen=True, kw_only=True)
class NumberedTexts:
    """Some texts as numbers, each cut in two."""

    statistics: TextStatistics
    """What they are."""
    vocab: Vocab
    """What their numbers mean."""
    kept: list[int]
    """How many characters of each are in `train`."""
    train: Ids
    """Those, on end."""
    held: Ids
    """What is left of each, on end."""


class LeftOutError(Exception):
    """A text that was surveyed can't be read again; the sources go on without it."""


def survey(sources: TextSources) -> TextStatistics:
    """Read every text once.

    One that is binary, unreadable or empty is left out of `sources` where a folder held it; where
    it was named itself, CorpusError is raised.
    """
    facts: list[TextFacts] = []
    notices: list[str] = []
    counts = np.zeros(CODE_POINTS, dtype=np.int64)
    for source in list(sources.sources):
        reader = TextReader(source=source)
        try:
            found = count_characters(reader.pieces())
            if reader.chars == 0:
                raise CorpusError(f"{source.name}: empty")
        except CorpusError as error:
            sources.leave_out(source, error)
            continue
        counts += found
        facts.append(reader.facts())
        notices.extend(reader.notices())
    return TextStatistics(texts=tuple(facts), counts=counts, notices=(*sources.notices, *notices))


def encode(
    sources: TextSources, statistics: TextStatistics, vocab: Vocab, kept: list[int]
) -> tuple[Ids, Ids]:
    """All texts as numbers: the first `kept` characters of each, on end, and the rest likewise.

    Of one that is no longer what the survey found, CorpusError tells where it was named itself;
    where a folder held it, it is left out of `sources` and LeftOutError asks for a new survey.
    """
    chars = sum(kept)
    with Shelf(chars) as train, Shelf(statistics.chars - chars) as held:
        for source, text, keep in zip(list(sources.sources), statistics.texts, kept, strict=True):
            position = 0
            for piece in _again(sources, source, text):
                ids, cut = vocab.encode(piece), max(0, keep - position)
                train.put(ids[:cut])
                held.put(ids[cut:])
                position += len(piece)
        return train.array(), held.array()


def _again(sources: TextSources, source: TextSource, text: TextFacts) -> Iterator[str]:
    """The pieces of a surveyed text; see `encode` for what is raised."""
    chars = 0
    try:
        for piece in TextReader(source=source, hashed=False).pieces():
            chars += len(piece)
            if chars > text.chars:
                raise CorpusError(f"{source.name}: grew while it was read")
            yield piece
        if chars < text.chars:
            raise CorpusError(f"{source.name}: shrank while it was read")
    except CorpusError as error:
        sources.leave_out(source, error)
        raise LeftOutError from error


def number(
    names: Iterable[str | Path], vocab_of: Callable[[Counts], Vocab], *, held_out: float
) -> NumberedTexts:
    """Read and number texts, with a share of `held_out` of each held back. Raises CorpusError.

    How much is held back of a large corpus, `kept_share` says.
    """
    with TextSources(names) as sources:
        while True:
            statistics = survey(sources)
            vocab = vocab_of(statistics.counts)
            share = kept_share(held_out, statistics.chars)
            kept = [int(text.chars * share) for text in statistics.texts]
            try:
                train, held = encode(sources, statistics, vocab, kept)
            except LeftOutError:
                continue
            return NumberedTexts(
                statistics=statistics, vocab=vocab, kept=kept, train=train, held=held
            )


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
    valid = list(valid)
    found = number(
        corpora,
        lambda counts: Vocab.from_counts(counts, rare_share),
        held_out=0.0 if valid else held_out,
    )
    texts, held = found.statistics.texts, found.held
    validation: tuple[TextFacts, ...] = ()
    notices = found.statistics.notices
    if valid:
        named = number(valid, lambda _: found.vocab, held_out=0.0)
        held, validation = named.train, named.statistics.texts
        notices += named.statistics.notices
        note = ", ".join(text.name for text in validation)
    elif held_out == 0:
        held, note = found.train, "the training text itself"
    elif len(texts) == 1:
        note = f"the last {len(held):,} characters of {texts[0].name}"
    else:
        share = len(held) / found.statistics.chars
        note = f"the last {share:.1%} of each of {len(texts)} documents"
    return Corpus(
        vocab=found.vocab,
        train=found.train,
        documents=tuple(_starts(found.kept)),
        valid=held,
        facts=texts,
        validation=validation,
        validation_note=note,
        notices=notices,
    )


def _starts(lengths: list[int]) -> Iterator[int]:
    position = 0
    for length in lengths:
        yield position
        position += length
