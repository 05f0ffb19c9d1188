"""Finding and replacing in a text, without a screen."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.text import pattern as patterns
from tui.text import search
from tui.text.buffer import Location
from tui.text.pattern import Pattern, PatternError, SearchError, TooSlowError, folded
from tui.text.search import Highlights, Match, Replacing, find_all, find_next, replacement

T = TypeVar("T")

TEXT = [
    "The cat sat on the mat.",
    "",
    "A cat, a Cat; concatenate.",
    "the end",
]


def all_of(steps: Iterable[T | None]) -> list[T]:
    """What a search yields between its pauses."""
    return [step for step in steps if step is not None]


def spans(line: str, text: str, **options: Any) -> list[tuple[int, int]]:
    """Where the matches are in one line."""
    return [
        (one.start[1], one.end[1]) for one in all_of(find_all([line], Pattern(text, **options)))
    ]


def found(lines: Sequence[str], pattern: Pattern, start: Location, **options: bool) -> Match | None:
    """The next match."""
    matches = all_of(find_next(lines, pattern, start, **options))
    assert len(matches) <= 1
    return matches[0] if matches else None


def replaced(lines: list[str], pattern: Pattern, template: str, *within: Location) -> str:
    """The text after all is replaced, from the end to the start."""
    lines = list(lines)
    span = (within[0], within[1]) if within else None
    replacing = Replacing(lines, pattern, template, span)
    assert set(replacing.steps()) <= {None}
    for start, end, text in reversed(replacing.edits):
        assert start[0] == end[0]
        lines[start[0]] = lines[start[0]][: start[1]] + text + lines[start[0]][end[1] :]
    return "\n".join(lines)


@pytest.fixture(params=[False, True])
def hurried(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Searches as they come, and with a pause wherever there can be one, in short blocks."""
    if request.param:
        monkeypatch.setattr(search, "SLICE_SECONDS", -1.0)
        monkeypatch.setattr(patterns, "_BLOCK", 2)
    return bool(request.param)


# What matches.


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("cat", {}, [(2, 5), (9, 12), (17, 20)]),
        ("Cat", {}, [(9, 12)]),
        ("cat", {"case": "exact"}, [(2, 5), (17, 20)]),
        ("CAT", {"case": "any"}, [(2, 5), (9, 12), (17, 20)]),
        ("cat", {"words": True}, [(2, 5), (9, 12)]),
        (".", {}, [(25, 26)]),
        ("c.t", {}, []),
        ("c.t", {"regular": True}, [(2, 5), (9, 12), (17, 20)]),
        ("C.t", {"regular": True}, [(9, 12)]),
        (r"\Wc", {"regular": True}, [(1, 3), (8, 10), (13, 15)]),
        (r"(?P<Pet>cat)", {"regular": True}, [(2, 5), (9, 12), (17, 20)]),
        (r"\p{Lu}", {"regular": True, "case": "exact"}, [(0, 1), (9, 10)]),
        ("cat|a", {"regular": True, "words": True}, [(0, 1), (2, 5), (7, 8), (9, 12)]),
        ("(?i)CAT", {"regular": True, "case": "exact"}, [(2, 5), (9, 12), (17, 20)]),
    ],
)
def test_what_matches(
    text: str, options: dict[str, Any], expected: list[tuple[int, int]], hurried: bool
) -> None:
    """An upper-case letter makes case count, unless said otherwise; in an escape it is none."""
    assert spans(TEXT[2], text, **options) == expected


def test_matches_do_not_overlap() -> None:
    """Each begins where the last one ended, so that all can be replaced."""
    assert spans("aaaaa", "aa") == [(0, 2), (2, 4)]


def test_whole_words() -> None:
    """A mark is part of the letter before it, an underscore of the word; a sign stands alone."""
    assert spans("naïve nai\u0308ve nai", "nai", words=True) == [(13, 16)]
    assert spans("a_b a", "a", words=True) == [(4, 5)]
    assert spans("x (a) f(a)", "(a)", words=True) == [(2, 5)]
    assert spans("aaa aa", "aa", words=True) == [(4, 6)]


