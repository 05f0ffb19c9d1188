"""What becomes of trained weights that are too sure of themselves before they are shipped."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from charlm_core.checkpoint import Checkpoint
from charlm_core.learn.calibration import scale_logits, suited_factor
from charlm_core.learn.evaluate import evaluate
from charlm_core.learn.models import CharModel

FACTOR = "factor of the logits"
"""What the card's settings call it."""


def calibrated(trained: Checkpoint, text: Path) -> Checkpoint:
    """A checkpoint as sure of itself as a text bears out; its figures are those from before."""
    config = trained.config
    model = CharModel.of(trained)
    factor = suited_factor(model, config.vocab.encode(text.read_text("utf-8")))
    scale_logits(model, factor)
    # As they are stored.
    tensors = {
        name: tensor.astype(np.float16).astype(np.float32)
        for name, tensor in model.to_tensors().items()
    }
    settings = {**config.training.settings, FACTOR: round(factor, 3)}
    facts = replace(config.training, settings=settings)
    return replace(trained, config=replace(config, training=facts), tensors=tensors)


def measured(checkpoint: Checkpoint, valid: Path) -> Checkpoint:
    """The checkpoint with its figures of the text `valid` anew."""
    config = checkpoint.config
    score = evaluate(CharModel.of(checkpoint), config.vocab.encode(valid.read_text("utf-8")))
    facts = replace(
        config.training,
        validation_chars=score.chars,
        validation_nats=score.nats,
        validation_bpc=score.bpc,
        validation_perplexity=score.perplexity,
    )
    return replace(checkpoint, config=replace(config, training=facts))
