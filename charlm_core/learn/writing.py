"""Letting a model write while it trains, so that a person sees what it has learned."""

import torch

from charlm_core.learn.models import CharModel
from charlm_core.vocab import Vocab

SAMPLE_CHARS = 240
"""How much it writes."""

TEMPERATURE = 0.7
"""Less than 1: one sees what it knows rather than what it tries."""


def write_sample(model: CharModel, vocab: Vocab, seed: int, chars: int = SAMPLE_CHARS) -> str:
    """So many characters of the model's own, as from the beginning of a line.

    Draws from a generator of its own, so that the training it interrupts is none the different.
    """
    generator = torch.Generator().manual_seed(seed)
    barred = torch.from_numpy(~vocab.suggestible())  # (V,)
    if bool(barred.all()):
        return ""
    device = model.output.weight.device
    was_training = model.training
    model.eval()
    written: list[str] = []
    symbol = int(vocab.encode("\n")[0])
    with torch.no_grad():
        state = model.zero_state(1)
        for _ in range(chars):
            logits, state = model(torch.tensor([[symbol]], device=device), state)  # (1, 1, V)
            scaled = (logits[0, 0].float().cpu() / TEMPERATURE).masked_fill(barred, -torch.inf)
            odds = torch.softmax(scaled, 0)  # (V,)
            symbol = int(torch.multinomial(odds, 1, generator=generator))
            written.append(vocab.symbols[symbol])
    model.train(was_training)
    return "".join(written)
