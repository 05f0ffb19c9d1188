"""The cards of the shipped checkpoints: every figure measured once, beside its command."""

import json
import math
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from charlm_core import Point
from docs.calibrated import FACTOR
from docs.cards import calibration
from docs.figures import Figures, Input, Measure, MeasureError, digest
from docs.history import History, Stage
from docs.sections import HEADING, Told, sections
from tests.learn.test_recipes import ALONE, ROOT, make_places, run
from tests.support import make_checkpoint

# Of a busy machine; otherwise it is a minute.
pytestmark = pytest.mark.timeout(1800)

MARKS = "<!-- models: `make cards` writes this table -->\n<!-- /models -->\n"
SECTIONS = (
    "Figures",
    "Beside programs without a network",
    "What it is good and bad at",
    "What it writes",
    "How it was made",
    "The curve, and the next hour",
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One checkpoint made of 200 KB, its card without figures, and a README to write to."""
    places = make_places(tmp_path_factory.mktemp("places"))
    done = run(places, "english")
    assert done.returncode == 0, done.stderr
    (places / "README.md").write_text(f"Before.\n\n{MARKS}\nAfter.\n")
    return places


@pytest.fixture
def places(trained: Path, tmp_path: Path) -> Path:
    """A copy of it to write in."""
    return shutil.copytree(trained, tmp_path / "places")


def cards(places: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """The command that makes cards."""
    folders = [f"--{key}={places / key}" for key in ("data", "runs", "out")]
    readme = f"--readme={places / 'README.md'}"
    command = [sys.executable, "-m", "docs.cards", *more, *folders, readme, "--chars=1500"]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=ALONE, check=False)


def card(places: Path) -> str:
    """The card of the one checkpoint."""
    return (places / "out" / "english" / "README.md").read_text("utf-8")


def test_a_new_checkpoint_says_that_it_was_not_measured(trained: Path) -> None:
    """Whoever ships one and forgets its figures reads so on its card."""
    assert card(trained).endswith(f"\n{HEADING}\n\nNot measured yet: `make cards` does that.\n")


def test_everything_is_measured_once(places: Path) -> None:
    """The card and the README tell figures; the same command again measures nothing."""
    making = card(places).partition(HEADING)[0]
    done = cards(places, "english", "--jobs", "2")
    assert done.returncode == 0, done.stderr
    told = card(places)
    assert told.startswith(making)
    assert re.findall("^##+ (.*)$", told, re.MULTILINE)[-len(SECTIONS) :] == list(SECTIONS)
    assert "not measured" not in told.lower()
    assert "Missing" not in told
    kept = json.loads((places / "runs" / "english.figures.json").read_text("utf-8"))
    static, adaptive = (kept["eval"]["result"][key]["bpc"] for key in ("static", "adaptive"))
    assert f"| {static:.3f} | `charlm-tui eval english corpora/english/valid.txt` |" in told
    assert f"| this network, learning as it goes | {adaptive:.3f} |" in told
    # What is told by kind is all of the text, and no other.
    kinds = kept["kinds"]["result"]
    assert kinds["bpc"] == pytest.approx(static, abs=1e-4)
    for group in ("kinds", "places"):
        whole = sum(part["chars"] * part["bpc"] for part in kinds[group]) / kinds["chars"]
        assert whole == pytest.approx(static, abs=1e-4)
    assert "make checkpoints DATA=corpora ONLY=english\ncharlm-tui train corpora/english" in told
    # The test has put other options over the recipe's.
    assert "Its run had other settings than these" in told
    assert str(places) not in told
    readme = (places / "README.md").read_text("utf-8")
    assert readme.startswith("Before.\n\n<!-- models")
    assert readme.endswith("<!-- /models -->\n\nAfter.\n")
    assert f"| {static:.3f}, {adaptive:.3f} |" in readme
    again = cards(places, "english")
    assert again.returncode == 0, again.stderr
    assert "charlm-tui" not in again.stdout
    assert card(places) == told
    assert (places / "README.md").read_text("utf-8") == readme
    # Made anew it has no figures, and gets those that are known.
    assert run(places, "english").returncode == 0
    assert "Not measured yet" in card(places)
    assert cards(places, "english", "--known").returncode == 0
    assert card(places) == told


def test_what_is_missing_is_said(places: Path) -> None:
    """Nothing known: a card of its making alone, whose figures are said to be missing."""
    done = cards(places, "english", "--known")
    assert done.returncode == 0, done.stderr
    told = card(places)
    missing = "Missing: bench, sample, typed, typed-again, quiet, balanced, eager, eval, kinds, "
    assert f"{missing}compressors. `make cards`" in told
    assert "| size |" in told
    assert "| not measured | `charlm-tui replay english corpora/english/valid.txt" in told
    assert "not measured | not measured" in (places / "README.md").read_text("utf-8")


def test_a_text_that_is_not_there(places: Path) -> None:
    """One line for each figure that can't be had, and the others are told all the same."""
    (places / "data" / "english" / "valid.txt").unlink()
    (places / "data" / "english" / "train.txt").write_text("other\n")
    done = cards(places, "english", "russian")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert any(line.endswith("train.txt: not a text that english was made with") for line in lines)
    assert any(line.endswith("russian: not there; make checkpoints makes it") for line in lines)
    assert sum(line.endswith("valid.txt: no such file or directory") for line in lines) == 5
    assert len(lines) == 7
    assert "32 characters, p50 / p99 | not measured" not in card(places)
    assert "Missing: quiet, balanced, eager, eval, kinds, compressors." in card(places)


def test_a_name_that_there_is_not(tmp_path: Path) -> None:
    """Wrong usage, before anything is measured."""
    done = cards(tmp_path, "klingon")
    assert done.returncode == 2
    assert "klingon: not one of english, russian, python" in done.stderr
    done = cards(tmp_path, "--anew", "colour")
    assert done.returncode == 2
    assert "colour: not one of bench" in done.stderr


def test_a_figure_is_of_what_it_was_measured_on(tmp_path: Path) -> None:
    """Another text, or other weights, and it is none; the same again, and it is."""
    text, kept = tmp_path / "text.txt", tmp_path / "kept.json"
    text.write_text("one two three\n")
    inputs = {"VALID": Input(shown="text.txt", path=text)}
    size = "import json, pathlib, sys; print(json.dumps({'size': len(open(sys.argv[1]).read())}))"
    measure = Measure(name="size", words=("python", "-c", size, "VALID"))
    figures = Figures(kept, inputs)
    assert figures.find(measure) is None
    assert figures.take(measure).result == {"size": 14}
    found = Figures(kept, inputs).find(measure)
    assert found is not None
    assert found.result == {"size": 14}
    text.write_text("one two\n")
    assert Figures(kept, inputs).find(measure) is None
    text.write_text("one two three\n")
    assert Figures(kept, inputs).find(measure) == found
    text.unlink()
    assert Figures(kept, inputs).find(measure) is None
    with pytest.raises(MeasureError, match=r"text\.txt: no such file"):
        figures.take(measure)


def test_a_measure_that_fails_says_why(tmp_path: Path) -> None:
    """The command, and the last line that it wrote."""
    measure = Measure(name="none", words=("python", "-c", "raise SystemExit('no such luck')"))
    with pytest.raises(MeasureError, match=r"python -c .*: no such luck$"):
        Figures(tmp_path / "kept.json", {}).take(measure)
    assert not (tmp_path / "kept.json").exists()


def test_comments_are_no_other_code() -> None:
    """A figure is of other code where that does something else, and only there."""
    one = digest(['"""A."""\ndef f(x):\n    """B."""\n    return x  # as it is\n'])
    assert one == digest(["def f(x):\n    return x\n"])
    assert one != digest(["def f(x):\n    return -x\n"])


def stage(*nats: float, hours: float = 2.0) -> Stage:
    """A training of four passes at 1,000 characters a second, evaluated so."""
    step = 4.0 / len(nats)
    points = tuple(Point(step * (i + 1), 0.0, each) for i, each in enumerate(nats))
    return Stage(
        seconds=9 * 3600.0,
        taken_up=3,
        epochs=4.0,
        chars=int(hours * 3600 * 1000),
        pace=1000.0,
        valid=points,
        valid_nats=nats[-1],
        train_nats=1.0,
    )


def past(*nats: float, hours: float = 2.0) -> History:
    """That of a training in one stage."""
    return History(stages=(stage(*nats, hours=hours),))


def test_the_next_hour_is_bounded_by_the_second_half() -> None:
    """An hour more of a two hours' training is half a doubling and a bit."""
    found = past(1.4, 1.3, 1.2, 1.1).next_hour()
    assert found is not None
    assert found == pytest.approx(0.2 / 0.6931 * 0.58496, rel=1e-3)
    assert past(1.4, 1.3, 1.2, 1.35).next_hour() == 0.0
    assert past(1.2).next_hour() is None
    longer = past(1.4, 1.3, 1.2, 1.1, hours=20.0).next_hour()
    assert longer is not None
    assert longer < found / 5


def curve_of(history: History) -> str:
    """The card of a model that nothing else is known of."""
    names = ("quiet", "balanced", "eager", "eval", "bench", "compressors", "kinds", "sample")
    return sections(
        Told(
            about="nothing",
            weights=1,
            size=1,
            results={},
            commands=dict.fromkeys((*names, "typed", "typed-again"), "do"),
            made=["make it"],
            differing=False,
            remark="",
            calibration="told of it",
            judgement="{prose}",
            prompt="",
            history=history,
        )
    )


def test_a_second_stage_tells_what_more_training_brings() -> None:
    """It has doubled the training; an hour more of four is a third of a doubling."""
    found = History(stages=(stage(1.4, 1.2), stage(1.3, 1.1)))
    assert found.brought() == pytest.approx(0.1 / 0.693147)
    assert found.next_hour() == pytest.approx(0.1 / 0.693147 * math.log2(5 / 4), rel=1e-3)
    assert found.seconds == 18 * 3600
    assert found.pieces == 6
    worse = History(stages=(stage(1.4, 1.2), stage(1.3, 1.25)))
    assert worse.next_hour() == 0.0


def test_what_became_of_the_weights_is_told() -> None:
    """By how much they were calibrated; nothing where they were not."""
    config = make_checkpoint().config
    assert calibration(config) == ""
    facts = replace(config.training, settings={FACTOR: 0.875}, validation_bpc=1.23456)
    told = calibration(replace(config, training=facts))
    assert "multiplied by 0.875" in told
    assert told.endswith("That made it 1.235.")


def test_a_curve_of_two_stages() -> None:
    """Passes and hours are counted on, and each stage's end is told."""
    rows = re.findall(
        r"^\| ([\d.]+(?:, all of the text)?) \| ([\d.]+) \| ([\d.]+) \|$",
        curve_of(History(stages=(stage(1.4, 1.2), stage(1.3, 1.1)))),
        re.MULTILINE,
    )
    assert [row[0] for row in rows] == [
        *("2.00", "4.00", "4.00, all of the text"),
        *("6.00", "8.00", "8.00, all of the text"),
    ]
    assert rows[-1] == ("8.00, all of the text", "18.00", f"{1.1 / 0.693147:.3f}")
    assert "\n\ntold of it\n\n" in curve_of(past(1.4, 1.2))


def test_a_curve_is_told_by_a_few_of_its_points() -> None:
    """The last evaluation is among them, and the end by the definition comes after it."""
    told = curve_of(past(*(1.5 - i / 100 for i in range(21))))
    rows = re.findall(r"^\| ([\d.]+) \| [\d.]+ \| ([\d.]+) \|$", told, re.MULTILINE)
    assert len(rows) == 7
    assert rows[-1] == ("4.00", f"{1.3 / 0.693147:.3f}")
    assert "| 4.00, all of the text | 9.00 |" in told
    assert "9.00 hours on the trainings' own clock, in 3 pieces" in told
    assert "at that pace it takes 2.00 hours" in told
