"""What can be undone: changes in steps, as many as memory is allowed for.

Typing without a pause is one step, as is deleting; a step ends where a line does, where the cursor
went elsewhere, and wherever the editor says so.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.text.buffer import Change, Selection, advanced

MEMORY = 256 << 20
"""Characters that the steps may hold together; the oldest go first."""

PAUSE_SECONDS = 2.0
"""A rest as long as this ends a step."""

STEP_CHARS = 100
"""A step of typing ends once it holds so many characters."""

JOINED_CHARS = 1 << 14
"""A change that a text is put behind piece by piece ends once it holds so many characters."""

OVERHEAD = 200
"""What a change takes beside its text, in characters."""


@dataclass(slots=True)
class Step:
    """Changes that are undone together."""

    changes: list[Change]
    """In the order in which they were made."""
    before: Selection
    """What was selected before them."""
    after: Selection
    """What was selected after them."""
    size: int = 0
    """The memory it takes, about."""


class History:
    """The steps that were made, and those that were taken back."""

    def __init__(self) -> None:
        self._done: deque[Step] = deque()
        self._undone: list[Step] = []
        self._size = 0
        self._open = False
        self._at = 0.0
        self._saved: Step | None = None
        self._savable = True

    def note(
        self, changes: Sequence[Change], before: Selection, after: Selection, now: float
    ) -> None:
        """Take note of changes made at a time in seconds: the last step grows, or another begins.

        What had been undone can't be redone any more.
        """
        self._size -= sum(undone.size for undone in self._undone)
        self._undone.clear()
        last = self._done[-1] if self._done else None
        grown = self._grown(last, changes, before, now) if last else None
        if last and grown:
            size = len(changes[0].removed) + len(changes[0].inserted)
            last.changes[-1] = grown
            last.after = after
            last.size += size
        else:
            size = sum(len(one.removed) + len(one.inserted) + OVERHEAD for one in changes)
            self._done.append(Step([*changes], before, after, size))
        self._size += size
        self._at = now
        self._open = len(changes) == 1 and "\n" not in changes[0].inserted
        self._shrink()

    def append(self, change: Change, after: Selection) -> None:
        """Have a change in the step that `note` began last, whenever that was.

        Not to be called when that step has been taken back.
        """
        last = self._done[-1]
        earlier = last.changes[-1]
        joins = not (earlier.removed or change.removed) and change.start == earlier.stop
        grown = len(change.removed) + len(change.inserted)
        if joins and len(earlier.inserted) < JOINED_CHARS:
            last.changes[-1] = replace(earlier, inserted=earlier.inserted + change.inserted)
        else:
            last.changes.append(change)
            grown += OVERHEAD
        last.after = after
        last.size += grown
        self._size += grown
        self._open = False
        self._shrink()

    def _grown(
        self, last: Step, changes: Sequence[Change], before: Selection, now: float
    ) -> Change | None:
        """The last step's change with another after it; None where that begins a step."""
        if (
            not self._open
            or len(changes) != 1
            or last is self._saved
            or last.after != before
            or now - self._at > PAUSE_SECONDS
        ):
            return None
        earlier, change = last.changes[-1], changes[0]
        # One character put in, or one taken away, as those before it were.
        kind = (len(change.removed), len(change.inserted))
        if kind == (0, 1) and not earlier.removed and change.start == earlier.stop:
            if change.inserted == "\n" or len(earlier.inserted) >= STEP_CHARS:
                return None
            return replace(earlier, inserted=earlier.inserted + change.inserted)
        if kind == (1, 0) and not earlier.inserted and len(earlier.removed) < STEP_CHARS:
            if change.end == earlier.start:
                return replace(
                    earlier, start=change.start, removed=change.removed + earlier.removed
                )
            if change.start == earlier.start:
                removed = earlier.removed + change.removed
                return replace(earlier, end=advanced(earlier.start, removed), removed=removed)
        return None

    def close(self) -> None:
        """What comes next is a step of its own."""
        self._open = False

    def undo(self) -> Step | None:
        """The step to take back, its last change first; None where there is none."""
        if not self._done:
            return None
        self._open = False
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def redo(self) -> Step | None:
        """The step to make again; None where there is none."""
        if not self._undone:
            return None
        self._open = False
        self._done.append(self._undone.pop())
        return self._done[-1]

    def mark_saved(self) -> None:
        """The text as it is now is what the file holds."""
        self._saved = self._done[-1] if self._done else None
        self._savable = True
        self._open = False

    @property
    def at_saved(self) -> bool:
        """Whether undoing and redoing have come back to what the file holds."""
        return self._savable and self._saved is (self._done[-1] if self._done else None)

    def _shrink(self) -> None:
        while self._size > MEMORY and len(self._done) > 1:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        """The oldest step goes for good: nothing before it can be had again."""
        oldest = self._done.popleft()
        self._size -= oldest.size
        if self._saved is oldest:
            self._saved = None
        elif self._saved is None:
            self._savable = False
