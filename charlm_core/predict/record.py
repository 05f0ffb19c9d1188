"""What was learned, as it lies on disk.

FOLDER/
  learned.json          every passage learned, in order, and the lines of each document
  weights.safetensors   the output layer and the mixer as those have made them
"""

import contextlib
import glob
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from charlm_core.errors import MemoryFileError
from charlm_core.library import data_directory
from charlm_core.predict.engine import LARGEST_WEIGHT, Array, Engine
from charlm_core.predict.lessons import Ledger, Span
from charlm_core.storage import read_regular, unchanging
from charlm_core.vocab import Vocab

FORMAT_VERSION = 1
LEARNED_FILE = "learned.json"
WEIGHTS_FILE = "weights.safetensors"

PIECE = 128
"""So many characters are learned from one warmed state."""

WARM = 128
"""So many characters before a passage warm the network's state."""

STUDIED = 16_384
"""Of what is new at once, the last so many are learned; what is before them is remembered only."""

MOST_BYTES = 1 << 26
"""No record is larger."""

LOCK_SECONDS = 2.0
"""How long one who writes waits for another process to be done with it."""


def learned_directory() -> Path:
    """Where what was learned lives: `learned` in the user's data folder."""
    return data_directory() / "learned"


# What is read is checked to be what could be written again.
Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]
Nats = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]


class Passage(msgspec.Struct):
    """Some text that stayed."""

    document: str
    """Whose it is."""
    before: str
    """What stands before it there, at most WARM characters."""
    text: str
    """Itself."""
    only_remembered: bool
    """Whether it goes into the memory without a lesson, as one part of much that came at once."""
    done: bool = False
    """Whether it has been learned."""


class Record(msgspec.Struct, kw_only=True):
    """The contents of learned.json."""

    format_version: int
    """FORMAT_VERSION."""
    generation: Count
    """How often it has been saved."""
    passages: list[Passage]
    """In the order in which they are learned."""
    lines: dict[str, dict[str, Count]]
    """For each document the lines it ever had, and how often each: a `Ledger`."""
    static_nats: Nats
    """The surprise of the network as it was trained at all that was learned, nats."""
    adaptive_nats: Nats
    """The same of what had been learned by then."""
    scored: Count
    """Over how many characters."""


def empty_record() -> Record:
    """Of nothing."""
    return Record(
        format_version=FORMAT_VERSION,
        generation=0,
        passages=[],
        lines={},
        static_nats=0.0,
        adaptive_nats=0.0,
        scored=0,
    )


def writable(name: str) -> str:
    """A name as it can be written: paths may hold bytes that are no text."""
    return name.encode("utf-8", "backslashreplace").decode()


def documents_of(record: Record) -> set[str]:
    """The names of all that a record holds something of."""
    return {*record.lines, *(passage.document for passage in record.passages)}


def forget_document(record: Record, document: str) -> None:
    """Take a document out."""
    record.lines.pop(document, None)
    record.passages = [one for one in record.passages if one.document != document]


def forget_everything(record: Record) -> None:
    """Take out all."""
    record.lines, record.passages = {}, []


def rename_document(record: Record, document: str, name: str) -> None:
    """Call a document by another name; what goes by that already is added to."""
    lines = record.lines.pop(document, None)
    if lines is not None:
        known = Ledger(record.lines.get(name)).lines
        record.lines[name] = dict(known + Ledger(lines).lines)
    for passage in record.passages:
        if passage.document == document:
            passage.document = name


def shared_start(passages: list[Passage], others: list[Passage]) -> int:
    """How many passages two lists begin with in common."""
    count = 0
    for one, other in zip(passages, others, strict=False):
        if (one.document, one.text) != (other.document, other.text):
            break
        count += 1
    return count


def pieces(document: str, text: str, spans: Iterable[Span]) -> Iterator[Passage]:
    """The spans as passages of at most PIECE characters, the larger part of a large one whole."""
    for start, end in spans:
        studied = max(start, end - STUDIED)
        if start < studied:
            yield _passage(document, text, start, studied, only_remembered=True)
        for piece in range(studied, end, PIECE):
            yield _passage(document, text, piece, min(end, piece + PIECE), only_remembered=False)


def _passage(document: str, text: str, start: int, end: int, *, only_remembered: bool) -> Passage:
    before = text[max(0, start - WARM) : start]
    return Passage(document, before, text[start:end], only_remembered)


def encoded(record: Record, generation: int) -> bytes:
    """The contents of learned.json, saved so often."""
    return msgspec.json.encode(msgspec.structs.replace(record, generation=generation))


