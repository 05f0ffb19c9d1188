"""What the commands share that measure a learning model: the texts it remembers beforehand."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from charlm_core import Index, Model

Command = TypeVar("Command", bound=Callable[..., object])


def memory_options(command: Command) -> Command:
    """Add `--memory`, passed as a tuple of names, and `--trained`."""
    command = click.option(
        "--trained",
        is_flag=True,
        help="Remember the texts the model was trained on, without what validated it.",
    )(command)
    return click.option(
        "--memory",
        multiple=True,
        metavar="PATH",
        help="Remember a text, or the texts in a folder; may be given more than once.",
    )(command)


def remembered(model: "Model", memory: Sequence[str], trained: bool) -> "list[Index]":
    """The texts to remember. Raises CorpusError, and MemoryFileError where they are not known."""
    from charlm_core import remember, remember_training

    indexes = [remember(model, memory)] if memory else []
    if trained:
        indexes.append(remember_training(model))
    return indexes
