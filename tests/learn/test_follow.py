"""Following a run by its folder alone: as it grows, as it is damaged, and as it ends."""

import dataclasses
import os
from pathlib import Path

import msgspec
import pytest

from charlm_core.learn.curve import CURVE_POINTS, Point, overfitting, thinned
from charlm_core.learn.events import Continued, Done, Event, Failed, Paused, Saved, Step
from charlm_core.learn.follow import RATE_RECORDS, RunReader, RunView, run_folders
from charlm_core.learn.records import LOG_BYTES, parse, tail
from charlm_core.learn.runs import Run, request
from tests.runs import BEGAN, add, course, done, evaluation, make_run, step

COURSE = course([2.1, 1.8, 1.6, 1.5])
"""A training that goes well to its end."""


def read(run: Run) -> RunView:
    """What a fresh reader makes of a run."""
    return RunReader(run.path).read()


def lines(run: Run) -> list[bytes]:
    """The metrics of a run, line by line, line breaks included."""
    return (run.path / "metrics.jsonl").read_bytes().splitlines(keepends=True)


def test_reads_what_a_training_told(tmp_path: Path) -> None:
    """Name, curves, figures, writing, log and end are all there."""
    end: list[Event] = [evaluation(400, 1.51, final=True), done(400)]
    view = read(make_run(tmp_path / "play", [*COURSE, *end]))
    assert (view.name, view.state, view.reason, view.held) == ("play", "finished", "", False)
    assert view.config is not None
    assert view.config.train.epochs == 4
    assert view.began == BEGAN
    assert (view.train[-1].epochs, view.train[-1].seconds) == (4.0, 40.0)
    assert view.train[-1].nats == pytest.approx(1.2, abs=0.03)
    assert [point.nats for point in view.valid] == [2.1, 1.8, 1.6, 1.5]
    assert [view.final, view.done] == end
    assert view.latest == view.best == evaluation(400, 1.5)
    assert [sample.step for sample in view.samples] == [100, 200, 300, 400]
    assert view.log[-1].endswith("finished after 4.00 epochs, 40 s")
    assert (view.progress, view.eta_seconds, view.chars_per_second) == (1.0, 0.0, 0.0)
    assert not view.has_model


