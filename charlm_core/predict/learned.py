"""What a checkpoint has learned from a person's texts: kept on their disk, and forgotten on demand.

The passages are the truth; the weights, and the memory's index, could be made from them again, and
are when one document is to be forgotten. Files are readable by their owner alone.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import filelock
import safetensors.numpy

from charlm_core.confidential import holds_key
from charlm_core.config import LEARNED_CHARS
from charlm_core.errors import MemoryFileError
from charlm_core.metrics import Score
from charlm_core.predict.engine import Engine, Logits
from charlm_core.predict.index import EMPTY, Index, advance
from charlm_core.predict.lessons import Ledger
from charlm_core.predict.memory import Memory
from charlm_core.predict.mixture import Mixture
from charlm_core.predict.reading import symbols_read
from charlm_core.predict.record import (
    LEARNED_FILE,
    LOCK_SECONDS,
    MOST_BYTES,
    PIECE,
    WARM,
    WEIGHTS_FILE,
    Passage,
    Record,
    documents_of,
    empty_record,
    encoded,
    forget_document,
    forget_everything,
    inherited_record,
    learn_anew,
    pieces,
    read_record,
    read_saved,
    rename_document,
    shared_start,
    writable,
)
from charlm_core.predict.source import Opinion, Point
from charlm_core.storage import make_private, recover_directory, replace_directory
from charlm_core.vocab import Vocab

BREATH = 16
"""After so many of them whoever waits is let in."""

MOST_CHARS = LEARNED_CHARS
"""Of what has been learned the latest so many characters are remembered."""

_OVER = object()


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

    What a checkpoint of the same name had learned that had other weights is learned anew. Nothing
    is written before `save`. Of a file that is damaged, `notices` tells; it is set aside.
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
        self._record = empty_record()
        self._kept: list[Passage] = []
        self._pending: deque[Passage] = deque()
        self._lesson: Iterator[None] | None = None
        self._changes: list[Callable[[Record], None]] = []
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

    def opinions(self, point: Point) -> tuple[Opinion, ...]:
        """What each part says at a point, and what it weighs there."""
        return self._mixture.opinions(point)

    def matched(self, point: Point) -> int:
        """How many characters of context the memory knows at a point; 0 where it knows none."""
        return self._mixture.matched(point)

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
        around it, nor a text of more than MOST_CHARS.
        """
        document = writable(document)
        text = text.encode("utf-8", "replace").decode()
        if len(text) <= MOST_CHARS and not holds_key(text):
            ledger = Ledger(self._record.lines.get(document))
            spans = ledger.take(text)
            if spans:
                self._record.lines[document] = dict(ledger.lines)
            for passage in pieces(document, text, spans):
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
        """Forget one document. What the others taught is learned again, with the next `keep`.

        One that nothing was learned from leaves what was learned as it is.
        """
        document = writable(document)
        known = document in documents_of(self._record)
        # Another process may have learned from it meanwhile.
        self._change(partial(forget_document, document=document))
        if known:
            self._start_over()

    def forget_all(self) -> None:
        """Forget everything: predictions are those of the untouched network again."""
        self._change(forget_everything)
        self._start_over()

    def rename(self, document: str, name: str) -> None:
        """Call a document by another name; what goes by that already is added to."""
        document, name = writable(document), writable(name)
        if document != name:
            self._change(partial(rename_document, document=document, name=name))

    def _change(self, change: Callable[[Record], None]) -> None:
        """Change what is known, and remember to change what another process knows as well."""
        change(self._record)
        self._changes.append(change)

    def _start_over(self) -> None:
        """Learn from all passages anew."""
        learn_anew(self._record)
        self._mixture = self._untouched()
        self._lesson = None
        self._begun += 1
        self._pending = deque(self._record.passages)

    def _untouched(self) -> Mixture:
        return Mixture(self._engine, self._vocab, Memory(len(self._vocab), self._texts))

    def _study(self, passage: Passage) -> Iterator[None]:
        """Learn one passage, pausing every BREATH characters."""
        passage.done = True
        # None that was written here is longer; a file may say anything.
        if passage.only_remembered or len(passage.text) > PIECE:
            self._mixture.memory.add(self._index([passage]))
            return
        mixture, record = self._mixture, self._record
        point = mixture.start()
        for symbol in symbols_read(self._vocab, passage.before[-WARM:]).tolist():
            point = mixture.advance(symbol, point)
        for count, symbol in enumerate(symbols_read(self._vocab, passage.text).tolist()):
            static, adaptive = mixture.surprises(point, symbol)
            record.static_nats += static
            record.adaptive_nats += adaptive
            mixture.learn(point, symbol)
            point = mixture.advance(symbol, point)
            record.scored += 1
            if count % BREATH == BREATH - 1:
                yield
        mixture.memory.settle()

    def _index(self, passages: Iterable[Passage]) -> Index:
        return Index.build_all(
            [
                (symbols_read(self._vocab, passage.text), self._context(passage.before))
                for passage in passages
            ]
        )

    def _context(self, before: str) -> tuple[int, int]:
        context = EMPTY
        for symbol in symbols_read(self._vocab, before[-16:]).tolist():
            context = advance(context, symbol)
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
            make_private(self.path.parent)
            with filelock.FileLock(f"{self.path}.lock", timeout=LOCK_SECONDS, mode=0o600):
                # What one that was killed while it saved left may hold what is forgotten by now.
                recover_directory(self.path)
                self._take_in()
                self._drop_oldest()
                generation = self._record.generation + 1
                record = encoded(self._record, generation)
                while len(record) > MOST_BYTES:
                    # It could not be read again.
                    self._drop(len(self._record.passages) // 8 + 1)
                    record = encoded(self._record, generation)
                weights = {} if self._mixture.unlearned else self._mixture.tensors()
                replace_directory(
                    self.path,
                    {
                        LEARNED_FILE: record,
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
            record, weights = read_saved(self.path, self._mixture.tensors())
        except MemoryFileError as error:
            self._notices.append(f"{error}; what was learned is set aside as {self._set_aside()}")
            return
        if record := record or inherited_record(self.path):
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

    def _adopt(self, record: Record) -> None:
        """Go on from a record as it was read."""
        self._record = record
        self._drop_oldest()
        self._kept = list(record.passages)
        self._pending = deque(passage for passage in record.passages if not passage.done)
        done = [passage for passage in record.passages if passage.done]
        if done:
            self._mixture.memory.add(self._index(done))

    def _take_in(self) -> None:
        """Take in what another process has saved since."""
        try:
            found = read_record(self.path)
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
        common = shared_start(found.passages, shared)
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
        if dropped:
            self._drop(dropped)

    def _drop(self, count: int) -> None:
        """Drop the oldest passages."""
        del self._record.passages[:count]
        # Of a document that nothing is left of the lines may be learned again.
        left = {passage.document for passage in self._record.passages}
        lines = self._record.lines
        self._record.lines = {name: lines[name] for name in lines if name in left}
