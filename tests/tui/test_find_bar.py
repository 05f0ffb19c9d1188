"""Finding, as a person sees it, and the bar for it."""

import asyncio
from collections.abc import Callable

import pytest
from textual import events

from tests.tui.find_bench import (
    TEXT,
    bar,
    bars,
    click,
    done,
    fields,
    marked,
    press,
    rows,
    selected,
    type_in,
)
from tests.tui.support import SENTENCE, Prose, running
from tui.screens import searching, seeking
from tui.text import search
from tui.text.buffer import Selection


async def test_find_as_you_type() -> None:
    """With each letter the first match from the cursor on is selected; all are marked, counted."""
    async with running(text=TEXT) as it:
        it.editor.move_cursor((0, 6))
        await press(it, "ctrl+f")
        assert not bar(it).said
        await type_in(it, "c")
        assert selected(it) == ((2, 2), (2, 3))
        await type_in(it, "at")
        assert selected(it) == ((2, 2), (2, 5))
        assert bar(it).said == "2 of 4"
        assert marked(it) == ["cat", "cat", "Cat", "cat"]
        assert rows(it)[0].startswith("Find     cat")
        assert "2 of 4" in rows(it)[0]
        assert it.says("3:6")


async def test_next_and_previous() -> None:
    """Enter goes on, Shift-Enter back; the arrow tells that it began again at the other end."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f")
        await type_in(it, "cat")
        seen = []
        for key in ("enter", "enter", "ctrl+g", "enter", "shift+enter", "ctrl+p"):
            await press(it, key)
            seen.append((selected(it)[0], bar(it).said))
        assert seen == [
            ((2, 2), "2 of 4"),
            ((2, 9), "3 of 4"),
            ((2, 17), "4 of 4"),
            ((0, 4), "↻ 1 of 4"),
            ((2, 17), "↻ 4 of 4"),
            ((2, 9), "3 of 4"),
        ]


async def test_keys_faster_than_the_search() -> None:
    """Each Enter counts, whether the match before it was found yet or not."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f")
        for character in "cat":
            it.app.post_message(events.Key(character, character))
        for _ in range(2):
            it.app.post_message(events.Key("enter", None))
        await done(it)
        assert selected(it) == ((2, 9), (2, 12))


async def test_keys_faster_than_the_bar() -> None:
    """What is typed before the bar shows is what to find, and the text stays as it is."""
    async with running(text=TEXT) as it:
        for key, character in [("ctrl+f", None), *((one, one) for one in "mat"), ("enter", None)]:
            it.app.post_message(events.Key(key, character))
        await it.pilot.pause()
        await done(it)
        assert it.editor.text == TEXT
        assert fields(it)[0].value == "mat"
        assert selected(it) == ((0, 19), (0, 22))
        for key in ("escape", "x"):
            it.app.post_message(events.Key(key, "x" if key == "x" else None))
        await it.settle()
        assert it.editor.text == TEXT.replace("mat", "x")


