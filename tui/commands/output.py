"""What the commands share: the `--json` switch and how results and progress are written."""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar

import click

from charlm_core import one_line

Command = TypeVar("Command", bound=Callable[..., object])


def json_option(command: Command) -> Command:
    """Add `--json`, passed as `as_json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object instead of text."
    )(command)


def emit(result: Mapping[str, object], text: str, *, as_json: bool) -> None:
    """Write a command's result to stdout: as one JSON object, or as `text` for a person."""
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else text)


def tell(line: str) -> None:
    """Write a line of progress or a warning to stderr; names in it may hold anything."""
    click.echo(one_line(line), err=True)
