"""What a session reads of a text, where that is not one symbol for each character.

An й may come as one character or as two, an и and its breve, as in files of some systems; an emoji
may be five. A mark that a vocabulary lacks is read together with what it is drawn upon, as the one
character that both make, in the other's place; where they make none it is passed over.

So is what follows in a stretch of text that a vocabulary has nothing of, as Russian to a model of
English: a page of unknown symbols would leave the network in a state that no text had put it in,
and cost what comes after 6% more bits for hundreds of characters (14% where that symbol is as it
was trained). Passed over, it costs nothing.

Each character has a state behind it all the same. Where every character of a text is a symbol, each
is read as that, as in training.
"""

import unicodedata
from typing import NamedTuple

import numpy as np

from charlm_core.folding import is_joined
from charlm_core.vocab import Ids, Vocab

MOST = 8
"""So many that are drawn upon one character count, which is more than make another one with any."""

STRETCH = 20
"""Behind so many characters with no letter or figure that is known, but some that is not, all but
line ends is passed over, up to the next one that is."""

BACK = max(MOST, STRETCH)
"""What is read of a character depends on no more of those before it."""


class Reading(NamedTuple):
    """What is read of one character."""

    over: int
    """How many characters before it are read together with it, and no more by themselves."""
    symbol: int | None
    """As which symbol; None where nothing is."""


def reading(vocab: Vocab, text: str) -> Reading:
    """What is read of the last character of a text, of which the last BACK + 1 will do."""
    character = text[-1]
    if is_strange(vocab, text):
        return Reading(0, None)
    if character in vocab or not is_joined(character):
        return Reading(0, vocab.id_of(character))
    over = 0
    while over < min(MOST, len(text) - 1) and is_joined(text[-1 - over]):
        over += 1
    whole = unicodedata.normalize("NFC", text[-1 - over :])
    symbol = vocab.id_of(whole) if over and len(whole) == 1 else 0
    return Reading(over, symbol) if symbol else Reading(0, None)


def is_plain(vocab: Vocab, character: str) -> bool:
    """Whether a character is one symbol to be read, wherever it comes, as nearly all are."""
    return character == "\n" or (character.isalnum() and vocab.id_of(character) != 0)


def is_strange(vocab: Vocab, text: str) -> bool:
    """Whether the last character of a text is well within a stretch that a vocabulary has nothing
    of; the last BACK + 1 will do.
    """
    if len(text) <= STRETCH or is_plain(vocab, text[-1]):
        return False
    unknown = False
    for character in reversed(text[-1 - STRETCH : -1]):
        if not vocab.id_of(character):
            unknown = True
        elif character.isalnum():
            return False
    return unknown


def symbols_read(vocab: Vocab, text: str) -> Ids:
    """The symbols that are left of `text` when all of it is read, (n,): as many at most."""
    symbols = vocab.encode(text)
    if symbols.all() and not any(map(is_joined, text)):
        return symbols
    left: list[int] = []
    lengths = [0]
    for place, character in enumerate(text):
        symbol: int | None = int(symbols[place])
        if not is_plain(vocab, character):
            over, symbol = reading(vocab, text[max(0, place - BACK) : place + 1])
            del left[lengths[place - over] :]
        if symbol is not None:
            left.append(symbol)
        lengths.append(len(left))
    return np.array(left, dtype=symbols.dtype)
