"""The step of torch's own recurrent layer, for comparison with the predictor's."""

import importlib.util
import statistics
import subprocess
import sys
import time

import msgspec

from charlm_core.config import ModelConfig
from charlm_core.errors import ConfigError


def torch_step_us(model: ModelConfig) -> float | None:
    """One character through `nn.LSTM`, `nn.GRU` or `nn.RNN`: batch 1, eager, one thread, float32.

    The recurrent layers alone, without embedding and output; median, microseconds. None where torch
    is not installed. Measured in a process of its own, as the layer packs its weights anew for each
    call: where a process has freed large arrays before, as one that has loaded models with NumPy,
    the allocator keeps that memory at hand, and packing costs two layers of 512 half as much.
    Raises ConfigError where that process fails.
    """
    if importlib.util.find_spec("torch") is None:
        return None
    # -P: what lies in the current folder is somebody's text, not a module to import.
    command = [sys.executable, "-P", "-m", __name__, msgspec.json.encode(model).decode()]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ConfigError(f"measuring torch failed (exit status {done.returncode})")
    return float(done.stdout)


def measure(model: ModelConfig, repeats: int = 300) -> float:
    """The same, measured in this process."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    layers = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[model.cell](
        model.embed, model.hidden, model.layers, batch_first=True
    )
    layers.eval()
    times = []
    with torch.inference_mode():
        x = torch.randn(1, 1, model.embed)  # (1, 1, E)
        _, state = layers(x)
        for _ in range(repeats):
            begun = time.perf_counter()
            _, state = layers(x, state)
            times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1e6


if __name__ == "__main__":
    sys.stdout.write(f"{measure(msgspec.json.decode(sys.argv[1], type=ModelConfig))}\n")
