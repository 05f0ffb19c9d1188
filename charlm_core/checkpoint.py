"""The checkpoint directory: all that passes from the half that learns to the half that predicts.

    NAME/
      model.safetensors   weights, float16 or float32
      config.json         a CheckpointConfig
      README.md           the model card

A checkpoint is untrusted input: the config is checked field by field, and every tensor's shape
against the config and the file's own size, before a weight is read. No path is looked for in it.
Writing replaces the whole directory at once, so that a reader sees the old checkpoint or the new
one.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import msgspec
import numpy as np
import numpy.typing as npt

from charlm_core.config import Cell, ModelConfig, check_range
from charlm_core.errors import CheckpointError, ConfigError
from charlm_core.fitting import UNSAID, Suits
from charlm_core.storage import read_regular, replace_directory, unchanging
from charlm_core.vocab import UNKNOWN, Vocab
from charlm_core.weights import (
    WEIGHTS_FILE,
    StoredAs,
    Tensors,
    read_tensors,
    serialized,
    tensor_shapes,
)

FORMAT_VERSION = 1
CONFIG_FILE = "config.json"
CARD_FILE = "README.md"

MAX_CONFIG_BYTES = 16 << 20
"""A config of the largest vocabulary takes under 1 MiB; a larger file is no config."""

_MOST_BYTES = {"vocabulary": 13 << 16, "texts": 6 << 20, "rest": 1 << 20}
"""Of the parts of a config, so many bytes at most: 13 of each symbol, and some 20,000 texts. In
memory they take up to 17 times that, so that they are measured before they are read."""

MOST_TEXTS = 1 << 13
"""Of more texts that trained, or that validated, a config tells nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextFacts:
    """Which text a model was trained or validated on."""

    name: str
    """File name, without its folder."""
    chars: int
    """Length in characters."""
    bytes: int
    """Length in bytes, as on disk."""
    sha256: str
    """Of the bytes, hexadecimal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StartFacts:
    """Which model a training began with."""

    name: str
    """What it is called."""
    sha256: str
    """Of its weights file, hexadecimal."""


@dataclass(frozen=True, kw_only=True)
class TrainingFacts:
    """How a model was trained; what the model card tells.

    Raises ConfigError, naming the field, for a number that is not finite: JSON can't hold it.
    """

    corpora: tuple[TextFacts, ...] = ()
    """The texts it learned from, in order; the first MOST_TEXTS."""
    validation: tuple[TextFacts, ...] = ()
    """The texts it was validated on; empty when parts held back of `corpora` were used."""
    validation_note: str = ""
    """What was validated on, in words."""
    about: str = ""
    """What the texts are and where they come from, in a person's words."""
    start: StartFacts | None = None
    """The model whose weights it began with; None where it began with random ones."""
    validation_chars: int = 0
    """Characters behind `validation_nats`."""
    seconds: float = 0.0
    """Wall time of the training."""
    chars_seen: int = 0
    """Targets trained on, every epoch counted."""
    epochs: float = 0.0
    """Passes over the corpus."""
    validation_nats: float = 0.0
    """Nats per character, static, one running state from zero."""
    validation_bpc: float = 0.0
    """The same in bits."""
    validation_perplexity: float = 0.0
    """The same as e^nats."""
    seed: int = 0
    """Of every random choice."""
    settings: dict[str, str | int | float | bool] = field(default_factory=dict)
    """The trainer's settings, by name."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of the product and its libraries."""

    def __post_init__(self) -> None:
        for name, value in {**vars(self), **self.settings}.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise ConfigError(f"{name}: {value} is not a finite number")


@dataclass(frozen=True, kw_only=True)
class CheckpointConfig:
    """The contents of config.json. Raises ConfigError when fields contradict each other."""

    format_version: int
    """FORMAT_VERSION; any other is refused."""
    cell: Cell
    """rnn, gru or lstm."""
    embed: int
    """Embedding size."""
    hidden: int
    """Hidden units a layer."""
    layers: int
    """Recurrent layers."""
    vocabulary: tuple[str, ...]
    """Every symbol in order; index 0 is the unknown symbol."""
    unknown: str = UNKNOWN
    """The unknown symbol, always vocabulary[0]."""
    suits: Suits = UNSAID
    """What it is for; empty in one that says nothing of it."""
    doubt: float = 1.0
    """How many times the odds that a dial asks for its ghosts must have, 0.01 to 100. Where a
    language leaves more open, more of the ghosts with the same odds turn out wrong."""
    training: TrainingFacts = TrainingFacts()
    """How it was trained."""

    def __post_init__(self) -> None:
        _check_version(self.format_version)
        if self.unknown != UNKNOWN:
            raise ConfigError(f"unknown: {self.unknown!r} is not {UNKNOWN!r}")
        check_range("doubt", self.doubt, 0.01, 100.0)
        # Built once here so that what they check is told before anything uses the config.
        _ = self.model, self.vocab

    @property
    def model(self) -> ModelConfig:
        """The network's shape."""
        return ModelConfig(cell=self.cell, embed=self.embed, hidden=self.hidden, layers=self.layers)

    @property
    def vocab(self) -> Vocab:
        """The characters it knows."""
        return Vocab(self.vocabulary)


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A checkpoint in memory."""

    path: Path
    """The directory it was read from."""
    config: CheckpointConfig
    """What config.json says."""
    tensors: Tensors
    """The weights by name, float32, shapes as `tensor_shapes` says."""


class _Versioned(msgspec.Struct):
    """As much of config.json as every format has."""

    format_version: int


class _Texts(msgspec.Struct, frozen=True):
    """The long parts of a config's `training`, unread."""

    corpora: msgspec.Raw = msgspec.Raw()
    validation: msgspec.Raw = msgspec.Raw()


