"""Text on a screen: where lines break, where characters stand, where the cursor goes."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.text import moves
from tui.text.buffer import Buffer
from tui.text.layout import Layout
from tui.text.visible import visible
from tui.text.wrap import Row, clusters, first_section, is_simple

ODD_TEXT = st.text("ab  .\t\x1b\u200d字é\u0301👩🇩🇪❤\ufe0f", max_size=60)
WIDTH = st.integers(1, 12)


def sections(row: Row) -> list[tuple[int, int]]:
    """All of a row."""
    return [row.bounds(index) for index in range(row.count)]


@given(text=ODD_TEXT, width=WIDTH)
def test_sections_make_up_the_line(text: str, width: int) -> None:
    """The screen lines of a row, put together, are the row, and none is too wide."""
    bounds = sections(Row(text, width, 4))
    assert "".join(text[start:end] for start, end in bounds) == text
    for start, end in bounds:
        found = clusters(text[start:end], 4)
        cells = sum(cluster.width for cluster in found)
        widest = max((cluster.width for cluster in found), default=0)
        blank = bool(found) and text[start:end][found[-1].start].isspace()
        # One character is drawn however narrow the screen is; a blank may hang over.
        assert cells <= width or blank or len(found) == 1 or cells == widest


def test_lines_break_after_blanks() -> None:
    """Words stay whole where they fit, and text stays behind its indentation."""
    line = "one two  three verylongword"
    assert [line[start:end] for start, end in sections(Row(line, 8, 4))] == [
        "one two  ",
        "three ",
        "verylong",
        "word",
    ]
    line = "    verylongword"
    assert first_section(line, 0, 8, 4) == 8
    assert first_section("字字字字", 0, 5, 4) == 2
    assert first_section("a\tbc", 0, 4, 4) == 2


@given(text=ODD_TEXT, insert=st.text("a 字\u0301", max_size=5), width=WIDTH, data=st.data())
def test_an_edited_row_is_wrapped_as_a_fresh_one(
    text: str, insert: str, width: int, data: st.DataObject
) -> None:
    """What is kept of the wrapping before a change is what would come out again."""
    column = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(column, len(text)))
    row = Row(text, width, 4)
    if data.draw(st.booleans()):
        assert row.count
    line = text[:column] + insert + text[end:]
    assert sections(row.edited(line, column)) == sections(Row(line, width, 4))


@given(text=ODD_TEXT, width=WIDTH, data=st.data())
def test_each_column_is_in_one_section(text: str, width: int, data: st.DataObject) -> None:
    """A column where a section begins is in that one; the last one holds the line's end."""
    column = data.draw(st.integers(0, len(text)))
    row = Row(text, width, 4)
    start, end = row.bounds(row.index(column))
    assert start <= column < end or column == len(text) == end
    assert row.has(row.count - 1)
    assert not row.has(row.count)


@given(ODD_TEXT)
def test_clusters_cover_the_text(text: str) -> None:
    """They follow each other without a gap, and are as wide as what is drawn."""
    found = clusters(text, 4)
    assert "".join(text[cluster.start : cluster.end] for cluster in found) == text
    x = 0
    for cluster in found:
        assert cluster.x == x
        x += cluster.width
        shown = text[cluster.start : cluster.end]
        if shown != "\t" and cluster.start:
            assert cluster.width == cell_len(visible(shown)) or cluster.width <= 2


def test_letters_of_most_alphabets_are_simple() -> None:
    """Each code that counts as simple is one cell wide, is drawn as it is, and joins nothing."""
    simple = [chr(code) for code in range(0x110000) if is_simple(chr(code))]
    assert {"a", "é", "я", "Ё", "ω", "—", "№", "…"} <= set(simple)
    for character in simple:
        assert cell_len(character) == 1
        assert cell_len(f"a{character}a") == 3
        assert visible(character) == character
    assert not any(map(is_simple, "\t\x1b\x7f\u00ad\u0301字👩\u200d\ufe0f\ud800"))


@given(st.text(max_size=50))
def test_simple_text_needs_no_measuring(text: str) -> None:
    """Where each character counts as one cell, it is one."""
    if is_simple(text):
        assert cell_len(text) == len(text)
        assert visible(text) == text


