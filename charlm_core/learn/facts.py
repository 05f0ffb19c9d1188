"""What a checkpoint says of its own making."""

import dataclasses
import platform
from importlib import metadata

import numpy as np
import torch

from charlm_core.checkpoint import FORMAT_VERSION, MOST_TEXTS, CheckpointConfig, TrainingFacts
from charlm_core.learn.corpus import Corpus
from charlm_core.learn.position import Position
from charlm_core.learn.runs import RunConfig
from charlm_core.metrics import Score


def checkpoint_config(
    run: RunConfig,
    corpus: Corpus,
    position: Position,
    *,
    epochs: float,
    score: Score,
    method: str,
    resolved: dict[str, str | float],
) -> CheckpointConfig:
    """The config.json of a checkpoint of `run`, saved at `position` after so many `epochs`.

    `score` is what validation gave by `method`, over no characters where it was not measured;
    `resolved` are
    the settings as `auto` turned out.
    """
    settings = {
        key: value
        for key, value in dataclasses.asdict(run.train).items()
        if isinstance(value, str | int | float)
    }
    measured = score.chars > 0
    return CheckpointConfig(
        format_version=FORMAT_VERSION,
        **dataclasses.asdict(run.train.model),
        vocabulary=corpus.vocab.symbols,
        doubt=run.start.doubt if run.start else 1.0,
        training=TrainingFacts(
            corpora=corpus.facts[:MOST_TEXTS],
            validation=corpus.validation[:MOST_TEXTS],
            validation_note=f"{corpus.validation_note}, {method}",
            about=run.about,
            start=run.start.facts if run.start else None,
            validation_chars=score.chars,
            seconds=round(position.seconds, 3),
            chars_seen=position.chars,
            epochs=round(epochs, 4),
            validation_nats=score.nats if measured else 0.0,
            validation_bpc=score.bpc if measured else 0.0,
            validation_perplexity=score.perplexity if measured else 0.0,
            seed=run.train.seed,
            settings={**settings, **resolved},
            versions=_versions(),
        ),
    )


def _versions() -> dict[str, str]:
    return {
        "charlm-tui": metadata.version("charlm-tui"),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
