"""`charlm-tui models`: the checkpoints that can be loaded by name."""

import click

from charlm_core import models, one_line
from tui.commands.output import emit, json_option, tell


@click.command(name="models")
@json_option
def command(as_json: bool) -> None:
    """List the models that can be loaded by name: your own runs, then the shipped ones."""
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
        }
        for entry in entries
    ]
    lines = [
        one_line(
            f"{row['name']:<16} {row['cell']:<4} {row['layers']} x {row['hidden']:<5} "
            f"{row['bpc']:.3f} bpc  {row['path']}"
        )
        for row in rows
    ]
    emit({"models": rows}, "\n".join(lines) or "no models", as_json=as_json)
