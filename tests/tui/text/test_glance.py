"""A glance at a text takes in its beginning and what is around the cursor, and no more."""

from hypothesis import given
from hypothesis import strategies as st

from tui.text.buffer import Buffer
from tui.text.glance import AROUND, BEGINNING, backward, forward, glance


def test_a_short_text_is_seen_whole() -> None:
    """Once, wherever the cursor is."""
    text = "one\n\ntwo three\nfour"
    buffer = Buffer(text)
    for cursor in ((0, 0), (1, 0), (2, 5), buffer.end):
        assert glance(buffer, cursor) == text


def test_of_a_long_text_two_parts_are_seen() -> None:
    """Its beginning, and what is around the cursor."""
    buffer = Buffer("a\n" * 100_000 + "b" * 50 + "\n" + "c\n" * 100_000)
    seen = glance(buffer, (100_000, 20))
    assert len(seen) == BEGINNING + AROUND
    assert seen.startswith("a\na\n")
    assert seen.count("b") == 50
    assert seen.endswith("c\nc")


def test_one_line_of_50_megabytes() -> None:
    """It is not copied: no more is seen of it than of any other text."""
    buffer = Buffer("x" * 50_000_000)
    assert len(glance(buffer, (0, 25_000_000))) == BEGINNING + AROUND
    assert len(glance(buffer, buffer.end)) == BEGINNING + AROUND // 2


@given(st.text(st.sampled_from("ab\n"), max_size=40), st.integers(0, 50), st.integers(0, 50))
def test_going_forward_and_back(text: str, start: int, chars: int) -> None:
    """So many characters on are so many characters of the text, line ends counted."""
    buffer = Buffer(text)
    start = min(start, len(text))
    here = forward(buffer, (0, 0), start)
    assert buffer.text_between((0, 0), here) == text[:start]
    there = forward(buffer, here, chars)
    assert buffer.text_between(here, there) == text[start : start + chars]
    back = backward(buffer, here, chars)
    assert buffer.text_between(back, here) == text[max(0, start - chars) : start]
