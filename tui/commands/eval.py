"""`charlm-tui eval`: how surprised a model is at texts."""

from collections.abc import Callable, Iterator

import click

from charlm_core import CorpusError, Score, TextReader, TextSource, TextSources
from tui.commands.memories import memory_options, remembered
from tui.commands.output import emit, json_option, tell
from tui.commands.progress import ReadingProgress


@click.command(name="eval")
@click.argument("checkpoint")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--static", is_flag=True, help="Only as it was trained; some five times as quick.")
@click.option(
    "--from",
    "start",
    type=click.IntRange(min=0),
    default=0,
    help="Count from this character of each on, or up to 255 before.",
)
@memory_options
@json_option
def command(
    checkpoint: str,
    files: tuple[str, ...],
    static: bool,
    start: int,
    memory: tuple[str, ...],
    trained: bool,
    as_json: bool,
) -> None:
    """Score the texts FILE with the model CHECKPOINT, each with one running state from zero.

    Once as it was trained, and once learning each character after it has been scored; what one text
    has taught is forgotten before the next.
    """
    from charlm_core import adaptive_scores, load, running_scores

    if static and (memory or trained):
        raise click.UsageError("--static remembers nothing: leave out --memory and --trained")
    model = load(checkpoint)
    fixed, learning = Score(0.0, 0), Score(0.0, 0)
    with TextSources(files) as sources:
        for notice in sources.notices:
            tell(f"note: {notice}")
        indexes = remembered(model, memory, trained)
        for source in sources.sources:
            fixed += _scored(source, start, lambda pieces: running_scores(model, pieces))
            if not static:
                learning += _scored(
                    source,
                    start,
                    lambda pieces: adaptive_scores(model.mixture(indexes), model.vocab, pieces),
                    again=True,
                )
    result = {
        "chars": fixed.chars,
        "static": _figures(fixed),
        "adaptive": None if static else _figures(learning),
    }
    lines = [f"{fixed.chars:,} characters: {_words(fixed)}"]
    if not static:
        lines.append(f"learning as it goes: {_words(learning)}")
    emit(result, "\n".join(lines), as_json=as_json)


def _scored(
    source: "TextSource",
    start: int,
    scores: "Callable[[Iterator[str]], Iterator[Score]]",
    *,
    again: bool = False,
) -> Score:
    """The score of one text from `start` on; what there is to know of it is told once."""
    reader, found, before = TextReader(source=source), Score(0.0, 0), Score(0.0, 0)
    with ReadingProgress(source.path.stat().st_size) as progress:
        for found in scores(reader.pieces()):
            if found.chars <= start:
                before = found
            progress.tell(found, reader)
    if not reader.chars:
        raise CorpusError(f"{source.name}: empty")
    if start >= reader.chars:
        raise CorpusError(f"{source.name}: no more than {reader.chars:,} characters")
    if not again:
        for notice in reader.notices():
            tell(f"note: {notice}")
    return Score(found.total_nats - before.total_nats, found.chars - before.chars)


def _figures(score: Score) -> dict[str, float]:
    return {"nats": score.nats, "bpc": score.bpc, "ppl": score.perplexity}


def _words(score: Score) -> str:
    return (
        f"{score.nats:.4f} nats/char, {score.bpc:.4f} bits/char, perplexity {score.perplexity:.3f}"
    )
