"""A checkpoint that writes: the same text of the same seed, on any machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy._core._multiarray_umath import (  # type: ignore[import-not-found]
    __cpu_baseline__,
    __cpu_dispatch__,
)

from charlm_core import (
    EXACT_CHARS,
    CheckpointError,
    GenerateConfig,
    SamplingConfig,
    Writer,
    load_writer,
)
from charlm_core.checkpoint import Checkpoint, write
from charlm_core.config import CELLS, Cell
from charlm_core.predict import writer as writing
from charlm_core.predict.engine import Engine
from tests.support import make_checkpoint, make_model

SAMPLING = SamplingConfig(temperature=0.8, top_k=20, top_p=0.95)
GOLDEN: dict[Cell, str] = {
    "rnn": (
        "xéanaysa.yyéyéyyéyqyqyaabyayyy.yyéywéyxyzyuyéyxyyyy éaxayayy"
        "yyyéq.xnéxjnjaaaaayyxyyaéayayayayayay\ny\nya,a,ayaxayayayayaya"
    ),
    "gru": (
        "y\ne jj.\neaaaa,j\np\na,x,xy\nea,xaaaa,,жqé,xy\n.xyyaxyyyyxyxxejpx"
        "ex,wayxjj yyqj.,fxq,é,f,exx,x,j,m,,w,ex,m,\nejy\najjjj\na\naaar,"
    ),
    "lstm": (
        "xpqgq.kqxqkyq,qyqqyqt,\njmy.qqayqxaq yx.qyt,y\ny.aqpxa.yqq\ntfy"
        "qq.xa.qyad.a,rxqyttz,,rql.yq.qyqqyqyq,,e,,r\n\nq.qa.qqyx,qy.xq"
    ),
}


def plain_checkpoint(cell: Cell) -> Checkpoint:
    """A network whose weights are fractions that every machine writes the same way."""
    checkpoint = make_checkpoint(cell, hidden=24)
    number = 1
    for name in sorted(checkpoint.tensors):
        tensor = checkpoint.tensors[name]
        for place in range(tensor.size):
            number = (number * 1103515245 + 12345) % (1 << 31)
            tensor.flat[place] = ((number >> 15) - (1 << 15)) / (1 << 15)
    return checkpoint


@pytest.mark.parametrize("cell", CELLS)
def test_a_seed_writes_what_it_has_always_written(cell: Cell) -> None:
    """The text is the one in the book, whatever machine and whatever NumPy this is."""
    generation = Writer(plain_checkpoint(cell)).generation(
        GenerateConfig(sampling=SAMPLING, seed=1), ["the quick ", "brown fox "]
    )
    assert generation.write(120) == GOLDEN[cell]


PROGRAM = """
import json, sys
from charlm_core import GenerateConfig, SamplingConfig, load, load_writer
sampling = SamplingConfig(temperature=0.8, top_k=20, top_p=0.95)
config = GenerateConfig(sampling=sampling, seed=5)
generation = load_writer(sys.argv[1]).generation(config, ["the "])
text = generation.write(1500)
single = load(sys.argv[1]).start(text[:200]).state
print(json.dumps([text, generation._point.state.ravel().tolist(), single.ravel().tolist()]))
"""


def test_other_kernels_write_the_same_text(tmp_path: Path) -> None:
    """Processors that sum and round otherwise agree on every character, nearly to the last digit.

    Here they are played by the code that NumPy and BLAS have for older processors.
    """
    stored = make_checkpoint(hidden=96, embed=32, scale=2.0)
    write(tmp_path / "model", stored.config, stored.tensors, card="# model\n")
    older = {
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": " ".join(set(__cpu_dispatch__) - set(__cpu_baseline__)),
    }
    found = []
    for more in ({}, older):
        told = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path / "model")],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **more},
        )
        found.append(json.loads(told.stdout))
    (text, state, single), (other_text, other_state, other_single) = found
    if single == other_single:
        pytest.skip("this machine has only one kind of kernel")
    assert text == other_text
    assert len(text) == 1500
    # What would have decided in single precision is far from deciding now.
    assert np.abs(np.subtract(single, other_single)).max() > 1e-9
    assert state == pytest.approx(other_state, abs=1e-13)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
def test_both_precisions_are_the_same_network(cell: Cell, layers: int) -> None:
    """Double precision says what single does, to that one's last digits."""
    read = make_checkpoint(cell, layers=layers)
    single, double = Engine(read), Engine(read, "double")
    states = single.zero_states(3), double.zero_states(3)
    for symbol in range(20):
        symbols = np.array([symbol, symbol + 1, symbol + 2])
        states = single.step_batch(symbols, states[0]), double.step_batch(symbols, states[1])
    one = single.logits_batch(states[0])
    other = double.logits_batch(states[1])
    assert (states[1].itemsize, other.itemsize) == (8, 8)
    assert one == pytest.approx(other, abs=1e-5)
    after = double.step(5, states[1][0])
    assert after.itemsize == 8
    assert single.step(5, states[0][0]) == pytest.approx(after, abs=1e-5)
    assert double.logits(after).itemsize == 8


def test_a_text_goes_on_when_single_precision_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where exactness ends nothing is to be seen of it; with `exact` it never ends."""
    monkeypatch.setattr(writing, "EXACT_CHARS", 20)
    read = make_checkpoint(scale=3.0)
    config = GenerateConfig(sampling=SAMPLING, seed=3)
    text, kinds = "", []
    generation = Writer(read).generation(config, ["a prompt"])
    for _ in range(40):
        text += generation.write(1)
        kinds.append(generation._point.state.itemsize)
    assert kinds == [8] * 19 + [4] * 21
    exact = Writer(read, exact=True).generation(config, ["a prompt"])
    assert exact.write(40) == text
    assert exact._point.state.itemsize == 8
    # A session in single precision draws the same here.
    assert make_model(read).start("a prompt").generation(config).write(40) == text


def test_a_prompt_is_read_piece_by_piece() -> None:
    """All of a prompt warms the state, however long; no piece is kept."""
    read = make_checkpoint(scale=3.0)
    pieces = ["the quick ", "", "brown fox ", "é\0ж"]

    def one_by_one() -> Iterator[str]:
        yield from pieces

    config = GenerateConfig(decoding="greedy")
    writer = Writer(read)
    text = writer.generation(config, one_by_one()).write(30)
    assert text == writer.generation(config, ["".join(pieces)]).write(30)
    assert text == make_model(read).start("".join(pieces)).generation(config).write(30)
    whole, part = (writer.generation(config, some)._point.state for some in (pieces, pieces[1:]))
    assert np.abs(whole - part).max() > 1e-9
    # What a prompt holds is no part of the characters that are exact.
    endless = islice(iter(lambda: "the ", ""), EXACT_CHARS // 2)
    generation = writer.generation(config, endless)
    generation.write(5)
    assert generation._point.state.itemsize == 8


def test_a_writer_is_loaded_as_a_model_is(tmp_path: Path) -> None:
    """By the name of a checkpoint or its folder; what is none is told."""
    stored = make_checkpoint()
    write(tmp_path / "model", stored.config, stored.tensors, card="# model\n", stored_as="float32")
    config = GenerateConfig(seed=2)
    found = load_writer(tmp_path / "model").generation(config).write(30)
    assert found == Writer(stored).generation(config).write(30)
    with pytest.raises(CheckpointError, match="nowhere"):
        load_writer(tmp_path / "nowhere")
