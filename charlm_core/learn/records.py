"""Where runs lie and how their records are read: a line of metrics, a log's end. Needs no torch."""

import dataclasses
import math
import os
from pathlib import Path
from typing import Any

import msgspec

from charlm_core.characters import one_line
from charlm_core.learn.events import EVENTS, Event, Sample, Step
from charlm_core.learn.runs import CONFIG_FILE, LOG_FILE
from charlm_core.library import runs_directory
from charlm_core.storage import open_regular

LOG_BYTES = 4096
"""The log's tail is looked for in so many bytes."""

MOST = 1e15
"""No figure of a training is larger, or negative where it counts something."""

LEAST_PROGRESS = 1e-15
"""No step makes less, but none at all."""

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
    """The event that a line of metrics holds; None for a damaged, unknown or impossible one.

    Its words are safe to show, but for what a model wrote.
    """
    try:
        fields = msgspec.json.decode(line)
        kind = _KINDS[fields.pop("event")]
        event: Event = msgspec.convert(fields, kind, strict=False, dec_hook=_decode)
    except (msgspec.MsgspecError, UnicodeDecodeError, AttributeError, KeyError, TypeError):
        return None
    except RecursionError:
        return None
    if not _is_possible(event):
        return None
    if isinstance(event, Sample):
        return event
    # Any: the fields differ from kind to kind.
    words: dict[str, Any] = {
        name: one_line(value) for name, value in vars(event).items() if isinstance(value, str)
    }
    return dataclasses.replace(event, **words) if words else event


def _is_possible(event: Event) -> bool:
    """Whether the event's figures are some that a training could have had."""
    for value in vars(event).values():
        if isinstance(value, int) and not 0 <= value <= MOST:
            return False
        if isinstance(value, float) and not (math.isfinite(value) and abs(value) <= MOST):
            return False
    if not isinstance(event, Step):
        return True
    return event.progress == 0 or LEAST_PROGRESS <= event.progress <= 1 + 1e-6


def _decode(kind: type, value: object) -> object:
    """A path from the text it is written as."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"not a {kind.__name__}")


def tail(file: Path, lines: int = 50) -> tuple[str, ...]:
    """The last lines of a text file, controls made visible; none where it can't be read."""
    try:
        with open_regular(file) as stream:
            size = os.fstat(stream.fileno()).st_size
            stream.seek(max(0, size - LOG_BYTES))
            found = stream.read(LOG_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return ()
    if size > LOG_BYTES:
        # The first one is cut.
        found = found[1:]
    return tuple(one_line(line) for line in found[-lines:] if line.strip())
