"""Settings outside their range are refused with a message that names them."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from charlm_core import config as settings
from charlm_core.config import (
    CELLS,
    DIALS,
    GATES,
    ModelConfig,
    SamplingConfig,
    SuggestConfig,
    kept_share,
)
from charlm_core.errors import ConfigError

RANGES: list[tuple[Callable[..., Any], str, float, float]] = [
    (ModelConfig, "embed", 1, 4096),
    (ModelConfig, "hidden", 1, 16384),
    (ModelConfig, "layers", 1, 16),
    (SamplingConfig, "temperature", 0.0, 10.0),
    (SamplingConfig, "top_k", 0, 65536),
    (SamplingConfig, "top_p", 0.0, 1.0),
    (SuggestConfig, "threshold", 0.0, 1.0),
    (SuggestConfig, "whole_threshold", 0.0, 1.0),
    (SuggestConfig, "caution", 0.0, 10.0),
    (SuggestConfig, "passing", 0.0, 1.0),
    (SuggestConfig, "max_chars", 1, 4096),
    (SuggestConfig, "expansions", 1, 4096),
]


@pytest.mark.parametrize(("config", "name", "low", "high"), RANGES)
def test_a_range_holds_both_its_ends(
    config: Callable[..., Any], name: str, low: float, high: float
) -> None:
    """What the documentation gives as the least and the most is taken."""
    for value in (low, high):
        assert getattr(config(**{name: value}), name) == value


@pytest.mark.parametrize(("config", "name", "low", "high"), RANGES)
def test_a_value_out_of_range_names_its_field(
    config: Callable[..., Any], name: str, low: float, high: float
) -> None:
    """The message says which setting, which value, and what would do."""
    for value in (low - 1, high + 1, float("nan"), float("inf")):
        with pytest.raises(ConfigError) as caught:
            config(**{name: value})
        assert str(caught.value) == f"{name}: {value} is not between {low} and {high}"


def test_an_unknown_cell_is_refused() -> None:
    """The message says which there are, and shows what was asked for without obeying it."""
    with pytest.raises(ConfigError) as caught:
        ModelConfig(cell="\x1b[2J")  # type: ignore[arg-type]
    assert str(caught.value) == r"cell: '\x1b[2J' is not one of rnn, gru, lstm"
    assert set(GATES) == set(CELLS)


@pytest.mark.parametrize("config", [ModelConfig, SamplingConfig, SuggestConfig])
def test_the_defaults_are_in_range_and_stay(config: Callable[..., Any]) -> None:
    """A configuration is a value: made without a setting it works, and nobody changes it."""
    made = config()
    assert made == config()
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, dataclasses.fields(made)[0].name, 1)


def test_the_dial_goes_from_quiet_to_eager() -> None:
    """Each step of the dial speaks at less likely words than the one before; nobody changes it."""
    assert list(DIALS) == ["quiet", "balanced", "eager"]
    assert DIALS["balanced"] == SuggestConfig()
    thresholds = [config.threshold for config in DIALS.values()]
    assert thresholds == sorted(thresholds, reverse=True)
    assert len(set(thresholds)) == 3
    with pytest.raises(TypeError):
        DIALS["loud"] = SuggestConfig()  # type: ignore[index]


@pytest.mark.parametrize(
    ("held_out", "chars", "kept"),
    [(0.1, 1000, 0.9), (0.0, 1000, 1.0), (0.1, 50_000_000, 0.98), (0.1, 0, 1.0)],
)
def test_no_more_than_a_million_characters_are_held_back(
    held_out: float, chars: int, kept: float
) -> None:
    """Of a small corpus the share asked for, of a large one less, of none nothing."""
    assert kept_share(held_out, chars) == pytest.approx(kept)
    assert (1 - kept_share(held_out, chars)) * chars <= settings.HELD_OUT_CHARS * (1 + 1e-9)
