"""A text that the model is writing on, as a person sees it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tui.text.sheet import Sheet

if TYPE_CHECKING:
    from charlm_core import GenerateConfig, Loop

State = Literal["waiting", "writing", "stopped", "done", "ended"]
"""The model has not begun; it writes; a person stopped it; it is as long as it was to be; it can't
go on."""

SIGNS: dict[State, str] = {
    "waiting": "…",
    "writing": "▶",
    "stopped": "‖",
    "done": "■",
    "ended": "✕",
}
"""How each shows."""


@dataclass(kw_only=True, eq=False)
class Branch:
    """One of several continuations."""

    number: int
    """What a person calls it."""
    key: int
    """What the one who writes calls it; another one when it is written anew."""
    config: "GenerateConfig"
    """How it is written."""
    before: str
    """The text that it goes on with."""
    typed: bool
    """Whether a person typed that for it; else it is what was before the cursor."""
    state: State = "waiting"
    """What becomes of it."""
    text: str = ""
    """What is written."""
    loop: "Loop | None" = None
    """Since where it repeats itself, if it does."""
    read: int = 0
    """Percent of what is before it that are read."""
    why: str = ""
    """What ended it, in few words."""
    seconds: float = 0.0
    """How long it was written at."""
    allowed: float = 0.0
    """Up to where it may be written by now, in characters."""
    longest: int = 0
    """Where it is done, in characters; 0 is never."""
    back: int = 0
    """How many rows above its end are looked at; 0 follows the end."""
    sheet: Sheet = field(default_factory=Sheet)
    """Its rows."""

    @property
    def active(self) -> bool:
        """Whether it is being written."""
        return self.state in ("waiting", "writing")

    @property
    def chars_per_second(self) -> float:
        """How quickly it was written so far; 0 where that can't be said yet."""
        return len(self.text) / self.seconds if self.seconds > 0 else 0.0

    @property
    def told(self) -> str:
        """What becomes of it, in few words."""
        if self.loop is not None:
            return f"↻ repeats every {self.loop.period}"
        if self.state == "waiting":
            return f"reading… {self.read}%" if self.read else "waiting"
        return self.why or self.state

    @property
    def means(self) -> str:
        """How its characters are chosen, in few words."""
        match self.config.decoding:
            case "sample" if self.config.sampling.temperature:
                return f"seed {self.config.seed}"
            case "beam":
                return f"beam {self.config.width}"
        return "greedy"

    @property
    def repeated(self) -> tuple[int, int]:
        """From where to where the text says again what it has said: both 0 where nowhere."""
        if self.loop is None:
            return 0, 0
        return self.loop.start + self.loop.period, len(self.text)