def test_case_in_other_scripts() -> None:
    """What becomes two letters in lower case does not move what follows; final sigma is a sigma."""
    assert spans("İİ STRAẞE straße", "straße") == [(3, 9), (10, 16)]
    assert spans("ΟΔΟΣ οδος", "οδοσ") == [(0, 4), (5, 9)]
    assert spans("İx", "x") == [(1, 2)]
    assert spans("日本語テキスト日本", "日本") == [(0, 2), (7, 9)]


def test_folding_keeps_columns() -> None:
    """There is no character that becomes two."""
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert len(folded(every)) == len(every)
    for before in "aΣ ":
        assert len(folded(f"{before}Σ")) == 2


def test_empty_matches() -> None:
    """An expression may match nothing; that is a place."""
    assert spans("ab", "^", regular=True) == [(0, 0)]
    assert spans("abxd", "x*", regular=True) == [(0, 0), (1, 1), (2, 3), (3, 3), (4, 4)]
    assert all_of(find_all(["", ""], Pattern("$", regular=True))) == [
        Match((0, 0), (0, 0)),
        Match((1, 0), (1, 0)),
    ]


# Faults.


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("(a", "missing ) at character 3", 2),
        ("a)(b", "unbalanced parenthesis at character 2", 1),
        ("*a", "nothing to repeat at character 1", 0),
        ("[a", "unterminated character set at character 3", 2),
        ("ab\\", "bad escape (end of pattern) at character 4", 3),
    ],
)
def test_a_bad_expression(text: str, message: str, position: int) -> None:
    """What is wrong with it is told, and where; whole words make no difference."""
    for words in (False, True):
        with pytest.raises(PatternError) as caught:
            Pattern(text, regular=True, words=words)
        assert str(caught.value) == message
        assert caught.value.position == position
    assert Pattern(text)


def test_nothing_to_look_for() -> None:
    """An empty pattern is none."""
    with pytest.raises(PatternError, match="nothing to look for"):
        Pattern("")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("((a{1000}){1000}){1000}", "too many repetitions"),
        ("a{99999999}", "too many repetitions"),
        ("a{9999999999999999999999999999}", "too many repetitions"),
        ("(?:ab{100}c){0,101}", "too many repetitions"),
        ("[(]{5000}([)]{5000}){5000}", "too many repetitions"),
        (r"\({101}(a{101})", ""),
        ("[(]{101}(a{101})", ""),
        (r"\d{4}-\d{2}-\d{2}", ""),
        ("(" * 900 + "a" + ")" * 900, "too deeply nested"),
        ("a" * 2001, "longer than 2,000 characters"),
    ],
)
def test_an_expression_that_would_fill_the_memory(text: str, message: str) -> None:
    """It is refused before it is compiled."""
    if message:
        with pytest.raises(PatternError, match=message):
            Pattern(text, regular=True)
    else:
        assert Pattern(text, regular=True)


SLOW = [r"(a+)+$", r"(a|aa)+$", r"(.+)(.+)(.+)\3\2\1", r"(?:a?){50}a{50}b", r"(a(?R)?a)+z"]


@pytest.mark.parametrize("text", SLOW)
@pytest.mark.parametrize("long", [False, True])
def test_an_expression_that_would_never_end(text: str, long: bool) -> None:
    """It ends, whether the line is short or a megabyte long, and the line is named."""
    lines = ["b", "a" * (1_000_000 if long else 5_000) + "!"]
    with pytest.raises(TooSlowError, match=r"^too slow on line 2: make it simpler$"):
        all_of(find_next(lines, Pattern(text, regular=True), (1, 0)))
    highlights = Highlights(Pattern(text, regular=True))
    assert list(highlights(lines[1])) == []


