"""Small random models, built in memory."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from charlm_core.checkpoint import FORMAT_VERSION, Checkpoint, CheckpointConfig
from charlm_core.config import Cell
from charlm_core.predict.engine import Engine
from charlm_core.predict.model import Model
from charlm_core.vocab import UNKNOWN
from charlm_core.weights import tensor_shapes

LETTERS = "\n abcdefghijklmnopqrstuvwxyz.,éж"
"""Enough to write with, in ascending order but for nothing that matters."""


def make_checkpoint(
    cell: Cell = "lstm",
    hidden: int = 16,
    layers: int = 1,
    *,
    embed: int = 8,
    letters: str = LETTERS,
    scale: float = 1.0,
    seed: int = 0,
) -> Checkpoint:
    """A model that knows `letters` and has random weights.

    Its weights are normal with a standard deviation of `scale` / sqrt(inputs); a larger scale makes
    it surer of what comes next.
    """
    config = CheckpointConfig(
        format_version=FORMAT_VERSION,
        cell=cell,
        embed=embed,
        hidden=hidden,
        layers=layers,
        vocabulary=(UNKNOWN, *letters),
    )
    rng = np.random.default_rng(seed)
    shapes = tensor_shapes(config.model, len(config.vocabulary))
    tensors = {
        name: (rng.normal(size=shape) * scale / np.sqrt(shape[-1])).astype(np.float32)
        for name, shape in shapes.items()
    }
    return Checkpoint(path=Path("memory"), config=config, tensors=tensors)


def sure_checkpoint(followers: Mapping[str, str], letters: str) -> Checkpoint:
    """A model, made by hand, that is sure of which letter follows these, and of nothing else."""
    size = len(letters) + 1
    config = CheckpointConfig(
        format_version=FORMAT_VERSION,
        cell="rnn",
        embed=size,
        hidden=size,
        layers=1,
        vocabulary=(UNKNOWN, *letters),
    )
    tensors = {
        name: np.zeros(shape, dtype=np.float32)
        for name, shape in tensor_shapes(config.model, size).items()
    }
    # Each character lights up one unit, and that unit says what follows.
    tensors["embedding.weight"] += np.eye(size, dtype=np.float32)
    tensors["recurrent.weight_ih_l0"] += 4 * np.eye(size, dtype=np.float32)
    for character, follower in followers.items():
        tensors["output.weight"][1 + letters.index(follower), 1 + letters.index(character)] = 20
    return Checkpoint(path=Path("memory"), config=config, tensors=tensors)


def make_model(checkpoint: Checkpoint | None = None) -> Model:
    """`checkpoint`, ready to predict, without a folder behind it."""
    checkpoint = checkpoint or make_checkpoint()
    return Model(
        name="memory",
        path=checkpoint.path,
        config=checkpoint.config,
        vocab=checkpoint.config.vocab,
        engine=Engine(checkpoint),
    )
