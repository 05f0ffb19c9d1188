"""Several processes that train one model together: which is which, and what they tell each other.

    with joined() as ranks:
        training = start(corpora, name=name, config=config, ranks=ranks)

`torchrun` starts the processes, on one machine or many, and tells each through its environment
which it is. A process that nobody started so is alone; the same calls then cost it nothing.
"""

import contextlib
import gc
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from charlm_core.errors import CharlmError, ConfigError, RunError
from charlm_core.learn.describe import describe_fault

if TYPE_CHECKING:
    from torch.distributed.distributed_c10d import Store

JOIN_TIMEOUT = timedelta(minutes=10)
"""So long the processes wait for each other when they begin."""

STEP_TIMEOUT = timedelta(days=1)
"""So long they wait for each other afterwards: one of them may evaluate a long text meanwhile, and
one that ends breaks the connection at once."""

CLAIM_SECONDS = 0.5
"""A fault that all processes meet is told by the first: the others wait so long for it."""

TELL_SECONDS = 5.0
"""A process that leaves the telling to another lets it end first, but waits no longer than this:
`torchrun` ends all as soon as one has ended."""

FAULT_KEY, TOLD_KEY = "charlm/fault", "charlm/told"

Made = TypeVar("Made")


class ToldElsewhereError(RunError):
    """The training has ended with a fault that another of its processes tells."""


@dataclass(frozen=True, kw_only=True)
class Ranks:
    """The processes that train together, as one of them sees them; this one is alone.

    All of them must call `parallel`, `sum`, `gather` and `from_first`, and in the same order.
    """

    rank: int = 0
    """Which of them this process is, from 0."""
    world: int = 1
    """How many they are."""
    local: int = 0
    """Which it is on its machine, from 0; it takes the GPU of that number."""

    @property
    def first(self) -> bool:
        """Whether it is the one that writes, tells and decides."""
        return self.rank == 0

    def parallel(self, model: nn.Module) -> nn.Module:
        """`model`, its gradients after each backward pass being the mean of all processes'."""
        return model

    def sum(self, values: Sequence[float]) -> list[float]:
        """The sums over all processes, the same numbers for all of them."""
        return list(values)

    def gather(self, part: Tensor, dim: int = 0) -> Tensor:
        """All processes' parts in order, joined along `dim`; other dimensions must be the same."""
        return part

    def from_first(self, make: Callable[[], Made]) -> Made:
        """What the first process makes, for all; the others wait for it."""
        return make()

    def cause(self, error: BaseException) -> BaseException:
        """What ended the training, `error` being what this process saw of it."""
        return error


ALONE = Ranks()
"""A process that trains by itself."""


@dataclass(frozen=True, kw_only=True)
class _Group(Ranks):
    """Several processes, connected by torch.distributed."""

    store: "Store" = field(repr=False)
    """Holds what outlasts the connection: the fault, and whether it has been told."""

    def parallel(self, model: nn.Module) -> nn.Module:
        # There are no buffers to keep alike, and every weight has a part in every step.
        return DistributedDataParallel(model, gradient_as_bucket_view=True)

    def sum(self, values: Sequence[float]) -> list[float]:
        total = torch.tensor(values, dtype=torch.float64)
        dist.all_reduce(total)
        sums: list[float] = total.tolist()
        return sums

    def gather(self, part: Tensor, dim: int = 0) -> Tensor:
        own = part.shape[dim]
        sizes = self.sum([float(own) if rank == self.rank else 0.0 for rank in range(self.world)])
        shape = list(part.shape)
        shape[dim] = int(sum(sizes))
        # Parts may differ in size: each fills its own place among zeros, and all are added up.
        whole = torch.zeros(shape, dtype=part.dtype)
        whole.narrow(dim, int(sum(sizes[: self.rank])), own).copy_(part)
        dist.all_reduce(whole)
        return whole

    def from_first(self, make: Callable[[], Made]) -> Made:
        box = [make()] if self.first else []
        box = box or [None]  # type: ignore[list-item]
        dist.broadcast_object_list(box, src=0, device=torch.device("cpu"))
        return box[0]

    def cause(self, error: BaseException) -> BaseException:
        if isinstance(error, ToldElsewhereError):
            return error
        if lost := _is_loss(error):
            error = RunError("another process of the training is gone")
        reason = describe_fault(error)
        if not self.first and not lost:
            reason = f"process {self.rank + 1} of {self.world}: {reason}"
        try:
            if not self.first:
                with contextlib.suppress(dist.DistStoreError):
                    self.store.wait([FAULT_KEY], timedelta(seconds=CLAIM_SECONDS))
            claim = self.store.compare_set(FAULT_KEY, "", f"{self.rank} {reason}")
        except RuntimeError:  # who held the store is gone, too: better told twice than never
            return error
        teller, _, reason = claim.decode("utf-8", "replace").partition(" ")
        if teller != str(self.rank):
            return ToldElsewhereError(reason)
        return RunError(reason) if isinstance(error, CharlmError) else error

    def part(self, error: BaseException) -> None:
        """Let the process that tells of `error`, this one or another, end before the others."""
        with contextlib.suppress(RuntimeError):
            if isinstance(error, ToldElsewhereError):
                self.store.wait([TOLD_KEY], timedelta(seconds=TELL_SECONDS))
                time.sleep(CLAIM_SECONDS)
            else:
                self.store.set(TOLD_KEY, "1")


def _is_loss(error: BaseException) -> bool:
    """Whether this is how the connection to another process broke."""
    words = str(error).lower()
    return isinstance(error, RuntimeError) and ("gloo" in words or "nccl" in words)


@contextmanager
def joined() -> Iterator[Ranks]:
    """This process's place among those that `torchrun` started; ALONE where it started no others.

    Where one process fails the training ends for all, and one of them raises what happened; the
    others raise ToldElsewhereError. Raises ConfigError or RunError when they can't be joined.
    """
    world = _number("WORLD_SIZE", 1)
    if world <= 1:
        yield ALONE
        return
    rank, local = _number("RANK"), _number("LOCAL_RANK")
    if not dist.is_available():
        raise ConfigError("this PyTorch was built for one process alone")
    from torch.distributed.rendezvous import rendezvous

    # The processes confer about numbers of the processor's, and add up gradients where they are.
    nccl = torch.cuda.is_available() and dist.is_nccl_available()
    try:
        store, _, _ = next(rendezvous("env://", rank, world, timeout=JOIN_TIMEOUT))
        dist.init_process_group(
            "cpu:gloo,cuda:nccl" if nccl else "gloo",
            store=store,
            rank=rank,
            world_size=world,
            timeout=STEP_TIMEOUT,
        )
    except (RuntimeError, ValueError) as error:
        raise RunError(f"the other processes of the training can't be reached ({error})") from error
    group = _Group(rank=rank, world=world, local=local, store=store)
    try:
        yield group
    except BaseException as error:
        cause = group.cause(error)
        group.part(cause)
        if cause is error:
            raise
        raise cause from error
    # Not after a fault: what the others still wait for would be waited for here. What averaged the
    # gradients goes before the group that it belongs to, and no group before all are done with it.
    gc.collect()
    dist.barrier()
    dist.destroy_process_group()


def _number(variable: str, default: float = math.nan) -> int:
    """What `torchrun` says in a variable of the environment. Raises ConfigError."""
    try:
        return int(os.environ.get(variable, default))
    except ValueError:
        raise ConfigError(
            f"{variable}: not a number, though several processes are to train; start with torchrun"
        ) from None
