"""How fast this machine trains networks of each size, measured before a person chooses one."""

import importlib.util
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from charlm_core.config import Cell
from charlm_core.errors import ConfigError
from charlm_core.learn.config import SIZES, standard
from charlm_core.learn.priority import spare_threads

SYMBOLS = 96
"""Of the text that is learned for measuring; real alphabets differ little in cost."""

MEASURE_SECONDS = 0.5
"""How long each size is measured, at least two steps."""

BYTES_A_WEIGHT = 16
"""While it is trained: the weight, its gradient and the optimizer's two moments, float32."""


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


def training_speeds(cell: Cell) -> Iterator[Speed]:
    """Measure every size, the smallest first; each result comes as soon as it is there.

    In a process of its own, which ends with the generator. Raises ConfigError where torch is
    missing or the process fails.
    """
    if importlib.util.find_spec("torch") is None:
        raise ConfigError("training needs PyTorch, which is not installed")
    command = [sys.executable, "-m", __name__, cell]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            for line in process.stdout or ():
                yield msgspec.json.decode(line, type=Speed)
        finally:
            process.kill()
    if process.returncode not in {0, -9}:
        raise ConfigError(f"measuring the speed failed (exit status {process.returncode})")


def measure(cell: Cell) -> Iterator[Speed]:
    """The same, measured in this process with as many threads as a training beside the editor."""
    import torch

    from charlm_core.learn.learner import Learner
    from charlm_core.learn.passages import Lanes

    torch.set_num_threads(spare_threads())
    torch.set_flush_denormal(True)
    for size, shape in SIZES.items():
        config = replace(standard(), model=replace(shape, cell=cell))
        ids = np.random.default_rng(0).integers(1, SYMBOLS, 1 << 18).astype(np.uint16)
        lanes = Lanes(
            ids, (0,), batch=config.batch, length=config.length, reset=config.reset, seed=0
        )
        learner = Learner(config, SYMBOLS, dropout=0.5)
        learner.learn(lanes.batch(0, 0), 1e-3)
        times: list[float] = []
        while len(times) < 2 or sum(times) < MEASURE_SECONDS:
            batch = lanes.batch(0, 1 + len(times))
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


if __name__ == "__main__":
    for speed in measure(sys.argv[1]):  # type: ignore[arg-type]
        sys.stdout.write(msgspec.json.encode(speed).decode() + "\n")
        sys.stdout.flush()
