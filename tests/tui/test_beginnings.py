"""Which models a training may begin with."""

import os
import time
from pathlib import Path

import numpy as np

from charlm_core import SIZES, runs_directory
from charlm_core.checkpoint import FORMAT_VERSION, CheckpointConfig, write
from charlm_core.config import ModelConfig
from charlm_core.library import shipped_directory
from charlm_core.vocab import UNKNOWN
from charlm_core.weights import tensor_shapes
from tui.services.beginnings import beginnings


def test_models_to_begin_with(home: Path) -> None:
    """Those that are shipped, and of one's own the newest, whatever its shape."""
    shipped = [one.name for one in beginnings()]
    assert shipped == sorted(one.name for one in shipped_directory().iterdir())
    for name, hidden, age in (("old", 256, 9), ("new", 257, 5), ("oldest", 12, 20)):
        model = ModelConfig(cell="gru", hidden=hidden, embed=SIZES["small"].embed)
        config = CheckpointConfig(
            format_version=FORMAT_VERSION, vocabulary=(UNKNOWN, "a"), **vars(model)
        )
        shapes = tensor_shapes(model, 2)
        tensors = {one: np.zeros(shape, np.float32) for one, shape in shapes.items()}
        folder = runs_directory() / name / "best"
        folder.parent.mkdir(parents=True)
        write(folder, config, tensors, card="")
        os.utime(folder / "model.safetensors", (time.time() - age,) * 2)
    found = beginnings()
    assert [one.name for one in found] == [*shipped, "new"]
    assert (found[-1].cell, found[-1].size) == ("gru", "")
    assert found[-1].path == str(runs_directory() / "new" / "best")
    os.utime(runs_directory() / "old" / "best" / "model.safetensors")
    assert (beginnings()[-1].name, beginnings()[-1].size) == ("old", "small")
    assert next(one.size for one in found if one.name == "english") == "large"
