"""`charlm-tui models`: the checkpoints that can be loaded, compared, brought along and removed."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from charlm_core import models, one_line
from tui.commands.output import emit, json_option, tell

if TYPE_CHECKING:
    from charlm_core import Compared, Model, Score


@click.command(name="models")
@click.option(
    "--compare",
    "compared",
    nargs=3,
    metavar="A B FILE",
    help="Compare two models on the end of a text: bits, keys saved, speed.",
)
@click.option("--import", "source", metavar="DIR", help="Copy the checkpoint in a folder to yours.")
@click.option("--name", default="", help="With --import: what to call it; the folder's name.")
@click.option("--remove", metavar="NAME", help="Delete an imported model, or a run.")
@click.option("--stream", is_flag=True, hidden=True)
@json_option
def command(
    compared: tuple[str, str, str] | None,
    source: str | None,
    name: str,
    remove: str | None,
    stream: bool,
    as_json: bool,
) -> None:
    """List the models that can be loaded by name: your runs, imported ones, the shipped ones.

    With --compare, --import or --remove do that instead.
    """
    if sum(one is not None for one in (compared, source, remove)) > 1:
        raise click.UsageError("--compare, --import and --remove: one at a time")
    if name and source is None:
        raise click.UsageError("--name goes with --import")
    if compared is not None:
        _compare(compared[:2], compared[2], stream=stream, as_json=as_json)
    elif source is not None:
        _import(source, name, as_json=as_json)
    elif remove is not None:
        _remove(remove, as_json=as_json)
    else:
        _list(as_json=as_json)


def _list(*, as_json: bool) -> None:
    from tui.services.models import date

    entries, faults = models()
    for fault in faults:
        tell(f"warning: {fault}")
    rows = [
        {
            "name": entry.name,
            "path": str(entry.path),
            "cell": entry.config.cell,
            "hidden": entry.config.hidden,
            "layers": entry.config.layers,
            "bpc": round(entry.config.training.validation_bpc, 4),
            "origin": entry.origin,
            "date": date(entry.written),
            "parameters": entry.parameters,
            "bytes": entry.bytes,
        }
        for entry in entries
    ]
    lines = [
        one_line(
            f"{row['name']:<16} {row['cell']:<4} {row['layers']} x {row['hidden']:<5} "
            f"{_bits(one.config.training.validation_bpc)} bpc  {row['date']}  "
            f"{row['origin']:<8}  {row['path']}"
        )
        for row, one in zip(rows, entries, strict=True)
    ]
    emit({"models": rows}, "\n".join(lines) or "no models", as_json=as_json)


def _bits(figure: float) -> str:
    """Bits a character as the file claims them, which may be any; a dash for none."""
    if not figure:
        return f"{'–':>5}"
    return f"{figure:.3f}" if abs(figure) < 1000 else f"{figure:.0e}"


def _import(source: str, name: str, *, as_json: bool) -> None:
    from charlm_core import called, import_model

    path = import_model(source, name)
    result = {"name": called(path), "path": str(path)}
    emit(result, f"{result['name']} is imported: {path}", as_json=as_json)


def _remove(name: str, *, as_json: bool) -> None:
    from tui.services.models import named, remove

    one = named(name)
    remove(one)
    emit({"removed": name, "path": str(one.path)}, f"{name} is removed", as_json=as_json)


def _compare(names: Sequence[str], file: str, *, stream: bool, as_json: bool) -> None:
    from charlm_core import compare, load
    from tui.commands.progress import ComparingProgress
    from tui.commands.reading import read_text
    from tui.services.comparison import written

    if stream:
        # From the editor: the text as it has it, and a line for each thing that is found.
        text = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
        for found in compare([load(name) for name in names], text):
            click.echo(written(found))
        return
    text = read_text(file)
    compared = [load(name) for name in names]
    with ComparingProgress() as progress:
        for found in compare(compared, text):
            progress.tell(found)
    emit(
        {
            "chars": len(text),
            "bits_chars": found.bits_chars,
            "typed_chars": found.typed_chars,
            "models": [
                {"name": model.name, "path": str(model.path), **_figures(found, place)}
                for place, model in enumerate(compared)
            ],
        },
        "\n".join(_table(compared, found, len(text))),
        as_json=as_json,
    )


def _figures(found: "Compared", place: int) -> dict[str, object]:
    one = found.standings[place]
    return {
        "static": _score(one.static),
        "adaptive": _score(one.adaptive),
        "keys": one.keys,
        "keystroke_savings": one.keystroke_savings,
        "ghosts_shown": one.ghosts_shown,
        "ghosts_wrong": one.ghosts_wrong,
        "wrong_share": one.wrong_share,
        "static_us": one.static_us,
        "adaptive_us": one.adaptive_us,
        "ghost_ms": {"p50": one.ghost_p50_ms, "p99": one.ghost_p99_ms},
    }


def _score(score: "Score") -> dict[str, float]:
    return {"nats": score.nats, "bpc": score.bpc, "ppl": score.perplexity}


def _table(compared: "Sequence[Model]", found: "Compared", chars: int) -> list[str]:
    from tui.text.comparison import rows, scope

    width = max(12, *(len(one_line(model.name)) for model in compared))
    head = "".join(f"  {one_line(model.name):>{width}}" for model in compared)
    return [
        f"{'':24}{head}",
        *(
            f"{row.label:24}" + "".join(f"  {cell:>{width}}" for cell in row.cells)
            for row in rows(found)
        ),
        scope(found, chars),
    ]
