"""`charlm-tui explain`: what a model thinks of a text, as figures and as a page for a browser."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from charlm_core import (
    DEFAULT_CHECKPOINT,
    CorpusError,
    DocumentError,
    Score,
    TextReader,
    TextSource,
    TextSources,
)
from tui.commands.memories import memory_options, remembered
from tui.commands.output import emit, json_option, tell
from tui.commands.progress import ReadingProgress

if TYPE_CHECKING:
    from tui.services.explaining import Explained

PLACES = 10
"""So many of the most surprising places are told."""


@click.command(name="explain")
@click.argument("file")
@click.option("--checkpoint", help="Who reads it; the one that the text calls for, unless named.")
@click.option("--html", metavar="OUT", help="Write the page there; `-` for standard output.")
@click.option(
    "--from",
    "start",
    type=click.IntRange(min=0),
    default=0,
    help="Look closely from this character on.",
)
@click.option(
    "--closely",
    type=click.IntRange(min=0, max=20_000),
    default=2000,
    show_default=True,
    help="Look so many characters into the units, the sources and the ghosts.",
)
@click.option("--static", is_flag=True, help="Only as it was trained; some five times as quick.")
@memory_options
@json_option
def command(
    file: str,
    checkpoint: str | None,
    html: str | None,
    start: int,
    closely: int,
    static: bool,
    memory: tuple[str, ...],
    trained: bool,
    as_json: bool,
) -> None:
    """Tell how surprising the text FILE is, where most, and what the model expected instead.

    The page holds the text, tinted by surprise, and at each character what was expected there; it
    needs nothing else, and can be sent to anybody. It shows the first 200,000 characters; the
    figures are of all of them.
    """
    from charlm_core import load
    from tui.services.explaining import Explaining

    if static and (memory or trained):
        raise click.UsageError("--static remembers nothing: leave out --memory and --trained")
    if html == "-" and as_json:
        raise click.UsageError("--json and --html - would both write to standard output")
    with TextSources([file]) as sources:
        source = sources.sources[0]
        if source.folder:
            raise CorpusError(f"{file}: a folder; name one text in it")
        if html is not None:
            _refuse(Path(html), Path(file))
        model = load(_called_for(source) if checkpoint is None else checkpoint)
        if checkpoint is None:
            tell(f"note: read by {model.name}")
        explaining = Explaining(model, range(start, start + closely if html else start))
        reader = _read(source, explaining.read)
        for notice in reader.notices():
            tell(f"note: {notice}")
        if not static:
            mixture = model.mixture(remembered(model, memory, trained))
            _read(source, lambda pieces: explaining.look(pieces, mixture))
        elif html is not None:
            _read(source, lambda pieces: explaining.look(pieces, None))
        explained = explaining.explained()
    if html is not None:
        from tui.services.page import page

        written = page(explained, Path(source.name).name, model.name, model.config).encode()
        if html == "-":
            click.echo(written, nl=False)
        else:
            _write(Path(html), written)
    lines = _lines(explained, source.name)
    if html == "-":
        for line in lines:
            tell(line)
        return
    if html is not None:
        lines.append(f"The page is {html}.")
    emit(_result(explained, html), "\n".join(lines), as_json=as_json)


def _called_for(source: TextSource) -> str:
    """The checkpoint of a text, by its name or its letters, as the editor has it."""
    from tui.services.events import Wanted
    from tui.services.suiting import Suiting
    from tui.text.glance import BEGINNING

    sample = next(TextReader(source=source, hashed=False).pieces())[:BEGINNING]
    offers = Suiting().offers(Wanted(name=Path(source.name).name, sample=sample))
    return next((offer.checkpoint for offer in offers), DEFAULT_CHECKPOINT)


def _read(source: TextSource, scores: Callable[[Iterator[str]], Iterator[Score]]) -> TextReader:
    """Read the text once, with a bar. Raises CorpusError where there is nothing in it."""
    reader = TextReader(source=source, hashed=False)
    with ReadingProgress(source.path.stat().st_size) as progress:
        for score in scores(reader.pieces()):
            if score.chars:
                progress.tell(score, reader)
    if not reader.chars:
        raise CorpusError(f"{source.name}: empty")
    return reader


def _refuse(out: Path, file: Path) -> None:
    """Refuse, before any work, to write where no page belongs. Raises OSError or DocumentError."""
    if str(out) == "-":
        return
    if out.exists():
        if file.exists() and out.samefile(file):
            raise DocumentError(f"{out}: the text itself; the page would take its place")
        if not out.is_file():
            raise DocumentError(f"{out}: not a regular file")
    elif not Path(os.path.realpath(out)).parent.is_dir():
        raise DocumentError(f"{out}: its folder does not exist")


def _write(out: Path, data: bytes) -> None:
    """Put the page in its place in one step. Raises OSError, which names it."""
    from tui.services.replacing import replace_file

    target = Path(os.path.realpath(out))
    like = target.stat() if target.exists() else None
    try:
        replace_file(target, [data], like=like)
    except OSError as error:
        # The system names the temporary file, which nobody knows of.
        raise OSError(error.errno, error.strerror, str(out)) from error


def _result(explained: "Explained", html: str | None) -> dict[str, object]:
    adaptive = explained.adaptive
    return {
        "chars": explained.static.chars,
        "bpc": explained.static.bpc,
        "ppl": explained.static.perplexity,
        "adaptive": adaptive and {"bpc": adaptive.bpc, "ppl": adaptive.perplexity},
        "html": html,
        "surprising": [
            {"line": place.line, "column": place.column, "text": place.text, "bits": place.bits}
            for place in explained.places[:PLACES]
        ],
    }


def _lines(explained: "Explained", name: str) -> list[str]:
    lines = [f"{name}: {explained.static.chars:,} characters, {_words(explained.static)}"]
    if explained.adaptive is not None:
        lines.append(f"learning as it goes: {_words(explained.adaptive)}")
    lines.append("Most surprising:")
    for place in explained.places[:PLACES]:
        where = f"{place.line}:{place.column}"
        lines.append(f"  {where:>9}  {place.bits:5.1f} bits  {_short(place.text)}")
    return lines if explained.places else lines[:-1]


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _words(score: Score) -> str:
    return f"{score.bpc:.4f} bits/char, perplexity {score.perplexity:.3f}"
