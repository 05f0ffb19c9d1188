"""The ghost: which text to propose, and whether to propose any.

A ghost is worth the keys it saves and costs a glance when it is wrong. Its first word is looked for
best first: of all beginnings of the text to come the likeliest is always the next to be looked
behind, so that probabilities are those of everything that begins so, and a word that is reached
over an unlikely letter is found all the same. Of what was found that is taken which saves most keys
on average, be it the start of a word, a word, or a word and the space after it. Behind a whole word
the likeliest way goes on for as long as that pays.

That is so unless a person asks for another decoding: see `predict.choosing`.
"""

import heapq
import math
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from charlm_core.config import SuggestConfig
from charlm_core.predict.choosing import chosen_on
from charlm_core.predict.declined import Declined, Weighing
from charlm_core.predict.proposal import MOST_LINES, NOWHERE, Alphabet, Path, Proposal
from charlm_core.predict.source import Point, Source

UNWEIGHED = Weighing((), 1.0)
"""Where nothing was let pass."""


def propose(
    source: Source,
    alphabet: Alphabet,
    point: Point,
    config: SuggestConfig,
    cancelled: Callable[[], bool],
    declined: Declined = (),
) -> Proposal:
    """Look for the ghost at `point`. `cancelled` is asked before each character looked at.

    What was `declined` before is the less likely: see `predict.declined`. That is asked of a search
    alone; what is chosen character by character is what a person has set.
    """
    asked = asked_at(point, alphabet, config)
    if config.decoding != "beam":
        found = chosen_on(source, alphabet, Proposal(NOWHERE, point, False, 0, asked), cancelled)
    else:
        weighing = Weighing(declined, config.passing)
        best, behind, lost = _best_beginning(source, alphabet, point, asked, cancelled, weighing)
        if lost:
            shown = best_length(weighing.weigh(best), asked)
            found = Proposal(best, behind, False, shown, asked, lost)
        else:
            found = _looked_on(source, alphabet, best, behind, asked, cancelled, weighing)
    return replace(found, config=config)


def roll(
    source: Source,
    alphabet: Alphabet,
    point: Point,
    rest: Proposal,
    cancelled: Callable[[], bool],
) -> Proposal | None:
    """The ghost at `point` that goes on with what is left of one; None where a new one is due.

    Of a search one step is taken, at its end; what is chosen goes on as it would have anyway.
    """
    config = rest.config
    asked = asked_at(point, alphabet, config)
    if config.decoding != "beam":
        found = chosen_on(source, alphabet, replace(rest, config=asked), cancelled)
        goes_on = found.shown > 0
    else:
        found = _looked_on(source, alphabet, rest.path, rest.end, asked, cancelled, most=1)
        goes_on = found.shown > 1 and first_word_chance(found) >= SURE
    return replace(found, config=config) if found.cancelled or goes_on else None


def asked_at(point: Point, alphabet: Alphabet, config: SuggestConfig) -> SuggestConfig:
    """The same with the threshold that holds at a point: see `SuggestConfig.patience`."""
    letters = alphabet.letters_before(point.context, FEW_LETTERS)
    return config.doubted(((1 + FEW_LETTERS) / (1 + letters)) ** config.patience)


FEW_LETTERS = 3
"""Behind so many letters of a word no more is asked than the threshold."""


def alternatives(
    source: Source,
    alphabet: Alphabet,
    point: Point,
    proposal: Proposal,
    cancelled: Callable[[], bool],
) -> list[Proposal]:
    """Other ghosts at `point`, the likeliest first: they leave the one proposed where it was least
    sure of its character, by what was next likely there. However unlikely they are, they show.
    """
    shown = proposal.suggestion
    if not shown.text:
        return []
    parting = min(range(len(shown.text)), key=shown.probabilities.__getitem__)
    # Who asks for another one takes its beginning as given: only what is behind is weighed.
    path = NOWHERE
    for index in range(parting):
        symbol = proposal.path.symbols[index]
        path = path.then(shown.text[index], symbol, 1.0)
        point = source.advance(symbol, point)
    chances = np.exp(source.log_probabilities(point) + alphabet.mask)  # (V,)
    chances[proposal.path.symbols[parting]] = 0.0
    config = proposal.config
    searched = config.decoding == "beam"
    # What was asked of a first word holds no more; what is chosen must end somewhere all the same.
    least = 0.0 if searched else min(config.threshold, config.whole_threshold)
    config = replace(config, threshold=least)
    found = []
    for symbol in np.argsort(-chances, kind="stable")[:MOST_ALTERNATIVES].tolist():
        if chances[symbol] <= 0.0 or cancelled():
            break
        other = path.then(alphabet.symbols[symbol], symbol, 1.0)
        end = source.advance(symbol, point)
        if searched:
            one = _looked_on(source, alphabet, other, end, config, cancelled)
        else:
            given = (1.0,) * len(other.text)
            one = Proposal(other, end, False, 0, config, odds=given)
            one = chosen_on(source, alphabet, one, cancelled)
        before = (*shown.probabilities[:parting], float(chances[symbol]))
        all_chances = before + one.path.chances[len(before) :]
        whole = replace(one.path, chances=all_chances, product=math.prod(all_chances))
        found.append(replace(one, path=whole))
    found = [one for one in found if one.shown]
    return sorted(found, key=lambda one: -one.suggestion.probability)


MOST_ALTERNATIVES = 4
"""So many other ghosts are looked for."""


