"""How fast this machine trains networks of each size, measured before a person chooses one."""

import importlib.util
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

import msgspec

from charlm_core.config import Cell, ModelConfig
from charlm_core.errors import ConfigError
from charlm_core.learn.config import SIZES, sized, standard
from charlm_core.learn.priority import spare_threads

SYMBOLS = 96
"""Of the text that is learned for measuring; real alphabets differ little in cost."""

MEASURE_SECONDS = 0.25
"""How long each size is measured, at least one step."""

WARM_UP_CHARS = 8
"""Length of the step before, which allocates what later ones use again."""

BYTES_A_WEIGHT = 20
"""While it is trained: the weight, its gradient, the optimizer's two moments and the average,
float32."""


@dataclass(frozen=True, kw_only=True)
class Speed:
    """What training a network of one size costs on this machine."""

    size: str
    """Its name in SIZES."""
    cell: Cell
    """The recurrence."""
    parameters: int
    """Weights."""
    memory_bytes: int
    """What training takes beside PyTorch and the text: weights, gradients, moments and the
    activations of a step; computed, not measured."""
    chars_per_second: float
    """Targets learned a second."""


class Speeds(Iterator[Speed]):
    """The speed of each size, the smallest first, as soon as it is measured.

    Measured in a process of its own, which ends with the last one, with `stop`, or with this
    process, however that ends. Raises ConfigError where torch is missing or the process fails.
    """

    def __init__(self, cell: Cell) -> None:
        if importlib.util.find_spec("torch") is None:
            raise ConfigError("training needs PyTorch, which is not installed")
        self._stopped = False
        self._process = subprocess.Popen(
            # -P: what lies in the current folder is somebody's text, not a module to import.
            [sys.executable, "-P", "-m", __name__, cell],
            # Nothing is written to it: it closes when this process is gone.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __next__(self) -> Speed:
        """The next size's speed."""
        line = self._process.stdout.readline() if self._process.stdout else b""
        if line.endswith(b"\n"):
            return msgspec.json.decode(line, type=Speed)
        self._close()
        if not self._stopped and self._process.returncode:
            status = self._process.returncode
            raise ConfigError(f"measuring the speed failed (exit status {status})")
        raise StopIteration

    def stop(self) -> None:
        """End it now; may be called in any thread, and more than once."""
        self._stopped = True
        self._process.kill()

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        self._process.wait()


def training_speeds(cell: Cell) -> Speeds:
    """Begin to measure every size with this recurrence. Raises ConfigError without torch."""
    return Speeds(cell)


def measure(cell: Cell) -> Iterator[Speed]:
    """The same, measured in this process with as many threads as a training beside the editor."""
    import numpy as np
    import torch

    from charlm_core.learn.learner import Learner
    from charlm_core.learn.passages import Lanes

    torch.set_num_threads(spare_threads())
    torch.set_flush_denormal(True)
    ids = np.random.default_rng(0).integers(1, SYMBOLS, 1 << 18).astype(np.uint16)
    for size, shape in SIZES.items():
        config = sized(replace(standard(), model=ModelConfig(cell=cell)), size)
        short, lanes = (
            Lanes(ids, (0,), batch=config.batch, length=length, reset=config.reset, seed=0)
            for length in (WARM_UP_CHARS, config.length)
        )
        learner = Learner(config, SYMBOLS, dropout=0.5)
        learner.learn(short.batch(0, 0), 1e-3)
        times: list[float] = []
        while sum(times) < MEASURE_SECONDS:
            batch = lanes.batch(0, len(times))
            begun = time.perf_counter()
            learner.learn(batch, 1e-3)
            times.append(time.perf_counter() - begun)
        chars = config.batch * config.length
        parameters = learner.model.parameter_count()
        # Per character and layer the gates and states of the forward pass, in float32, and the
        # logits with their gradient.
        gates = 6 * shape.hidden * shape.layers + 2 * SYMBOLS
        yield Speed(
            size=size,
            cell=cell,
            parameters=parameters,
            memory_bytes=BYTES_A_WEIGHT * parameters + 4 * chars * gates,
            chars_per_second=chars / float(np.median(times)),
        )


def _end_with_parent() -> None:
    """Wait for the end of the pipe that the parent holds open, and end, too."""
    # Not by way of sys.stdin, whose lock would be in the way of an orderly exit.
    os.read(0, 1)
    os._exit(1)


def _main(cell: str) -> None:
    """Write each Speed as a line of JSON.

    Not at a training's low priority: beside a busy program it would take minutes.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for speed in measure(cast(Cell, cell)):
        sys.stdout.write(msgspec.json.encode(speed).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main(sys.argv[1])
