"""A text that goes round in circles is noticed, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import Loop
from charlm_core.predict.loops import LEAST, LONGEST_PERIOD, LoopWatch

PROSE = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, "
    "must be in want of a wife. However little known the feelings or views of such a man may be "
    "on his first entering a neighbourhood, this truth is so well fixed in the minds of the "
    "surrounding families, that he is considered as the rightful property of some one or other "
    "of their daughters. "
)


def watched(text: str) -> LoopWatch:
    """One that has seen a text."""
    watch = LoopWatch()
    watch.feed(text)
    return watch


def repeated(text: str, period: int) -> int:
    """How many characters at the end of a text are those a period before, one by one."""
    count = 0
    while count + period < len(text) and text[-1 - count] == text[-1 - count - period]:
        count += 1
    return count


def expected(text: str) -> Loop | None:
    """What should be told of a text, by looking at everything after every character."""
    loop = None
    for end in range(1, len(text) + 1):
        so_far = text[:end]
        if loop and so_far[-1] == so_far[-1 - loop.period]:
            continue
        loop = None
        for period in range(1, min(end, LONGEST_PERIOD + 1)):
            if (again := repeated(so_far, period)) >= max(2 * period, LEAST):
                loop = Loop(end - again - period, period)
                break
    return loop


# Circles within circles: parts that repeat, of parts that repeat.
WORDS = st.text("ab", min_size=1, max_size=4)
ROWS = st.tuples(WORDS, st.integers(1, 40)).map(lambda pair: pair[0] * pair[1])
BLOCKS = st.lists(ROWS, min_size=1, max_size=3).map("".join)
TEXTS = st.lists(st.tuples(BLOCKS, st.integers(1, 4)), max_size=3).map(
    lambda parts: "".join(block * times for block, times in parts)[:700]
)


@given(TEXTS)
def test_what_is_told_is_what_looking_everywhere_finds(text: str) -> None:
    """No circle is overlooked, and none is made up."""
    assert watched(text).loop == expected(text)


@given(TEXTS, st.integers(0, 700))
def test_it_matters_not_in_which_pieces_a_text_comes(text: str, cut: int) -> None:
    """A slow stream is marked as a quick one is."""
    watch = watched(text[:cut])
    watch.feed(text[cut:])
    assert (watch.loop, watch.chars) == (watched(text).loop, len(text))


@pytest.mark.parametrize("period", [1, 2, 7, 23, 24, 25, 100, 256])
def test_a_circle_is_noticed_once_it_has_gone_round_three_times(period: int) -> None:
    """The mark says where it began and how long it is, and goes when the text moves on."""
    circle = "".join(map(chr, range(1000, 1000 + period)))
    turns = circle * (LEAST + 3)
    needed = period + max(2 * period, LEAST)
    assert watched(PROSE + turns[: needed - 1]).loop is None
    for count in (needed, needed + 1, len(turns)):
        assert watched(PROSE + turns[:count]).loop == Loop(len(PROSE), period)
    assert watched(PROSE + turns + "!").loop is None
    # With nothing before it as well.
    assert watched(turns[:needed]).loop == Loop(0, period)
    assert watched(turns[: needed - 1]).loop is None


def test_a_circle_too_long_goes_unnoticed() -> None:
    """Nobody would call a chorus of several lines a fault of the model."""
    circle = "".join(map(chr, range(1000, 1000 + LONGEST_PERIOD + 1)))
    assert watched(circle * 5).loop is None
    assert watched(circle[1:] * 5).loop == Loop(0, LONGEST_PERIOD)


def test_prose_is_no_circle() -> None:
    """No false alarm: not over words that come again, nor over a short row of dots."""
    for text in (PROSE, "no, no, no, no, no, no", "Chapter 1 " + "." * LEAST + " 5\n"):
        watch = LoopWatch()
        for character in text:
            watch.saw(character)
            assert watch.loop is None


def test_a_long_text_takes_no_more_memory_than_a_short_one() -> None:
    """A stream may go on for ever, in a circle or not."""
    for text in (PROSE * 40, "ab" * 10_000, "".join(map(chr, range(1000, 21_000)))):
        watch = watched(text)
        assert watch.chars == len(text)
        assert len(watch._end) < 5000