@given(text=st.text("ab \n\t字\u0301", max_size=60), width=WIDTH, data=st.data())
def test_walking_through_a_text(text: str, width: int, data: st.DataObject) -> None:
    """Down and up again is where it was, and every screen line comes by once, in order."""
    layout = Layout(Buffer(text), width)
    places = [(0, 0)]
    while (below := layout.next(places[-1])) is not None:
        assert layout.previous(below) == places[-1]
        assert below > places[-1]
        places.append(below)
    assert layout.walk((0, 0), len(places) + 5) == (places[-1], len(places) - 1)
    assert layout.walk(places[-1], -len(places)) == ((0, 0), len(places) - 1)
    assert layout.distance((0, 0), places[-1], 1000) == len(places) - 1
    index = data.draw(st.integers(0, len(places) - 1))
    row, section = places[index]
    start, _ = layout.row(row).bounds(section)
    assert layout.place((row, start)) == places[index]


@given(text=st.text("ab \n\t字", max_size=60), width=st.integers(2, 12), data=st.data())
def test_cells_and_locations(text: str, width: int, data: st.DataObject) -> None:
    """A character is found again where it is drawn."""
    buffer = Buffer(text)
    layout = Layout(buffer, width)
    row = data.draw(st.integers(0, len(buffer.lines) - 1))
    column = data.draw(st.integers(0, len(buffer.lines[row])))
    place, x = layout.place((row, column)), layout.x((row, column))
    assert layout.location(place, x) == (row, column)
    assert layout.place(layout.location(place, 1000)) == place


@given(text=st.text("ab \n字", max_size=80), width=WIDTH, data=st.data())
def test_a_layout_follows_changes(text: str, width: int, data: st.DataObject) -> None:
    """After any change each row is wrapped as if it had never been otherwise."""
    buffer = Buffer(text)
    layout = Layout(buffer, width)
    for _ in range(3):
        for row in range(len(buffer.lines)):
            layout.row(row).has(data.draw(st.integers(0, 3)))
        rows = st.integers(0, len(buffer.lines) - 1)
        top, bottom = sorted(data.draw(st.tuples(rows, rows)))
        left = data.draw(st.integers(0, len(buffer.lines[top])))
        right = data.draw(st.integers(left if top == bottom else 0, len(buffer.lines[bottom])))
        insert = data.draw(st.text("ab \n", max_size=6))
        layout.changed(buffer.replace((top, left), (bottom, right), insert))
        fresh = Layout(buffer, width)
        for row in range(len(buffer.lines)):
            assert sections(layout.row(row)) == sections(fresh.row(row))


@given(ODD_TEXT)
def test_right_and_left_pass_whole_characters(text: str) -> None:
    """From the start to the end and back in the same steps, never between a letter and its mark."""
    lines = [text]
    columns = [0]
    while columns[-1] < len(text):
        columns.append(moves.right(lines, (0, columns[-1]))[1])
    assert columns == sorted(set(columns))
    assert moves.right(lines, (0, len(text))) == (0, len(text))
    assert all(text[column] != "\u0301" or column == 0 for column in columns[:-1])


def test_moving_over_line_breaks() -> None:
    """They count as one character."""
    lines = ["ab", "", "c"]
    assert moves.right(lines, (0, 2)) == (1, 0)
    assert moves.left(lines, (1, 0)) == (0, 2)
    assert moves.left(lines, (0, 0)) == (0, 0)
    assert moves.word_right(lines, (0, 2)) == (1, 0)
    assert moves.word_left(lines, (2, 0)) == (1, 0)


def test_words() -> None:
    """A word to the right ends where it ends, one to the left begins where it begins."""
    lines = ["one  two.three e\u0301te\u0301 !!"]
    stops = [0]
    while stops[-1] < len(lines[0]):
        stops.append(moves.word_right(lines, (0, stops[-1]))[1])
    assert stops == [0, 3, 8, 14, 20, 23]
    stops = [len(lines[0])]
    while stops[-1]:
        stops.append(moves.word_left(lines, (0, stops[-1]))[1])
    assert stops == [23, 15, 9, 5, 0]
    assert moves.word_around(lines, (0, 6)) == ((0, 5), (0, 8))
    assert moves.word_around(lines, (0, 3)) == ((0, 3), (0, 5))
    assert moves.word_around([""], (0, 0)) == ((0, 0), (0, 0))


def test_paragraphs() -> None:
    """From one empty line to the next, and to the text's ends."""
    lines = ["a", "b", "", "", "c", "d"]
    assert moves.paragraph_down(lines, (0, 1)) == (2, 0)
    assert moves.paragraph_down(lines, (2, 0)) == (5, 1)
    assert moves.paragraph_up(lines, (5, 1)) == (3, 0)
    assert moves.paragraph_up(lines, (3, 0)) == (0, 0)
    assert moves.paragraph_up(lines, (0, 0)) == (0, 0)
