"""The thread that follows the runs, and the processes it starts: real ones, but no trainers."""

import contextlib
import dataclasses
import os
import queue
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from charlm_core import RunError, RunView
from charlm_core.learn.runs import requested
from tests.runs import BEGAN, add, course, done, make_run, step
from tui.services.plan import Plan
from tui.services.trainings import Seen, Trainings

PATIENCE = 60.0

SLEEPER = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
print("begun", file=sys.stderr, flush=True)
time.sleep(600)
"""
"""A trainer that never comes to its first step."""

FAILER = "import sys; sys.exit('charlm-tui: none.txt: no such file')"
"""A trainer that finds its text missing."""


class Ear:
    """Hears how the runs stand."""

    def __init__(self) -> None:
        self.heard: queue.Queue[Seen] = queue.Queue()
        self.ended: list[RunView] = []
        self.latest = Seen(runs=())

    def wait(self, until: Callable[[Seen], bool]) -> Seen:
        """Listen until things stand so."""
        deadline = time.monotonic() + PATIENCE
        while not until(self.latest):
            try:
                self.latest = self.heard.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"it stands otherwise: {self.latest}") from None
            self.ended += self.latest.ended
        return self.latest

    def state(self, name: str, state: str) -> RunView:
        """Listen until the run stands so."""
        seen = self.wait(lambda seen: state_of(seen, name) == state)
        return next(view for view in seen.runs if view.path.name == name)


def state_of(seen: Seen, name: str) -> str:
    """How a run stands; empty where there is none."""
    return next((view.state for view in seen.runs if view.path.name == name), "")


@contextmanager
def following(
    folder: Path, code: str = SLEEPER, *, watched: bool = True
) -> Iterator[tuple[Trainings, Ear]]:
    """The service at work, with a program in the trainer's place; none of those is left behind."""
    ear = Ear()
    command: Sequence[str] = (sys.executable, "-c", code)
    trainings = Trainings(ear.heard.put, folder=folder, command=command)
    trainings.open()
    trainings.watch(watched)
    try:
        yield trainings, ear
    finally:
        trainings.close()
        for child in list(trainings._children.values()):
            child.process.kill()
            child.process.wait()


def plan(name: str = "mine") -> Plan:
    """A plan to learn from a text."""
    return Plan(name=name, corpora=(Path("text.txt"),), size="tiny", epochs=2)


def test_tells_of_all_runs_the_newest_first(tmp_path: Path) -> None:
    """Once it is watched, and again whenever a screen begins to."""
    for age, name in enumerate(["new", "old"]):
        run = make_run(tmp_path / name, [*course([2.0]), done(400)])
        os.utime(run.path / "config.json", (1000 - age, 1000 - age))
    with following(tmp_path, watched=False) as (trainings, ear):
        trainings.watch(True)
        seen = ear.wait(lambda seen: len(seen.runs) == 2)
        assert [view.name for view in seen.runs] == ["new", "old"]
        ear.latest = Seen(runs=())
        trainings.watch(False)
        trainings.watch(True)
        assert ear.wait(lambda seen: len(seen.runs) == 2) == seen


def test_nothing_there(tmp_path: Path) -> None:
    """A first start is told of, too."""
    with following(tmp_path / "none") as (_, ear):
        assert ear.heard.get(timeout=PATIENCE) == Seen(runs=())


def test_attaches_to_a_run_that_another_trains(tmp_path: Path) -> None:
    """It is followed while it grows, and its end is told once."""
    run = make_run(tmp_path / "run", [BEGAN, step(1)])
    with contextlib.ExitStack() as trainer:
        trainer.enter_context(run.held())
        with following(tmp_path) as (trainings, ear):
            ear.state("run", "running")
            add(run, [step(2)])
            ear.wait(lambda seen: seen.runs[0].train[-1].epochs == 0.02)
            trainings.watch(False)
            add(run, [done(2, stopped=True)])
            trainer.close()
            ear.state("run", "stopped")
            assert [view.name for view in ear.ended] == ["run"]


def test_sees_that_another_takes_a_run_up(tmp_path: Path) -> None:
    """A run that rested is being trained as soon as a process has begun with it."""
    run = make_run(tmp_path / "run", [BEGAN, step(1), done(1, stopped=True)])
    with following(tmp_path) as (_, ear):
        ear.state("run", "stopped")
        with run.held():
            add(run, [dataclasses.replace(BEGAN, step=1), step(2)])
            ear.state("run", "running")


ECHO = "import sys; print(*sys.argv[1:], sep='\\n', file=sys.stderr)"
"""Says what it was given, a line each, and ends."""


def test_begins_a_training(tmp_path: Path) -> None:
    """The command gets the plan and the folder, which exists at once, and is not ours to end."""
    with following(tmp_path / "runs", ECHO) as (trainings, ear):
        path = trainings.begin(plan())
        assert (path, path.is_dir()) == (tmp_path / "runs" / "mine", True)
        view = ear.state("mine", "failed")
        assert view.log == (
            *(str(Path("text.txt").absolute()), "--name", "mine", "--cell", "lstm"),
            *("--size", "tiny", "--epochs", "2", "--out", str(path), "--background"),
        )
        with pytest.raises(RunError, match="there is a run called mine"):
            trainings.begin(plan())


def test_begins_with_a_model(tmp_path: Path) -> None:
    """Which gives the network's cell and size."""
    with following(tmp_path / "runs", ECHO) as (trainings, ear):
        trainings.begin(dataclasses.replace(plan(), begin_with="/models/english"))
        assert ear.state("mine", "failed").log[1:7] == (
            *("--name", "mine", "--from", "/models/english", "--epochs", "2"),
        )


