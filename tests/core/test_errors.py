"""Faults are one line each, whatever the names and values in them hold."""

import pytest

import charlm_core
from charlm_core import CharlmError, ConfigError

FAULTS = [
    value
    for value in (getattr(charlm_core, name) for name in dir(charlm_core))
    if isinstance(value, type) and issubclass(value, CharlmError)
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_is_one_safe_line(fault: type[CharlmError]) -> None:
    """A file named to repaint the terminal is named without repainting it."""
    assert str(fault("a\x1b[2J\nb: gone")) == "a␛[2J b: gone"


def test_every_fault_is_caught_as_one() -> None:
    """There are the six kinds, and the command line catches them by their base."""
    assert {fault.__name__ for fault in FAULTS} >= {
        "CharlmError",
        "CheckpointError",
        "ConfigError",
        "CorpusError",
        "DocumentError",
        "RunError",
    }


def test_a_wrong_value_is_a_value_error() -> None:
    """A caller of the API who knows only Python's own errors catches it too."""
    assert issubclass(ConfigError, ValueError)
