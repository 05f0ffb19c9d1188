"""The model screen: what it lists, loading, comparing, importing and removing."""

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.screen import Screen
from textual.widgets import Input

from charlm_core import CheckpointError, Compared, Score, Standing, Suits, import_model, library
from charlm_core.checkpoint import CARD_FILE, CONFIG_FILE, write
from charlm_core.checkpoint import read as read_checkpoint
from charlm_core.learn.runs import Run
from charlm_core.weights import WEIGHTS_FILE
from tests.runs import course, make_run
from tests.support import make_checkpoint
from tests.tui.support import Bench, FakeModel, running
from tui.screens.comparing import ComparingScreen
from tui.screens.confirm import Confirm
from tui.screens.models import ModelsScreen
from tui.screens.naming import NamePrompt
from tui.screens.prompt import PathPrompt
from tui.services.comparison import CompareFailed, Comparison, read, written
from tui.services.models import date
from tui.text.comparison import rows, scope
from tui.widgets.comparison import table
from tui.widgets.model_facts import card_lines
from tui.widgets.model_list import ModelList, heading, row

NOON = 1_000_036_800
"""On 9 September 2001, wherever one is."""
EVIL = "[red]зло\x1b[2J🦊"
CARD = "# The card\n\n- a *point*\n\n| | |\n|---|---|\n| size | small\x1b |\n\n[red]x\x1b[2J](http://x)\n"


def checkpoint_at(path: Path, *, bits: float = 2.0, hidden: int = 12, card: str = CARD) -> Path:
    """A small model with random weights, which says of itself that it does so well."""
    from charlm_core.checkpoint import TextFacts, TrainingFacts

    stored = make_checkpoint(hidden=hidden)
    facts = TrainingFacts(
        corpora=(TextFacts(name="tale.txt", chars=12_345, bytes=12_345, sha256="0" * 64),),
        about="A tale.",
        validation_chars=1000,
        validation_bpc=bits,
        validation_nats=bits * 0.6931,
        validation_perplexity=2**bits,
        seconds=600,
        epochs=2.5,
        settings={"batch": 32},
        versions={"python": "3"},
    )
    write(path, replace(stored.config, training=facts), stored.tensors, card=card)
    os.utime(path / WEIGHTS_FILE, (NOON, NOON))
    return path


