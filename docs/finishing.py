"""What becomes of trained weights before they are shipped: a mean of them, and its calibration."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from charlm_core.checkpoint import Checkpoint
from charlm_core.learn.average import mean_weights
from charlm_core.learn.calibration import scale_logits, suited_factor
from charlm_core.learn.evaluate import evaluate
from charlm_core.learn.models import CharModel

AVERAGED, FACTOR = "trainings averaged", "factor of the logits"
"""What the card's settings call them."""


def finished(trained: Sequence[Checkpoint], valid: Path, calibration: Path | None) -> Checkpoint:
    """The mean of trainings that parted, as sure of itself as a `calibration` text bears out.

    Its validation figures are anew of the text `valid`, by the definition. An only one that is not
    calibrated is left as it is.
    """
    first = trained[0]
    if len(trained) == 1 and calibration is None:
        return first
    config = first.config
    model = CharModel(config.model, len(config.vocabulary))
    model.load_tensors(mean_weights(trained))
    settings = dict(config.training.settings)
    if len(trained) > 1:
        settings[AVERAGED] = len(trained)
    if calibration is not None:
        text = calibration.read_text("utf-8")
        factor = suited_factor(model, config.vocab.encode(text))
        scale_logits(model, factor)
        settings[FACTOR] = round(factor, 3)
    # As they are stored.
    tensors = {
        name: tensor.astype(np.float16).astype(np.float32)
        for name, tensor in model.to_tensors().items()
    }
    model.load_tensors(tensors)
    score = evaluate(model, config.vocab.encode(valid.read_text("utf-8")))
    facts = replace(
        config.training,
        settings=settings,
        validation_chars=score.chars,
        validation_nats=score.nats,
        validation_bpc=score.bpc,
        validation_perplexity=score.perplexity,
    )
    return replace(first, config=replace(config, training=facts), tensors=tensors)
