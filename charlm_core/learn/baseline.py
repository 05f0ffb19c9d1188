"""The step of torch's own recurrent layer, for comparison with the predictor's."""

import statistics
import time

import torch
from torch import nn

from charlm_core.config import ModelConfig


def torch_step_us(model: ModelConfig, repeats: int = 300) -> float:
    """One character through `nn.LSTM`, `nn.GRU` or `nn.RNN`: batch 1, eager, one thread, float32.

    The recurrent layers alone, without embedding and output; median, microseconds.
    """
    layers = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[model.cell](
        model.embed, model.hidden, model.layers, batch_first=True
    )
    layers.eval()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    times = []
    try:
        with torch.inference_mode():
            x = torch.randn(1, 1, model.embed)
            _, state = layers(x)
            for _ in range(repeats):
                begun = time.perf_counter()
                _, state = layers(x, state)
                times.append(time.perf_counter() - begun)
    finally:
        torch.set_num_threads(threads)
    return statistics.median(times) * 1e6
