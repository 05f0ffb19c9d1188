"""The form for a new run, as a person fills it in: by keyboard, by mouse, on a small screen."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from charlm_core import SIZES, Cell, ConfigError, Speed
from tui.screens.new_run import NewRun
from tui.services.beginnings import Beginning
from tui.services.plan import Plan
from tui.services.speeds import Measure
from tui.widgets.corpus_tree import CorpusTree
from tui.widgets.folder_line import FolderLine
from tui.widgets.sizes import Sizes

PATIENCE = 60.0
TEXT = "It was the best of times, it was the worst of times.\n"

UNANSWERED = Plan(name="nobody answered", corpora=())


class FakeMeasuring:
    """Knows what each size costs: a thousand characters a second."""

    def __init__(self, cell: Cell, sizes: Sequence[str] = tuple(SIZES)) -> None:
        self.cell = cell
        self.stopped = threading.Event()
        self._sizes = sizes

    def __iter__(self) -> Iterator[Speed]:
        for size in self._sizes:
            yield Speed(
                size=size,
                cell=self.cell,
                parameters=SIZES[size].hidden,
                memory_bytes=1_230_000,
                chars_per_second=1000.0,
            )
        if len(self._sizes) < len(SIZES):
            self.stopped.wait(PATIENCE)

    def stop(self) -> None:
        """Remember it."""
        self.stopped.set()


class Asker(App[None], inherit_bindings=False):
    """Asks for a plan, once."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, form: NewRun) -> None:
        super().__init__()
        self.form = form
        self.answer: Plan | None = UNANSWERED

    def on_mount(self) -> None:
        """Ask."""
        self.run_worker(self._ask())

    async def _ask(self) -> None:
        self.answer = await self.push_screen_wait(self.form)


