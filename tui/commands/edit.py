"""`charlm-tui [FILE...]`: the app."""

import os
from pathlib import Path

import click

MOST_FILES = 100
"""More are not opened at once."""


@click.command(name="edit")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--checkpoint",
    default="",
    help="The model whose suggestions are shown: a name, a folder, or auto, as each file calls "
    "for. Without it as it is set.",
)
@click.option("--read-only", is_flag=True, help="Open the files so that they can't be changed.")
def command(files: tuple[Path, ...], checkpoint: str, read_only: bool) -> int:
    """Open the editor, on FILE, on several in tabs, or on an empty page."""
    if len(files) > MOST_FILES:
        raise click.UsageError(f"{len(files)} files: the editor opens up to {MOST_FILES} at once")

    # Textual reads it when it is imported: what comes after a key, its ghost, is shown at once.
    os.environ.setdefault("TEXTUAL_FPS", "250")
    from tui.app import run

    return run(files, checkpoint, read_only=read_only)
