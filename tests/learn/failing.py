"""What is asked of every training that fails: one sentence, and its checkpoints kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from charlm_core import checkpoint
from charlm_core.errors import CharlmError
from charlm_core.learn.events import Done, Event, Saved
from charlm_core.learn.follow import RunReader, RunView
from charlm_core.learn.launch import resume


def kept(run: Path) -> dict[str, bytes]:
    """Every file of the checkpoints, by its place; each checkpoint can be read."""
    for name in ("best", "last"):
        checkpoint.read(run / name)
    return {
        str(file.relative_to(run)): file.read_bytes()
        for name in ("best", "last")
        for file in (run / name).iterdir()
    }


def latest(files: dict[str, bytes]) -> dict[str, bytes]:
    """Those of `last`: a newer, better `best` may have been kept before `last` found no room."""
    return {name: data for name, data in files.items() if name.startswith("last/")}


def until_saved(events: Iterator[Event]) -> None:
    """Train until both checkpoints have been written once."""
    while not (isinstance(event := next(events), Saved) and not event.best):
        pass


def failure(events: Iterator[Event]) -> str:
    """Train on, and give the sentence in which it ends."""
    with pytest.raises(CharlmError) as fault:
        list(events)
    said = str(fault.value)
    assert "\n" not in said
    assert "Traceback" not in said
    return said


def seen(run: Path) -> RunView:
    """What a screen shows of it."""
    return RunReader(run).read()


def assert_shown(run: Path, said: str) -> None:
    """The screen shows the same sentence; it may leave out which run it is of."""
    view = seen(run)
    assert view.state == "failed"
    assert view.reason
    assert said.endswith(view.reason)


def assert_goes_on(run: Path) -> None:
    """Resumed, it uses up its budget, and no left-overs lie about."""
    assert isinstance(list(resume(run).events())[-1], Done)
    assert seen(run).state == "finished"
    assert not [entry.name for entry in run.iterdir() if entry.name.startswith(".")]