@dataclass
class Hands:
    """What a person sees of the form, and does with it."""

    app: Asker
    pilot: Pilot[None]
    measured: list[FakeMeasuring] = field(default_factory=list)

    @property
    def tree(self) -> CorpusTree:
        """The file tree."""
        return self.app.form.query_one(CorpusTree)

    def lines(self) -> list[str]:
        """What is on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips]

    def line(self, words: str) -> str:
        """The line of the screen that holds these words; empty where none does."""
        return next((line for line in self.lines() if words in line), "")

    async def press(self, *keys: str) -> None:
        """Press keys by name."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def see(self, words: str) -> None:
        """Wait until the screen shows these words."""
        await self.until(lambda: bool(self.line(words)))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something."""
        for _ in range(15_000):
            if condition():
                return
            await asyncio.sleep(0.004)
            await self.pilot.pause()
        raise AssertionError("\n".join(self.lines()))

    async def enter(self, where: str, text: str) -> None:
        """Replace what a field holds, by typing."""
        self.app.form.query_one(where, Input).focus()
        await self.press("end", "ctrl+u")
        await self.pilot.press(*({"/": "slash", " ": "space"}.get(c, c) for c in text))
        await self.pilot.pause()


@asynccontextmanager
async def filling(
    plan: Plan,
    *,
    taken: Sequence[str] = (),
    beginnings: Sequence[Beginning] = (),
    measure: Measure | None = None,
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[Hands]:
    """The form, with a machine that trains a thousand characters a second."""
    measured: list[FakeMeasuring] = []

    def fake(cell: Cell) -> FakeMeasuring:
        measured.append(FakeMeasuring(cell))
        return measured[-1]

    app = Asker(NewRun(plan, taken=taken, beginnings=beginnings, measure=measure or fake))
    async with app.run_test(size=size) as pilot:
        yield Hands(app, pilot, measured)


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """A folder with two books, a picture and a folder of letters."""
    folder = tmp_path / "books"
    (folder / "letters").mkdir(parents=True)
    for index in range(3):
        (folder / "letters" / f"{index}.txt").write_text(TEXT * 10)
    (folder / "alice.txt").write_text(TEXT * 1000)
    (folder / "война.txt").write_text("Все счастливые семьи похожи. " * 100)
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\0\0" * 100)
    return folder


def planned(*corpora: Path, name: str = "alice", minutes: float = 10.0) -> Plan:
    """A plan to begin with."""
    return Plan(name=name, corpora=corpora, minutes=minutes)


async def test_enter_starts(books: Path) -> None:
    """The form needs no answer but Enter, at once."""
    plan = planned(books / "alice.txt")
    async with filling(plan) as hands:
        await hands.press("enter")
        await hands.until(lambda: hands.app.answer == plan)


async def test_enter_twice_starts_once(books: Path) -> None:
    """The second Enter of an impatient person does no harm."""
    async with filling(planned(books)) as hands:
        await hands.press("enter", "enter")
        await hands.until(lambda: hands.app.answer == planned(books))


async def test_escape_answers_nothing(books: Path) -> None:
    """And nothing goes on behind."""
    async with filling(planned(books)) as hands:
        await hands.until(lambda: bool(hands.measured))
        await hands.press("escape")
        await hands.until(lambda: hands.app.answer is None)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_all_is_told(books: Path, size: tuple[int, int]) -> None:
    """What there is to read, what the sizes cost, what the budget comes to, on any screen."""
    async with filling(planned(books / "alice.txt"), size=size) as hands:
        await hands.see("about 11 epochs")
        await hands.see("binary")
        assert "1 file   53.0 kB   53,000 characters" in hands.line("1 file")
        assert "● medium" in hands.line("medium")
        for word in ("512", "1.23 MB", "1.00k", "53 s"):
            assert word in hands.line("medium")
        for name, figure in (("alice.txt", "53,000"), ("война.txt", "2,900"), ("photo", "binary")):
            assert f" {figure} " in hands.line(name)
        for word in ("letters/", "Name", "Cell", "Budget", "Start", "Esc back"):
            assert hands.line(word)


async def test_a_text_is_chosen_with_space(books: Path) -> None:
    """Ticking a file names the model after it; a folder stands for all in it."""
    async with filling(planned(name="model")) as hands:
        await hands.until(lambda: hands.app.focused is hands.tree)
        hands.tree.go_to(books)
        await hands.see("letters/")
        await hands.press("down", "space")
        await hands.see("3 files")
        assert hands.app.form.query_one("#name", Input).value == "letters"
        await hands.press("space", "down", "enter")
        await hands.see("53,000 characters")
        await hands.press("ctrl+s")
        await hands.until(
            lambda: hands.app.answer == planned(books / "alice.txt"),
        )


async def test_a_name_that_was_typed_stays(books: Path) -> None:
    """However the choice of texts changes."""
    async with filling(planned(books / "alice.txt")) as hands:
        await hands.enter("#name", "mine")
        hands.tree.focus()
        await hands.see("letters/")
        await hands.press("home", "down", "space")
        assert hands.app.form.query_one("#name", Input).value == "mine"


async def test_one_file_of_a_chosen_folder_is_left_out(books: Path) -> None:
    """Unticking it ticks the others instead; what is no text is not learned from."""
    async with filling(planned(books, name="books")) as hands:
        await hands.see("война.txt")
        hands.tree.focus()
        await hands.press("home", "down", "down", "space")
        await hands.see("photo.jpg: binary, left out")
        await hands.press("ctrl+s")
        await hands.until(
            lambda: (
                hands.app.answer == planned(books / "letters", books / "война.txt", name="books")
            )
        )


async def test_folders_open_and_close(books: Path) -> None:
    """With the arrows or Enter; Backspace goes up a folder, wherever that leads."""
    async with filling(planned(books)) as hands:
        hands.tree.focus()
        await hands.see("letters/")
        await hands.press("down", "right")
        await hands.see("0.txt")
        await hands.press("right", "right", "left", "left")
        assert not hands.line("0.txt")
        await hands.press("enter")
        await hands.see("0.txt")
        await hands.press("backspace")
        await hands.see("▸ ▣ books/")
        assert f"{books.parent.name}/ " in hands.lines()[1]
        await hands.press(*["backspace"] * 40)
        await hands.until(lambda: hands.tree.root == Path("/"))


async def test_hidden_files_are_shown_on_demand(books: Path) -> None:
    """With a dot, as their names begin."""
    (books / ".secret").write_text(TEXT)
    async with filling(planned(books)) as hands:
        hands.tree.focus()
        await hands.see("alice.txt")
        assert not hands.line(".secret")
        await hands.press("full_stop")
        await hands.see(".secret")
        await hands.press("full_stop")
        await hands.see("alice.txt")
        assert not hands.line(".secret")


async def test_a_path_can_be_typed(books: Path) -> None:
    """Tab completes it; a file that is typed is chosen."""
    async with filling(planned(name="model")) as hands:
        line = hands.app.form.query_one(FolderLine)
        await hands.enter("FolderLine", f"{books}/al")
        await hands.press("tab")
        assert line.value == str(books / "alice.txt")
        await hands.press("enter")
        await hands.see("53,000 characters")
        assert hands.app.focused is hands.tree
        assert line.value == f"{books}/"


async def test_a_path_from_the_root_takes_the_place_of_another(books: Path) -> None:
    """Nobody has to delete what stands there."""
    async with filling(planned(books)) as hands:
        line = hands.app.form.query_one(FolderLine)
        line.focus()
        await hands.press("slash", "t", "m")
        assert line.value == "/tm"
        await hands.press("tab", "slash", "~")
        assert line.value == "~"


async def test_a_path_that_leads_nowhere_is_told(books: Path) -> None:
    """And one can try another."""
    async with filling(planned(books)) as hands:
        await hands.enter("FolderLine", "/no/such")
        await hands.press("enter")
        await hands.see("/no/such: no such file or folder")
        assert isinstance(hands.app.focused, FolderLine)


async def test_the_arrows_choose(books: Path) -> None:
    """Cell, size and unit, like radio buttons; the estimate follows."""
    async with filling(planned(books / "alice.txt")) as hands:
        await hands.see("about 11 epochs")
        for where, keys in (
            ("#cell", ["right", "right"]),
            ("Sizes", ["down"]),
            ("#unit", ["left"]),
        ):
            hands.app.form.query_one(where).focus()
            await hands.press(*keys)
        assert "● rnn" in hands.line("Cell")
        assert "● large" in hands.line("large")
        await hands.see("about 9 min")
        await hands.press("enter")
        await hands.until(
            lambda: (
                hands.app.answer
                == Plan(
                    name="alice",
                    corpora=(books / "alice.txt",),
                    cell="rnn",
                    size="large",
                    epochs=10.0,
                )
            )
        )


MODELS = (
    Beginning(name="english", path="/m/english", cell="lstm", size="large", parameters=2_000_000),
    Beginning(name="odd", path="/m/odd", cell="gru", size="", parameters=99_000),
    Beginning(
        name="a\x1b[31m very long name", path="/m/long", cell="rnn", size="tiny", parameters=9
    ),
)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_a_model_to_begin_with(books: Path, size: tuple[int, int]) -> None:
    """Its cell and size are no choice; back at scratch both are as they were."""
    async with filling(planned(books / "alice.txt"), beginnings=MODELS, size=size) as hands:
        assert "● scratch   ○ english   ○ odd   ○ a␛[31m very…" in hands.line("From")
        hands.app.form.query_one("#from").focus()
        await hands.press("right")
        assert "● english" in hands.line("From")
        assert "● lstm" in hands.line("Cell")
        assert "● large" in hands.line("large")
        assert hands.app.form.query_one(Sizes).disabled
        await hands.see("about 11 epochs")
        await hands.press("right")
        assert "● gru" in hands.line("Cell")
        assert not any("● " + name in line for name in SIZES for line in hands.lines())
        await hands.press("right")
        assert "● rnn" in hands.line("Cell")
        assert [measuring.cell for measuring in hands.measured] == ["lstm", "gru", "rnn"]
        await hands.press("right")
        assert "● lstm" in hands.line("Cell")
        assert "● medium" in hands.line("medium")
        assert not hands.app.form.query_one(Sizes).disabled
        await hands.press("right", "enter")
        await hands.until(
            lambda: (
                hands.app.answer
                == Plan(
                    name="alice",
                    corpora=(books / "alice.txt",),
                    minutes=10.0,
                    size="large",
                    begin_with="/m/english",
                )
            )
        )


async def test_a_model_that_is_proposed(books: Path) -> None:
    """The form opens with it; Tab passes over what is no choice."""
    plan = replace(planned(books / "alice.txt"), begin_with="/m/odd")
    async with filling(plan, beginnings=MODELS) as hands:
        assert "● odd" in hands.line("From")
        hands.app.form.query_one("#name").focus()
        walk = ["#from", "#amount", "#unit", "#start"]
        for where in walk:
            await hands.press("tab")
            assert hands.app.focused is hands.app.form.query_one(where)
        await hands.press("enter")
        await hands.until(lambda: hands.app.answer == replace(plan, cell="gru", size=""))


async def test_without_models_there_is_nothing_to_choose(books: Path) -> None:
    """The line is not there."""
    async with filling(planned(books)) as hands:
        assert not hands.line("scratch")


async def test_tab_walks_all_fields(books: Path) -> None:
    """Forwards and backwards, and the last line tells what each one's keys are."""
    async with filling(planned(books)) as hands:
        walk = ["FolderLine", "CorpusTree", "#name", "#cell", "Sizes", "#amount", "#unit", "#start"]
        hints = set()
        for where in walk:
            await hands.press("tab")
            assert hands.app.focused is hands.app.form.query_one(where)
            hints.add(hands.lines()[-1])
        assert len(hints) == 6
        for where in reversed(walk):
            assert hands.app.focused is hands.app.form.query_one(where)
            await hands.press("shift+tab")


