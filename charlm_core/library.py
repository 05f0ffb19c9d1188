"""Finding checkpoints by name: the user's own training runs first, then the ones shipped."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from charlm_core.checkpoint import CONFIG_FILE, CheckpointConfig, read_config
from charlm_core.errors import CheckpointError


def data_directory() -> Path:
    """The user's data folder, where all that is kept for them lives."""
    return platformdirs.user_data_path("charlm-tui", appauthor=False)


def runs_directory() -> Path:
    """Where training runs live unless told otherwise: `runs` in the user's data folder."""
    return data_directory() / "runs"


def shipped_directory() -> Path:
    """The folder of the checkpoints that come with the product."""
    package = Path(__file__).parent
    installed = package / "checkpoints"
    # In a clone they lie at the top level, beside the package; the wheel carries them inside it.
    return installed if installed.is_dir() else package.parent / "checkpoints"


@dataclass(frozen=True, kw_only=True)
class ModelEntry:
    """A checkpoint that can be loaded by name."""

    name: str
    """What `load` takes."""
    path: Path
    """Its directory."""
    config: CheckpointConfig
    """What it says of itself."""


def locate(name: str | os.PathLike[str]) -> Path:
    """The directory of a checkpoint, given its name or a path to it. Raises CheckpointError.

    A plain name is looked up among the user's runs, then among the shipped checkpoints, then in
    the current folder; anything with a path separator is a path.
    """
    text = os.fspath(name)
    if not text:
        raise CheckpointError("no checkpoint named")
    candidates = [Path(text)]
    if Path(text).name == text and text not in {".", ".."}:
        candidates = [runs_directory() / text / "best", shipped_directory() / text, Path(text)]
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
    names = ", ".join(entry.name for entry in models()[0]) or "none"
    raise CheckpointError(f"{text}: no such checkpoint (there are: {names})")


def models() -> tuple[list[ModelEntry], list[str]]:
    """Every checkpoint that can be loaded by name, and one line for each that is damaged.

    A damaged one keeps its name, so that `load` never opens another under it without a word.
    """
    entries: dict[str, ModelEntry] = {}
    damaged: dict[str, str] = {}
    places = [
        *((path.parent.name, path) for path in sorted(runs_directory().glob("*/best"))),
        *((path.name, path) for path in sorted(shipped_directory().glob("[!.]*"))),
    ]
    for name, path in places:
        if name in entries or name in damaged:
            continue
        try:
            entries[name] = ModelEntry(name=name, path=path, config=read_config(path))
        except CheckpointError as error:
            if not isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
                damaged[name] = str(error)
    return list(entries.values()), list(damaged.values())
