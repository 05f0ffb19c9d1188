"""`charlm-tui [FILE]`: the app."""

from pathlib import Path

import click

from charlm_core import DEFAULT_CHECKPOINT


@click.command(name="edit")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--checkpoint",
    default=DEFAULT_CHECKPOINT,
    show_default=True,
    help="The model whose suggestions are shown: a name, or a folder.",
)
def command(file: Path | None, checkpoint: str) -> int:
    """Open the editor, on FILE or an empty page."""
    from tui.app import run

    return run(file, checkpoint)
