"""Giving a trained network the symbols that its texts lacked, so that it learns them as one types.

Left to itself such a symbol would be untrained: noise on the way in. It is made of its kin instead,
which a dollar's context takes for some sign and a digit's for some number, and is hardly expected
until the output layer and the memory have seen it in a person's own text.

So would the unknown symbol be, of texts that have it one time in a hundred thousand: after a
sentence in another script a text then takes 7% more bits for hundreds of characters, or none, as
luck has it. It is made to be read as running text, and what follows takes 1% more at most.
"""

import unicodedata
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from charlm_core.checkpoint import Checkpoint
from charlm_core.folding import stand_ins
from charlm_core.vocab import Vocab
from charlm_core.weights import Tensors

RESERVE = 6.0
"""How many nats less likely than its kin a new symbol is: fifteen of them together take so little
from the others that a Russian text costs 0.0005 bits a character more."""

SPACES = 0.2
"""How much of the unknown symbol is a space, the rest being a letter: one in five, as in words."""

TYPED = "\t\n" + "".join(map(chr, range(ord(" "), ord("~") + 1)))
"""What people type in any language: printable ASCII, tabs and line ends."""

TYPED_IN_CYRILLIC = "«»ЁЙё№—"
"""What they type besides in Russian, and some texts hardly have."""

_RUSSIAN = frozenset("абвгдежзиклмнопрстуфхцчшщыьэюя")
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")


def typed_characters(vocab: Vocab) -> str:
    """What people type today who write what a model with this vocabulary was trained on."""
    return TYPED + TYPED_IN_CYRILLIC if set(vocab.symbols) >= _RUSSIAN else TYPED


def widened(checkpoint: Checkpoint, characters: str) -> Checkpoint:
    """The same network with symbols for `characters` as well; the others keep their weights.

    Raises ConfigError for what can be no symbol.
    """
    before = checkpoint.config.vocab
    fresh = {character for character in characters if character not in before}
    symbols = (before.symbols[0], *sorted((*before.symbols[1:], *fresh)))
    config = replace(checkpoint.config, vocabulary=symbols)
    tensors = revocalized(checkpoint, config.vocab)
    for index, symbol in enumerate(symbols):
        if symbol in fresh:
            tensors["output.bias"][index] -= RESERVE
    _read_as_running_text(tensors["embedding.weight"], config.vocab)
    return replace(checkpoint, config=config, tensors=tensors)


def revocalized(checkpoint: Checkpoint, vocab: Vocab) -> Tensors:
    """The weights of the same network over another vocabulary.

    Symbols that both have keep their weights; one that is new gets the mean of its kin's.
    """
    before = checkpoint.config.vocab
    models = [
        [before.id_of(symbol)] if not index or symbol in before else kin(symbol, before)
        for index, symbol in enumerate(vocab.symbols)
    ]
    tensors = dict(checkpoint.tensors)
    for name in ("embedding.weight", "output.weight", "output.bias"):
        # (V, E), (V, H) and (V,), each with a row for every symbol.
        tensors[name] = np.stack([tensors[name][rows].mean(axis=0) for rows in models])
    return tensors


def _read_as_running_text(rows: npt.NDArray[np.floating], vocab: Vocab) -> None:
    """Give the unknown symbol, of the rows (V, E), one made of a space and an average letter."""
    letters = [vocab.id_of(letter) for letter in sorted(_letters(vocab))]
    if letters and " " in vocab:
        rows[0] = (1 - SPACES) * rows[letters].mean(axis=0) + SPACES * rows[vocab.id_of(" ")]


def _letters(vocab: Vocab) -> set[str]:
    """The small letters that most of a vocabulary's text is written with, if it has any."""
    for alphabet in (_RUSSIAN, _LATIN):
        if alphabet <= set(vocab.symbols):
            return set(alphabet)
    return {symbol for symbol in vocab.symbols if symbol.islower()}


def kin(character: str, vocab: Vocab) -> list[int]:
    """The symbols that a character outside the vocabulary is most like.

    The letter it stands beside, or the space; else all of its Unicode category, or of that
    category's kind; the unknown symbol where there is none.
    """
    if character.isalpha() or character.isspace():
        near = [other for other in stand_ins(character) if other in vocab]
        if near:
            return [vocab.id_of(near[0])]
    category = unicodedata.category(character)
    for kind in (category, category[0]):
        found = [
            index
            for index, symbol in enumerate(vocab.symbols)
            if index and unicodedata.category(symbol).startswith(kind)
        ]
        if found:
            return found
    return [0]
