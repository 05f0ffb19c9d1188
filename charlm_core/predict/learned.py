"""What a checkpoint has learned from a person's texts: kept on their disk, and forgotten on demand.

FOLDER/
  learned.json          every passage learned, in order, and the lines of each document
  weights.safetensors   the output layer and the mixer as those have made them

The passages are the truth; the weights, and the memory's index, could be made from them again, and
are when one document is to be forgotten. Files are readable by their owner alone.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import filelock
import msgspec
import numpy as np
import platformdirs
import safetensors.numpy
from safetensors import SafetensorError

from charlm_core.confidential import holds_key
from charlm_core.errors import MemoryFileError
from charlm_core.metrics import Score
from charlm_core.predict.engine import Engine, Logits
from charlm_core.predict.index import EMPTY, Index, advance
from charlm_core.predict.lessons import Ledger, Span
from charlm_core.predict.memory import Memory
from charlm_core.predict.mixture import Mixture
from charlm_core.predict.source import Point
from charlm_core.storage import replace_directory
from charlm_core.vocab import Vocab

FORMAT_VERSION = 1
LEARNED_FILE = "learned.json"
WEIGHTS_FILE = "weights.safetensors"

PIECE = 128
"""So many characters are learned from one warmed state."""

BREATH = 16
"""After so many of them whoever waits is let in."""

WARM = 128
"""So many characters before a passage warm the network's state."""

STUDIED = 16_384
"""Of what is new at once, the last so many are learned; what is before them is remembered only."""

MOST_CHARS = 4_000_000
"""Of what has been learned the latest so many characters are remembered."""

_MOST_BYTES = 1 << 26

_OVER = object()

LOCK_SECONDS = 2.0


def learned_directory() -> Path:
    """Where what was learned lives: `learned` in the user's data folder."""
    return platformdirs.user_data_path("charlm-tui", appauthor=False) / "learned"


class _Passage(msgspec.Struct):
    """Some text that stayed."""

    document: str
    before: str
    text: str
    only_remembered: bool
    done: bool = False


class _Record(msgspec.Struct, kw_only=True):
    """The contents of learned.json."""

    format_version: int
    generation: int
    passages: list[_Passage]
    lines: dict[str, dict[str, int]]
    static_nats: float
    adaptive_nats: float
    scored: int


