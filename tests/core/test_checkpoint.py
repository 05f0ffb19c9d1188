"""The checkpoint directory: what is written is read back, and what is damaged is told in a line."""

import dataclasses
import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import load_file, save_file

from charlm_core import checkpoint
from charlm_core.characters import is_control
from charlm_core.checkpoint import (
    CARD_FILE,
    CONFIG_FILE,
    Checkpoint,
    TextFacts,
    TrainingFacts,
    read,
    read_config,
    write,
)
from charlm_core.config import CELLS, Cell, ModelConfig
from charlm_core.errors import CheckpointError, ConfigError
from charlm_core.weights import WEIGHTS_FILE, StoredAs, Tensors, read_tensors, tensor_shapes
from tests.support import make_checkpoint


def fault_of(path: Path) -> str:
    """The one line that reading a damaged checkpoint tells."""
    with pytest.raises(CheckpointError) as caught:
        read(path)
    message = str(caught.value)
    assert not any(map(is_control, message))
    assert len(message) <= 1000
    return message


def names(folder: Path) -> list[str]:
    """What a folder holds, sorted."""
    return sorted(entry.name for entry in folder.iterdir())


def edit_config(path: Path, **changes: Any) -> None:
    """Change fields of a config.json by hand; None removes one."""
    file = path / CONFIG_FILE
    config = json.loads(file.read_bytes()) | changes
    config = {name: value for name, value in config.items() if value is not None}
    file.write_text(json.dumps(config))


def edit_tensors(path: Path, **changes: npt.NDArray[Any] | None) -> None:
    """Change weights by hand, names with underscores for dots; None removes one."""
    file = path / WEIGHTS_FILE
    tensors = load_file(file)
    for name, tensor in changes.items():
        dotted = name.replace("_", ".", 1)
        tensors.pop(dotted, None)
        if tensor is not None:
            tensors[dotted] = tensor
    save_file(tensors, file)


def write_header(path: Path, header: bytes, data: bytes = b"", length: int | None = None) -> None:
    """Write a weights file with a header of our own, which may claim anything."""
    claimed = len(header) if length is None else length
    (path / WEIGHTS_FILE).write_bytes(claimed.to_bytes(8, "little") + header + data)


# What is written is read back.


@pytest.mark.parametrize("stored_as", ["float16", "float32"])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_what_is_written_is_read_back(
    tmp_path: Path, cell: Cell, layers: int, stored_as: StoredAs
) -> None:
    """Every cell and depth: the same config, and the same weights in the precision asked for."""
    made = make_checkpoint(cell, 5, layers)
    write(tmp_path / "model", made.config, made.tensors, card="A card.\n", stored_as=stored_as)
    found = read(tmp_path / "model")
    assert found.path == tmp_path / "model"
    assert found.config == made.config
    assert list(found.tensors) == list(tensor_shapes(made.config.model, len(made.config.vocab)))
    for name, tensor in found.tensors.items():
        assert tensor.dtype == np.float32
        assert np.array_equal(tensor, made.tensors[name].astype(stored_as).astype(np.float32))
    assert (tmp_path / "model" / CARD_FILE).read_text() == "A card.\n"


def test_the_files_are_those_of_the_format(saved: Path) -> None:
    """Three files; half precision takes half the room; the config is readable for a person."""
    assert names(saved) == [CARD_FILE, CONFIG_FILE, WEIGHTS_FILE]
    assert {tensor.dtype.name for tensor in load_file(saved / WEIGHTS_FILE).values()} == {"float16"}
    text = (saved / CONFIG_FILE).read_text()
    assert len(text.splitlines()) > 10
    assert json.loads(text)["vocabulary"] == ["\ufffd", "a", "b", "c"]


def test_the_facts_of_a_training_are_read_back(tmp_path: Path, small: Checkpoint) -> None:
    """Corpus names, figures, settings and versions survive, whatever characters they hold."""
    facts = TrainingFacts(
        corpora=(TextFacts(name="a\x1b\n\u202e.txt", chars=3, bytes=4, sha256="0" * 64),),
        validation_nats=1.25,
        epochs=0.5,
        seed=2**40,
        settings={"cell": "lstm", "lr": 4e-3, "batch": 64, "carry": True},
        versions={"torch": "2.13.0"},
    )
    vocabulary = ("\ufffd", "\0", "\x1b", "🙂")
    config = dataclasses.replace(small.config, vocabulary=vocabulary, training=facts)
    write(tmp_path / "model", config, small.tensors, card="")
    assert read(tmp_path / "model").config == config


