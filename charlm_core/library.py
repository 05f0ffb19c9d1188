"""Finding checkpoints by name.

A name is looked for among the user's own training runs, then among what they imported, then among
what is shipped.
"""

import math
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from charlm_core.checkpoint import (
    CARD_FILE,
    CONFIG_FILE,
    CheckpointConfig,
    read_config,
)
from charlm_core.errors import CheckpointError
from charlm_core.storage import open_regular
from charlm_core.weights import WEIGHTS_FILE, tensor_shapes

Origin = Literal["run", "imported", "shipped"]
"""Where a checkpoint comes from: trained here, brought by the user, or part of the product."""

CARD_BYTES = 1 << 16
"""Of a longer model card the beginning is kept and shown."""

MOST_NAMED = 8
"""Of more models the first are named to whoever asked for one that there is not."""


def data_directory() -> Path:
    """The user's data folder, where all that is kept for them lives."""
    return platformdirs.user_data_path("charlm-tui", appauthor=False)


def runs_directory() -> Path:
    """Where training runs live unless told otherwise: `runs` in the user's data folder."""
    return data_directory() / "runs"


def models_directory() -> Path:
    """Where imported checkpoints live: `models` in the user's data folder."""
    return data_directory() / "models"


def shipped_directory() -> Path:
    """The folder of the checkpoints that come with the product."""
    package = Path(__file__).parent
    installed = package / "checkpoints"
    # In a clone they lie at the top level, beside the package; the wheel carries them inside it.
    return installed if installed.is_dir() else package.parent / "checkpoints"


@dataclass(frozen=True, kw_only=True)
class ModelEntry:
    """A checkpoint that can be loaded."""

    name: str
    """What `load` takes, unless it is `shadowed`."""
    path: Path
    """Its directory, which `load` always takes."""
    origin: Origin
    """Where it comes from."""
    config: CheckpointConfig
    """What it says of itself."""
    bytes: int
    """Size of its files on disk."""
    written: float
    """When its weights were written, seconds since 1970."""
    shadowed: bool = False
    """Whether its name means another one, which is found before it."""

    @property
    def parameters(self) -> int:
        """How many weights it has."""
        shapes = tensor_shapes(self.config.model, len(self.config.vocabulary))
        return sum(map(math.prod, shapes.values()))


@dataclass(frozen=True, kw_only=True)
class DamagedModel:
    """A folder in a checkpoint's place that can't be loaded.

    It keeps its name, so that `load` never opens another under it without a word.
    """

    name: str
    """What it would be called."""
    path: Path
    """Its directory."""
    origin: Origin
    """Where it comes from."""
    fault: str
    """What is wrong, in a line that names the file."""
    shadowed: bool = False
    """Whether its name means another one, which is found before it."""


def catalogue() -> tuple[ModelEntry | DamagedModel, ...]:
    """Every checkpoint that there is, the user's own first, damaged and shadowed ones too.

    Reads each one's config, not its weights: what is wrong with those is told by `load`.
    """
    found: list[ModelEntry | DamagedModel] = []
    names: set[str] = set()
    for name, path, origin in _places():
        shadowed = name in names
        try:
            one: ModelEntry | DamagedModel = _entry(name, path, origin, shadowed)
        except CheckpointError as error:
            if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
                continue
            one = DamagedModel(
                name=name, path=path, origin=origin, fault=str(error), shadowed=shadowed
            )
        names.add(name)
        found.append(one)
    return tuple(found)


def models() -> tuple[list[ModelEntry], list[str]]:
    """Every checkpoint that can be loaded by name, and one line for each that is damaged."""
    named = [one for one in catalogue() if not one.shadowed]
    entries = [one for one in named if isinstance(one, ModelEntry)]
    return entries, [one.fault for one in named if isinstance(one, DamagedModel)]


def locate(name: str | os.PathLike[str]) -> Path:
    """The directory of a checkpoint, given its name or a path to it. Raises CheckpointError.

    A plain name is looked up among the user's runs, then among the imported and then the shipped
    checkpoints, then in the current folder; anything with a path separator is a path.
    """
    text = os.fspath(name)
    if not text:
        raise CheckpointError("no checkpoint named")
    candidates = [Path(text)]
    if Path(text).name == text and text not in {".", ".."}:
        candidates = [
            runs_directory() / text / "best",
            models_directory() / text,
            shipped_directory() / text,
            Path(text),
        ]
    try:
        for candidate in candidates:
            # The folder of a run first: it has a config of its own beside its checkpoints.
            for folder in (candidate / "best", candidate):
                if (folder / CONFIG_FILE).is_file():
                    return folder
        if candidates[-1].exists():
            raise CheckpointError(f"{text}: not a checkpoint: it holds no {CONFIG_FILE}")
    except OSError as error:
        raise CheckpointError(f"{text}: {error.strerror}") from error
    entries = models()[0]
    names = ", ".join(entry.name for entry in entries[:MOST_NAMED]) or "none"
    if (more := len(entries) - MOST_NAMED) > 0:
        names += f" and {more:,} more"
    raise CheckpointError(f"{text}: no such checkpoint (there are: {names})")


def called(path: Path) -> str:
    """What the checkpoint in this directory is called."""
    # A training run keeps its checkpoint in a folder of its own, RUN/best.
    return path.parent.name if path.name == "best" and path.parent.name else path.name


def card(path: Path) -> str:
    """The model card of the checkpoint in this directory, as it is, cut where it is very long.

    Empty where there is none. Whoever shows it makes what a terminal could obey visible.
    """
    try:
        with open_regular(path / CARD_FILE) as stream:
            data = stream.read(CARD_BYTES + 1)
    except OSError:
        return ""
    text = data[:CARD_BYTES].decode("utf-8", "replace")
    return f"{text}…" if len(data) > CARD_BYTES else text


def _places() -> Iterator[tuple[str, Path, Origin]]:
    """Where checkpoints may be, in the order in which a name is looked for."""
    for path in sorted(runs_directory().glob("*/best")):
        yield path.parent.name, path, "run"
    for path in sorted(models_directory().glob("[!.]*")):
        yield path.name, path, "imported"
    for path in sorted(shipped_directory().glob("[!.]*")):
        yield path.name, path, "shipped"


def _entry(name: str, path: Path, origin: Origin, shadowed: bool) -> ModelEntry:
    """Raises CheckpointError where it can be seen without its weights that it can't be loaded."""
    config = read_config(path)
    weights = path / WEIGHTS_FILE
    try:
        status = weights.stat()
        others = [path / file for file in (CONFIG_FILE, CARD_FILE)]
        size = status.st_size + sum(one.stat().st_size for one in others if one.is_file())
    except OSError as error:
        # Not `from error`: a folder with a config is a checkpoint, if one without weights.
        raise CheckpointError(f"{weights}: {error.strerror}") from None
    entry = ModelEntry(
        name=name,
        path=path,
        origin=origin,
        config=config,
        bytes=size,
        written=status.st_mtime,
        shadowed=shadowed,
    )
    if not stat.S_ISREG(status.st_mode):
        raise CheckpointError(f"{weights}: not a regular file")
    if status.st_size < 2 * entry.parameters:
        raise CheckpointError(f"{weights}: truncated")
    return entry
