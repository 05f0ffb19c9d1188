"""The editor's pure parts: what is drawn of a text, the ghost, the window, the paths."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from charlm_core import CONTEXT_CHARS, is_control
from tui.services.paths import complete, expand
from tui.text.buffer import Buffer
from tui.text.visible import storable, visible
from tui.widgets.ghost import Ghost
from tui.widgets.line import Line, Palette, clip, draw, flow
from tui.widgets.status import Facts, compose_line
from tui.widgets.window import LONGEST, Window

PLAIN = Style()
DIM = Style(dim=True)


@given(st.text(max_size=30))
def test_nothing_shown_is_a_control_character(text: str) -> None:
    """Every character has a stand-in that a terminal draws, one for one."""
    shown = visible(text)
    assert len(shown) == len(text)
    assert all(not is_control(character) or character == "\t" for character in shown)
    assert "\x1b" not in shown


def test_stand_ins() -> None:
    """Escape, delete, a text direction and a half character show as symbols."""
    assert visible("a\x1b\x7f\u202e\ud800\x9b\u2028ж字") == "a␛␡·��␤ж字"


def test_storable() -> None:
    """Foreign text gets our line breaks and loses what no text file can hold."""
    assert storable("a\r\nb\rc\0\ud800") == "a\nb\nc\N{REPLACEMENT CHARACTER}"


@given(
    text=st.text("ab \t字e\u0301", max_size=8),
    cursor=st.integers(-1, 8),
    selected=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    found=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    ghost=st.text("xyz字\u0301", max_size=4),
    width=st.integers(48, 60),
)
def test_drawn_lines_fill_their_width(
    text: str,
    cursor: int,
    selected: tuple[int, int],
    found: tuple[int, int],
    ghost: str,
    width: int,
) -> None:
    """Whatever is selected, found or proposed, a line is exactly as wide as the screen."""
    line = Line(
        gutter=" ",
        text=text,
        cursor=min(cursor, len(text)),
        selected=selected,
        found=(found,),
        tail=((ghost, DIM),) if ghost else (),
        bar="|",
    )
    palette = Palette(width=width, cursor=Style(reverse=True), selection=Style(bold=True))
    strip = draw(line, palette)
    assert strip.cell_length == width
    assert strip.text.endswith("|")
    shown = strip.text.replace(" ", "")
    assert shown.startswith(text.replace("\t", "").replace(" ", ""))
    reversed_cells = sum(s.cell_length for s in strip if s.style and s.style.reverse)
    assert bool(reversed_cells) == (cursor >= 0)


def test_flow() -> None:
    """A tail goes on below where the line is full, broken after a blank where there is one."""
    runs = (("one two", PLAIN), (" three four", DIM))
    assert flow(runs, 80, 80, 3) == [runs]
    assert flow(runs, 8, 9, 3) == [
        (("one two", PLAIN), (" ", DIM)),
        (("three ", DIM),),
        (("four", DIM),),
    ]
    assert flow(runs, 8, 9, 2) == [(("one two", PLAIN), (" ", DIM)), (("three fo…", DIM),)]
    assert flow(runs, 8, 9, 1) == [(("one two", PLAIN), ("…", DIM))]
    assert flow((("字字字", DIM),), 3, 2, 3) == [
        (("字", DIM),),
        (("字", DIM),),
        (("字", DIM),),
    ]


def test_clip() -> None:
    """What does not fit ends in an ellipsis; half a wide character is not drawn."""
    runs = (("ab", PLAIN), ("字字", DIM))
    assert clip(runs, 6) == runs
    assert clip(runs, 5) == (("ab", PLAIN), ("字…", DIM))
    assert clip(runs, 4) == (("ab", PLAIN), ("…", DIM))
    assert clip(runs, 1) == (("…", PLAIN),)


def test_ghost_words() -> None:
    """A first word takes the space before it and one after it; the last one likewise."""
    ghost = Ghost.proposed(" fox jumps over", [0.5] * 15)
    assert ghost.split(ghost.first_word())[0].text == " fox "
    assert ghost.split(len(ghost.text) - ghost.last_word())[1].text == "over"
    assert Ghost().first_word() == Ghost().last_word() == Ghost().first_line() == 0


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("):\n    return x", ["):", "\n    return ", "x"], "):"),
        (".\n\nThe fox ", [".", "\n\nThe ", "fox "], "."),
        ("\n\nThe fox\n", ["\n\nThe ", "fox", "\n"], "\n\nThe fox\n"),
        ("\n", ["\n"], "\n"),
    ],
)
def test_ghost_words_over_lines(text: str, words: list[str], line: str) -> None:
    """A word takes the line ends before it; a first line ends before one, but for an empty one."""
    ghost = Ghost.proposed(text, ())
    assert ghost.text == text
    assert ghost.first_word() == len(words[0])
    assert ghost.last_word() == len(words[-1])
    assert text[: ghost.first_line()] == line
    accepted = Ghost()
    for word in words:
        taken, ghost = ghost.split(ghost.first_word())
        assert taken.text == word
        accepted += taken
    assert not ghost
    for word in reversed(words):
        accepted, returned = accepted.split(len(accepted.text) - accepted.last_word())
        assert returned.text == word


def test_ghost_of_blanks() -> None:
    """Blanks alone are not proposed, nor what follows a control character but a line end."""
    assert not Ghost.proposed("  ", [0.9, 0.9])
    assert Ghost.proposed(" \n", [0.9, 0.9]).text == " \n"
    assert Ghost.proposed("a\n\tb", [0.9] * 4).text == "a\n"
    assert Ghost.proposed(" x\x1by", [0.9, 0.8, 0.7, 0.6]) == Ghost(" x", (0.9, 0.8))


def test_ghost_after() -> None:
    """Typing what it says leaves the rest; anything else leaves nothing."""
    ghost = Ghost.proposed("own", [0.9, 0.8, 0.7])
    assert ghost.after("o") == Ghost("wn", (0.8, 0.7))
    assert not ghost.after("x")
    assert not ghost.after("")
    assert not ghost.after("owner")
    assert Ghost.proposed("a\n  ", ()).after("a").text == "\n  "
    assert not Ghost.proposed("a\n  ", ()).after("a\n")


def test_window_start_stays_while_typing() -> None:
    """Typing on extends the same window, so that the model reads one character a key."""
    lines = ["x" * 100] * 200 + [""]
    window = Window()
    before = window.text(lines, (200, 0))
    assert len(before) <= CONTEXT_CHARS
    assert before.startswith("x" * 100 + "\n")
    for typed in range(1, 50):
        lines[200] = "y" * typed
        window.edited((200, typed - 1))
        assert window.text(lines, (200, typed)) == before + "y" * typed


def test_window_starts_afresh() -> None:
    """It does so after a jump back, a jump far ahead, an edit above it, and when it is full."""
    lines = ["x" * 100] * 2000
    window = Window()
    far = window.text(lines, (1000, 50))
    assert window.text(lines, (10, 0)) == "\n".join(lines[:10]) + "\n"
    assert len(window.text(lines, (1900, 0))) <= CONTEXT_CHARS
    window.text(lines, (1000, 50))
    lines[0:1] = ["a", "b"]
    window.edited((0, 0))
    assert window.text(lines, (1001, 50)) == far
    lines = [""]
    window = Window()
    length = 0
    for size in range(CONTEXT_CHARS, LONGEST + 2 * CONTEXT_CHARS, CONTEXT_CHARS):
        lines[0] = "z" * size
        length = len(window.text(lines, (0, size)))
        assert length <= LONGEST
    assert length < LONGEST


@given(text=st.text("ab\n", max_size=60), data=st.data())
def test_window_is_what_stands_before_the_cursor(text: str, data: st.DataObject) -> None:
    """In a small text the window is everything before the cursor."""
    buffer = Buffer(text)
    index = data.draw(st.integers(0, len(text)))
    location = (text.count("\n", 0, index), index - text.rfind("\n", 0, index) - 1)
    assert Window().text(buffer.lines, location) == text[:index]


@pytest.mark.parametrize("width", [0, 1, 10, 24, 40, 60, 80, 200])
def test_status_line_fits(width: int) -> None:
    """The status line is as wide as the screen, and the place is the last to go."""
    facts = Facts(
        file="a long name of a file\x1b.txt",
        modified=True,
        line=120,
        column=7,
        model="english",
        perplexity=4.213,
        latency_ms=3.21,
        ghosts_on=False,
    )
    line = compose_line(facts, width)
    assert cell_len(line) == width
    assert "\x1b" not in line
    if width >= 24:
        assert "120:7" in line
    if width >= 80:
        assert "4.21" in line
        assert "english (ghosts off)" in line
        assert "3.21 ms" in line
        assert "txt •" in line


def test_status_line_marks_what_the_document_chose() -> None:
    """Where there is room; the mark goes before the dial does, and while a model is loaded."""
    facts = Facts(file="mail.txt", model="russian", automatic=True, dial="balanced")
    facts = replace(facts, perplexity=4.2, latency_ms=3.2)
    lines = {width: compose_line(facts, width) for width in range(100)}
    assert "  russian (auto)  balanced  perplexity 4.20  3.20 ms" in lines[80]
    assert "  russian (auto)  balanced  ppl 4.20" in lines[62]
    assert "  russian  balanced  ppl 4.20" in lines[54]
    assert "(auto)" not in compose_line(replace(facts, loading=True), 90)
    off = compose_line(replace(facts, ghosts_on=False), 90)
    assert "russian (auto) (ghosts off)" in off
    assert "(auto)" not in compose_line(replace(facts, automatic=False), 90)


def test_paths_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tab completes as far as it is certain and names what it could be."""
    for name in ["notes.txt", "notebook.txt", ".hidden", "bad\x1bname"]:
        (tmp_path / name).touch()
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    assert complete("n") == ("note", ["notebook.txt", "notes.txt"])
    assert complete("notes") == ("notes.txt", [])
    assert complete("fo") == ("folder/", [])
    assert complete("b") == ("b", [])
    assert complete(".h") == (".hidden", [])
    assert complete("nowhere/x") == ("nowhere/x", [])
    assert complete(f"{tmp_path}/no")[0] == f"{tmp_path}/note"
    assert complete("")[1] == ["folder/", "notebook.txt", "notes.txt"]
    assert expand("~/x") == Path(os.environ["HOME"], "x")
    assert expand("~nobody-of-that-name/x") == Path("~nobody-of-that-name/x")