@pytest.fixture
def data(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder: a run `tale`, an imported `brought`, and a shipped `english`."""
    shipped = home / "product"
    monkeypatch.setattr(library, "shipped_directory", lambda: shipped)
    folder = home / "data" / "charlm-tui"
    checkpoint_at(shipped / "english", bits=1.7)
    checkpoint_at(folder / "runs" / "tale" / "best", bits=2.5)
    checkpoint_at(folder / "models" / "brought", bits=1.5)
    return folder


def all_told(app: App[None]) -> bool:
    """Whether nothing is being read that is to be shown."""
    return not any(work.is_running and work.group in {"look", "tell"} for work in app.workers)


class Hands:
    """The model screen, and hands to use it with."""

    def __init__(self, bench: Bench, loaded: list[str]) -> None:
        self.bench = bench
        self.loaded = loaded

    @property
    def screen(self) -> Screen[object]:
        """Whatever screen is on top."""
        return self.bench.app.screen

    @property
    def models(self) -> ModelList:
        """The list of models."""
        screens = self.bench.app.screen_stack
        return next(s for s in screens if isinstance(s, ModelsScreen)).query_one(ModelList)

    @property
    def names(self) -> list[str]:
        """The models listed, in order."""
        return [one.name for one in self.models._listed.values()]

    @property
    def chosen(self) -> str:
        """The one that the cursor is on."""
        return self.models.chosen.name if self.models.chosen else ""

    def shows(self, words: str) -> bool:
        """Whether the screen shows these words, wherever they are wrapped."""
        return self.bench.says(words)

    async def press(self, *keys: str) -> None:
        """Press keys by name."""
        await self.bench.pilot.press(*keys)
        await self.bench.pilot.pause()
        await self.wait(lambda: all_told(self.bench.app))

    async def choose(self, name: str) -> None:
        """Go to a model."""
        await self.press("home", *["down"] * self.names.index(name))
        assert self.chosen == name

    async def wait(self, until: Callable[[], bool]) -> None:
        """Wait for something to come true."""
        for _ in range(6000):
            if until():
                await self.bench.pilot.pause()
                return
            await asyncio.sleep(0.01)
        raise AssertionError("\n".join(self.bench.screen_text()))

    async def see(self, words: str) -> None:
        """Wait for words on the screen."""
        await self.wait(lambda: self.shows(words))

    async def hear(self, words: str) -> None:
        """Wait for a notice that says so."""
        await self.wait(
            lambda: any(words in notice.message for notice in self.bench.app._notifications)
        )

    async def type_into(self, text: str) -> None:
        """Type into the line that asks."""
        self.screen.query_one(Input).value = text
        await self.press("enter")


@asynccontextmanager
async def models(
    size: tuple[int, int] = (80, 24),
    *,
    text: str | None = "The quick ",
    in_use: Path | None = None,
) -> AsyncIterator[Hands]:
    """An application with the model screen on top; one that is loaded gives the ghost `NAME`."""
    loaded: list[str] = []

    def load_model(name: str) -> FakeModel:
        loaded.append(name)
        path = Path(name)
        if not loaded[1:]:
            model = FakeModel()
            model.path = in_use or library.shipped_directory() / "english"
            return model
        if "tale" in name:
            raise CheckpointError(f"{name}: it burnt")
        return FakeModel(f"The quick {path.name}", name=path.name)

    async with running(text=text, size=size, load_model=load_model) as bench:
        hands = Hands(bench, loaded)
        await bench.pilot.press("f3")
        await hands.wait(lambda: isinstance(hands.screen, ModelsScreen) and bool(hands.names))
        await hands.wait(lambda: hands.models._used is not None)
        await hands.wait(lambda: all_told(bench.app))
        yield hands


def test_the_first_paint_does_not_wait_for_it() -> None:
    """The editor starts without the model screen and what it needs."""
    parts = ["tui.screens.models", "tui.services.models", "tui.widgets.model_list", "numpy"]
    code = f"import sys, tui.app; print([name for name in {parts} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


async def test_what_it_lists(data: Path) -> None:
    """Each with its network, size, figures, date and origin; a sign on the one in use, where the
    cursor begins, and all that is told of that one."""
    async with models((80, 50)) as it:
        assert it.names == ["brought", "english", "tale"]
        assert it.chosen == "english"
        lines = it.bench.screen_text()
        fields = "lstm 1×12 {weights} 1.700 3.25 2001-09-09 shipped"
        line = next(line for line in lines if "english" in line)
        assert line.split()[1:4] == ["▶", "english", "lstm"]
        assert fields.split()[-4:] == line.split()[-5:-1]
        assert next(line for line in lines if "tale" in line).split()[-2] == "run"
        for words in (
            "english came with charlm-tui, in use",
            "embedding 8",
            "1.700 bits/char, 1.178 nats, perplexity 3.249, over 1,000 characters",
            "tale.txt (12,345 characters)",
            "A tale.",
            "10 min, 2.50 epochs",
            "batch 32",
            "Model card",
        ):
            assert it.shows(words)


async def test_what_is_told_scrolls(data: Path) -> None:
    """With Shift and the arrows, the list having the others; another model's begins at its top."""
    async with models() as it:
        assert not it.shows("The card")
        await it.press("shift+down", "shift+down")
        await it.see("The card")
        await it.press("shift+up", "shift+up")
        await it.see("english came with charlm-tui")
        await it.press("shift+down", "shift+down", "down")
        await it.see("tale trained here")


async def test_enter_loads_and_the_document_keeps_its_place(data: Path) -> None:
    """The status line names the other model, the ghost is its own; text, cursor and what can be
    undone are as they were."""
    async with models(text="") as it:
        await it.press("escape")
        await it.bench.type("one\nThe quick ")
        await it.press("f3")
        await it.wait(lambda: isinstance(it.screen, ModelsScreen) and bool(it.names))
        await it.choose("brought")
        await it.press("enter")
        await it.wait(lambda: it.bench.facts.model == "brought")
        await it.bench.settle()
        editor = it.bench.editor
        assert it.loaded[-1] == str(data / "models" / "brought")
        assert (editor.text, editor.cursor_location) == ("one\nThe quick ", (1, 10))
        assert it.shows("The quick brought")
        await it.press("ctrl+z")
        assert editor.text != "one\nThe quick "


async def test_what_cannot_be_loaded_leaves_the_one_there_is(data: Path) -> None:
    """It is told why; the ghost stays."""
    async with models() as it:
        await it.choose("tale")
        await it.press("enter")
        await it.hear("it burnt")
        await it.wait(lambda: it.bench.facts.model == "fake")
        await it.press("ctrl+end")
        await it.bench.type("b")
        assert it.shows("The quick brown fox")


async def test_a_damaged_one_is_listed_with_its_fault(data: Path) -> None:
    """Loading it says what is wrong and closes nothing; comparing does so too."""
    (data / "models" / "brought" / WEIGHTS_FILE).write_bytes(b"")
    (data / "runs" / "tale" / "best" / CONFIG_FILE).write_text("{")
    async with models() as it:
        assert it.names == ["brought", "english", "tale"]
        line = next(line for line in it.bench.screen_text() if "brought" in line)
        assert line.split()[1:5] == ["!", "brought", "damaged:", "truncated"]
        for key in ("enter", "c"):
            await it.choose("brought")
            await it.press(key)
            await it.hear("model.safetensors: truncated")
            assert isinstance(it.screen, ModelsScreen)
        await it.choose("tale")
        it.bench.app.clear_notifications()
        await it.see(f"damaged {CONFIG_FILE}: ")
        await it.press("space")
        assert it.models.marked == []


async def test_sorting(data: Path) -> None:
    """By name, or by bits with the best first, those that can't be used last; the cursor stays."""
    (data / "runs" / "tale" / "best" / CONFIG_FILE).write_text("{")
    checkpoint_at(data / "models" / "Aardvark", bits=2.2)
    checkpoint_at(data / "models" / "untold", bits=0.0)
    async with models() as it:
        assert it.names == ["Aardvark", "brought", "english", "tale", "untold"]
        await it.press("s")
        assert it.names == ["brought", "english", "Aardvark", "untold", "tale"]
        assert it.chosen == "english"
        assert it.shows("▾ bits")
        await it.press("s")
        assert it.names[0] == "Aardvark"
        assert it.shows("name ▾")


async def test_importing_what_suits_texts(data: Path, tmp_path: Path) -> None:
    """It is chosen before those that were shipped, which nobody should find out by chance."""
    source = checkpoint_at(tmp_path / "zeal")
    made = read_checkpoint(source)
    suits = Suits(files=("*.zl", *("x" * 50,) * 9), scripts=("Greek",))
    write(source, replace(made.config, suits=suits), made.tensors, card="")
    async with models() as it:
        await it.press("i")
        await it.wait(lambda: isinstance(it.screen, PathPrompt))
        await it.type_into(str(source))
        await it.wait(lambda: it.chosen == "zeal")
        told = [notice.message for notice in it.bench.app._notifications]
    said = "zeal is imported; from now on it is chosen for *.zl, xxx"
    assert told[-1].startswith(said)
    assert told[-1].endswith("x…")
    assert len(told[-1]) < len(said) + 120


async def test_importing(data: Path, tmp_path: Path) -> None:
    """i asks for a folder, copies it and goes to it; a folder that holds none is told of."""
    source = checkpoint_at(tmp_path / "from afar")
    async with models() as it:
        await it.press("i")
        await it.wait(lambda: isinstance(it.screen, PathPrompt))
        await it.type_into(str(tmp_path))
        assert it.shows("holds no config.json")
        await it.type_into(str(source))
        await it.wait(lambda: it.chosen == "from afar")
        assert it.shows("from afar is imported")
        assert not it.shows("it is chosen for")
        assert (data / "models" / "from afar" / WEIGHTS_FILE).exists()
        await it.press("enter")
        await it.wait(lambda: it.bench.facts.model == "from afar")


async def test_importing_under_another_name(data: Path, tmp_path: Path) -> None:
    """A name that is taken is asked for anew, until one is free; Esc leaves all as it is."""
    source = checkpoint_at(tmp_path / "english")
    async with models() as it:
        for answer in ("", "mine"):
            await it.press("i")
            await it.wait(lambda: isinstance(it.screen, PathPrompt))
            await it.type_into(str(source))
            await it.wait(lambda: isinstance(it.screen, NamePrompt))
            await it.type_into("brought")
            assert it.shows("there is a model called brought already")
            await it.type_into("a/b")
            assert it.shows("a name holds no slashes")
            if answer:
                await it.type_into(answer)
                await it.wait(lambda: it.chosen == "mine")
            else:
                await it.press("escape")
                assert isinstance(it.screen, ModelsScreen)
                assert sorted(one.name for one in (data / "models").glob("[!.]*")) == ["brought"]


async def test_one_thing_at_a_time(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a slow disk copies, i asks for nothing, and the end of the copying is told."""
    source = checkpoint_at(tmp_path / "from afar")
    going, real = threading.Event(), import_model

    def slowly(*arguments: Any) -> Path:
        going.wait(60)
        return real(*arguments)

    monkeypatch.setattr("tui.screens.models.import_model", slowly)
    async with models() as it:
        await it.press("i")
        await it.wait(lambda: isinstance(it.screen, PathPrompt))
        await it.type_into(str(source))
        await it.wait(lambda: isinstance(it.screen, ModelsScreen))
        await it.press("i")
        await it.hear("what was begun before is not done yet")
        assert isinstance(it.screen, ModelsScreen)
        going.set()
        await it.wait(lambda: it.chosen == "from afar")
        await it.press("i")
        await it.wait(lambda: isinstance(it.screen, PathPrompt))


async def test_what_is_damaged_inside_is_not_imported(data: Path, tmp_path: Path) -> None:
    """The weights are read as a whole; the fault is told in a line, and nothing is listed."""
    source = checkpoint_at(tmp_path / "bad")
    raw = bytearray((source / WEIGHTS_FILE).read_bytes())
    raw[-2:] = b"\xff\x7f"
    (source / WEIGHTS_FILE).write_bytes(raw)
    async with models() as it:
        await it.press("i")
        await it.wait(lambda: isinstance(it.screen, PathPrompt))
        await it.type_into(str(source))
        await it.hear("holds a value that is not finite")
        assert it.names == ["brought", "english", "tale"]


async def test_removing(data: Path) -> None:
    """d asks, naming what is lost; Enter without a thought keeps it; D deletes it."""
    async with models() as it:
        await it.choose("brought")
        await it.press("d")
        await it.wait(lambda: isinstance(it.screen, Confirm))
        assert it.shows("Remove the imported model brought, its weights and its card?")
        await it.press("enter")
        assert (data / "models" / "brought").exists()
        await it.press("d", "d")
        await it.wait(lambda: it.names == ["english", "tale"])
        assert not (data / "models" / "brought").exists()
        await it.choose("tale")
        await it.press("delete")
        await it.wait(lambda: isinstance(it.screen, Confirm))
        assert it.shows("Delete the run tale, its weights, figures and log?")
        await it.press("d")
        await it.wait(lambda: it.names == ["english"])
        assert not (data / "runs" / "tale").exists()


async def test_what_can_not_be_removed(data: Path) -> None:
    """What came with the product, what is in use, and a run that is being trained: a line each."""
    shutil.rmtree(data / "runs" / "tale")
    run: Run = make_run(data / "runs" / "tale", course([2.0]))
    checkpoint_at(run.best)
    async with models(in_use=data / "models" / "brought") as it:
        await it.choose("english")
        await it.press("d")
        await it.hear("english came with charlm-tui and can't be removed")
        await it.choose("brought")
        await it.press("d")
        await it.hear("brought is in use: load another first")
        with run.held():
            await it.choose("tale")
            await it.press("d", "d")
            await it.hear("a process is training this run")
        assert it.names == ["brought", "english", "tale"]


async def test_one_that_is_gone_by_then(data: Path) -> None:
    """Somebody else removed it: it is not listed any more, and nothing breaks."""
    async with models() as it:
        await it.choose("brought")
        await it.press("d")
        shutil.rmtree(data / "models" / "brought")
        await it.press("d")
        await it.wait(lambda: it.names == ["english", "tale"])


# Comparing.


async def test_comparing(data: Path) -> None:
    """c on one, c on another: a process of its own measures both, and figures come one by one.

    They are of the open document.
    """
    async with models(text="it was the best of times.\n" * 40) as it:
        await it.choose("brought")
        await it.press("c")
        assert it.shows("choose another one, and press c again")
        await it.choose("tale")
        await it.press("c")
        await it.wait(lambda: isinstance(it.screen, ComparingScreen))
        assert it.shows("untitled, 1,040 characters")
        await it.see("Esc goes back")
        assert it.shows("bits over all 1,040 characters; keys over all 1,040 characters")
        lines = it.bench.screen_text()
        start = next(index for index, line in enumerate(lines) if "bits a character" in line)
        assert "brought" in lines[start - 1].split()
        assert "tale" in lines[start - 1].split()
        for line in lines[start : start + 8]:
            assert "–" not in line
        await it.press("escape")
        assert isinstance(it.screen, ModelsScreen)
        assert [one.name for one in it.models.marked] == ["brought", "tale"]


async def test_marking_two_to_compare(data: Path) -> None:
    """With Space; a third mark takes the first one's place, and c compares what is marked."""
    async with models() as it:
        for name in ("brought", "english", "tale"):
            await it.choose(name)
            await it.press("space")
        assert [one.name for one in it.models.marked] == ["english", "tale"]
        await it.choose("brought")
        await it.press("c")
        await it.wait(lambda: isinstance(it.screen, ComparingScreen))
        assert it.shows("english tale")
        await it.press("escape")
        await it.choose("tale")
        await it.press("space")
        assert [one.name for one in it.models.marked] == ["english"]


async def test_nothing_to_compare_on(data: Path) -> None:
    """With an empty document it says so."""
    async with models(text="") as it:
        await it.press("c", "down", "c")
        assert isinstance(it.screen, ModelsScreen)
        assert it.shows("the document is empty")


SLOW = (
    "import sys, time, os\nprint(os.getpid(), file=open(sys.argv[1], 'w'), flush=True)\n"
    "sys.stdin.read()\nprint(sys.argv[2], flush=True)\ntime.sleep(600)"
)


def standing(**figures: object) -> Compared:
    """Two models, the first of which stands so."""
    first = Standing(**figures)  # type: ignore[arg-type]
    return Compared(standings=(first, Standing()), bits_chars=10, typed_chars=10, progress=0.25)


async def test_esc_ends_the_process(data: Path, tmp_path: Path) -> None:
    """What is known by then shows at once, the rest as a dash; nothing runs on."""
    line = written(standing(static=Score(6.931, 10)))
    command = (sys.executable, "-c", SLOW, str(tmp_path / "pid"), line)
    async with models() as it:
        screen = ComparingScreen(
            [("one", tmp_path), ("other", tmp_path)],
            "text",
            "0123456789",
            lambda paths, text, deliver: Comparison(paths, text, deliver, command=command),
        )
        it.bench.app.push_screen(screen)
        await it.see("1.000")
        assert it.shows("25%")
        assert it.shows("Esc stops")
        process = screen._comparison._process
        assert process is not None
        assert process.poll() is None
        assert process.pid == int((tmp_path / "pid").read_text())
        await it.press("escape")
        assert isinstance(it.screen, ModelsScreen)
        await it.wait(lambda: process.poll() is not None)


async def test_ctrl_q_leaves_the_program_from_the_table(data: Path) -> None:
    """A comparison may last minutes: nobody has to close it first."""
    async with models() as it:
        await it.choose("brought")
        await it.press("c")
        await it.choose("english")
        await it.press("c")
        await it.wait(lambda: isinstance(it.screen, ComparingScreen))
        await it.press("ctrl+q")
        await it.wait(lambda: not it.bench.app.is_running or isinstance(it.screen, Confirm))


async def test_leaving_the_program_ends_the_process(data: Path, tmp_path: Path) -> None:
    """Also where the application ends while the table shows."""
    command = (sys.executable, "-c", SLOW, str(tmp_path / "pid"), written(standing()))
    async with models() as it:
        screen = ComparingScreen(
            [("one", tmp_path)],
            "text",
            "x",
            lambda paths, text, deliver: Comparison(paths, text, deliver, command=command),
        )
        it.bench.app.push_screen(screen)
        await it.see("25%")
    process = screen._comparison._process
    assert process is not None
    assert process.wait(10) != 0


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; sys.exit('charlm-tui: it burnt\\x1b[2J')", "it burnt␛[2J"),
        ("print('no figures')", "Expecting value"),
        ("print('{}')", "not a comparison"),
        ("pass", "the comparison was ended"),
        ("import os; os.kill(os.getpid(), 9)", "the comparison was ended"),
    ],
)
def test_a_comparison_that_fails(code: str, words: str) -> None:
    """It is told in a line, whatever went wrong over there."""
    told: list[Compared | CompareFailed] = []
    ended = threading.Event()

    def deliver(found: Compared | CompareFailed) -> None:
        told.append(found)
        ended.set()

    # More than a pipe holds: who reads none of it is no reason to wait.
    text = "x" * 300_000
    comparison = Comparison([], text, deliver, command=(sys.executable, "-c", code))
    comparison.open()
    assert ended.wait(60)
    comparison.close()
    (failed,) = told
    assert isinstance(failed, CompareFailed)
    assert words in failed.reason
    assert "\x1b" not in failed.reason


def test_a_program_that_is_not_there() -> None:
    """As where Python itself went away."""
    told: list[Compared | CompareFailed] = []
    comparison = Comparison([], "x", told.append, command=("/nowhere/python",))
    comparison._run()
    assert told == [CompareFailed(reason="No such file or directory")]


async def test_a_failing_comparison_shows_why(data: Path) -> None:
    """A model that went away meanwhile: its fault, below the table."""
    async with models(text="it was") as it:
        screen = ComparingScreen(
            [("one", data / "nowhere"), ("other", data / "nowhere")], "text", "it was"
        )
        it.bench.app.push_screen(screen)
        await it.see("no such checkpoint")
        assert it.shows("Esc goes back")


def test_figures_survive_the_way() -> None:
    """Whatever they are, not numbers included."""
    found = standing(static=Score(float("inf"), 3), ghost_p50_ms=1.5, keys=7)
    assert read(written(found)) == found
    odd = read(written(standing(adaptive=Score(float("nan"), 3))))
    assert odd.standings[0].adaptive.nats != odd.standings[0].adaptive.nats


def test_the_better_figure_is_signed() -> None:
    """Fewer bits, more keys saved, less time; nothing where both read alike or one is not known."""
    one = Standing(
        static=Score(10, 10),
        adaptive=Score(9, 10),
        chars=100,
        keys=70,
        ghosts_shown=10,
        ghosts_wrong=5,
        static_us=50,
        adaptive_us=100,
        ghost_p50_ms=1,
        ghost_p99_ms=2,
    )
    other = Standing(static=Score(11, 10), chars=100, keys=60, ghosts_shown=10, ghosts_wrong=5)
    found = Compared(standings=(one, other), bits_chars=10, typed_chars=100, progress=0.5)
    best = {each.label.strip(): (each.cells, each.best) for each in rows(found)}
    assert best["bits a character"] == (("1.443", "1.587"), 0)
    assert best["learning on the way"] == (("1.298", "–"), -1)
    assert best["keys saved"] == (("30.0%", "40.0%"), 1)
    assert best["wrong ghosts"] == (("50%", "50%"), -1)
    assert best["a character, scored"] == (("50 µs", "0 µs"), 1)
    drawn = table(["a", "b"], "text", 10, found, 66).plain
    assert "1.443 ✓" in drawn
    assert "40.0% ✓" in drawn
    assert drawn.count("✓") == 5
    assert scope(found, 1234) == (
        "bits over the last 10 of 1,234 characters; keys over the last 100 of 1,234 characters"
    )


# Whoever wrote it, however large the screen.


@pytest.mark.parametrize("size", [(20, 8), (40, 12), (80, 24), (200, 60)])
async def test_any_size(data: Path, size: tuple[int, int]) -> None:
    """Each model's name shows, and can be loaded."""
    async with models(size) as it:
        for name in ("brought", "english", "tale"):
            assert any(name in line for line in it.bench.screen_text())
        await it.choose("brought")
        await it.press("enter")
        await it.wait(lambda: it.bench.facts.model == "brought")


async def test_another_size_while_it_shows(data: Path) -> None:
    """The columns follow the width; the cursor stays."""
    async with models((200, 60)) as it:
        await it.choose("tale")
        await it.bench.pilot.resize_terminal(60, 20)
        await it.wait(lambda: "ppl" not in "".join(it.bench.screen_text()))
        assert it.chosen == "tale"
        assert max(len(line) for line in it.bench.screen_text()) <= 60


async def test_hostile_names_and_cards(data: Path) -> None:
    """Nothing in them reaches the terminal as it is, nor is it taken for markup."""
    path = checkpoint_at(data / "models" / EVIL, card=CARD * 2000)
    (path / CARD_FILE).write_bytes(b"\xff\x1b]8;;http://x\x07" + CARD.encode() * 2000)
    async with models((200, 60)) as it:
        await it.choose(EVIL)
        await it.see("The card")
        shown = "".join(it.bench.screen_text())
        assert "\x1b" not in shown
        assert "[red]зло␛[2J🦊" in shown
        assert "• a *point*" in shown
        assert "size  small␛" in shown
        assert "[red]x␛[2J](http://x)" in shown
        await it.press("enter")
        await it.wait(lambda: it.bench.facts.model == EVIL)


def test_a_card_in_plain_lines() -> None:
    """Headings without their signs, lists with dots, tables as columns, the rest as it is."""
    card = "# A *b*\ntext\n\n* one\n  - two\n\n| | |\n|:--|--:|\n| a | b `|` |\n|\n"
    assert [line.plain for line in card_lines(card)][2:] == [
        "A *b*",
        "text",
        "",
        "• one",
        "  • two",
        "",
        "a  b `  `",
        "|",
    ]
    assert len(card_lines("x\n" * 100_000)) < 1100


def test_a_row_in_little_room() -> None:
    """Columns give way to the name, and a name too long is cut; the heading stands above them."""
    from charlm_core import DamagedModel

    long = DamagedModel(name="日本語" * 20, path=Path("x"), origin="run", fault="x: y")
    for width in range(20, 100):
        assert row(long, width, "").cell_length == heading(width, "bits").cell_length == width


def test_any_date() -> None:
    """What a file claims may be no date at all."""
    assert date(0.0).startswith("19")
    assert date(1e300) == date(float("nan")) == "?"


async def test_with_the_mouse(data: Path) -> None:
    """A click chooses a model and loads none; a click on its hint does."""
    async with models() as it:
        line = next(i for i, line in enumerate(it.bench.screen_text()) if "brought" in line)
        await it.bench.pilot.click(offset=(10, line))
        await it.bench.pilot.pause()
        assert isinstance(it.screen, ModelsScreen)
        assert it.chosen == "brought"
        await it.bench.pilot.click(offset=(3, 23))
        await it.wait(lambda: it.bench.facts.model == "brought")


async def test_help_and_the_ways_out(data: Path) -> None:
    """F1 names each key; Esc and F3 lead back, Ctrl-Q out of the program."""
    async with models() as it:
        await it.press("f1")
        for words in (
            "Use the model in the editor",
            "Mark a model, to compare it with another",
            "Compare two models on the open document",
            "Import a model from a folder",
            "Remove an imported model, or a run",
            "Sort by name or by bits a character",
        ):
            assert it.shows(words)
        await it.press("escape")
        for key in ("escape", "f3"):
            await it.press(key)
            assert it.screen is it.bench.screen
            await it.press("f3")
            await it.wait(lambda: isinstance(it.screen, ModelsScreen))
        assert len(it.loaded) == 1
        await it.press("ctrl+q")
        await it.wait(lambda: not it.bench.app.is_running or it.shows("Don't save"))


async def test_without_a_model(data: Path) -> None:
    """Where none could be loaded the screen still lists what there is, and one can be loaded."""
    calls: list[str] = []

    def load_model(name: str) -> FakeModel:
        calls.append(name)
        if len(calls) == 1:
            raise CheckpointError("fake: no such checkpoint")
        return FakeModel(name="brought")

    async with running(load_model=load_model) as bench:
        hands = Hands(bench, calls)
        await bench.press("f3")
        await hands.wait(lambda: isinstance(hands.screen, ModelsScreen) and bool(hands.names))
        await hands.choose("brought")
        await hands.press("enter")
        await hands.wait(lambda: bench.facts.model == "brought")
