"""Files that nobody vouches for: refused at once and in a line, whatever they claim to be."""

import ast
import contextlib
import dataclasses
import json
import os
import signal
import stat
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import safetensors.numpy

from charlm_core import checkpoint, remember, remember_training, runs_directory, texts
from charlm_core.characters import is_control
from charlm_core.checkpoint import CONFIG_FILE, MOST_TEXTS, TextFacts, TrainingFacts
from charlm_core.config import ModelConfig
from charlm_core.errors import CharlmError, CheckpointError, CorpusError, MemoryFileError, RunError
from charlm_core.learn.config import TrainConfig
from charlm_core.learn.corpus import read_corpus
from charlm_core.learn.describe import describe
from charlm_core.learn.events import Event
from charlm_core.learn.follow import LONGEST_LINE, RunReader
from charlm_core.learn.records import parse, run_folders, tail
from charlm_core.learn.runs import Run, RunConfig, requested
from charlm_core.predict import learned as learning
from charlm_core.predict.index import Index
from charlm_core.predict.learned import Learned
from charlm_core.predict.record import PIECE
from charlm_core.predict.remembered import remember_training_cached
from charlm_core.storage import make_private, open_regular, read_regular
from charlm_core.vocab import MAX_SYMBOLS, UNKNOWN
from charlm_core.weights import WEIGHTS_FILE, tensor_shapes
from tests.runs import BEGAN, course, done, evaluation, make_run, step
from tests.support import make_checkpoint, make_model

MODEL = make_model(make_checkpoint(hidden=4))
MIB = 1 << 20
ESCAPE = "\x1b]52;c;aGk=\x07"
"""What would put something on a person's clipboard."""

PACKAGES = ("charlm_core", "tui")


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    """Whatever waits for something that never comes is ended, and told as what it is."""

    def give_up(*_: object) -> None:
        raise TimeoutError("it waits")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def at_most(size: int) -> Iterator[None]:
    """No more memory than this is in use at any time."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] <= size
    finally:
        tracemalloc.stop()


def refused(act: Callable[[], object], *words: str, by: type[CharlmError]) -> str:
    """The fault that is told, one line that is safe to print and says this."""
    with pytest.raises(by) as caught:
        act()
    message = str(caught.value)
    assert not any(map(is_control, message))
    for word in words:
        assert word in message
    return message


def claim(path: Path, config: dict[str, Any], factor: int = 1) -> Path:
    """Make a checkpoint's files claim all that a config asks for; the weights are a hole."""
    (path / CONFIG_FILE).write_text(json.dumps(config))
    shape = ModelConfig(
        cell=config["cell"],
        embed=config["embed"],
        hidden=config["hidden"],
        layers=config["layers"],
    )
    end, header = 0, {}
    for name, sides in tensor_shapes(shape, len(config["vocabulary"])).items():
        start, end = end, end + 2 * int(np.prod(sides, dtype=object)) * factor
        header[name] = {"dtype": "F16", "shape": sides, "data_offsets": [start, end]}
    raw = json.dumps(header).encode()
    file = path / WEIGHTS_FILE
    file.write_bytes(len(raw).to_bytes(8, "little") + raw)
    os.truncate(file, 8 + len(raw) + end)
    return file


def config_of(path: Path) -> dict[str, Any]:
    """A checkpoint's config, to be changed."""
    found: dict[str, Any] = json.loads((path / CONFIG_FILE).read_bytes())
    return found


# Checkpoints.


@pytest.mark.parametrize("factor", [1, 30], ids=["34 thousand million weights", "10^12 weights"])
def test_a_vast_network_is_refused_at_once(saved: Path, factor: int) -> None:
    """A file that is as long as it says, for it is all hole: nobody sets memory aside for it."""
    config = config_of(saved) | {"hidden": 16384, "layers": 16, "cell": "lstm", "embed": 4096}
    file = claim(saved, config, factor)
    assert file.stat().st_size > 6e10
    with at_most(MIB):
        refused(lambda: checkpoint.read(saved), str(file), "can't be used", by=CheckpointError)