@pytest.mark.parametrize(
    ("where", "text", "fault"),
    [
        ("#name", "", "give the model a name"),
        ("#name", "a/b", "a name holds no slashes"),
        ("#name", "old", "there is a run called old already"),
        ("#amount", "0", "the budget must be more than nothing"),
        ("#amount", "ten", "the budget is a number"),
    ],
)
async def test_what_is_wrong_is_told(books: Path, where: str, text: str, fault: str) -> None:
    """While it is typed; Enter goes there instead of starting, until it is mended."""
    async with filling(planned(books), taken=["old"]) as hands:
        await hands.enter(where, text)
        await hands.see(fault)
        hands.app.form.query_one("#start").focus()
        await hands.press("enter")
        assert hands.app.focused is hands.app.form.query_one(where)
        assert hands.app.answer is UNANSWERED
        await hands.enter(where, "7")
        assert not hands.line(fault)
        await hands.press("enter")
        await hands.until(lambda: hands.app.answer is not UNANSWERED)


@pytest.mark.parametrize(
    ("name", "raw", "fault"),
    [
        ("short.txt", b"too short", "too little text: 9 characters"),
        ("photo.png", b"\x89PNG\0", "photo.png: binary"),
        ("gone.txt", None, "gone.txt: not there"),
        ("b\x1b[31m.txt", b"text" * 99, "plainer"),
    ],
)
async def test_a_text_that_will_not_do_is_told(
    tmp_path: Path, name: str, raw: bytes | None, fault: str
) -> None:
    """Before a training begins that would come to nothing."""
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    async with filling(planned(tmp_path / name)) as hands:
        await hands.until(lambda: fault in "".join(hands.lines()).replace("│", ""))
        await hands.press("enter")
        assert hands.app.answer is UNANSWERED
        assert hands.app.focused is hands.tree


