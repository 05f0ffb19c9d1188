"""What a person wants trained, before there is a run."""

import re
import shutil
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from charlm_core import (
    LONGEST_NAME,
    Cell,
    is_control,
    model_name_fault,
)
from tui.services.beginnings import Beginning
from tui.services.models import is_same
from tui.services.paths import is_folder

LEAST_BYTES = 2000
"""A shorter document is not proposed to learn from."""

LEAST_CHARS = 100
"""Less than this can't be learned from: a tenth is held back, and a step takes 64."""

DEFAULT_MINUTES = 10.0

LEAST_ROOM = 1 << 20
DISK_BYTES_A_WEIGHT = 48
"""What a run takes of the disk: its figures; weights, moments and average, once more while they are
replaced."""

MOST = 1e9
"""So much no budget may be, in minutes or epochs."""


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
    preset: str = ""
    """Settings by a name in PRESETS, in the place of size and budget; empty for those."""
    begin_with: str = ""
    """The folder of a checkpoint whose weights it begins with, and whose cell and size it has;
    empty where it begins with random ones."""


def default_plan(
    document: Path | None,
    taken: Collection[str],
    in_use: str = "",
    models: Collection[Beginning] = (),
) -> Plan:
    """What to propose: the document if it is long enough, or else the present folder.

    The home folder and the file system's root hold too much that is nobody's writing: there
    nothing is proposed. Where the model `in_use`, a folder, is one of `models`, it begins with
    that: it was chosen for such a text, and knows its language.
    """
    corpus = document.absolute() if document and _long_enough(document) else _present_folder()
    corpora = (corpus,) if corpus else ()
    at = Path(in_use) if in_use else None
    return Plan(
        name=suited_name(corpora, taken),
        corpora=corpora,
        minutes=DEFAULT_MINUTES,
        begin_with=next((one.path for one in models if is_same(Path(one.path), at)), ""),
    )


def suited_name(corpora: Sequence[Path], taken: Collection[str]) -> str:
    """A name that no run has for one that learns from these: the one's, or their folder's."""
    if not corpora:
        return free_name("model", taken)
    about = corpora[0] if len(corpora) == 1 else corpora[0].parent
    return free_name(about.name if is_folder(about) else about.stem, taken)


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A valid name like the one wanted that no run has: `notes`, `notes-2`, …"""
    base = re.sub(r"[/\\\s]+", "-", "".join(c for c in wanted if not is_control(c)))
    # Room is left for a number.
    base = base.encode()[: LONGEST_NAME - 10].decode(errors="ignore").strip("-.") or "model"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def name_fault(name: str, taken: Collection[str]) -> str:
    """Why a run can't have this name; empty where it can."""
    if fault := model_name_fault(name):
        return fault
    if name in taken:
        return f"there is a run called {name} already; choose another name"
    return ""


def budget_fault(amount: str) -> str:
    """Why this is no budget; empty where it is one."""
    try:
        value = float(amount)
    except ValueError:
        return "the budget is a number of minutes or epochs"
    if not value > 0:
        return "the budget must be more than nothing"
    return "" if value <= MOST else "the budget must be less than that"


def path_fault(corpus: Path) -> str:
    """Why a run can't note down where this text is; empty where it can."""
    # Most paths are printable, which is quickly seen.
    if not str(corpus).isprintable() and any(map(is_control, str(corpus))):
        return f"{corpus}: has control characters in its path; give it a plainer name"
    return ""


def room_fault(folder: Path, weights: int) -> str:
    """Why a run of so many weights won't fit where `folder` is, or will be; empty where it will."""
    needed = LEAST_ROOM + DISK_BYTES_A_WEIGHT * weights
    place = folder
    while not is_folder(place) and place != place.parent:
        place = place.parent
    try:
        free = shutil.disk_usage(place).free
    except OSError as error:
        return f"{place}: {error.strerror}"
    if free >= needed:
        return ""
    return f"the disk is full: a run takes about {needed >> 20} MB, {free >> 20} MB are free"


def _long_enough(document: Path) -> bool:
    try:
        status = document.stat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size >= LEAST_BYTES


def _present_folder() -> Path | None:
    """The current folder, unless it is the home folder, the root, or gone."""
    try:
        here = Path.cwd()
        return None if here in {Path.home(), Path(here.anchor)} else here
    except (OSError, RuntimeError):
        return None
