"""When ghost text shows, when it goes, and what each key does with it."""

import pytest

from tests.tui.support import SENTENCE, FakeModel, running
from tui.widgets.ghosted import SEEN_SECONDS, GhostArea


def rest(typed: str) -> str:
    """How the sentence goes on."""
    return SENTENCE.removeprefix(typed)


async def test_shows_after_typing() -> None:
    """Typing the start of a sentence shows how it goes on, after the cursor."""
    async with running() as it:
        await it.type("The quick ")
        assert it.editor.ghost == rest("The quick ")
        assert it.screen_text()[0] == " " + SENTENCE
        assert it.editor.text == "The quick "


@pytest.mark.parametrize("key", ["tab", "right", "ctrl+end"])
async def test_accept_all(key: str) -> None:
    """Tab, → and Ctrl-End at the end of a line take the whole ghost."""
    async with running() as it:
        await it.type("The quick ")
        await it.press(key)
        assert it.editor.text == SENTENCE
        assert it.editor.ghost == ""


@pytest.mark.parametrize("key", ["ctrl+right", "alt+f"])
async def test_accept_word(key: str) -> None:
    """Ctrl-→ takes a word with the space after it, and the tail stays."""
    async with running() as it:
        await it.type("The quick ")
        await it.press(key)
        assert it.editor.text == "The quick brown "
        assert it.editor.ghost == rest("The quick brown ")


async def test_tail_stays_without_a_new_answer() -> None:
    """After a word is accepted the rest goes on showing though the model is still busy."""
    async with running() as it:
        await it.type("The quick ")
        it.model.gate.clear()
        await it.press("ctrl+right")
        assert it.editor.ghost == rest("The quick brown ")
        it.model.gate.set()


@pytest.mark.parametrize("key", ["alt+right", "f9"])
async def test_accept_character(key: str) -> None:
    """Alt-→ takes one character."""
    async with running() as it:
        await it.type("The quick ")
        await it.press(key)
        assert it.editor.text == "The quick b"


async def test_type_through() -> None:
    """Typing what the ghost says eats it from the left, with no blank in between."""
    async with running() as it:
        await it.type("The q")
        it.model.gate.clear()
        for typed in ["The qu", "The qui"]:
            await it.type(typed[-1])
            assert it.editor.ghost == rest(typed)
        it.model.gate.set()
        await it.settle()
        assert it.editor.ghost == rest("The qui")


async def test_other_letters_take_it_away() -> None:
    """Typing something else clears the ghost at once."""
    async with running() as it:
        await it.type("The q")
        it.model.gate.clear()
        await it.type("x")
        assert it.editor.ghost == ""
        it.model.gate.set()


async def test_undo_takes_back_an_accept_exactly() -> None:
    """Ctrl-Z after Tab leaves exactly what was typed, in one step; Ctrl-Y brings it back."""
    async with running() as it:
        await it.type("The quick ")
        await it.press("tab")
        await it.type("!")
        await it.press("ctrl+z")
        assert it.editor.text == SENTENCE
        await it.press("ctrl+z")
        assert it.editor.text == "The quick "
        await it.press("ctrl+y")
        assert it.editor.text == SENTENCE


async def test_each_accepted_character_is_a_step_of_undo() -> None:
    """Accepting one character after typing undoes alone."""
    async with running() as it:
        await it.type("The q")
        await it.press("f9", "f9", "ctrl+z")
        assert it.editor.text == "The qu"


@pytest.mark.parametrize("keys", [["ctrl+z"], ["ctrl+z", "ctrl+y"]])
async def test_no_ghost_in_reply_to_undo(keys: list[str]) -> None:
    """Undo and redo show no ghost, even where the text would have one."""
    async with running() as it:
        await it.type("The ")
        await it.paste("quick ")
        assert it.editor.ghost
        await it.press(*keys)
        assert it.editor.ghost == ""


@pytest.mark.parametrize("key", ["left", "up", "home", "ctrl+left", "pageup", "ctrl+home"])
async def test_moving_takes_it_away(key: str) -> None:
    """A ghost does not survive a move of the cursor, nor does coming back bring it."""
    async with running(text="\n") as it:
        await it.press("down")
        await it.type("The q")
        await it.press(key)
        assert it.editor.ghost == ""
        await it.press("end", "down", "end")
        assert it.editor.ghost == ""


async def test_clicking_takes_it_away() -> None:
    """A click elsewhere takes the ghost away."""
    async with running() as it:
        await it.type("The q")
        await it.pilot.click(it.editor, offset=(2, 0))
        await it.settle()
        assert it.editor.ghost == ""


