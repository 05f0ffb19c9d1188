"""The model writing on: branches of a text, which the predictor's thread writes piece by piece.

Whoever wants them gives orders to a Desk and sends it as an errand, again after each order. The
desk tells what came of it: Reading, Written, Forked, Ended.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from charlm_core import GenerateConfig
from tui.services.learner import Learner
from tui.services.mailbox import Overtaken, Tell
from tui.services.model import Model, Session, Writes

if TYPE_CHECKING:
    from charlm_core import Loop

KEY = "writing"
"""The errand's."""

PROMPT_CHARS = 100_000
"""Of a longer prompt only so much at its end is read, about, which may take ten seconds."""

_CUT_CHARS = 25_000
"""It is cut off at a multiple of this, so that one that has grown mostly begins where it did."""

SLICE_CHARS = 4
"""A branch writes so many characters before it is the next one's turn."""

TELL_SECONDS = 0.03
"""How long what is written may wait to be told, and how often it is told how much is read."""

ROUNDS = 10
"""An endless branch that repeats itself so often is ended."""

Why = Literal["loop", "nothing", "model"]
"""What ends a branch: it only repeats itself; the vocabulary has nothing to suggest; the model that
began it was exchanged for another."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A branch's prompt is being read."""

    branch: int
    """Whose."""
    read: int
    """How many of its characters."""
    chars: int
    """How many there are."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A branch goes on."""

    branch: int
    """Which."""
    text: str
    """With these characters."""
    loop: "Loop | None"
    """Since where it repeats itself, if it does."""


@dataclass(frozen=True, kw_only=True)
class Forked:
    """A branch begins with what another has written by now."""

    branch: int
    """Which."""
    text: str
    """That."""
    loop: "Loop | None"
    """Since where it repeats itself, if it does."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A branch does not go on."""

    branch: int
    """Which."""
    why: Why
    """What keeps it from that."""


@dataclass(frozen=True, kw_only=True)
class _Begin:
    branch: int
    prompt: str
    config: GenerateConfig


@dataclass(frozen=True, kw_only=True)
class _Fork:
    branch: int
    source: int
    config: GenerateConfig


@dataclass(frozen=True, kw_only=True)
class _Allow:
    branch: int
    chars: int
    endless: bool
    anew: bool


@dataclass(frozen=True, kw_only=True)
class _Drop:
    branch: int


@dataclass(kw_only=True)
class _Branch:
    """Where a branch stands."""

    prompt: str
    config: GenerateConfig
    model: Model | None = None
    writes: Writes | None = None
    allowed: int = 0
    endless: bool = False
    indulged: int = 0
    """Up to where it was let go on though it repeats itself."""
    rounded: bool = False
    """Whether it was ended because of that."""
    told: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)

    @property
    def due(self) -> bool:
        """Whether it may go on."""
        return not self.rounded and self.allowed > self.chars

    @property
    def chars(self) -> int:
        """How much of it is written."""
        return self.writes.chars if self.writes else 0

    def goes_round(self) -> bool:
        """Whether all that it still does is to repeat itself."""
        if not (self.endless and self.writes and self.writes.loop):
            return False
        loop = self.writes.loop
        since = max(loop.start + loop.period, self.indulged)
        return self.writes.chars - since >= ROUNDS * loop.period


