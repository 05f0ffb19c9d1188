"""A text that grows at its end, wrapped."""

from hypothesis import given
from hypothesis import strategies as st

from tui.text.sheet import Sheet

PIECES = st.lists(st.text("ab \n\t字e\u0301👍", max_size=12), max_size=8)


@given(pieces=PIECES, width=st.integers(1, 12))
def test_grown_and_wrapped_at_once_are_the_same(pieces: list[str], width: int) -> None:
    """However it comes, the rows are those of the whole text."""
    growing, text = Sheet(), ""
    for piece in pieces:
        text += piece
        growing.lay(text, width)
    whole = Sheet()
    whole.lay(text, width)
    assert growing.rows == whole.rows


@given(pieces=PIECES, width=st.integers(1, 12))
def test_rows_hold_all_of_the_text(pieces: list[str], width: int) -> None:
    """One behind the other, with nothing but line breaks between them."""
    text = "".join(pieces)
    sheet = Sheet()
    sheet.lay(text, width)
    at = 0
    for start, end in sheet.rows:
        assert text[at:start] in ("", "\n")
        assert "\n" not in text[start:end]
        at = end
    assert at == len(text)


def test_words_stay_whole_and_lines_end_where_they_do() -> None:
    """Wrapped after blanks, at another width anew, and from the start with another text."""
    sheet = Sheet()
    sheet.lay("the quick\n\nfox", 6)
    assert sheet.rows == [(0, 4), (4, 9), (10, 10), (11, 14)]
    sheet.lay("the quick\n\nfox", 20)
    assert sheet.rows == [(0, 9), (10, 10), (11, 14)]
    sheet.lay("the", 20)
    assert sheet.rows == [(0, 3)]
