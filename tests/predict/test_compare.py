"""Models side by side on a text: the figures are those of eval and replay, told on the way."""

import math

import pytest

from charlm_core import DIALS, Compared, Standing, compare, replays, running_scores
from charlm_core.predict.model import Model
from charlm_core.predict.scoring import adaptive_scores
from tests.support import make_checkpoint, make_model

TEXT = "it was the best of times, it was the worst of times.\n" * 12


@pytest.fixture
def models() -> list[Model]:
    """Two that differ in all that matters."""
    return [
        make_model(make_checkpoint(hidden=8, scale=2.0)),
        make_model(make_checkpoint("gru", hidden=12, layers=2, seed=1)),
    ]


def test_the_figures_are_those_of_eval_and_replay(models: list[Model]) -> None:
    """Not by a bit another than `charlm-tui eval` and `replay` tell for each model alone."""
    *_, last = compare(models, TEXT)
    assert (last.bits_chars, last.typed_chars, last.progress) == (len(TEXT), len(TEXT), 1)
    for model, one in zip(models, last.standings, strict=True):
        *_, static = running_scores(model, [TEXT])
        *_, adaptive = adaptive_scores(model.mixture(), model.vocab, [TEXT])
        *_, typed = replays(model, TEXT, DIALS["balanced"], model.mixture())
        assert (one.static, one.adaptive) == (static, adaptive)
        assert (one.chars, one.keys) == (typed.chars, typed.keys)
        assert (one.ghosts_shown, one.ghosts_wrong) == (typed.ghosts_shown, typed.ghosts_wrong)
        assert one.keystroke_savings == typed.keystroke_savings > 0
        assert one.wrong_share == typed.wrong_share > 0


def test_of_a_long_text_the_end_counts(models: list[Model]) -> None:
    """What one wrote last is what one goes on with; how much was used is told."""
    *_, last = compare(models, TEXT, bits_chars=300, typed_chars=100)
    assert (last.bits_chars, last.typed_chars) == (300, 100)
    for model, one in zip(models, last.standings, strict=True):
        *_, static = running_scores(model, [TEXT[-300:]])
        *_, typed = replays(model, TEXT[-100:], DIALS["balanced"], model.mixture())
        assert one.static == static
        assert (one.chars, one.keys) == (100, typed.keys)


def test_figures_come_on_the_way_for_both(models: list[Model]) -> None:
    """At no time is one model further than a stretch: what is seen can be compared."""
    seen = list(compare(models, TEXT))
    assert seen[0].standings == (Standing(), Standing())
    shares = [found.progress for found in seen]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    for found in seen:
        one, other = found.standings
        assert abs(one.static.chars - other.static.chars) <= 256
        assert abs(one.adaptive.chars - other.adaptive.chars) <= 256
        assert abs(one.keys - other.keys) <= 64 or abs(one.chars - other.chars) <= 64
    assert any(0 < found.standings[0].chars < len(TEXT) for found in seen)


def test_each_model_is_timed_on_its_own(models: list[Model]) -> None:
    """The median over stretches of a clock that ticks once a look: others' turns don't count."""
    ticks = iter(range(1_000_000))
    *_, last = compare(models, TEXT[:512], typed_chars=1, clock=lambda: float(next(ticks)))
    for one in last.standings:
        assert one.static_us == pytest.approx(1e6 / 256)
        assert one.adaptive_us == pytest.approx(1e6 / 256)
        assert one.ghost_p99_ms >= one.ghost_p50_ms > 0


def test_the_work_itself_is_timed(models: list[Model]) -> None:
    """No processor takes a step, gates, output and all, in a hundredth of a microsecond."""
    *_, last = compare(models, TEXT, typed_chars=1)
    for one in last.standings:
        assert one.static_us > 0.01
        assert one.adaptive_us > 0.01


def test_it_can_be_left_at_any_time(models: list[Model]) -> None:
    """Nothing is measured that nobody asks for."""
    steps = compare(models, TEXT * 1000)
    assert next(steps).progress == 0
    found = next(steps)
    assert found.standings[0].static.chars == 256
    assert found.standings[1] == Standing()


def test_a_model_with_itself(models: list[Model]) -> None:
    """Both learn separately, so that it ties with itself."""
    *_, last = compare([models[0], models[0]], TEXT)
    one, other = last.standings
    assert (one.adaptive, one.keys) == (other.adaptive, other.keys)


@pytest.mark.parametrize("text", ["", "a", "\n", "日本語 \ud800 �"])
def test_any_text(models: list[Model], text: str) -> None:
    """Nothing to compare on is told as nothing; what no model knows counts too."""
    *_, last = compare(models, text)
    assert isinstance(last, Compared)
    assert last.standings[0].chars == len(text)
    assert last.standings[0].static.chars == len(text)
    assert math.isnan(last.standings[0].static.bpc) == (not text)
    assert last.standings[0].keystroke_savings == last.standings[0].wrong_share == 0