def read_record(path: Path) -> Record | None:
    """What is in a folder; None where there is none. Raises MemoryFileError."""
    file = path / LEARNED_FILE
    try:
        data = read_regular(file, MOST_BYTES)
    except FileNotFoundError:
        if path.exists():
            raise MemoryFileError(f"{file}: missing") from None
        return None
    except OSError as error:
        raise MemoryFileError(f"{file}: {error.strerror}") from error
    try:
        record = msgspec.json.decode(data, type=Record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MemoryFileError(f"{file}: damaged: {error}") from error
    if record.format_version != FORMAT_VERSION:
        raise MemoryFileError(f"{file}: format version {record.format_version} is not known")
    return record


def inherited_record(path: Path) -> Record | None:
    """What is to be learned anew where `path`, of `learned_path`, is not there yet.

    A checkpoint that was trained again, or came anew with the product, has other weights under the
    same name: what a person taught it they taught that name. Of several the record saved last; None
    where there is none, or none that can be read.
    """
    name, _, own = path.name.rpartition("-")
    if not (name and _FINGERPRINT.fullmatch(own)):
        return None
    others = (
        other
        for other in path.parent.glob(f"{glob.escape(name)}-*")
        if _FINGERPRINT.fullmatch(other.name.removeprefix(f"{name}-"))
    )
    for other in sorted(others, key=_saved_at, reverse=True):
        with contextlib.suppress(MemoryFileError):
            if record := read_record(other):
                learn_anew(record)
                record.generation = 0
                return record
    return None


def learn_anew(record: Record) -> None:
    """Have all that a record holds learned once more."""
    for passage in record.passages:
        passage.done = False
    record.static_nats = record.adaptive_nats = 0.0
    record.scored = 0


def _saved_at(path: Path) -> float:
    try:
        return (path / LEARNED_FILE).stat().st_mtime
    except OSError:
        return 0.0


def read_weights(path: Path, like: dict[str, Array]) -> dict[str, Array]:
    """The weights, each of the shape and type of those given; none where none were learned.

    Raises MemoryFileError.
    """
    file = path / WEIGHTS_FILE
    most = sum(tensor.nbytes for tensor in like.values()) + (1 << 16)
    try:
        data = read_regular(file, most, "larger than what was learned can be")
        found = safetensors.numpy.load(data)
    except OSError as error:
        raise MemoryFileError(f"{file}: {error.strerror}") from error
    except (SafetensorError, ValueError, KeyError, OverflowError) as error:
        raise MemoryFileError(f"{file}: damaged: {error}") from error
    if not found:
        return {}
    for name, tensor in like.items():
        other = found.get(name)
        if other is None or other.shape != tensor.shape or other.dtype != tensor.dtype:
            raise MemoryFileError(f"{file}: {name} is not what this checkpoint learns")
        # Not a number is not below it either.
        if not (np.abs(other) <= LARGEST_WEIGHT).all():
            raise MemoryFileError(f"{file}: {name} holds what is no number")
    return {name: found[name] for name in like}


def read_saved(path: Path, like: dict[str, Array]) -> tuple[Record | None, dict[str, Array]]:
    """The record and the weights that were saved together, as `read_record` and `read_weights`.

    Raises MemoryFileError.
    """
    while True:
        try:
            with unchanging(path) as unchanged:
                try:
                    record = read_record(path)
                    weights = {} if record is None else read_weights(path, like)
                except MemoryFileError:
                    if unchanged():
                        raise
                else:
                    if unchanged():
                        return record, weights
        except FileNotFoundError:
            return None, {}
        except OSError as error:
            raise MemoryFileError(f"{path / LEARNED_FILE}: {error.strerror}") from error
        # Another process saved between the two: read what it did.


_FINGERPRINT = re.compile("[0-9a-f]{12}")


def fingerprint(engine: Engine, vocab: Vocab) -> str:
    """Twelve characters that stand for a network: its output layer and its vocabulary."""
    digest = hashlib.blake2b(digest_size=6)
    for array in engine.output:
        digest.update(array.tobytes())
    digest.update("".join(vocab.symbols).encode())
    return digest.hexdigest()


def learned_path(name: str, engine: Engine, vocab: Vocab) -> Path:
    """The folder of what a checkpoint of this name has learned."""
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:64] or "model"
    if safe != name:
        # Two models whose names differ in what a folder's can't hold share nothing.
        raw = name.encode("utf-8", "surrogatepass")
        safe += f"-{hashlib.blake2b(raw, digest_size=4).hexdigest()}"
    return learned_directory() / f"{safe}-{fingerprint(engine, vocab)}"
