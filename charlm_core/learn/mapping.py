"""Arrays of any length: short ones in memory, long ones in a temporary file that is mapped.

Pages of a mapping that were looked at count as the process's memory until they are released.
"""

import mmap
import os
import tempfile
from contextlib import ExitStack
from typing import BinaryIO, Self

import numpy as np

from charlm_core.errors import CorpusError
from charlm_core.storage import roomy_folder
from charlm_core.vocab import Ids

MAPPED_CHARS = 1 << 27
"""Longer arrays are mapped; so many characters take 256 MiB."""


class Shelf:
    """Filled from its start with so many characters, then read as one array.

    A context manager. Raises CorpusError when the disk has no room.
    """

    def __init__(self, chars: int) -> None:
        self._chars = chars
        self._filled = 0
        self._mapped = chars > MAPPED_CHARS
        self._memory: Ids = np.empty(0 if self._mapped else chars, dtype=np.uint16)
        self._file: BinaryIO
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if self._mapped:
            folder = roomy_folder()
            try:
                # Unlinked at once: its space is given back however the process ends.
                file = tempfile.TemporaryFile(prefix="charlm-corpus-", dir=folder, buffering=0)
                self._file = self._stack.enter_context(file)
                if hasattr(os, "posix_fallocate"):
                    # Told at once, not after minutes of reading; and what follows is quicker.
                    os.posix_fallocate(file.fileno(), 0, 2 * self._chars)
            except OSError as error:
                self._stack.close()
                raise self._no_room(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def put(self, ids: Ids) -> None:
        """Append."""
        before, self._filled = self._filled, self._filled + len(ids)
        if not self._mapped:
            self._memory[before : self._filled] = ids
            return
        try:
            # Written through a mapping it would be a page fault every 2048 characters.
            self._file.write(np.ascontiguousarray(ids).data)
        except OSError as error:
            raise self._no_room(error) from error

    def array(self) -> Ids:
        """What was put, shape (chars,), read-only where mapped; outlives the shelf."""
        if not self._mapped:
            return self._memory
        return np.memmap(self._file, dtype=np.uint16, mode="r", shape=(self._chars,))

    def _no_room(self, error: OSError) -> CorpusError:
        return CorpusError(
            f"{roomy_folder()}: {error.strerror}; the corpus needs {self._chars >> 19} MiB there "
            "(TMPDIR names another folder)"
        )


def release(ids: Ids) -> None:
    """Let go of the memory that a mapped array, or a part of one, has come to take.

    What it holds stays in the file, and in the system's cache of it while there is room: looking
    again is quick. Does nothing to an array in memory.
    """
    owner: object = ids
    while isinstance(owner, np.ndarray):
        owner = owner.base
    if isinstance(owner, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        owner.madvise(mmap.MADV_DONTNEED)
