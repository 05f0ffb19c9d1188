"""The weights file of a checkpoint, a safetensors file.

It is untrusted input: every tensor's shape is checked against what is asked for and the file's own
size before a weight is read.
"""

import hashlib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from charlm_core.config import GATES, ModelConfig
from charlm_core.errors import CheckpointError
from charlm_core.storage import open_regular

WEIGHTS_FILE = "model.safetensors"

MAX_HEADER_BYTES = 1 << 18
"""A weights file's list of tensors takes under 16 KiB, 67 of them at most, and a longer one many
times its length in memory."""

MAX_WEIGHTS = 1 << 28
"""A larger network could not predict at the speed of typing, nor fit beside an editor: a GiB."""

Tensors = dict[str, npt.NDArray[np.float32]]
StoredAs = Literal["float16", "float32"]


def tensor_shapes(model: ModelConfig, vocab_size: int) -> dict[str, tuple[int, ...]]:
    """The name and shape of every weight.

    With V symbols, E the embedding, H hidden units and G = GATES[cell]: `embedding.weight` (V, E);
    for each layer l, `recurrent.weight_ih_l{l}` (G·H, E or H), `recurrent.weight_hh_l{l}` (G·H, H),
    `recurrent.bias_ih_l{l}` (G·H) and, but for the vanilla RNN, which has one bias,
    `recurrent.bias_hh_l{l}` (G·H); `output.weight` (V, H) and `output.bias` (V). Gates are stacked
    as in torch: i, f, g, o for the LSTM and r, z, n for the GRU.
    """
    rows = GATES[model.cell] * model.hidden
    shapes: dict[str, tuple[int, ...]] = {"embedding.weight": (vocab_size, model.embed)}
    for layer in range(model.layers):
        shapes[f"recurrent.weight_ih_l{layer}"] = (rows, model.hidden if layer else model.embed)
        shapes[f"recurrent.weight_hh_l{layer}"] = (rows, model.hidden)
        shapes[f"recurrent.bias_ih_l{layer}"] = (rows,)
        if model.cell != "rnn":
            shapes[f"recurrent.bias_hh_l{layer}"] = (rows,)
    shapes["output.weight"] = (vocab_size, model.hidden)
    shapes["output.bias"] = (vocab_size,)
    return shapes


def read_tensors(file: Path, shapes: Mapping[str, tuple[int, ...]]) -> Tensors:
    """Read a safetensors file that holds exactly the tensors of `shapes`, as float32.

    Raises CheckpointError when a tensor is missing, unexpected, of another shape or type, or holds
    a value that is not finite.
    """
    try:
        # The library says less than the system about a file that can't be opened, and would read a
        # header of 100 MB.
        with open_regular(file) as stream:
            header = int.from_bytes(stream.read(8), "little")
            size = os.fstat(stream.fileno()).st_size
        if header > MAX_HEADER_BYTES:
            raise CheckpointError(
                f"{file}: truncated or not a safetensors file (a header of {header:,} bytes)"
            )
        if size > 8 + header + 4 * MAX_WEIGHTS:
            raise CheckpointError(
                f"{file}: {size:,} bytes, more than {MAX_WEIGHTS:,} weights, which can't be used"
            )
        # Opening reads only the header; the library checks it against the file's length.
        with safe_open(file, framework="numpy") as stored:
            names = set(stored.keys())
            for name in sorted(names ^ set(shapes)):
                what = "is missing" if name in shapes else "is unexpected"
                raise CheckpointError(f"{file}: tensor {name} {what}")
            for name, shape in shapes.items():
                view = stored.get_slice(name)
                if tuple(view.get_shape()) != shape:
                    raise CheckpointError(
                        f"{file}: tensor {name} has shape {tuple(view.get_shape())}, "
                        f"the config asks for {shape}"
                    )
                if view.get_dtype() not in {"F16", "F32"}:
                    raise CheckpointError(
                        f"{file}: tensor {name} is {view.get_dtype()}, not F16 or F32"
                    )
            if (weights := sum(map(math.prod, shapes.values()))) > MAX_WEIGHTS:
                raise CheckpointError(
                    f"{file}: {weights:,} weights, more than {MAX_WEIGHTS:,}, which can't be used"
                )
            tensors = {name: stored.get_tensor(name).astype(np.float32) for name in shapes}
    except OSError as error:
        raise CheckpointError(f"{file}: {error.strerror or 'cannot be read'}") from error
    except SafetensorError as error:
        raise CheckpointError(f"{file}: truncated or not a safetensors file ({error})") from error
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            raise CheckpointError(f"{file}: tensor {name} holds a value that is not finite")
    return tensors


def serialized(
    tensors: Mapping[str, npt.NDArray[np.float32]],
    shapes: Mapping[str, tuple[int, ...]],
    stored_as: StoredAs,
) -> bytes:
    """The contents of a weights file that holds the tensors of `shapes`.

    Raises CheckpointError when one of them has another shape, or is not finite as it is stored.
    """
    if {name: tuple(tensor.shape) for name, tensor in tensors.items()} != shapes:
        raise CheckpointError("the shapes of the weights are not those the config asks for")
    with np.errstate(over="ignore"):
        stored = {name: np.ascontiguousarray(tensors[name], dtype=stored_as) for name in shapes}
    for name, tensor in stored.items():
        if not np.isfinite(tensor).all():
            raise CheckpointError(f"tensor {name} is not finite as {stored_as}")
    return save(stored)


def weights_digest(path: Path) -> str:
    """The sha256 of the weights file in `path`, hexadecimal. Raises CheckpointError."""
    file = path / WEIGHTS_FILE
    try:
        with open_regular(file) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise CheckpointError(f"{file}: {error.strerror}") from error