def test_a_config_of_a_later_minor_version_is_read(saved: Path) -> None:
    """Fields that this version does not know are passed over."""
    edit_config(saved, licence="MIT", notes={"a": [1, 2, {"b": None}]})
    assert read(saved).config.cell == "lstm"


def test_gates_and_biases_have_the_documented_shapes() -> None:
    """The vanilla RNN has one bias a layer, the others two; gates are stacked in rows."""
    shapes = tensor_shapes(ModelConfig(cell="gru", embed=2, hidden=5, layers=2), 7)
    assert shapes == {
        "embedding.weight": (7, 2),
        "recurrent.weight_ih_l0": (15, 2),
        "recurrent.weight_hh_l0": (15, 5),
        "recurrent.bias_ih_l0": (15,),
        "recurrent.bias_hh_l0": (15,),
        "recurrent.weight_ih_l1": (15, 5),
        "recurrent.weight_hh_l1": (15, 5),
        "recurrent.bias_ih_l1": (15,),
        "recurrent.bias_hh_l1": (15,),
        "output.weight": (7, 5),
        "output.bias": (7,),
    }
    assert "recurrent.bias_hh_l0" not in tensor_shapes(ModelConfig(cell="rnn"), 7)


# Damaged configs.


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"not json", "malformed"),
        (b"null", "Expected `object`"),
        (b"[]", "Expected `object`"),
        (b"{}", "format_version"),
        (b"\xff\xfe{\x00", "malformed"),
        (b"\xef\xbb\xbf{}", "malformed"),
        (b'{"format_version": "\xff"}', "Expected `int`"),
        (b'{"format_version": 1, "cell": "\xff"}', "can't decode"),
        (b'{"format_version": 1e999}', "config.json"),
        (b'{"x":' * 100_000, "nested too deeply"),
        (b'{"format_version": 1, "x": ' + b"[" * 100_000, "nested too deeply"),
    ],
    ids=lambda value: value[:20].decode("latin-1") if isinstance(value, bytes) else None,
)
def test_what_is_no_config_is_told(saved: Path, raw: bytes, fault: str) -> None:
    """Not JSON, not UTF-8, not an object, nested without end: one line that names the file."""
    (saved / CONFIG_FILE).write_bytes(raw)
    message = fault_of(saved)
    assert message.startswith(f"{saved / CONFIG_FILE}: ")
    assert fault in message


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"format_version": 2}, "format_version: 2 is not 1"),
        ({"format_version": 0}, "format_version: 0 is not 1"),
        ({"format_version": None}, "format_version"),
        ({"format_version": 2, "cell": None, "vocabulary": {"new": 1}}, "format_version: 2"),
        ({"cell": None}, "`cell`"),
        ({"cell": "transformer"}, "$.cell"),
        ({"cell": "\x1b[2J\n"}, "$.cell"),
        ({"hidden": 0}, "hidden: 0 is not between 1 and 16384"),
        ({"hidden": 10**12}, "hidden: 1000000000000 is not between"),
        ({"hidden": 10**4000}, "hidden"),
        ({"hidden": 3.5}, "$.hidden"),
        ({"hidden": "3"}, "$.hidden"),
        ({"embed": -1}, "embed: -1 is not between"),
        ({"layers": 17}, "layers: 17 is not between"),
        ({"vocabulary": []}, "vocabulary: the first symbol"),
        ({"vocabulary": ["a", "b", "c", "\ufffd"]}, "vocabulary: the first symbol"),
        ({"vocabulary": ["\ufffd", "a", "a", "c"]}, "vocabulary: a character occurs twice"),
        ({"vocabulary": ["\ufffd", "a", "bc"]}, "vocabulary: symbol 2 is not a single"),
        ({"vocabulary": ["\ufffd", "a", 7]}, "$.vocabulary[2]"),
        ({"vocabulary": "abc"}, "$.vocabulary"),
        ({"vocabulary": ["\ufffd", "\ud800"]}, "malformed"),
        ({"unknown": "\x1b"}, "unknown: "),
        ({"doubt": 0}, "doubt: 0.0 is not between 0.01 and 100"),
        ({"doubt": "much"}, "$.doubt"),
        ({"unknown": "?" * 10**6}, "unknown: "),
        ({"training": {"validation_nats": None}}, "$.training.validation_nats"),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else None,
)
def test_a_config_that_contradicts_the_format_is_told(
    saved: Path, changes: dict[str, Any], fault: str
) -> None:
    """The line names the file, the field and the value; a newer format is told before the rest."""
    edit_config(saved, **changes)
    message = fault_of(saved)
    assert message.startswith(f"{saved / CONFIG_FILE}: ")
    assert fault in message