def test_a_training_outlives_the_service(tmp_path: Path) -> None:
    """It has a session of its own, and goes on when the service is closed."""
    with following(tmp_path) as (trainings, ear):
        trainings.begin(plan())
        ear.wait(lambda seen: bool(seen.runs) and seen.runs[0].log == ("begun",))
        (child,) = trainings._children.values()
        assert os.getsid(child.process.pid) == child.process.pid
        trainings.close()
        assert child.process.poll() is None


def test_a_training_that_fails_to_begin_says_why(tmp_path: Path) -> None:
    """Its last words are the reason, and no zombie is left."""
    with following(tmp_path, FAILER) as (trainings, ear):
        trainings.begin(plan())
        assert ear.state("mine", "failed").reason == "none.txt: no such file"
        # Its last words may be read before it is seen to have ended.
        ear.wait(lambda _: bool(ear.ended))
        assert [view.state for view in ear.ended] == ["failed"]
        _reaped(trainings)


def test_reaps_and_tells_while_nobody_watches(tmp_path: Path) -> None:
    """A training that ends behind the editor is told of, and no zombie is left."""
    with following(tmp_path) as (trainings, ear):
        trainings.begin(plan())
        ear.wait(lambda seen: bool(seen.runs) and seen.runs[0].log == ("begun",))
        trainings.watch(False)
        (child,) = trainings._children.values()
        os.kill(child.process.pid, signal.SIGKILL)
        ear.wait(lambda seen: bool(seen.ended))
        assert [view.name for view in ear.ended] == ["mine"]
        _reaped(trainings)


def _reaped(trainings: Trainings) -> None:
    deadline = time.monotonic() + PATIENCE
    while trainings._children and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not trainings._children


def test_stopping_what_has_not_begun_ends_it(tmp_path: Path) -> None:
    """There is nothing to keep yet; until then it can't be deleted, and then it can."""
    with following(tmp_path) as (trainings, ear):
        path = trainings.begin(plan())
        ear.wait(lambda seen: bool(seen.runs) and seen.runs[0].log == ("begun",))
        with pytest.raises(RunError, match="stop it first"):
            trainings.delete(path)
        with pytest.raises(RunError, match="trained already"):
            trainings.resume(path)
        trainings.ask(path, "stop")
        ear.state("mine", "failed")
        _reaped(trainings)
        trainings.delete(path)
        assert ear.wait(lambda seen: not seen.runs)
        assert not path.exists()


def test_asks_through_the_folder(tmp_path: Path) -> None:
    """Whoever trains the run finds the request there."""
    run = make_run(tmp_path / "run", [BEGAN, step(1)])
    with run.held(), following(tmp_path) as (trainings, ear):
        ear.state("run", "running")
        trainings.ask(run.path, "pause")
        assert requested(run.path) == "pause"
        ear.wait(lambda seen: seen.runs[0].wish == "pause")
        trainings.ask(run.path, "")
        assert requested(run.path) == ""
        trainings.ask(run.path, "stop")
        ear.state("run", "stopping")
        with pytest.raises(RunError, match="stop it first"):
            trainings.delete(run.path)


def test_resumes(tmp_path: Path) -> None:
    """The command gets the run, and until it holds it the run is starting."""
    run = make_run(tmp_path / "run", [BEGAN, step(1), done(1, stopped=True)])
    with following(tmp_path) as (trainings, ear):
        ear.state("run", "stopped")
        trainings.resume(run.path)
        ear.state("run", "starting")
        (child,) = trainings._children.values()
        assert list(child.process.args)[-3:] == [  # type: ignore[arg-type]
            "--resume",
            str(run.path),
            "--background",
        ]


def test_folders_that_vanish(tmp_path: Path) -> None:
    """A run that is deleted by somebody else is gone from the list, and asking it says so."""
    run = make_run(tmp_path / "run", [BEGAN, step(1)])
    with following(tmp_path) as (trainings, ear):
        ear.state("run", "interrupted")
        for file in run.path.iterdir():
            file.unlink()
        run.path.rmdir()
        ear.wait(lambda seen: not seen.runs)
        with pytest.raises(RunError):
            trainings.ask(run.path, "pause")
        for act in (trainings.resume, trainings.delete):
            with pytest.raises(RunError):
                act(run.path)


def test_a_folder_that_vanishes_under_its_training(tmp_path: Path) -> None:
    """The thread goes on, and the training's process is still looked after."""
    with following(tmp_path) as (trainings, ear):
        path = trainings.begin(plan())
        ear.wait(lambda seen: bool(seen.runs))
        (path / "log").unlink()
        path.rmdir()
        ear.wait(lambda seen: not seen.runs)
        (child,) = trainings._children.values()
        child.process.kill()
        _reaped(trainings)


@pytest.mark.parametrize("fault", ["file", "name"])
def test_what_can_not_be_begun(tmp_path: Path, fault: str) -> None:
    """Where no folder can be made, one line says so."""
    (tmp_path / "file").touch()
    folder = tmp_path / "file" if fault == "file" else tmp_path / "runs"
    with following(folder) as (trainings, _):
        with pytest.raises(RunError) as caught:
            trainings.begin(plan("x" * 300 if fault == "name" else "x"))
        assert len(str(caught.value).splitlines()) == 1


def test_a_command_that_does_not_exist(tmp_path: Path) -> None:
    """It is told, and the folder stays to be deleted."""
    trainings = Trainings(lambda seen: None, folder=tmp_path, command=["/none/such"])
    with pytest.raises(RunError, match="did not start"):
        trainings.begin(plan())


def test_closing_what_was_never_opened(tmp_path: Path) -> None:
    """Does nothing."""
    with contextlib.closing(Trainings(lambda seen: None, folder=tmp_path)):
        pass