def test_a_slow_expression_is_not_tried_on_each_line_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A screen of fifty lines would take five seconds."""
    tried: list[str] = []
    look = patterns._Regular.found

    def count(self: patterns._Regular, line: str) -> Iterator[patterns.Found]:
        tried.append(line)
        return look(self, line)

    monkeypatch.setattr(patterns._Regular, "found", count)
    highlights = Highlights(Pattern("(a+)+$", regular=True))
    for row in range(50):
        highlights("a" * 5_000 + f"!{row}")
    assert len(tried) == 1


@given(st.text(alphabet=r"ab()[]{}|*+?.^$\1<>=!:P-,0&~#dwsR", max_size=20), st.booleans())
def test_any_expression_works_or_is_refused(text: str, words: bool) -> None:
    """Nothing but a SearchError of one line comes of it."""
    lines = ["abab 110", "", "(a) [b]\\ {0}"]
    fault = None
    try:
        pattern = Pattern(text, regular=True, words=words)
        matches = all_of(find_all(lines, pattern))
        all_of(Replacing(lines, pattern, text).steps())
    except SearchError as error:
        fault = str(error)
    else:
        assert matches == sorted(matches, key=lambda one: (one.start, one.end))
    assert fault is None or (fault and fault.isprintable())


# Where the next match is.


def test_next_and_previous(hurried: bool) -> None:
    """Forward from a place the matches follow each other, and begin again at the top."""
    pattern = Pattern("cat")
    seen, at = [], (0, 0)
    for _ in range(6):
        match = found(TEXT, pattern, at)
        assert match
        seen.append((match.start, match.wrapped))
        at = match.end
    first = [((0, 4), False), ((2, 2), False), ((2, 9), False), ((2, 17), False)]
    assert seen == [*first, ((0, 4), True), ((2, 2), False)]

    seen, at = [], (2, 5)
    for _ in range(4):
        match = found(TEXT, pattern, at, backwards=True)
        assert match
        seen.append((match.start, match.wrapped))
        at = match.start
    assert seen == [((2, 2), False), ((0, 4), False), ((2, 17), True), ((2, 9), False)]


EXPRESSIONS = st.recursive(
    st.sampled_from([*"abc", ".", "^", "$", "[^a]", "\\s", "\\S", "\\b", "\\B", "\\1", "(a)", ""]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        st.tuples(
            st.sampled_from(["(?:", "(", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?s:"]),
            inner,
            st.sampled_from([")", ")*", ")+?", ")?", ")*+", "){1,2}", "){e<=1}"]),
        ).map("".join),
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(
    EXPRESSIONS,
    st.lists(st.text(alphabet="abc ", max_size=4), min_size=1, max_size=5),
    st.booleans(),
)
def test_lines_looked_through_together(text: str, lines: list[str], words: bool) -> None:
    """Whatever the expression, none of the matches is missed that one line by itself has."""
    try:
        pattern = Pattern(text, regular=True, words=words)
        apart = [
            Match((row, one.start[1]), (row, one.end[1]))
            for row, line in enumerate(lines)
            for one in all_of(find_all([line], pattern))
        ]
        together = all_of(find_all(lines, pattern))
    except SearchError:
        return
    assert together == apart


def test_lines_that_take_too_long_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are looked through one by one."""
    monkeypatch.setattr(patterns, "_BLOCK_SECONDS", 1e-9)
    lines = ["the quick brown fox " * 40] * 300 + ["zebra"]
    assert found(lines, Pattern(r"z\w+a", regular=True), (0, 0)) == Match((300, 0), (300, 5))


def test_without_wrapping(hurried: bool) -> None:
    """There is none beyond the end."""
    assert found(TEXT, Pattern("sat"), (0, 9), wrap=False) is None
    assert found(TEXT, Pattern("sat"), (0, 8), wrap=False, backwards=True) is None
    assert found(TEXT, Pattern("sat"), (0, 9)) == Match((0, 8), (0, 11), wrapped=True)
    assert found(TEXT, Pattern("dog"), (2, 3)) is None
    assert found(TEXT, Pattern("dog"), (2, 3), backwards=True) is None