@dataclass(frozen=True, kw_only=True)
class LearnedDocument:
    """A document that something was learned from."""

    name: str
    """What it was called, an absolute path as a rule."""
    chars: int
    """How many of its characters are remembered."""


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What learning has brought, on the very texts learned, each character scored beforehand."""

    static: Score
    """Of the network as it was trained."""
    adaptive: Score
    """Of what had been learned by then."""


class Learned:
    """A source that learns from documents and forgets them. Owned by one thread.

    Nothing is written before `save`. Of a file that is damaged, `notices` tells; it is set aside.
    """

    def __init__(
        self, engine: Engine, vocab: Vocab, path: Path, texts: Iterable[Index] = ()
    ) -> None:
        self.path = path
        """The folder, which need not exist."""
        self._engine = engine
        self._vocab = vocab
        self._texts = list(texts)
        self._notices: list[str] = []
        self._begun = 1
        self._record = _empty()
        self._kept: list[_Passage] = []
        self._pending: deque[_Passage] = deque()
        self._lesson: Iterator[None] | None = None
        self._changes: list[Callable[[_Record], None]] = []
        self._mixture = self._untouched()
        self._open()

    # A source, for sessions.

    @property
    def untouched(self) -> bool:
        """Whether it has learned nothing and remembers nothing."""
        return self._mixture.untouched

    @property
    def begun(self) -> int:
        """How often it has begun to learn: once more each time that something is forgotten."""
        return self._begun

    def start(self) -> Point:
        """The point before any character."""
        return self._mixture.start()

    def advance(self, symbol: int, point: Point) -> Point:
        """The point after one more symbol."""
        return self._mixture.advance(symbol, point)

    def log_probabilities(self, point: Point) -> Logits:
        """Of each next symbol, nats, (V,)."""
        return self._mixture.log_probabilities(point)

    # What there is.

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of how it was read, a line each."""
        return tuple(self._notices)

    @property
    def documents(self) -> tuple[LearnedDocument, ...]:
        """Those that something was learned from, by name."""
        chars: dict[str, int] = dict.fromkeys(self._record.lines, 0)
        for passage in self._record.passages:
            chars[passage.document] = chars.get(passage.document, 0) + len(passage.text)
        return tuple(LearnedDocument(name=name, chars=chars[name]) for name in sorted(chars))

    @property
    def chars(self) -> int:
        """How many characters are remembered."""
        return sum(len(passage.text) for passage in self._record.passages)

    @property
    def bytes(self) -> int:
        """The size of its files."""
        try:
            return sum(file.stat().st_size for file in self.path.iterdir())
        except OSError:
            return 0

    @property
    def gain(self) -> Gain:
        """What learning has brought so far."""
        record = self._record
        return Gain(
            static=Score(record.static_nats, record.scored),
            adaptive=Score(record.adaptive_nats, record.scored),
        )

    # Learning and forgetting.

    def keep(self, document: str, text: str, cancelled: Callable[[], bool] = lambda: False) -> bool:
        """Learn what is new in a document's text that stays, in the order of the text, once.

        `cancelled` is asked every BREATH characters; False when it cut the learning short, which
        the next call, of any text, goes on with. A private key teaches nothing, nor the text
        around it.
        """
        document = _writable(document)
        text = text.encode("utf-8", "replace").decode()
        if not holds_key(text):
            ledger = Ledger(self._record.lines.get(document))
            spans = ledger.take(text)
            if spans:
                self._record.lines[document] = dict(ledger.lines)
            for passage in _passages(document, text, spans):
                self._record.passages.append(passage)
                self._pending.append(passage)
        while self._pending or self._lesson:
            if cancelled():
                return False
            self._lesson = self._lesson or self._study(self._pending.popleft())
            if next(self._lesson, _OVER) is _OVER:
                self._lesson = None
        return True

    def forget(self, document: str) -> None:
        """Forget one document. What the others taught is learned again, with the next `keep`."""
        self._change(partial(_forget, document=_writable(document)))
        self._start_over()

    def forget_all(self) -> None:
        """Forget everything: predictions are those of the untouched network again."""
        self._change(_forget_all)
        self._start_over()

    def rename(self, document: str, name: str) -> None:
        """Call a document by another name; what goes by that already is added to."""
        document, name = _writable(document), _writable(name)
        if document != name:
            self._change(partial(_rename, document=document, name=name))

    def _change(self, change: Callable[[_Record], None]) -> None:
        """Change what is known, and remember to change what another process knows as well."""
        change(self._record)
        self._changes.append(change)

    def _start_over(self) -> None:
        """Learn from all passages anew."""
        record = self._record
        record.static_nats = record.adaptive_nats = 0.0
        record.scored = 0
        for passage in record.passages:
            passage.done = False
        self._mixture = self._untouched()
        self._lesson = None
        self._begun += 1
        self._pending = deque(record.passages)

    def _untouched(self) -> Mixture:
        return Mixture(self._engine, self._vocab, Memory(len(self._vocab), self._texts))

    def _study(self, passage: _Passage) -> Iterator[None]:
        """Learn one passage, pausing every BREATH characters."""
        passage.done = True
        if passage.only_remembered:
            self._mixture.memory.add(self._index([passage]))
            return
        mixture, record = self._mixture, self._record
        point = mixture.start()
        for symbol in self._vocab.encode(passage.before).tolist():
            point = mixture.advance(symbol, point)
        for count, symbol in enumerate(self._vocab.encode(passage.text).tolist()):
            static, adaptive = mixture.surprises(point, symbol)
            record.static_nats += static
            record.adaptive_nats += adaptive
            mixture.learn(point, symbol)
            point = mixture.advance(symbol, point)
            record.scored += 1
            if count % BREATH == BREATH - 1:
                yield
        mixture.memory.settle()

    def _index(self, passages: Iterable[_Passage]) -> Index:
        return Index.build_all(
            [
                (self._vocab.encode(passage.text), self._context(passage.before))
                for passage in passages
            ]
        )

    def _context(self, before: str) -> tuple[int, int]:
        context = EMPTY
        for character in before[-16:]:
            context = advance(context, self._vocab.id_of(character))
        return context

    # On disk.

    def save(self) -> None:
        """Write what was learned, whole or not at all. Raises MemoryFileError.

        What another process has written meanwhile is taken in, what it has forgotten as well.
        """
        # A passage that is half learned can't be told from one that isn't.
        deque(self._lesson or (), maxlen=0)
        self._lesson = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with filelock.FileLock(f"{self.path}.lock", timeout=LOCK_SECONDS, mode=0o600):
                self._take_in()
                self._drop_oldest()
                generation = self._record.generation + 1
                record = msgspec.structs.replace(self._record, generation=generation)
                weights = {} if self._mixture.unlearned else self._mixture.tensors()
                replace_directory(
                    self.path,
                    {
                        LEARNED_FILE: msgspec.json.encode(record),
                        WEIGHTS_FILE: safetensors.numpy.save(weights),
                    },
                    private=True,
                )
        except filelock.Timeout as error:
            raise MemoryFileError(f"{self.path}: in use by another process") from error
        except OSError as error:
            raise MemoryFileError(f"{self.path}: {error.strerror}") from error
        self._record.generation = generation
        self._kept = list(self._record.passages)
        self._changes.clear()

    def close(self) -> None:
        """Let go of it; nothing is saved."""
        self._pending.clear()
        self._lesson = None

    def _open(self) -> None:
        """Read what was saved; what is damaged is set aside, and told."""
        try:
            record = _read_record(self.path)
            if record is None:
                return
            weights = _read_weights(self.path, self._mixture.tensors())
        except MemoryFileError as error:
            self._notices.append(f"{error}; what was learned is set aside as {self._set_aside()}")
            return
        self._adopt(record)
        if weights:
            self._mixture.restore(weights)

    def _set_aside(self) -> str:
        """Move the folder out of the way, and say where it is."""
        for number in range(1, 100):
            aside = self.path.with_name(f"{self.path.name}.damaged-{number}")
            if not aside.exists():
                try:
                    self.path.rename(aside)
                except OSError:
                    break
                return aside.name
        return "it was"

    def _adopt(self, record: _Record) -> None:
        """Go on from a record as it was read."""
        self._record = record
        self._kept = list(record.passages)
        self._pending = deque(passage for passage in record.passages if not passage.done)
        done = [passage for passage in record.passages if passage.done]
        if done:
            self._mixture.memory.add(self._index(done))

    def _take_in(self) -> None:
        """Take in what another process has saved since."""
        try:
            found = _read_record(self.path)
        except MemoryFileError:
            self._set_aside()
            return
        if found is None or found.generation == self._record.generation:
            return
        for change in self._changes:
            change(found)
        mine, kept = ({id(one) for one in some} for some in (self._record.passages, self._kept))
        fresh = [one for one in self._record.passages if id(one) not in kept]
        # Of what both had, that which was not forgotten here; renaming has changed it in place.
        shared = [one for one in self._kept if id(one) in mine]
        common = _common(found.passages, shared)
        theirs = found.passages[common:]
        for document, lines in self._record.lines.items():
            if any(passage.document == document for passage in fresh):
                known_lines = Ledger(found.lines.get(document)).lines
                found.lines[document] = dict(known_lines | Ledger(lines).lines)
        self._kept = [*shared[:common], *theirs]
        self._record.passages = [*self._kept, *fresh]
        self._record.lines = found.lines
        self._record.generation = found.generation
        if common < len(shared):
            # The other process has forgotten something.
            self._start_over()
        else:
            for passage in theirs:
                passage.done = False
            self._pending.extend(theirs)

    def _drop_oldest(self) -> None:
        """Keep no more than MOST_CHARS."""
        chars = self.chars
        dropped = 0
        for passage in self._record.passages:
            if chars <= MOST_CHARS:
                break
            chars -= len(passage.text)
            dropped += 1
        del self._record.passages[:dropped]


