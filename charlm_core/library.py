"""Finding checkpoints by name, and keeping those that a person brings from elsewhere.

A name is looked for among the user's own training runs, then among what they imported, then among
what is shipped.
"""

import contextlib
import math
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from charlm_core.characters import is_control
from charlm_core.checkpoint import (
    CARD_FILE,
    CONFIG_FILE,
    MAX_CONFIG_BYTES,
    CheckpointConfig,
    read,
    read_config,
)
from charlm_core.errors import CheckpointError
from charlm_core.storage import make_private, open_regular, read_regular, replace_directory
from charlm_core.weights import MAX_HEADER_BYTES, MAX_WEIGHTS, WEIGHTS_FILE, tensor_shapes

Origin = Literal["run", "imported", "shipped"]
"""Where a checkpoint comes from: trained here, brought by the user, or part of the product."""

CARD_BYTES = 1 << 16
"""Of a longer model card the beginning is kept and shown."""

LONGEST_NAME = 100
"""Bytes in a model's name; a file system takes 255, and there are names made from it."""

MOST_NAMED = 8
"""Of more models the first are named to whoever asked for one that there is not."""

LOCK_SECONDS = 20.0
"""How long one who imports or removes waits for another to be done with it."""

ATTEMPTS = 3
"""So often a folder that changes meanwhile is read."""


class NameTakenError(CheckpointError):
    """There is a model of that name; another name would do."""


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


def model_name_fault(name: str) -> str:
    """Why no model can have this name; empty where one can."""
    if not name.strip():
        return "give the model a name"
    if "/" in name or "\\" in name:
        return "a name holds no slashes: it becomes a folder's name"
    if name.startswith("."):
        return "a name begins with no dot"
    if any(map(is_control, name)):
        return "a name holds no control characters"
    if len(name.encode()) > LONGEST_NAME:
        return "that name is too long"
    # A folder so called is taken for the checkpoint of a run.
    return "a model can't be called best" if name == "best" else ""


def import_model(source: str | os.PathLike[str], name: str = "") -> Path:
    """Copy the checkpoint in the folder `source` to the user's own; returns where it is now.

    It is read and checked as a whole first. It gets its folder's name unless another is given.
    Raises NameTakenError, and CheckpointError with one line that names what is wrong; nothing is
    left behind then.
    """
    # Absolute, as a plain name means the checkpoint that is loaded by it.
    folder = locate(Path(source).absolute())
    name = name or called(folder)
    if fault := model_name_fault(name):
        raise CheckpointError(f"{name}: {fault}" if name else fault)
    _check_free(name)
    files, written = _read_files(folder)
    path = models_directory() / name
    with _kept_alone(path):
        _check_free(name)
        replace_directory(path, files, private=True)
        for file in files:
            # When it was trained says more than when it was copied.
            with contextlib.suppress(OSError):
                os.utime(path / file, (written, written))
    return path


def remove_imported(path: Path) -> None:
    """Delete the imported checkpoint in this directory. Raises CheckpointError.

    What is not a checkpoint's own stays, and the folder with it.
    """
    if path.parent != models_directory():
        raise CheckpointError(f"{path}: was not imported")
    with _kept_alone(path):
        if path.is_symlink():
            path.unlink()
            return
        # The config goes last: until then it is still a checkpoint that can be removed.
        for file in (CARD_FILE, WEIGHTS_FILE, CONFIG_FILE):
            (path / file).unlink(missing_ok=True)
        if not any(path.iterdir()):
            path.rmdir()


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


def _check_free(name: str) -> None:
    """Raise NameTakenError where a model, or what may become one, has this name already."""
    own = models_directory() / name
    others = (runs_directory() / name, shipped_directory() / name)
    # Empty is what one leaves who is killed while removing: nobody would see it, nor get rid of it.
    taken = os.path.lexists(own) and not _is_empty(own)
    if taken or any(map(os.path.lexists, others)):
        raise NameTakenError(f"there is a model called {name} already; choose another name")


def _is_empty(folder: Path) -> bool:
    """Whether this is a folder with nothing in it. Never raises."""
    with contextlib.suppress(OSError):
        return not folder.is_symlink() and not any(folder.iterdir())
    return False


def _read_files(folder: Path) -> tuple[dict[str, bytes], float]:
    """A checkpoint's files, checked, and when its weights were written. Raises CheckpointError."""
    most = {CONFIG_FILE: MAX_CONFIG_BYTES, WEIGHTS_FILE: 8 + MAX_HEADER_BYTES + 4 * MAX_WEIGHTS}
    for _ in range(ATTEMPTS):
        try:
            before = _stamps(folder)
            read(folder)
            files = {file: read_regular(folder / file, size) for file, size in most.items()}
            # A link may lead to what is nobody else's business, which a card is meant for.
            if not (folder / CARD_FILE).is_symlink() and (words := card(folder)):
                files[CARD_FILE] = words.encode()
            if _stamps(folder) == before:
                return files, (folder / WEIGHTS_FILE).stat().st_mtime
        except OSError as error:
            raise CheckpointError(f"{error.filename or folder}: {error.strerror}") from error
    raise CheckpointError(f"{folder}: changes while it is read; import it when it rests")


def _stamps(folder: Path) -> list[tuple[int, ...]]:
    """Changes when a checkpoint's files do. Raises OSError."""
    found: list[tuple[int, ...]] = []
    for file in (CONFIG_FILE, WEIGHTS_FILE):
        status = (folder / file).stat()
        found.append(
            (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        )
    return found


@contextmanager
def _kept_alone(path: Path) -> Iterator[None]:
    """Within it nobody else imports or removes; faults come out as a CheckpointError."""
    # Here and not above: looking for a checkpoint does without.
    import filelock

    home = path.parent
    try:
        make_private(home)
        with filelock.FileLock(home / ".lock", timeout=LOCK_SECONDS, mode=0o600):
            # Whoever left these was killed: nobody else can be at it now.
            for left in home.glob(".*.tmp"):
                shutil.rmtree(left, ignore_errors=True)
            yield
    except filelock.Timeout as error:
        raise CheckpointError(f"{path}: another import is under way; try again") from error
    except OSError as error:
        # The files are written under names that nobody has seen.
        raise CheckpointError(f"{path}: {error.strerror}") from error
