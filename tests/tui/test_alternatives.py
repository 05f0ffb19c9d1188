"""Other ghosts in the place of one."""

import pytest

from tests.tui.support import SENTENCE, FakeModel, running
from tui.widgets.alternatives import Alternatives
from tui.widgets.ghost import Ghost

BROWN, RED, BLUE = Ghost("brown", (1.0,) * 5), Ghost("red", (1.0,) * 3), Ghost("blue", (1.0,) * 4)


def knowing() -> FakeModel:
    """A model with alternatives."""
    model = FakeModel()
    model.others = ("red fox.", "blue moon.")
    return model


def test_a_ring() -> None:
    """Stepping on comes round; steps taken beforehand count."""
    ring = Alternatives()
    ring.step(1)
    ring.step(1)
    assert (ring.known, ring.awaited) == (False, True)
    ring.fill(BROWN, [RED, BLUE])
    assert (ring.chosen, ring.place) == (BLUE, "3/3")
    ring.step(1)
    assert (ring.chosen, ring.place) == (BROWN, "1/3")
    ring.step(-1)
    assert ring.chosen == BLUE
    ring.clear()
    assert not ring.known


def test_nothing_twice() -> None:
    """What says the same, or nothing, is no alternative."""
    ring = Alternatives()
    ring.step(1)
    ring.fill(BROWN, [Ghost(), BROWN])
    assert (ring.chosen, ring.place) == (BROWN, "1/1")


@pytest.mark.parametrize(
    ("onward", "back"),
    [("ctrl+down", "ctrl+up"), ("alt+right_square_bracket", "alt+left_square_bracket")],
)
async def test_to_and_fro(onward: str, back: str) -> None:
    """Ctrl-↓ or Alt-] shows the next, Ctrl-↑ or Alt-[ the one before; the text stays as it is."""
    async with running(model=knowing()) as it:
        await it.type("The quick ")
        first = it.editor.ghost
        seen = []
        for key in [onward, onward, onward, back]:
            await it.press(key)
            seen.append((it.editor.ghost, it.facts.note))
        assert seen == [
            ("red fox.", "ghost 2/3"),
            ("blue moon.", "ghost 3/3"),
            (first, "ghost 1/3"),
            ("blue moon.", "ghost 3/3"),
        ]
        assert it.editor.text == "The quick "
        assert it.screen_text()[0] == " The quick blue moon."


async def test_accepting_one() -> None:
    """Tab takes the one that shows, and undo takes it back."""
    async with running(model=knowing()) as it:
        await it.type("The quick ")
        await it.press("ctrl+down", "tab")
        assert it.editor.text == "The quick red fox."
        await it.press("ctrl+z")
        assert it.editor.text == "The quick "


async def test_typing_on() -> None:
    """Its first letter eats it from the left; then the model is asked as ever."""
    async with running(model=knowing()) as it:
        await it.type("The quick ")
        await it.press("ctrl+down")
        it.model.gate.clear()
        await it.type("r")
        assert it.editor.ghost == "ed fox."
        it.model.gate.set()
        await it.settle()
        assert it.editor.ghost == ""


async def test_two_keys_before_the_answer() -> None:
    """Both count."""
    async with running(model=knowing()) as it:
        await it.type("The quick ")
        it.model.gate.clear()
        await it.press("ctrl+down", "ctrl+down")
        it.model.gate.set()
        await it.settle()
        assert it.editor.ghost == "blue moon."


async def test_too_late() -> None:
    """Alternatives for a text that has changed meanwhile are never shown."""
    async with running(model=knowing()) as it:
        await it.type("The quick ")
        it.model.gate.clear()
        await it.press("ctrl+down")
        await it.type("b")
        it.model.gate.set()
        await it.settle()
        assert it.editor.ghost == SENTENCE.removeprefix("The quick b")


async def test_no_ghost_no_alternative() -> None:
    """Where none shows the keys do nothing, nor type anything."""
    async with running(model=knowing()) as it:
        await it.type("xyz")
        await it.press("ctrl+down", "ctrl+up", "alt+right_square_bracket")
        assert (it.editor.text, it.editor.ghost) == ("xyz", "")


async def test_none_beside_it() -> None:
    """A ghost without alternatives stays, and the status line says that it is the only one."""
    async with running() as it:
        await it.type("The quick ")
        await it.press("ctrl+down")
        assert it.editor.ghost == SENTENCE.removeprefix("The quick ")
        assert it.facts.note == "ghost 1/1"
