"""Texts that a model remembers beside what it has learned: those of folders, those of its training.

They are made into an index once, which is kept on disk; looking them up may take seconds.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """Texts looked up for a model."""

    # Any: each model takes indexes of its own kind.
    texts: tuple[Any, ...] = ()
    """An index of each kind that was found."""
    faults: tuple[str, ...] = ()
    """What could not be looked up, a line each."""


# Any: as above.
Remember = Callable[[Any, Sequence[Path]], Remembered]
"""Looks up the texts of files and folders, and those that the model was trained on."""


def remember_nothing(model: object, folders: Sequence[Path]) -> Remembered:
    """No texts."""
    return Remembered()


def remember_texts(
    model: Any, folders: Sequence[Path], without: Collection[Path] = ()
) -> Remembered:
    """What there is of both; a folder that is gone takes nothing from the others.

    Of the folders' files those `without` which it is to be are passed over.
    """
    # Here and not above: the first paint does not wait for the half that predicts.
    from charlm_core import (
        CorpusError,
        MemoryFileError,
        remember_cached,
        remember_training_cached,
    )

    texts, faults = [], []
    try:
        texts.append(remember_training_cached(model))
    except MemoryFileError:
        # Most models come from elsewhere, without their texts.
        pass
    except (CorpusError, OSError) as error:
        faults.append(f"{model.name} can't look into the texts of its training: {error}")
    there = [folder for folder in folders if folder.exists()]
    faults += [f"{gone}: not there to be remembered" for gone in folders if gone not in there]
    if there:
        try:
            texts.append(remember_cached(model, there, without))
        except (CorpusError, OSError) as error:
            faults.append(f"no folder is remembered: {error}")
    return Remembered(texts=tuple(text for text in texts if len(text)), faults=tuple(faults))
