"""What reads files that nobody vouches for, and valid files to be spoilt: for tests.perf.fuzz.

A reader's `make` gives the files of an input, its `read` has the product read them and goes on with
what it gave, as the product would. It raises AssertionError for what a person must not see.
"""

import contextlib
import dataclasses
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Protocol

import msgspec
import numpy as np

from charlm_core import GenerateConfig, SuggestConfig, checkpoint
from charlm_core.characters import is_control
from charlm_core.checkpoint import TextFacts, TrainingFacts
from charlm_core.errors import CharlmError
from charlm_core.learn.describe import describe
from charlm_core.learn.follow import RunReader
from charlm_core.learn.records import parse
from charlm_core.learn.runs import Run
from charlm_core.predict.engine import Engine
from charlm_core.predict.index import Index
from charlm_core.predict.learned import Learned
from charlm_core.predict.model import Model
from charlm_core.weights import StoredAs, tensor_shapes
from tests.perf.mutations import Mutator, with_header
from tests.runs import course, done, make_run
from tests.support import make_checkpoint, make_model

PROSE = "the quick brown fox jumps over the lazy dog.\nand then it ran away, far away.\n"


@dataclass(frozen=True)
class Hollow:
    """A file that is longer than what is in it: the rest is a hole, and no disk is used for it."""

    data: bytes
    """Its beginning."""
    size: int
    """Its length."""


Files = Mapping[str, bytes | Hollow]


class Reader(Protocol):
    """What is fed."""

    ours: bool
    """Whether reading may replace the files: ours are set aside where they are damaged."""

    def make(self, mutator: Mutator) -> Files:
        """The files of an input, by their names in its folder."""
        ...

    def read(self, folder: Path, mutator: Mutator) -> str:
        """Have them read, and say in a word what came of it."""
        ...


def check_told(message: str, place: Path, *, raw: bool = False) -> None:
    """A fault is one line, safe to print where it is not to be made so, and names the file."""
    assert str(place) in message, f"names no file: {message!r}"
    assert len(message) < 4000, f"long: {message[:200]!r}"
    if not raw:
        assert not any(map(is_control, message)), f"unsafe: {message!r}"


@contextlib.contextmanager
def told(place: Path, kind: type[CharlmError]) -> Any:
    """Let a fault of this kind pass that is told as it should be."""
    outcome = ["read"]
    try:
        yield outcome
    except kind as error:
        check_told(str(error), place)
        outcome[0] = "refused"


