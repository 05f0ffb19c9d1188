"""`charlm-tui eval`: how surprised a model is at texts."""

import click

from charlm_core import Score
from tui.commands.output import emit, json_option, tell
from tui.commands.progress import ReadingProgress


@click.command(name="eval")
@click.argument("checkpoint")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@json_option
def command(checkpoint: str, files: tuple[str, ...], as_json: bool) -> None:
    """Score the texts FILE with the model CHECKPOINT, each with one running state from zero."""
    from charlm_core import CorpusError, TextReader, TextSources, load, running_scores

    model = load(checkpoint)
    total = Score(0.0, 0)
    with TextSources(files) as sources:
        for notice in sources.notices:
            tell(f"note: {notice}")
        for source in sources.sources:
            reader, found = TextReader(source=source), Score(0.0, 0)
            with ReadingProgress(source.path.stat().st_size) as progress:
                for found in running_scores(model, reader.pieces()):
                    progress.tell(found, reader)
            if not reader.chars:
                raise CorpusError(f"{source.name}: empty")
            for notice in reader.notices():
                tell(f"note: {notice}")
            total += found
    static = {"nats": total.nats, "bpc": total.bpc, "ppl": total.perplexity}
    emit(
        {"chars": total.chars, "static": static, "adaptive": None},
        f"{total.chars:,} characters: {total.nats:.4f} nats/char, {total.bpc:.4f} bits/char, "
        f"perplexity {total.perplexity:.3f}",
        as_json=as_json,
    )