def test_reading_on_equals_reading_at_once(tmp_path: Path) -> None:
    """A reader that looks after each line, or each half of one, sees in the end what one sees
    that comes late."""
    whole = make_run(tmp_path / "whole", COURSE)
    growing = make_run(tmp_path / "growing", [])
    reader = RunReader(growing.path)
    seen = 0
    for line in lines(whole):
        for half in (line[: len(line) // 2], line[len(line) // 2 :]):
            with (growing.path / "metrics.jsonl").open("ab") as stream:
                stream.write(half)
            view = reader.read()
            assert len(view.train) + len(view.valid) >= seen
            seen = len(view.train) + len(view.valid)
    late = read(whole)
    same = {"train", "valid", "samples", "step", "best", "latest", "progress", "eta_seconds"}
    for name in same:
        assert getattr(reader.read(), name) == getattr(late, name)


def test_nothing_new_gives_the_same_view(tmp_path: Path) -> None:
    """Two looks at a run that rests are equal, so that nothing need be drawn again."""
    reader = RunReader(make_run(tmp_path / "run", COURSE).path)
    assert reader.read() == reader.read()


@pytest.mark.parametrize(
    "damage",
    [
        b"\n",
        b"{\n",
        b"null\n",
        b"[1]\n",
        b'{"event":"step"}\n',
        b'{"event":"dance","step":1}\n',
        b'{"event":["step"]}\n',
        b'{"event":"step","step":"x","nats":null}\n',
        b"\xff\xfe\x00\n",
        b"{" * 100_000 + b"\n",
        b'{"event":"evaluation","step":1e400}\n',
    ],
)
def test_damaged_lines_are_passed_over(tmp_path: Path, damage: bytes) -> None:
    """Whatever stands between the lines, the lines are read."""
    sound, run = read(make_run(tmp_path / "a", COURSE)), make_run(tmp_path / "b", COURSE)
    first, *rest = lines(run)
    (run.path / "metrics.jsonl").write_bytes(damage + first + damage + b"".join(rest) + damage)
    view = read(run)
    assert (view.train, view.valid, view.step) == (sound.train, sound.valid, sound.step)


@pytest.mark.parametrize("event", [*COURSE[:60], Saved(step=1, path=Path("a/b"), best=True)])
def test_every_event_survives_its_line(event: Event) -> None:
    """What a line holds is the event that was written."""
    line = {"event": type(event).__name__.lower(), **dataclasses.asdict(event)}
    assert parse(msgspec.json.encode(line, enc_hook=str)) == event


def test_a_record_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    """When the metrics are shorter than before, what was read before is forgotten."""
    run = make_run(tmp_path / "run", COURSE)
    reader = RunReader(run.path)
    reader.read()
    (run.path / "metrics.jsonl").write_bytes(b"".join(lines(run)[:3]))
    assert len(reader.read().train) == 2


def test_a_resumed_run_goes_back(tmp_path: Path) -> None:
    """What was recorded after the step that a resumed run begins at is void."""
    run = make_run(tmp_path / "run", course([2.1, 1.8], steps=200))
    reader = RunReader(run.path)
    assert len(reader.read().valid) == 2
    add(run, [dataclasses.replace(BEGAN, step=150)])
    view = reader.read()
    assert [point.nats for point in view.valid] == [2.1]
    assert [sample.step for sample in view.samples] == [100]
    assert view.train[-1].epochs == 1.5
    add(run, [step(151), step(152)])
    assert reader.read().train[-1].epochs == 1.52
    assert reader.read().step == step(152)


def test_an_end_is_void_once_a_run_is_resumed(tmp_path: Path) -> None:
    """A stopped run that goes on is stopped no longer."""
    stop: list[Event] = [evaluation(200, 1.8, final=True), done(200, stopped=True)]
    run = make_run(tmp_path / "run", [*course([2.1, 1.8], steps=200), *stop])
    reader = RunReader(run.path)
    assert reader.read().state == "stopped"
    add(run, [dataclasses.replace(BEGAN, step=200), step(201)])
    view = reader.read()
    assert (view.state, view.final, view.done) == ("interrupted", None, None)
    assert view.valid[-1].nats == 1.8


def test_how_a_run_stands_while_it_is_trained(tmp_path: Path) -> None:
    """Starting, running, paused, stopping, and interrupted when the process is gone."""
    run = make_run(tmp_path / "run", [BEGAN])
    reader = RunReader(run.path)
    assert reader.read(starting=True).state == "starting"
    with run.held():
        assert reader.read().state == "starting"
        add(run, [step(100), step(101)])
        view = reader.read()
        assert (view.state, view.held, view.wish) == ("running", True, "")
        assert view.chars_per_second == pytest.approx(8192 * 10)
        assert view.progress == 101 / 400
        assert view.eta_seconds == pytest.approx(29.9)
        request(run.path, "pause")
        assert (reader.read().state, reader.read().wish) == ("running", "pause")
        add(run, [Paused(step=101)])
        assert (reader.read().state, reader.read().chars_per_second) == ("paused", 0.0)
        request(run.path, "")
        add(run, [Continued(step=101), step(102)])
        assert reader.read().state == "running"
        request(run.path, "stop")
        assert reader.read().state == "stopping"
    view = reader.read()
    assert (view.state, view.wish, view.held) == ("interrupted", "", False)
    assert view.reason == "its process ended without a word"


def test_the_share_of_an_epoch(tmp_path: Path) -> None:
    """An epoch that is complete shows as complete, not as one that has not begun."""
    shares = [
        read(make_run(tmp_path / str(number), [BEGAN, step(number)])).epoch_progress
        for number in (50, 100, 101)
    ]
    assert shares == pytest.approx([0.5, 1.0, 0.01])


def test_an_evaluation_does_not_hide_the_speed(tmp_path: Path) -> None:
    """The speed is that of the training, whatever lies between two steps."""
    run = make_run(tmp_path / "run", [BEGAN, *map(step, range(1, RATE_RECORDS))])
    with run.held():
        reader = RunReader(run.path)
        speed = reader.read().chars_per_second
        add(run, [evaluation(50, 2.0)])
        assert reader.read().chars_per_second == speed > 0


def test_a_failure_says_why(tmp_path: Path) -> None:
    """The reason is there in one line, without the path that everybody knows."""
    path = tmp_path / "run"
    view = read(make_run(path, [BEGAN, Failed(step=0, reason=f"{path}: it diverged")]))
    assert (view.state, view.reason) == ("failed", "it diverged")


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("", "it ended before its first step"),
        ("charlm-tui: none.txt: no such file\n", "none.txt: no such file"),
    ],
)
def test_what_never_came_to_be_a_run(tmp_path: Path, log: str, reason: str) -> None:
    """A folder with a log alone is a training that failed to begin, and the log says why."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "log").write_text(log)
    view = RunReader(tmp_path / "run").read()
    assert (view.name, view.state, view.reason) == ("run", "failed", reason)


def test_a_run_that_was_stopped_before_it_was_one(tmp_path: Path) -> None:
    """Whoever asked for that is not told of a failure."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "log").touch()
    request(tmp_path / "run", "stop")
    view = RunReader(tmp_path / "run").read()
    assert (view.state, view.reason) == ("stopped", "before its first step")


def test_a_run_that_could_not_be_resumed_says_why(tmp_path: Path) -> None:
    """It stays what it was, and the reason is the command line's."""
    run = make_run(tmp_path / "run", [*course([2.1], steps=100), done(100, stopped=True)])
    with (run.path / "log").open("a") as log:
        log.write(f"charlm-tui: {run.path}: the corpus has changed since the run began\n")
    view = read(run)
    assert (view.state, view.reason) == ("stopped", "the corpus has changed since the run began")