LINES = st.lists(st.text(alphabet="abB İΣ", max_size=12), min_size=1, max_size=6)


@given(
    LINES,
    st.sampled_from(["a", "ab", "aa", "b a", "İ", "σ"]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 5),
    st.integers(0, 12),
    st.integers(1, 3),
)
def test_both_ways_from_anywhere(
    lines: list[str], text: str, words: bool, regular: bool, row: int, column: int, block: int
) -> None:
    """The next match is the first of all from there on, the previous the last before it."""
    row = min(row, len(lines) - 1)
    start = row, min(column, len(lines[row]))
    pattern = Pattern(text, words=words, regular=regular, case="any")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "_BLOCK", block)
        matches = all_of(find_all(lines, pattern))
        forward = found(lines, pattern, start)
        backward = found(lines, pattern, start, backwards=True)
    ahead = [one for one in matches if one.start >= start]
    behind = [one for one in matches if one.start < start]
    assert (forward is None) is (backward is None) is (not matches)
    if forward and backward:
        assert forward.start == (ahead or behind)[0].start
        assert forward.wrapped is (not ahead)
        assert backward.start == (behind or ahead)[-1].start
        assert backward.wrapped is (not behind)


@given(
    st.text(alphabet="abB_ \n\u0308ß", max_size=40), st.sampled_from(["a", "ab", "b", "a_", "ß"])
)
def test_a_text_is_found_as_the_expression_that_means_it(text: str, sought: str) -> None:
    """Whether it is looked for as a text or as an expression makes no difference."""
    lines = text.split("\n")
    for words in (False, True):
        plain = all_of(find_all(lines, Pattern(sought, words=words)))
        regular = all_of(find_all(lines, Pattern(re.escape(sought), words=words, regular=True)))
        assert plain == regular


@pytest.mark.parametrize("text", ["b*", "a|", "(?=a)|a", "a?b?"])
def test_a_line_with_more_matches_than_there_is_time_for_at_once(text: str) -> None:
    """Those that come after the time limit of one step are the same as without it."""
    line = "ab" * 60_000 + "c"
    expected = [match.span() for match in re.finditer(text, line)]
    assert spans(line, text, regular=True) == expected


# Replacing.


def test_replacing_a_text(hurried: bool) -> None:
    """Both are texts: nothing in them means anything else."""
    assert replaced(TEXT, Pattern("cat"), r"\1$&") == "\n".join(
        [r"The \1$& sat on the mat.", "", r"A \1$&, a \1$&; con\1$&enate.", "the end"]
    )
    assert replaced(["a.b", "axb"], Pattern("a.b"), "") == "\naxb"


def test_replacing_by_an_expression(hurried: bool) -> None:
    """Groups by number and by name, line breaks and tabs."""
    lines = ["name: Ada", "name: Grace", "other"]
    pattern = Pattern(r"(?P<key>\w+): (\w+)", regular=True)
    assert replaced(lines, pattern, r"\2\t\g<key>") == "Ada\tname\nGrace\tname\nother"
    assert replaced(["a b"], Pattern(r"\s", regular=True), r"\n") == "a\nb"
    assert replaced(["one", ""], Pattern("^", regular=True), "> ") == "> one\n> "


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (r"\2", "replacement: no such group"),
        (r"\g<x>", "replacement: unknown group"),
        (r"\g<", "replacement: missing group name at character 4"),
        ("a\\", "replacement: bad escape (end of pattern) at character 3"),
    ],
)
def test_a_bad_replacement(template: str, message: str) -> None:
    """What is wrong with it is told."""
    with pytest.raises(PatternError) as caught:
        all_of(Replacing(["b a"], Pattern("(a)", regular=True), template).steps())
    assert str(caught.value) == message


