"""`charlm-tui train`: train a model on texts."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import fields, replace
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from charlm_core import (
    CONTINUED_RATE,
    PRESETS,
    SIZES,
    RunError,
    sized,
    spare_threads,
    step_aside,
    suited,
)
from tui.commands.output import emit, json_option, tell
from tui.commands.progress import TrainingProgress

if TYPE_CHECKING:
    from charlm_core import Done, Evaluation, TrainConfig, Training

STANDARD = "standard"
"""The preset where none is named."""

SHAPE = {"cell", "size", "embed", "hidden", "layers"}
"""Options that say what the network is."""


@click.command(name="train")
@click.argument("corpora", nargs=-1, metavar="CORPUS...")
@click.option("--name", default="", help="What the model is called; its run's folder, too.")
@click.option(
    "--from",
    "begin_with",
    default="",
    metavar="MODEL",
    help="Begin with this model's weights, by name or folder, and its shape.",
)
@click.option("--valid", multiple=True, help="Validate on this text instead of parts held back.")
@click.option(
    "--preset",
    type=click.Choice(sorted(PRESETS)),
    show_default=STANDARD,
    help="Settings to start from; the options below change them.",
)
@click.option("--cell", type=click.Choice(["rnn", "gru", "lstm"]), help="The recurrence.")
@click.option("--size", type=click.Choice(list(SIZES)), help="Hidden units and layers by a name.")
@click.option("--embed", type=int, help="Size of a character's embedding.")
@click.option("--hidden", type=int, help="Hidden units a layer.")
@click.option("--layers", type=int, help="Recurrent layers.")
@click.option("--epochs", type=float, help="Budget in passes over the corpus.")
@click.option("--minutes", type=float, help="Budget in minutes.")
@click.option("--learning-rate", type=float, help="Highest learning rate.")
@click.option("--dropout", type=float, help="Share of units dropped; by default it suits itself.")
@click.option("--weight-drop", type=float, help="Share of recurrent weights dropped; likewise.")
@click.option("--weight-decay", type=float, help="Of AdamW.")
@click.option("--batch", type=int, help="Lanes, or windows a step.")
@click.option("--length", type=int, help="Characters a step in each.")
@click.option("--reset", type=float, help="Chance that a lane starts a step from zero.")
@click.option("--evaluations", type=int, help="Evaluations on the way.")
@click.option("--seed", type=int, help="Of every random choice.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), help="Where to train.")
@click.option(
    "--precision", type=click.Choice(["auto", "float32", "bfloat16"]), help="Of matrix products."
)
@click.option("--about", default="", help="What the texts are, for the model card.")
@click.option("--out", default="", help="The run's folder, instead of one by the name.")
@click.option("--resume", "resumed", default="", metavar="RUN", help="Go on with this run.")
@click.option(
    "--background",
    is_flag=True,
    help="At the lowest priority, with a core left to others; says nothing but to the run's log.",
)
@json_option
def command(
    corpora: tuple[str, ...],
    name: str,
    valid: tuple[str, ...],
    preset: str | None,
    about: str,
    out: str,
    begin_with: str,
    resumed: str,
    background: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Train a model on CORPUS: files, folders (their text files, sorted) or - for stdin.

    Ctrl-C ends the training early and keeps the best checkpoint. Under `torchrun` several processes
    train together as one would.
    """
    if background:
        step_aside()
    given = {key: value for key, value in options.items() if value is not None}
    if resumed and (corpora or valid or out or name or about or begin_with or preset or given):
        raise click.UsageError("--resume takes everything from the run; give nothing with it")
    if not resumed and not (corpora and name):
        raise click.UsageError("a CORPUS and --name are needed (or --resume RUN)")
    if begin_with and (shape := given.keys() & SHAPE):
        raise click.UsageError(f"--from gives the network's shape; leave out --{min(shape)}")
    config = configure(preset or STANDARD, given, continued=bool(begin_with))
    # Only now, as it takes PyTorch seconds to load.
    from charlm_core import ToldElsewhereError, joined, resume, start, use_threads

    if background:
        use_threads(spare_threads())

    try:
        with joined() as ranks:
            training = (
                resume(resumed, ranks)
                if resumed
                else start(
                    corpora,
                    name=name,
                    config=config,
                    valid=valid,
                    out=out,
                    about=about,
                    begin_with=begin_with,
                    ranks=ranks,
                )
            )
            quiet = background or not ranks.first
            if not quiet:
                for notice in training.corpus.notices:
                    tell(f"note: {notice}")
            final, done = follow(training, quiet=quiet)
    except ToldElsewhereError:
        # Of several processes one tells.
        sys.exit(1)
    if ranks.first:
        report(training, final, done, as_json=as_json)


