"""How fast a model predicts on this machine: figures for `charlm-tui bench`."""

import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from charlm_core.checkpoint import FORMAT_VERSION, CheckpointConfig, tensor_shapes, write
from charlm_core.config import ModelConfig, SuggestConfig
from charlm_core.predict.model import Model, load
from charlm_core.vocab import UNKNOWN

GHOST_CHARS = 32
"""The ghost that is timed has this many characters."""
TEXT = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, "
    "must be in want of a wife. However little known the feelings or views of such a man may be "
    "on his first entering a neighbourhood, this truth is so well fixed in the minds of the "
    "surrounding families, that he is considered as the rightful property of some one or other "
    "of their daughters. "
)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What was measured."""

    shape: ModelConfig
    """Of which network."""
    step_us: float
    """One character through the network, median, microseconds."""
    floor_us: float
    """Its matrix-vector products alone, median, microseconds."""
    ghost_p50_ms: float
    """A 32-character ghost, median, milliseconds; NaN where the model writes no such line."""
    ghost_p99_ms: float
    """The same, 99th percentile."""
    load_ms: float
    """From the checkpoint's directory to a model ready to predict, milliseconds."""


def bench(name: str | os.PathLike[str], *, steps: int = 2000, ghosts: int = 300) -> Bench:
    """Load and time a checkpoint. Raises CheckpointError."""
    begun = time.perf_counter()
    model = load(name)
    load_ms = (time.perf_counter() - begun) * 1e3
    median_ms, worst_ms = _ghost_ms(model, ghosts)
    return Bench(
        shape=model.config.model,
        step_us=_step_us(model, steps),
        floor_us=model.engine.floor_us(),
        ghost_p50_ms=median_ms,
        ghost_p99_ms=worst_ms,
        load_ms=load_ms,
    )


def bench_untrained(shape: ModelConfig, seed: int = 0) -> Bench:
    """Time a network of any shape, with random weights over the 95 printable characters."""
    vocabulary = (UNKNOWN, *map(chr, range(ord(" "), ord("~") + 1)))
    config = CheckpointConfig(
        format_version=FORMAT_VERSION,
        cell=shape.cell,
        embed=shape.embed,
        hidden=shape.hidden,
        layers=shape.layers,
        vocabulary=vocabulary,
    )
    rng = np.random.default_rng(seed)
    tensors = {
        name: (rng.standard_normal(size) / np.sqrt(size[-1])).astype(np.float32)
        for name, size in tensor_shapes(shape, len(vocabulary)).items()
    }
    with tempfile.TemporaryDirectory(prefix="charlm-bench-") as scratch:
        path = Path(scratch, "untrained")
        write(path, config, tensors, card="# Random weights\n")
        return bench(path)


def _step_us(model: Model, steps: int) -> float:
    symbols = model.vocab.encode(TEXT).tolist()
    state = model.engine.zero_state()
    times = []
    for index in range(steps):
        symbol = symbols[index % len(symbols)]
        begun = time.perf_counter()
        state = model.engine.step(symbol, state)
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1e6


def _ghost_ms(model: Model, ghosts: int) -> tuple[float, float]:
    """Median and 99th percentile over ghosts of full length, one after each character typed."""
    config = SuggestConfig(threshold=0.0, max_chars=GHOST_CHARS)
    session = model.start()
    times = []
    # Lines that end sooner are no 32-character ghosts; give up where most do.
    for index in range(4 * ghosts):
        session.type(TEXT[index % len(TEXT)])
        begun = time.perf_counter()
        ghost = session.suggest(config)
        elapsed = time.perf_counter() - begun
        if len(ghost.text) == GHOST_CHARS:
            times.append(elapsed * 1e3)
        if len(times) == ghosts:
            break
    if not times:
        return (float("nan"), float("nan"))
    return (float(np.percentile(times, 50)), float(np.percentile(times, 99)))
