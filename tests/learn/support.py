"""A small corpus and short trainings of it."""

import dataclasses
from pathlib import Path
from typing import Any, TypeVar

from charlm_core.config import ModelConfig
from charlm_core.learn.config import SEMINAR_TEXT, TrainConfig
from charlm_core.learn.events import Event
from charlm_core.learn.launch import Training, start

PARAGRAPH = SEMINAR_TEXT

SMALL = TrainConfig(
    model=ModelConfig(cell="lstm", embed=8, hidden=24),
    batch=4,
    length=16,
    epochs=3,
    evaluations=3,
    dropout=0.2,
    weight_drop=0.1,
    reset=0.2,
    precision="float32",
    device="cpu",
)
"""A training of a second."""

Kind = TypeVar("Kind", bound=Event)


def paragraph_file(folder: Path, copies: int = 4) -> Path:
    """A text file of `copies` paragraphs."""
    path = folder / "paragraph.txt"
    path.write_text((PARAGRAPH + "\n") * copies, encoding="utf-8")
    return path


def small_training(folder: Path, out: str = "run", **changes: Any) -> Training:
    """A training of the paragraph, with SMALL's settings but for `changes`."""
    config = dataclasses.replace(SMALL, **changes)
    text = paragraph_file(folder)
    return start([str(text)], name="small", config=config, out=folder / out)


def of_kind(events: list[Event], kind: type[Kind]) -> list[Kind]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]
