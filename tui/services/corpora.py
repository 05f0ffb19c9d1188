"""How much text files and folders hold: counted in a thread, told as it goes.

What is shown and what is chosen are counted by the same thread, the choice first; a newer choice
takes the place of the one in work.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from charlm_core import CorpusError, TextReader, TextSources

COUNTED_BYTES = 1 << 25
"""Of a longer file so much is counted, and its length estimated from that."""

STOP_SECONDS = 0.5
"""How long `close` waits for the thread."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What one file holds."""

    path: Path
    """The file."""
    bytes: int = 0
    """Its size."""
    chars: int = 0
    """Characters of text in it."""
    exact: bool = True
    """Whether all of it was counted, not a part."""
    fault: str = ""
    """Why it can't be learned from, in few words; empty where it can."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the chosen files and folders hold together."""

    paths: tuple[Path, ...]
    """As chosen."""
    files: int = 0
    """Text files found, folders searched."""
    bytes: int = 0
    """Their size, of those counted so far."""
    chars: int = 0
    """Their characters, of those counted so far."""
    exact: bool = True
    """Whether every file was counted to its end."""
    done: bool = False
    """Whether all of them are counted."""
    fault: str = ""
    """Why they can't be learned from; empty where they can."""


class CorpusCounter:
    """Counts in a thread of its own; `deliver` is called in it and must only pass on."""

    def __init__(self, deliver: Callable[[Counted | Choice], None]) -> None:
        self._deliver = deliver
        self._news = threading.Condition()
        self._closing = False
        self._shown: deque[Path] = deque()
        self._chosen: tuple[Path, ...] | None = None
        self._known: dict[tuple[Path, int, int], Counted] = {}
        self._thread = threading.Thread(target=self._run, name="corpora", daemon=True)

    def open(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End the thread; nothing follows."""
        with self._news:
            self._closing = True
            self._news.notify()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def show(self, paths: Iterable[Path]) -> None:
        """Count these files, a Counted for each."""
        with self._news:
            self._shown.extend(paths)
            self._news.notify()

    def choose(self, paths: Iterable[Path]) -> None:
        """Count what these files and folders hold: Choice after Choice, the last one `done`."""
        with self._news:
            self._chosen = tuple(paths)
            self._news.notify()

    def _outdated(self) -> bool:
        return self._closing or self._chosen is not None

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._outdated() or bool(self._shown))
                if self._closing:
                    return
                chosen, self._chosen = self._chosen, None
                shown = self._shown.popleft() if chosen is None else None
            if chosen is not None:
                self._count_choice(chosen)
            elif shown is not None:
                self._tell(self._count(shown))

    def _tell(self, found: Counted | Choice | None) -> None:
        if found is not None and not self._closing:
            self._deliver(found)

    def _count_choice(self, paths: tuple[Path, ...]) -> None:
        """Count all files of a choice, unless another is made meanwhile."""
        try:
            with TextSources(paths) as sources:
                files = [Path(source.name) for source in sources.sources]
        except CorpusError as error:
            self._tell(Choice(paths=paths, fault=str(error), done=True))
            return
        size = chars = 0
        exact = True
        for index, file in enumerate(files):
            counted = self._count(file)
            if self._outdated() or counted is None:
                return
            if counted.fault and file in paths:
                fault = f"{file}: {counted.fault}"
                self._tell(Choice(paths=paths, files=len(files), fault=fault, done=True))
                return
            size, chars = size + counted.bytes, chars + counted.chars
            exact &= counted.exact
            last = index == len(files) - 1
            if last or index % 64 == 0:
                self._tell(
                    Choice(
                        paths=paths,
                        files=len(files),
                        bytes=size,
                        chars=chars,
                        exact=exact,
                        done=last,
                    )
                )

    def _count(self, path: Path) -> Counted | None:
        """What a file holds; None where it was given up for something newer."""
        try:
            status = path.stat()
        except OSError as error:
            return Counted(path=path, fault=error.strerror or "unreadable")
        key = (path, status.st_size, status.st_mtime_ns)
        if key in self._known:
            return self._known[key]
        if not path.is_file():
            return Counted(path=path, fault="no file")
        counted = self._read(path, status)
        if counted is not None:
            self._known[key] = counted
        return counted

    def _read(self, path: Path, status: os.stat_result) -> Counted | None:
        size = status.st_size
        if not size:
            return Counted(path=path, fault="empty")
        try:
            with TextSources([path]) as sources:
                reader = TextReader(source=sources.sources[0])
                for _ in reader.pieces():
                    if self._closing:
                        return None
                    if reader.byte_count >= COUNTED_BYTES:
                        break
        except CorpusError as error:
            fault = "not text" if "binary" in str(error) else str(error).rpartition(": ")[2]
            return Counted(path=path, bytes=size, fault=fault)
        exact = reader.byte_count >= size
        share = max(1, reader.byte_count)
        chars = reader.chars if exact else round(reader.chars * size / share)
        return Counted(path=path, bytes=size, chars=chars, exact=exact)
