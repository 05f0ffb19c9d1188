"""Trainings that are killed in the middle of something, in a process of their own."""

import ctypes
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from charlm_core import storage
from charlm_core.learn import events
from charlm_core.learn.launch import Training, resume
from charlm_core.learn.runs import METRICS_FILE, Recorder
from tests.learn.support import small_training

PLACES: dict[str, tuple[object, str]] = {
    "sync": (os, "fsync"),
    "rename": (Path, "rename"),
    "swap": (storage, "_exchange"),
    "clear": (shutil, "rmtree"),
    "record": (Recorder, "_write"),
    "end": (events.Done, "__init__"),
}
"""Functions that a training can be killed in, by a name."""


def begin(folder: Path, out: str = "run") -> Training:
    """The training that is killed: each evaluation is better than the one before."""
    changes = {"learning_rate": 1e-3, "dropout": 0.0, "epochs": 2, "evaluations": 2}
    return small_training(folder, out=out, **changes)


def killed(folder: Path, place: str, call: int, *, swaps: bool = True, again: bool = False) -> None:
    """Train in another process, which is killed at so many'th call, from 1, of a place.

    It is killed before anything is done there; in `record`, with half a line written. Without
    `swaps`, two folders can't be swapped in one step. `again` resumes the run instead.
    """
    # A server that has loaded torch, but never computed, forks quickly and safely.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=_die, args=(folder, place, call, swaps, again))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL, f"{place} is not called {call} times"


def _die(folder: Path, place: str, call: int, swaps: bool, again: bool) -> None:
    torch.set_num_threads(1)
    if not swaps:
        ctypes.CDLL = _no_library  # type: ignore[assignment,misc]
    owner, name = PLACES[place]
    setattr(owner, name, _deadly(getattr(owner, name), call))
    training = resume(folder / "run") if again else begin(folder)
    list(training.events())


def _deadly(function: Callable[..., Any], call: int) -> Callable[..., Any]:
    calls = 0

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls < call:
            return function(*arguments, **options)
        if isinstance(arguments[0], Recorder):
            with (arguments[0].run.path / METRICS_FILE).open("ab") as stream:
                stream.write(b'{"event": "st')
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("outlived")

    return counted


def _no_library(*_: object, **__: object) -> None:
    raise OSError