async def test_esc_stays_at_the_match() -> None:
    """The bar is gone, nothing is marked any more, and the next key is the text's."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f")
        await type_in(it, "mat")
        await press(it, "escape")
        assert selected(it) == ((0, 19), (0, 22))
        assert not bar(it).display
        assert marked(it) == []
        assert it.editor.has_focus
        assert it.editor.region.bottom == 23
        await it.type("hat")
        assert it.editor.text.startswith("The cat sat on the hat.")


async def test_esc_without_a_match() -> None:
    """The cursor is where it was, and so is what was selected."""
    async with running(text=TEXT) as it:
        it.editor.move_cursor((2, 3))
        await press(it, "ctrl+f")
        await type_in(it, "the")
        assert selected(it) == ((3, 0), (3, 3))
        await type_in(it, "x")
        assert selected(it) == ((2, 3), (2, 3))
        assert bar(it).said == "no match"
        await press(it, "backspace")
        assert selected(it) == ((3, 0), (3, 3))
        await type_in(it, "x")
        await press(it, "escape")
        assert selected(it) == ((2, 3), (2, 3))


async def test_refining_after_going_on() -> None:
    """What is typed after Enter is looked for from that match on."""
    async with running(text="ab\nac\nab\nac") as it:
        await press(it, "ctrl+f")
        await type_in(it, "a")
        await press(it, "enter", "enter")
        assert selected(it)[0] == (2, 0)
        await type_in(it, "c")
        assert selected(it) == ((3, 0), (3, 2))
        await type_in(it, "x")
        assert selected(it) == ((2, 0), (2, 1))


async def test_the_cursor_is_moved_meanwhile() -> None:
    """What is typed then is looked for from there on, and without a match it stays there."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f")
        await type_in(it, "ca")
        assert selected(it) == ((0, 4), (0, 6))
        await it.pilot.click(it.editor, offset=(7, 2))
        await it.pilot.click(fields(it)[0], offset=(5, 0))
        await type_in(it, "t")
        assert selected(it) == ((2, 9), (2, 12))
        await type_in(it, "x")
        assert selected(it) == ((2, 6), (2, 6))


async def test_the_selection_is_what_to_find() -> None:
    """Of one line; it is the first match, and can be typed over."""
    async with running(text=TEXT) as it:
        it.editor.move_cursor((2, 2))
        it.editor.move_cursor((2, 5), select=True)
        await press(it, "ctrl+f")
        assert fields(it)[0].value == "cat"
        assert selected(it) == ((2, 2), (2, 5))
        assert bar(it).said == "2 of 4"
        await press(it, "enter")
        assert selected(it) == ((2, 9), (2, 12))
        await type_in(it, "end")
        assert fields(it)[0].value == "end"
        assert selected(it) == ((3, 4), (3, 7))


async def test_the_selection_as_an_expression() -> None:
    """It stands for itself, whatever its signs mean in one."""
    async with running(text="f(x) + f(xx)\nf(x)") as it:
        await press(it, "ctrl+f", "alt+r", "escape")
        it.editor.selection = Selection((0, 0), (0, 4))
        await press(it, "ctrl+f")
        assert bar(it).said == "1 of 2"
        assert selected(it) == ((0, 0), (0, 4))


async def test_find_again_without_the_bar() -> None:
    """The last pattern is kept; where it is nowhere, a notice says so."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+g")
        assert bar(it).display
        await type_in(it, "Cat")
        await press(it, "escape")
        it.editor.move_cursor((0, 0))
        await press(it, "ctrl+g")
        assert selected(it) == ((2, 9), (2, 12))
        assert not bar(it).display
        assert marked(it) == []
        it.editor.load("nothing here")
        await press(it, "ctrl+p")
        assert it.says("Cat: no match")


async def test_earlier_patterns() -> None:
    """Up brings them back, Down what was being typed."""
    async with running(text=TEXT) as it:
        for text in ("mat", "sat", "mat"):
            await press(it, "ctrl+f")
            await type_in(it, text)
            await press(it, "escape")
        await press(it, "ctrl+f")
        await type_in(it, "e")
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await press(it, key)
            seen.append(fields(it)[0].value)
        assert seen == ["mat", "sat", "sat", "mat", "e", "e"]
        assert selected(it)[0] == (2, 20)


@pytest.mark.parametrize(
    ("key", "text", "word", "before", "after"),
    [
        ("alt+c", "cat", "[Case]", "1 of 4", "1 of 3"),
        ("alt+w", "cat", "[Word]", "1 of 4", "1 of 3"),
        ("alt+r", "c.t", "[Regex]", "no match", "1 of 4"),
    ],
)
async def test_ways_to_find(key: str, text: str, word: str, before: str, after: str) -> None:
    """A key or a click changes it, and brackets tell that it holds, whatever the colours."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f")
        await type_in(it, text)
        assert bar(it).said == before
        await press(it, key)
        assert bar(it).said == after
        assert word in rows(it)[0]
        await press(it, key)
        assert bar(it).said == before
        assert word not in rows(it)[0]
        await click(it, bar(it), word.strip("[]").lower())
        assert bar(it).said == after


