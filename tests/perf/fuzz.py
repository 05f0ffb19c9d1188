"""Files that nobody vouches for, spoilt in a hundred thousand ways, and what becomes of them.

    python -m tests.perf.fuzz [--inputs 100000] [--seed 1] [--only checkpoint,settings] [--keep DIR]

Each input is read in a process of its own kind that lets go no exception but the documented one,
whose message is one line that is safe to print and names the file; takes no second of the processor
and no twenty by the clock; may take 64 MiB more address space than before, and no more; leaves no
file open and the input as it was. What fails is told and, with --keep, written to a folder. Ends
with one JSON object, and exit status 1 if anything failed. Linux only.

`tests.perf.readers` says what reads them, `tests.perf.mutations` how they are spoilt. An input is
made from the seed, the reader's name and its number, so that --first makes it again.
"""

import argparse
import ctypes
import gc
import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from tests.perf.mutations import Mutator
from tests.perf.readers import READERS, Files, Hollow, Reader

MOST_BYTES = 64 << 20
"""No input may take more."""

CPU_SECONDS = 1.0
CLOCK_SECONDS = 20.0
"""A busy machine may let a process wait for long."""

WARMING = 30
"""So many inputs are read before anything is measured: what is imported then stays."""

MOST_TOLD = 20
"""More faults of one process are not told, and it ends."""


class SlowError(BaseException):
    """An input took too long. No `except Exception` may hide it."""


