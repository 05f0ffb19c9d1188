"""What a folder lists, and how much text a file holds: what there is to know to choose texts."""

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from charlm_core import CorpusError

COUNTED_BYTES = 1 << 25
"""Of a longer file so much is counted, and its length estimated from that."""

FEW_WORDS = {errno.ENOENT: "not there", errno.ELOOP: "a link to itself"}

MOST_ENTRIES = 10_000
"""More of one folder are not listed."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file or a folder in a folder."""

    path: Path
    """Where it is."""
    is_folder: bool
    """Whether it holds others."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A folder's contents."""

    folder: Path
    """Which."""
    entries: tuple[Entry, ...] = ()
    """Folders first, each kind by name."""
    more: int = 0
    """How many there are beside those."""
    fault: str = ""
    """Why it can't be listed, in few words."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """How much text a file holds, or a folder with all that is in it."""

    path: Path
    """Which."""
    files: int = 1
    """Files of text."""
    bytes: int = 0
    """Their size."""
    chars: int = 0
    """Their characters."""
    exact: bool = True
    """Whether all were counted to their ends."""
    skipped: int = 0
    """Files in the folder that are no text."""
    fault: str = ""
    """Why it can't be learned from, in few words; empty where it can."""
    doubt: str = ""
    """Why a folder's texts would go without it, though it can be learned from."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What the chosen files and folders hold."""

    paths: tuple[Path, ...] = ()
    """As chosen."""
    counts: tuple[Count, ...] = ()
    """Each of them, as far as it is counted."""
    done: bool = False
    """Whether that is all of it."""

    @property
    def good(self) -> tuple[Count, ...]:
        """Those that can be learned from."""
        return tuple(count for count in self.counts if not count.fault)

    @property
    def files(self) -> int:
        """Files of text among them."""
        return sum(count.files for count in self.good)

    @property
    def bytes(self) -> int:
        """Their size."""
        return sum(count.bytes for count in self.good)

    @property
    def chars(self) -> int:
        """Their characters."""
        return sum(count.chars for count in self.good)

    @property
    def exact(self) -> bool:
        """Whether no part is estimated."""
        return all(count.exact for count in self.good)


def list_folder(folder: Path, *, hidden: bool) -> Listing:
    """What is in a folder. Never raises."""
    try:
        with os.scandir(folder) as found:
            entries = [
                Entry(path=Path(entry.path), is_folder=_is_folder(entry))
                for entry in found
                if hidden or not entry.name.startswith(".")
            ]
    except OSError as error:
        return Listing(folder=folder, fault=in_few_words(error))
    entries.sort(key=lambda entry: (not entry.is_folder, entry.path.name.casefold()))
    more = max(0, len(entries) - MOST_ENTRIES)
    return Listing(folder=folder, entries=tuple(entries[:MOST_ENTRIES]), more=more)


def count_file(
    path: Path, status: os.stat_result, cancelled: Callable[[], bool] = lambda: False
) -> Count | None:
    """What a file of this status holds; None where it was cancelled. Never raises."""
    # They bring NumPy along, which is not for the screen to wait for.
    from charlm_core import TextReader, TextSource, text_fault

    size = status.st_size
    if not stat.S_ISREG(status.st_mode):
        return Count(path=path, files=0, fault="not a file")
    fault = text_fault(path)
    if fault is None:
        return Count(path=path, files=0, fault="not there")
    reader = TextReader(source=TextSource(name="text", path=path), hashed=False)
    try:
        for _ in reader.pieces():
            if cancelled():
                return None
            if reader.byte_count >= COUNTED_BYTES:
                break
    except CorpusError as error:
        fault = fault or str(error).removeprefix("text: ").partition(",")[0]
        return Count(path=path, files=0, bytes=size, fault=fault.lower())
    if not reader.chars:
        return Count(path=path, files=0, bytes=size, fault="empty")
    exact = reader.byte_count >= size
    chars = reader.chars if exact else round(reader.chars * size / reader.byte_count)
    return Count(path=path, bytes=size, chars=chars, exact=exact, doubt=fault)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself, or where nobody may look
        return False


def in_few_words(error: OSError) -> str:
    """What is wrong with a file or a folder."""
    if error.errno in FEW_WORDS:
        return FEW_WORDS[error.errno]
    return (error.strerror or "unreadable").lower()
