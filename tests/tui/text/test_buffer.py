"""The text being edited, against a string, and what can be undone of it."""

from hypothesis import given
from hypothesis import strategies as st

from tui.text.buffer import Buffer, Change, Location, Selection
from tui.text.history import MEMORY, PAUSE_SECONDS, History

ODD_TEXT = st.text("ab \t\n\r\x0b\x0c\x1b\x85\u2028字é\u0301👩‍💻", max_size=40)
CURSOR = Selection()


def places(text: str) -> list[Location]:
    """The location of each index of a text."""
    return [
        (text.count("\n", 0, index), index - text.rfind("\n", 0, index) - 1)
        for index in range(len(text) + 1)
    ]


@given(text=ODD_TEXT, insert=ODD_TEXT, data=st.data())
def test_buffer_is_a_string_with_lines(text: str, insert: str, data: st.DataObject) -> None:
    """Replacing a range changes the text as it would change a string, and reversing restores it."""
    buffer = Buffer(text)
    index = st.integers(0, len(text))
    first, last = sorted(data.draw(st.tuples(index, index)))
    known = places(text)
    change = buffer.replace(known[first], known[last], insert)
    result = text[:first] + insert + text[last:]
    assert buffer.text == result
    assert buffer.chars == len(result)
    assert change.removed == text[first:last]
    assert change.stop == places(result)[first + len(insert)]
    assert buffer.text_between(change.start, change.stop) == insert
    back = change.reversed
    buffer.replace(back.start, back.end, back.inserted)
    assert buffer.text == text
    assert buffer.chars == len(text)


@given(text=ODD_TEXT, insert=ODD_TEXT, data=st.data())
def test_locations_move_with_the_text(text: str, insert: str, data: st.DataObject) -> None:
    """A location before a change stays, one behind it moves along, one within goes to its end."""
    index = st.integers(0, len(text))
    first, last = sorted(data.draw(st.tuples(index, index)))
    at = data.draw(index)
    known = places(text)
    change = Change(known[first], known[last], text[first:last], insert)
    moved = at if at < first else max(at, last) - last + first + len(insert)
    assert change.moved(known[at]) == places(text[:first] + insert + text[last:])[moved]


def test_locations_that_are_not_there() -> None:
    """They count as the nearest that are."""
    buffer = Buffer("ab\ncde")
    assert [buffer.clamp(at) for at in ((-1, 5), (0, 9), (1, -2), (7, 0))] == [
        (0, 0),
        (0, 2),
        (1, 0),
        (1, 3),
    ]


def typed(history: History, text: str, column: int = 0, at: float = 0.0) -> None:
    """Type one character after another."""
    for step, character in enumerate(text, column):
        here = Selection.cursor((0, step))
        there = Selection.cursor((0, step + 1))
        history.note([Change((0, step), (0, step), "", character)], here, there, at)


def at_saved(history: History) -> bool:
    """Whether the text is as it was saved."""
    return history.at_saved


def test_a_stretch_of_typing_is_one_step() -> None:
    """Undo takes back what was typed in one go, and no more."""
    history = History()
    typed(history, "abc")
    typed(history, "def", 3, at=PAUSE_SECONDS + 1)
    step = history.undo()
    assert step is not None
    assert step.changes == [Change((0, 3), (0, 3), "", "def")]
    assert step.before == Selection.cursor((0, 3))
    step = history.undo()
    assert step is not None
    assert step.changes == [Change((0, 0), (0, 0), "", "abc")]
    assert history.undo() is None


def test_deleting_is_one_step_in_either_direction() -> None:
    """What was taken away key by key comes back at once, in its order."""
    for first, second in ((1, 0), (1, 1)):
        history = History()
        history.note([Change((0, 1), (0, 2), "b", "")], CURSOR, CURSOR, 0.0)
        history.note([Change((0, second), (0, second + 1), "x", "")], CURSOR, CURSOR, 0.0)
        step = history.undo()
        assert step is not None
        assert step.changes[0].removed == ("xb" if second < first else "bx")
        assert history.undo() is None


def test_steps_end() -> None:
    """At a line break, where the editor says so, and after a save."""
    history = History()
    typed(history, "ab")
    history.note([Change((0, 2), (0, 2), "", "\n")], Selection.cursor((0, 2)), CURSOR, 0.0)
    assert (step := history.undo()) is not None
    assert step.changes[0].inserted == "\n"
    history.redo()
    typed(history, "a")
    history.close()
    typed(history, "b", 1)
    assert (step := history.undo()) is not None
    assert step.changes[0].inserted == "b"
    history.mark_saved()
    typed(history, "c", 1)
    assert not at_saved(history)
    history.undo()
    assert at_saved(history)


def test_the_way_back_to_what_was_saved() -> None:
    """It is known whether undoing came back to the file, also once that is out of reach."""
    history = History()
    assert at_saved(history)
    typed(history, "a")
    assert not at_saved(history)
    history.undo()
    assert at_saved(history)
    history.redo()
    history.mark_saved()
    history.undo()
    assert not at_saved(history)
    history.redo()
    assert at_saved(history)
    history.undo()
    typed(history, "b")
    # What was saved can't be redone any more.
    history.undo()
    assert not at_saved(history)


def test_the_oldest_steps_go_first() -> None:
    """Memory for undo is bounded; what is left can still be undone."""
    history = History()
    block = "x" * (MEMORY // 4)
    for row in range(6):
        history.note([Change((row, 0), (row, 0), "", block)], CURSOR, CURSOR, 10.0 * row)
    assert not at_saved(history)
    rows = []
    while step := history.undo():
        rows.append(step.changes[0].start[0])
    assert rows == [5, 4, 3]
    assert not at_saved(history)
