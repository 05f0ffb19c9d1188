"""A trainer that is killed at a chosen moment: its run can be read, used and resumed."""

from pathlib import Path

import numpy as np
import pytest

from charlm_core import checkpoint
from charlm_core.errors import RunError
from charlm_core.learn.events import Done, Event, Step
from charlm_core.learn.follow import RunReader
from charlm_core.learn.launch import resume
from charlm_core.learn.runs import delete_run
from charlm_core.predict.model import load
from tests.learn.dying import begin, killed
from tests.learn.support import of_kind


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[float]:
    """The losses of the training that nobody kills."""
    folder = tmp_path_factory.mktemp("whole")
    return losses(list(begin(folder).events()))


def losses(events: list[Event]) -> list[float]:
    """Nats per character of each step."""
    return [event.nats for event in of_kind(events, Step)]


def left_over(run: Path) -> list[str]:
    """What lies in the run's folder and should be gone."""
    return sorted(entry.name for entry in run.iterdir() if entry.name.startswith("."))


def assert_readable(run: Path) -> None:
    """The reader says that it was interrupted, and what checkpoints there are can be read."""
    view = RunReader(run).read()
    assert (view.state, view.reason) == ("interrupted", "its process ended without a word")
    for folder in (run / "best", run / "last"):
        if folder.exists():
            checkpoint.read(folder)
    if view.has_model:
        assert load(run).path == run / "best"


def assert_goes_on(run: Path, whole: list[float]) -> None:
    """Resumed, it gives the losses of the training that nobody kills, and leaves nothing about."""
    events = list(resume(run).events())
    assert isinstance(events[-1], Done)
    found = losses(events)
    np.testing.assert_allclose(found, whole[len(whole) - len(found) :], atol=1e-5)
    assert not left_over(run)
    view = RunReader(run).read()
    assert view.state == "finished"
    assert view.step is not None
    assert view.step.step == len(whole)
    load(run)


@pytest.mark.parametrize(
    ("place", "call", "there", "left"),
    [
        # Syncs: 1 and 2 make the run, 3 to 7 keep the first `best`, 8 to 14 the first `last`.
        pytest.param("sync", 4, [], 1, id="in the first best"),
        pytest.param("sync", 7, ["best"], 0, id="between best and last"),
        pytest.param("sync", 10, ["best"], 1, id="in the first last"),
        pytest.param("sync", 16, ["best", "last"], 1, id="in a better best"),
        pytest.param("swap", 1, ["best", "last"], 1, id="before the swap"),
        pytest.param("sync", 19, ["best", "last"], 1, id="after the swap"),
        pytest.param("clear", 4, ["best", "last"], 1, id="before the old is cleared away"),
        pytest.param("record", 4, [], 0, id="in a line of metrics"),
    ],
)
def test_a_trainer_killed_while_it_writes(
    tmp_path: Path, whole: list[float], place: str, call: int, there: list[str], left: int
) -> None:
    """What was whole stays whole, what was half is cleared away by whoever goes on."""
    run = tmp_path / "run"
    killed(tmp_path, place, call)
    assert [name for name in ("best", "last") if (run / name).exists()] == there
    assert len(left_over(run)) == left
    assert_readable(run)
    assert_goes_on(run, whole)


@pytest.mark.parametrize(("call", "there"), [(4, ["last"]), (6, ["best"])])
def test_a_trainer_killed_between_two_renames(
    tmp_path: Path, whole: list[float], call: int, there: list[str]
) -> None:
    """Where folders can't be swapped, one is missing for a moment: going on puts it back."""
    run = tmp_path / "run"
    killed(tmp_path, "rename", call, swaps=False)
    assert [name for name in ("best", "last") if (run / name).exists()] == there
    assert_readable(run)
    assert_goes_on(run, whole)


def test_a_trainer_killed_again_and_again(tmp_path: Path, whole: list[float]) -> None:
    """Each time it comes a little further."""
    run = tmp_path / "run"
    killed(tmp_path, "sync", 9)
    killed(tmp_path, "sync", 9, again=True)
    killed(tmp_path, "clear", 4, again=True)
    assert_readable(run)
    assert_goes_on(run, whole)


@pytest.mark.parametrize("call", [1, 2])
def test_a_trainer_killed_before_there_is_a_run(
    tmp_path: Path, whole: list[float], call: int
) -> None:
    """There is a whole run or none; where there is none, the folder can be used for it."""
    run = tmp_path / "run"
    killed(tmp_path, "sync", call)
    if call == 1:
        assert RunReader(run).read().state == "failed"
        with pytest.raises(RunError, match="not a training run"):
            resume(run)
        events = list(begin(tmp_path).events())
        assert losses(events) == whole
        assert not left_over(run)
    else:
        assert_readable(run)
        assert_goes_on(run, whole)


def test_a_trainer_killed_before_its_end_is_on_record(tmp_path: Path, whole: list[float]) -> None:
    """All is saved, but nobody was told: going on tells it, and then there is no more to do."""
    run = tmp_path / "run"
    killed(tmp_path, "end", 1)
    assert_readable(run)
    assert_goes_on(run, whole)
    with pytest.raises(RunError, match="used its budget"):
        list(resume(run).events())
    assert RunReader(run).read().state == "finished"


def test_what_a_killed_trainer_left_is_deleted_with_its_run(tmp_path: Path) -> None:
    """Temporary folders and all."""
    run = tmp_path / "run"
    killed(tmp_path, "rename", 4, swaps=False)
    assert left_over(run)
    delete_run(run)
    assert not run.exists()
