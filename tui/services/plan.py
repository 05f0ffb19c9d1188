"""What a person wants trained, before there is a run."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from charlm_core import Cell, is_control

LEAST_BYTES = 2000
"""A shorter file is not proposed to learn from."""

DEFAULT_MINUTES = 10.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A training to start."""

    name: str
    """What the model is called; its run's folder, too."""
    corpora: tuple[Path, ...]
    """Files and folders to learn from."""
    cell: Cell = "lstm"
    """The recurrence."""
    size: str = "medium"
    """Of the network, a name in SIZES."""
    epochs: float = 0.0
    """Budget in passes over the corpus; 0 when `minutes` is the budget."""
    minutes: float = 0.0
    """Budget in minutes; 0 when `epochs` is."""


def default_plan(document: Path | None, taken: Collection[str]) -> Plan:
    """What to propose: the document if it is long enough, or else the present folder.

    The home folder and the file system's root hold too much that is nobody's writing: there
    nothing is proposed.
    """
    corpora: tuple[Path, ...] = ()
    try:
        here = Path.cwd()
        if document is not None and document.stat().st_size >= LEAST_BYTES:
            corpora = (document.absolute(),)
    except OSError:
        here = Path("/")
    if not corpora and here != Path.home() and here != Path(here.anchor):
        corpora = (here,)
    about = corpora[0] if corpora else Path("model")
    stem = about.stem if about.suffix and not about.is_dir() else about.name
    return Plan(name=free_name(stem, taken), corpora=corpora, minutes=DEFAULT_MINUTES)


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A valid name like the one wanted that no run has: `notes`, `notes-2`, …"""
    base = re.sub(r"[/\\\s]+", "-", "".join(c for c in wanted if not is_control(c)))
    base = base.strip("-.") or "model"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def name_fault(name: str, taken: Collection[str]) -> str:
    """Why a run can't have this name; empty where it can."""
    if not name.strip():
        return "give the model a name"
    if "/" in name or "\\" in name or name.startswith(".") or any(map(is_control, name)):
        return "a name is what can be a folder's name, and begins with no dot"
    if len(name.encode()) > 100:
        return "that name is too long"
    if name in taken:
        return f"there is a run called {name} already; choose another name"
    return ""


def budget_fault(amount: str) -> str:
    """Why this is no budget; empty where it is one."""
    try:
        value = float(amount)
    except ValueError:
        return "the budget is a number of minutes or epochs"
    return "" if 0 < value < 1e9 else "the budget must be more than nothing, and finite"
