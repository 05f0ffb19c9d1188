"""Train the shipped checkpoints from their corpora, with the recipes they were made by.

    python -m docs.checkpoints --data DATA [NAME...] [--runs RUNS] [-- TRAINING OPTIONS]

DATA holds english/ and russian/, each with train.txt and valid.txt; the third is made of the
standard library of the Python that runs this. Each is a run in RUNS, and goes on where it was when
it was broken off. What comes out is put into checkpoints/NAME, with symbols for what people type
and the texts lack. Options behind -- are put over the recipes', as `-- --hidden 64 --epochs 1`.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from charlm_core import RunReader
from charlm_core.characters import is_control
from charlm_core.checkpoint import read, write
from charlm_core.fitting import Suits
from charlm_core.learn.card import model_card
from charlm_core.widening import typed_characters, widened
from docs.sections import HEADING

ROOT = Path(__file__).parents[1]
HELD_OUT = 0.05
"""Of Python's standard library."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one checkpoint is made."""

    purpose: str
    """What to write with it, in a few words."""
    about: str
    """What its texts are, for the card."""
    stages: tuple[tuple[str, ...], ...]
    """Options of `charlm-tui train`, a name and a value in turn; for each stage, which begins with
    the weights of the one before."""
    judgement: str
    """What it is good and bad at; `{dialogue}` stands for what such text costs, bits a character,
    as `tests.perf.kinds` has measured it of the kind whose name begins so."""
    prompt: str
    """What its sample goes on from."""
    suits: Suits
    """Which documents it is chosen for."""
    doubt: float = 1.0
    """That of its config: with it some 53% of the ghosts are wrong with the dial at balanced, on
    pieces of 15,000 characters from 100,000 on of the validation text (English: from 1,000,000),
    typed from an empty memory, `charlm-tui replay`."""
    remark: str = ""
    """In what the shipped weights were not made as this says."""
    prepared: bool = False
    """Whether its corpus is made of what is on this machine."""


_PYTHON = ("*.py", "*.pyi", "*.pyw", "*.pyx", "*.pxd", "SConstruct", "SConscript", "wscript")
_LIKE_PYTHON = (
    *("*.js", "*.mjs", "*.cjs", "*.jsx", "*.ts", "*.tsx", "*.json", "*.c", "*.h", "*.go", "*.php"),
    *("*.pl", "*.pm", "*.sql", "*.xml", "*.cfg", "*.cmake", "CMakeLists.txt"),
)
"""What it predicts better than the English one by a quarter of a bit a character and more, as
`tests.perf.suits` measures it. Markup with prose in it is left to its letters."""

_SHAPE = ("--hidden", "--embed", "--layers", "--cell", "--size")
"""A later stage has them from the first one."""

_FIRST = (
    *("--hidden", "768", "--batch", "32", "--length", "128", "--learning-rate", "4e-3"),
    *("--seed", "1"),
)
_LATER = ("--batch", "64", "--length", "128", "--learning-rate", "3e-3", "--seed", "2")
"""Once steps no longer teach as much as the first ones, twice the lanes take a sixth less time."""

