"""A look inside the model at the cursor, whenever nothing else is asked."""

from dataclasses import dataclass, replace

from charlm_core import Inside, SuggestConfig
from tui.services.events import Continuation
from tui.services.learner import Learner
from tui.services.mailbox import Overtaken, Tell
from tui.services.model import Model

KEY = "inside"


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What was found."""

    revision: int
    """The state of the editor that this belongs to."""
    model: Model
    """Whose inside it is."""
    inside: Inside
    """At the cursor."""
    least_chance: float
    """How likely a ghost's first word must be there."""
    unlikely: Continuation | None
    """What a ghost would say if nothing were too unlikely; None where that was not asked for."""


class LookInside:
    """Looks at the end of a text. Where no ghost was likely enough, `unlikely` looks for the best
    of what was not, `config` being what ghosts are asked for by."""

    key = KEY

    def __init__(self, *, revision: int, text: str, config: SuggestConfig, unlikely: bool) -> None:
        self._revision = revision
        self._text = text
        self._config = config
        self._unlikely = unlikely

    def work(self, learner: Learner, tell: Tell, overtaken: Overtaken) -> bool:
        """Look; `Looked` tells what was found."""
        session = learner.session.fork()
        if not session.seek(self._text, overtaken):
            return False
        best = None
        if self._unlikely:
            anything = replace(self._config, threshold=0.0, whole_threshold=1.0)
            found = session.suggest(anything, overtaken)
            if found.stopped == "cancelled":
                return False
            best = Continuation(text=found.text, probabilities=tuple(found.probabilities))
        tell(
            Looked(
                revision=self._revision,
                model=learner.model,
                inside=session.inside(),
                least_chance=session.least_chance(self._config),
                unlikely=best,
            )
        )
        return True
