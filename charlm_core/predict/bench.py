"""How fast a model predicts on this machine: figures for `charlm-tui bench`."""

import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from charlm_core.checkpoint import FORMAT_VERSION, CheckpointConfig, write
from charlm_core.config import ModelConfig, SuggestConfig
from charlm_core.predict.index import Index
from charlm_core.predict.model import Model, load
from charlm_core.predict.proposal import Alphabet, dropped
from charlm_core.predict.suggest import propose, roll
from charlm_core.vocab import UNKNOWN
from charlm_core.weights import tensor_shapes

GHOST_CHARS = 32
"""The ghost that is timed has this many characters."""
FULL = SuggestConfig(threshold=0.0, whole_threshold=0.0, caution=0.0, max_chars=GHOST_CHARS)
"""What is longer is taken to be better, so that a ghost has its full length."""
MEMORY_CHARS = 1_000_000
"""So much is remembered while learning is timed."""
WARM_CHARS = 700
"""So many are typed and learned before ghosts are timed: nearly twice the text."""
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
    learning: "LearningBench"
    """The same model while it learns."""
    load_ms: float
    """From the checkpoint's directory to a model ready to predict, milliseconds."""


@dataclass(frozen=True, kw_only=True)
class LearningBench:
    """How long it all takes with everything on: network, output layer, memory, mixer."""

    memory_chars: int
    """So many characters are remembered."""
    query_us: float
    """One look into the memory, median, microseconds."""
    typed_p50_us: float
    """One character typed, scored and learned, median, microseconds."""
    typed_p99_us: float
    """The same, 99th percentile."""
    ghost_p50_ms: float
    """A ghost of 32 characters searched anew, median, milliseconds."""
    ghost_p99_ms: float
    """The same, 99th percentile."""
    rolled_p50_ms: float
    """One that goes on after its first character was typed, median, milliseconds."""
    rolled_p99_ms: float
    """The same, 99th percentile."""


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
        learning=_learning(model, ghosts),
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
    session = model.start()
    times = []
    # Lines that end sooner are no 32-character ghosts; give up where most do.
    for index in range(4 * ghosts):
        session.type(TEXT[index % len(TEXT)])
        begun = time.perf_counter()
        ghost = session.suggest(FULL)
        elapsed = time.perf_counter() - begun
        if len(ghost.text) == GHOST_CHARS:
            times.append(elapsed * 1e3)
        if len(times) == ghosts:
            break
    if not times:
        return (float("nan"), float("nan"))
    return (float(np.percentile(times, 50)), float(np.percentile(times, 99)))


def _learning(model: Model, ghosts: int) -> LearningBench:
    """Type TEXT with a memory of a million characters, ghosts shown and everything learned."""
    words = np.array(TEXT.split(" "))
    chosen = np.random.default_rng(0).choice(words, MEMORY_CHARS // 5)
    remembered = Index.build(model.vocab.encode(" ".join(chosen)[:MEMORY_CHARS]))
    mixture = model.mixture([remembered])
    session = model.start(learned=mixture)
    alphabet = Alphabet(model.vocab)
    typed, queries, fresh, rolled = [], [], [], []
    for index in range(WARM_CHARS + ghosts):
        character = TEXT[index % len(TEXT)]
        point = session.point
        begun = time.perf_counter()
        session.type(character)
        mixture.learn(point, model.vocab.id_of(character))
        typed.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        mixture.memory.counts(session.point.context)
        queries.append(time.perf_counter() - begun)
        if index < WARM_CHARS:
            continue
        begun = time.perf_counter()
        ghost = propose(mixture, alphabet, session.point, FULL, lambda: False)
        elapsed = time.perf_counter() - begun
        if ghost.shown == GHOST_CHARS:
            fresh.append(elapsed)
            begun = time.perf_counter()
            roll(mixture, alphabet, session.point, dropped(ghost), lambda: False)
            rolled.append(time.perf_counter() - begun)
    nothing = [float("nan")]
    return LearningBench(
        memory_chars=mixture.memory.chars,
        query_us=statistics.median(queries) * 1e6,
        typed_p50_us=float(np.percentile(typed, 50)) * 1e6,
        typed_p99_us=float(np.percentile(typed, 99)) * 1e6,
        ghost_p50_ms=float(np.percentile(fresh or nothing, 50)) * 1e3,
        ghost_p99_ms=float(np.percentile(fresh or nothing, 99)) * 1e3,
        rolled_p50_ms=float(np.percentile(rolled or nothing, 50)) * 1e3,
        rolled_p99_ms=float(np.percentile(rolled or nothing, 99)) * 1e3,
    )
