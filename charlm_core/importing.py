"""Keeping the checkpoints that a person brings from elsewhere, and letting them go again."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from charlm_core import library
from charlm_core.characters import is_control
from charlm_core.checkpoint import CARD_FILE, CONFIG_FILE, MAX_CONFIG_BYTES, read
from charlm_core.errors import CheckpointError
from charlm_core.library import called, card, locate, models_directory, runs_directory
from charlm_core.storage import make_private, read_regular, replace_directory
from charlm_core.weights import MAX_HEADER_BYTES, MAX_WEIGHTS, WEIGHTS_FILE

LONGEST_NAME = 100
"""Bytes in a model's name; a file system takes 255, and there are names made from it."""

LOCK_SECONDS = 20.0
"""How long one who imports or removes waits for another to be done with it."""

ATTEMPTS = 3
"""So often a folder that changes meanwhile is read."""


class NameTakenError(CheckpointError):
    """There is a model of that name; another name would do."""


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


def _check_free(name: str) -> None:
    """Raise NameTakenError where a model, or what may become one, has this name already."""
    own = models_directory() / name
    others = (runs_directory() / name, library.shipped_directory() / name)
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
