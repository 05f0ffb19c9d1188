"""Ghosts that were let pass: what is concluded from that is Bayes' theorem, and can be undone."""

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from charlm_core import Session, SuggestConfig
from charlm_core.predict.declined import Passed, Weighing, then
from charlm_core.predict.proposal import NOWHERE, Path
from tests.predict.spoken import session_of, spoken
from tests.support import LETTERS, make_checkpoint, make_model

LENGTH = 4
"""Texts of so many symbols there are in the small world below."""
SYMBOLS = (0, 1, 2)

WORLDS = st.lists(st.floats(0.01, 1.0), min_size=3**LENGTH, max_size=3**LENGTH)
"""How likely each of them is, but for a factor."""
BEGINNINGS = st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=LENGTH).map(tuple)

EAGER = SuggestConfig(threshold=0.05, patience=0.0, passing=0.1)

Symbols = tuple[int, ...]


class World:
    """All texts of LENGTH symbols, and how likely each is."""

    def __init__(self, weights: list[float]) -> None:
        texts = itertools.product(SYMBOLS, repeat=LENGTH)
        self.chances = dict(zip(texts, (w / sum(weights) for w in weights), strict=True))

    def mass(self, begins: Symbols) -> float:
        """How likely a text is that begins so."""
        return math.fsum(c for text, c in self.chances.items() if text[: len(begins)] == begins)

    def path(self, symbols: Symbols) -> Path:
        """The way along some symbols."""
        path = NOWHERE
        for end, symbol in enumerate(symbols):
            chance = self.mass(symbols[: end + 1]) / self.mass(symbols[:end])
            path = path.then("abc"[symbol], symbol, chance)
        return path

    def passed(self, symbols: Symbols) -> Passed:
        """The same, proposed and let pass."""
        return Passed(symbols, self.path(symbols).chances)

    def without(self, declined: list[Symbols], passing: float) -> "World":
        """The world as it is to one who knows what was let pass, text by text."""
        return World(
            [
                chance * passing ** sum(text[: len(one)] == one for one in declined)
                for text, chance in self.chances.items()
            ]
        )


@given(WORLDS, st.lists(BEGINNINGS, max_size=4), st.sampled_from([0.1, 0.5, 1.0]), BEGINNINGS)
def test_bayes(
    weights: list[float], declined: list[Symbols], passing: float, symbols: Symbols
) -> None:
    """Of each way every character is as likely as counting all texts has it."""
    world = World(weights)
    weighing = Weighing(map(world.passed, declined), passing)
    found, expected = (
        weighing.weigh(world.path(symbols)),
        world.without(declined, passing).path(symbols),
    )
    assert found.symbols == symbols
    assert found.text == world.path(symbols).text
    assert found.product == pytest.approx(expected.product, rel=1e-6, abs=1e-12)
    assert found.chances == pytest.approx(expected.chances, rel=1e-6, abs=1e-12)
    assert bool(weighing) == (passing < 1 and bool(declined))


@given(WORLDS, st.lists(BEGINNINGS, min_size=1, max_size=4), BEGINNINGS)
def test_bayes_goes_on_behind_a_character(
    weights: list[float], declined: list[Symbols], symbols: Symbols
) -> None:
    """What is left of it after a symbol weighs what stands behind that as it did from afar."""
    assume(len(symbols) > 1)
    world = World(weights)
    before = Weighing(map(world.passed, declined), 0.2).weigh(world.path(symbols))
    rest = then(tuple(map(world.passed, declined)), symbols[0])
    far = world.path(symbols)
    near = Path(far.text[1:], symbols[1:], far.chances[1:], math.prod(far.chances[1:]))
    assert Weighing(rest, 0.2).weigh(near).chances == pytest.approx(before.chances[1:], rel=1e-6)
    event(f"{len(rest)} left of {len(declined)}")


def test_what_can_no_more_come_is_dropped() -> None:
    """Other symbols end it, and so does its own last one, or a character that has none."""
    declined = (Passed((1, 2), (0.5, 0.5)), Passed((1,), (0.5,)), Passed((0, 1), (0.5, 0.5)))
    assert then(declined, 1) == (Passed((2,), (0.5,)),)
    assert then(then(declined, 1), 2) == ()
    assert then(declined, None) == ()


