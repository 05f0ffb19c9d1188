"""`charlm-tui sample`: let a model write."""

import math
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from charlm_core import DECODINGS, Decoding, GenerateConfig, SamplingConfig
from tui.commands.output import check_stdout, emit, json_option, tell

if TYPE_CHECKING:
    from charlm_core import Generation, Writer

PIECE_CHARS = 32
"""So many characters are handed over at a time, some milliseconds of writing."""

PIECES_PER_SECOND = 25
"""So often at least where the speed is set, that it looks like writing."""

SLOWEST, FASTEST = 0.001, 1e9
"""The speeds to choose from, in characters per second."""


@click.command(name="sample")
@click.argument("checkpoint")
@click.option(
    "--prompt", default="", help="What it goes on from; `-` reads standard input to its end."
)
@click.option(
    "--length", type=click.IntRange(0), default=400, show_default=True, help="Characters to write."
)
@click.option(
    "--decoding",
    type=click.Choice(DECODINGS),
    help="greedy: always the likeliest character. sample: drawn, the default. beam: the likeliest "
    "of several texts looked at side by side.",
)
@click.option("--greedy", is_flag=True, help="The same as --decoding greedy.")
@click.option("--temperature", default=0.8, show_default=True, help="Divides the logits.")
@click.option("--top-k", default=0, show_default=True, help="Keep the k likeliest; 0 keeps all.")
@click.option("--top-p", default=1.0, show_default=True, help="Keep the likeliest up to this sum.")
@click.option(
    "--width", default=8, show_default=True, help="How many texts a beam looks at side by side."
)
@click.option("--seed", type=int, help="Draw the same text again; otherwise a new one each time.")
@click.option(
    "--exact",
    is_flag=True,
    help="All of a long text the same on any machine; without it the first 10,000 characters are, "
    "and the rest is written nearly twice as fast.",
)
@click.option(
    "--branches",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Texts to write from the one prompt, with this seed and those after it.",
)
@click.option(
    "--speed",
    type=click.FloatRange(SLOWEST, FASTEST),
    help="Characters per second, at most.",
)
@json_option
def command(
    checkpoint: str,
    prompt: str,
    length: int,
    decoding: Decoding | None,
    greedy: bool,
    temperature: float,
    top_k: int,
    top_p: float,
    width: int,
    seed: int | None,
    exact: bool,
    branches: int,
    speed: float | None,
    as_json: bool,
) -> None:
    """Write on from a prompt with the model CHECKPOINT, a name or a folder.

    All of the prompt warms the model's state. The same --seed writes the same text, on any machine
    (see --exact). Where a text begins to repeat itself a note says so.
    """
    if greedy and decoding not in (None, "greedy"):
        raise click.UsageError(f"--greedy and --decoding {decoding} contradict each other")
    if branches > 1 and (greedy or decoding not in (None, "sample")):
        raise click.UsageError(
            "--branches: only drawn texts differ, leave out --greedy, --decoding"
        )
    if speed is not None and math.isnan(speed):
        raise click.UsageError("--speed: nan is not a number")
    check_stdout()
    config = GenerateConfig(
        decoding="greedy" if greedy else decoding or "sample",
        sampling=SamplingConfig(temperature=temperature, top_k=top_k, top_p=top_p),
        seed=secrets.randbelow(1 << 32) if seed is None else seed,
        width=width,
    )
    # The last seed may be out of range where the first is not: then nothing is written at all.
    configs = [replace(config, seed=config.seed + branch) for branch in range(branches)]
    from charlm_core import load_writer

    start = _prompted(load_writer(checkpoint, exact=exact), config, prompt)
    if config.decoding == "sample" and seed is None and not as_json:
        tell(f"note: drawn with --seed {config.seed}")
    found = []
    for each in configs:
        one = start.fork(each)
        if as_json:
            found.append(_facts(one, one.write(length)))
            continue
        header = ""
        if branches > 1:
            header = f"--- seed {one.config.seed}\n"
        with _interruptible(one):
            _stream(one, header, length, speed)
    if as_json:
        many = {"texts": found} if branches > 1 else {}
        emit({**found[0], **many}, "", as_json=True)


def _prompted(writer: "Writer", config: GenerateConfig, prompt: str) -> "Generation":
    """A text that goes on from a prompt, which may be longer than memory."""
    if prompt != "-":
        return writer.generation(config, [prompt])
    from charlm_core import TextReader, TextSources

    with TextSources(["-"]) as sources:
        reader = TextReader(source=sources.sources[0], hashed=False)
        generation = writer.generation(config, reader.pieces())
    for notice in reader.notices():
        tell(f"note: {notice}")
    return generation


def _facts(generation: "Generation", text: str) -> dict[str, object]:
    """What there is to know of a text, as JSON has it."""
    config, loop = generation.config, generation.loop
    return {
        "text": text,
        "seed": config.seed if config.decoding == "sample" else None,
        "chars": len(text),
        "loop": {"start": loop.start, "period": loop.period} if loop else None,
    }


def _stream(generation: "Generation", header: str, length: int, speed: float | None) -> None:
    """Write a header and then a text to stdout, as it comes.

    When it begins to repeat itself a note on stderr says so, one about each period: a text may
    leave a circle and find it again.
    """
    told: set[int] = set()
    sys.stdout.write(header)
    for piece in _pieces(generation, length, speed):
        sys.stdout.write(piece)
        sys.stdout.flush()
        loop = generation.loop
        if loop and loop.period not in told:
            told.add(loop.period)
            _tell_beside(
                f"note: it repeats itself every {loop.period} characters "
                f"from character {loop.start + 1} on"
            )
    click.echo()


def _pieces(generation: "Generation", length: int, speed: float | None) -> Iterator[str]:
    """A text as it comes, and no faster than so many characters per second."""
    size = PIECE_CHARS
    if speed is not None:
        size = max(1, min(size, int(speed / PIECES_PER_SECOND)))
    begun = time.monotonic()
    while left := length - generation.chars:
        if speed is not None:
            time.sleep(max(0.0, begun + generation.chars / speed - time.monotonic()))
        piece = generation.write(min(size, left))
        if not piece:
            return
        yield piece


@contextmanager
def _interruptible(generation: "Generation") -> Iterator[None]:
    """Bear with a reader who leaves, and with a person who has seen enough."""
    try:
        yield
    except BrokenPipeError:
        # Whoever read has what they wanted, as `head` does: that is no fault. Python would complain
        # once more when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(0) from None
    except KeyboardInterrupt:
        _tell_beside(f"stopped after {generation.chars} characters")
        raise click.exceptions.Exit(130) from None


def _tell_beside(line: str) -> None:
    """Write a line to stderr that does not run into the text, where both are on one screen."""
    if sys.stdout.isatty() and sys.stderr.isatty():
        click.echo(err=True)
    tell(line)
