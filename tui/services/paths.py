"""Paths as people type them."""

import os
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

MOST_CANDIDATES = 12
"""How many completions are named at once."""


def expand(typed: str) -> Path:
    """The path meant by what was typed: `~` is the home folder."""
    path = Path(typed.strip())
    try:
        return path.expanduser()
    except RuntimeError:  # no such user
        return path


def absolute(typed: str) -> Path:
    """The same from the root on, with `..` gone back by name, as a shell does."""
    return Path(os.path.normpath(expand(typed).absolute()))


def first_folder(paths: Sequence[Path]) -> Path:
    """The folder that the first path is, or lies in; the current one where there is none."""
    if paths:
        return paths[0] if is_folder(paths[0]) else paths[0].parent
    try:
        return Path.cwd()
    except OSError:  # it is gone
        return Path(os.sep)


def is_folder(path: Path) -> bool:
    """Whether this is a folder, or a link to one. Never raises."""
    return os.path.isdir(path)  # noqa: PTH112 - the other way raises where nobody may look


def complete(typed: str) -> tuple[str, list[str]]:
    """What was typed, completed as far as it is certain, and the names it could go on with.

    The names are given where there is more than one; a folder's ends in a slash.
    """
    start = typed.rpartition("/")[2]
    slash = typed[: len(typed) - len(start)]
    try:
        with os.scandir(expand(slash) if slash else Path()) as entries:
            names = sorted(
                f"{entry.name}/" if entry.is_dir() else entry.name
                for entry in entries
                # What can't be typed or drawn is not completed to.
                if entry.name.startswith(start) and entry.name.isprintable()
                if start or not entry.name.startswith(".")
            )
    except OSError:
        return typed, []
    if not names:
        return typed, []
    shared = takewhile(lambda pair: pair[0] == pair[1], zip(names[0], names[-1], strict=False))
    completed = slash + "".join(character for character, _ in shared)
    if len(names) == 1:
        return completed, []
    more = ["…"] if len(names) > MOST_CANDIDATES else []
    return completed, names[:MOST_CANDIDATES] + more


def short(path: Path) -> str:
    """A path as people write it."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)
