"""What the commands share: the `--json` switch and how results and progress are written."""

import contextlib
import errno
import json
import math
import os
import sys
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


def check_stdout() -> None:
    """Raise OSError where there is no standard output to write to."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "closed", "standard output")


def emit(result: Mapping[str, object], text: str, *, as_json: bool) -> None:
    """Write a command's result to stdout: as one JSON object, or as `text` for a person.

    Raises OSError where that is closed.
    """
    check_stdout()
    # Plain ASCII and finite numbers: valid JSON wherever it is written and read.
    if as_json:
        click.echo(json.dumps(_finite(result), allow_nan=False))
    else:
        # Names in it may hold anything.
        click.echo("\n".join(map(one_line, text.split("\n"))))


def _finite(value: object) -> object:
    """The value with null for numbers that JSON has no way to write."""
    if isinstance(value, Mapping):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def tell(line: str) -> None:
    """Write a line of progress or a warning to stderr; names in it may hold anything.

    Nobody need be there to read it: a terminal that is gone ends no work.
    """
    try:
        click.echo(one_line(line), err=True)
    except (OSError, ValueError):
        give_up_stderr()


def give_up_stderr() -> None:
    """Let whatever is still written to stderr, which is gone, go nowhere.

    Else Python would complain once more when it flushes at the end, by its exit status.
    """
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stderr__.fileno())  # type: ignore[union-attr]
