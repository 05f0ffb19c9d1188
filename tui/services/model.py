"""What the editor needs of a model, and of what it has learned from a person's texts."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from charlm_core import GenerateConfig, SamplingConfig, SuggestConfig

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from charlm_core import Inside, Loop, Odds

Cancelled = Callable[[], bool]


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


def load_shipped(checkpoint: str) -> Model:
    """Load a checkpoint by name or path. Raises CheckpointError."""
    # Here and not above: the first paint does not wait for NumPy.
    from charlm_core import load

    return load(checkpoint)
