"""Training beside an editor: low priority, and a core left to whoever types."""

import contextlib
import os
from pathlib import Path

NICENESS = 19
"""The lowest priority."""


def spare_threads() -> int:
    """How many threads leave a core to the editor; at least one."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, (usable or 1) - 1)


def step_aside() -> None:
    """Let every other program go first.

    Linux weighs sessions against each other before the processes in them, where it groups them
    automatically: a detached training is a session of its own, and only the group's niceness
    holds against the editor's.
    """
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(f"{NICENESS}\n", encoding="ascii")