def test_a_long_list_of_tensors_is_not_read(saved: Path) -> None:
    """A header of 99 MB is within what the library reads, and would take ten times that."""
    file = saved / WEIGHTS_FILE
    file.write_bytes((99_000_000).to_bytes(8, "little") + b"{")
    os.truncate(file, 100_000_000)
    with at_most(MIB):
        refused(
            lambda: checkpoint.read(saved),
            str(file),
            "a header of 99,000,000 bytes",
            by=CheckpointError,
        )


@pytest.mark.parametrize(
    ("part", "inner"),
    [
        ("vocabulary", b'["a"' + b',"a"' * (2 * MIB) + b"]"),
        ("training", b'{"corpora":[' + b",".join([b'{"name":"ab"}'] * MIB) + b"]}"),
        ("training", b'{"settings":{' + b",".join(b'"%x":1' % n for n in range(MIB)) + b"}}"),
        ("training", b'{"about":"' + b"a" * 15 * MIB + b'"}'),
        ("more", b"[" + b",".join([b"{}"] * 5 * MIB) + b"]"),
    ],
    ids=["symbols", "texts", "settings", "about", "something else"],
)
def test_a_part_too_long_is_not_read(saved: Path, part: str, inner: bytes) -> None:
    """A config of 15 MiB may hold a hundred of them; it is measured first."""
    config = config_of(saved)
    config.pop(part, None)
    raw = json.dumps(config).encode()[:-1] + b', "' + part.encode() + b'": ' + inner + b"}"
    assert len(raw) <= checkpoint.MAX_CONFIG_BYTES
    (saved / CONFIG_FILE).write_bytes(raw)
    with at_most(2 * len(raw)):
        refused(lambda: checkpoint.read_config(saved), CONFIG_FILE, "at most", by=CheckpointError)


def test_the_largest_config_there_can_be_is_read(tmp_path: Path) -> None:
    """All symbols, those that take most room, and as many texts as a config tells of."""
    made = make_checkpoint("rnn", 2, embed=2, letters="ab")
    codes = [*range(32), *range(0x110000 - (MAX_SYMBOLS - 33), 0x110000)]
    fact = TextFacts(name="ж" * 60 + ".txt", chars=10**9, bytes=2 * 10**9, sha256="f" * 64)
    config = dataclasses.replace(
        made.config,
        vocabulary=(UNKNOWN, *map(chr, codes)),
        training=TrainingFacts(corpora=(fact,) * MOST_TEXTS, validation=(fact,) * MOST_TEXTS),
    )
    shapes = tensor_shapes(config.model, MAX_SYMBOLS)
    tensors = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    checkpoint.write(tmp_path / "large", config, tensors, card="")
    assert checkpoint.read_config(tmp_path / "large") == config


def test_what_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    """A config that would be refused is refused while the old checkpoint is still there."""
    made = make_checkpoint("rnn", 2, embed=2)
    config = dataclasses.replace(made.config, training=TrainingFacts(about="a" * 2 * MIB))
    path = tmp_path / "model"
    refused(
        lambda: checkpoint.write(path, config, made.tensors, card=""), "at most", by=CheckpointError
    )
    assert not path.exists()


@pytest.mark.parametrize("name", [CONFIG_FILE, WEIGHTS_FILE])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_is_no_file_is_not_waited_for(saved: Path, name: str, kind: str) -> None:
    """A pipe in the place of a file would be waited for without end, a device read without end."""
    (saved / name).unlink()
    if kind == "pipe":
        os.mkfifo(saved / name)
    else:
        (saved / name).symlink_to("/dev/zero")
    message = refused(lambda: checkpoint.read(saved), by=CheckpointError)
    assert message == f"{saved / name}: not a regular file"


def test_reading_leaves_no_file_open(saved: Path) -> None:
    """However a reader ends."""
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for length in (0, 7, 40, 1000):
        checkpoint.read(saved)
        (saved / "copy").mkdir(exist_ok=True)
        (saved / "copy" / CONFIG_FILE).write_bytes((saved / CONFIG_FILE).read_bytes())
        (saved / "copy" / WEIGHTS_FILE).write_bytes((saved / WEIGHTS_FILE).read_bytes()[:length])
        with contextlib.suppress(CheckpointError):
            checkpoint.read(saved / "copy")
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_no_module_unpickles() -> None:
    """Nothing here reads a format that can run what it reads, nor runs text as a program."""
    root = Path(__file__).parents[2]
    faults = [
        f"{path.relative_to(root)}: {what}"
        for package in PACKAGES
        for path in (root / package).rglob("*.py")
        for what in _named(ast.parse(path.read_text(encoding="utf-8"))) & RUNNING
    ]
    assert faults == []


