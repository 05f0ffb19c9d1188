"""A checkpoint, loaded and ready to predict."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from charlm_core import checkpoint, library
from charlm_core.checkpoint import CheckpointConfig
from charlm_core.predict.engine import Engine
from charlm_core.predict.index import Index
from charlm_core.predict.learned import Learned
from charlm_core.predict.memory import Memory
from charlm_core.predict.mixture import Mixture
from charlm_core.predict.record import learned_path
from charlm_core.predict.session import Session
from charlm_core.predict.source import Source
from charlm_core.vocab import Vocab

if TYPE_CHECKING:
    from charlm_core.predict.surprises import Surprises


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """A checkpoint that predicts. Immutable; threads may share it, each with its own sessions."""

    name: str
    """What it goes by."""
    path: Path
    """The directory it was read from."""
    config: CheckpointConfig
    """Its shape, its vocabulary, how it was trained."""
    vocab: Vocab
    """The characters it knows."""
    engine: Engine
    """The network."""

    def start(self, text: str = "", learned: Source | None = None) -> Session:
        """A session that has typed `text`, one step a character.

        Its ghosts come of what was learned, `learned()` or `mixture()` of this model; without it
        of the network as it was trained.
        """
        session = Session(self.engine, self.vocab, learned, self.config.doubt)
        session.type(text)
        return session

    def surprises(self) -> "Surprises":
        """A reader that says how surprising each character of a text is to the network alone."""
        # Not above: it knows what a model is.
        from charlm_core.predict.surprises import Surprises

        return Surprises(self)

    def mixture(self, texts: Iterable[Index] = ()) -> Mixture:
        """The network as a source that learns, with these texts as its memory."""
        return Mixture(self.engine, self.vocab, Memory(len(self.vocab), texts))

    def learned(self, texts: Iterable[Index] = ()) -> Learned:
        """What this checkpoint has learned from the user's documents, with texts to remember."""
        path = learned_path(self.name, self.engine, self.vocab)
        return Learned(self.engine, self.vocab, path, texts)


def one_blas_thread() -> None:
    """Have this process multiply in one thread only.

    A product this small takes tens of microseconds; handing half of it to another thread, and
    waiting for that, takes as long, and many times as long when the machine is busy.
    """
    threadpool_limits(limits=1, user_api="blas")


def load(name: str | os.PathLike[str]) -> Model:
    """Load a checkpoint, given its name or its directory. Raises CheckpointError.

    This sets BLAS to one thread, for the whole process.
    """
    path = library.locate(name)
    read = checkpoint.read(path)
    one_blas_thread()
    return Model(
        name=library.called(path),
        path=path,
        config=read.config,
        vocab=read.config.vocab,
        engine=Engine(read),
    )
