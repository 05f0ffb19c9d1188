"""Close looks in few bytes: what is read back is what was seen, to the step."""

import numpy as np
import pytest

from charlm_core import DIALS, Close, looks
from charlm_core.config import CELLS, Cell
from tests.support import make_checkpoint, make_model
from tui.services.closely import MOVED, STRIP, TOLD, CloseNotes

TEXT = "it was the best of times, it was the worst of times."


def seen(cell: Cell, hidden: int, layers: int) -> tuple[list[Close], list[int], CloseNotes]:
    """Close looks at TEXT, the symbols that came, and the notes taken of them."""
    model = make_model(make_checkpoint(cell, hidden=hidden, layers=layers, scale=3.0))
    notes, closes = CloseNotes(), []
    symbols = model.vocab.encode(TEXT).tolist()
    found = looks(model, [TEXT], range(len(TEXT)), model.mixture(), DIALS["eager"])
    for look, symbol in zip(found, symbols, strict=True):
        assert look.close is not None
        closes.append(look.close)
        notes.take(look.close, symbol)
    assert len(notes) == len(TEXT)
    return closes, symbols, notes


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_units_and_gates_are_those_that_were_seen(cell: Cell, layers: int) -> None:
    """A figure on the page is the model's, to a 127th of a state and a 255th of a gate."""
    closes, _, notes = seen(cell, 90, layers)
    found = notes.looks()
    units = np.array(found.units)
    assert len(units) == min(STRIP, 90 * layers)
    assert (np.diff(units) > 0).all()
    for place, close in enumerate(closes):
        hidden = np.concatenate([layer.hidden for layer in close.after.layers])
        before = np.concatenate([layer.before for layer in close.after.layers])
        moved = np.abs(hidden - before)
        chosen = found.arrays["unit"][place].astype(int)
        np.testing.assert_array_equal(moved[chosen], np.sort(moved)[::-1][:MOVED])
        strip = found.arrays["strip"][place].astype(float) / 127
        np.testing.assert_allclose(strip, hidden[units], atol=0.51 / 127)
        for name, values in (("from", before), ("to", hidden)):
            kept = found.arrays[name][place].astype(float) / 127
            np.testing.assert_allclose(kept, values[chosen], atol=0.51 / 127)
        for number, name in enumerate(found.gates):
            gate = np.concatenate([layer.gates[name] for layer in close.after.layers])[chosen]
            kept = found.arrays["gates"][place][:, number].astype(float) / 255
            if name == "candidate":
                kept = 2 * kept - 1
            np.testing.assert_allclose(kept, gate, atol=1.02 / 255)
    assert ("gates" in found.arrays) == (cell != "rnn")


def test_the_strip_holds_the_units_that_travel_farthest() -> None:
    """Of many units those are shown that do something in this text."""
    closes, _, notes = seen("lstm", 200, 1)
    found = notes.looks()
    travel = np.sum([close.after.layers[0].moved for close in closes], axis=0)
    left_out = np.delete(travel, found.units)
    assert travel[list(found.units)].min() >= left_out.max()


def test_opinions_are_about_the_character_that_came() -> None:
    """Beside each part stand its weight, the bits it gave, and what it expected."""
    closes, symbols, notes = seen("gru", 20, 1)
    found = notes.looks()
    assert len(found.opinions) == 4
    for place, (close, symbol) in enumerate(zip(closes, symbols, strict=True)):
        assert found.arrays["matched"][place] == close.before.matched
        for part, opinion in enumerate(close.before.opinions):
            said = opinion.log_probabilities.astype(float)
            bits = found.arrays["said"][place, part] / 1000
            assert bits == pytest.approx(-said[symbol] / np.log(2), abs=6e-4)
            assert found.arrays["weight"][place, part] / 1000 == pytest.approx(
                opinion.weight, abs=6e-4
            )
            likeliest = found.arrays["told"][place, part].astype(int)
            np.testing.assert_array_equal(said[likeliest], np.sort(said)[::-1][:TOLD])
            chances = (found.arrays["told_chance"][place, part] / 255) ** 2
            np.testing.assert_allclose(chances, np.exp(said[likeliest]), atol=0.005)
    assert found.ghosts == tuple(close.ghost for close in closes)


def test_nothing_looked_at_is_nothing_kept() -> None:
    """A page without close looks has none of their figures."""
    found = CloseNotes().looks()
    assert not found.arrays
    assert not found.units
    assert not found.ghosts
