"""The form for a new run: texts, name, cell, size and budget."""

import os
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Button, Input, RadioButton, RadioSet, Static

from charlm_core import SIZES, Cell, CharlmError, Speed, training_speeds
from tui.services.corpora import Choice, CorpusCounter, Counted
from tui.services.paths import complete, expand
from tui.services.plan import Plan, budget_fault, free_name, name_fault
from tui.widgets.amounts import duration, short
from tui.widgets.corpus_tree import CorpusTree
from tui.widgets.sizes import Sizes, heading
from tui.widgets.visible import visible

CELLS: tuple[Cell, ...] = ("lstm", "gru", "rnn")
UNITS = ("minutes", "epochs")

LEAST_CHARS = 1000
"""Less text than this is not worth a training."""

Measure = Callable[[Cell], Iterator[Speed]]


class NewRun(Screen[Plan | None]):
    """Asks for a training; answers with a plan, or None.

    `plan` is what it begins with, `taken` the names that runs have already. `measure` tells what
    the sizes cost on this machine.
    """

    DEFAULT_CSS = """
    NewRun {
        & #top { height: 1fr; }
        & #texts { width: 1fr; border: round $foreground 30%; }
        & #texts:focus-within { border: round $primary; }
        & #texts Input { border: none; height: 1; padding: 0 1; background: $surface; }
        & CorpusTree { height: 1fr; background: transparent; padding: 0 1; }
        & #choices { width: 54; padding: 1 1 0 2; }
        & #choices > .field { height: 1; margin-bottom: 1; }
        & .field > Static { width: 8; color: $foreground 70%; }
        & .field > Input {
            border: none; height: 1; width: 1fr; padding: 0 1; background: $surface;
        }
        & .field > Input:focus { background: $primary 30%; }
        & #amount { width: 8; }
        & RadioSet {
            layout: horizontal; width: auto; height: 1; border: none; padding: 0;
            background: transparent;
        }
        & RadioSet:focus { background: $primary 30%; }
        & RadioButton { width: auto; padding: 0 1 0 0; background: transparent; }
        & .heading { color: $foreground 70%; height: 1; }
        & #bottom { height: auto; padding: 0 1; }
        & #summary { width: 1fr; height: 2; }
        & #fault { height: auto; color: $text-error; width: 1fr; }
        & Button { height: 1; min-width: 14; border: none; }
        & #hint { height: 1; padding: 0 1; background: $surface; color: $foreground 80%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("ctrl+s", "start", "Start"),
    ]

    @dataclass
    class Told(Message):
        """The counting thread says something."""

        found: Counted | Choice
        """What."""

    @dataclass
    class Measured(Message):
        """A size was measured, or why none can be."""

        cell: Cell
        """With which recurrence."""
        speed: Speed | None
        """What it costs."""
        fault: str = ""
        """Why there is none."""

    def __init__(
        self, plan: Plan, *, taken: Collection[str], measure: Measure = training_speeds
    ) -> None:
        super().__init__()
        self._plan = plan
        self._taken = taken
        self._measure = measure
        self._choice = Choice(paths=plan.corpora)
        self._speeds: dict[Cell, dict[str, Speed]] = {}
        self._measuring: set[Cell] = set()
        self._left = threading.Event()
        self._named = False
        self._counter = CorpusCounter(lambda found: self._tell(self.Told(found)))

    def compose(self) -> ComposeResult:
        """Texts on the left, the network and its budget on the right, what comes of it below."""
        plan = self._plan
        folder = _folder_of(plan.corpora)
        with Horizontal(id="top"):
            with Vertical(id="texts") as texts:
                texts.border_title = "Learn from"
                yield Input(_typed(folder), id="folder", select_on_focus=False)
                yield CorpusTree(folder, plan.corpora)
            with Vertical(id="choices"):
                with Horizontal(classes="field"):
                    yield Static("name")
                    yield Input(plan.name, id="name")
                with Horizontal(classes="field"):
                    yield Static("budget")
                    yield Input(f"{plan.epochs or plan.minutes:g}", id="amount")
                    with RadioSet(id="unit"):
                        for unit in UNITS:
                            yield RadioButton(unit, value=(unit == "epochs") == bool(plan.epochs))
                with Horizontal(classes="field"):
                    yield Static("cell")
                    with RadioSet(id="cell"):
                        for cell in CELLS:
                            yield RadioButton(cell, value=cell == plan.cell)
                yield Static(heading(), classes="heading")
                yield Sizes(plan.size)
        with Horizontal(id="bottom"):
            yield Static(id="summary")
            yield Button("Start", id="start", variant="primary")
        yield Static(id="fault")
        yield Static(
            "Enter starts   Tab next field   Space ticks a text   ⌫ folder above   Esc cancels",
            id="hint",
        )

    def on_mount(self) -> None:
        """Enter starts from the first moment on."""
        self.query_one("#start", Button).focus()
        self._counter.open()
        self._counter.choose(self._plan.corpora)
        self._measure_cell()
        self._say()

    def on_unmount(self) -> None:
        """Nobody waits any more."""
        self._left.set()
        self._counter.close()

    # What is told from other threads.

    def _tell(self, message: Message) -> None:
        if not self._left.is_set():
            self.post_message(message)

    @on(Told)
    def _hear(self, message: Told) -> None:
        if isinstance(message.found, Counted):
            found = message.found
            about = "" if found.exact else "≈ "
            words = f"{short(found.bytes)}B  {about}{short(found.chars)} chars"
            tree = self.query_one(CorpusTree)
            tree.tell(found.path, found.fault or words, bad=bool(found.fault))
        elif message.found.paths == self._choice.paths:
            self._choice = message.found
            self._say()

    @on(Measured)
    def _note(self, message: Measured) -> None:
        if message.speed:
            self._speeds.setdefault(message.cell, {})[message.speed.size] = message.speed
        elif message.fault:
            self._complain(message.fault)
        self._say()

    def _measure_cell(self) -> None:
        """Have the sizes measured with the chosen cell, unless they are already."""
        cell = self._cell
        if cell not in self._measuring:
            self._measuring.add(cell)
            threading.Thread(
                target=self._measure_in_thread, args=(cell,), name="speeds", daemon=True
            ).start()

    def _measure_in_thread(self, cell: Cell) -> None:
        speeds = self._measure(cell)
        try:
            for speed in speeds:
                self._tell(self.Measured(cell, speed))
                if self._left.is_set():
                    break
        except (CharlmError, OSError) as error:
            self._tell(self.Measured(cell, None, str(error)))
        finally:
            if close := getattr(speeds, "close", None):
                close()

    # What the person does.

    @on(CorpusTree.Found)
    def _count(self, message: CorpusTree.Found) -> None:
        self._counter.show(message.paths)

    @on(CorpusTree.Ticked)
    def _choose(self, message: CorpusTree.Ticked) -> None:
        self._choice = Choice(paths=message.paths)
        if message.paths:
            self._counter.choose(message.paths)
        if not self._named and message.paths:
            path = message.paths[0]
            stem = path.name if path.is_dir() else path.stem
            name = self.query_one("#name", Input)
            with self.prevent(Input.Changed):
                name.value = free_name(stem, self._taken)
        self._say()

    @on(Input.Changed, "#name")
    def _name_it(self) -> None:
        self._named = self.query_one("#name", Input).value != self._plan.name
        self._say()

    @on(Input.Changed, "#amount")
    @on(RadioSet.Changed, "#unit")
    @on(Sizes.OptionHighlighted)
    def _recount(self) -> None:
        self._say()

    @on(RadioSet.Changed, "#cell")
    def _change_cell(self) -> None:
        self._measure_cell()
        self._say()

    @on(Input.Submitted, "#folder")
    def _go(self, event: Input.Submitted) -> None:
        path = expand(event.value).absolute()
        if path.is_dir():
            self.query_one(CorpusTree).go_to(path)
            self.query_one(CorpusTree).focus()
        else:
            self._complain(f"{path}: no such folder")

    def on_key(self, event: object) -> None:
        """Tab completes a folder that is being typed, as long as there is something to."""
        key = getattr(event, "key", "")
        line = self.query_one("#folder", Input)
        if key == "tab" and self.focused is line:
            completed, candidates = complete(line.value)
            if completed != line.value or candidates:
                line.value = completed
                line.cursor_position = len(completed)
                self._complain("  ".join(candidates))
                event.stop()  # type: ignore[attr-defined]
                event.prevent_default()  # type: ignore[attr-defined]

    @on(Button.Pressed)
    @on(Input.Submitted, "#name")
    @on(Input.Submitted, "#amount")
    @on(Sizes.OptionSelected)
    def action_start(self) -> None:
        """Answer with the plan, unless something is wrong with it."""
        fault = self._fault()
        if fault:
            self._complain(fault)
            return
        amount = float(self.query_one("#amount", Input).value)
        epochs = self._unit == "epochs"
        self.dismiss(
            Plan(
                name=self.query_one("#name", Input).value.strip(),
                corpora=self._choice.paths,
                cell=self._cell,
                size=self.query_one(Sizes).size_chosen,
                epochs=amount if epochs else 0.0,
                minutes=0.0 if epochs else amount,
            )
        )

    def action_cancel(self) -> None:
        """Answer nothing."""
        self.dismiss(None)

    # What is shown.

    @property
    def _cell(self) -> Cell:
        return CELLS[max(0, self.query_one("#cell", RadioSet).pressed_index)]

    @property
    def _unit(self) -> str:
        return UNITS[max(0, self.query_one("#unit", RadioSet).pressed_index)]

    def _fault(self) -> str:
        """Why the plan can't be begun; empty where it can."""
        if not self._choice.paths:
            return "choose a text to learn from: Space ticks a file or a folder"
        if self._choice.fault:
            return self._choice.fault
        if self._choice.done and self._choice.chars < LEAST_CHARS:
            return f"too little text: {self._choice.chars:,} characters; choose {LEAST_CHARS:,}"
        return name_fault(
            self.query_one("#name", Input).value.strip(), self._taken
        ) or budget_fault(self.query_one("#amount", Input).value)

    def _complain(self, what: str) -> None:
        self.query_one("#fault", Static).update(Text(visible(what)))

    def _say(self) -> None:
        """Bring the sizes and the summary up to date, and forget what was wrong."""
        chars = self._choice.chars
        speeds = self._speeds.get(self._cell, {})
        sizes = self.query_one(Sizes)
        sizes.show(speeds, chars)
        self.query_one("#summary", Static).update(
            Text("\n").join([_texts(self._choice), self._prospect(speeds.get(sizes.size_chosen))])
        )
        self._complain(self._choice.fault)

    def _prospect(self, speed: Speed | None) -> Text:
        """What the budget comes to with this size."""
        size, amount = self.query_one(Sizes).size_chosen, self.query_one("#amount", Input).value
        line = Text(f"{self._cell} {size}, {SIZES[size].hidden} units, ")
        if fault := budget_fault(amount):
            return line.append(fault)
        line.append(f"{float(amount):g} {self._unit}")
        if speed and self._choice.chars:
            epoch = self._choice.chars / speed.chars_per_second
            if self._unit == "epochs":
                line.append(f": about {duration(float(amount) * epoch)}")
            else:
                line.append(f": about {60 * float(amount) / epoch:.3g} epochs")
        return line


def _texts(choice: Choice) -> Text:
    """What is chosen, in a line."""
    if not choice.paths:
        return Text("No text chosen.")
    if choice.fault:
        return Text("")
    about = "" if choice.exact and choice.done else "≈ " if choice.done else "counting… "
    files = f"{choice.files:,} file{'s' if choice.files != 1 else ''}"
    name = visible(choice.paths[0].name or str(choice.paths[0]))
    more = f" and {len(choice.paths) - 1} more" if len(choice.paths) > 1 else ""
    return Text(
        f"{name}{more}: {files}, {short(choice.bytes)}B, {about}{short(choice.chars)} characters",
        no_wrap=True,
        overflow="ellipsis",
    )


def _folder_of(corpora: tuple[Path, ...]) -> Path:
    """The folder to show first: what is chosen lies in it."""
    if corpora:
        return corpora[0].parent
    try:
        return Path.cwd()
    except OSError:
        return Path(os.sep)


def _typed(folder: Path) -> str:
    return visible(f"{folder}/".replace("//", "/"))