def report(training: "Training", final: "Evaluation", done: "Done", *, as_json: bool) -> None:
    """Write to stdout what came of the training."""
    result = {
        "checkpoint": str(done.checkpoint),
        "run": str(training.run.path),
        "epochs": round(done.epochs, 4),
        "seconds": round(done.seconds, 2),
        "chars_per_second": round(done.chars / max(done.seconds, 1e-9), 1),
        "train_loss": done.train_nats,
        "val_loss": final.nats,
        "val_bpc": final.bpc,
        "val_ppl": final.perplexity,
    }
    emit(
        result,
        f"{done.checkpoint}: {final.nats:.4f} nats/char, {final.bpc:.4f} bits/char, "
        f"perplexity {final.perplexity:.3f} on {training.corpus.validation_note}",
        as_json=as_json,
    )


def configure(preset: str, given: dict[str, Any], *, continued: bool = False) -> "TrainConfig":
    """The preset's settings with those given on the command line put over them.

    Where it is `continued`, from a model's weights, those that suit that are between them.
    """
    if "epochs" in given and "minutes" in given:
        raise click.UsageError("--epochs and --minutes are two budgets; give one")
    config = PRESETS[preset]()
    if "epochs" in given or "minutes" in given:
        given = {"epochs": 0.0, "minutes": 0.0, **given}
    shape = {field.name for field in fields(config.model)}
    size = given.pop("size", "")
    if size:
        config = sized(config, size)
    elif continued:
        config = replace(config, learning_rate=CONTINUED_RATE)
    elif preset == STANDARD and not given.keys() & {"hidden", "layers"}:
        config = suited(config, given.get("minutes", config.minutes))
    model = replace(config.model, **{k: v for k, v in given.items() if k in shape})
    return replace(config, model=model, **{k: v for k, v in given.items() if k not in shape})


def follow(training: "Training", *, quiet: bool = False) -> tuple["Evaluation", "Done"]:
    """Train to the end, telling of it on stderr; the closing evaluation and the end.

    Where it is `quiet`, the run's own log must do.
    """
    from charlm_core import Done, Evaluation

    final: Evaluation | None = None
    progress = None if quiet else TrainingProgress()
    with (
        stop_on_signals(quiet=quiet or training.ranks.world > 1) as stop,
        progress or nullcontext(),
    ):
        for event in training.events(stop):
            if progress:
                progress.tell(event)
            if isinstance(event, Evaluation) and event.final:
                final = event
            if isinstance(event, Done) and final is not None:
                return final, event
    raise RunError(f"{training.run.path}: the training ended without a result")


@contextmanager
def stop_on_signals(*, quiet: bool) -> "Iterator[StopRequest]":
    """While open, a first SIGINT, SIGTERM or SIGHUP asks to stop, and a second one breaks off."""
    request = StopRequest(quiet=quiet)
    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, request.receive) for number in watched}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class StopRequest:
    """Answers whether somebody asked to stop.

    Where it is `quiet` it does not say that it has been asked: `torchrun` asks the other processes
    to stop when one has failed, and then that one's line is enough.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._asked = False
        self._quiet = quiet

    def __call__(self) -> bool:
        """Whether to stop."""
        return self._asked

    def receive(self, _number: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        if not self._quiet:
            tell("stopping: measuring and keeping what is learned (once more breaks off)")