RECIPES = {
    "english": Recipe(
        purpose="English prose",
        about="English prose, plain UTF-8 with straight quotes: 27 Standard Ebooks novels (CC0); "
        "the 18F blog and handbook (CC0); Python PEPs (public domain); The Rust Programming "
        "Language (MIT or Apache-2.0); State of the Union and inaugural addresses (public "
        "domain). The validation text is the tail of each document.",
        stages=((*_FIRST, "--epochs", "3", "--evaluations", "24"),),
        judgement="It writes as novels, speeches, reports and handbooks do. Speeches cost "
        "{speeches} bits a character, dialogue {dialogue}, other prose {other prose}; lists and "
        "headings, which begin anew in each line, {lists}. It is sure inside words and much less "
        "of what the next one is: their first letter costs {first letter}, from the fourth on "
        "{later letters}. It has read no mail, no chat and hardly a line of code, and of names, "
        "dates and turns of phrase that its texts lack it learns only from yours.",
        prompt="Dear Mrs. Bennet, I was very glad to ",
        suits=Suits(scripts=("Latin",)),
        remark="The shipped weights took their first two passes at the learning rates of a "
        "schedule for four.",
    ),
    "russian": Recipe(
        purpose="Russian prose",
        about="Russian prose of the 19th and early 20th century from RusLit (public domain), plain "
        "UTF-8 with straight quotes. The validation text is the tail of each document.",
        stages=(
            (*_FIRST, "--epochs", "2", "--evaluations", "10"),
            (*_LATER, "--epochs", "1.5", "--evaluations", "6"),
        ),
        judgement="It writes as Russian prose did a century ago, and has none of the words that "
        "came since. Prose costs {prose} bits a character, dialogue {dialogue}; the notes and "
        "dates of annotated editions {notes}. Endings are cheap and beginnings dear: from the "
        "fourth letter on a word costs {later letters} a letter, its first one {first letter}. "
        "Of the letter ё it knows little, as most of its texts write е.",
        prompt="Было уже совсем темно, когда ",
        suits=Suits(scripts=("Cyrillic",)),
        doubt=1.34,
    ),
    "python": Recipe(
        purpose="Python programs",
        about="The standard library of Python (Python Software Foundation License), sorted by "
        "path, without its tests. The validation text is the last twentieth.",
        stages=(
            (*_FIRST, "--epochs", "4", "--evaluations", "16"),
            (
                *(*_LATER, "--epochs", "7", "--evaluations", "14"),
                *("--dropout", "0.3", "--weight-drop", "0.15"),
            ),
        ),
        judgement="It writes as the standard library is written. Indents and line ends cost "
        "{indents} bits a character, keywords {keywords}, names {names}, docstrings {docstrings}, "
        "comments {comments}, numbers {numbers}. Names of your own it learns as you type them. The "
        "held-out files are whole modules that it has not seen, and their names with them; it has "
        "read no library but the standard one.",
        prompt="def read(path, encoding=None):",
        suits=Suits(
            files=(*_PYTHON, *_LIKE_PYTHON), programs=("python", "pypy", "uv", "node", "perl")
        ),
        doubt=0.73,
        remark="The shipped weights went from pass 1.30 to 1.50 of the first stage at the learning "
        "rates of a schedule for five.",
        prepared=True,
    ),
}


def charlm(*arguments: str | Path) -> None:
    """Run a command of charlm-tui; where it fails it has said why, and we end as it did."""
    done = subprocess.run([sys.executable, "-m", "tui.cli", *map(str, arguments)], check=False)
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


def folders(name: str, recipe: Recipe, runs: Path) -> list[Path]:
    """The runs of its stages."""
    return [runs / (f"{name}-{stage}" if stage > 1 else name) for stage in stages(recipe)]


def stages(recipe: Recipe) -> range:
    """The stages' numbers, from 1."""
    return range(1, len(recipe.stages) + 1)


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
    # Once made a corpus is kept: a run goes on with the text that it began with.
    if recipe.prepared and not texts(name, recipe, data, runs)[0].exists():
        charlm(*preparing(name, runs))
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


def ship(name: str, run: Path, folder: Path) -> None:
    """Put the run's best weights where they are shipped from, with what people type added."""
    best = read(run / "best")
    wide = widened(best, typed_characters(best.config.vocab))
    recipe = RECIPES[name]
    config = replace(wide.config, suits=recipe.suits, doubt=recipe.doubt)
    added = set(wide.config.vocabulary) - set(best.config.vocabulary)
    card = model_card(name, wide.config, sum(tensor.size for tensor in wide.tensors.values()))
    shown = "".join(sorted(one for one in added if not is_control(one) and one != "`"))
    if shown:
        card += f"\nNot in the texts, and made of symbols of their kind: `{shown}`\n"
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
        ship(name, run, arguments.out)
        print(f"{arguments.out / name}: made")  # noqa: T201 - what a person waits for


if __name__ == "__main__":
    main()