class _Long(msgspec.Struct):
    """The long parts of a config, unread."""

    vocabulary: msgspec.Raw = msgspec.Raw()
    training: _Texts = _Texts()


def _check_lengths(raw: bytes) -> None:
    """Raise ConfigError where a part of a config is longer than what it may hold can be."""
    found = msgspec.json.decode(raw, type=_Long)
    vocabulary = memoryview(found.vocabulary).nbytes
    listed = (found.training.corpora, found.training.validation)
    texts = sum(memoryview(part).nbytes for part in listed)
    lengths = {"vocabulary": vocabulary, "texts": texts, "rest": len(raw) - vocabulary - texts}
    for name, length in lengths.items():
        if length > _MOST_BYTES[name]:
            raise ConfigError(f"{name}: {length:,} bytes, at most {_MOST_BYTES[name]:,}")


def _check_version(version: int) -> None:
    if version != FORMAT_VERSION:
        raise ConfigError(
            f"format_version: {version} is not {FORMAT_VERSION}, the one this version of "
            "charlm-tui reads"
        )


def read_config(path: Path) -> CheckpointConfig:
    """Read and check `path`/config.json alone. Raises CheckpointError."""
    file = path / CONFIG_FILE
    try:
        raw = read_regular(file, MAX_CONFIG_BYTES, "not a checkpoint config")
    except OSError as error:
        raise CheckpointError(f"{file}: {error.strerror}") from error
    try:
        # Another format may have other fields: its version is what to tell of it.
        _check_version(msgspec.json.decode(raw, type=_Versioned).format_version)
        _check_lengths(raw)
        return msgspec.json.decode(raw, type=CheckpointConfig)
    except (msgspec.MsgspecError, UnicodeDecodeError, ConfigError) as error:
        raise CheckpointError(f"{file}: {error}") from error
    except RecursionError as error:
        raise CheckpointError(f"{file}: nested too deeply") from error


def read(path: Path) -> Checkpoint:
    """Read a checkpoint directory. Raises CheckpointError with one line naming file and fault."""
    while True:
        with _held(path) as unchanged:
            try:
                config = read_config(path)
                shapes = tensor_shapes(config.model, len(config.vocabulary))
                tensors = read_tensors(path / WEIGHTS_FILE, shapes)
            except CheckpointError:
                if unchanged():
                    raise
            else:
                if unchanged():
                    return Checkpoint(path=path, config=config, tensors=tensors)
        # A writer replaced the directory between our two files: read the new one.


def write(
    path: Path,
    config: CheckpointConfig,
    tensors: Mapping[str, npt.NDArray[np.float32]],
    *,
    card: str,
    stored_as: StoredAs = "float16",
    extra: Mapping[str, bytes] = MappingProxyType({}),
    private: bool = False,
) -> None:
    """Write a checkpoint directory, replacing an earlier one at once; `extra` files go with it.

    Where it is private, nobody but its owner may read it. Raises CheckpointError when it can't be
    written, when a tensor does not fit the config or is not finite once stored, and when `path`
    holds other files than a checkpoint's; what was there before is then untouched.
    """
    shapes = tensor_shapes(config.model, len(config.vocabulary))
    try:
        weights = serialized(tensors, shapes, stored_as)
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}") from error
    files = {
        WEIGHTS_FILE: weights,
        CONFIG_FILE: msgspec.json.format(msgspec.json.encode(config), indent=1),
        CARD_FILE: card.encode(),
        **extra,
    }
    try:
        # What could not be read back is not written.
        _check_lengths(files[CONFIG_FILE])
        if path.is_dir() and not _replaceable({entry.name for entry in path.iterdir()}, files):
            raise CheckpointError(f"{path}: holds other files than a checkpoint's, not replaced")
        replace_directory(path, files, private=private)
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}") from error
    except ConfigError as error:
        raise CheckpointError(f"{path}: {error}") from error


def _replaceable(present: Collection[str], files: Collection[str]) -> bool:
    """Whether a folder holding `present` is a checkpoint, whole or damaged, and not someone's."""
    return set(present) <= set(files) or {WEIGHTS_FILE, CONFIG_FILE} <= set(present)


@contextmanager
def _held(path: Path) -> Iterator[Callable[[], bool]]:
    """As `unchanging`. Raises CheckpointError when there is no directory."""
    with ExitStack() as stack:
        try:
            unchanged = stack.enter_context(unchanging(path))
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise CheckpointError(f"{path}: not a checkpoint directory ({why})") from error
        yield unchanged
