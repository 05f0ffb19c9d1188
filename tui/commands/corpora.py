"""`charlm-tui corpora`: texts on this machine that are worth training on, and a corpus of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from charlm_core import one_line
from tui.commands.output import emit, json_option, tell
from tui.commands.progress import GatheringProgress

if TYPE_CHECKING:
    from charlm_core import Counted, Prepared

MOST_NOTES = 20
"""Of more files that were left out it says how many."""


@click.command(name="corpora")
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--prepare", "out", metavar="OUT", help="Write a clean corpus of SOURCE to OUT.")
@click.option(
    "--held-out",
    type=click.FloatRange(0, 0.5),
    default=0.0,
    metavar="SHARE",
    help="Write the last SHARE of each source to OUT.valid instead, to validate on.",
)
@click.option("--unwrap", is_flag=True, help="Join the lines of hard-wrapped paragraphs.")
@json_option
def command(
    names: tuple[str, ...], out: str | None, held_out: float, unwrap: bool, as_json: bool
) -> None:
    """List the texts on this machine that are worth training on, or make a corpus of them.

    SOURCE is python, topics (Python's help), man, doc, info, or a file, a folder, or - of your own:
    notes, programs, mail (mbox, Maildir, single messages). Without any, all that is found is
    counted. What is repeated and what looks like a key or a password is left out, of mails also
    what they quote; the sources themselves are never changed.
    """
    if out is None and held_out:
        raise click.UsageError("--held-out goes with --prepare OUT")
    if out is not None and not names:
        raise click.UsageError("--prepare needs to know of what: python, man, ~/notes ...")
    # Only now, as it brings NumPy along.
    from charlm_core import count_sources, prepare_corpus, sources, usual_sources, valid_path

    if out is None:
        found = sources(names) if names else usual_sources()
        counted, prepared = follow(count_sources(found, unwrap=unwrap))
    else:
        target = Path(out)
        without = {target.absolute(), valid_path(target).absolute()}
        found = sources(names, without)
        counted, prepared = follow(prepare_corpus(found, target, held_out=held_out, unwrap=unwrap))
    result = {
        "sources": [_figures(one) for one in counted],
        "path": str(prepared.path) if prepared else None,
        "valid": str(prepared.valid) if prepared and prepared.valid else None,
        "bytes": prepared.bytes if prepared else None,
        "valid_bytes": prepared.valid_bytes if prepared else None,
    }
    lines = [line for one in counted for line in _words(one)]
    if prepared:
        lines.append(_outcome(prepared))
    emit(result, "\n".join(map(one_line, lines)), as_json=as_json)


def follow(
    events: "Iterable[Counted | Prepared]",
) -> "tuple[list[Counted], Prepared | None]":
    """Read to the end, telling of it on stderr; what each source held, and what was written."""
    from charlm_core import Prepared

    counted: list[Counted] = []
    prepared = None
    with GatheringProgress() as progress:
        for event in events:
            if isinstance(event, Prepared):
                prepared = event
                continue
            progress.tell(event)
            if event.done:
                counted.append(event)
    for line in _notes(counted):
        tell(f"note: {line}")
    return counted, prepared


def _notes(counted: "Iterable[Counted]") -> Iterator[str]:
    """What was left out, as far as a person wants to read of it."""
    for one in counted:
        yield from one.notices[:MOST_NOTES]
        if (more := one.skipped - MOST_NOTES) > 0:
            yield f"{one.source.name}: {more:,} more skipped"


def _figures(one: "Counted") -> dict[str, object]:
    return {
        "name": one.source.name,
        "about": one.source.about,
        "licence": one.source.licence,
        "files": one.files,
        "chars": one.chars,
        "kept": one.kept,
        "repeated": one.repeated_share,
        "secret_chars": one.secret,
        "skipped": one.skipped,
    }


def _words(one: "Counted") -> Iterator[str]:
    source = one.source
    texts = "1 text" if one.files == 1 else f"{one.files:,} texts"
    yield (
        f"{source.name:<12} {one.chars:>13,} characters in {texts}, "
        f"{one.repeated_share:.0%} repeated"
    )
    yield f"{'':<12} {source.about}; licence: {source.licence}"


def _outcome(prepared: "Prepared") -> str:
    text = f"{prepared.path}: {prepared.bytes:,} bytes to train on"
    if prepared.valid:
        text += f"; {prepared.valid}: {prepared.valid_bytes:,} bytes to validate on"
    return text