def first_word_chance(proposal: Proposal) -> float:
    """How likely the first word of what shows is."""
    suggestion = proposal.suggestion
    return math.prod(suggestion.probabilities[: len(suggestion.first_word)])


SURE = 0.5
"""A ghost whose first word is less likely does not roll on: there may be a better one by now."""


def _best_beginning(
    source: Source,
    alphabet: Alphabet,
    point: Point,
    config: SuggestConfig,
    cancelled: Callable[[], bool],
    weighing: Weighing,
) -> tuple[Path, Point, bool]:
    """Of all beginnings up to one word long that are likely enough, that which is worth most.

    With the point behind it, and whether the caller lost interest before all were looked at. It is
    empty where nothing is likely enough.
    """
    lost = False
    best, before_best, most = NOWHERE, point, 0.0
    heap: list[tuple[float, int, Path, Path, Point]] = [(-1.0, 0, NOWHERE, NOWHERE, point)]
    made = 0
    for _ in range(config.expansions):
        # No word is so long that what is still to be looked behind could be worth more.
        if not heap or -heap[0][0] * LONGEST_WORD < most:
            break
        if lost := cancelled():
            break
        _, _, path, weighed, before = heapq.heappop(heap)
        value = worth(weighed, config)
        if value > most:
            best, before_best, most = path, before, value
        if is_whole(path.text) or len(path.text) == config.max_chars:
            continue
        here = _behind(source, path, before)
        chances = np.exp(source.log_probabilities(here) + alphabet.mask)  # (V,)
        whole = chances * (path.product / weighing.left)
        likely = np.flatnonzero((whole >= config.threshold) & (whole > 0.0))
        if len(likely) > MOST_BRANCHES:
            likely = likely[np.argsort(-chances[likely], kind="stable")[:MOST_BRANCHES]]
        for symbol in likely.tolist():
            made += 1
            child = path.then(alphabet.symbols[symbol], symbol, float(chances[symbol]))
            weighed = weighing.weigh(child)
            if weighed.product >= config.threshold and child.text.count("\n") <= MOST_LINES:
                heapq.heappush(heap, (-weighed.product, made, child, weighed, here))
    return best, _behind(source, best, before_best), lost


def _behind(source: Source, path: Path, before: Point) -> Point:
    """The point behind a path, given the one before its last character."""
    return source.advance(path.symbols[-1], before) if path.symbols else before


def _looked_on(
    source: Source,
    alphabet: Alphabet,
    path: Path,
    end: Point,
    config: SuggestConfig,
    cancelled: Callable[[], bool],
    weighing: Weighing = UNWEIGHED,
    most: int = 1 << 16,
) -> Proposal:
    """A proposal of the path and what is likeliest behind it, `most` characters at most."""
    lost = ended = False
    for _ in range(most):
        if not path.text or len(path.text) >= config.max_chars:
            break
        if weighing.weigh(path).product < config.whole_threshold:
            break
        if lost := cancelled():
            break
        chances = np.exp(source.log_probabilities(end) + alphabet.mask)  # (V,)
        symbol = int(chances.argmax())
        longer = path.then(alphabet.symbols[symbol], symbol, float(chances[symbol]))
        if chances[symbol] <= 0.0 or longer.text.count("\n") > MOST_LINES:
            ended = True
            break
        path, end = longer, source.advance(symbol, end)
    return Proposal(path, end, ended, best_length(weighing.weigh(path), config), config, lost)


MOST_BRANCHES = 12
"""So many of the characters that may follow a beginning are looked behind."""

LONGEST_WORD = 20
"""Longer ones exist and are found, but not waited for."""

_WHOLE = re.compile(r"\s*\S+\s")


def is_whole(text: str) -> bool:
    """Whether the text holds a whole word and what ends it."""
    return _WHOLE.match(text) is not None


def worth(path: Path, config: SuggestConfig) -> float:
    """What accepting a beginning saves, weighed by how likely that is."""
    return best_worth(path, config)[1]


def best_length(path: Path, config: SuggestConfig) -> int:
    """How much of a path is best shown: it is worth most, and its first word is likely enough."""
    return best_worth(path, config)[0]


def best_worth(path: Path, config: SuggestConfig) -> tuple[int, float]:
    """The length of a path that is worth most, and what it is worth.

    Within the first word, n characters save n - 1 keys where all are right. Beyond it the word
    alone can still be taken, so that what is behind adds its length as often as all is right.
    """
    caution = config.caution
    best, most = 0, 0.0
    product, word_worth, word_length = 1.0, 0.0, 0
    blank = True
    for length, (character, chance) in enumerate(zip(path.text, path.chances, strict=True), 1):
        before = product**caution
        product *= chance
        if not word_length:
            ends = not blank and character.isspace()
            if ends and character != " ":
                # A line's end is not taken with the word before it.
                word_worth, word_length = before * (length - 2), length - 1
            else:
                if product < config.threshold:
                    break
                value = product**caution * (length - 1)
                if ends:
                    word_worth, word_length = value, length
        if word_length and word_length < length:
            if product < config.whole_threshold:
                break
            value = word_worth + product**caution * (length - word_length)
        blank = blank and character.isspace()
        # Nobody could see blanks at a line's start, or what Tab is about to take.
        indent = character != "\n" and not path.text[:length].rpartition("\n")[2].strip()
        if value > most and not indent:
            best, most = length, value
    return best, most
