"""A small checkpoint to break."""

from pathlib import Path

import pytest

from charlm_core import checkpoint
from tests.support import make_checkpoint


@pytest.fixture
def small() -> checkpoint.Checkpoint:
    """A tiny random LSTM in memory that knows a, b and c."""
    return make_checkpoint(hidden=3, embed=2, letters="abc")


@pytest.fixture
def saved(tmp_path: Path, small: checkpoint.Checkpoint) -> Path:
    """The folder of that model, written."""
    path = tmp_path / "saved"
    checkpoint.write(path, small.config, small.tensors, card="A small one.\n")
    return path