async def test_without_a_text_the_tree_is_where_to_begin(books: Path) -> None:
    """At home nothing is proposed."""
    async with filling(planned(name="model")) as hands:
        await hands.see("nothing to learn from yet")
        assert hands.app.focused is hands.tree


async def test_the_mouse_works(books: Path) -> None:
    """A click ticks, opens, chooses, starts; the name follows the choice."""
    async with filling(planned(books / "alice.txt")) as hands:
        await hands.see("война.txt")

        async def click(words: str) -> None:
            lines = hands.lines()
            y = next(i for i, line in enumerate(lines) if words in line)
            await hands.pilot.click(offset=(lines[y].index(words), y))
            await hands.pilot.pause()

        await click("letters/")
        await hands.see("0.txt")
        await click("война")
        await hands.see("2 files")
        await click("○ gru")
        await click("○ small")
        await click("○ epochs")
        await click("Start")
        await hands.until(
            lambda: (
                hands.app.answer
                == Plan(
                    name="books",
                    corpora=(books / "alice.txt", books / "война.txt"),
                    cell="gru",
                    size="small",
                    epochs=10.0,
                )
            )
        )


async def test_odd_names_are_drawn_as_they_are(tmp_path: Path) -> None:
    """Markup, controls, wide and long names leave the screen whole."""
    names = ["[red]x[bold].txt", "a\x1b[2Jb.txt", "日本語🚀.txt", "я" * 120, "line\nbreak.txt"]
    for name in names:
        (tmp_path / name).write_text(TEXT)
    async with filling(planned(tmp_path)) as hands:
        await hands.see("日本語🚀.txt")
        await hands.see("[red]x[bold].txt")
        await hands.see("a␛[2Jb.txt")
        await hands.see("line␊break.txt")
        await hands.see("яя…")
        await hands.until(lambda: "53" in hands.line("яя…"))


