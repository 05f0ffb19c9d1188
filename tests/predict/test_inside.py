"""Looking inside: gates that make the state, and opinions that make the prediction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import Inside, LayerInside, Model
from charlm_core.config import CELLS, Cell
from charlm_core.predict.engine import Array
from charlm_core.predict.index import ORDERS, Index
from charlm_core.predict.mixture import Mixture
from charlm_core.predict.session import RECENT, SPARSE
from tests.support import LETTERS, make_checkpoint, make_model

MODEL = make_model(make_checkpoint(hidden=12, scale=2.0))
WORDS = "it was the best of times, it was the worst of times. "


def recombined(layer: LayerInside, cell_before: Array | None) -> tuple[Array, Array | None]:
    """The hidden and the cell state that a layer's gates make of those before, by the formulas."""
    gates = layer.gates
    if layer.cell is not None:
        assert cell_before is not None
        cell: Array = gates["forget"] * cell_before + gates["input"] * gates["candidate"]
        return gates["output"] * np.tanh(cell), cell
    new, old = gates["candidate"], layer.before
    return new + gates["update"] * (old - new), None


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_gates_shown_are_those_that_made_the_state(cell: Cell, layers: int) -> None:
    """What is shown of a gate is what it did: from the gates follows the very next state."""
    model = make_model(make_checkpoint(cell, hidden=24, layers=layers, scale=2.0))
    session = model.start()
    for character in "of times" + "é§":
        before = session.state
        session.type(character)
        found = session.inside()
        assert len(found.layers) == layers
        for index, layer in enumerate(found.layers):
            cell_before = before[index, 1] if cell == "lstm" else None
            hidden, kept = recombined(layer, cell_before)
            assert hidden.tobytes() == session.state[index, 0].tobytes() == layer.hidden.tobytes()
            assert layer.before.tobytes() == before[index, 0].tobytes()
            if kept is not None and layer.cell is not None:
                assert kept.tobytes() == session.state[index, 1].tobytes() == layer.cell.tobytes()
            np.testing.assert_array_equal(layer.moved, np.abs(hidden - before[index, 0]))
            for name, gate in layer.gates.items():
                assert gate.shape == (24,)
                assert not gate.flags.writeable
                if name != "candidate":
                    assert gate.min() >= 0


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_names_its_gates(cell: Cell) -> None:
    """An LSTM shows four, a GRU three, a vanilla RNN none; only an LSTM keeps a cell."""
    (layer,) = make_model(make_checkpoint(cell)).start("a").inside().layers
    names = {
        "rnn": [],
        "gru": ["reset", "update", "candidate"],
        "lstm": ["forget", "input", "output", "candidate"],
    }
    assert list(layer.gates) == names[cell]
    assert (layer.cell is not None) == (cell == "lstm")


def test_before_the_first_character_nothing_has_moved() -> None:
    """An empty text has a prediction and a state of zeros, and no step to show gates of."""
    found = MODEL.start().inside()
    (layer,) = found.layers
    assert not layer.gates
    assert not layer.moved.any()
    assert np.exp(found.mixed).sum() == pytest.approx(1.0)


@given(st.text(LETTERS, max_size=20), st.text(LETTERS, max_size=3))
def test_looking_changes_nothing(text: str, more: str) -> None:
    """Whoever looks and types on gets what they would have got without looking."""
    session, other = MODEL.start(text), MODEL.start(text)
    session.inside()
    session.type(more)
    other.type(more)
    assert session.text == other.text
    assert session.state.tobytes() == other.state.tobytes()


def same(one: Inside, other: Inside) -> bool:
    """Whether two looks found the same, bit for bit."""
    return one.mixed.tobytes() == other.mixed.tobytes() and all(
        a.hidden.tobytes() == b.hidden.tobytes()
        and a.before.tobytes() == b.before.tobytes()
        and all(a.gates[name].tobytes() == b.gates[name].tobytes() for name in a.gates)
        for a, b in zip(one.layers, other.layers, strict=True)
    )


def test_the_cursor_moved_back_shows_what_it_showed() -> None:
    """However far one goes back, the inside there is the inside of a text that ends there."""
    text = (WORDS * 40)[: RECENT + 3 * SPARSE]
    session = MODEL.start(text)
    for length in (len(text) - 5, 2 * SPARSE + 1, 2 * SPARSE, 2 * SPARSE - 1, SPARSE + 7, 1, 0):
        session.rewind(session.chars - length)
        assert same(session.inside(), MODEL.start(text[:length]).inside()), length


def studied(model: Model, text: str) -> Mixture:
    """A mixture that has read a text, and remembers half of another."""
    mixture = model.mixture([Index.build(model.vocab.encode(WORDS))])
    point = mixture.start()
    for symbol in model.vocab.encode(text).tolist():
        mixture.learn(point, symbol)
        point = mixture.advance(symbol, point)
    mixture.memory.settle()
    return mixture


@pytest.mark.parametrize("text", ["", "q", "it was the ", "zzz", "of tim"])
def test_the_opinions_make_the_prediction(text: str) -> None:
    """What each part says, to the power that it weighs, is what is predicted."""
    mixture = studied(MODEL, WORDS + "some other words were here. ")
    session = MODEL.start(text, mixture)
    found = session.inside()
    assert [opinion.name for opinion in found.opinions] == [
        "network",
        "network, adapted",
        "memory",
        "memory, long contexts",
    ]
    assert found.mixed.tobytes() == mixture.log_probabilities(session.point).tobytes()
    product = sum(
        opinion.weight * opinion.log_probabilities.astype(float) for opinion in found.opinions
    )
    chances = np.exp(product)
    np.testing.assert_allclose(np.exp(found.mixed), chances / chances.sum(), atol=1e-6)
    static = MODEL.start(text).inside()
    np.testing.assert_array_equal(found.opinions[0].log_probabilities, static.mixed)
    for opinion in found.opinions:
        assert np.exp(opinion.log_probabilities.astype(float)).sum() == pytest.approx(1, abs=1e-5)


def test_the_memory_says_how_much_it_recognises() -> None:
    """Where the text stands somewhere else too, one sees over how many characters."""
    memory = MODEL.mixture([Index.build(MODEL.vocab.encode("the quick brown fox jumps"))])
    assert MODEL.start("zzzz", memory).inside().matched == 0
    assert MODEL.start("zzick", memory).inside().matched == 3
    assert MODEL.start("the quick brown fo", memory).inside().matched == ORDERS[-1]


def test_the_network_alone_has_one_opinion() -> None:
    """Where nothing is learned the network's word is the prediction."""
    session = MODEL.start("it wa")
    found = session.inside()
    (opinion,) = found.opinions
    assert (opinion.name, opinion.weight, found.matched) == ("network", 1.0, 0)
    assert opinion.log_probabilities.tobytes() == found.mixed.tobytes()
    assert found.symbols == MODEL.vocab.symbols


def test_what_a_person_has_taught_is_looked_into_as_well() -> None:
    """The editor's own source tells its opinions like any other that learns."""
    learned = MODEL.learned()
    learned.keep("notes", WORDS * 3)
    session = MODEL.start(WORDS[:20], learned)
    found = session.inside()
    assert len(found.opinions) == 4
    assert found.matched == ORDERS[-1]
    assert found.mixed.tobytes() == learned.log_probabilities(session.point).tobytes()
