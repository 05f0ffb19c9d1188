"""Two ways through a corpus: lanes with a carried state, windows from a zero state.

Both are pure functions of the seed, the epoch and the step, so that a run resumed in the middle of
an epoch sees exactly what an uninterrupted one would. Where several processes train together each
takes its share of every step's texts; all of them together see exactly what one alone would.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from charlm_core.errors import ConfigError, CorpusError
from charlm_core.learn.config import TrainConfig
from charlm_core.learn.mapping import release
from charlm_core.vocab import Ids

SHUFFLE_BLOCK = 1 << 20
"""Windows are shuffled within blocks of this many, and the blocks among each other: memory stays
the same for a corpus of any length, and below a million characters it is one plain shuffle."""

STEPS_PER_EPOCH = 16
"""A short corpus is cut into fewer lanes, so that a pass over it is at least so many steps: a few
large steps a pass learn less, and wider lanes than this take hardly less time."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from, B texts of T characters side by side."""

    inputs: npt.NDArray[np.int64]
    """Characters, shape (B, T)."""
    targets: npt.NDArray[np.int64]
    """The character after each, shape (B, T)."""
    kept: npt.NDArray[np.bool_]
    """Which texts go on from the last step's state, shape (B,); the others start from zero."""
    chars: int
    """Targets of the step, those of the other processes that train together included."""
    weight: float
    """Share of the step's loss that is these texts': 1 for a process alone."""


