"""The checkpoints that there are, and what can be done with them beside loading one."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from charlm_core import (
    CharlmError,
    CheckpointError,
    DamagedModel,
    ModelEntry,
    called,
    catalogue,
    delete_run,
    locate,
    models,
    remove_imported,
)
from tui.services.learner import Learner
from tui.services.mailbox import Overtaken, Tell
from tui.services.settings import AUTO

Listed = ModelEntry | DamagedModel
"""A checkpoint, whole or damaged."""

MOST_WORDS = 120
"""Characters of what a model is chosen for, where that is told in a line."""


@dataclass(frozen=True, kw_only=True)
class InUse:
    """Which checkpoint the ghosts come from."""

    path: Path
    """Its directory."""


class AskInUse:
    """An errand: tells InUse."""

    key = "model in use"

    def work(self, learner: Learner, tell: Tell, overtaken: Overtaken) -> bool:
        """Tell, at once."""
        tell(InUse(path=learner.model.path))
        return True


def date(seconds: float) -> str:
    """A day as people sort it: 2026-11-26."""
    try:
        return f"{datetime.fromtimestamp(seconds):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):  # a file may claim any time
        return "?"


def is_same(one: Path, other: Path | None) -> bool:
    """Whether two paths lead to one place. Never raises."""
    return other is not None and os.path.realpath(one) == os.path.realpath(other)


def loss(one: Listed) -> str:
    """What is lost when this one is removed, as a question."""
    if one.origin == "run":
        return f"Delete the run {one.name}, its weights, figures and log?"
    what = "its weights and its card" if isinstance(one, ModelEntry) else "what is left of it"
    return f"Remove the imported model {one.name}, {what}?"


def kept_because(one: Listed, in_use: Path | None) -> str:
    """Why this one can't be removed, in a line; empty where it can."""
    if one.origin == "shipped":
        return f"{one.name} came with charlm-tui and can't be removed"
    if is_same(one.path, in_use):
        return f"{one.name} is in use: load another first"
    return ""


def remove(one: Listed) -> None:
    """Remove a checkpoint; a run with all that belongs to it. Raises CharlmError."""
    if why := kept_because(one, None):
        raise CheckpointError(why)
    if one.origin == "run":
        delete_run(one.path.parent)
    else:
        remove_imported(one.path)


def named(name: str) -> Listed:
    """The checkpoint that a name means, whole or damaged. Raises CheckpointError."""
    for one in catalogue():
        if one.name == name and not one.shadowed:
            return one
    raise CheckpointError(f"{name}: no such model to remove; `charlm-tui models` lists them")


def folders() -> list[str]:
    """Where each checkpoint is that can be loaded by its name, the person's own first."""
    return [str(one.path) for one in models()[0]]


def imported(path: Path) -> str:
    """What follows from having imported this one, in a line."""
    suits = [one.config.suits for one in models()[0] if is_same(one.path, path)]
    # Others that suit a text give way to the person's own, which nobody should find out by chance.
    words = suits[0].words if suits else ""
    if len(words) > MOST_WORDS:
        words = f"{words[:MOST_WORDS]}…"
    return f"{called(path)} is imported" + (f"; from now on it is chosen for {words}" * bool(words))


def name_of(folder: str) -> str:
    """What finds the checkpoint of a folder again: its name, or the folder where that is another's.

    Never raises.
    """
    path = Path(folder)
    try:
        name = called(path)
        # Of one that is called auto the name means none.
        found = name != AUTO and is_same(locate(name), path)
        return name if found else str(path.absolute())
    except (CharlmError, OSError, ValueError):
        return folder


def folder_fault(path: Path) -> str:
    """Why there is nothing to import in this folder, at first sight; empty where there may be."""
    try:
        locate(path.absolute())
    except (CharlmError, OSError) as error:
        return str(error)
    return ""