def _empty() -> _Record:
    return _Record(
        format_version=FORMAT_VERSION,
        generation=0,
        passages=[],
        lines={},
        static_nats=0.0,
        adaptive_nats=0.0,
        scored=0,
    )


def _writable(name: str) -> str:
    """A name as it can be written: paths may hold bytes that are no text."""
    return name.encode("utf-8", "backslashreplace").decode()


def _forget(record: _Record, document: str) -> None:
    record.lines.pop(document, None)
    record.passages = [one for one in record.passages if one.document != document]


def _forget_all(record: _Record) -> None:
    record.lines, record.passages = {}, []


def _rename(record: _Record, document: str, name: str) -> None:
    lines = record.lines.pop(document, None)
    if lines is not None:
        known = Ledger(record.lines.get(name)).lines
        record.lines[name] = dict(known + Ledger(lines).lines)
    for passage in record.passages:
        if passage.document == document:
            passage.document = name


def _common(passages: list[_Passage], others: list[_Passage]) -> int:
    """How many passages two lists begin with in common."""
    count = 0
    for one, other in zip(passages, others, strict=False):
        if (one.document, one.text) != (other.document, other.text):
            break
        count += 1
    return count


def _passages(document: str, text: str, spans: Iterable[Span]) -> Iterator[_Passage]:
    """The spans as passages of at most PIECE characters, the larger part of a large one whole."""
    for start, end in spans:
        studied = max(start, end - STUDIED)
        if start < studied:
            yield _passage(document, text, start, studied, only_remembered=True)
        for piece in range(studied, end, PIECE):
            yield _passage(document, text, piece, min(end, piece + PIECE), only_remembered=False)


