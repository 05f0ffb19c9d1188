"""Replacing a folder: the old one or the new one, never a half, whatever goes wrong on the way."""

import ctypes
import dataclasses
import errno
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from charlm_core import checkpoint, storage
from charlm_core.checkpoint import Checkpoint
from charlm_core.storage import replace_directory, write_synced

OLD = {"a": b"old", "b": b"old"}
NEW = {"a": b"new", "c": b"new"}


def contents(path: Path) -> dict[str, bytes]:
    """The files of a folder, by name."""
    return {file.name: file.read_bytes() for file in path.iterdir()}


def names(folder: Path) -> list[str]:
    """What a folder holds, sorted."""
    return sorted(entry.name for entry in folder.iterdir())


class FullDisk:
    """Lets `calls` calls of a function through; every later one finds the disk full."""

    def __init__(self, function: Callable[..., Any], calls: int) -> None:
        self.function = function
        self.left = calls

    def __call__(self, *arguments: Any) -> Any:
        """Call it, or fail."""
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.function(*arguments)


class NoSwap:
    """A C library on a system, or a file system, that can't swap two paths."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def renameat2(self, *_: object) -> int:
        """Linux's swap: fails."""
        return -1

    renamex_np = renameat2


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A folder that holds OLD, alone in its parent."""
    path = tmp_path / "parent" / "target"
    replace_directory(path, OLD)
    return path


def test_a_new_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    """Nothing else is left beside it."""
    path = tmp_path / "some" / "where"
    replace_directory(path, NEW)
    assert contents(path) == NEW
    assert names(path.parent) == ["where"]


def test_an_old_folder_is_replaced_whole(target: Path) -> None:
    """No file of the old one survives in the new one, and no temporary sibling stays."""
    replace_directory(target, NEW)
    assert contents(target) == NEW
    assert names(target.parent) == ["target"]


def test_a_new_folder_has_the_usual_permissions(target: Path) -> None:
    """It is as readable for others as any folder that this user makes."""
    ordinary = target.parent / "ordinary"
    ordinary.mkdir()
    assert target.stat().st_mode == ordinary.stat().st_mode


def test_a_private_folder_is_nobody_else_s(target: Path) -> None:
    """Only its owner may look into it or read a file of it, also where it was open before."""
    replace_directory(target, NEW, private=True)
    assert stat.S_IMODE(target.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in target.iterdir()} == {0o600}
    assert contents(target) == NEW


def test_a_link_is_followed(target: Path) -> None:
    """A folder kept elsewhere through a link is replaced there, and the link stays."""
    link = target.parent.parent / "link"
    link.symlink_to(target)
    replace_directory(link, NEW)
    assert link.is_symlink()
    assert contents(target) == NEW
    assert names(link.parent) == ["link", "parent"]


def test_a_file_is_not_replaced(tmp_path: Path) -> None:
    """A person's file is never taken for a folder to replace."""
    file = tmp_path / "novel"
    file.write_text("It was a dark night.")
    with pytest.raises(NotADirectoryError):
        replace_directory(file, NEW)
    assert file.read_text() == "It was a dark night."
    assert names(tmp_path) == ["novel"]


def test_without_a_swap_the_folder_is_replaced_by_renames(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a system or a file system that can't swap, the result is the same."""
    monkeypatch.setattr(ctypes, "CDLL", NoSwap)
    replace_directory(target, NEW)
    assert contents(target) == NEW
    assert names(target.parent) == ["target"]


def test_without_a_c_library_the_folder_is_replaced_by_renames(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Python that can't call C functions does as well."""

    def missing(*_: object, **__: object) -> None:
        raise OSError("no such library")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    replace_directory(target, NEW)
    assert contents(target) == NEW


@pytest.mark.parametrize("renames", range(2))
def test_a_failed_rename_leaves_the_old_folder(
    target: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    """Without a swap, whichever rename fails, the old folder is there and nothing beside it."""
    monkeypatch.setattr(ctypes, "CDLL", NoSwap)
    real = Path.rename
    calls = []

    def rename(self: Path, to: Path) -> Path:
        calls.append(to)
        if len(calls) == renames + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(self, to)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OSError, match="No space left"):
        replace_directory(target, NEW)
    assert contents(target) == OLD
    assert names(target.parent) == ["target"]


@pytest.mark.parametrize("synced", range(3))
def test_a_full_disk_leaves_the_old_folder(
    target: Path, monkeypatch: pytest.MonkeyPatch, synced: int
) -> None:
    """Whichever file the disk has no room for, the old folder stays and nothing beside it."""
    monkeypatch.setattr(os, "fsync", FullDisk(os.fsync, synced))
    with pytest.raises(OSError, match="No space left"):
        replace_directory(target, NEW)
    assert contents(target) == OLD
    assert names(target.parent) == ["target"]


def test_a_full_disk_leaves_no_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there was none before, there is none after."""
    monkeypatch.setattr(os, "fsync", FullDisk(os.fsync, 1))
    with pytest.raises(OSError, match="No space left"):
        replace_directory(tmp_path / "target", NEW)
    assert names(tmp_path) == []


def test_what_is_in_place_is_not_told_as_a_fault(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When only the last sync of the parent fails, the new folder is there: no fault is told."""
    monkeypatch.setattr(os, "fsync", FullDisk(os.fsync, 3))
    replace_directory(target, NEW)
    assert contents(target) == NEW


def test_a_file_system_that_cannot_sync_folders_will_do(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network file systems refuse to sync a folder; files are written all the same."""
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    replace_directory(target, NEW)
    assert contents(target) == NEW


def test_everything_is_synced_before_it_is_swapped_in(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut after the swap finds files with contents, not empty ones."""
    order: list[str] = []
    exchange = storage._exchange
    fsync = os.fsync

    def swap(one: Path, other: Path) -> None:
        order.append("swap")
        exchange(one, other)

    def sync(descriptor: int) -> None:
        order.append("sync")
        fsync(descriptor)

    monkeypatch.setattr(storage, "_exchange", swap)
    monkeypatch.setattr(os, "fsync", sync)
    replace_directory(target, NEW)
    assert order == ["sync", "sync", "sync", "swap", "sync"]


def test_a_written_file_is_whole(tmp_path: Path) -> None:
    """A file written and synced holds what it was given."""
    write_synced(tmp_path / "file", b"\0data\n")
    assert (tmp_path / "file").read_bytes() == b"\0data\n"


def test_a_reader_sees_only_whole_checkpoints(
    tmp_path: Path, small: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a training replaces its checkpoint 200 times, every one that is read is one of them."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    path = tmp_path / "best"

    def write(number: int) -> None:
        """Replace it by one whose every part says which it is."""
        symbol = chr(ord("а") + number % 32)
        config = dataclasses.replace(
            small.config,
            vocabulary=(*small.config.vocabulary[:-1], symbol),
            training=checkpoint.TrainingFacts(seed=number),
        )
        tensors = {name: 0 * tensor + number for name, tensor in small.tensors.items()}
        checkpoint.write(path, config, tensors, card="", stored_as="float32")

    write(0)

    def write_all() -> None:
        for number in range(1, 201):
            write(number)

    writer = threading.Thread(target=write_all)
    writer.start()
    seen = []
    while writer.is_alive():
        found = checkpoint.read(path)
        seen.append(found.config.training.seed)
        assert all((tensor == seen[-1]).all() for tensor in found.tensors.values())
        assert found.config.vocabulary[-1] == chr(ord("а") + seen[-1] % 32)
    writer.join()
    assert seen == sorted(seen)
    assert checkpoint.read(path).config.training.seed == 200
    assert names(tmp_path) == ["best"]
