"""A small checkpoint to break."""

import shutil
from pathlib import Path

import pytest

from charlm_core import checkpoint, library
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


@pytest.fixture
def shipped(tmp_path: Path, saved: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A product that ships `english` and `python`."""
    folder = tmp_path / "shipped"
    for name in ("english", "python"):
        shutil.copytree(saved, folder / name)
    monkeypatch.setattr(library, "shipped_directory", lambda: folder)
    return folder