def test_never_by_more_than_all() -> None:
    """What was said to be certain, and let pass, leaves room for everything else."""
    sure = Passed((1, 2), (1.0, 1.0))
    weighing = Weighing([sure, sure], 0.0)
    found = weighing.weigh(Path("ab", (1, 2), (1.0, 1.0), 1.0))
    assert found.product == 0.0
    assert all(0.0 <= chance <= 1.0 for chance in found.chances)
    other = weighing.weigh(Path("b", (2,), (0.3,), 0.3))
    assert 0.0 <= other.product <= 1.0


# In a session.

COLOURS = spoken(("the blue one ", 0.6), ("the black one ", 0.3), ("the bleak one ", 0.1))


def let_pass(session: Session, typed: str, config: SuggestConfig = EAGER) -> None:
    """See the ghost at each place, let it pass, and type on."""
    for character in typed:
        session.suggest(config)
        session.decline()
        session.type(character)


def test_the_next_guess_takes_its_place() -> None:
    """Typed on along a ghost that was seen, it was not what one wants."""
    session = session_of(COLOURS)
    session.type("the ")
    assert session.suggest(EAGER).first_word == "blue "
    session.decline()
    assert session.suggest(EAGER).first_word == "blue "
    session.type("b")
    assert session.suggest(EAGER).first_word == "lack "
    session.type("l")
    assert session.suggest(EAGER).first_word == "ack "
    unseen = session_of(COLOURS)
    unseen.type("the ")
    unseen.suggest(EAGER)
    unseen.type("b")
    assert unseen.suggest(EAGER).first_word == "lue "


def test_what_is_sure_stays() -> None:
    """Whoever lets it pass may have missed it."""
    session = session_of(spoken(("the blue one ", 0.97), ("the black one ", 0.03)))
    session.type("the ")
    let_pass(session, "b")
    assert session.suggest(EAGER).first_word == "lue "
    let_pass(session, "lu")
    # By now there is nothing else that it could be.
    assert session.suggest(EAGER).first_word == "e "


def test_where_nothing_is_concluded_all_is_as_before() -> None:
    """With `passing` 1, and with another decoding, which is a person's own choice."""
    for config in (replace(EAGER, passing=1.0), replace(EAGER, decoding="greedy")):
        session, other = session_of(COLOURS), session_of(COLOURS)
        for text in ("the ", "b", "l"):
            session.type(text)
            other.type(text)
            assert session.suggest(config) == other.suggest(config)
            session.decline()


def test_a_ghost_that_saves_no_key_is_not_declined() -> None:
    """Nor one that there was none of, nor one that nobody had looked for."""
    source = spoken(("a b ", 0.6), ("a c ", 0.4))
    config = replace(EAGER, max_chars=1)
    for asked in (config, replace(EAGER, threshold=1.0), None):
        session, other = session_of(source), session_of(source)
        for one in (session, other):
            one.type("a")
            if asked:
                one.suggest(asked)
        session.decline()
        for one in (session, other):
            one.type(" ")
        assert session.suggest(EAGER) == other.suggest(EAGER)


MODEL = make_model(make_checkpoint(hidden=8, scale=12.0))


@given(st.text(LETTERS, min_size=1, max_size=8), st.text(LETTERS, min_size=1, max_size=6))
def test_taken_back_it_is_as_before(before: str, after: str) -> None:
    """What was let pass behind a place is forgotten with it; a fork goes its own way."""
    session = MODEL.start()
    let_pass(session, before)
    fork, ghost = session.fork(), session.suggest(EAGER)
    let_pass(session, after)
    session.rewind(len(after))
    assert session.suggest(EAGER) == ghost
    session.decline()
    other = session.fork()
    for one in (session, other):
        one.type(after)
    assert session.suggest(EAGER) == other.suggest(EAGER)
    assert fork.suggest(EAGER) == ghost
    again = MODEL.start()
    let_pass(again, before)
    again.suggest(EAGER)
    again.decline()
    again.type(after)
    assert again.suggest(EAGER) == session.suggest(EAGER)
