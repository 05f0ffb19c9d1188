"""The running state of one text: typed into, taken back, looked ahead of.

After every character stands a state. The last RECENT of them are kept, and beyond those every
SPARSE-th, so that going back by n characters costs at most SPARSE - 1 steps whatever n is, and a
text of 64 KB keeps some 2,000 states: 10 MB for an LSTM of 640 units.
"""

import copy
from array import array
from collections.abc import Callable

from charlm_core.config import GenerateConfig, SamplingConfig, SuggestConfig
from charlm_core.metrics import Score
from charlm_core.predict.engine import Engine, Logits, State
from charlm_core.predict.generating import Generation
from charlm_core.predict.inside import Inside, look_inside
from charlm_core.predict.odds import Odds, odds
from charlm_core.predict.prefix import common_prefix
from charlm_core.predict.proposal import Alphabet, Proposal, Suggestion, dropped
from charlm_core.predict.sampling import surprise
from charlm_core.predict.source import NetworkSource, Point, Source, log_normaliser
from charlm_core.predict.suggest import alternatives, propose, roll
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

    def __init__(self, engine: Engine, vocab: Vocab, source: Source | None = None) -> None:
        self._engine = engine
        self._vocab = vocab
        self._source = source or NetworkSource(engine)
        self._alphabet = Alphabet(vocab)
        # The text is _head and then _tail: appending to a list is O(1), and joining waits until
        # somebody looks.
        self._head = ""
        self._tail: list[str] = []
        self._point = self._source.start()
        self._logits: Logits | None = None
        self._snapshots: dict[int, Point] = {0: self._point}
        self._begun = self._source.begun
        self._proposals: dict[int, Proposal] = {}
        self._rolling: Proposal | None = None
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
        return self._point.state

    @property
    def point(self) -> Point:
        """All that the source's prediction depends on, a value."""
        return self._point

    @property
    def logits(self) -> Logits:
        """The unnormalised log-probability of each next symbol, read-only, (V,).

        The network's, where nothing was learned; else what the source says, on the same scale.
        """
        logits = self._static_logits
        if not self._source.untouched:
            scale = log_normaliser(logits)
            logits = self._source.log_probabilities(self._point) + scale
            logits.flags.writeable = False
        return logits

    @property
    def _static_logits(self) -> Logits:
        """The network's own, (V,)."""
        if self._logits is None:
            self._logits = self._engine.logits(self._point.state)
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
        self._nats.append(self._nats[-1] + surprise(self._static_logits, symbol))
        self._tail.append(character)
        self._arrive(self.chars, self._source.advance(symbol, self._point))
        if rolling := self._rolling:
            fits = rolling.path.text.startswith(character)
            self._rolling = dropped(rolling) if fits else None
        outdated = self.chars - RECENT
        if outdated % SPARSE:
            self._snapshots.pop(outdated, None)
        self._proposals.pop(outdated, None)

    def _arrive(self, position: int, point: Point) -> None:
        """Stand at `position`, at the source's `point`."""
        self._point = point
        self._logits = None
        self._snapshots[position] = point

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
            self._proposals.pop(position, None)
        self._rolling = None
        position = now
        while position not in self._snapshots:
            position -= 1
        self._arrive(position, self._snapshots[position])
        for character in kept[position:]:
            position += 1
            self._arrive(position, self._source.advance(self._vocab.id_of(character), self._point))

    def fork(self) -> "Session":
        """An independent session that stands where this one stands."""
        text = self.text
        other = copy.copy(self)
        other._head, other._tail = text, []
        # States never change once made, so both may hold the same ones.
        other._snapshots = self._snapshots.copy()
        other._proposals = self._proposals.copy()
        other._nats = self._nats[:]
        return other

    def suggest(
        self,
        config: SuggestConfig = DEFAULT_SUGGEST,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Suggestion:
        """The ghost after the text; the text stays as it is. `cancelled` is asked each character.

        Where the text has been typed as the ghost before said, that ghost goes on, a step longer;
        where one was shown at this very place, before the text was taken back to it, it is that.
        `predict.suggest` says where a ghost stops.
        """
        if self._begun != self._source.begun:
            # A ghost of what has been forgotten must not come back.
            self._begun = self._source.begun
            self._proposals.clear()
            self._rolling = None
        found = self._proposals.get(self.chars)
        if found is None or found.config != config:
            found = None
            if self._rolling is not None and self._rolling.config == config:
                found = roll(self._source, self._alphabet, self._rolling, cancelled)
            if found is None:
                found = propose(self._source, self._alphabet, self._point, config, cancelled)
            if not found.cancelled:
                self._proposals[self.chars] = found
                self._rolling = found
        return found.suggestion

    def alternatives(
        self,
        config: SuggestConfig = DEFAULT_SUGGEST,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[Suggestion, ...]:
        """Other ghosts than `suggest` gives, the likeliest first; none where that gives none.

        They branch off where the ghost is least sure of its character.
        """
        if not self.suggest(config, cancelled).text:
            return ()
        ghost = self._proposals.get(self.chars)
        if ghost is None:  # cancelled
            return ()
        found = alternatives(self._source, self._alphabet, self._point, ghost, cancelled)
        return tuple(proposal.suggestion for proposal in found)

    def odds(self, config: SamplingConfig) -> Odds:
        """Of the next character: as they are, and as it would be drawn from them."""
        logits = self._source.log_probabilities(self._point) + self._alphabet.mask  # (V,)
        return odds(self._vocab.symbols, logits, config)

    def generation(self, config: GenerateConfig) -> Generation:
        """A text that goes on from the end of this one, which stays as it is."""
        return Generation(self._source, self._alphabet, self._point, config)

    def inside(self) -> Inside:
        """What goes on in the model at the text's end.

        Costs a prediction and a step or two; at most SPARSE steps after a rewind.
        """
        last = None
        if self.chars:
            position = self.chars - 1
            while position not in self._snapshots:
                position -= 1
            symbols = [self._vocab.id_of(character) for character in self.text[position:]]
            before = self._snapshots[position]
            for symbol in symbols[:-1]:
                before = self._source.advance(symbol, before)
            last = (before, symbols[-1])
        return look_inside(self._engine, self._vocab, self._source, self._point, last)

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
