"""Several continuations of one text: begun, paced, stopped, forked and dropped."""

from collections.abc import Callable
from dataclasses import replace

from charlm_core import DECODINGS, Decoding, GenerateConfig
from tui.services.events import ErrandFailed
from tui.services.writing import KEY, Desk, Ended, Forked, Reading, Why, Written
from tui.text.branch import Branch, State
from tui.widgets.writer import Manner

SPEEDS = (10, 20, 40, 80, 160, 400, 0)
"""Characters a second to choose from; 0 is as quickly as the model can."""

LENGTHS = (100, 200, 400, 800, 1600, 0)
"""How long a branch becomes, in characters; 0 is without end."""

MOST_BRANCHES = 9

MOST_CHARS = 1_000_000
"""An endless branch ends here."""

AHEAD_CHARS = 4_000
"""How far a branch without a speed may go on before it is asked again, in characters."""

LONGEST_TICK = 1.0
"""A pause that was longer than this is not made up for, in seconds."""

_WHY: dict[Why, str] = {
    "loop": "it only repeats itself",
    "nothing": "nothing to suggest",
    "model": "another model",
}


class Scratch:
    """Branches, one of which is chosen, and how the next one is going to be written.

    `send` has an errand done, `draw` says how characters are to be drawn, `seed` gives a new seed.
    """

    def __init__(
        self,
        send: Callable[[Desk], None],
        draw: Callable[[], GenerateConfig],
        seed: Callable[[], int],
        clock: Callable[[], float],
    ) -> None:
        self._send = send
        self._draw = draw
        self._seed = seed
        self._clock = clock
        self._desk = Desk()
        self._speed = SPEEDS.index(80)
        self._length = LENGTHS.index(400)
        self._mode: Decoding = "sample"
        self._keys = 0
        self._ticked = clock()
        self.branches: list[Branch] = []
        """In the order in which they were begun."""
        self.chosen = 0
        """The place of the one that keys are about."""

    @property
    def branch(self) -> Branch | None:
        """The chosen one."""
        return self.branches[self.chosen] if self.branches else None

    @property
    def active(self) -> bool:
        """Whether any is being written."""
        return any(branch.active for branch in self.branches)

    @property
    def manner(self) -> Manner:
        """How the next one is going to be written."""
        branch = self.branch
        return Manner(
            prompt=branch.before if branch and branch.typed else "",
            how=_how(self._config(0)),
            speed=SPEEDS[self._speed],
            length=LENGTHS[self._length],
        )

    def choose(self, place: int) -> None:
        """Have keys be about another one."""
        if 0 <= place < len(self.branches):
            self.chosen = place

    def turn(self, step: int) -> None:
        """Have keys be about the next one, or the one before."""
        if self.branches:
            self.chosen = (self.chosen + step) % len(self.branches)

    # What begins and ends.

    def begin(self, before: str, *, typed: bool = False) -> str:
        """Begin a branch behind a text, or say why not.

        Its seed is the one that `draw` says, and a new one where there is that already.
        """
        if fault := self._full():
            return fault
        seed = self._draw().seed
        again = any(one.before == before and one.config.seed == seed for one in self.branches)
        self._add(self._fresh(before, typed=typed, seed=None if again else seed))
        return ""

    def branch_off(self) -> str:
        """Begin another one behind the same text, with another seed, or say why not."""
        branch = self.branch
        if branch is None:
            return ""
        if fault := self._full():
            return fault
        self._add(self._fresh(branch.before, typed=branch.typed))
        return ""

    def again(self, *, new_seed: bool) -> None:
        """Write the chosen one anew, from its beginning."""
        if branch := self.branch:
            self._desk.drop(branch.key)
            seed = None if new_seed else branch.config.seed
            fresh = self._fresh(branch.before, typed=branch.typed, seed=seed)
            fresh.number = branch.number
            self.branches[self.chosen] = fresh
            self._order(fresh)

    def fork(self) -> str:
        """Begin another one with what the chosen one has by now, or say why not."""
        branch = self.branch
        if branch is None or not branch.text:
            return "nothing is written yet"
        if branch.state == "ended":
            return f"it can't go on: {branch.why}"
        if fault := self._full():
            return fault
        other = self._fresh(branch.before, typed=branch.typed)
        self.branches.append(other)
        self.chosen = len(self.branches) - 1
        self._desk.fork(other.key, branch.key, other.config)
        self._send(self._desk)
        return ""

    def drop(self) -> None:
        """Throw the chosen one away."""
        if branch := self.branch:
            self._desk.drop(branch.key)
            self._send(self._desk)
            del self.branches[self.chosen]
            self.chosen = max(0, min(self.chosen, len(self.branches) - 1))

    def clear(self) -> None:
        """Throw all away."""
        while self.branches:
            self.drop()

    def toggle(self) -> str:
        """Stop the chosen one, or have it go on, or say why that can't be."""
        branch = self.branch
        if branch is None or branch.state == "ended":
            return f"it can't go on: {branch.why}" if branch else ""
        if branch.active:
            self._halt(branch, "stopped")
            return ""
        if branch.state == "done":
            # As far again.
            length = LENGTHS[self._length]
            branch.longest = length and len(branch.text) + length
        self._wake()
        branch.state, branch.why = "writing" if branch.text else "waiting", ""
        self._allow(branch, len(branch.text) + 1, anew=True)
        return ""

    def stop(self, *, but: Branch | None = None) -> None:
        """Stop all, but for one."""
        for branch in self.branches:
            if branch.active and branch is not but:
                self._halt(branch, "stopped")

    def end(self, why: str) -> None:
        """End all that is being written: it can't go on."""
        for branch in self.branches:
            if branch.active:
                self._desk.drop(branch.key)
                branch.state, branch.why = "ended", why
        self._send(self._desk)

    def _full(self) -> str:
        """Why there can't be another one; empty where there can."""
        full = len(self.branches) >= MOST_BRANCHES
        return f"{MOST_BRANCHES} branches are the most: x drops one" if full else ""

    def _fresh(self, before: str, *, typed: bool, seed: int | None = None) -> Branch:
        """A branch that is to be written, as the next one is."""
        self._wake()
        self._keys += 1
        return Branch(
            number=1 + max((branch.number for branch in self.branches), default=0),
            key=self._keys,
            config=self._config(self._seed() if seed is None else seed),
            before=before,
            typed=typed,
            longest=LENGTHS[self._length],
        )

    def _add(self, branch: Branch) -> None:
        self.branches.append(branch)
        self.chosen = len(self.branches) - 1
        self._order(branch)

    def _wake(self) -> None:
        """Time in which nothing was written is not made up for."""
        if not self.active:
            self._ticked = self._clock()

    def _order(self, branch: Branch) -> None:
        self._desk.begin(branch.key, branch.before, branch.config)
        self._allow(branch, 1)

    def _config(self, seed: int) -> GenerateConfig:
        return replace(self._draw(), decoding=self._mode, seed=seed)

    # How it is written.

    def turn_speed(self, step: int) -> None:
        """Write faster, or slower."""
        self._speed = min(max(self._speed + step, 0), len(SPEEDS) - 1)
        for branch in self.branches:
            if branch.active:
                # What was allowed at the speed before is not any more.
                self._allow(branch, max(1, len(branch.text)))

    def turn_length(self, step: int) -> None:
        """Write more, or less; the chosen one too, while it is being written."""
        self._length = min(max(self._length + step, 0), len(LENGTHS) - 1)
        if (branch := self.branch) and branch.active:
            branch.longest = LENGTHS[self._length]
            self._see_whether_done(branch)

    def turn_mode(self) -> None:
        """Choose characters in another way, from the next branch on."""
        at = DECODINGS.index(self._mode) + 1
        self._mode = DECODINGS[at % len(DECODINGS)]

    # As time goes by.

    def tick(self) -> None:
        """Let what is being written go on as far as the time since the last tick allows."""
        now = self._clock()
        passed = min(max(now - self._ticked, 0.0), LONGEST_TICK)
        self._ticked = now
        speed = SPEEDS[self._speed]
        for branch in self.branches:
            if branch.state == "writing":
                branch.seconds += passed
                # A model that can't keep up is not asked to make up for it.
                ahead = speed or AHEAD_CHARS
                most = len(branch.text) + max(1, ahead)
                self._allow(branch, min(most, branch.allowed + speed * passed if speed else most))
            elif branch.state == "waiting":
                self._allow(branch, 1)

    def heard(self, event: object) -> Branch | None:
        """Take note of what the desk told; the branch that it wrote to, if it did."""
        match event:
            case Reading(branch=key, read=read, chars=chars):
                if branch := self._of(key):
                    branch.read = 100 * read // max(1, chars)
            case Written(branch=key, text=text, loop=loop):
                if branch := self._of(key):
                    branch.text += text
                    branch.loop = loop
                    if branch.state == "waiting":
                        branch.state = "writing"
                    self._see_whether_done(branch)
                    return branch
            case Forked(branch=key, text=text, loop=loop):
                if branch := self._of(key):
                    branch.text, branch.loop, branch.state = text, loop, "writing"
                    length = LENGTHS[self._length]
                    branch.longest = length and len(branch.text) + length
                    self._allow(branch, len(branch.text) + 1)
            case Ended(branch=key, why=why):
                if branch := self._of(key):
                    self._halt(branch, "stopped" if why == "loop" else "ended")
                    branch.why = _WHY[why]
            case ErrandFailed(key=key) if key == KEY:
                self.end("it broke")
        return None

    def _of(self, key: int) -> Branch | None:
        return next((branch for branch in self.branches if branch.key == key), None)

    def _see_whether_done(self, branch: Branch) -> None:
        if branch.active and len(branch.text) >= (branch.longest or MOST_CHARS):
            self._halt(branch, "done")

    def _halt(self, branch: Branch, state: State) -> None:
        branch.state = state
        self._allow(branch, len(branch.text))

    def _allow(self, branch: Branch, chars: float, *, anew: bool = False) -> None:
        """Let a branch become so long, but no longer than it is to be."""
        branch.allowed = min(chars, branch.longest or MOST_CHARS)
        endless = not branch.longest
        self._desk.allow(branch.key, int(branch.allowed), endless=endless, anew=anew)
        self._send(self._desk)


def _how(config: GenerateConfig) -> tuple[str, ...]:
    """How characters are chosen, in words."""
    match config.decoding:
        case "beam":
            return (f"beam {config.width}",)
        case "greedy":
            return ("greedy",)
    sampling = config.sampling
    words = [f"sample, temperature {sampling.temperature:g}"]
    if sampling.top_k:
        words.append(f"top-k {sampling.top_k}")
    if sampling.top_p < 1:
        words.append(f"top-p {sampling.top_p:g}")
    return tuple(words)