def _passage(document: str, text: str, start: int, end: int, *, only_remembered: bool) -> _Passage:
    before = text[max(0, start - WARM) : start]
    return _Passage(document, before, text[start:end], only_remembered)


def _read_record(path: Path) -> _Record | None:
    """What is in a folder; None where there is none. Raises MemoryFileError."""
    file = path / LEARNED_FILE
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        if path.exists():
            raise MemoryFileError(f"{file}: missing") from None
        return None
    except OSError as error:
        raise MemoryFileError(f"{file}: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise MemoryFileError(f"{file}: more than {_MOST_BYTES >> 20} MiB")
    try:
        record = msgspec.json.decode(data, type=_Record)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MemoryFileError(f"{file}: damaged: {error}") from error
    if record.format_version != FORMAT_VERSION:
        raise MemoryFileError(f"{file}: format version {record.format_version} is not known")
    return record


def _read_weights(path: Path, like: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights, each of the shape and type of those given; none where none were learned.

    Raises MemoryFileError.
    """
    file = path / WEIGHTS_FILE
    most = sum(tensor.nbytes for tensor in like.values()) + (1 << 16)
    try:
        with file.open("rb") as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise MemoryFileError(f"{file}: larger than what was learned can be")
        found = safetensors.numpy.load(data)
    except OSError as error:
        raise MemoryFileError(f"{file}: {error.strerror}") from error
    except (SafetensorError, ValueError, KeyError) as error:
        raise MemoryFileError(f"{file}: damaged: {error}") from error
    if not found:
        return {}
    for name, tensor in like.items():
        other = found.get(name)
        if other is None or other.shape != tensor.shape or other.dtype != tensor.dtype:
            raise MemoryFileError(f"{file}: {name} is not what this checkpoint learns")
        if not np.isfinite(other).all():
            raise MemoryFileError(f"{file}: {name} holds what is no number")
    return found


def fingerprint(engine: Engine, vocab: Vocab) -> str:
    """Twelve characters that stand for a network: its output layer and its vocabulary."""
    digest = hashlib.blake2b(digest_size=6)
    for array in engine.output:
        digest.update(array.tobytes())
    digest.update("".join(vocab.symbols).encode())
    return digest.hexdigest()


def learned_path(name: str, engine: Engine, vocab: Vocab) -> Path:
    """The folder of what a checkpoint of this name has learned."""
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:64]
    return learned_directory() / f"{safe or 'model'}-{fingerprint(engine, vocab)}"