class Desk:
    """An errand that takes orders from one thread, and carries them out in another."""

    key = KEY

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # Filled by one thread and emptied by the other, which a deque bears.
        self._orders: deque[_Begin | _Fork | _Allow | _Drop] = deque()
        self._branches: dict[int, _Branch] = {}
        self._reader: Session | None = None
        self._of: Session | None = None
        self._told_at = 0.0

    def begin(self, branch: int, prompt: str, config: GenerateConfig) -> None:
        """Have a branch written behind a prompt, all of which is read first."""
        cut = -(-max(0, len(prompt) - PROMPT_CHARS) // _CUT_CHARS) * _CUT_CHARS
        self._orders.append(_Begin(branch=branch, prompt=prompt[cut:], config=config))

    def fork(self, branch: int, source: int, config: GenerateConfig) -> None:
        """Have a branch go on from where another one is; Forked says where that was."""
        self._orders.append(_Fork(branch=branch, source=source, config=config))

    def allow(self, branch: int, chars: int, *, endless: bool = False, anew: bool = False) -> None:
        """Let a branch be so long.

        One that is `endless` ends all the same where it only repeats itself; `anew` it is let go on
        from there.
        """
        self._orders.append(_Allow(branch=branch, chars=chars, endless=endless, anew=anew))

    def drop(self, branch: int) -> None:
        """Have a branch forgotten."""
        self._orders.append(_Drop(branch=branch))

    # From here on for the thread that does the work.

    def work(self, learner: Learner, tell: Tell, overtaken: Overtaken) -> bool:
        """Carry out orders until there are none left; False when overtaken."""
        try:
            while True:
                self._take_orders(tell)
                due = [number for number, one in self._branches.items() if one.due]
                if not due:
                    return True
                for number in due:
                    if not self._go_on(number, learner, tell, overtaken):
                        return False
                if self._clock() - self._told_at >= TELL_SECONDS:
                    self._tell_all(tell)
        finally:
            self._tell_all(tell)

    def _take_orders(self, tell: Tell) -> None:
        while self._orders:
            match self._orders.popleft():
                case _Begin(branch=number, prompt=prompt, config=config):
                    self._branches[number] = _Branch(prompt=prompt, config=config)
                case _Fork(branch=number, source=source, config=config):
                    self._tell_all(tell)
                    if found := self._branches.get(source):
                        self._fork(number, found, config, tell)
                case _Allow(branch=number, chars=chars, endless=endless, anew=anew):
                    if branch := self._branches.get(number):
                        if anew:
                            branch.indulged, branch.rounded = branch.chars, False
                        branch.allowed, branch.endless = chars, endless
                case _Drop(branch=number):
                    self._branches.pop(number, None)

    def _fork(self, number: int, source: _Branch, config: GenerateConfig, tell: Tell) -> None:
        writes = source.writes.fork(config) if source.writes else None
        self._branches[number] = _Branch(
            prompt=source.prompt,
            config=config,
            model=source.model,
            writes=writes,
            told=[*source.told],
        )
        loop = writes.loop if writes else None
        tell(Forked(branch=number, text="".join(source.told), loop=loop))

    def _go_on(self, number: int, learner: Learner, tell: Tell, overtaken: Overtaken) -> bool:
        """Write a little of a branch, behind its prompt; False when overtaken."""
        branch = self._branches[number]
        if branch.writes is None:
            branch.writes = self._begun(number, branch, learner, tell, overtaken)
            if branch.writes is None:
                return False
            branch.model = learner.model
        elif branch.model is not learner.model:
            self._end(number, "model", tell)
            return True
        stopped = False

        def cancelled() -> bool:
            nonlocal stopped
            stopped = overtaken()
            return stopped

        count = min(SLICE_CHARS, branch.allowed - branch.writes.chars)
        text = branch.writes.write(count, cancelled)
        branch.untold.append(text)
        if stopped:
            return False
        if len(text) < count:
            self._end(number, "nothing", tell)
        elif branch.goes_round():
            branch.rounded = True
            self._tell_all(tell)
            tell(Ended(branch=number, why="loop"))
        return True

    def _begun(
        self, number: int, branch: _Branch, learner: Learner, tell: Tell, overtaken: Overtaken
    ) -> Writes | None:
        """The beginning of a branch, once its prompt is read; None when overtaken."""
        reader = self._reader_of(branch.prompt, learner.session)
        told_at = self._clock()

        def interrupted() -> bool:
            nonlocal told_at
            if self._clock() - told_at >= TELL_SECONDS:
                told_at = self._clock()
                chars = len(branch.prompt)
                tell(Reading(branch=number, read=min(reader.chars, chars), chars=chars))
            return overtaken()

        if reader.text != branch.prompt and not reader.seek(branch.prompt, interrupted):
            return None
        return reader.generation(branch.config)

    def _reader_of(self, prompt: str, live: Session) -> Session:
        """The session that is to read a prompt, and may have read some of it.

        It is never the live one, which goes its own way.
        """
        reader = self._reader
        if reader is None or self._of is not live:
            # What was learned since, or is learned no longer, is in the live one.
            reader = live.fork()
        elif not prompt.startswith(reader.text) and prompt.startswith(live.text):
            reader = live.fork()
        self._reader, self._of = reader, live
        return reader

    def _end(self, number: int, why: Why, tell: Tell) -> None:
        self._tell_all(tell)
        del self._branches[number]
        tell(Ended(branch=number, why=why))

    def _tell_all(self, tell: Tell) -> None:
        """Tell what has been written and not been told yet."""
        for number, branch in self._branches.items():
            if text := "".join(branch.untold):
                loop = branch.writes.loop if branch.writes else None
                tell(Written(branch=number, text=text, loop=loop))
                branch.told.append(text)
            branch.untold.clear()
        self._told_at = self._clock()
