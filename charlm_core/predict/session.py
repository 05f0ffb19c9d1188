"""The running state of one text: typed into, taken back, looked ahead of.

After every character stands a state. The last RECENT of them are kept, and beyond those every
SPARSE-th, so that going back by n characters costs at most SPARSE - 1 steps whatever n is, and a
text of 64 KB keeps some 2,000 states: 10 MB for an LSTM of 640 units.
"""

import copy
from array import array
from collections.abc import Callable
from dataclasses import replace

from charlm_core.config import GenerateConfig, SamplingConfig, SuggestConfig
from charlm_core.folding import is_joined
from charlm_core.metrics import Score
from charlm_core.predict.declined import Declined, Passed, then
from charlm_core.predict.engine import Engine, Logits, State
from charlm_core.predict.generating import Generation
from charlm_core.predict.inside import Inside, look_inside
from charlm_core.predict.odds import Odds, odds
from charlm_core.predict.prefix import common_prefix
from charlm_core.predict.proposal import (
    SHORTEST_GHOST,
    Alphabet,
    Proposal,
    Suggestion,
    dropped,
    first_word,
)
from charlm_core.predict.reading import BACK, Reading, is_plain, is_strange, reading
from charlm_core.predict.sampling import surprise
from charlm_core.predict.source import NetworkSource, Point, Source, log_normaliser
from charlm_core.predict.suggest import alternatives, asked_at, propose, roll
from charlm_core.spelling import REACH, has_signs, respelled
from charlm_core.vocab import Vocab

RECENT = 1024
"""Of so many characters at the end, the state after each is kept."""

SPARSE = 64
"""Before those, the state after each so many characters is kept."""

DEFAULT_SUGGEST = SuggestConfig()


