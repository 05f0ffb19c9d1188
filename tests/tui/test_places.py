"""Places in a text as a person types them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.text.buffer import Location
from tui.text.places import PlaceError, place

LINES = [f"{'x' * row}" for row in range(200)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", (0, 0)),
        ("12", (11, 0)),
        (" 12 ", (11, 0)),
        ("+12", (11, 0)),
        ("12:5", (11, 4)),
        ("12 : 5", (11, 4)),
        ("12:500", (11, 11)),
        (":3", (5, 2)),
        ("-1", (199, 0)),
        ("-200", (0, 0)),
        ("-1000", (0, 0)),
        ("12:-1", (11, 11)),
        ("12:-3", (11, 9)),
        ("1000", (199, 0)),
        ("9" * 5000, (199, 0)),
        ("0%", (0, 0)),
        ("50%", (100, 0)),
        ("100%", (199, 0)),
        ("12.5 %", (25, 0)),
        ("12,5%", (25, 0)),
        ("50%:3", (100, 2)),
    ],
)
def test_where_it_is(text: str, expected: Location) -> None:
    """From 1, from the end, or in percent; beyond an end is that end."""
    assert place(text, LINES, (5, 3)) == expected


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "a line, as in 12, 12:5, -1 or 50%"),
        (":", "a line, as in 12, 12:5, -1 or 50%"),
        ("twelve", "a line, as in 12, 12:5, -1 or 50%"),
        ("1:2:3", "a line, as in 12, 12:5, -1 or 50%"),
        ("12:", "a line, as in 12, 12:5, -1 or 50%"),
        ("-5%", "a line, as in 12, 12:5, -1 or 50%"),
        ("١٢", "a line, as in 12, 12:5, -1 or 50%"),
        ("0", "the first line is 1"),
        ("12:0", "the first column is 1"),
        ("101%", "more than 100%"),
    ],
)
def test_what_is_wrong(text: str, fault: str) -> None:
    """It is told in a line."""
    with pytest.raises(PlaceError) as caught:
        place(text, LINES)
    assert str(caught.value) == fault


@given(
    st.text(alphabet="0123456789:-+%., x", max_size=12),
    st.lists(st.text(max_size=5), min_size=1, max_size=5),
)
def test_it_is_always_in_the_text(text: str, lines: list[str]) -> None:
    """Whatever is typed is a place that there is, or a fault."""
    try:
        row, column = place(text, lines)
    except PlaceError:
        return
    assert 0 <= row < len(lines)
    assert 0 <= column <= len(lines[row])
