"""How near training comes to what the machine can multiply: figures for `charlm-tui bench`."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from charlm_core.config import ModelConfig
from charlm_core.errors import ConfigError
from charlm_core.learn.config import Precision, TrainConfig, standard
from charlm_core.learn.learner import Learner
from charlm_core.learn.passages import Lanes

SYMBOLS = 96
"""Size of the alphabet; real ones differ little in cost."""

PRODUCT = 2048
"""The machine's rate is that of square matrices of this width, which fill its caches well."""

ROUNDS = 7
"""Every figure is a median over so many rounds, in each of which all are measured in turn."""

WIDE_BATCH, WIDE_LENGTH = 64, 128
"""A batch that favours throughput over learning, beside the recipe's own."""


@dataclass(frozen=True, kw_only=True)
class Throughput:
    """What training reaches of the machine's matrix products, all measured in one run."""

    precision: str
    """`float32` or `bfloat16`, of both."""
    batch: int
    """Lanes of a step."""
    length: int
    """Characters of a step in each."""
    threads: int
    """Processor cores used."""
    matmul_gflops: float
    """Square matrix products alone, thousand million operations a second."""
    recurrence_gflops: float
    """The recurrent layer alone, forward and backward."""
    step_gflops: float
    """Whole steps of training: forward, backward, clipping and optimizer."""
    chars_per_second: float
    """Targets learned a second in whole steps."""

    @property
    def recurrence_ratio(self) -> float:
        """The recurrent layer's share of the machine's rate."""
        return self.recurrence_gflops / self.matmul_gflops

    @property
    def step_ratio(self) -> float:
        """A whole step's share of the machine's rate."""
        return self.step_gflops / self.matmul_gflops


def training_throughput(shape: ModelConfig, *, seed: int = 0) -> Iterator[Throughput]:
    """Measure in each precision that works here, with the recipe's batch and a wide one.

    Only the matrix products' operations are counted, 2 for each weight and character forward and
    4 backward (Kaplan et al. 2020, appendix B); element-wise work is what costs the rest.
    """
    recipe = standard()
    torch.set_flush_denormal(True)
    for precision in ("float32", "bfloat16"):
        for batch, length in ((recipe.batch, recipe.length), (WIDE_BATCH, WIDE_LENGTH)):
            config = replace(
                recipe, model=shape, precision=precision, batch=batch, length=length, seed=seed
            )
            try:
                yield _measure(config, precision)
            except ConfigError:  # no bfloat16 on this machine
                break


def _measure(config: TrainConfig, precision: Precision) -> Throughput:
    ids = np.random.default_rng(config.seed).integers(1, SYMBOLS, 1 << 18).astype(np.uint16)
    lanes = Lanes(
        ids, (0,), batch=config.batch, length=config.length, reset=config.reset, seed=config.seed
    )
    learner = Learner(config, SYMBOLS, dropout=0.5)
    chars = config.batch * config.length
    kind = learner.precision
    square = torch.randn(PRODUCT, PRODUCT, device=learner.device, dtype=kind)
    rates: dict[str, list[float]] = {"product": [], "recurrence": [], "step": []}
    recurrent = sum(
        parameter.numel()
        for name, parameter in learner.model.named_weights()
        if name.startswith("recurrent.weight")
    )
    multiplied = recurrent + learner.model.output.weight.numel()
    steps = iter(range(1 << 30))

    def recurrence() -> None:
        xs = torch.randn(
            config.batch,
            config.length,
            config.model.embed,
            device=learner.device,
            requires_grad=True,
        )
        with torch.autocast(
            learner.device.type, dtype=torch.bfloat16, enabled=kind is torch.bfloat16
        ):
            hs, _ = learner.model.recur(xs, learner.model.zero_state(config.batch))
        hs.float().sum().backward()  # type: ignore[no-untyped-call]

    work: dict[str, tuple[Callable[[], object], float]] = {
        "product": (lambda: square @ square, 2.0 * PRODUCT**3),
        "recurrence": (recurrence, 6.0 * recurrent * chars),
        "step": (
            lambda: learner.learn(lanes.batch(0, next(steps) % lanes.steps_per_epoch), 1e-4),
            6.0 * multiplied * chars,
        ),
    }
    for run, _ in work.values():
        run()
    for _ in range(ROUNDS):
        for name, (run, operations) in work.items():
            rates[name].append(operations / _seconds(run, learner.device) / 1e9)
    median = {name: statistics.median(found) for name, found in rates.items()}
    return Throughput(
        precision=precision,
        batch=config.batch,
        length=config.length,
        threads=torch.get_num_threads(),
        matmul_gflops=median["product"],
        recurrence_gflops=median["recurrence"],
        step_gflops=median["step"],
        chars_per_second=median["step"] * 1e9 / (6.0 * multiplied),
    )


def _seconds(run: Callable[[], object], device: torch.device) -> float:
    """How long a piece of work takes, repeated until it fills a fifth of a second."""
    repeats, spent = 0, 0.0
    while spent < 0.2:
        begun = time.perf_counter()
        run()
        if device.type == "cuda":
            torch.cuda.synchronize()
        spent += time.perf_counter() - begun
        repeats += 1
    return spent / repeats
