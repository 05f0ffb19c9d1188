"""Other ghosts for the same place, and which of them shows. Holds no widget."""

from collections.abc import Sequence

from tui.widgets.ghost import Ghost


class Alternatives:
    """A ring of ghosts. Steps taken before it is filled count once it is."""

    def __init__(self) -> None:
        self._ring: list[Ghost] = []
        self._at = 0
        self._steps = 0

    @property
    def known(self) -> bool:
        """Whether it is filled."""
        return bool(self._ring)

    @property
    def awaited(self) -> bool:
        """Whether steps were taken that wait for it to be filled."""
        return bool(self._steps)

    @property
    def chosen(self) -> Ghost:
        """The one to show; only where it is filled."""
        return self._ring[self._at]

    @property
    def place(self) -> str:
        """Which of how many that is: `2/4`."""
        return f"{self._at + 1}/{len(self._ring)}"

    def clear(self) -> None:
        """It is another place."""
        self._ring, self._at, self._steps = [], 0, 0

    def step(self, step: int) -> None:
        """Choose the next, or the one before; where it is not filled, once it is."""
        if self._ring:
            self._at = (self._at + step) % len(self._ring)
        else:
            self._steps += step

    def fill(self, ghost: Ghost, others: Sequence[Ghost]) -> None:
        """These are the ghosts: the one that shows, and the others."""
        ring = [ghost, *(other for other in others if other)]
        self._ring = list(dict.fromkeys(ring))
        self._at, steps, self._steps = 0, self._steps, 0
        self.step(steps)
