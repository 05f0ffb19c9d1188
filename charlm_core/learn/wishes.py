"""What a training is asked from outside: by its caller, or by a request in the run's folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from charlm_core.learn.distributed import Ranks
from charlm_core.learn.runs import Wish, requested


def never() -> bool:
    """The stop check of a training that nobody stops."""
    return False


@dataclass(kw_only=True)
class Wishes:
    """What is wished; several processes hear the same before the same step.

    Any of them may be asked to stop by its caller; the folder is the first one's to look into.
    """

    folder: Path
    """The run's."""
    stop: Callable[[], bool]
    """Whether the caller wants to stop."""
    ranks: Ranks
    """The processes that train; all of them must make the same calls."""
    _agreed: Wish | None = None

    def next(self) -> Wish:
        """What to do now: what `hear` heard since, or else what is wished at this moment."""
        if self._agreed is None:
            self.hear(self.ranks.sum(self.words()))
        wish, self._agreed = self._agreed, None
        return wish or ""

    def words(self) -> list[float]:
        """What this process has to say to it, for a sum that is on its way to all anyhow."""
        wish = requested(self.folder) if self.ranks.first else ""
        return [float(self.stop() or wish == "stop"), float(wish == "pause")]

    def hear(self, sums: list[float]) -> None:
        """Take in the words of all processes, added up."""
        stop, pause = sums
        self._agreed = "stop" if stop else "pause" if pause else ""
