"""`charlm-tui [FILE...]`: which files the editor is given, and what it refuses."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.tui.commands.conftest import Charlm
from tui import app

Call = tuple[tuple[Path, ...], str, bool]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """With what the editor was run; it is not."""
    made: list[Call] = []

    def run(paths: Sequence[Path], checkpoint: str, *, read_only: bool = False) -> int:
        made.append((tuple(paths), checkpoint, read_only))
        return 0

    monkeypatch.setattr(app, "run", run)
    return made


def test_files(charlm: Charlm, calls: list[Call]) -> None:
    """None, one or several files, with or without the command's name."""
    for arguments in [[], ["a"], ["a", "b"], ["edit", "edit"], ["--read-only", "a"]]:
        assert charlm(*arguments).code == 0
    assert [paths for paths, _, _ in calls] == [
        (),
        (Path("a"),),
        (Path("a"), Path("b")),
        (Path("edit"),),
        (Path("a"),),
    ]
    assert [read_only for _, _, read_only in calls] == [False] * 4 + [True]


def test_too_many_files(charlm: Charlm, calls: list[Call]) -> None:
    """A pattern that stands for a whole disk is refused in one line."""
    outcome = charlm(*map(str, range(20_000)))
    assert outcome.code == 2
    assert "20000 files: the editor opens up to 100 at once" in outcome.err
    assert calls == []


def test_frames_follow_each_other_at_once() -> None:
    """What comes after a key, its ghost, waits for no frame of a sixtieth of a second."""
    code = """
import contextlib
from charlm_core import CharlmError
from tui.commands.edit import command
with contextlib.suppress(CharlmError):
    command.callback(files=(), checkpoint="english", read_only=False)
from textual.constants import MAX_FPS
print(MAX_FPS)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.stdout == "250\n", done.stderr
