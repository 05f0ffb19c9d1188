"""Ghosts that go over line ends: how they show, and what each key takes of them."""

import pytest
from rich.style import Style

from tests.tui.support import Bench, Prose, running

CODE = "def f(x):\n    return x\n"
LETTER = "Yours.\n\nPS. More."


async def place(it: Bench) -> tuple[str, str, tuple[int, int]]:
    """The text, the ghost and where the cursor is."""
    await it.settle()
    return it.editor.text, it.editor.ghost, it.editor.cursor_location


async def test_shows_on_one_line() -> None:
    """Each line end shows as a sign, faint like the rest, and the text's own lines stay put."""
    async with running(model=Prose(CODE)) as it:
        await it.type("def f(x")
        assert it.screen_text()[:2] == [" def f(x):⏎    return x⏎", ""]
        assert it.editor.text == "def f(x"
        runs = it.editor.tail()
        assert "".join(text for text, _ in runs) == "):⏎    return x⏎"
        assert all(isinstance(style, Style) and style.italic for _, style in runs)


@pytest.mark.parametrize("key", ["tab", "right"])
async def test_accepting_all(key: str) -> None:
    """Tab and → insert real line ends; undo takes them back in one step, redo brings them."""
    async with running(model=Prose(CODE)) as it:
        await it.type("def f(")
        await it.press(key)
        assert await place(it) == (CODE, "", (2, 0))
        assert it.screen_text()[:3] == [" def f(x):", "     return x", ""]
        await it.press("ctrl+z")
        assert await place(it) == ("def f(", "", (0, 6))
        await it.press("ctrl+y")
        assert await place(it) == (CODE, "", (2, 0))


async def test_enter_eats_the_line_end() -> None:
    """Enter goes on with the rest on the next line at once, though the model is still busy."""
    async with running(model=Prose(CODE)) as it:
        await it.type("def f(x):")
        it.model.gate.clear()
        await it.type("\n")
        assert it.editor.ghost == "    return x\n"
        assert it.screen_text()[:2] == [" def f(x):", "     return x⏎"]
        await it.type("    ")
        assert it.screen_text()[1] == "     return x⏎"
        assert it.facts.dial == "balanced"
        it.model.gate.set()
        await it.settle()
        assert it.editor.ghost == "return x\n"


async def test_another_letter_takes_it_away() -> None:
    """A letter in the place of the line end clears all of it."""
    async with running(model=Prose(CODE)) as it:
        await it.type("def f(x):")
        await it.type("#")
        assert it.editor.ghost == ""


async def test_accepting_to_the_line_end() -> None:
    """Ctrl-End takes what is left of the line, and then, as nothing is left, all that follows."""
    async with running(model=Prose(CODE)) as it:
        await it.type("def f(")
        await it.press("ctrl+end")
        assert await place(it) == ("def f(x):", "\n    return x\n", (0, 9))
        await it.press("ctrl+end")
        assert await place(it) == (CODE, "", (2, 0))


async def test_accepting_words() -> None:
    """Ctrl-→ takes a word with the line ends before it."""
    async with running(model=Prose(LETTER)) as it:
        await it.type("You")
        await it.press("ctrl+right")
        assert await place(it) == ("Yours.", "\n\nPS. More.", (0, 6))
        await it.press("ctrl+right")
        assert await place(it) == ("Yours.\n\nPS. ", "More.", (2, 4))


@pytest.mark.parametrize("key", ["alt+right", "f9"])
async def test_accepting_characters(key: str) -> None:
    """Alt-→ takes one character, a line end too."""
    async with running(model=Prose(LETTER)) as it:
        await it.type("Yours")
        await it.press(key, key)
        assert await place(it) == ("Yours.\n", "\nPS. More.", (1, 0))


async def test_giving_back() -> None:
    """Ctrl-← after an accept gives back the last word, over its line ends as well."""
    async with running(model=Prose(LETTER)) as it:
        await it.type("Yours")
        await it.press("tab")
        assert it.editor.text == LETTER
        seen = []
        for _ in range(3):
            await it.press("ctrl+left")
            seen.append(await place(it))
        assert seen == [
            ("Yours.\n\nPS. ", "More.", (2, 4)),
            ("Yours.", "\n\nPS. More.", (0, 6)),
            ("Yours", ".\n\nPS. More.", (0, 5)),
        ]
        assert it.screen_text()[:3] == [" Yours.⏎⏎PS. More.", "", ""]
        await it.press("tab")
        assert it.editor.text == LETTER


async def test_a_line_end_alone() -> None:
    """A ghost of nothing but line ends shows, as its sign can be seen; blanks alone do not."""
    async with running(model=Prose("a\n\n  ")) as it:
        await it.type("a")
        assert it.screen_text()[0] == " a⏎⏎"
        await it.type("\n")
        assert it.editor.ghost == "\n  "
        await it.type("\n")
        assert it.editor.ghost == ""


async def test_in_the_midst_of_a_text() -> None:
    """Lines below stay below, and the one with the ghost does not grow."""
    async with running(text="\nbelow", model=Prose("a:\n  b")) as it:
        await it.type("a")
        assert it.screen_text()[:2] == [" a:⏎  b", " below"]
        await it.press("tab")
        assert it.editor.text == "a:\n  b\nbelow"


@pytest.mark.parametrize("size", [(20, 6), (200, 6)])
async def test_at_the_right_edge(size: tuple[int, int]) -> None:
    """What does not fit goes on below, sign or not, and all of it is accepted."""
    text = "ab" + "字" * 7 + "\n\n" + "wide " * 40
    async with running(model=Prose(text[:62]), size=size) as it:
        await it.type("ab")
        whole = " ab" + "字" * 7 + "⏎⏎" + ("wide " * 40)[:51]
        narrow = [" ab" + "字" * 7 + "⏎⏎", " wide wide wide"]
        assert it.screen_text()[:2] == ([whole, ""] if size[0] == 200 else narrow)
        await it.press("tab")
        assert it.editor.text == text[:62]


async def test_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sign is a character, so that it shows in a terminal without colours too."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(model=Prose(CODE)) as it:
        await it.type("def f(x")
        assert it.screen_text()[0] == " def f(x):⏎    return x⏎"