async def test_deleting_takes_it_away() -> None:
    """A ghost does not survive a deletion; what comes then was made for the shorter text."""
    async with running() as it:
        await it.type("The q")
        it.model.gate.clear()
        await it.press("backspace")
        assert it.editor.ghost == ""
        await it.press("tab")
        assert it.editor.text == "The     "
        it.model.gate.set()


async def test_stale_answer_is_dropped() -> None:
    """An answer that comes after another key was pressed does not show and can't be accepted."""
    async with running() as it:
        await it.type("The q")
        revision = it.editor.revision
        await it.type("z")
        it.editor.show_ghost(revision, "uick", (0.9,) * 4)
        assert it.editor.ghost == ""


async def test_only_at_the_end_of_a_line() -> None:
    """In the middle of a line there is no ghost, and → and Ctrl-→ move."""
    async with running(text="The q and more") as it:
        for _ in range(5):
            await it.press("right")
        await it.type("u")
        assert it.editor.ghost == ""
        await it.press("right")
        assert it.editor.cursor_location == (0, 7)
        await it.press("ctrl+right")
        assert it.editor.text == "The qu and more"


async def test_shift_right_selects() -> None:
    """Shift-→ never accepts, and nothing shows while something is selected."""
    async with running() as it:
        await it.type("The q")
        await it.press("shift+right")
        assert it.editor.text == "The q"
        await it.press("shift+left")
        assert it.editor.ghost == ""
        assert it.editor.selected_text == "q"


async def test_not_when_read_only() -> None:
    """A document that can't be edited shows no ghost and takes none."""
    async with running() as it:
        await it.type("The q")
        it.editor.read_only = True
        await it.press("tab", "right", "x")
        assert it.editor.ghost == ""
        assert it.editor.text == "The q"


@pytest.mark.parametrize("key", ["escape", "ctrl+right_square_bracket"])
async def test_dismiss_until_the_next_word(key: str) -> None:
    """Esc takes the ghost away until a new word begins."""
    async with running() as it:
        await it.type("The ")
        await it.press(key)
        assert it.editor.ghost == ""
        await it.type("quick")
        assert it.editor.ghost == ""
        await it.type(" ")
        assert it.editor.ghost == rest("The quick ")


@pytest.mark.parametrize("key", ["ctrl+@", "ctrl+backslash", "alt+backslash"])
async def test_ask_now(key: str) -> None:
    """Ctrl-Space brings a ghost that was dismissed, or that a move had taken away."""
    async with running() as it:
        await it.type("The ")
        await it.press("escape", key)
        assert it.editor.ghost == rest("The ")
        await it.press("left", "right", key)
        assert it.editor.ghost == rest("The ")


async def test_give_back() -> None:
    """Ctrl-← after accepting gives words back, last first, and then only moves."""
    async with running() as it:
        await it.type("The quick ")
        await it.press("ctrl+right", "ctrl+right")
        assert it.editor.text == "The quick brown fox "
        await it.press("ctrl+left")
        assert it.editor.text == "The quick brown "
        assert it.editor.ghost == rest("The quick brown ")
        await it.press("ctrl+left")
        assert it.editor.text == "The quick "
        assert it.editor.ghost == rest("The quick ")
        await it.press("ctrl+left")
        assert it.editor.text == "The quick "
        assert it.editor.cursor_location == (0, 4)


async def test_give_back_after_accepting_all() -> None:
    """What was given back can be accepted again."""
    async with running() as it:
        await it.type("The quick ")
        await it.press("tab", "ctrl+left")
        assert it.editor.text == SENTENCE.removesuffix("dog.")
        await it.press("tab")
        assert it.editor.text == SENTENCE


async def test_paste_never_accepts() -> None:
    """Pasted tabs and newlines are text: a ghost is not accepted, whatever they look like."""
    async with running() as it:
        await it.type("The q")
        await it.paste("\tx\r\ny\rz\0")
        assert it.editor.text == "The q\tx\ny\nz"
        assert it.editor.ghost == ""


@pytest.mark.parametrize("key", ["f8", "alt+g"])
async def test_off_switch(key: str) -> None:
    """F8 turns ghosts off in this document, and says so, until F8 turns them on."""
    async with running() as it:
        await it.type("The q")
        await it.press(key)
        assert it.editor.ghost == ""
        await it.type("uick ")
        await it.press("ctrl+@")
        assert it.editor.ghost == ""
        assert "ghosts off" in it.screen_text()[-1]
        assert it.facts.perplexity == pytest.approx(2.718, abs=0.01)
        await it.press(key)
        assert it.editor.ghost == rest("The quick ")


