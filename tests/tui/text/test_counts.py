"""Words, counted in slices and kept up to date."""

from hypothesis import given
from hypothesis import strategies as st

from tui.text.buffer import Buffer
from tui.text.counts import AT_ONCE, ROWS, WordCount

TEXT = st.text("ab \n\t字", max_size=40)


@given(text=TEXT, inserts=st.lists(TEXT, max_size=4), data=st.data())
def test_a_count_follows_changes(text: str, inserts: list[str], data: st.DataObject) -> None:
    """After any change it is what counting anew gives."""
    buffer = Buffer(text)
    count = WordCount(buffer)
    assert count.words == len(text.split())
    for insert in inserts:
        rows = st.integers(0, len(buffer.lines) - 1)
        top, bottom = sorted(data.draw(st.tuples(rows, rows)))
        left = data.draw(st.integers(0, len(buffer.lines[top])))
        right = data.draw(st.integers(left if top == bottom else 0, len(buffer.lines[bottom])))
        count.changed(buffer.replace((top, left), (bottom, right), insert))
        assert count.words == len(buffer.text.split())


def test_a_long_text_is_counted_in_slices() -> None:
    """What changes meanwhile is in the count, wherever it is."""
    buffer = Buffer("some words here\n" * (AT_ONCE // 10))
    count = WordCount(buffer)
    count.advance(0)
    assert not count.done
    count.changed(buffer.replace((0, 0), (0, 0), "more "))
    count.changed(buffer.replace((ROWS - 1, 0), (ROWS + 3, 4), "x"))
    count.advance(0)
    end = len(buffer.lines) - 2
    count.changed(buffer.replace((end, 0), (end, 4), ""))
    count.advance(float("inf"))
    assert count.words == len(buffer.text.split())