RUNNING = {
    *("pickle", "dill", "joblib", "shelve", "marshal", "cloudpickle", "yaml", "code", "runpy"),
    *("eval()", "exec()", "compile()", "__import__()", "torch.load()", "np.load()"),
}
"""What can run what it reads: modules, functions, and the two that do where they are told to."""


def _named(tree: ast.AST) -> set[str]:
    """The top-level modules that are imported in a module, and the functions that are called."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.Call):
            found.add(f"{ast.unparse(node.func)}()")
    return found


# What was learned, and what is remembered.


@pytest.fixture
def learned(tmp_path: Path) -> Path:
    """The folder of some that was learned."""
    known = Learned(MODEL.engine, MODEL.vocab, tmp_path / "learned")
    known.keep("a.txt", "the quick brown fox\njumps over the lazy dog\n")
    known.save()
    return tmp_path / "learned"


def edit_record(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what learned.json says."""
    file = path / "learned.json"
    record = json.loads(file.read_bytes())
    change(record)
    file.write_text(json.dumps(record))


def opened(path: Path) -> Learned:
    """What is saved there."""
    return Learned(MODEL.engine, MODEL.vocab, path)


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(generation=(1 << 64) - 1),
        lambda record: record.update(generation=-1),
        lambda record: record.update(scored=1 << 63),
        lambda record: record.update(static_nats=1e308),
        lambda record: record["lines"]["a.txt"].update(more=1 << 64),
        lambda record: record["passages"][0].update(text=7),
    ],
    ids=["2^64 saves", "-1 saves", "2^63 characters", "1e308 nats", "2^64 lines", "a number"],
)
def test_a_record_that_could_not_be_saved_again_is_set_aside(
    learned: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    """One line tells; what is learned from now on is saved as ever."""
    edit_record(learned, change)
    known = opened(learned)
    assert len(known.notices) == 1
    assert str(learned / "learned.json") in known.notices[0]
    assert known.documents == ()
    known.keep("b.txt", "some more\n")
    known.save()
    assert [text.name for text in opened(learned).documents] == ["b.txt"]


def test_a_long_passage_is_remembered_and_not_studied(
    learned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wrote the file can't keep the model busy for hours, nor hold up the end."""
    steps, engine = [], type(MODEL.engine)
    step_once = engine.step

    def counted(self: Any, symbol: int, state: Any) -> Any:
        steps.append(symbol)
        assert len(steps) < 10 * PIECE
        return step_once(self, symbol, state)

    monkeypatch.setattr(engine, "step", counted)

    def lengthen(record: dict[str, Any]) -> None:
        record["passages"][0].update(text="the lazy dog " * 100_000, done=False)
        record["passages"][1:] = [
            {"document": "a.txt", "before": "x" * 10**7, "text": "abc", "only_remembered": False}
        ]

    edit_record(learned, lengthen)
    known = opened(learned)
    assert known.notices == ()
    before = known.gain.static.chars
    assert known.keep("b.txt", "")
    known.save()
    assert known.gain.static.chars - before <= PIECE


def test_more_than_can_be_remembered_is_dropped(
    learned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file can't have more be indexed than would ever have been saved."""
    monkeypatch.setattr(learning, "MOST_CHARS", 30)
    known = opened(learned)
    assert known.notices == ()
    assert known.chars <= 30


@pytest.mark.parametrize("value", [3e38, -3e38, np.nan, np.inf])
def test_weights_beyond_all_measure_are_set_aside(learned: Path, value: float) -> None:
    """They would turn every prediction into no number."""
    file = learned / "weights.safetensors"
    tensors = safetensors.numpy.load_file(file)
    tensors["output.bias"][1] = value
    safetensors.numpy.save_file(tensors, file)
    known = opened(learned)
    assert "output.bias" in known.notices[0]
    with np.errstate(all="raise"):
        MODEL.start("the ", known).suggest()


@pytest.mark.parametrize("name", ["learned.json", "weights.safetensors"])
def test_a_pipe_for_what_was_learned_is_not_waited_for(learned: Path, name: str) -> None:
    """The model opens, and says that it knows nothing."""
    (learned / name).unlink()
    os.mkfifo(learned / name)
    assert "not a regular file" in opened(learned).notices[0]


@pytest.mark.parametrize("name", ["index.json", "near", "following"])
def test_an_index_is_not_waited_for(tmp_path: Path, name: str) -> None:
    """A pipe in its place, or a file of a terabyte, is told, and the texts are read anew."""
    Index.build(MODEL.vocab.encode("the lazy dog")).save(tmp_path / "index", {})
    file = tmp_path / "index" / name
    os.truncate(file, 1 << 40)
    with at_most(MIB):
        refused(lambda: Index.load(file.parent), str(file), by=MemoryFileError)
    file.unlink()
    os.mkfifo(file)
    refused(lambda: Index.load(file.parent), "not a regular file", by=MemoryFileError)


@pytest.mark.parametrize("chars", [True, 12.0, -12, 0, "12", 1 << 70, None])
def test_an_index_of_what_is_no_number_is_told(tmp_path: Path, chars: object) -> None:
    """It says how long it is in characters, which can be counted."""
    Index.build(MODEL.vocab.encode("the lazy dog")).save(tmp_path / "index", {})
    meta = json.loads((tmp_path / "index" / "index.json").read_bytes())
    (tmp_path / "index" / "index.json").write_text(json.dumps(meta | {"chars": chars}))
    refused(lambda: Index.load(tmp_path / "index"), "index", by=MemoryFileError)


def run_on(tmp_path: Path, path: Path) -> None:
    """A training run of a text, as its trainer noted it."""
    text = tmp_path / "diary.txt"
    text.write_text("the quick brown fox jumps over the lazy dog\n" * 9)
    corpus = read_corpus([text], rare_share=0.0, held_out=0.0)
    train = TrainConfig(epochs=1, held_out=0.0)
    Run.create(path, RunConfig(name="x", corpora=(str(text),), train=train, facts=corpus.facts))


def test_a_path_in_a_config_is_not_followed(tmp_path: Path) -> None:
    """A checkpoint from elsewhere can't have the editor look into a person's files.

    Only of the person's own runs the texts are looked up by themselves; of others, when they are
    asked for by name.
    """
    for path, own in ((tmp_path / "download" / "x", False), (runs_directory() / "x", True)):
        run_on(tmp_path, path)
        model = dataclasses.replace(MODEL, path=path / "best")
        if own:
            assert len(remember_training_cached(model)) == 44 * 9
        else:
            refused(lambda: remember_training_cached(model), "of your own", by=MemoryFileError)  # noqa: B023
        assert len(remember_training(model)) == 44 * 9


def test_a_link_into_the_own_runs_is_not_one_of_them(tmp_path: Path) -> None:
    """What counts is where a run lies; a link that lies among the own ones leads elsewhere."""
    run_on(tmp_path, tmp_path / "download")
    runs_directory().mkdir(parents=True)
    (runs_directory() / "x").symlink_to(tmp_path / "download")
    model = dataclasses.replace(MODEL, path=runs_directory() / "x" / "best")
    refused(lambda: remember_training_cached(model), "of your own", by=MemoryFileError)


# Training runs.


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run that has ended."""
    return make_run(tmp_path / "run", [*course([2.0, 1.8]), done(400)]).path


@pytest.mark.parametrize("name", ["config.json", "metrics.jsonl", "log", "request"])
def test_a_pipe_in_a_run_is_not_waited_for(run: Path, name: str) -> None:
    """The training screen shows what there is to show."""
    (run / name).unlink(missing_ok=True)
    os.mkfifo(run / name)
    view = RunReader(run).read()
    assert view.state in {"finished", "failed", "interrupted"}
    assert requested(run) == ""
    assert tail(run / "log") == () or name != "log"
    assert run_folders(run.parent) == [run]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"[" * 100_000, "Expected"),
        (b'{"name": ' + b"[" * 100_000, "Expected"),
        (b'{"more": ' + b"[" * 100_000, "nested"),
        (b'{"name": "\xff"}', "decode"),
    ],
    ids=["no object", "nested name", "nested beside", "not UTF-8"],
)
def test_a_config_of_a_run_that_is_none(run: Path, raw: bytes, words: str) -> None:
    """However it is nested, the run is one that failed, with a line that says why."""
    (run / "config.json").write_bytes(raw)
    refused(lambda: Run.open(run), "config.json", words, by=RunError)
    assert RunReader(run).read().state == "failed"


def test_a_vast_config_of_a_run_is_not_read(run: Path) -> None:
    """A terabyte of hole."""
    os.truncate(run / "config.json", 1 << 40)
    with at_most(MIB):
        refused(lambda: Run.open(run), "config.json", "over", by=RunError)


@pytest.mark.parametrize(
    "changes",
    [
        {"progress": 1e-320},
        {"progress": -1.0},
        {"progress": 7.0},
        {"progress": "nan"},
        {"nats": "inf"},
        {"nats": 1e300},
        {"step": -1},
        {"step": 1 << 80},
        {"seconds": -1e200},
        {"epochs": "-inf"},
    ],
    ids=str,
)
def test_a_step_that_cannot_have_been_is_passed_over(changes: dict[str, Any]) -> None:
    """No figure of it would make sense on a screen, and some can't be drawn at all."""
    fields = {"event": "step", **dataclasses.asdict(step(8))}
    assert parse(json.dumps(fields).encode()) is not None
    assert parse(json.dumps(fields | changes).encode()) is None


def test_events_that_contradict_each_other(run: Path) -> None:
    """A process that took the run up before it began, and again, and again."""
    lines: list[Event] = [
        BEGAN,
        step(0, of=1),
        BEGAN,
        step(0, of=1),
        evaluation(3, 1.0),
        BEGAN,
        done(0),
    ]
    with (run / "metrics.jsonl").open("ab") as stream:
        for event in lines:
            fields = {"event": type(event).__name__.lower(), **dataclasses.asdict(event)}
            stream.write(msgspec.json.encode(fields, enc_hook=str) + b"\n")
    view = RunReader(run).read()
    assert 0 <= view.epoch_progress <= 1


def test_the_words_of_events_are_safe() -> None:
    """What a run says of itself reaches no terminal as it is."""
    began = {"event": "began", **dataclasses.asdict(BEGAN), "device": ESCAPE, "precision": ESCAPE}
    failed = {"event": "failed", "step": 3, "reason": f"no room{ESCAPE}\x9b2J\nand more"}
    for fields in (began, failed):
        event = parse(json.dumps(fields).encode())
        assert event is not None
        assert not any(map(is_control, describe(event)))
        assert ESCAPE not in repr(vars(event))


def test_a_line_without_end_is_not_kept(run: Path) -> None:
    """Metrics of a gigabyte without a line's end take no gigabyte, and what follows is read."""
    with (run / "metrics.jsonl").open("ab") as stream:
        stream.write(b'{"event": "failed", "reason": "')
        for _ in range(24):
            stream.write(b"a" * LONGEST_LINE)
        stream.write(b'"}\n{"event": "paused", "step": 7}\n{"event": "failed", "step": 7,')
        stream.write(b'"reason": "the last"}\n')
    reader = RunReader(run)
    with at_most(12 * LONGEST_LINE):
        view = reader.read()
    assert view.reason == "the last"


@pytest.mark.parametrize("nested", [b'{"event":"step","step":%s}', b'{"event":%s}', b"%s"])
def test_a_line_nested_without_end_is_passed_over(nested: bytes) -> None:
    """The lines around it count."""
    assert parse(nested % (b"[" * 100_000)) is None


# Texts to learn from.


def test_a_pipe_that_nobody_writes_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up after a while, with a line that names it."""
    monkeypatch.setattr(texts, "PIPE_SECONDS", 0.1)
    os.mkfifo(tmp_path / "pipe")
    refused(
        lambda: read_corpus([tmp_path / "pipe"], rare_share=0.0, held_out=0.0),
        f"{tmp_path / 'pipe'}: a pipe that nobody writes to",
        by=CorpusError,
    )


@pytest.mark.parametrize("delay", [0.0, 0.3])
def test_a_pipe_that_somebody_writes_to(tmp_path: Path, delay: float) -> None:
    """At once, or a while after it was opened: all of it is read, and nothing twice."""
    pipe, text = tmp_path / "pipe", "a slow writer, but a long text\n" * 9000
    os.mkfifo(pipe)

    def write() -> None:
        threading.Event().wait(delay)
        with pipe.open("w") as stream:
            threading.Event().wait(delay)
            stream.write(text[:5])
            stream.flush()
            threading.Event().wait(delay)
            stream.write(text[5:])

    writer = threading.Thread(target=write)
    writer.start()
    corpus = read_corpus([pipe], rare_share=0.0, held_out=0.0)
    writer.join()
    assert corpus.vocab.decode(corpus.train) == text


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/full", "/dev/tty"])
def test_a_device_is_no_text(name: str) -> None:
    """It would be read for ever, or wait for a person."""
    if not Path(name).exists():
        pytest.skip(f"no {name}")
    refused(
        lambda: read_corpus([name], rare_share=0.0, held_out=0.0),
        f"{name}: a device or a socket, not a text",
        by=CorpusError,
    )


def test_a_folder_of_all_that_is_no_text(tmp_path: Path) -> None:
    """Folders that hold themselves, links that lead nowhere or to themselves, pipes, devices, and a
    file of ten gigabytes of nothing: the one text is read, and what could have been one is told."""
    folder = tmp_path / "corpus"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "loop").symlink_to(folder)
    (folder / "self").symlink_to(folder / "self")
    (folder / "gone").symlink_to(folder / "nowhere")
    (folder / "zero").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe")
    (folder / "hole").write_bytes(b"")
    os.truncate(folder / "hole", 10 << 30)
    (folder / "late").write_bytes(b"text at first\n" * 90_000)
    os.truncate(folder / "late", 10 << 30)
    (folder / "text").write_text("the only text\n" * 20)
    corpus = read_corpus([folder], rare_share=0.0, held_out=0.0)
    assert corpus.vocab.decode(corpus.train) == "the only text\n" * 20
    told = "\n".join(corpus.notices)
    for name, why in (("hole", "binary"), ("late", "zero byte"), ("self", "symbolic links")):
        assert any(name in line and why in line for line in corpus.notices), told
    # Named itself, it is a fault.
    refused(
        lambda: read_corpus([folder / "hole"], rare_share=0.0, held_out=0.0), "hole", by=CorpusError
    )


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    """A file of a folder may be called anything: a run is noted down, and its text found again."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    names = [b"bad\xff\x1b[2J.txt", b"two\nlines.txt", "ж\u202e.txt".encode()]
    for name in names:
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("the lazy dog\n" * 5)
    corpus = read_corpus([folder], rare_share=0.0, held_out=0.0)
    path = runs_directory() / "mine"
    train = TrainConfig(epochs=1, held_out=0.0)
    made = RunConfig(name="x", corpora=(str(folder),), train=train, facts=corpus.facts)
    Run.create(path, made)
    assert Run.open(path).config == made
    model = dataclasses.replace(MODEL, path=path / "best")
    assert len(remember_training(model)) == len(remember(MODEL, [folder])) == 3 * 5 * 13


# The floor that they stand on.


def test_a_file_is_read_as_far_as_it_may_be(tmp_path: Path) -> None:
    """Up to its length, of which one may be sure; a folder, a pipe and nothing are told."""
    file = tmp_path / "file"
    file.write_bytes(b"x" * 1000)
    assert read_regular(file, 1000) == b"x" * 1000
    with pytest.raises(OSError, match="over 0 MiB, which it never is"):
        read_regular(file, 999)
    os.mkfifo(tmp_path / "pipe")
    for name, fault in (
        ("pipe", "not a regular file"),
        ("none", "No such file"),
        (".", "Is a directory"),
    ):
        with pytest.raises(OSError, match=fault):
            open_regular(tmp_path / name)
        with pytest.raises(OSError, match=fault):
            read_regular(tmp_path / name, 9)


def test_private_folders_are_private_all_the_way_down(tmp_path: Path) -> None:
    """Those that were missing; what was there stays as it was."""
    (tmp_path / "there").mkdir(mode=0o755)
    made = tmp_path / "there" / "one" / "two"
    before = os.umask(0)
    try:
        make_private(made)
        make_private(made)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (made, made.parent, made.parent.parent)]
    assert modes == [0o700, 0o700, 0o755]
