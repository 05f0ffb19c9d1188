"""Running the command line in-process, and a trained model to run it on."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from charlm_core.checkpoint import write
from tests.support import make_checkpoint
from tui.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout, which must be exactly one JSON object."""
        return json.loads(self.out)

    def assert_refused(self, *words: str) -> None:
        """Exit 1, nothing on stdout, one line on stderr with these words."""
        assert (self.code, self.out) == (1, "")
        assert self.err.count("\n") == 1
        assert self.err.startswith("charlm-tui: ")
        for word in words:
            assert word in self.err


Charlm = Callable[..., Outcome]


@pytest.fixture
def charlm(capfd: pytest.CaptureFixture[str]) -> Charlm:
    """Call the command line with arguments."""

    def call(*arguments: str | Path) -> Outcome:
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert isinstance(exit_.value.code, int)
        return Outcome(exit_.value.code, out, err)

    return call


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small checkpoint with random weights."""
    stored = make_checkpoint(hidden=12)
    path = tmp_path / "model"
    write(path, stored.config, stored.tensors, card="# model\n")
    return path