def main() -> None:
    """Feed, in as many processes as there are processors, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(READERS), help="kinds, with commas between")
    parser.add_argument("--keep", type=Path, help="a folder for inputs that fail")
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--feed", metavar="KIND", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.feed:
        feed(chosen)
        return
    kinds, failed = chosen.only.split(","), False
    if unknown := [kind for kind in kinds if kind not in READERS]:
        parser.error(f"no such kind: {', '.join(unknown)}; there are {', '.join(READERS)}")
    report = {}
    for kind in kinds:
        begun = time.monotonic()
        report[kind] = all_fed(kind, chosen)
        report[kind]["seconds"] = round(time.monotonic() - begun, 1)
        failed |= bool(report[kind]["faults"])
        print(f"{kind}: {json.dumps(report[kind])}", file=sys.stderr, flush=True)
    print(json.dumps(report, indent=1))
    sys.exit(1 if failed else 0)


def all_fed(kind: str, chosen: argparse.Namespace) -> dict[str, object]:
    """Have the inputs of a kind read in several processes, and add up what they tell."""
    share = -(-chosen.inputs // chosen.processes)
    last = chosen.first + chosen.inputs
    processes = [
        Feeding(kind, chosen, first, min(last, first + share))
        for first in range(chosen.first, last, share)
    ]
    outcomes: Counter[str] = Counter()
    faults, inputs, slowest, most = 0, 0, 0.0, 0
    for process in processes:
        process.finish()
        faults += process.faults
        for told in process.told:
            inputs += told["inputs"]
            outcomes.update(told["outcomes"])
            slowest, most = max(slowest, told["slowest_ms"]), max(most, told["most_kib"])
    return {
        "inputs": inputs,
        "faults": faults,
        "outcomes": dict(outcomes.most_common()),
        "slowest_ms": slowest,
        "most_mib": round(most / 1024, 1),
    }


class Feeding:
    """A process that reads a span of inputs; where one of them kills it, another reads the rest."""

    def __init__(self, kind: str, chosen: argparse.Namespace, first: int, end: int) -> None:
        self.faults = 0
        # Any: as JSON has it.
        self.told: list[dict[str, Any]] = []
        self._kind, self._chosen, self._first, self._end = kind, chosen, first, end
        self._place = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `finish`
        self._start()

    def _start(self) -> None:
        chosen = self._chosen
        command = [sys.executable, "-m", "tests.perf.fuzz", "--feed", self._kind]
        command += ["--seed", str(chosen.seed), "--first", str(self._first)]
        command += ["--inputs", str(self._end - self._first)]
        command += ["--keep", str(chosen.keep)] if chosen.keep else []
        self._process = subprocess.Popen(
            command,
            stdin=self._place,
            stdout=subprocess.PIPE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )

    def finish(self) -> None:
        """Wait for all of it."""
        while True:
            output = self._process.communicate()[0]
            lines = [json.loads(line) for line in output.splitlines()]
            for line in lines:
                if "fault" in line:
                    self.faults += 1
                    print(f"{self._kind} {line['number']}: {line['fault']}", file=sys.stderr)
                else:
                    self.told.append(line)
            if self._process.returncode == 0:
                break
            raw = os.pread(self._place.fileno(), 8, 0)
            at = struct.unpack("q", raw)[0] if len(raw) == 8 else self._first
            print(f"{self._kind} {at}: killed its process", file=sys.stderr)
            self.faults += 1
            self._first = at + 1
            if self._first >= self._end:
                break
            self._start()
        self._place.close()


def feed(chosen: argparse.Namespace) -> None:
    """The process: read inputs, tell of the faults, and in the end how it went."""
    os.nice(5)
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory(dir=_memory_folder()) as name:
        home = Path(name) / "home"
        for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ[variable] = str(home)
        (Path(name) / "valid").mkdir()
        reader = READERS[chosen.feed](Path(name) / "valid")
        Feeder(reader, chosen, Path(name) / "input").run()


def _memory_folder() -> str | None:
    """Where files take no disk, if there is such a place."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Feeder:
    """Reads inputs one by one, and measures."""

    def __init__(self, reader: Reader, chosen: argparse.Namespace, folder: Path) -> None:
        self._reader = reader
        self._chosen = chosen
        self._folder = folder
        self._outcomes: Counter[str] = Counter()
        self._slowest = 0.0
        self._most = 0

    def run(self) -> None:
        """All inputs."""
        signal.signal(signal.SIGPROF, self._on_alarm)
        signal.signal(signal.SIGALRM, self._on_alarm)
        # Large pieces of memory come from the system and go back to it, so that it can count them.
        libc = ctypes.CDLL(None)
        libc.mallopt(-3, 1 << 16)
        libc.mallopt(-1, 1 << 16)
        first, count = self._chosen.first, self._chosen.inputs
        for number in range(WARMING):
            self._take(-1 - number, measured=False)
        self._outcomes.clear()
        faults = 0
        for number in range(first, first + count):
            os.pwrite(0, struct.pack("q", number), 0)
            if fault := self._take(number, measured=True):
                faults += 1
                print(json.dumps({"number": number, "fault": fault}), flush=True)
                if faults >= MOST_TOLD:
                    count = number + 1 - first
                    break
        told = {
            "inputs": count,
            "outcomes": self._outcomes,
            "slowest_ms": round(self._slowest * 1e3, 1),
            "most_kib": self._most,
        }
        print(json.dumps(told), flush=True)

    def _take(self, number: int, *, measured: bool) -> str:
        """Make an input and have it read; what was wrong with that, in words."""
        mutator = Mutator(f"{self._chosen.seed}:{self._chosen.feed}:{number}")
        files = self._reader.make(mutator)
        write(self._folder, files)
        try:
            fault = self._measured(mutator) if measured else self._plain(mutator)
            if not self._reader.ours and not fault and not is_as_was(self._folder, files):
                fault = "the input is not as it was"
            if fault and self._chosen.keep:
                self._keep(number, files, fault)
            return fault
        finally:
            shutil.rmtree(self._folder)

    def _measured(self, mutator: Mutator) -> str:
        """Have the input read within limits."""
        gc.disable()
        before, opened = _resident(), len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        space = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (space + MOST_BYTES, hard))
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        signal.setitimer(signal.ITIMER_REAL, CLOCK_SECONDS)
        try:
            fault = self._plain(mutator)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        self._slowest = max(self._slowest, time.process_time() - begun)
        grown = _resident("VmHWM:") - before
        self._most = max(self._most, grown)
        gc.enable()
        if not fault and grown > MOST_BYTES >> 10:
            return f"took {grown >> 10} MiB"
        if not fault and len(os.listdir("/proc/self/fd")) > opened:  # noqa: PTH208
            # What is only part of a cycle is closed when that is collected.
            gc.collect()
            if len(os.listdir("/proc/self/fd")) > opened:  # noqa: PTH208
                return "left a file open"
        return fault

    def _plain(self, mutator: Mutator) -> str:
        """Have the input read; what it raised, and where."""
        try:
            self._outcomes[self._reader.read(self._folder, mutator)] += 1
        except SlowError:
            return "too slow: " + _where()
        except MemoryError:
            return "too much memory: " + _where()
        except Exception as error:
            return f"{type(error).__name__}: {error}: {_where()}"[:2000]
        return ""

    def _keep(self, number: int, files: Files, fault: str) -> None:
        """Write an input to where it can be looked at."""
        folder = self._chosen.keep / f"{self._chosen.feed}-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        write(folder, files)
        (folder / "fault").write_text(f"{fault}\n", encoding="utf-8", errors="backslashreplace")

    def _on_alarm(self, number: int, frame: object) -> None:
        raise SlowError


def write(folder: Path, files: Files) -> None:
    """Put an input's files into a folder."""
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, Hollow):
            file.write_bytes(data.data)
            os.truncate(file, data.size)
        else:
            file.write_bytes(data)


def is_as_was(folder: Path, files: Files) -> bool:
    """Whether the files are those that were written, and no others came."""
    found = {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}
    if found.keys() != files.keys():
        return False
    for name, data in files.items():
        if isinstance(data, Hollow):
            if found[name].stat().st_size != data.size:
                return False
        elif found[name].read_bytes() != data:
            return False
    return True


def _resident(which: str = "VmRSS:") -> int:
    """Memory in use, or the most since it was last asked to forget, KiB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(which):
            return int(line.split()[1])
    return 0


def _where() -> str:
    """The innermost lines of a traceback."""
    lines = traceback.format_exc(limit=-4).strip().splitlines()
    return " | ".join(line.strip() for line in lines[1:-1])


if __name__ == "__main__":
    main()
