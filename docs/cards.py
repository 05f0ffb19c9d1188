"""Measure the shipped checkpoints, and write what came of it into their cards and the README.

    python -m docs.cards --data DATA [NAME...] [--runs RUNS] [--jobs N] [--anew FIGURE] [--known]

DATA and RUNS are as for docs.checkpoints. A figure is kept in RUNS/NAME.figures.json, so that what
is broken off goes on where it was, and measured again only for other weights or texts. Those that
take the time come first, with nothing beside them; the others N at once. A figure that can't be had
is told of, and the card says that it is missing.
"""

import argparse
import math
import shlex
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from charlm_core.checkpoint import CARD_FILE, CONFIG_FILE, CheckpointConfig, read_config
from charlm_core.weights import WEIGHTS_FILE, tensor_shapes
from docs.calibrated import FACTOR
from docs.checkpoints import (
    ROOT,
    folders,
    preparing,
    preparing_for_calibration,
    texts,
    training,
)
from docs.figures import Figures, Input, Measure, MeasureError, measures
from docs.history import history
from docs.recipes import RECIPES, Recipe
from docs.sections import HEADING, Told, overview, sections

CHARS = 50_000
"""So many characters are typed again for the keys saved."""

DATA, RUNS = Path("corpora"), Path("runs")
"""Where texts and runs are in the commands that a card shows: as `make checkpoints` has them."""

TESTS = "STDLIB/test/test_*.py"
"""Likewise those of the standard library."""

BEGIN, END = "<!-- models: `make cards` writes this table -->\n", "<!-- /models -->\n"
"""What the table stands between in the README."""


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """A checkpoint whose card is to be written."""

    name: str
    """What it is called."""
    recipe: Recipe
    """How it was made."""
    folder: Path
    """Where it lies."""
    runs: Sequence[Path]
    """The folders of the runs that made it, one for each stage."""
    figures: Figures
    """What has been measured of it."""
    measures: tuple[Measure, ...]
    """What is to be."""

    @property
    def config(self) -> CheckpointConfig:
        """What it says of itself. Raises CheckpointError."""
        return read_config(self.folder)

    def told(self) -> Told:
        """What its card is made of."""
        inputs, config = self.figures.inputs, self.config
        found = {measure.name: self.figures.find(measure) for measure in self.measures}
        shapes = tensor_shapes(config.model, len(config.vocabulary))
        return Told(
            about=self.recipe.purpose,
            weights=sum(map(math.prod, shapes.values())),
            size=(self.folder / WEIGHTS_FILE).stat().st_size,
            results={name: one.result for name, one in found.items() if one},
            commands={measure.name: measure.shown(inputs) for measure in self.measures},
            made=made(self.name, self.recipe),
            differing=differs(self.recipe, config),
            remark=self.recipe.remark,
            calibration=calibration(config),
            judgement=self.recipe.judgement,
            prompt=self.recipe.prompt,
            history=history(self.runs, config),
        )


def made(name: str, recipe: Recipe) -> list[str]:
    """The commands that make a checkpoint: the one that does it all, then those that it runs."""
    below = [preparing(name, RUNS)] if recipe.prepared else []
    if recipe.calibrated:
        below.append(preparing_for_calibration(name, [TESTS], RUNS))
    below += training(name, recipe, DATA, RUNS)
    lines = [f"charlm-tui {shlex.join(words)}" for words in below]
    # A shell finds those files.
    lines = [line.replace(f"'{TESTS}'", TESTS) for line in lines]
    return [f"make checkpoints DATA={DATA} ONLY={name}", *lines]


def calibration(config: CheckpointConfig) -> str:
    """What became of the weights after the training; empty where nothing did."""
    facts = config.training
    if FACTOR not in facts.settings:
        return ""
    return (
        f"The output layer is multiplied by {facts.settings[FACTOR]}, with which the tests of the "
        "standard library, which it has not read, are predicted best (temperature scaling, Guo et "
        f"al. 2017). That made it {facts.validation_bpc:.3f}."
    )


def differs(recipe: Recipe, config: CheckpointConfig) -> bool:
    """Whether a checkpoint was trained with other options than its recipe's."""
    settings = {**config.training.settings, **vars(config.model)}
    last = recipe.stages[-1]
    names = [word[2:].replace("-", "_") for word in last[::2]]
    if bool(config.training.start) != (len(recipe.stages) > 1):
        return True
    if (FACTOR in settings) != recipe.calibrated:
        return True
    return any(
        float(value) != settings.get(name) for name, value in zip(names, last[1::2], strict=True)
    )


