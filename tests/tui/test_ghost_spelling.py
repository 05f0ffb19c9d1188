"""A ghost is typed along in whichever way one types quotes and dashes."""

import pytest

from tests.tui.support import FakeModel, Prose, running
from tui.widgets.ghost import Ghost


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("don't go", "don’t"),
        ("don’t go", "don't"),
        ('say "yes" now', "say “yes”"),
        ("say “yes” now", 'say "yes"'),
        ('say "yes" now', "say «yes»"),
        ("one — two", "one – "),
        ("one — two", "one - "),
        ("at 5 o'clock", "at\u00a05 o’"),
    ],
)  # fmt: skip
async def test_a_ghost_shrinks_as_it_is_typed_either_way(said: str, typed: str) -> None:
    """Key by key, with no blank in between, though the model is still busy."""
    async with running(model=Prose(said)) as it:
        await it.type(said[0])
        assert it.editor.ghost == said[1:]
        it.model.gate.clear()
        for length in range(2, len(typed) + 1):
            await it.type(typed[length - 1])
            assert it.editor.ghost == said[length:]
        assert it.editor.text == typed
        it.model.gate.set()


async def test_another_sign_takes_it_away() -> None:
    """A quote that closes is not the one that opens, and no letter is another."""
    for typed in ("»", "ё", "E", "`"):
        async with running(model=FakeModel("a«")) as it:
            await it.type("a")
            assert it.editor.ghost
            it.model.gate.clear()
            await it.type(typed)
            assert it.editor.ghost == ""
            it.model.gate.set()


async def test_what_shows_is_what_is_accepted() -> None:
    """Tab takes the rest as it shows, and one undo gives it back."""
    async with running(model=Prose("It isn't what you're after.")) as it:
        await it.type("It isn")
        it.model.gate.clear()
        await it.type("’")
        await it.press("tab")
        assert it.editor.text == "It isn’t what you're after."
        await it.press("ctrl+z")
        assert it.editor.text == "It isn’"
        it.model.gate.set()


def test_a_sign_typed_for_another_counts_as_typed_along() -> None:
    """And nothing shorter than what was typed does."""
    ghost = Ghost.proposed("n't", (0.9, 0.8, 0.7))
    assert ghost.says("n’")
    assert ghost.after("n’") == Ghost.proposed("t", (0.7,))
    assert not ghost.says("n’t!")
    assert not ghost.after("n’t!")
    assert not ghost.after("n’t")