def test_a_huge_config_is_refused(saved: Path) -> None:
    """A file of a terabyte in its place is refused after its first few mebibytes."""
    with (saved / CONFIG_FILE).open("r+b") as stream:
        stream.truncate(1 << 40)
    assert fault_of(saved) == f"{saved / CONFIG_FILE}: over 16 MiB, not a checkpoint config"


# Damaged weights.


@pytest.mark.parametrize("kept", [0, 7, 8, 50, -1], ids=lambda kept: f"first {kept}")
def test_truncated_weights_are_told(saved: Path, kept: int) -> None:
    """A download that broke off anywhere."""
    file = saved / WEIGHTS_FILE
    file.write_bytes(file.read_bytes()[:kept])
    assert fault_of(saved).startswith(f"{file}: truncated or not a safetensors file")


def test_weights_with_something_behind_them_are_told(saved: Path) -> None:
    """Bytes that no tensor owns."""
    file = saved / WEIGHTS_FILE
    file.write_bytes(file.read_bytes() + b"x")
    assert fault_of(saved).startswith(f"{file}: truncated or not a safetensors file")


@pytest.mark.parametrize("vocabulary", ["\ufffdab", "\ufffdabcd"], ids=["one less", "one more"])
def test_a_vocabulary_of_the_wrong_length_is_told(saved: Path, vocabulary: str) -> None:
    """The config knows a character more, or fewer, than the weights."""
    edit_config(saved, vocabulary=list(vocabulary))
    message = fault_of(saved)
    assert message == (
        f"{saved / WEIGHTS_FILE}: tensor embedding.weight has shape (4, 2), "
        f"the config asks for ({len(vocabulary)}, 2)"
    )


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"embed": 3}, "embedding.weight has shape (4, 2), the config asks for (4, 3)"),
        ({"hidden": 4}, "recurrent.weight_ih_l0 has shape (12, 2), the config asks for (16, 2)"),
        ({"layers": 2}, "tensor recurrent.bias_hh_l1 is missing"),
        ({"cell": "rnn"}, "tensor recurrent.bias_hh_l0 is unexpected"),
        ({"cell": "gru"}, "recurrent.weight_ih_l0 has shape (12, 2), the config asks for (9, 2)"),
        ({"hidden": 16384, "layers": 16}, "is missing"),
    ],
    ids=str,
)
def test_weights_of_another_model_are_told(
    saved: Path, changes: dict[str, Any], fault: str
) -> None:
    """The config of one model beside the weights of another."""
    edit_config(saved, **changes)
    message = fault_of(saved)
    assert message.startswith(f"{saved / WEIGHTS_FILE}: ")
    assert fault in message


@pytest.mark.parametrize(
    ("tensor", "fault"),
    [
        (None, "is missing"),
        (np.zeros((4, 1), np.float32), "has shape (4, 1), the config asks for (4,)"),
        (np.zeros((), np.float32), "has shape (), the config asks for (4,)"),
        (np.zeros(0, np.float32), "has shape (0,), the config asks for (4,)"),
        (np.zeros(4, np.int32), "is I32, not F16 or F32"),
        (np.zeros(4, np.float64), "is F64, not F16 or F32"),
        (np.array([0, np.nan, 0, 0], np.float32), "holds a value that is not finite"),
        (np.array([0, 0, 0, np.inf], np.float16), "holds a value that is not finite"),
    ],
    ids=["missing", "column", "scalar", "empty", "integers", "doubles", "NaN", "infinity"],
)
def test_a_faulty_tensor_is_named(saved: Path, tensor: npt.NDArray[Any] | None, fault: str) -> None:
    """The line names the file, the tensor and what is wrong with it."""
    edit_tensors(saved, output_bias=tensor)
    assert fault_of(saved) == f"{saved / WEIGHTS_FILE}: tensor output.bias {fault}"


