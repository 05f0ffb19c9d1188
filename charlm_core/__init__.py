"""A small character-level language model: a half that learns, a half that predicts.

    from charlm_core import load

    model = load("english")
    session = model.start("Dear all,\\n")
    session.type("Thank you for ")
    print(session.suggest().text)

The public names below load on first use, so that importing this package costs nothing and the half
that predicts never pays for the half that learns.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charlm_core.checkpoint import Checkpoint as Checkpoint
    from charlm_core.checkpoint import CheckpointConfig as CheckpointConfig
    from charlm_core.config import Cell as Cell
    from charlm_core.config import ModelConfig as ModelConfig
    from charlm_core.config import SamplingConfig as SamplingConfig
    from charlm_core.config import SuggestConfig as SuggestConfig
    from charlm_core.errors import CharlmError as CharlmError
    from charlm_core.errors import CheckpointError as CheckpointError
    from charlm_core.errors import ConfigError as ConfigError
    from charlm_core.errors import CorpusError as CorpusError
    from charlm_core.errors import DocumentError as DocumentError
    from charlm_core.errors import RunError as RunError
    from charlm_core.library import DEFAULT_CHECKPOINT as DEFAULT_CHECKPOINT
    from charlm_core.library import ModelEntry as ModelEntry
    from charlm_core.library import locate as locate
    from charlm_core.library import models as models
    from charlm_core.library import runs_directory as runs_directory
    from charlm_core.metrics import Score as Score
    from charlm_core.vocab import Vocab as Vocab
    from charlm_core.vocab import is_control as is_control

_HOMES = {
    "charlm_core.checkpoint": ["Checkpoint", "CheckpointConfig"],
    "charlm_core.config": ["Cell", "ModelConfig", "SamplingConfig", "SuggestConfig"],
    "charlm_core.errors": [
        "CharlmError",
        "CheckpointError",
        "ConfigError",
        "CorpusError",
        "DocumentError",
        "RunError",
    ],
    "charlm_core.library": [
        "DEFAULT_CHECKPOINT",
        "ModelEntry",
        "locate",
        "models",
        "runs_directory",
    ],
    "charlm_core.metrics": ["Score"],
    "charlm_core.vocab": ["Vocab", "is_control"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOME_OF)