def share(count: int, rank: int, ranks: int) -> slice:
    """Which of so many texts are process `rank`'s of `ranks`: as evenly as can be, in order."""
    return slice(count * rank // ranks, count * (rank + 1) // ranks)


class Passage(Protocol):
    """An order of batches."""

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one pass over the corpus."""

    def batch(self, epoch: int, step: int) -> Batch:
        """Batch `step` of `epoch`, both from 0."""


class Lanes:
    """Contiguous lanes, one target a character, for truncated back-propagation through time.

    The corpus, rotated by a random offset each epoch, is cut into B equal lanes; a step takes the
    next T characters of every lane, and the state is carried from step to step::

              step 0        step 1        step 2
    lane 0   It was the | best of time | s, it was the
    lane 1   worst of t | imes, it was |  the age of wi

    A lane starts from zero at the epoch's start, at the first step that begins in a new document,
    and now and then by chance, because the editor, too, starts from zero.
    """

    def __init__(
        self,
        ids: Ids,
        documents: tuple[int, ...],
        *,
        batch: int,
        length: int,
        reset: float,
        seed: int,
        rank: int = 0,
        ranks: int = 1,
    ) -> None:
        if len(ids) < length + 1:
            raise CorpusError(
                f"the corpus is too short: {len(ids)} characters to train on, "
                f"a sequence needs {length + 1}"
            )
        self._ids = ids
        self._documents = np.array(documents)
        self._batch = min(batch, max(1, len(ids) // (STEPS_PER_EPOCH * length)))
        if self._batch < ranks:
            raise CorpusError(
                f"the corpus is too short: {len(ids)} characters to train on make {self._batch} "
                f"lanes, too few for {ranks} processes"
            )
        self._own = share(self._batch, rank, ranks)
        self._length = length
        self._reset = reset
        self._seed = seed
        self._lane_chars = len(ids) // self._batch
        self.steps_per_epoch = (self._lane_chars - 1) // length

    def batch(self, epoch: int, step: int) -> Batch:
        """The next characters of every lane; see Passage."""
        total, length = len(self._ids), self._length
        offset = int(np.random.default_rng([self._seed, epoch]).integers(total))
        lanes = np.arange(self._batch)[self._own]  # (B,)
        starts = offset + lanes * self._lane_chars + step * length  # (B,)
        rows = (starts[:, None] + np.arange(length + 1)) % total  # (B, T + 1)
        texts = _look_up(self._ids, rows)
        if step == 0:
            kept = np.zeros(len(lanes), dtype=np.bool_)
        else:
            # Between the last step's first character and this one's: did a document begin?
            before = self._document_of(starts - length)
            chance = np.random.default_rng([self._seed, epoch, step]).random(self._batch)[self._own]
            kept = (self._document_of(starts) == before) & (chance >= self._reset)
        return Batch(
            texts[:, :-1],
            texts[:, 1:],
            kept,
            chars=self._batch * length,
            weight=len(lanes) / self._batch,
        )

    def _document_of(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """A number that changes wherever one document ends and another begins, (B,)."""
        laps, places = np.divmod(positions, len(self._ids))
        found: npt.NDArray[np.int64] = np.searchsorted(self._documents, places, side="right")
        numbers: npt.NDArray[np.int64] = found + laps * len(self._documents)
        return numbers


class Windows:
    """Shuffled overlapping windows, each from a zero state; y is x shifted by one.

    T targets a character and no running state: how courses teach it.
    """

    def __init__(
        self, ids: Ids, *, batch: int, length: int, seed: int, rank: int = 0, ranks: int = 1
    ) -> None:
        if len(ids) < length + 1:
            raise CorpusError(
                f"the corpus is too short: {len(ids)} characters to train on, "
                f"a window needs {length + 1}"
            )
        self._ids = ids
        self._count = len(ids) - length
        self._batch = batch
        self._length = length
        self._seed = seed
        self._rank = rank
        self._ranks = ranks
        self._block: tuple[tuple[int, int], npt.NDArray[np.int64]] = (
            (-1, -1),
            np.empty(0, dtype=np.int64),
        )
        self.steps_per_epoch = -(-self._count // batch)

    def batch(self, epoch: int, step: int) -> Batch:
        """The next windows of this epoch's shuffle; see Passage."""
        places = np.arange(step * self._batch, min((step + 1) * self._batch, self._count))
        count = len(places)
        own = places[share(count, self._rank, self._ranks)]
        weight = len(own) / count
        # An epoch's last step may have fewer windows than there are processes: one without reads
        # the first, and its loss weighs nothing.
        places = own if len(own) else places[:1]
        starts = np.concatenate(
            [
                self._shuffled(epoch, int(block))[
                    places[places // SHUFFLE_BLOCK == block] - block * SHUFFLE_BLOCK
                ]
                for block in np.unique(places // SHUFFLE_BLOCK)
            ]
        )
        texts = _look_up(self._ids, starts[:, None] + np.arange(self._length + 1))
        kept = np.zeros(len(starts), dtype=np.bool_)
        return Batch(texts[:, :-1], texts[:, 1:], kept, chars=count * self._length, weight=weight)

    def _shuffled(self, epoch: int, block: int) -> npt.NDArray[np.int64]:
        """The window starts that are block number `block` of the epoch's order."""
        if self._block[0] != (epoch, block):
            whole = self._count // SHUFFLE_BLOCK
            # The last block, shorter than the rest, stays last so that blocks keep their places.
            order = np.random.default_rng([self._seed, epoch]).permutation(whole)
            source = int(order[block]) if block < whole else whole
            first = source * SHUFFLE_BLOCK
            starts = np.arange(first, min(first + SHUFFLE_BLOCK, self._count))
            np.random.default_rng([self._seed, epoch, block]).shuffle(starts)
            self._block = ((epoch, block), starts)
        return self._block[1]


def _look_up(ids: Ids, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The characters at `places`, of the same shape; no more of a mapped corpus stays in memory."""
    found = ids[places].astype(np.int64)
    release(ids)
    return found


def open_passage(
    config: TrainConfig, ids: Ids, documents: tuple[int, ...], *, rank: int = 0, ranks: int = 1
) -> Passage:
    """Process `rank`'s way through `ids` of those of `ranks` processes, as `config` asks for it.

    Raises CorpusError when the text is too short, ConfigError when the batch can't be shared.
    """
    if config.batch < ranks:
        raise ConfigError(f"batch: {config.batch} can't be shared by {ranks} processes")
    if config.passage == "windows":
        return Windows(
            ids,
            batch=config.batch,
            length=config.length,
            seed=config.seed,
            rank=rank,
            ranks=ranks,
        )
    return Lanes(
        ids,
        documents,
        batch=config.batch,
        length=config.length,
        reset=config.reset,
        seed=config.seed,
        rank=rank,
        ranks=ranks,
    )
