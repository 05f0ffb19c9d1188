"""Train the shipped checkpoints from their corpora, with the recipes they were made by.

    python docs/checkpoints.py --data DATA [NAME...] [--runs RUNS] [-- TRAINING OPTIONS]

DATA holds english/ and russian/, each with train.txt and valid.txt; the third is made of the
standard library of the Python that runs this. Each is a run in RUNS, and goes on where it was when
it was broken off. What comes out is put into checkpoints/NAME, with symbols for what people type
and the texts lack. Options behind -- are put over the recipes', as `-- --hidden 64 --epochs 1`.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from charlm_core import RunReader
from charlm_core.characters import is_control
from charlm_core.checkpoint import read, write
from charlm_core.learn.card import model_card
from charlm_core.widening import typed_characters, widened

ROOT = Path(__file__).parents[1]
HELD_OUT = 0.05
"""Of Python's standard library."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one checkpoint is made."""

    about: str
    """What its texts are, for the card."""
    options: tuple[str, ...]
    """Of `charlm-tui train`."""
    prepared: bool = False
    """Whether its corpus is made of what is on this machine."""


_SIZE = ("--hidden", "768", "--batch", "32", "--length", "128", "--learning-rate", "4e-3")

RECIPES = {
    "english": Recipe(
        about="English prose, plain UTF-8 with straight quotes: 27 Standard Ebooks novels (CC0); "
        "the 18F blog and handbook (CC0); Python PEPs (public domain); The Rust Programming "
        "Language (MIT or Apache-2.0); State of the Union and inaugural addresses (public "
        "domain). The validation text is the tail of each document.",
        options=(*_SIZE, "--epochs", "4", "--evaluations", "24", "--seed", "1"),
    ),
    "russian": Recipe(
        about="Russian prose of the 19th and early 20th century from RusLit (public domain), plain "
        "UTF-8 with straight quotes. The validation text is the tail of each document.",
        options=(*_SIZE, "--epochs", "2", "--evaluations", "10", "--seed", "1"),
    ),
    "python": Recipe(
        about="The standard library of Python (Python Software Foundation License), sorted by "
        "path, without its tests. The validation text is the last twentieth.",
        options=(*_SIZE, "--epochs", "8", "--evaluations", "16", "--seed", "1"),
        prepared=True,
    ),
}


def charlm(*arguments: str | Path) -> None:
    """Run a command of charlm-tui; where it fails it has said why, and we end as it did."""
    done = subprocess.run([sys.executable, "-m", "tui.cli", *map(str, arguments)], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def corpus(name: str, recipe: Recipe, data: Path, runs: Path) -> tuple[Path, Path]:
    """The texts to train and to validate on."""
    if not recipe.prepared:
        return data / name / "train.txt", data / name / "valid.txt"
    train = runs / f"{name}.txt"
    # Once made it is kept: a run goes on with the text that it began with.
    if not train.exists():
        charlm("corpora", name, "--prepare", train, "--held-out", str(HELD_OUT))
    return train, train.with_name(f"{name}.valid.txt")


def train(name: str, recipe: Recipe, data: Path, runs: Path, options: Sequence[str]) -> Path:
    """Begin the run, go on with it, or find it finished; its folder."""
    run = runs / name
    if not (run / "config.json").exists():
        text, valid = corpus(name, recipe, data, runs)
        about = ("--about", recipe.about)
        chosen = (*recipe.options, *options)
        charlm("train", text, "--valid", valid, "--name", name, "--out", run, *about, *chosen)
    elif RunReader(run).read().state != "finished":
        charlm("train", "--resume", run)
    if RunReader(run).read().state != "finished":
        sys.exit(f"{run}: stopped; the same command goes on with it")
    return run


def ship(name: str, run: Path, folder: Path) -> None:
    """Put the run's best weights where they are shipped from, with what people type added."""
    best = read(run / "best")
    wide = widened(best, typed_characters(best.config.vocab))
    added = set(wide.config.vocabulary) - set(best.config.vocabulary)
    card = model_card(name, wide.config, sum(tensor.size for tensor in wide.tensors.values()))
    shown = "".join(sorted(one for one in added if not is_control(one) and one != "`"))
    if added:
        card += f"\nNot in the texts, and made of symbols of their kind: `{shown}`\n"
    write(folder / name, wide.config, wide.tensors, card=card)


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
        ship(name, run, arguments.out)
        print(f"{arguments.out / name}: made")  # noqa: T201 - what a person waits for


if __name__ == "__main__":
    main()
