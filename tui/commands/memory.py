"""`charlm-tui memory`: what a model has learned from your texts, and forgetting it."""

from collections.abc import Container
from contextlib import closing
from pathlib import Path

import click

from charlm_core import DEFAULT_CHECKPOINT, CharlmError, one_line
from tui.commands.output import emit, json_option, tell


@click.command(name="memory")
@click.argument("checkpoint", default="")
@click.option(
    "--forget", "files", multiple=True, metavar="FILE", help="Unlearn a text; may be repeated."
)
@click.option(
    "--forget-all", is_flag=True, help="Unlearn every text, and the index of folders' texts."
)
@json_option
def command(checkpoint: str, files: tuple[str, ...], forget_all: bool, as_json: bool) -> None:
    """Show what the model CHECKPOINT has learned from your texts, or have it forget.

    Where none is named the usual one is shown, and all of them forget.
    """
    from charlm_core import forget_remembered, forget_saved, load, saved_documents

    everywhere, checkpoint = not checkpoint, checkpoint or DEFAULT_CHECKPOINT
    faults: list[str] = []
    with closing(load(checkpoint).learned()) as learned:
        for notice in learned.notices:
            tell(f"note: {notice}")
        names = {text.name for text in learned.documents}
        if everywhere and files:
            names |= saved_documents()
        documents = [_document(file, names) for file in files]
        for document in documents:
            learned.forget(document)
        if forget_all:
            learned.forget_all()
            forget_remembered()
        if documents or forget_all:
            learned.save()
        if everywhere:
            for forgotten in (*documents, *([None] if forget_all else [])):
                faults += forget_saved(forgotten)
        rows = [{"name": text.name, "chars": text.chars} for text in learned.documents]
        gain = learned.gain
        result = {
            "checkpoint": checkpoint,
            "path": str(learned.path),
            "bytes": learned.bytes,
            "chars": learned.chars,
            "documents": rows,
            "gain": {
                "chars": gain.static.chars,
                "static": {"bpc": gain.static.bpc},
                "adaptive": {"bpc": gain.adaptive.bpc},
            },
        }
        lines = [
            f"{checkpoint}: {learned.chars:,} characters learned, {learned.bytes:,} bytes in "
            f"{learned.path}"
        ]
        if gain.static.chars:
            lines.append(
                f"{gain.adaptive.bpc:.4f} bits/char with learning, {gain.static.bpc:.4f} "
                f"without, over {gain.static.chars:,} characters"
            )
        lines += [f"{row['chars']:>12,}  {row['name']}" for row in rows]
    emit(result, "\n".join(map(one_line, lines)), as_json=as_json)
    if faults:
        raise CharlmError("; ".join(dict.fromkeys(faults)))


def _document(file: str, names: Container[str]) -> str:
    """The learned document that a person means. Raises CharlmError where there is none."""
    for name in (file, str(Path(file).absolute())):
        if name in names:
            return name
    raise CharlmError(f"{file}: nothing was learned from it")