async def test_case_shows_as_it_counts() -> None:
    """An upper-case letter makes it count, and that shows."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f")
        await type_in(it, "Cat")
        assert bar(it).said == "1 of 1"
        assert "[Case]" in rows(it)[0]


async def test_a_bad_expression() -> None:
    """What is wrong is told; nothing is marked, and the cursor is where it was."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f", "alt+r")
        await type_in(it, "ca")
        await type_in(it, "(")
        assert bar(it).said == "missing ) at character 4"
        assert it.says("missing ) at character 4")
        assert marked(it) == []
        assert selected(it) == ((0, 0), (0, 0))
        await press(it, "enter")
        assert selected(it) == ((0, 0), (0, 0))
        await type_in(it, "t)")
        assert bar(it).said == "1 of 4"
        await press(it, "ctrl+u")
        await type_in(it, "(")
        assert bar(it).said
        await press(it, "backspace")
        assert not bar(it).said


async def test_an_expression_that_would_never_end() -> None:
    """It is told which line is too much for it, and keys go on working."""
    async with running(text="b\n" + "a" * 1_000_000 + "!") as it:
        await press(it, "ctrl+f", "alt+r")
        await type_in(it, "(a+)+$")
        assert bar(it).said == "too slow on line 2: make it simpler"
        assert it.says("too slow on line 2: make it simpler")
        await press(it, "backspace", "enter")
        assert selected(it)[0][0] == 1


async def test_a_line_break_in_an_expression() -> None:
    """It says why there is no match."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f", "alt+r")
        await type_in(it, r".\n")
        assert bar(it).said == r"no match: \n is in no line"


async def test_empty_matches() -> None:
    """Enter goes from one to the next, and round the text's end."""
    async with running(text="ab\n\ncd") as it:
        await press(it, "ctrl+f", "alt+r")
        await type_in(it, "$")
        seen = [selected(it)[0]]
        for _ in range(3):
            await press(it, "enter")
            seen.append(selected(it)[0])
        assert seen == [(0, 2), (1, 0), (2, 2), (0, 2)]
        await press(it, "shift+enter")
        assert selected(it)[0] == (2, 2)


async def test_a_match_out_of_view_comes_to_the_middle() -> None:
    """With text above and below it; one in view leaves the view as it is."""
    text = "\n".join(f"line {row}" for row in range(500))
    async with running(text=text) as it:
        await press(it, "ctrl+f")
        await type_in(it, "line 300")
        top = it.editor.top[0]
        assert top + 5 < 300 < top + it.editor.height - 5
        await press(it, "escape", "ctrl+f")
        await type_in(it, "line 302")
        assert it.editor.top[0] == top


async def test_many_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told that there are more than it cares to count."""
    monkeypatch.setattr(seeking, "MOST_COUNTED", 20)
    async with running(text="a\n" * 30) as it:
        await press(it, "ctrl+f")
        await type_in(it, "a")
        assert bar(it).said == "1 of 20+"
        await press(it, "shift+enter")
        assert bar(it).said == "20+ found"


async def test_edits_are_counted_again() -> None:
    """What is typed in the text meanwhile shows, and is counted after a moment."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f")
        await type_in(it, "cat")
        await it.pilot.click(it.editor, offset=(0, 1))
        assert it.editor.has_focus
        await it.type("cat ")
        await done(it)
        assert marked(it) == ["cat", "cat", "cat", "Cat", "cat"]
        assert bar(it).said == "5 found"
        await press(it, "ctrl+f")
        assert fields(it)[0].has_focus
        assert fields(it)[0].selected_text == "cat"