def test_bfloat16_is_refused(saved: Path) -> None:
    """NumPy can't read it; it is told, not guessed."""
    file = saved / WEIGHTS_FILE
    raw = file.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    header["embedding.weight"]["dtype"] = "BF16"
    write_header(saved, json.dumps(header).encode(), raw[8 + length :])
    assert fault_of(saved) == f"{file}: tensor embedding.weight is BF16, not F16 or F32"


def test_an_extra_tensor_is_told_without_obeying_its_name(saved: Path) -> None:
    """A tensor named to repaint the terminal is named without repainting it."""
    file = saved / WEIGHTS_FILE
    save_file({**load_file(file), "\x1b[2J": np.zeros(1, np.float32)}, file)
    assert fault_of(saved) == f"{file}: tensor ␛[2J is unexpected"


@pytest.mark.parametrize(
    ("header", "length"),
    [
        (b'{"a":{"dtype":"F32","shape":[1000000,1000000],"data_offsets":[0,4000000000000]}}', None),
        (b'{"a":{"dtype":"F32","shape":[1000000,1000000],"data_offsets":[0,4]}}', None),
        (b'{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', None),
        (b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', None),
        (b'{"a":{"dtype":"\\u001b[2J","shape":[1],"data_offsets":[0,4]}}', None),
        (b'{"a":' + b"[" * 100_000, None),
        (b"\xff" * 64, None),
        (b"{}", 10**12),
        (b"{}", 2**64 - 1),
        (b"\x80\x04\x95pickle", None),
    ],
    ids=[
        "10^12 weights",
        "10^12 weights in 4 bytes",
        "negative",
        "backwards",
        "unknown type",
        "deep",
        "not UTF-8",
        "10^12 bytes",
        "2^64 bytes",
        "pickle",
    ],
)
def test_a_lying_header_is_refused_at_once(saved: Path, header: bytes, length: int | None) -> None:
    """What a header claims is held against the file before anything is set aside for it."""
    write_header(saved, header, b"\0" * 4, length)
    assert fault_of(saved).startswith(f"{saved / WEIGHTS_FILE}: truncated or not a safetensors")


# Files and folders that are not there, or not what they should be.


@pytest.mark.parametrize("name", [CONFIG_FILE, WEIGHTS_FILE])
def test_a_missing_file_is_named(saved: Path, name: str) -> None:
    """Half a download."""
    (saved / name).unlink()
    assert fault_of(saved) == f"{saved / name}: {os.strerror(errno.ENOENT)}"


@pytest.mark.parametrize("name", [CONFIG_FILE, WEIGHTS_FILE])
def test_a_folder_in_place_of_a_file_is_named(saved: Path, name: str) -> None:
    """A folder by the name of the file."""
    (saved / name).unlink()
    (saved / name).mkdir()
    assert fault_of(saved) == f"{saved / name}: {os.strerror(errno.EISDIR)}"


@pytest.mark.parametrize("name", [CONFIG_FILE, WEIGHTS_FILE])
def test_an_unreadable_file_is_named(
    saved: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's file."""
    real = Path.open

    def refuse(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.name == name:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    assert fault_of(saved) == f"{saved / name}: {os.strerror(errno.EACCES)}"


@pytest.mark.parametrize(
    "place",
    [
        lambda saved: saved / CONFIG_FILE,
        lambda saved: saved / "nowhere",
        lambda saved: saved / "a\0b",
        lambda saved: saved / ("long" * 1000),
    ],
    ids=["a file", "nothing", "a zero byte", "too long"],
)
def test_a_path_to_no_folder_is_told(saved: Path, place: Callable[[Path], Path]) -> None:
    """A file, nothing at all, or what can't be a path."""
    assert "not a checkpoint directory (" in fault_of(place(saved))


def test_a_folder_named_to_instruct_the_terminal_is_named_safely(tmp_path: Path) -> None:
    """Even where the file's own name is hostile, the message is one plain line."""
    path = tmp_path / "evil\x1b[2J\n"
    path.mkdir()
    assert fault_of(path).startswith(f"{tmp_path}/evil␛[2J /{CONFIG_FILE}: ")


def test_a_config_alone_can_be_read(saved: Path) -> None:
    """A list of models needs no weights."""
    (saved / WEIGHTS_FILE).unlink()
    assert read_config(saved).hidden == 3


# Writing.


@pytest.mark.parametrize("stored_as", ["float16", "float32"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_not_written(
    saved: Path, small: Checkpoint, value: float, stored_as: StoredAs
) -> None:
    """A training that has diverged does not replace a model that works."""
    broken = {**small.tensors, "output.bias": np.full(4, value, np.float32)}
    before = read(saved)
    with pytest.raises(CheckpointError, match=r"output\.bias is not finite"):
        write(saved, small.config, broken, card="", stored_as=stored_as)
    assert np.array_equal(read(saved).tensors["output.bias"], before.tensors["output.bias"])


def test_weights_too_large_for_half_precision_are_not_written(
    tmp_path: Path, small: Checkpoint
) -> None:
    """70,000 is infinite in float16; in float32 it is kept."""
    large = {**small.tensors, "output.bias": np.full(4, 7e4, np.float32)}
    with pytest.raises(CheckpointError, match="not finite as float16"):
        write(tmp_path / "half", small.config, large, card="")
    assert not (tmp_path / "half").exists()
    write(tmp_path / "whole", small.config, large, card="", stored_as="float32")
    assert read(tmp_path / "whole").tensors["output.bias"][0] == 7e4


@pytest.mark.parametrize("field", ["validation_nats", "validation_perplexity", "seconds"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_facts_that_are_not_finite_are_refused_by_name(field: str, value: float) -> None:
    """JSON has no such numbers: a checkpoint that holds one could never be opened again."""
    with pytest.raises(ConfigError, match=rf"^{field}: {value} is not a finite number"):
        TrainingFacts(**cast("dict[str, Any]", {field: value}))
    with pytest.raises(ConfigError, match=r"^lr: "):
        TrainingFacts(settings={"lr": value})


def test_weights_that_do_not_fit_the_config_are_not_written(saved: Path, small: Checkpoint) -> None:
    """One missing, one too many, one of another shape."""
    bias = small.tensors["output.bias"]
    for tensors in (
        {name: tensor for name, tensor in small.tensors.items() if name != "output.bias"},
        {**small.tensors, "extra": bias},
        {**small.tensors, "output.bias": bias[:-1]},
    ):
        with pytest.raises(CheckpointError, match="shapes of the weights"):
            write(saved, small.config, tensors, card="")
    assert read(saved).config == small.config


def test_a_folder_of_other_files_is_not_replaced(tmp_path: Path, small: Checkpoint) -> None:
    """A training told to write to somebody's documents leaves them alone and says so."""
    (tmp_path / "novel.txt").write_text("It was a dark night.")
    with pytest.raises(CheckpointError, match="holds other files than a checkpoint's"):
        write(tmp_path, small.config, small.tensors, card="")
    assert names(tmp_path) == ["novel.txt"]


@pytest.mark.parametrize("removed", [[CONFIG_FILE], [WEIGHTS_FILE, CARD_FILE], []])
def test_a_checkpoint_whole_or_damaged_is_replaced(
    saved: Path, small: Checkpoint, removed: list[str]
) -> None:
    """Training anew under the same name needs no clearing up first."""
    for name in removed:
        (saved / name).unlink()
    write(saved, small.config, small.tensors, card="new", extra={"notes.txt": b"n"})
    write(saved, small.config, small.tensors, card="newer")
    assert (saved / CARD_FILE).read_text() == "newer"
    assert names(saved) == [CARD_FILE, CONFIG_FILE, WEIGHTS_FILE]


def test_a_full_disk_is_told_in_a_line(
    saved: Path, small: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The earlier checkpoint still opens."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError) as caught:
        write(saved, small.config, small.tensors, card="new")
    assert str(caught.value) == f"{saved}: {os.strerror(errno.ENOSPC)}"
    assert (saved / CARD_FILE).read_text() == "A small one.\n"
    assert read(saved).config == small.config


@pytest.mark.parametrize(
    "other",
    [
        make_checkpoint("gru", hidden=4, embed=2, letters="abcd"),
        make_checkpoint(hidden=3, embed=2, letters="xyz", seed=1),
    ],
    ids=["another shape", "the same shape"],
)
def test_a_checkpoint_replaced_while_it_is_read_is_read_again(
    saved: Path, monkeypatch: pytest.MonkeyPatch, other: Checkpoint
) -> None:
    """A writer steps in between the config and the weights: what is returned is the new one."""
    real = read_tensors
    calls: list[tuple[Any, ...]] = []

    def read_late(*arguments: Any) -> Tensors:
        if not calls:
            write(saved, other.config, other.tensors, card="")
        calls.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(checkpoint, "read_tensors", read_late)
    assert read(saved).config == other.config
    assert len(calls) == 2
