"""What is asked of the predictor, and what it tells."""

import math
from dataclasses import dataclass
from typing import Literal

By = Literal["choice", "name", "first line", "letters", ""]
"""What a document has its checkpoint by: a person's choice, its own name or text, or nothing."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A document is to have a checkpoint: one that a person chose, or one that fits."""

    page: int = -1
    """Which document."""
    checkpoint: str = ""
    """The one chosen, a name or a folder; empty where the document chooses."""
    or_fitting: bool = False
    """Whether the document chooses where that can't be had."""
    name: str = ""
    """The document's file's name; empty where it has none."""
    sample: str = ""
    """A part of its text that tells."""
    held: str = ""
    """The folder of that which it has; empty to begin."""
    choices: int = 0
    """How often it was chosen by letters."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to predict."""

    revision: int
    """The state of the editor that this belongs to."""
    text: str
    """The text before the cursor, from where the model's memory begins."""
    ghost: bool
    """Whether a continuation is wanted, or the perplexity alone."""
    alternatives: bool = False
    """Whether others are wanted beside the continuation."""
    let_pass: str = ""
    """What was typed last, if the ghost before it said the same and was seen."""


@dataclass(frozen=True, kw_only=True)
class Loading:
    """The model is being loaded."""

    checkpoint: str
    """As the user named it."""


@dataclass(frozen=True, kw_only=True)
class Ready:
    """The model is loaded."""

    checkpoint: str
    """The model's own name."""
    seconds: float
    """How long loading took."""
    path: str = ""
    """Its folder."""


@dataclass(frozen=True, kw_only=True)
class Suited:
    """A document has its checkpoint; Ready follows where that is another than before."""

    page: int
    """Which document."""
    checkpoint: str
    """The model's own name."""
    path: str
    """Its folder."""
    by: By
    """Why it."""
    choices: int
    """How often it was chosen by letters by now."""
    notices: tuple[str, ...] = ()
    """What a person should hear of others that can't be had, a line each."""


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A model could not be loaded, or broke; nothing follows unless there is one left."""

    checkpoint: str
    """As the user named it."""
    reason: str
    """One line."""
    left: str = ""
    """The name of the model that goes on instead; empty where there is none."""


@dataclass(frozen=True, kw_only=True)
class Continuation:
    """A way the text may go on."""

    text: str
    """Its characters."""
    probabilities: tuple[float, ...]
    """Of each of them."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """The answer to one request."""

    revision: int
    """The request's."""
    text: str
    """The continuation; empty where none is likely enough or none was wanted."""
    probabilities: tuple[float, ...]
    """Of each of its characters."""
    perplexity: float
    """Of the request's text; NaN over no text."""
    latency_ms: float
    """From the request to this answer."""
    ghost: bool
    """Whether the request wanted a continuation."""
    stopped: str = ""
    """Why the continuation is not longer: `threshold`, `lines`, `length`; empty where none was
    wanted."""
    alternatives: tuple[Continuation, ...] | None = None
    """Other continuations, most likely first; None where none were wanted."""


@dataclass(frozen=True, kw_only=True)
class KnownText:
    """A document that was learned from."""

    name: str
    """Its path from the root on, or `untitled`."""
    chars: int
    """How much of it was learned."""


@dataclass(frozen=True, kw_only=True)
class LearnedChanged:
    """What the model has learned is another, or was looked at."""

    checkpoint: str
    """The model's own name."""
    seen: bool = False
    """Whether the figures below are known; else there are only notices."""
    documents: tuple[KnownText, ...] = ()
    """Which texts were learned."""
    chars: int = 0
    """How much in all."""
    bytes: int = 0
    """Its size on disk."""
    gain_chars: int = 0
    """Over how many characters the two figures below are taken."""
    static_bpc: float = math.nan
    """Bits a character without learning; NaN over no text."""
    adaptive_bpc: float = math.nan
    """The same with learning."""
    notices: tuple[str, ...] = ()
    """What a person should hear now, a line each."""


@dataclass(frozen=True, kw_only=True)
class ErrandFailed:
    """An errand broke; the model goes on."""

    key: str
    """The errand's."""
    reason: str
    """One line."""


Event = Loading | Suited | Ready | Failed | Prediction | LearnedChanged | ErrandFailed
"""What the predictor tells of itself. Errands tell what they find in events of their own."""
