"""Reading with the inside open: every look is what a session at that place shows."""

import pytest

from charlm_core import DIALS, Look, Model, adaptive_scores, looks, score
from charlm_core.config import CELLS
from charlm_core.predict.mixture import Mixture
from tests.support import make_checkpoint, make_model

MODELS = [make_model(make_checkpoint(cell, hidden=9, layers=2, scale=3.0)) for cell in CELLS]
TEXT = "it was the best of times, it was the worst of times. " * 2
ODD = "it wa\u0301s the be\u0301st of times, и было это самое лучшее из всех времён, it was. " * 2
"""Marks that a session reads together with their letters, and a passage that it passes over."""
EAGER = DIALS["eager"]


def all_looks(
    model: Model, closely: range, mixture: Mixture | None = None, text: str = TEXT
) -> list[Look]:
    """The looks at a text, which comes in chunks."""
    chunks = (text[start : start + 13] for start in range(0, len(text), 13))
    return list(looks(model, chunks, closely, mixture, EAGER))


@pytest.mark.parametrize("model", MODELS)
def test_a_close_look_is_what_the_editor_would_have_shown(model: Model) -> None:
    """Opinions and ghost are those before the character came, units those after it."""
    found = all_looks(model, range(20, 40))
    assert [look.close is not None for look in found] == [20 <= i < 40 for i in range(len(TEXT))]
    session = model.start(TEXT[:20])
    for place in range(20, 40):
        close = found[place].close
        assert close is not None
        assert close.before.mixed.tobytes() == session.inside().mixed.tobytes()
        assert close.ghost == session.suggest(EAGER)
        session.type(TEXT[place])
        for one, other in zip(close.after.layers, session.inside().layers, strict=True):
            assert one.hidden.tobytes() == other.hidden.tobytes()
            assert one.gates.keys() == other.gates.keys()
    assert sum(look.nats for look in found) == pytest.approx(score(model, [TEXT]).total_nats)


@pytest.mark.parametrize("closely", [range(0), range(3), range(30, 50), range(90, 9999)])
@pytest.mark.parametrize("text", [TEXT, ODD], ids=["plain", "odd"])
def test_looking_closely_changes_no_figure(closely: range, text: str) -> None:
    """Learning along scores what `eval` scores, whatever is looked at on the way."""
    model = MODELS[-1]
    found = all_looks(model, closely, model.mixture(), text)
    (expected,) = adaptive_scores(model.mixture(), model.vocab, [text])
    assert sum(look.nats for look in found) == pytest.approx(expected.total_nats, rel=1e-12)
    assert len(found) == expected.chars


def test_opinions_are_about_the_character_that_comes() -> None:
    """Learning along, what all say together is the bits that the character is told to have."""
    model = MODELS[-1]
    for look, character in zip(
        all_looks(model, range(60), model.mixture()), TEXT[:60], strict=False
    ):
        assert look.close is not None
        symbol = model.vocab.id_of(character)
        assert look.nats == -float(look.close.before.mixed[symbol])
        assert len(look.close.before.opinions) == 4
    # What came a second time the memory knew, and the network alone did not.
    last = all_looks(model, range(len(TEXT)), model.mixture())[-1]
    assert last.close is not None
    assert last.close.before.matched == 16
    assert last.nats < all_looks(model, range(0))[-1].nats / 2


def test_an_empty_text_has_nothing_to_look_at() -> None:
    """No character, no look."""
    assert list(looks(MODELS[0], [], range(5))) == []
