"""A disk that fills up under a training: one sentence says it, and what was learned is kept."""

import contextlib
import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from charlm_core.errors import CorpusError, RunError
from charlm_core.learn import mapping
from charlm_core.learn.launch import Training
from charlm_core.learn.runs import METRICS_FILE
from tests.learn.failing import (
    assert_goes_on,
    assert_shown,
    failure,
    kept,
    latest,
    seen,
    until_saved,
)
from tests.learn.support import small_training

DISK_BYTES = 2 << 20
"""Room for a run of SMALL many times over."""


class FullDisk:
    """A disk that can be filled and has room made on it again."""

    def __init__(self, folder: Path, fill: Callable[[int], None], clear: Callable[[], None]):
        self.folder = folder
        self.fill = fill
        self.clear = clear


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[FullDisk]:
    """A real one, where this process may mount a file system that lives in memory."""
    folder, ballast = tmp_path / "disk", tmp_path / "disk" / "ballast"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("may not mount; the same is tested with a limit and with a fake disk")

    def fill(left: int) -> None:
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        os.truncate(ballast, max(0, ballast.stat().st_size - left))

    try:
        yield FullDisk(folder, fill, ballast.unlink)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("left", [0, 4 << 10, 16 << 10, 48 << 10])
def test_a_full_disk_ends_a_training_in_one_sentence(small_disk: FullDisk, left: int) -> None:
    """Full to the brim or nearly, in the middle of a save: both checkpoints stay, it can go on."""
    run = small_disk.folder / "run"
    events = training_of(small_disk.folder.parent, run).events()
    until_saved(events)
    before = kept(run)
    small_disk.fill(left)
    said = failure(events)
    assert "No space left on device" in said
    if seen(run).state != "interrupted":
        assert_shown(run, said)
    else:
        assert seen(run).reason == "the disk is full"
    assert latest(kept(run)) == latest(before)
    small_disk.clear()
    assert_goes_on(run)


def training_of(texts: Path, run: Path, **changes: Any) -> Training:
    """A training whose text lies on another disk than its run."""
    return small_training(texts, out=os.path.relpath(run, texts), **changes)


@pytest.mark.parametrize("calls", range(9))
def test_every_write_of_a_save_may_find_the_disk_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """Whichever file of `best` or `last` it is that has no room, both stay as they were."""
    run = tmp_path / "run"
    # Each evaluation is better than the last, so that both are written.
    events = small_training(tmp_path, learning_rate=1e-3, dropout=0.0).events()
    until_saved(events)
    before, left = kept(run), iter(range(calls))
    sync = os.fsync

    def full(descriptor: int) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        said = failure(events)
    assert "No space left on device" in said
    assert_shown(run, said)
    after = kept(run)
    # Four files and their folder: then a better `best` is whole, and has taken its place.
    assert after == before if calls < 4 else latest(after) == latest(before)
    assert_goes_on(run)


def test_a_disk_too_full_for_the_reason_is_found_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where not even the failure can be put on record, the reader looks at the run's own disk."""
    run, asked = tmp_path / "run", []
    events = small_training(tmp_path).events()
    until_saved(events)
    before = kept(run)
    opened = Path.open

    def no_room(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name in {METRICS_FILE, "log"} and "a" in str(arguments):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return opened(path, *arguments, **options)

    def usage(path: Path) -> Any:
        asked.append(path)
        return shutil._ntuple_diskusage(1 << 30, 1 << 30, 0)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", no_room)
        said = failure(events)
        patch.setattr(shutil, "disk_usage", usage)
        view = seen(run)
    assert said == f"{run / METRICS_FILE}: No space left on device"
    assert (view.state, view.reason) == ("interrupted", "the disk is full")
    assert asked == [run]
    assert kept(run) == before
    assert_goes_on(run)


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no such limit on this system")
def test_a_file_that_is_cut_short_ends_a_training_in_one_sentence(tmp_path: Path) -> None:
    """A limit lets only the first bytes of a file be written: the half file replaces nothing."""
    run = tmp_path / "run"
    events = small_training(tmp_path).events()
    until_saved(events)
    before = kept(run)
    largest = max(map(len, before.values()))
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest - 1, limits[1]))
    try:
        said = failure(events)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert "File too large" in said
    assert_shown(run, said)
    assert kept(run).keys() == before.keys()
    assert_goes_on(run)


def test_a_disk_without_room_for_a_run_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is there that could be taken for a run."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="No space left on device"):
        small_training(tmp_path)
    assert not (tmp_path / "run").exists()


def test_a_disk_without_room_for_a_large_corpus_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How much it needs, where, and how to name another place; no run is made."""

    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(mapping, "MAPPED_CHARS", 100)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(CorpusError, match=r"No space left .* needs 0 MiB there \(TMPDIR"):
        small_training(tmp_path)
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no such limit on this system")
def test_the_command_line_tells_it_in_one_line(tmp_path: Path) -> None:
    """Nothing else on stderr after it, no traceback; the log and the screen say the same."""
    run = tmp_path / "run"
    events = small_training(tmp_path).events()
    until_saved(events)
    events.close()
    before = kept(run)
    code = (
        "import resource, sys; from tui.cli import main; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({max(map(len, before.values())) - 1},) * 2); "
        "main(sys.argv[1:])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, "train", "--resume", str(run)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert told.stdout == ""
    assert "Traceback" not in told.stderr
    said = told.stderr.splitlines()[-1].removeprefix("charlm-tui: ")
    assert "File too large" in said
    assert_shown(run, said)
    assert latest(kept(run)) == latest(before)
    assert_goes_on(run)
