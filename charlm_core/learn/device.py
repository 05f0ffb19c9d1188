"""Where and in which numbers to compute."""

from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor

from charlm_core.errors import ConfigError


def select_device(wanted: str, local: int = 0) -> torch.device:
    """The device for `auto`, `cpu` or `cuda`; of several GPUs that of number `local`.

    Raises ConfigError when CUDA, or the GPU, is not there.
    """
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device: cuda is not available here")
    if wanted == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    if local >= torch.cuda.device_count():
        raise ConfigError(
            f"device: {torch.cuda.device_count()} GPUs here, too few for {local + 1} processes"
        )
    return torch.device("cuda", local)


def select_precision(wanted: str, device: torch.device) -> torch.dtype:
    """The type of matrix products for `auto`, `float32` or `bfloat16`.

    `auto` is bfloat16 only where it is both native and known to work: some builds have no bfloat16
    primitive for recurrent layers and raise, so one tiny step is tried.
    """
    if wanted == "float32":
        return torch.float32
    native = (
        torch.cuda.is_bf16_supported()
        if device.type == "cuda"
        else torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    )
    if wanted == "auto" and not native:
        return torch.float32
    try:
        layer = torch.nn.LSTM(2, 2, device=device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            layer(torch.zeros(2, 1, 2, device=device))[0].float().sum().backward()
    except RuntimeError as error:
        if wanted == "bfloat16":
            raise ConfigError(f"precision: bfloat16 does not work here ({error})") from error
        return torch.float32
    return torch.bfloat16


def to_device(array: npt.NDArray[Any], device: torch.device) -> Tensor:
    """A copy on the device, shape and type the same; on a GPU it may still be under way.

    Whatever is computed from it there waits for it, the processor does not.
    """
    tensor = torch.from_numpy(array)
    if device.type == "cpu":
        return tensor
    # Only from pinned memory does the copy run beside other work.
    return tensor.pin_memory().to(device, non_blocking=True)


def use_threads(count: int) -> None:
    """Compute on so many processor cores at most; before the first training of the process."""
    torch.set_num_threads(count)
