"""The most surprising words of a text, however it comes."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tui.services.surprising import LONGEST, MostSurprising, Place


def places_of(count: int, text: str, bits: list[float], cuts: list[int]) -> tuple[Place, ...]:
    """The places found in a text that comes cut."""
    found = MostSurprising(count)
    for start, end in pairwise([0, *sorted(cuts), len(text)]):
        found.take(text[start:end], np.array(bits[start:end], dtype=np.float32))
    return found.places()


def bits_for(text: str, seed: int = 0) -> list[float]:
    """Some bits for each character."""
    return [float(b) for b in np.random.default_rng(seed).integers(0, 40, len(text)) / 4]


@given(st.text("ab é'.\n", max_size=60), st.lists(st.integers(0, 60), max_size=5))
def test_pieces_make_no_difference(text: str, cuts: list[int]) -> None:
    """A file of any size has the same most surprising words, however it is read."""
    cuts = [min(cut, len(text)) for cut in cuts]
    bits = bits_for(text)
    assert places_of(4, text, bits, cuts) == places_of(4, text, bits, [])


@given(st.text("ab é'.\n", max_size=60), st.integers(1, 6))
def test_a_place_is_where_an_editor_finds_it(text: str, count: int) -> None:
    """Line and column lead to the very character; the most surprising come first."""
    bits = bits_for(text, seed=count)
    found = places_of(count, text, bits, [len(text) // 2])
    lines = text.split("\n")
    for place in found:
        line = lines[place.line - 1]
        at = sum(len(one) + 1 for one in lines[: place.line - 1]) + place.column - 1
        assert at == place.at
        assert place.bits == bits[at]
        assert line[place.column - 1] == text[at] in place.text
        assert not place.text.isspace()
    assert [place.bits for place in found] == sorted((p.bits for p in found), reverse=True)
    everything = places_of(999, text, bits, [])
    assert found == everything[:count]


def test_a_word_counts_once_by_its_worst_letter() -> None:
    """A misspelt word is one place, pointed at where the slip is; blanks are none."""
    text = "the lighthuose, don't\nend"
    bits = [1.0] * len(text)
    bits[10], bits[11], bits[3], bits[18] = 9.0, 12.0, 30.0, 7.0
    first, second, third = places_of(3, text, bits, [])
    assert (first.text, first.line, first.column, first.bits) == ("lighthuose", 1, 12, 12.0)
    assert (second.text, second.at) == ("don't", 18)
    # Of those that tie the earlier.
    assert third.text == "the"


def test_without_blanks_it_keeps_no_more_than_it_must() -> None:
    """A text that is one long line of letters is looked at all the same, in little memory."""
    found = MostSurprising(2)
    for piece in range(20):
        bits = np.zeros(LONGEST, dtype=np.float32)
        bits[7] = piece
        found.take("x" * LONGEST, bits)
        assert len(found._text) <= LONGEST
    first, second = found.places()
    assert (first.bits, second.bits) == (19.0, 18.0)
    assert (first.at, first.line, first.column) == (19 * LONGEST + 7, 1, 19 * LONGEST + 8)


def test_nothing_surprises_nobody() -> None:
    """An empty text has no places, nor one of blanks."""
    assert places_of(3, "", [], []) == places_of(3, " \n\t ", [9.0] * 4, []) == ()
