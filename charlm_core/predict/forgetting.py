"""Forgetting on disk, what checkpoints have learned that nobody has in memory as well.

A person who has a text forgotten means everywhere, and can't know which checkpoints have read it.
"""

import contextlib
import shutil
from pathlib import Path

import filelock
import msgspec
import safetensors.numpy

from charlm_core.errors import MemoryFileError
from charlm_core.predict.record import (
    LEARNED_FILE,
    LOCK_SECONDS,
    WEIGHTS_FILE,
    Record,
    documents_of,
    forget_document,
    forget_everything,
    learn_anew,
    learned_directory,
    read_record,
    writable,
)
from charlm_core.storage import recover_directory, replace_directory


def saved_memories() -> tuple[Path, ...]:
    """The folders of what checkpoints have learned, damaged ones set aside too. Never raises."""
    try:
        found = sorted(learned_directory().glob("[!.]*"))
    except OSError:
        return ()
    return tuple(folder for folder in found if folder.is_dir())


def saved_documents() -> frozenset[str]:
    """What the documents are called that any checkpoint has learned from, as far as that is saved.

    A damaged record names none. Never raises.
    """
    names: set[str] = set()
    for folder in saved_memories():
        with contextlib.suppress(MemoryFileError):
            if record := read_record(folder):
                names |= documents_of(record)
    return frozenset(names)


def forget_saved(document: str | None) -> tuple[str, ...]:
    """Have a document, or all, forgotten by every checkpoint, as far as it is saved.

    What else one has learned it learns again once it is loaded. A line for each fault.
    """
    faults = []
    for folder in saved_memories():
        try:
            with filelock.FileLock(f"{folder}.lock", timeout=LOCK_SECONDS, mode=0o600):
                _forget(folder, document)
        except filelock.Timeout:
            faults.append(f"{folder}: in use by another process")
        except MemoryFileError as error:
            faults.append(str(error))
        except OSError as error:
            faults.append(f"{folder}: {error.strerror}")
    return tuple(faults)


def _forget(folder: Path, document: str | None) -> None:
    """Raises MemoryFileError, OSError."""
    # What one that was killed while it saved left may hold what is to be forgotten.
    recover_directory(folder)
    try:
        record = read_record(folder)
    except MemoryFileError:
        if document is not None:
            raise
        # Nobody can tell what is in it.
        shutil.rmtree(folder)
        return
    if record is None:
        return
    known = documents_of(record)
    if document is None and known:
        forget_everything(record)
        _save(folder, record)
    elif document is not None and writable(document) in known:
        forget_document(record, writable(document))
        _save(folder, record)


def _save(folder: Path, record: Record) -> None:
    """Write a record that has all to learn anew. Raises OSError."""
    learn_anew(record)
    # Another process that has it in memory sees by this that there is something to take in.
    record.generation += 1
    files = {LEARNED_FILE: msgspec.json.encode(record), WEIGHTS_FILE: safetensors.numpy.save({})}
    replace_directory(folder, files, private=True)