async def test_no_ghost_while_something_is_sought() -> None:
    """It would be accepted by no key."""
    async with running(model=Prose("ab ab cd"), text="ab") as it:
        it.editor.move_cursor((0, 2))
        await it.type(" ")
        assert it.editor.ghost
        await press(it, "ctrl+f")
        assert not it.editor.ghost
        await type_in(it, "b")
        await press(it, "alt+h", "tab")
        await type_in(it, "b ")
        await press(it, "enter")
        assert not it.editor.ghost


async def test_searching_a_long_text_lets_keys_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed next ends the search before it; what takes long is said."""
    monkeypatch.setattr(search, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(searching, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(searching, "PATIENCE_SECONDS", 0.0)
    lines = ["the quick brown fox jumps over the lazy dog"] * 20_000
    async with running(text="\n".join([*lines, "zebra"])) as it:
        await press(it, "ctrl+f", "alt+r")
        said: list[str] = []
        monkeypatch.setattr(bar(it), "tell", said.append)
        await it.type("z[aeiou]")
        await it.until(lambda: "searching…" in said)
        assert selected(it) == ((0, 0), (0, 0))
        await it.type("b")
        await done(it)
        assert selected(it) == ((20_000, 0), (20_000, 3))
        assert said[-1] == "1 of 1"


async def test_esc_ends_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cursor stays, and the bar is gone at once."""
    monkeypatch.setattr(search, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(searching, "PAUSE_SECONDS", 0.05)
    async with running(text="\n".join(["a"] * 5000 + ["zebra"])) as it:
        await press(it, "ctrl+f", "alt+r")
        await it.type("z")
        assert not bars(it).settled
        await it.press("escape")
        assert bars(it).settled
        assert selected(it) == ((0, 0), (0, 0))
        assert not bar(it).display


async def test_a_search_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up, and that is said."""
    monkeypatch.setattr(search, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(searching, "LONGEST_SECONDS", 0)
    async with running(text="a\n" * 1000) as it:
        await press(it, "ctrl+f", "alt+r")
        await type_in(it, "z")
        assert bar(it).said == "given up after 0 seconds"


async def test_an_edit_while_it_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search begins again in the text as it is then."""
    monkeypatch.setattr(search, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(searching, "PAUSE_SECONDS", 0.01)
    async with running(text="a\n" * 300 + "zebra") as it:
        await press(it, "ctrl+f", "alt+r")
        await it.type("z")
        assert not bars(it).settled
        it.editor.replace((0, 0), (290, 0), "b")
        await done(it)
        assert selected(it) == ((10, 0), (10, 1))


# The bars themselves.


async def test_a_small_screen() -> None:
    """Of 20 x 5: capitals for what holds, short figures, and a row for what is wrong."""
    async with running(text=TEXT, size=(20, 5)) as it:
        await press(it, "ctrl+f")
        await type_in(it, "cat")
        assert rows(it) == ["cat        cwr 1/4"]
        await press(it, "alt+w", "alt+c")
        assert rows(it) == ["cat        CWr 1/2"]
        await press(it, "alt+r")
        await type_in(it, "(")
        assert rows(it)[1].startswith("missing ) at char")
        await press(it, "alt+h")
        assert it.editor.region.height == 1
        assert rows(it)[1].endswith("All")
        await press(it, "escape", "alt+l")
        await it.type("x")
        await press(it, "enter")
        assert rows(it)[0].startswith("x")


async def test_wide_characters() -> None:
    """They are found, and fit in the bar."""
    async with running(text="テキスト日本語\nab 日本 cd") as it:
        await press(it, "ctrl+f")
        await type_in(it, "日本")
        assert bar(it).said == "1 of 2"
        assert selected(it) == ((0, 4), (0, 6))
        assert rows(it)[0].startswith("Find     日本 ")
        await press(it, "left", "backspace")
        assert fields(it)[0].value == "本"


async def test_nothing_in_the_bar_reaches_the_terminal() -> None:
    """A control character is found, and shown as a sign; of a paste only the first line counts."""
    async with running(text="a\x1b[31mb\tc") as it:
        it.editor.move_cursor((0, 1))
        it.editor.move_cursor((0, 2), select=True)
        await press(it, "ctrl+f")
        assert bar(it).said == "1 of 1"
        assert rows(it)[0].startswith("Find     ␛ ")
        await it.paste("b\tc\nx\x1b[0m")
        await done(it)
        assert fields(it)[0].value == "b\tc"
        assert rows(it)[0].startswith("Find     b␉c ")
        assert selected(it) == ((0, 6), (0, 9))
        await press(it, "escape", "alt+l")
        await it.paste("\x1b]0;x\x07")
        await press(it, "enter")
        assert not any("\x1b" in line or "\x07" in line for line in it.screen_text())


async def test_a_long_paste() -> None:
    """The bar takes as much as it can use."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f")
        await it.paste("x" * 1_000_000)
        await done(it)
        assert len(fields(it)[0].value) == 2000
        assert bar(it).said == "no match"


async def test_clicking_into_the_lines() -> None:
    """Either takes the keys; the cross closes."""
    async with running(text=TEXT) as it:
        await press(it, "alt+h")
        await it.pilot.click(fields(it)[1])
        await it.type("y")
        await it.pilot.click(fields(it)[0])
        await it.type("x")
        assert [field.value for field in fields(it)] == ["x", "y"]
        await click(it, bar(it), "×")
        assert not bar(it).display


async def test_the_screens_keys_work_in_the_bar() -> None:
    """Help shows, and shows the bar's own keys; Esc comes back to the bar."""
    async with running(text=TEXT, size=(80, 100)) as it:
        await press(it, "ctrl+f")
        await it.press("f1")
        assert it.says("Next, previous match")
        assert it.says("Find bar: whole words")
        await it.press("escape")
        await type_in(it, "mat")
        assert fields(it)[0].value == "mat"
        await press(it, "ctrl+t")
        assert it.facts.dial == "eager"


async def test_keys_that_mean_nothing() -> None:
    """Neither the bar nor the text takes them."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f")
        for key, character in (("alt+q", "q"), ("f5", None), ("ctrl+y", "y"), ("f20", None)):
            it.app.post_message(events.Key(key, character))
        await done(it)
        assert fields(it)[0].value == ""
        assert it.editor.text == TEXT


async def test_another_page() -> None:
    """What is sought is marked and counted in it."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f")
        await type_in(it, "cat")
        it.editor.replace(it.editor.buffer.end, it.editor.buffer.end, "!")
        await press(it, "ctrl+n")
        assert bar(it).said == "no match"
        await it.type("cat cat")
        await done(it)
        assert marked(it) == ["cat", "cat"]
        await press(it, "ctrl+pageup")
        assert bar(it).said == "4 found"
        await press(it, "ctrl+g")
        assert selected(it)[0] == (0, 4)


async def test_another_document_in_the_page() -> None:
    """What is sought is counted in that."""
    async with running(text=TEXT) as it:
        await press(it, "ctrl+f")
        await type_in(it, "cat")
        await press(it, "ctrl+n")
        assert len(it.screen.pages) == 1
        assert it.editor.text == ""
        assert bar(it).said == "no match"


async def test_nothing_is_drawn_at_rest() -> None:
    """The bar's cursor does not blink."""
    async with running(text=SENTENCE) as it:
        await press(it, "ctrl+f")
        await type_in(it, "quick")
        drawn: list[object] = []
        display: Callable[..., None] = it.app._display
        it.app._display = lambda *some: (drawn.append(some), display(*some))  # type: ignore[method-assign, assignment, func-returns-value]
        await asyncio.sleep(1.2)
        assert drawn == []
