"""What there is to learn in a text: what is new in it, in its order, once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core.predict import lessons
from charlm_core.predict.lessons import LEAST_SHARED, STALE_LINES, Ledger

LINES = st.lists(st.text("ab ", max_size=8), max_size=8)
WORDS = st.sampled_from(["", " ", "once upon a time", "there was a", "king who had", "none", "xy"])


def new(ledger: Ledger, text: str) -> list[str]:
    """The parts of a text that are new."""
    return [text[start:end] for start, end in ledger.take(text)]


@given(st.lists(LINES.map("\n".join), max_size=6))
def test_spans_are_parts_of_the_text_in_its_order(texts: list[str]) -> None:
    """However a document changes, what is learned are parts of it, none of them twice."""
    ledger = Ledger()
    for text in texts:
        spans = ledger.take(text)
        edges = [edge for span in spans for edge in span]
        assert edges == sorted(edges)
        assert all(start < end <= len(text) for start, end in spans)
        assert ledger.take(text) == []


@given(LINES)
def test_all_of_a_new_text_is_new(lines: list[str]) -> None:
    """The first time all lines are learned, but for blank ones where a text begins or ends."""
    text = "\n".join(lines)
    parts = new(Ledger(), text)
    if not text.strip():
        assert parts == []
    else:
        assert len(parts) == 1
        assert parts[0].strip() == text.strip()


@given(st.lists(WORDS, max_size=12), st.data())
def test_lines_that_were_there_are_known(lines: list[str], data: st.DataObject) -> None:
    """Moved, deleted, deleted and typed again: a line that was there before teaches nothing."""
    ledger = Ledger()
    ledger.take("\n".join(lines))
    before = dict(ledger.lines)
    for _ in range(3):
        order = data.draw(st.permutations(lines))
        some = order[: data.draw(st.integers(0, len(lines)))]
        assert new(ledger, "\n".join(some)) == []
    assert ledger.lines == before


@given(st.lists(WORDS, min_size=1, max_size=12), WORDS.filter(str.strip), st.data())
def test_only_the_new_line_is_new(lines: list[str], line: str, data: st.DataObject) -> None:
    """Among known ones, wherever it stands; once more than before is new as well."""
    ledger = Ledger()
    ledger.take("\n".join(lines))
    line = f"{line}!"
    place = data.draw(st.integers(0, len(lines)))
    text = "\n".join([*lines[:place], line, *lines[place:]])
    end = "\n" if place < len(lines) else ""
    assert new(ledger, text) == [line + end]
    assert new(ledger, f"{text}\n{line}") == [line]


def test_only_what_changed_in_a_line_is_new() -> None:
    """What stands before and behind it was learned already."""
    ledger = Ledger()
    assert new(ledger, "The king is gone to bed.\nGood night.") == [
        "The king is gone to bed.\nGood night."
    ]
    assert new(ledger, "The king is never gone to bed.\nGood night.") == ["never "]
    assert new(ledger, "The king is never gone to bed again.\nGood night.") == [" again"]
    assert new(ledger, "So! The king is never gone to bed again.\nGood night.") == ["So! "]
    # The line goes on at its end, and what ends it comes with that.
    assert new(ledger, "So! The king is never gone to bed again. Or is he?\nGood night.") == [
        " Or is he?\n"
    ]
    # Of what was only taken away nothing is left to learn.
    assert new(ledger, "So! The king is again. Or is he?\nGood night.") == []


def test_a_line_written_bit_by_bit_is_learned_bit_by_bit() -> None:
    """Each time the text is kept only what has come to it is new."""
    ledger, parts = Ledger(), []
    text = "It was a dark and stormy night; the rain fell in torrents."
    for end in (10, 30, 31, 40, len(text)):
        parts += new(ledger, text[:end])
    assert "".join(parts) == text


def test_lines_that_share_next_to_nothing_are_not_versions_of_one() -> None:
    """A short line in common is chance: all of the new line is learned."""
    ledger = Ledger()
    ledger.take("abc" + "d" * 9)
    line = "abc" + "e" * 9
    assert LEAST_SHARED == 4
    assert new(ledger, line) == [line]
    assert new(ledger, "abcd" + "f" * 9) == ["f" * 9]


def test_a_line_gone_long_ago_is_known_whole_but_not_by_its_parts() -> None:
    """Only the latest lines that are gone are searched for what a line was before."""
    ledger = Ledger()
    first = "the very first line of them"
    ledger.take(first)
    for number in range(STALE_LINES + 1):
        ledger.take(f"{number}:{number * 7919}")
    assert new(ledger, first) == []
    assert new(ledger, f"{first}!") == [f"{first}!"]


def test_blank_lines_between_new_ones_join_them() -> None:
    """Paragraphs typed one after the other are learned as one text."""
    ledger = Ledger()
    ledger.take("known line")
    assert new(ledger, "one\n\n  \ntwo\nknown line\nthree") == ["one\n\n  \ntwo\n", "three"]


@given(st.lists(LINES.map("\n".join), max_size=4), LINES.map("\n".join))
def test_a_ledger_goes_on_from_what_was_saved(texts: list[str], text: str) -> None:
    """Closing the editor in between makes no difference."""
    one, other = Ledger(), Ledger()
    for earlier in texts:
        one.take(earlier)
        other.take(earlier)
        other = Ledger(dict(other.lines))
    assert one.take(text) == other.take(text)


def test_versions_of_a_long_line_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A paragraph that one works at for a year is remembered in its latest versions alone."""
    monkeypatch.setattr(lessons, "MOST_GONE", 100)
    ledger, line = Ledger(), "word " * 8
    for number in range(50):
        spans = ledger.take(line + "x" * number)
        assert sum(end - start for start, end in spans) == (1 if number else len(line))
    assert sum(map(len, ledger.lines)) <= 100 + len(line) + 50
    assert not ledger.take(line + "x" * 49)
