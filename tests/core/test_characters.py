"""What a terminal is shown in place of characters that could instruct it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core.characters import is_control, one_line

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    "character", ["\x1b", "\0", "\n", "\x7f", "\x9b", "\u202e", "\u200b", "\ufeff", "\ud800"]
)
def test_characters_that_instruct_or_hide_are_controls(character: str) -> None:
    """Escape, line ends, direction overrides, invisible marks: none is drawn as it is."""
    assert is_control(character)


@pytest.mark.parametrize("character", ["a", " ", "é", "ж", "\u0301", "🙂", "\ufffd", "\xa0"])
def test_characters_that_are_drawn_are_not_controls(character: str) -> None:
    """Letters of any script, spaces, combining marks and emoji are drawn."""
    assert not is_control(character)


def test_a_message_shows_what_it_holds() -> None:
    """An escape is seen as its picture, a line end as a space, a hidden mark as its number."""
    assert one_line("red\x1b[31m") == "red␛[31m"
    assert one_line("two\nlines\r\n") == "two lines  "
    assert one_line("a\x7fb") == "a␡b"
    assert one_line("a\x9bb") == "a\\u{9b}b"
    assert one_line("evil\u202etxt") == "evil\\u{202e}txt"
    assert one_line("прочее é 🙂") == "прочее é 🙂"


@given(ANY_TEXT)
def test_any_text_becomes_one_printable_line(text: str) -> None:
    """Whatever a message holds, it takes one line, and nothing in it reaches the terminal raw."""
    line = one_line(text)
    assert not any(map(is_control, line))
    assert len(line) <= 1000
    line.encode()


def test_a_long_message_keeps_both_ends() -> None:
    """The file named first and the fault told last are both still there."""
    line = one_line("start" + "x\x9b" * 100_000 + "end")
    assert line.startswith("start")
    assert line.endswith("end")
    assert " … " in line
    assert len(line) == 1000
