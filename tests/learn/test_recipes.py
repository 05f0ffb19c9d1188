"""The recipes of the shipped checkpoints, on 200 KB: one command each, which goes on if killed."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from charlm_core import load
from charlm_core.checkpoint import read_config
from charlm_core.fitting import UNSAID
from charlm_core.weights import weights_digest
from charlm_core.widening import TYPED
from docs.calibrated import FACTOR
from docs.checkpoints import folders
from docs.recipes import RECIPES

ROOT = Path(__file__).parents[2]
SMALL = ["--hidden", "16", "--embed", "8", "--batch", "32", "--epochs", "0.5", "--evaluations", "2"]
CHARS = 200_000
PATIENCE = 600.0
"""Seconds that a training may take to begin; a busy machine takes a few minutes."""
ALONE = {**os.environ, "OMP_NUM_THREADS": "1"}
"""Threads of so small a training wait for each other; on a busy machine they do little else."""

pytestmark = pytest.mark.timeout(1800)

WORDS = {
    "english": "the garden was quiet and a bird sang over old stones while we waited",
    "russian": "в саду было тихо и птица пела над старыми камнями пока мы ждали её",
    "python": "def return self value if not in for import list name None True",
}
RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюя "


def text(name: str, chars: int, seed: int) -> str:
    """Sentences of a few words, the same each time."""
    chosen = random.Random(seed)
    lines = (" ".join(chosen.choices(WORDS[name].split(), k=8)) + ".\n" for _ in range(chars // 20))
    return (RUSSIAN * 40 + "".join(lines))[:chars] if name == "russian" else "".join(lines)[:chars]


def make_places(folder: Path) -> Path:
    """Corpora as the recipes look for them; that of Python as it is when it has been prepared."""
    for name in ("english", "russian"):
        (folder / "data" / name).mkdir(parents=True)
        (folder / "data" / name / "train.txt").write_text(text(name, CHARS, 1), "utf-8")
        (folder / "data" / name / "valid.txt").write_text(text(name, CHARS // 20, 2), "utf-8")
    (folder / "runs").mkdir()
    (folder / "runs" / "python.txt").write_text(text("python", CHARS, 1))
    (folder / "runs" / "python.valid.txt").write_text(text("python", CHARS // 20, 2))
    (folder / "runs" / "python.tests.txt").write_text(text("python", CHARS // 10, 3))
    return folder


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A folder with corpora in it."""
    return make_places(tmp_path)


def command(places: Path, *names: str) -> list[str]:
    """The one command."""
    folders = [f"--{key}={places / key}" for key in ("data", "runs", "out")]
    return [sys.executable, "-m", "docs.checkpoints", *names, *folders, "--", *SMALL]


def best_digest(run: Path) -> str:
    """Which weights a run has kept."""
    return weights_digest(run / "best")


def start_of(run: Path) -> str:
    """Which weights a run began with; empty where it were random ones."""
    start = read_config(run / "best").training.start
    return start.sha256 if start else ""


def run(places: Path, *names: str) -> "subprocess.CompletedProcess[str]":
    """Run it to its end."""
    return subprocess.run(
        command(places, *names), capture_output=True, text=True, cwd=ROOT, env=ALONE, check=False
    )


def test_all_three_are_made(places: Path) -> None:
    """Each can be opened, knows what people type, and says on its card how it came to be."""
    done = run(places)
    assert done.returncode == 0, done.stderr
    for name in WORDS:
        model = load(places / "out" / name)
        assert set(TYPED) <= set(model.vocab.symbols)
        assert model.config.training.validation_bpc < 5
        recipe = RECIPES[name]
        last = recipe.stages[-1]
        assert model.config.training.seed == int(last[last.index("--seed") + 1])
        runs = folders(name, recipe, places / "runs")
        starts = [start_of(run) for run in runs]
        assert starts == ["", *map(best_digest, runs[:-1])]
        assert (FACTOR in model.config.training.settings) == recipe.calibrated
        assert model.config.suits == RECIPES[name].suits != UNSAID
        card = (places / "out" / name / "README.md").read_text("utf-8")
        assert card.startswith(f"# {name}\n")
        assert "Not in the texts" in card
        if recipe.calibrated:
            fitted_on = (places / "runs" / f"{name}.tests.txt").read_bytes()
            assert hashlib.sha256(fitted_on).hexdigest() in card
        assert "$" in card
    assert {"ё", "№", "«"} <= set(load(places / "out" / "russian").vocab.symbols)


def test_a_run_that_was_killed_goes_on(places: Path) -> None:
    """The same command again ends with the checkpoint; once more, and nothing is trained."""
    process = subprocess.Popen(
        command(places, "english"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        env=ALONE,
    )
    metrics = places / "runs" / "english" / "metrics.jsonl"
    deadline = time.monotonic() + PATIENCE
    while not (metrics.exists() and b'"step"' in metrics.read_bytes()):
        assert process.poll() is None, process.stdout and process.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    # The script and the training it has begun.
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        process.kill()
        pytest.skip("no way to find a process's children here")
    for child in children.read_text().split():
        subprocess.run(["kill", "-KILL", child], check=False)
    assert process.wait(10) == -signal.SIGKILL % 256 or process.returncode != 0
    if process.stdout:
        process.stdout.close()
    assert not (places / "out" / "english").exists()
    done = run(places, "english")
    assert done.returncode == 0, done.stderr
    assert load(places / "out" / "english").config.training.epochs == pytest.approx(0.5, abs=0.05)
    events = [json.loads(line)["event"] for line in metrics.read_text().splitlines()]
    again = run(places, "english")
    assert again.returncode == 0, again.stderr
    assert events == [json.loads(line)["event"] for line in metrics.read_text().splitlines()]
    assert events.count("began") == 2


def test_a_corpus_that_is_missing_is_told(tmp_path: Path) -> None:
    """One line, and no checkpoint."""
    done = run(tmp_path, "russian")
    assert done.returncode == 1
    assert "train.txt: no such file" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_name_that_there_is_not() -> None:
    """Wrong usage, before anything is begun."""
    done = run(Path("nowhere"), "klingon")
    assert done.returncode == 2
    assert "klingon" in done.stderr