class Checkpoints:
    """`model/config.json` and `model/model.safetensors`."""

    ours = False

    def __init__(self, folder: Path) -> None:
        self._valid: list[tuple[dict[str, Any], bytes]] = []
        facts = TrainingFacts(
            corpora=(TextFacts(name="a.txt", chars=3, bytes=4, sha256="0" * 64),),
            validation_note="the last characters of a.txt",
            settings={"cell": "lstm", "lr": 4e-3, "batch": 64, "carry": True},
            versions={"torch": "2"},
        )
        shapes: list[tuple[Any, int, StoredAs]] = [
            ("lstm", 1, "float16"),
            ("gru", 2, "float32"),
            ("rnn", 1, "float16"),
        ]
        for cell, layers, stored_as in shapes:
            made = make_checkpoint(cell, 6, layers, embed=3)
            config = dataclasses.replace(made.config, training=facts)
            path = folder / cell
            checkpoint.write(path, config, made.tensors, card="", stored_as=stored_as)
            raw = (path / "model.safetensors").read_bytes()
            self._valid.append((json.loads((path / "config.json").read_bytes()), raw))

    def make(self, mutator: Mutator) -> Files:
        """One file or both of one of the three."""
        config, weights = mutator.rng.choice(self._valid)
        plain = json.dumps(config).encode()
        if mutator.rng.random() < 1 / 1500:
            return self._bomb(mutator, config, plain, weights)
        first, second = mutator.pick(
            lambda: (mutator.json(config), weights),
            lambda: (mutator.data(plain), weights),
            lambda: (plain, mutator.tensors(weights)),
            lambda: (plain, mutator.tensors(weights)),
            lambda: (mutator.json(config), mutator.tensors(weights)),
        )
        return {"model/config.json": first, "model/model.safetensors": second}

    def _bomb(
        self, mutator: Mutator, config: dict[str, Any], plain: bytes, weights: bytes
    ) -> Files:
        """Much more of something than there can be, up to where the file is too long itself."""
        rng = mutator.rng
        room = rng.choice((1 << 18, 1 << 20, 5 << 20, 15 << 20, 17 << 20))

        def with_part(name: str, part: bytes) -> bytes:
            return plain.replace(json.dumps(config[name]).encode(), part, 1)

        def texts(one: bytes) -> bytes:
            part = b'{"corpora": [' + one * (room // len(one)) + one[:-1] + b"]}"
            return with_part("training", part)

        numbers = b",".join(b'"%x":1' % number for number in range(room // 10))
        bomb: Callable[[], tuple[bytes | Hollow, bytes | Hollow]] = rng.choice(
            (
                lambda: (with_part("vocabulary", b'["a"' + b',"a"' * (room // 4) + b"]"), weights),
                lambda: (texts(b'{"name":"ab","chars":999,"bytes":999,"sha256":"ab"},'), weights),
                lambda: (texts(b'{"name":"","chars":0,"bytes":0,"sha256":""},'), weights),
                lambda: (with_part("training", b'{"settings":{' + numbers + b"}}"), weights),
                lambda: (plain[:-1] + b',"x":' + b"[" * room + b"]" * room + b"}", weights),
                lambda: (plain[:-1] + b',"x":"' + b"a" * room + b'"}', weights),
                lambda: (Hollow(plain, 1 << 40), weights),
                lambda: (plain, with_header(b'{"a":' + b"[" * room, b"")),
                lambda: (plain, with_header(self._many(room), b"")),
                lambda: (plain, Hollow(weights, len(weights) + (1 << 36))),
                lambda: self._vast(config),
                lambda: self._vast(config),
            )
        )
        first, second = bomb()
        return {"model/config.json": first, "model/model.safetensors": second}

    def _many(self, room: int) -> bytes:
        """A header of very many tensors of nothing."""
        one = '"%x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
        return ("{" + ",".join(one % number for number in range(room // 60)) + "}").encode()

    def _vast(self, config: dict[str, Any]) -> tuple[bytes, Hollow]:
        """A checkpoint that agrees with itself, and claims as much as a config can."""
        vast = config | {"hidden": 16384, "layers": 16, "cell": "lstm", "embed": 4096}
        shapes = tensor_shapes(
            msgspec.convert(vast, checkpoint.CheckpointConfig).model, len(vast["vocabulary"])
        )
        end, header = 0, {}
        for name, shape in shapes.items():
            start, end = end, end + 2 * int(np.prod(shape, dtype=np.int64))
            header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [start, end]}
        data = with_header(json.dumps(header).encode(), b"")
        return json.dumps(vast).encode(), Hollow(data, len(data) + end)

    def read(self, folder: Path, mutator: Mutator) -> str:
        """Load it, type, look for a ghost and let it write."""
        path = folder / "model"
        with told(path, CharlmError) as outcome:
            found = checkpoint.read(path)
            model = Model(
                name="model",
                path=path,
                config=found.config,
                vocab=found.config.vocab,
                engine=Engine(found),
            )
            session = model.start("the q")
            ghost = session.suggest(SuggestConfig(threshold=0.04))
            written = session.generation(GenerateConfig()).write(3)
            shown = ghost.text + written
            assert not any(is_control(one) for one in shown if one != "\n"), repr(shown)
        return str(outcome[0])


def _is_over(asked: Iterator[int]) -> bool:
    """Whether it was asked often enough."""
    return next(asked, None) is None


MODEL = make_model(make_checkpoint(hidden=8, embed=4))


class Memories:
    """What was learned: `learned/learned.json` and `learned/weights.safetensors`; an index."""

    ours = True

    def __init__(self, folder: Path) -> None:
        self._learned: list[tuple[dict[str, Any], bytes]] = []
        for name, left in (("whole", 1000), ("half", 2)):
            learned = Learned(MODEL.engine, MODEL.vocab, folder / name)
            learned.keep("a.txt", PROSE)
            asked = iter(range(left))
            learned.keep("b.txt", PROSE[::-1] * 3, partial(_is_over, asked))
            learned.save()
            record = json.loads((folder / name / "learned.json").read_bytes())
            weights = (folder / name / "weights.safetensors").read_bytes()
            self._learned.append((record, weights))
        Index.build(MODEL.vocab.encode(PROSE * 4)).save(folder / "index", {"state": "abc"})
        self._index = {file.name: file.read_bytes() for file in (folder / "index").iterdir()}

    def make(self, mutator: Mutator) -> Files:
        """Either of them."""
        if mutator.rng.random() < 0.4:
            return self._spoilt_index(mutator)
        record, weights = mutator.rng.choice(self._learned)
        plain = json.dumps(record).encode()
        if mutator.rng.random() < 1 / 1500:
            plain, weights = mutator.pick(
                lambda: (Hollow(plain, 1 << 40), weights),
                lambda: (plain, Hollow(weights, 1 << 40)),
                lambda: (plain, with_header(b'{"a":' + b"[" * (1 << 20), b"")),
                lambda: (b"[" * (1 << 20), weights),
            )
            return {"learned/learned.json": plain, "learned/weights.safetensors": weights}
        first, second = mutator.pick(
            lambda: (mutator.json(record), weights),
            lambda: (mutator.json(record), weights),
            lambda: (mutator.data(plain), weights),
            lambda: (plain, mutator.tensors(weights)),
        )
        return {"learned/learned.json": first, "learned/weights.safetensors": second}

    def _spoilt_index(self, mutator: Mutator) -> Files:
        files: dict[str, bytes | Hollow] = dict(self._index)
        name = mutator.rng.choice(list(files))
        if name == "index.json":
            meta = json.loads(self._index[name])
            if mutator.rng.random() < 1 / 200:
                files[name] = Hollow(self._index[name], 1 << 40)
            else:
                files[name] = mutator.json(meta)
        elif mutator.rng.random() < 0.5:
            files[name] = mutator.data(self._index[name])
        else:
            # As long as before, so that it is taken for what it was.
            shuffled = np.frombuffer(self._index[name], dtype=np.uint16).copy()
            np.random.default_rng(mutator.rng.getrandbits(32)).shuffle(shuffled)
            files[name] = shuffled.tobytes()
        return {f"index/{name}": data for name, data in files.items()}

    def read(self, folder: Path, mutator: Mutator) -> str:
        """Predict with it, learn on, save it and read it again."""
        if (folder / "index").exists():
            with told(folder / "index", CharlmError) as outcome:
                index, about = Index.load(folder / "index")
                assert isinstance(about, dict)
                source = MODEL.mixture([index])
                MODEL.start("the quick b", source).suggest(SuggestConfig(threshold=0.04))
            return f"index {outcome[0]}"
        learned = Learned(MODEL.engine, MODEL.vocab, folder / "learned")
        for notice in learned.notices:
            check_told(notice, folder / "learned")
        refused = bool(learned.notices)
        # What is told of it, and what it is good for.
        assert all(text.chars >= 0 for text in learned.documents)
        assert learned.chars >= 0
        assert isinstance(learned.gain.adaptive.bpc, float)
        MODEL.start("the q", learned).suggest(SuggestConfig(threshold=0.04))
        learned.keep("c.txt", "one more line\n", partial(_is_over, iter(range(8))))
        if mutator.rng.random() < 0.2:
            learned.forget("a.txt")
            learned.save()
            again = Learned(MODEL.engine, MODEL.vocab, folder / "learned")
            assert again.notices == (), again.notices
            assert again.chars == learned.chars
        learned.close()
        return "learned refused" if refused else "learned read"


class Runs:
    """A training run's folder: `run/config.json`, `run/metrics.jsonl`, `run/log`, `run/request`."""

    ours = False

    def __init__(self, folder: Path) -> None:
        run = make_run(folder / "run", [*course([2.0, 1.7, 1.6]), done(400)])
        self._files = {file.name: file.read_bytes() for file in run.path.iterdir()}
        self._config = json.loads(self._files["config.json"])
        lines = self._files["metrics.jsonl"].splitlines()
        # One of each kind, and a few of those there are most of.
        kinds = {json.loads(line)["event"]: line for line in lines}
        self._events = [json.loads(line) for line in (*kinds.values(), *lines[:9])]
        extra = {"event": "failed", "step": 3, "reason": "no more disk"}
        self._events += [extra, {"event": "paused", "step": 4}, {"event": "continued", "step": 4}]

    def make(self, mutator: Mutator) -> Files:
        """Its config, its metrics or its log."""
        files: dict[str, bytes | Hollow] = dict(self._files)
        way = mutator.rng.randrange(5)
        if way == 0:
            files["config.json"] = mutator.json(self._config)
        elif way == 1:
            name = mutator.rng.choice(list(self._files))
            files[name] = mutator.data(self._files[name])
        else:
            some = mutator.rng.choices(self._events, k=mutator.rng.randrange(1, 9))
            files["metrics.jsonl"] = b"\n".join(
                mutator.json(one) if mutator.rng.random() < 0.4 else json.dumps(one).encode()
                for one in some
            )
        if mutator.rng.random() < 1 / 1500:
            files["config.json"] = Hollow(self._files["config.json"], 1 << 40)
        return {f"run/{name}": data for name, data in files.items()}

    def read(self, folder: Path, mutator: Mutator) -> str:
        """Show it as the training screen does."""
        from tui.widgets.figures import ending, figures
        from tui.widgets.run_list import row
        from tui.widgets.writing import log_text, samples_text

        reader = RunReader(folder / "run")
        view = reader.read()
        per_epoch = view.began.steps_per_epoch if view.began else 0
        drawn = [
            figures(view, 80),
            row(view, 60),
            samples_text(view.samples, per_epoch),
            log_text(view.log),
        ]
        for content in drawn:
            shown = content.plain.replace("\n", "").replace("\t", "")
            assert not any(map(is_control, shown)), content.plain
        assert not any(map(is_control, view.reason)), view.reason
        assert ending(view)
        for line in (folder / "run" / "metrics.jsonl").read_bytes().split(b"\n"):
            if (event := parse(line)) is not None:
                assert not any(map(is_control, describe(event))), describe(event)
        with contextlib.suppress(CharlmError):
            Run.open(folder / "run").is_finished()
        assert reader.read().state == view.state
        return view.state


class Counts:
    """`counts.json`."""

    ours = True

    def __init__(self, folder: Path) -> None:
        from tui.services.tallies import Tallies, Usage

        tallies = Tallies(folder / "counts.json")
        tallies.count(Usage(accepted=3, saved=12, typed=90))
        tallies.save({"dial": "balanced", "factor": 1.1})
        self._plain = (folder / "counts.json").read_bytes()
        self._valid = json.loads(self._plain)

    def make(self, mutator: Mutator) -> Files:
        """The file."""
        if mutator.rng.random() < 1 / 1500:
            return {"counts.json": Hollow(self._plain, 1 << 40)}
        spoilt = mutator.pick(
            lambda: mutator.json(self._valid),
            lambda: mutator.json(self._valid),
            lambda: mutator.data(self._plain),
        )
        return {"counts.json": spoilt}

    def read(self, folder: Path, mutator: Mutator) -> str:
        """Show the figures, count on and save."""
        from tui.services.adjustment import restored
        from tui.services.tallies import Tallies, Usage

        tallies = Tallies(folder / "counts.json")
        for notice in tallies.notices:
            check_told(notice, folder / "counts.json")
        refused = bool(tallies.notices)
        assert 0 <= tallies.total.share <= 1
        assert len(f"{tallies.total.typed:,}") < 100
        assert restored("balanced", tallies.adjustment).words
        if mutator.rng.random() < 0.2:
            before = tallies.total
            tallies.notices.clear()
            tallies.count(Usage(typed=1))
            tallies.save({"dial": "balanced", "factor": 1.0})
            again = Tallies(folder / "counts.json")
            assert again.notices == []
            # A day that was full before stays full.
            assert again.total.typed - before.typed in {0, 1}
        return "refused" if refused else "read"


class Settings:
    """`settings.toml`."""

    ours = False

    VALID = (
        b'dial = "eager"\nlearn = true\nfolders = ["/notes", "~/more"]\nnever = ["/diary.md"]\n',
        b'# mine\nlearn = false # for now\n\n[keys]\nsave = ["ctrl+s"]\n\'quit\' = "ctrl+q"\n',
        b'theme = "dark"\nline_numbers = true\ntab_width = 4\ndial = """\nquiet"""\n',
        b'[sampling]\nmode = "sample"\ntop_k = 4 # few\n\n[presets."\xd0\xb0.b"]\ntop_p = 0.5\n',
    )
    VALUES = (
        *('"x"', "'\\'", "1", "-1", "true", "[]", "{}", "1979-05-27", "nan", "inf", "1e400"),
        *('["/a", 1]', '[["/a"]]', "{a = 1}", '["~nobody/x"]', '["relative"]', "9" * 5000),
        *('"\\u001b[2J"', '"\\u0000"', '["/\\u001b]52;c;x\\u0007"]', '"""\n\n"""', "0x_", "07"),
    )

    def __init__(self, folder: Path) -> None:
        self._keys = ["dial", "learn", "folders", "never", "keys", "theme", '"\\u001b[2J"', "x.y"]
        self._keys += ["sampling.top_k", "presets.a", "presets.a.top_p", "mode", "seed"]
        with contextlib.suppress(ImportError, TypeError):
            from tui.services import settings

            self._keys += [field.name for field in dataclasses.fields(settings.Settings)]

    def make(self, mutator: Mutator) -> Files:
        """The file."""
        rng = mutator.rng
        if rng.random() < 1 / 1500:
            nested = (b"a = " + b"[" * 60_000, b"[" + b"a." * 60_000 + b"b]", b"x" * (1 << 21))
            return {"settings.toml": rng.choice((*nested, Hollow(b"learn = true\n", 1 << 40)))}

        def lines() -> bytes:
            some = [
                rng.choice(
                    ("{} = {}", "{} = {}", "[{}]\na = {}", "{} {}", "[[{}]]\nb = {}")
                ).format(rng.choice(self._keys), rng.choice(self.VALUES))
                for _ in range(rng.randrange(1, 7))
            ]
            return "\n".join(some).encode()

        spoilt = mutator.pick(
            lambda: mutator.data(rng.choice(self.VALID)),
            lambda: mutator.data(rng.choice(self.VALID)),
            lines,
            lambda: mutator.data(lines()),
        )
        return {"settings.toml": spoilt}

    def read(self, folder: Path, mutator: Mutator) -> str:
        """Read them, and change one."""
        from tui.services.settings import SettingsError, change_settings, read_settings

        file = folder / "settings.toml"
        _, notices = read_settings(file)
        for notice in notices:
            # Notices are made safe where they are shown.
            check_told(notice, file, raw=True)
            assert "\n" not in notice, notice
        if mutator.rng.random() < 0.2 and file.stat().st_size < 1 << 22:
            before = file.read_bytes()
            try:
                change_settings(
                    file,
                    {
                        "dial": "quiet",
                        "sampling": {"top_k": 2, "seed": None},
                        "presets": {"a": None},
                    },
                )
            except SettingsError as error:
                check_told(str(error), file)
                assert file.read_bytes() == before
            else:
                changed = read_settings(file)[0]
                assert changed.dial == "quiet"
                assert (changed.sampling.top_k, changed.sampling.seed) == (2, 0)
                assert "a" not in {preset.name for preset in changed.presets}
                # The check that nothing is written to comes after this.
                file.write_bytes(before)
        return "noticed" if notices else "read"


class Encodings:
    """A document in whatever encoding."""

    ours = False

    TEXTS = (
        ("Grüße aus Köln, déjà vu, naïve café.\r\n" * 3, ("utf-8", "latin-1", "cp1252", "utf-16")),
        ("Съешь ещё этих мягких французских булок.\n" * 3, ("cp1251", "koi8_r", "cp866", "utf-8")),
        ("いろはにほへと ちりぬるを 漢字かな交じり文。\n" * 3, ("cp932", "euc_jp", "utf-8-sig")),
        ("天地玄黄 宇宙洪荒 日月盈昃 辰宿列张\n" * 3, ("gb18030", "utf-16-be", "utf-32")),
        ("Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.\n" * 3, ("cp1253", "utf-8", "iso8859_7")),
        ("plain words\rwith old\nand mixed\r\nends\n", ("ascii", "utf-16-le", "utf-32-be")),
    )

    def __init__(self, folder: Path) -> None:
        self._valid = [
            text.encode(codec, "replace") for text, codecs in self.TEXTS for codec in codecs
        ]
        self._marks = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff")

    def make(self, mutator: Mutator) -> Files:
        """The file."""
        rng = mutator.rng
        if rng.random() < 1 / 1500:
            large = rng.choice(self._valid) * 2000
            return {"text.txt": rng.choice((large, mutator.data(large), Hollow(b"a", 1 << 40)))}
        spoilt = mutator.pick(
            lambda: mutator.data(rng.choice(self._valid)),
            lambda: mutator.data(rng.choice(self._valid)),
            lambda: rng.choice(self._marks) + rng.choice(self._valid),
            lambda: rng.choice(self._marks) + rng.randbytes(rng.randrange(64)),
            lambda: rng.randbytes(rng.choice((1, 8, 100, 1000))).replace(b"\0", b"\x1b"),
        )
        return {"text.txt": spoilt}

    def read(self, folder: Path, mutator: Mutator) -> str:
        """Open it, and now and then save it: the bytes stay what they were."""
        from charlm_core import DocumentError
        from tui.services.documents import open_document, save

        file = folder / "text.txt"
        with told(file, DocumentError) as outcome:
            document = open_document(file)
            raw = file.read_bytes()
            written = document.text.replace("\n", document.newline)
            assert document.encoding.encode(written) == raw, "another file would be written"
            outcome[0] = document.encoding.codec
            if mutator.rng.random() < 0.02:
                save(document, document.text)
                assert file.read_bytes() == raw
        return str(outcome[0])


class Journals:
    """A recovery journal: `journals/NAME/1.edits` and `journals/NAME/1.base`."""

    ours = True

    FOLDER = "journals/0123456789abcdef"

    def __init__(self, folder: Path) -> None:
        from tui.services.records import Header
        from tui.text.buffer import Buffer

        buffer = Buffer(PROSE)
        self._changes = [
            buffer.replace((0, 0), (0, 4), "A\n"),
            buffer.replace((1, 2), (1, 2), "é漢🙂\ud800"),
            *(
                buffer.replace((0, 1 + at), (0, 1 + at), letter)
                for at, letter in enumerate("typed")
            ),
            buffer.replace((0, 0), (2, 3), ""),
            buffer.replace((0, 0), (0, 0), "line\r\n" * 20),
        ]
        document = os.fsencode(folder / "a.txt")
        self._base = PROSE.encode("utf-16-le")
        (folder / "a.txt").write_bytes(self._base)
        about = Header(document, "utf-8", b"", "\n", None, len(PROSE), 1.7e9)
        self._headers = [
            (about, PROSE.encode()),
            (msgspec.structs.replace(about, path=b""), PROSE.encode()),
            (
                msgspec.structs.replace(
                    about, codec="utf-16-le", stamp=(1, 2, 3, 4), base_bytes=len(self._base)
                ),
                self._base,
            ),
        ]

    def make(self, mutator: Mutator) -> Files:
        """Its header, its edits, the text they apply to, or the bytes that they are."""
        from tui.services.records import MAGIC, encode_changes, encode_header, framed

        rng = mutator.rng
        header, base = rng.choice(self._headers)
        whole, edits = encode_header(header), b"".join(encode_changes(self._changes, 1.7e9 + 5))
        if rng.random() < 1 / 1500:
            vast = msgspec.structs.replace(header, base_bytes=1 << 40)
            whole, base_file = mutator.pick(
                lambda: (encode_header(vast), Hollow(base, 1 << 40)),
                lambda: (MAGIC + framed(b"\x91" * (1 << 20)), base),
                lambda: (MAGIC + b"\xff\xff\xff\x1f\0\0\0\0", base),
            )
            return {f"{self.FOLDER}/1.edits": whole, f"{self.FOLDER}/1.base": base_file}

        def spoilt_header() -> tuple[bytes, bytes]:
            return MAGIC + framed(self._packed(mutator, msgspec.msgpack.encode(header))), base

        def spoilt_edits() -> tuple[bytes, bytes]:
            frames = list(encode_changes(self._changes, 1.7e9 + 5))
            for _ in range(rng.choice((1, 1, 3))):
                at = rng.randrange(len(frames))
                frames[at] = framed(self._packed(mutator, frames[at][8:]))
            rng.shuffle(frames) if rng.random() < 0.2 else None
            return whole + b"".join(frames), base

        first, second = mutator.pick(
            lambda: (mutator.data(whole + edits), base),
            lambda: (whole + edits, mutator.data(base)),
            spoilt_header,
            spoilt_edits,
            spoilt_edits,
        )
        files = {f"{self.FOLDER}/1.edits": first + (edits if first == whole else b"")}
        if rng.random() < 0.95:
            files[f"{self.FOLDER}/1.base"] = second
        return files

    def _packed(self, mutator: Mutator, payload: bytes) -> bytes:
        """A record's payload, spoilt: its checksum will be right all the same."""
        if mutator.rng.random() < 0.3:
            return mutator.data(payload)
        if mutator.rng.random() < 0.02:
            # One part more than there are, nested without end.
            return bytes([(payload[0] + 1) % 256]) + payload[1:] + b"\x91" * 100_000
        try:
            return msgspec.msgpack.encode(mutator.tree(msgspec.msgpack.decode(payload)))
        except (OverflowError, ValueError, TypeError, RecursionError, msgspec.MsgspecError):
            return mutator.data(payload)

    def read(self, folder: Path, mutator: Mutator) -> str:
        """Look for what was left, have its text back and throw it away."""
        from charlm_core import DocumentError
        from tui.services.leftovers import discard, leftovers, recovered_text

        found = leftovers(folder / "journals")
        for leftover in found:
            with told(folder / "journals", DocumentError) as outcome:
                text = recovered_text(leftover)
                assert len(text) < 10_000_000
                # It can be told when that was.
                assert time.localtime(leftover.when)
                discard(leftover)
                assert not leftover.folder.exists()
            return f"{'whole' if leftover.whole else 'cut'} {outcome[0]}"
        return "nothing"


class Recents:
    """`recent.json`."""

    ours = True

    VALID: ClassVar = {"files": [{"path": f"/a/{name}", "place": [3, 4]} for name in "bcd"]}

    def __init__(self, folder: Path) -> None:
        self._plain = json.dumps(self.VALID).encode()

    def make(self, mutator: Mutator) -> Files:
        """The file."""
        if mutator.rng.random() < 1 / 1500:
            return {"recent.json": Hollow(self._plain, 1 << 40)}
        spoilt = mutator.pick(
            lambda: mutator.json(self.VALID),
            lambda: mutator.json(self.VALID),
            lambda: mutator.data(self._plain),
        )
        return {"recent.json": spoilt}

    def read(self, folder: Path, mutator: Mutator) -> str:
        """List them, and note another."""
        from tui.services.recent import RecentFiles

        recent = RecentFiles(folder / "recent.json")
        listed = recent.files
        assert len(listed) <= 50
        for notice in recent.notices:
            check_told(notice, folder / "recent.json")
        if mutator.rng.random() < 0.2:
            recent.note(Path("/x/y.txt"), (1, 2))
            recent.save()
            again = RecentFiles(folder / "recent.json")
            assert again.files[0].path == Path("/x/y.txt")
            assert again.notices == []
        return "refused" if recent.notices else "read"


READERS: dict[str, Callable[[Path], Reader]] = {
    "checkpoint": Checkpoints,
    "settings": Settings,
    "memory": Memories,
    "journal": Journals,
    "encoding": Encodings,
    "recent": Recents,
    "counts": Counts,
    "runs": Runs,
}
"""By name, made in a folder of its own."""