async def test_thousands_of_files(tmp_path: Path) -> None:
    """They are all there, and only those in view are looked into."""
    for index in range(5000):
        (tmp_path / f"{index:04}.txt").touch()
    async with filling(planned(tmp_path)) as hands:
        hands.tree.focus()
        await hands.see("0003.txt")
        await hands.press("end")
        await hands.see("4999.txt")
        await hands.until(lambda: "empty" in hands.line("4999.txt"))
        await hands.press("pageup", "up")
        await hands.until(lambda: not hands.line("4999.txt"))
        assert hands.line("4990.txt")
        await hands.see("text in it")


async def test_another_cell_is_measured_in_its_turn(books: Path) -> None:
    """The measurement that nobody waits for any more is stopped; one that is done is kept."""
    begun: list[FakeMeasuring] = []

    def slow(cell: Cell) -> FakeMeasuring:
        begun.append(FakeMeasuring(cell, ("tiny",) if cell == "gru" else tuple(SIZES)))
        return begun[-1]

    async with filling(planned(books), measure=slow) as hands:
        await hands.until(lambda: "1.00k" in hands.line("large"))
        hands.app.form.query_one("#cell").focus()
        await hands.press("right")
        await hands.until(lambda: "1.00k" in hands.line("tiny"))
        assert "measuring…" in hands.line("small")
        await hands.press("left")
        assert "1.00k" in hands.line("large")
        assert [one.cell for one in begun] == ["lstm", "gru"]
        assert begun[1].stopped.is_set()
        await hands.press("right")
        await hands.until(lambda: len(begun) == 3)
        await hands.press("escape")
        await hands.until(begun[2].stopped.is_set)


async def test_without_measurements_one_can_go_on(books: Path) -> None:
    """Why there are none is told."""

    def fail(cell: Cell) -> FakeMeasuring:
        raise ConfigError("training needs PyTorch, which is not installed")

    async with filling(planned(books), measure=fail) as hands:
        await hands.see("training needs PyTorch")
        assert "not measured" in hands.line("tiny")
        await hands.press("enter")
        await hands.until(lambda: hands.app.answer == planned(books))


async def test_the_keys_can_be_looked_up(books: Path) -> None:
    """F1 shows those of the tree, too."""
    async with filling(planned(books)) as hands:
        await hands.press("f1")
        await hands.see("Choose a file or a whole folder")
        await hands.press("escape")
        assert hands.app.screen is hands.app.form


async def test_a_low_terminal_scrolls(books: Path) -> None:
    """In ten lines there is still all, one after the other."""
    async with filling(planned(books), size=(60, 10)) as hands:
        assert isinstance(hands.app.focused, Button)
        await hands.until(lambda: bool(hands.line("Start")))
        await hands.press("tab", "tab")
        await hands.see("alice.txt")


async def test_quitting_in_the_middle(books: Path) -> None:
    """What is still being counted and measured has nobody to tell, and tells nobody."""
    for _ in range(5):
        async with filling(planned(books)) as hands:
            assert hands.app.form.query_one(Sizes)
            assert hands.app.form.query_one("#hint", Static)
