"""A thread that lists folders and counts texts, and tells what it finds as it goes.

Folders to list come first, then the files in view, then those that are chosen, one after the other:
a newer wish takes the place of the one in work after a file at most.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tui.services.counts import (
    Count,
    Listing,
    Tally,
    count_file,
    in_few_words,
    list_folder,
)
from tui.services.paths import is_folder

MOST_KNOWN = 50_000
"""Files whose count is remembered."""

TELL_SECONDS = 0.1
"""So often the count of a choice is told while it goes on."""

Found = Listing | Count | Tally


class CorpusReader:
    """Lists and counts in a thread of its own; `deliver` is called in it and must only pass on."""

    def __init__(
        self, deliver: Callable[[Found], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._deliver = deliver
        self._clock = clock
        self._news = threading.Condition()
        self._closing = False
        self._folders: deque[tuple[Path, bool]] = deque()
        self._viewed: deque[Path] = deque()
        self._choice: _Choice | None = None
        self._known: dict[tuple[Path, int, int], Count] = {}
        self._thread = threading.Thread(target=self._run, name="corpora", daemon=True)

    def open(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Have the thread end after the file that it reads; nothing follows."""
        with self._news:
            self._closing = True
            self._news.notify()

    def list(self, folder: Path, *, hidden: bool) -> None:
        """Have a Listing of this folder, hidden files included or not."""
        with self._news:
            self._folders.append((folder, hidden))
            self._news.notify()

    def view(self, paths: Iterable[Path]) -> None:
        """Have a Count of each of these files; those asked for before are forgotten."""
        with self._news:
            self._viewed = deque(paths)
            self._news.notify()

    def choose(self, paths: Iterable[Path]) -> None:
        """Have a Tally of these, and again until it is `done`; those before are forgotten."""
        with self._news:
            self._choice = _Choice(paths, self._count)
            self._news.notify()

    def _run(self) -> None:
        """The thread: one folder or file, and the next."""
        while True:
            with self._news:
                self._news.wait_for(
                    lambda: self._closing or self._folders or self._viewed or self._choice
                )
                if self._closing:
                    return
                folder = self._folders.popleft() if self._folders else None
                file = self._viewed.popleft() if self._viewed and not folder else None
                choice = self._choice
            if folder:
                self._tell(list_folder(folder[0], hidden=folder[1]))
            elif file:
                self._tell(self._count(file))
            elif choice:
                self._go_on(choice)

    def _go_on(self, choice: "_Choice") -> None:
        """Count a file of the choice and tell how it stands, unless that was a moment ago."""
        tally = choice.go_on()
        now = self._clock()
        with self._news:
            if choice is not self._choice:
                return
            if tally.done:
                self._choice = None
            elif now - choice.told < TELL_SECONDS:
                return
        choice.told = now
        self._tell(tally)

    def _tell(self, found: Found | None) -> None:
        if found is not None and not self._closing:
            self._deliver(found)

    def _count(self, path: Path) -> Count | None:
        """What a file holds, perhaps from memory; None when there is nobody to tell."""
        try:
            status = path.stat()
        except OSError as error:
            return Count(path=path, files=0, fault=in_few_words(error))
        key = (path, status.st_size, status.st_mtime_ns)
        if key not in self._known:
            count = count_file(path, status, lambda: self._closing)
            if count is None:
                return None
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = count
        return self._known[key]


class _Choice:
    """Counts files and folders file by file."""

    def __init__(self, paths: Iterable[Path], count: Callable[[Path], Count | None]) -> None:
        self._paths = tuple(paths)
        self._count = count
        self._counts: dict[Path, Count] = {}
        self._steps = self._walk()
        self.told = -TELL_SECONDS
        """When it was last told how it stands."""

    def go_on(self) -> Tally:
        """Count one more file."""
        done = next(self._steps, True)
        return Tally(paths=self._paths, counts=tuple(self._counts.values()), done=done)

    def _walk(self) -> Iterator[bool]:
        """Whether it is done, after each file."""
        for path in self._paths:
            if is_folder(path):
                for count in self._walk_folder(path):
                    self._counts[path] = count
                    yield False
            elif found := self._count(path):
                self._counts[path] = found
                yield False

    def _walk_folder(self, folder: Path) -> Iterator[Count]:
        """The count of a folder as it grows."""
        # It brings NumPy along, which is not for the screen to wait for.
        from charlm_core import folder_texts

        faults: dict[str, str] = {}

        def unreadable(error: OSError) -> None:
            faults[str(error.filename)] = in_few_words(error)

        # Until all of it is counted it is no exact figure.
        total, exact = Count(path=folder, files=0, exact=False), True
        for path, fault in folder_texts(folder, unreadable):
            count = None if fault else self._count(path)
            if count is None or count.fault:
                total = replace(total, skipped=total.skipped + 1)
            else:
                total = replace(
                    total,
                    files=total.files + 1,
                    bytes=total.bytes + count.bytes,
                    chars=total.chars + count.chars,
                )
                exact &= count.exact
            yield total
        fault = "" if total.files else faults.get(str(folder), "no text in it")
        yield replace(total, exact=exact, fault=fault)
