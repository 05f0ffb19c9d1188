"""Misspelt words stand out: the shipped model on a page of prose with slips planted in it."""

import re
from dataclasses import dataclass

import numpy as np
import pytest

from charlm_core import Model, Surprises, load

PAGE = """\
The lighthouse at the end of the harbour had been empty for eleven years when my uncle bought it,
and nobody in the village believed that he meant to live there. He was a quiet man who had spent
most of his life in an office, counting things that belonged to other people, and he had never
owned anything larger than a bicycle. But in the spring of that year he sold the bicycle, packed two
suitcases, and walked down the hill with the keys in his hand.

I went to see him in the summer. The road ended at a wooden gate, and after the gate there was only
a path across the rocks, so I left my shoes on the grass and climbed the rest of the way with bare
feet. The door stood open. Inside it was cool and smelled of paint, and somewhere above me I could
hear him singing. He had scrubbed the stairs, mended the windows, and hung a clean curtain in front
of every one of them, although there was no neighbour for half a mile who might have looked in.

"You must be hungry," he said, and before I could answer he had put bread and cheese on the table,
and a bowl of small green apples from the tree behind the church. We ate without talking much. When
the plates were empty he showed me the lamp. It no longer worked, of course; the company had taken
the heavy parts away, and what remained was a circle of thick glass which caught the evening sun and
threw it in pieces against the wall. He turned it slowly with one finger, and the whole room moved.

"People ask me whether I am lonely," he said. "I tell them that I have never had so much company.
The birds arrive at six, and the fishermen an hour later, and in the afternoon the children come
down from the school to see whether I have fallen into the water." He laughed, and for a moment he
looked like the young man in the photograph that my mother kept beside her bed.

Later a storm came in from the west. We stood together at the highest window and watched the clouds
gather over the islands, first white, then yellow, then a dark and dirty blue. The wind pulled at
the shutters and the rain began to beat upon the glass. I was frightened, though I would not have
admitted it, but my uncle only opened the notebook that he carried in his pocket and wrote down the
time, the direction of the wind, and the height of the waves. He had written something on every page
since the day he moved in. Nobody had asked him to do it, and nobody would ever read it, and I
thought that I had never seen anyone so perfectly content.

In the morning the sea was flat again. He walked with me as far as the gate, gave me an apple for
the journey, and shook my hand as if I had been a grown man. When I turned round at the top of the
hill he was already back at work, painting the railing white.
"""
"""Ordinary prose, written for this test."""

PLANTED = 20


@dataclass(frozen=True)
class Slip:
    """A misspelt word, and where it stands in the page."""

    start: int
    word: str
    meant: str


def misspelt(word: str, kind: int, rng: np.random.Generator) -> str:
    """The word with a letter inside it doubled, left out, changed with the next, or mistyped."""
    while True:
        at = int(rng.integers(1, len(word) - 1))
        other = chr(int(rng.integers(ord("a"), ord("z") + 1)))
        found = (
            word[: at + 1] + word[at:],
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + other + word[at + 1 :],
        )[kind]
        if found != word:
            return found


def with_slips(seed: int) -> tuple[str, list[Slip]]:
    """The page with a slip in PLANTED of its words, five of each kind; the dice choose them all."""
    rng = np.random.default_rng(seed)
    words = list(re.finditer(r"\b[a-z]{5,}\b", PAGE))
    chosen = sorted(rng.choice(len(words), PLANTED, replace=False).tolist())
    kinds = rng.permutation(PLANTED) % 4
    text, end, slips = "", 0, []
    for index, kind in zip(chosen, kinds.tolist(), strict=True):
        match = words[index]
        text += PAGE[end : match.start()]
        slip = Slip(len(text), misspelt(match[0], kind, rng), match[0])
        slips.append(slip)
        text, end = text + slip.word, match.end()
    return text + PAGE[end:], slips


def among_the_most_surprising(model: Model, text: str, slips: list[Slip]) -> list[Slip]:
    """Those with a letter among the twentieth of all characters that surprises the model most."""
    bits = Surprises(model).feed(text)
    bound = np.sort(bits)[-len(text) // 20]
    return [slip for slip in slips if bits[slip.start : slip.start + len(slip.word)].max() >= bound]


@pytest.mark.parametrize("seed", range(1, 6))
def test_misspelt_words_stand_out(seed: int) -> None:
    """Of 20 slips in an English page at least 17 are tinted as its most surprising places."""
    text, slips = with_slips(seed)
    assert len({slip.start for slip in slips}) == PLANTED
    assert all(text.startswith(slip.word, slip.start) for slip in slips)
    found = among_the_most_surprising(load("english"), text, slips)
    assert len(found) >= 17, [slip.word for slip in slips if slip not in found]
