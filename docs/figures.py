"""Measuring a checkpoint with commands that anybody can type, each figure once.

A figure is what a command has printed as JSON. It is kept in a file, with a sha256 for each
checkpoint and text that the command read, and measured again only where one of those is another.
"""

import ast
import hashlib
import json
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from charlm_core import DIALS
from charlm_core.checkpoint import read_config
from charlm_core.errors import CheckpointError
from charlm_core.weights import WEIGHTS_FILE

ROOT = Path(__file__).parents[1]

PROGRAM = (
    "charlm_core/predict/*.py",
    *(
        f"charlm_core/{name}.py"
        for name in ("characters", "config", "folding", "metrics", "spelling", "texts", "vocab")
    ),
    "tests/perf/kinds.py",
)
"""What figures depend on besides weights and texts: who predicts what, and what is read how."""


class MeasureError(Exception):
    """A figure that could not be measured; one line says why."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """Something that a command reads."""

    shown: str
    """What a person would write for it."""
    path: Path
    """A text, or a checkpoint's folder."""

    @property
    def sha256(self) -> str:
        """Of the text, or of what predicts of a checkpoint. Raises MeasureError where it is not."""
        file = self.path / WEIGHTS_FILE if self.path.is_dir() else self.path
        try:
            found = _sha256(file, file.stat().st_mtime_ns)
            if file is self.path:
                return found
            # The rest of a config tells how it was trained.
            config = read_config(self.path)
            parts = (found, config.doubt, *config.vocabulary)
            return hashlib.sha256(repr(parts).encode()).hexdigest()
        except OSError as error:
            raise MeasureError(f"{file}: {(error.strerror or 'not there').lower()}") from error
        except CheckpointError as error:
            raise MeasureError(str(error)) from error


@cache
def _sha256(file: Path, _written: int) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A command that measures something, and prints it as JSON if it gets `--json`."""

    name: str
    """What it is kept under."""
    words: tuple[str, ...]
    """As one types them, but for MODEL, TRAIN, VALID and TYPED, which are what it reads."""
    alone: bool = False
    """Whether it takes the time, and wants nothing to run beside it."""

    def shown(self, inputs: Mapping[str, Input]) -> str:
        """The command as a person types it."""
        return shlex.join(inputs[word].shown if word in inputs else word for word in self.words)

    def command(self, inputs: Mapping[str, Input]) -> list[str]:
        """The command as it is run here."""
        program, *rest = self.words
        begin = ["-m", "tui.cli"] if program == "charlm-tui" else []
        words = (str(inputs[word].path.resolve()) if word in inputs else word for word in rest)
        return [sys.executable, *begin, *words, "--json"]

    def read(self, inputs: Mapping[str, Input]) -> list[str]:
        """The command with a sha256 for what it reads. Raises MeasureError where that is not."""
        return [inputs[word].sha256 if word in inputs else word for word in self.words]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What a command has measured."""

    read: list[str]
    """See `Measure.read`."""
    program: str
    """See `program_digest`."""
    result: dict[str, Any]
    """What it printed."""
    seconds: float
    """How long it took."""


def measures(language: str, prompt: str, chars: int) -> tuple[Measure, ...]:
    """All that is measured of a checkpoint; `chars` are typed again, `prompt` is gone on from."""
    replays = (
        Measure(
            name=dial,
            words=(
                *("charlm-tui", "replay", "MODEL", "VALID"),
                *("--chars", str(chars), "--dial", dial),
            ),
        )
        for dial in DIALS
    )
    compressors = ("python", "-m", "tests.perf.compression", "TRAIN", "VALID")
    kinds = ("python", "-m", "tests.perf.kinds", "MODEL", "VALID", "--as", language)
    sample = (
        "charlm-tui",
        "sample",
        "MODEL",
        "--prompt",
        prompt,
        "--length",
        "300",
        "--seed",
        "1",
    )
    return (
        Measure(name="bench", words=("charlm-tui", "bench", "MODEL"), alone=True),
        Measure(name="sample", words=sample),
        Measure(name="typed", words=("charlm-tui", "eval", "MODEL", "TYPED")),
        Measure(name="typed-again", words=("charlm-tui", "replay", "MODEL", "TYPED")),
        *replays,
        Measure(name="eval", words=("charlm-tui", "eval", "MODEL", "VALID")),
        Measure(name="kinds", words=kinds),
        Measure(name="compressors", words=compressors),
    )


class Figures:
    """The figures of one checkpoint, kept in a file. Several threads may measure at once."""

    def __init__(self, file: Path, inputs: Mapping[str, Input]) -> None:
        self.inputs = inputs
        self._file = file
        self._lock = threading.Lock()
        self._known: dict[str, Figure] = {}
        if file.exists():
            kept = json.loads(file.read_text("utf-8"))
            self._known = {name: Figure(**fields) for name, fields in kept.items()}

    def find(self, measure: Measure) -> Figure | None:
        """The figure, where it is of these weights and texts. None, too, where those are gone."""
        known = self._known.get(measure.name)
        try:
            return known if known and known.read == measure.read(self.inputs) else None
        except MeasureError:
            return None

    def outdated(self, measure: Measure) -> bool:
        """Whether the code that predicts was another when the figure was measured."""
        figure = self.find(measure)
        return (
            figure is not None and "MODEL" in measure.words and figure.program != program_digest()
        )

    def take(self, measure: Measure) -> Figure:
        """Measure it now, and keep it. Raises MeasureError."""
        read, begun = measure.read(self.inputs), time.monotonic()
        done = subprocess.run(
            measure.command(self.inputs), capture_output=True, text=True, cwd=ROOT, check=False
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
            raise MeasureError(f"{measure.shown(self.inputs)}: {said[-1]}")
        seconds = time.monotonic() - begun
        figure = Figure(
            read=read, program=program_digest(), result=json.loads(done.stdout), seconds=seconds
        )
        with self._lock:
            self._known[measure.name] = figure
            kept = {name: asdict(one) for name, one in self._known.items()}
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside = self._file.with_name(f"{self._file.name}.new")
            beside.write_text(json.dumps(kept, indent=1, ensure_ascii=False), "utf-8")
            beside.replace(self._file)
        return figure


@cache
def program_digest() -> str:
    """Of the code that predicts."""
    return digest(path.read_text("utf-8") for glob in PROGRAM for path in sorted(ROOT.glob(glob)))


def digest(sources: Iterable[str]) -> str:
    """The sha256 of programs without their comments, docstrings and line breaks."""
    found = hashlib.sha256()
    for source in sources:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(body := getattr(node, "body", None), list):
                # A statement that is a mere value does nothing.
                node.body = [  # type: ignore[attr-defined]
                    one
                    for one in body
                    if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
                ]
        found.update(ast.dump(tree).encode())
    return found.hexdigest()