@pytest.mark.parametrize("config", [b"", b"{}", b"\xff", b'{"name": 1}'])
def test_a_damaged_config(tmp_path: Path, config: bytes) -> None:
    """It fails with a reason, and goes on once the config is there."""
    run = make_run(tmp_path / "run", COURSE)
    whole = (run.path / "config.json").read_bytes()
    (run.path / "config.json").write_bytes(config)
    reader = RunReader(run.path)
    view = reader.read()
    assert view.state == "failed"
    assert view.reason
    assert len(view.reason.splitlines()) == 1
    (run.path / "config.json").write_bytes(whole)
    assert reader.read().state == "interrupted"


def test_a_deleted_folder(tmp_path: Path) -> None:
    """Nothing breaks when the folder goes while it is followed."""
    run = make_run(tmp_path / "run", COURSE)
    reader = RunReader(run.path)
    reader.read()
    for file in run.path.iterdir():
        file.unlink()
    run.path.rmdir()
    view = reader.read()
    assert (view.state, view.reason) == ("failed", "the run's folder is gone")
    assert RunReader(tmp_path / "none").read().state == "failed"


def test_which_folders_are_runs(tmp_path: Path) -> None:
    """Those with a config or a log, the newest first; files, and folders of others, are not."""
    assert run_folders(tmp_path / "none") == []
    old, new = make_run(tmp_path / "old", []), make_run(tmp_path / "new", [])
    (tmp_path / "begun").mkdir()
    (tmp_path / "begun" / "log").touch()
    for index, file in enumerate((old.path / "config.json", new.path / "config.json")):
        os.utime(file, (1000 + index, 1000 + index))
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "notes.txt").touch()
    (tmp_path / "file").touch()
    make_run(tmp_path / ".hidden", [])
    assert [path.name for path in run_folders(tmp_path)] == ["begun", "new", "old"]


def test_the_end_of_a_long_log(tmp_path: Path) -> None:
    """Its last lines, whole, with nothing in them that a terminal would obey."""
    file = tmp_path / "log"
    file.write_bytes(b"x" * LOG_BYTES + b"\nlast \x1b[2J\xff one\n\n")
    (line,) = tail(file)
    assert line.startswith("last ")
    assert line.isprintable()
    assert tail(tmp_path / "none") == ()
    assert len(tail(_written(file, "line\n" * 200), lines=7)) == 7


def _written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


def test_a_long_curve_is_thinned(tmp_path: Path) -> None:
    """It keeps its ends and its shape, and no more points than a screen can use."""
    steps: list[Event] = [step(number, nats=5 - number / 2000, of=10_000) for number in
                          range(1, 5001)]  # fmt: skip
    curve = read(make_run(tmp_path / "run", [BEGAN, *steps])).train
    assert CURVE_POINTS / 2 <= len(curve) <= CURVE_POINTS
    assert curve[-1].epochs == 50
    assert all(abs(point.nats - (5 - point.epochs / 20)) < 0.01 for point in curve)


def test_thinning_an_odd_number_keeps_the_last() -> None:
    """Two neighbours become their mean at the later one's place; the odd one stays."""
    points = [Point(float(i), float(i), float(i)) for i in range(3)]
    assert list(thinned(points)) == [Point(1.0, 1.0, 0.5), points[2]]


def falling(*nats: float) -> list[Point]:
    """A curve of one point an epoch."""
    return [Point(float(index), 0.0, value) for index, value in enumerate(nats, start=1)]


@pytest.mark.parametrize(
    ("valid", "said"),
    [
        ((2.0, 1.5, 1.6, 1.7), True),
        ((2.0, 1.5, 1.6, 1.55), True),
        ((2.0, 1.5, 1.6), False),
        ((2.0, 1.5, 1.505, 1.509), False),
        ((2.0, 1.5, 1.7, 1.4), False),
        ((2.0, 1.9, 1.8, 1.7), False),
        ((), False),
    ],
)
def test_over_fitting_is_said_in_words(valid: tuple[float, ...], said: bool) -> None:
    """When validation has risen twice by more than chance while training fell, and only then."""
    words = overfitting(falling(2.0, 1.4, 1.2, 1.0), falling(*valid))
    assert bool(words) == said
    if said:
        assert "since epoch 2.0" in words
        assert f"from 1.500 to {valid[-1]:.3f}" in words
        assert "from 1.400 to 1.000" in words


def test_no_over_fitting_where_both_rise() -> None:
    """A training that goes wrong altogether is another fault."""
    assert overfitting(falling(2.0, 1.4, 1.5, 1.6), falling(2.0, 1.5, 1.6, 1.7)) == ""


def test_the_latest_figures_are_those_of_the_last_line(tmp_path: Path) -> None:
    """Learning rate and gradient norm are there as they were recorded."""
    found = read(make_run(tmp_path / "run", [BEGAN, step(1), step(2)])).step
    assert isinstance(found, Step)
    assert (found.step, found.learning_rate, found.gradient_norm) == (
        2,
        step(2).learning_rate,
        0.25,
    )


def test_done_is_told(tmp_path: Path) -> None:
    """The end carries the training loss of the last pass."""
    view = read(make_run(tmp_path / "run", [*COURSE, done(400)]))
    assert isinstance(view.done, Done)
    assert view.done.train_nats == 1.25
