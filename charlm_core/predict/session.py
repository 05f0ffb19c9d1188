"""The running state of one text: typed into, taken back, looked ahead of.

After every character stands a state. The last RECENT of them are kept, and beyond those every
SPARSE-th, so that going back by n characters costs at most SPARSE - 1 steps whatever n is, and a
text of 64 KB keeps some 2,000 states: 10 MB for an LSTM of 640 units.
"""

import copy
from array import array
from collections.abc import Callable

from charlm_core.config import SuggestConfig
from charlm_core.metrics import Score
from charlm_core.predict.engine import Engine, Logits, State
from charlm_core.predict.sampling import surprise
from charlm_core.predict.suggest import Suggestion, extend, penalties
from charlm_core.vocab import Vocab

RECENT = 1024
"""Of so many characters at the end, the state after each is kept."""

SPARSE = 64
"""Before those, the state after each so many characters is kept."""

DEFAULT_SUGGEST = SuggestConfig()


class Session:
    """A text and the model's state after it. A value: no threads, nothing shared that changes.

    Starts empty. Any str may be typed, lone surrogates and control characters included; what the
    vocabulary lacks counts as the unknown symbol.
    """

    def __init__(self, engine: Engine, vocab: Vocab) -> None:
        self._engine = engine
        self._vocab = vocab
        self._penalty = penalties(vocab)
        # The text is _head and then _tail: appending to a list is O(1), and joining waits until
        # somebody looks.
        self._head = ""
        self._tail: list[str] = []
        self._state = engine.zero_state()
        self._logits: Logits | None = None
        self._snapshots: dict[int, State] = {0: self._state}
        self._nats = array("d", [0.0])  # nats[n]: the surprise at the first n characters

    @property
    def chars(self) -> int:
        """The length of the text, in characters."""
        return len(self._nats) - 1

    @property
    def vocab(self) -> Vocab:
        """The characters the model knows."""
        return self._vocab

    @property
    def text(self) -> str:
        """Everything typed and not taken back."""
        if self._tail:
            self._head += "".join(self._tail)
            self._tail.clear()
        return self._head

    @property
    def state(self) -> State:
        """The network's state after the text, read-only, (layers, parts, hidden)."""
        return self._state

    @property
    def logits(self) -> Logits:
        """The unnormalised log-probability of each next symbol, read-only, (V,)."""
        if self._logits is None:
            self._logits = self._engine.logits(self._state)
            self._logits.flags.writeable = False
        return self._logits

    @property
    def score(self) -> Score:
        """The model's surprise at the text, every character counted from the first."""
        return Score(self._nats[-1], self.chars)

    def type(self, text: str) -> None:
        """Append `text`: one step a character, however long the text before it is."""
        for character in text:
            self._push(character)

    def _push(self, character: str) -> None:
        symbol = self._vocab.id_of(character)
        self._nats.append(self._nats[-1] + surprise(self.logits, symbol))
        self._tail.append(character)
        self._arrive(self.chars, self._engine.step(symbol, self._state))
        outdated = self.chars - RECENT
        if outdated % SPARSE:
            self._snapshots.pop(outdated, None)

    def _arrive(self, position: int, state: State) -> None:
        """Stand at `position`, in `state`."""
        self._state = state
        self._logits = None
        self._snapshots[position] = state

    def rewind(self, n: int) -> None:
        """Take back the last `n` characters; all is then, bit for bit, as before they were typed.

        Takes at most SPARSE - 1 steps. Raises ValueError unless 0 <= n <= chars.
        """
        before = self.chars
        if not 0 <= n <= before:
            raise ValueError(f"can't rewind {n} of {before} characters")
        if n == 0:
            return
        now = before - n
        kept = self.text[:now]
        self._head = kept
        del self._nats[now + 1 :]
        for position in range(now + 1, before + 1):
            self._snapshots.pop(position, None)
        position = now
        while position not in self._snapshots:
            position -= 1
        self._arrive(position, self._snapshots[position])
        for character in kept[position:]:
            position += 1
            self._arrive(position, self._engine.step(self._vocab.id_of(character), self._state))

    def fork(self) -> "Session":
        """An independent session that stands where this one stands."""
        text = self.text
        other = copy.copy(self)
        other._head, other._tail = text, []
        # States never change once made, so both may hold the same ones.
        other._snapshots = self._snapshots.copy()
        other._nats = self._nats[:]
        return other

    def suggest(
        self,
        config: SuggestConfig = DEFAULT_SUGGEST,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Suggestion:
        """The ghost after the text; the text stays as it is. `cancelled` is asked each character.

        `predict.suggest` says where a ghost stops.
        """
        return extend(
            self._engine, self._vocab, self._penalty, self._state, self.logits, config, cancelled
        )

    def seek(self, text: str, cancelled: Callable[[], bool] = lambda: False) -> bool:
        """Make the text equal `text`, keeping what both begin with.

        `cancelled` is asked before each character typed. Returns whether the text was reached: if
        not, the session stands at some prefix of it, and seeking again goes on from there.
        """
        kept = common_prefix(self.text, text)
        self.rewind(self.chars - kept)
        for character in text[kept:]:
            if cancelled():
                return False
            self._push(character)
        return True


def common_prefix(one: str, other: str) -> int:
    """How many characters two texts begin with in common; compared in C, slice by slice."""
    if other.startswith(one):
        return len(one)
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