class Session:
    """A text and the model's state after it. A value: no threads, nothing shared that changes.

    Starts empty. Any str may be typed, lone surrogates and control characters included;
    `predict.reading` says what is read of it.
    """

    def __init__(
        self, engine: Engine, vocab: Vocab, source: Source | None = None, doubt: float = 1.0
    ) -> None:
        """Begin with no text; `doubt` is that of `CheckpointConfig`."""
        self._engine = engine
        self._vocab = vocab
        self._doubt = doubt
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
        # What had been let pass when so many characters stood, where anything had.
        self._declined: dict[int, Declined] = {}
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
        place = self.chars
        self._tail.append(character)
        over, symbol = Reading(0, self._vocab.id_of(character))
        if not is_plain(self._vocab, character):
            over, symbol = reading(self._vocab, self._end(BACK + 1))
        point, logits = self._point, self._static_logits
        if over:
            # What was read of the first part alone is taken back.
            point = self._point_after(place - over)
            logits = self._engine.logits(point.state)
        nats = self._nats[place - over]
        if symbol is not None:
            nats += surprise(logits, symbol)
            point = self._source.advance(symbol, point)
        elif not is_joined(character):
            # Passed over, it is as surprising as ever; but nobody can expect what is not seen.
            nats += surprise(logits, self._vocab.id_of(character))
        self._nats.append(nats)
        self._arrive(place + 1, point)
        if declined := self._declined.get(place):
            rest = () if over else then(declined, symbol)
            if rest:
                self._declined[place + 1] = rest
        if rolling := self._rolling:
            # As the model reads it, whichever way it is written.
            fits = not over and rolling.path.symbols[:1] == (symbol,)
            self._rolling = dropped(rolling) if fits else None
        outdated = self.chars - RECENT
        if outdated % SPARSE:
            self._snapshots.pop(outdated, None)
        self._proposals.pop(outdated, None)
        self._declined.pop(outdated, None)

    def _end(self, most: int) -> str:
        """The last characters of the text, `most` of them, however long it is."""
        missing = most - len(self._tail)
        if missing <= 0:
            return "".join(self._tail[-most:])
        return self._head[-missing:] + "".join(self._tail)

    def _reading_at(self, place: int) -> Reading:
        """What is read of the character at a place."""
        return reading(self._vocab, self.text[max(0, place - BACK) : place + 1])

    def _point_after(self, position: int) -> Point:
        """The point behind so many characters of the text; takes at most SPARSE - 1 steps."""
        found = self._snapshots.get(position)
        if found is None:
            over, symbol = self._reading_at(position - 1)
            found = self._point_after(position - 1 - over)
            if symbol is not None:
                found = self._source.advance(symbol, found)
        return found

    def _arrive(self, position: int, point: Point) -> None:
        """Stand at `position`, at the source's `point`."""
        self._point = point
        self._logits = None
        self._snapshots[position] = point

    def rewind(self, n: int) -> None:
        """Take back the last `n` characters; all is then, bit for bit, as before they were typed.

        Takes at most SPARSE - 1 steps, a few times that where an accent stands by itself just
        there. Raises ValueError unless 0 <= n <= chars.
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
            self._declined.pop(position, None)
        self._rolling = None
        position = now
        while position not in self._snapshots:
            position -= 1
        for each in range(position, now + 1):
            self._arrive(each, self._point_after(each))

    def fork(self) -> "Session":
        """An independent session that stands where this one stands."""
        text = self.text
        other = copy.copy(self)
        other._head, other._tail = text, []
        # States never change once made, so both may hold the same ones.
        other._snapshots = self._snapshots.copy()
        other._proposals = self._proposals.copy()
        other._declined = self._declined.copy()
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
        `predict.suggest` says where a ghost stops; its quotes and dashes are those of the text, see
        `charlm_core.spelling`. There is none within a stretch that the model can't read.
        """
        if self.chars and is_strange(self._vocab, self._end(BACK + 1)):
            # What would come is that of a place before it, the same at each key.
            return Suggestion(stopped="threshold")
        if self._begun != self._source.begun:
            # A ghost of what has been forgotten must not come back.
            self._begun = self._source.begun
            self._proposals.clear()
            self._declined.clear()
            self._rolling = None
        config = config.doubted(self._doubt)
        found = self._proposals.get(self.chars)
        if found is None or found.config != config:
            found = None
            declined = self._declined.get(self.chars, ())
            if config.decoding != "beam" or config.passing == 1.0:
                declined = ()
            rolling = self._rolling
            if rolling is not None and rolling.config == config and not declined:
                found = roll(self._source, self._alphabet, self._point, rolling, cancelled)
            if found is None:
                found = propose(
                    self._source, self._alphabet, self._point, config, cancelled, declined
                )
            if not found.cancelled:
                self._proposals[self.chars] = found
                self._rolling = found
        return self._as_written(found.suggestion)

    def decline(self) -> None:
        """Tell that the ghost that `suggest` gave here was seen, and is not taken.

        What it said is proposed again only if it is very likely all the same: see
        `predict.declined`. Nothing follows where there was none, nor where it saves no key.
        """
        found = self._proposals.get(self.chars)
        if found is None:
            return
        text = found.suggestion.text
        # Who takes the first word only has not declined the others.
        length = len(first_word(text))
        length = length if length >= SHORTEST_GHOST else len(text)
        if length >= SHORTEST_GHOST:
            passed = Passed(found.path.symbols[:length], found.path.chances[:length])
            self._declined[self.chars] = (*self._declined.get(self.chars, ()), passed)

    def _as_written(self, suggestion: Suggestion) -> Suggestion:
        """The same with quotes and dashes as the text has them."""
        # Mostly there are none, and the text need not be put together.
        text = suggestion.text
        if has_signs(text):
            suggestion = replace(suggestion, text=respelled(text, self.text[-REACH:]))
        return suggestion

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
        texts = {self._as_written(ghost.suggestion).text}
        found = []
        for other in alternatives(self._source, self._alphabet, self._point, ghost, cancelled):
            written = self._as_written(other.suggestion)
            # Two that differed by a sign alone may be the same as they are written here.
            if written.text not in texts:
                texts.add(written.text)
                found.append(written)
        return tuple(found)

    def least_chance(self, config: SuggestConfig) -> float:
        """How likely a ghost's first word must be at the text's end to be shown."""
        asked = asked_at(self._point, self._alphabet, config.doubted(self._doubt))
        return asked.threshold

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
        for place in reversed(range(self.chars)):
            over, symbol = self._reading_at(place)
            if symbol is not None:
                last = (self._point_after(place - over), symbol)
                break
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