async def test_tab_indents_where_there_is_no_ghost() -> None:
    """Tab goes to the next tab stop; in a text that indents by tabs it types one."""
    async with running() as it:
        await it.type("ab")
        await it.press("tab")
        assert it.editor.text == "ab  "
        it.editor.load("\tx")
        await it.press("end", "tab")
        assert it.editor.text == "\tx\t"


async def test_keys_typed_in_one_burst_keep_their_order() -> None:
    """Tab and a letter typed right after it arrive in that order."""
    async with running() as it:
        await it.type("The quick ")
        await it.type("\t!\tz")
        assert it.editor.text == SENTENCE + "!   z"


async def test_control_characters_of_a_ghost_are_not_drawn() -> None:
    """A ghost ends before the first character a terminal could obey."""
    async with running(model=FakeModel("abc\x1b[31mdef")) as it:
        await it.type("a")
        assert it.editor.ghost == "bc"


async def test_a_ghost_too_long_for_the_line_goes_on_below() -> None:
    """At the right edge it is broken as the text will be, and the lines below make room."""
    async with running(model=FakeModel("one two three four five"), size=(14, 6)) as it:
        await it.paste("\nbelow")
        await it.press("ctrl+home")
        await it.type("o")
        assert it.screen_text()[:4] == [" one two", " three four", " five", " below"]
        await it.press("tab")
        assert it.editor.text == "one two three four five\nbelow"
        assert it.screen_text()[:4] == [" one two", " three four", " five", " below"]


async def test_a_ghost_too_long_for_the_screen_ends_in_an_ellipsis() -> None:
    """What no line is left for is cut, and the layout holds."""
    async with running(model=FakeModel("字" * 30), size=(24, 3)) as it:
        await it.type("字")
        assert it.screen_text()[:2] == [" " + "字" * 11, " " + "字" * 10 + "…"]
        await it.press("enter")
        await it.type("字")
        assert it.screen_text()[1] == " " + "字" * 10 + "…"


async def test_spaces_and_joiners_of_every_script_are_typed() -> None:
    """No-break and ideographic spaces, joiners and direction marks are text; controls are not."""
    async with running() as it:
        for character in "\u00a0\u3000\u200d\u200c\u200e\x85":
            await it.type(character)
        assert it.editor.text == "\u00a0\u3000\u200d\u200c\u200e"


async def test_letters_with_modifiers_are_not_typed() -> None:
    """Alt and a letter that means nothing types nothing."""
    async with running() as it:
        await it.press("alt+k", "ctrl+g")
        assert it.editor.text == ""


async def test_keys_kept_for_screens_to_come() -> None:
    """F2, F3, F5 and F6 do nothing yet, nor type or select anything."""
    async with running() as it:
        await it.type("The q")
        ghost = it.editor.ghost
        await it.press("f2", "f3", "f5", "f6")
        assert (it.editor.text, it.editor.ghost) == ("The q", ghost)
        assert it.editor.selection.is_empty


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


async def test_a_ghost_that_was_seen_is_let_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who types on what it says, after a moment in which it could be read, does not want it."""
    clock = Clock()
    monkeypatch.setattr(GhostArea, "clock", clock)
    async with running() as it:
        await it.type("The ")
        assert it.editor.ghost == rest("The ")
        # Faster than anybody can read.
        clock.now += 0.6 * SEEN_SECONDS
        await it.type("q")
        assert it.model.declined == []
        # The same word stands there on, and has been read by now.
        clock.now += 0.6 * SEEN_SECONDS
        await it.type("u")
        assert it.model.declined == ["The q"]
        # What still shows has to be seen anew.
        clock.now += 0.6 * SEEN_SECONDS
        await it.type("i")
        assert it.model.declined == ["The q"]
        clock.now += SEEN_SECONDS
        await it.type("c")
        assert it.model.declined == ["The q", "The qui"]


@pytest.mark.parametrize("keys", [["tab"], ["ctrl+right"], ["alt+right"], ["x"], ["escape", "q"]])
async def test_a_ghost_that_was_not_is_not(
    keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who takes it, or a part of it, or types something else, or has sent it away."""
    clock = Clock()
    monkeypatch.setattr(GhostArea, "clock", clock)
    async with running() as it:
        await it.type("The ")
        clock.now += 2 * SEEN_SECONDS
        await it.press(*keys)
        await it.type("!")
        assert it.model.declined == []


async def test_the_next_word_has_to_be_seen_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the first one of a ghost has been there."""
    clock = Clock()
    monkeypatch.setattr(GhostArea, "clock", clock)
    async with running() as it:
        await it.type("The ")
        clock.now += 0.9 * SEEN_SECONDS
        await it.type("quick ")
        clock.now += 0.9 * SEEN_SECONDS
        await it.type("b")
        assert it.model.declined == []