def shipped(name: str, data: Path, runs: Path, out: Path, chars: int) -> Shipped:
    """The checkpoint of a name, which need not be there yet."""
    recipe = RECIPES[name]
    train, valid = texts(name, recipe, data, runs)
    shown = texts(name, recipe, DATA, RUNS)
    typed = Path("docs", "typed", f"{name}.txt")
    inputs = {
        "MODEL": Input(shown=name, path=out / name),
        "TRAIN": Input(shown=str(shown[0]), path=train),
        "VALID": Input(shown=str(shown[1]), path=valid),
        "TYPED": Input(shown=str(typed), path=ROOT / typed),
    }
    return Shipped(
        name=name,
        recipe=recipe,
        folder=out / name,
        runs=folders(name, recipe, runs),
        figures=Figures(runs / f"{name}.figures.json", inputs),
        measures=measures(name, recipe.prompt, chars),
    )


def measure(wanted: list[tuple[Shipped, Measure]], jobs: int) -> list[str]:
    """Measure it all; a line for each that can't be."""
    faults: list[str] = []

    def take(one: Shipped, what: Measure) -> None:
        try:
            seconds = one.figures.take(what).seconds
        except MeasureError as error:
            faults.append(str(error))
        else:
            say(f"{what.shown(one.figures.inputs)}: {seconds:.0f} s")

    for one, what in wanted:
        if what.alone:
            take(one, what)
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(partial(take, *pair)) for pair in wanted if not pair[1].alone]
        try:
            for each in waiting:
                each.result()
        except KeyboardInterrupt:
            # What is under way is ended as we are; the rest is not begun.
            pool.shutdown(cancel_futures=True)
            raise
    return faults


def foreign(one: Shipped) -> dict[str, str]:
    """A line for each input that is not the text that the checkpoint says it was made with."""
    facts, lines = one.config.training, {}
    for role, known in (("TRAIN", facts.corpora), ("VALID", facts.validation)):
        text = one.figures.inputs[role]
        # One that is not there is told of when something needs it.
        if text.path.exists() and text.sha256 not in {fact.sha256 for fact in known}:
            lines[role] = f"{text.path}: not a text that {one.name} was made with"
    return lines


def write_card(one: Shipped) -> None:
    """Put the figures into the card, in place of those that were there."""
    file = one.folder / CARD_FILE
    making = file.read_text("utf-8").partition(f"\n{HEADING}\n")[0]
    file.write_text(f"{making.rstrip()}\n\n{sections(one.told())}", "utf-8")


def write_readme(readme: Path, all_of_them: list[Shipped]) -> None:
    """Put the table of the models between its marks. Ends the program where there are none."""
    before, begin, rest = readme.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        sys.exit(f"{readme}: it lacks the lines {BEGIN.strip()} and {END.strip()}")
    lines = "\n".join(overview({one.name: one.told() for one in all_of_them}))
    readme.write_text(f"{before}{begin}{lines}\n{end}{after}", "utf-8")


def say(line: str) -> None:
    """Tell whoever waits."""
    print(line, flush=True)  # noqa: T201 - what a person waits for


def parsed() -> argparse.Namespace:
    """What the command was given. Ends the program where that is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(RECIPES))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, default=ROOT / "runs")
    parser.add_argument("--out", type=Path, default=ROOT / "checkpoints")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md")
    parser.add_argument("--jobs", type=int, default=1, help="So many measure at once.")
    parser.add_argument("--chars", type=int, default=CHARS, help="Of the text typed again.")
    parser.add_argument("--anew", nargs="+", default=[], help="These figures once more.")
    parser.add_argument("--known", action="store_true", help="Write down what is known.")
    arguments = parser.parse_args()
    figures = [each.name for each in measures("", "", 0)]
    for given, there_are in ((arguments.names, RECIPES), (arguments.anew, figures)):
        for name in given:
            if name not in there_are:
                parser.error(f"{name}: not one of {', '.join(there_are)}")
    arguments.names = arguments.names or list(RECIPES)
    return arguments


def main() -> None:
    """Measure what is missing of each checkpoint that is named, or of all, and write it down."""
    arguments = parsed()
    places = arguments.data, arguments.runs, arguments.out
    every = [shipped(name, *places, arguments.chars) for name in RECIPES]
    there = [one for one in every if (one.folder / CONFIG_FILE).exists()]
    chosen = [one for one in there if one.name in arguments.names]
    faults = [
        f"{one.folder}: not there; make checkpoints makes it"
        for one in every
        if one.name in arguments.names and one not in there
    ]
    wanted = []
    for one in chosen:
        others = foreign(one)
        faults += others.values()
        wanted += [
            (one, what)
            for what in one.measures
            if what.name in arguments.anew or one.figures.find(what) is None
            # Of another text it would be a figure, but not of what was held out.
            if not others.keys() & set(what.words)
        ]
    if not arguments.known:
        try:
            faults += measure(wanted, max(1, arguments.jobs))
        except KeyboardInterrupt:
            faults.append("broken off; the same command goes on")
    for one in chosen:
        write_card(one)
        if old := [what.name for what in one.measures if one.figures.outdated(what)]:
            say(f"{one.name}: measured with other code than today's: {', '.join(old)}; see --anew")
    write_readme(arguments.readme, there)
    for line in faults:
        sys.stderr.write(f"{line}\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
