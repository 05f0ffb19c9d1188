"""How use moves the dial."""

import math

import pytest

from charlm_core import SuggestConfig
from tui.services.adjustment import LEAST, MOST, Adjustment, restored

DIALS = {
    "quiet": SuggestConfig(threshold=0.6),
    "balanced": SuggestConfig(threshold=0.2),
    "eager": SuggestConfig(threshold=0.05),
}


def test_as_it_comes() -> None:
    """At first the dial means what it says."""
    assert Adjustment().words == "balanced"
    assert Adjustment().config(DIALS) == DIALS["balanced"]


def test_accepting_makes_it_speak_more() -> None:
    """Who accepts, sees less likely ghosts too; by and by, and no further than half."""
    adjustment = Adjustment()
    for _ in range(5):
        adjustment = adjustment.accepted()
    assert adjustment.words == "balanced -10%"
    assert adjustment.config(DIALS).threshold == pytest.approx(0.18)
    for _ in range(1000):
        adjustment = adjustment.accepted()
    assert adjustment.factor == LEAST
    assert adjustment.words == "balanced -50%"


def test_typing_over_makes_it_speak_less() -> None:
    """Who types something else sees fewer; an impossible probability is never asked for."""
    adjustment = Adjustment(dial="quiet")
    for _ in range(1000):
        adjustment = adjustment.typed_over()
    assert adjustment.factor == MOST
    assert adjustment.words == "quiet +100%"
    assert adjustment.config(DIALS).threshold == 1.0


def test_it_moves_in_steps() -> None:
    """One accept changes nothing yet, so that a ghost goes on."""
    assert Adjustment().accepted().config(DIALS) == DIALS["balanced"]


def test_turning_begins_anew() -> None:
    """From quiet to balanced to eager to quiet, each as if never used."""
    seen = [Adjustment(dial="quiet", factor=1.5)]
    for _ in range(3):
        seen.append(seen[-1].turned())
    assert [one.words for one in seen] == ["quiet +50%", "balanced", "eager", "quiet"]


@pytest.mark.parametrize(
    ("saved", "factor"),
    [
        ({"dial": "eager", "factor": 1.25}, 1.25),
        ({"dial": "eager", "factor": 7.0}, MOST),
        ({"dial": "eager", "factor": 0.0}, LEAST),
        ({"dial": "eager", "factor": math.nan}, 1.0),
        ({"dial": "eager", "factor": "1.2"}, 1.0),
        ({"dial": "quiet", "factor": 1.25}, 1.0),
        (None, 1.0),
        ([1], 1.0),
    ],
)
def test_after_a_restart(saved: object, factor: float) -> None:
    """It goes on where it was, unless the dial was turned or what was saved is no use."""
    assert restored("eager", saved) == Adjustment(dial="eager", factor=factor)
