"""What the editor needs of a model, and of what it has learned from a person's texts."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from charlm_core import GenerateConfig, SamplingConfig, SuggestConfig

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from charlm_core import Inside, Loop, Odds

Cancelled = Callable[[], bool]
Stamp = tuple[tuple[str, int, int, int], ...]
"""Of each file in a folder its name, its number, its size and when it was written."""


class Suggested(Protocol):
    """What a session proposes."""

    @property
    def text(self) -> str:
        """The characters proposed."""

    @property
    def probabilities(self) -> Sequence[float]:
        """The probability of each."""

    @property
    def stopped(self) -> str:
        """Why there are no more: `threshold`, `lines`, `length` or `cancelled`."""


class Scored(Protocol):
    """How well a text was predicted."""

    @property
    def perplexity(self) -> float:
        """Choices per character; NaN over no text."""

    @property
    def bpc(self) -> float:
        """Bits per character; NaN over no text."""

    @property
    def chars(self) -> int:
        """Over how many."""


class Gained(Protocol):
    """How well the learned texts were predicted just before they were learned."""

    @property
    def static(self) -> Scored:
        """By the model as it came."""

    @property
    def adaptive(self) -> Scored:
        """With what it had learned up to there."""


class LearnedText(Protocol):
    """One of the documents that were learned from."""

    @property
    def name(self) -> str:
        """Its path from the root on, or `untitled`."""

    @property
    def chars(self) -> int:
        """How much of it was learned."""


class Learned(Protocol):
    """What a checkpoint has learned from a person's texts. Writes nothing before `save`."""

    @property
    def documents(self) -> Sequence[LearnedText]:
        """From which."""

    @property
    def chars(self) -> int:
        """How much in all."""

    @property
    def bytes(self) -> int:
        """Its size on disk."""

    @property
    def gain(self) -> Gained:
        """What it is good for."""

    @property
    def path(self) -> Path:
        """Where it is kept."""

    @property
    def notices(self) -> Sequence[str]:
        """What a person should know of how it was opened."""

    def keep(self, document: str, text: str, cancelled: Cancelled) -> bool:
        """Learn what is new in a document; False when it was cancelled on the way."""

    def rename(self, document: str, name: str) -> None:
        """Know a document by another name; what goes by that already is added to."""

    def forget(self, document: str) -> None:
        """Unlearn a document."""

    def forget_all(self) -> None:
        """Unlearn everything."""

    def save(self) -> None:
        """Write it to disk."""

    def close(self) -> None:
        """Let it go; what is not saved is lost."""


class Writes(Protocol):
    """A text that a model is writing on."""

    @property
    def chars(self) -> int:
        """How much it has written."""

    @property
    def loop(self) -> "Loop | None":
        """Since where it repeats itself, if it does."""

    def write(self, count: int, cancelled: Cancelled) -> str:
        """Up to `count` more characters; fewer when it was cancelled, or can't go on."""

    def fork(self, config: GenerateConfig) -> "Writes":
        """Another one that goes on from where this one is."""


class Reader(Protocol):
    """Reads a text from its start, and says how surprising it is."""

    def feed(self, text: str) -> "npt.NDArray[np.float32]":
        """Read on: the bits of each character."""

    def fork(self) -> "Reader":
        """Another one that has read the same so far."""


class Session(Protocol):
    """A model's running state over a text."""

    @property
    def text(self) -> str:
        """The text so far."""

    @property
    def chars(self) -> int:
        """Its length."""

    @property
    def score(self) -> Scored:
        """Of the text so far."""

    def seek(self, text: str, cancelled: Cancelled) -> bool:
        """Make the session's text equal `text`; False when it was cancelled on the way."""

    def inside(self) -> "Inside":
        """What goes on in the model at the text's end."""

    def suggest(self, config: SuggestConfig, cancelled: Cancelled) -> Suggested:
        """What may come next."""

    def decline(self) -> None:
        """Tell that what it suggested here was seen, and is not taken."""

    def least_chance(self, config: SuggestConfig) -> float:
        """How likely a ghost's first word must be."""

    def odds(self, config: SamplingConfig) -> "Odds":
        """Of the next character, as the model has them and as this leaves them."""

    def alternatives(self, config: SuggestConfig, cancelled: Cancelled) -> Sequence[Suggested]:
        """What may come instead of that, most likely first."""

    def fork(self) -> "Session":
        """Another one that stands where this one does."""

    def generation(self, config: GenerateConfig) -> Writes:
        """What the model writes on from here, which leaves the session as it is."""


class Model(Protocol):
    """A checkpoint, ready to predict."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def path(self) -> Path:
        """The folder that it was read from."""

    # Any: each model takes its own indexes, and what it has learned itself; no other's.

    def learned(self, texts: Iterable[Any] = ()) -> Learned:
        """What it has learned, with texts to remember."""

    def mixture(self, texts: Iterable[Any] = ()) -> Any:
        """Those texts alone, to predict with."""

    def start(self, text: str = "", learned: Any = None) -> Session:
        """A session whose text is `text`, which predicts with what was learned."""

    def surprises(self) -> Reader:
        """A reader that has read nothing yet, with nothing learned."""


LoadModel = Callable[[str], Model]


MOST_KEPT = 4
"""So many models are kept in memory, for whoever goes from one document to another and back."""


class Shelf:
    """Loads checkpoints, and keeps those loaded last as long as their files stay as they are."""

    def __init__(self) -> None:
        self._models: dict[str, tuple[Stamp, Model]] = {}

    def load(self, checkpoint: str) -> Model:
        """The model of a name or a folder. Raises CheckpointError."""
        # Here and not above: the first paint does not wait for NumPy.
        from charlm_core import load, locate

        folder = locate(checkpoint)
        place, stamp = str(folder), _stamp(folder)
        before, model = self._models.pop(place, ((), None))
        if model is None or not stamp or before != stamp:
            model = load(folder)
        self._models[place] = stamp, model
        while len(self._models) > MOST_KEPT:
            del self._models[next(iter(self._models))]
        return model


def _stamp(folder: Path) -> Stamp:
    """What is another once a file in a folder is; empty where that can't be told."""
    try:
        found = [(one.name, one.stat()) for one in os.scandir(folder)]
    except OSError:
        return ()
    return tuple(
        sorted((name, status.st_ino, status.st_size, status.st_mtime_ns) for name, status in found)
    )