def test_replacing_in_a_part() -> None:
    """Matches that lie within it, both ends included."""
    lines = ["aa aa", "aa", "aa aa"]
    assert replaced(lines, Pattern("aa"), "x", (0, 1), (2, 2)) == "aa x\nx\nx aa"
    assert replaced(lines, Pattern("aa"), "x", (0, 3), (2, 1)) == "aa x\nx\naa aa"
    assert replaced(lines, Pattern("aa"), "x", (1, 0), (1, 2)) == "aa aa\nx\naa aa"


def test_replacing_many_in_a_line(hurried: bool) -> None:
    """They become one, so that a long line is not copied for each; others stay as they are."""
    lines = ["a", "xa" * 1000 + "y", "", "a" * 32, "za"]
    replacing = Replacing(lines, Pattern("a"), "bc")
    assert set(replacing.steps()) <= {None}
    assert replacing.matches == 1034
    assert len(replacing.edits) == 1 + 1 + 32 + 1
    assert replacing.edits[1] == ((1, 1), (1, 2000), "x".join(["bc"] * 1000))
    assert replaced(lines, Pattern("a"), "bc") == "\n".join(lines).replace("a", "bc")
    assert replaced(["x" * 40], Pattern("(?=x)", regular=True), "-") == "-x" * 40


def test_replacing_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would not fit in memory is refused."""
    monkeypatch.setattr(search, "MOST_REPLACED", 3)
    assert replaced(["aaa"], Pattern("a"), "b") == "bbb"
    with pytest.raises(SearchError, match=r"^more than 3 matches: select a part of the text$"):
        all_of(Replacing(["aa", "aa"], Pattern("a"), "b").steps())


def test_replacing_one() -> None:
    """Only what is a match in fact."""
    pattern = Pattern(r"(\w)\1", regular=True)
    assert replacement(["ab aabb"], pattern, r"\1", ((0, 3), (0, 5))) == "a"
    assert replacement(["ab aabb"], pattern, r"\1", ((0, 4), (0, 6))) is None
    assert replacement(["ab aabb"], pattern, r"\1", ((0, 3), (1, 0))) is None
    assert replacement(["ab"], pattern, r"\1", ((1, 0), (1, 2))) is None
    assert replacement(["ab", "aa"], Pattern("aa"), r"\1", ((1, 0), (1, 2))) == r"\1"


# Slices, and what is shown.


def test_long_searches_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a key gets a turn again and again, whatever is looked for."""
    monkeypatch.setattr(search, "SLICE_SECONDS", 0.0002)
    lines = ["the quick brown fox jumps over the lazy dog"] * 20_000
    for pattern in (Pattern("zebra"), Pattern("z[a-z]", regular=True), Pattern("the", words=True)):
        steps = list(find_all(lines, pattern))
        assert steps.count(None) > 2
    line = ["ab" * 30_000]
    for pattern in (Pattern("a"), Pattern("a", regular=True)):
        steps = list(find_all(line, pattern))
        assert steps.count(None) > 2
        assert len(steps) - steps.count(None) == 30_000


def test_highlights() -> None:
    """All matches of a line that can be seen, whenever it is drawn."""
    highlights = Highlights(Pattern("x*", regular=True))
    for _ in range(2):
        assert list(highlights("axxbx")) == [(1, 3), (4, 5)]
        assert list(highlights("")) == []


def test_highlights_of_a_long_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of them, rather than none for a while."""
    monkeypatch.setattr(search, "LINE_SECONDS", -1.0)
    assert list(Highlights(Pattern("a"))("aaaa")) == [(0, 1)]


def test_highlights_forget_lines_that_are_long_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of many lines is looked through without all of them being kept."""
    monkeypatch.setattr(search, "KNOWN_LINES", 3)
    highlights = Highlights(Pattern("a"))
    for row in range(10):
        assert list(highlights(f"{row}a")) == [(1, 2)]
    assert len(highlights._known) <= 3
