"""Train the shipped checkpoints from their corpora, with the recipes they were made by.

    python -m docs.checkpoints --data DATA [NAME...] [--runs RUNS] [-- TRAINING OPTIONS]

DATA holds english/ and russian/, each with train.txt and valid.txt; the third is made of the
standard library of the Python that runs this. Each is a run in RUNS, and goes on where it was when
it was broken off. What comes out is put into checkpoints/NAME, with symbols for what people type
and the texts lack. Options behind -- are put over the recipes', as `-- --hidden 64 --epochs 1`.
"""

import argparse
import hashlib
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from charlm_core import RunReader
from charlm_core.characters import is_control
from charlm_core.checkpoint import read, write
from charlm_core.learn.card import model_card
from charlm_core.widening import typed_characters, widened
from docs.calibrated import calibrated, measured
from docs.recipes import RECIPES, Recipe
from docs.sections import HEADING

ROOT = Path(__file__).parents[1]
HELD_OUT = 0.05
"""Of Python's standard library."""

_SHAPE = ("--hidden", "--embed", "--layers", "--cell", "--size")
"""A later stage has them from the first one."""


def charlm(*arguments: str | Path, quiet: bool = False) -> None:
    """Run a command of charlm-tui; where it fails it has said why, and we end as it did."""
    command = [sys.executable, "-m", "tui.cli", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL if quiet else None, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def texts(name: str, recipe: Recipe, data: Path, runs: Path) -> tuple[Path, Path]:
    """Where the texts are that it is trained and validated on."""
    if recipe.prepared:
        return runs / f"{name}.txt", runs / f"{name}.valid.txt"
    return data / name / "train.txt", data / name / "valid.txt"


def preparing(name: str, runs: Path) -> list[str]:
    """The command that makes a corpus of what is on this machine."""
    return ["corpora", name, "--prepare", str(runs / f"{name}.txt"), "--held-out", str(HELD_OUT)]


def preparing_for_calibration(name: str, tests: Iterable[str], runs: Path) -> list[str]:
    """The command that makes a text of programs which the corpus leaves out."""
    return ["corpora", *tests, "--prepare", str(calibration_text(name, runs))]


def python_tests() -> list[str]:
    """The tests of Python's standard library. Ends the program where they are not installed."""
    folder = Path(sysconfig.get_path("stdlib"), "test")
    if not (found := sorted(map(str, folder.glob("test_*.py")))):
        sys.exit(f"{folder}: the tests of Python's standard library are not there")
    return found


def calibration_text(name: str, runs: Path) -> Path:
    """Where that is."""
    return runs / f"{name}.tests.txt"


def folders(name: str, recipe: Recipe, runs: Path) -> list[Path]:
    """The runs of its stages."""
    stages = range(1, len(recipe.stages) + 1)
    return [runs / (f"{name}-{stage}" if stage > 1 else name) for stage in stages]


def training(name: str, recipe: Recipe, data: Path, runs: Path) -> list[list[str]]:
    """The commands that train it, one for each stage."""
    train, valid = map(str, texts(name, recipe, data, runs))
    out = list(map(str, folders(name, recipe, runs)))
    begin = [[], *(["--from", before] for before in out)]
    return [
        ["train", train, "--valid", valid, "--name", name, "--out", folder, *start, *options]
        for folder, start, options in zip(out, begin, recipe.stages, strict=False)
    ]


def train(name: str, recipe: Recipe, data: Path, runs: Path, options: Sequence[str]) -> Path:
    """Begin each stage, go on with it, or find it finished; the last one's folder."""
    # Once made a text is kept: a run goes on with the one that it began with.
    if recipe.prepared and not texts(name, recipe, data, runs)[0].exists():
        charlm(*preparing(name, runs))
    if recipe.calibrated and not calibration_text(name, runs).exists():
        # It tells of each of those hundreds of files.
        charlm(*preparing_for_calibration(name, python_tests(), runs), quiet=True)
    commands = training(name, recipe, data, runs)
    for run, command in zip(folders(name, recipe, runs), commands, strict=True):
        if not (run / "config.json").exists():
            own = without_shape(options) if "--from" in command else options
            charlm(*command, "--about", recipe.about, *own)
        elif RunReader(run).read().state != "finished":
            charlm("train", "--resume", run)
        if RunReader(run).read().state != "finished":
            sys.exit(f"{run}: stopped; the same command goes on with it")
    return run


def without_shape(options: Sequence[str]) -> list[str]:
    """Options, a name and a value in turn, but those that say what the network is."""
    pairs = zip(options[::2], options[1::2], strict=True)
    return [word for name, value in pairs if name not in _SHAPE for word in (name, value)]


def ship(name: str, run: Path, data: Path, folder: Path) -> None:
    """Put the run's best weights where they are shipped from, with what people type added."""
    recipe, best, suited_to = RECIPES[name], read(run / "best"), calibration_text(name, run.parent)
    if recipe.calibrated:
        best = calibrated(best, suited_to)
    wide = widened(best, typed_characters(best.config.vocab))
    if recipe.calibrated:
        wide = measured(wide, texts(name, recipe, data, run.parent)[1])
    config = replace(wide.config, suits=recipe.suits, doubt=recipe.doubt)
    added = set(wide.config.vocabulary) - set(best.config.vocabulary)
    card = model_card(name, wide.config, sum(tensor.size for tensor in wide.tensors.values()))
    shown = "".join(sorted(one for one in added if not is_control(one) and one != "`"))
    if shown:
        card += f"\nNot in the texts, and made of symbols of their kind: `{shown}`\n"
    if recipe.calibrated:
        fitted_on = suited_to.read_bytes()
        card += f"\nThe factor of the logits was fitted on {suited_to.name}, {len(fitted_on):,} "
        card += f"bytes, sha256 `{hashlib.sha256(fitted_on).hexdigest()}`.\n"
    card += f"\n{HEADING}\n\nNot measured yet: `make cards` does that.\n"
    write(folder / name, config, wide.tensors, card=card)


def main() -> None:
    """Make each checkpoint that is named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(RECIPES))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, default=ROOT / "runs")
    parser.add_argument("--out", type=Path, default=ROOT / "checkpoints")
    own, options = sys.argv[1:], []
    if "--" in own:
        place = own.index("--")
        own, options = own[:place], own[place + 1 :]
    arguments = parser.parse_args(own)
    for name in arguments.names or RECIPES:
        if name not in RECIPES:
            parser.error(f"{name}: not one of {', '.join(RECIPES)}")
    arguments.runs.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or RECIPES:
        run = train(name, RECIPES[name], arguments.data, arguments.runs, options)
        ship(name, run, arguments.data, arguments.out)
        print(f"{arguments.out / name}: made")  # noqa: T201 - what a person waits for


if __name__ == "__main__":
    main()
