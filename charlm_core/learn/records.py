"""Where runs lie and how their records are read: a line of metrics, a log's end. Needs no torch."""

import os
from pathlib import Path

import msgspec

from charlm_core.characters import one_line
from charlm_core.learn.events import EVENTS, Event
from charlm_core.learn.runs import CONFIG_FILE, LOG_FILE
from charlm_core.library import runs_directory

LOG_BYTES = 4096
"""The log's tail is looked for in so many bytes."""

_KINDS: dict[str, type[Event]] = {kind.__name__.lower(): kind for kind in EVENTS}


def run_folders(folder: Path | None = None) -> list[Path]:
    """The folders of all runs, the user's own unless told otherwise, the newest first.

    A folder counts as soon as it holds a config or a log: a training may be just starting there.
    """
    found: list[tuple[float, Path]] = []
    for path in (folder or runs_directory()).glob("[!.]*"):
        for name in (CONFIG_FILE, LOG_FILE):
            try:
                found.append(((path / name).stat().st_mtime, path))
                break
            except OSError:
                continue
    return [path for _, path in sorted(found, reverse=True)]


def parse(line: bytes) -> Event | None:
    """The event that a line of metrics holds; None for a damaged or unknown one."""
    try:
        fields = msgspec.json.decode(line)
        kind = _KINDS[fields.pop("event")]
        return msgspec.convert(fields, kind, strict=False, dec_hook=_decode)
    except (msgspec.MsgspecError, UnicodeDecodeError, AttributeError, KeyError, TypeError):
        return None


def _decode(kind: type, value: object) -> object:
    """A path from the text it is written as."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"not a {kind.__name__}")


def tail(file: Path, lines: int = 50) -> tuple[str, ...]:
    """The last lines of a text file, controls made visible; none where it can't be read."""
    try:
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            stream.seek(max(0, size - LOG_BYTES))
            found = stream.read(LOG_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return ()
    if size > LOG_BYTES:
        # The first one is cut.
        found = found[1:]
    return tuple(one_line(line) for line in found[-lines:] if line.strip())
