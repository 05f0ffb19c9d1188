"""The models that are in memory with what each has learned: one at work, others that were before.

Those stay for a while: a person goes back to their document, and a text that waits to be learned is
learned by the model it was written with, and by no other.
"""

from collections.abc import Callable

from tui.services.learner import Learner
from tui.services.model import Model, Session

MOST_SEATED = 4
"""So many stay beside the one at work, and those that texts wait for."""


class Seats:
    """Owned by one thread. `let_go` hears of each that leaves, closed by then."""

    def __init__(self, let_go: Callable[[Learner], None]) -> None:
        self._let_go = let_go
        self._seated: dict[str, Learner] = {}
        self.at_work: Learner | None = None
        """The one that answers."""

    @property
    def all(self) -> list[Learner]:
        """All of them, the one at work last."""
        return list(self._seated.values())

    def seat(
        self,
        model: Model,
        session: Session,
        *,
        learning: bool,
        always_recalling: bool,
        awaited: Callable[[str], bool],
    ) -> Learner:
        """Have a model at work: as it was, where it is here already.

        Others that are too many leave, but for those whose place is `awaited`.
        """
        place = str(model.path)
        learner = self._seated.get(place)
        if learner is not None and learner.model is not model:
            # Both may learn in the same place.
            self.dismiss(learner)
            learner = None
        if learner is None:
            learner = Learner(model, session, learning=learning, always_recalling=always_recalling)
        self._seated.pop(place, None)
        self._seated[place] = self.at_work = learner
        for other, one in list(self._seated.items())[: -MOST_SEATED - 1]:
            if not awaited(other):
                self.dismiss(one)
        return learner

    def dismiss(self, learner: Learner, *, saving: bool = True) -> None:
        """Have one leave."""
        self._seated = {at: one for at, one in self._seated.items() if one is not learner}
        if self.at_work is learner:
            self.at_work = None
        learner.close(saving=saving)
        self._let_go(learner)

    def pupil(self, place: str) -> Learner | None:
        """The one of this folder, the one at work where none is named; None where it has left."""
        return self._seated.get(place) if place else self.at_work

    def concerned(self, document: str | None) -> list[Learner]:
        """The one at work, and those others that have learned of a document; None is any."""
        return [
            one
            for one in self.all
            if one is self.at_work or document is None or one.knows(document)
        ]
