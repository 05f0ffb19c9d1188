"""The model screen: the checkpoints that there are, and what can be done with them."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker

from charlm_core import (
    CharlmError,
    DamagedModel,
    ModelEntry,
    NameTakenError,
    called,
    card,
    catalogue,
    import_model,
    locate,
    model_name_fault,
)
from tui.services.models import (
    InUse,
    date,
    folder_fault,
    imported,
    is_same,
    kept_because,
    loss,
    remove,
)
from tui.services.paths import short
from tui.text.visible import visible
from tui.widgets.hints import key_line
from tui.widgets.model_facts import About, ModelFacts
from tui.widgets.model_list import Listed, ModelList, Order, heading, in_order

Work = Callable[[], Coroutine[None, None, None]]

_AUTOMATIC = {True: "a automatic", False: "automatic: each text has its own"}


@dataclass(frozen=True, kw_only=True)
class Leave:
    """How the screen was left."""

    use: str = ""
    """The folder of the checkpoint to use from now on; empty for the one there is."""
    automatic: bool = False
    """Whether each text is to have the one that it calls for."""
    quit: bool = False
    """Whether the person wants to leave the program."""


class ModelsScreen(Screen[Leave]):
    """Lists the checkpoints; `text` gives the open document's, called `document`, to compare on.

    One is `fixed` for all texts, or each has the one that it calls for.
    """

    DEFAULT_CSS = """
    ModelsScreen {
        overflow: hidden;
        & #main { height: 1fr; }
        & #left {
            height: 1fr;
            min-height: 4;
            border: round $primary;
            border-subtitle-color: $foreground 60%;
        }
        & #heading { height: 1; color: $foreground 80%; }
        & ModelList { height: 1fr; }
        & ModelFacts { height: 1fr; }
        & #hints {
            height: 1;
            padding: 0 1;
            background: $surface;
            color: $foreground 80%;
            link-style: none;
            link-color: $foreground 80%;
        }
        &.wide {
            & #main { layout: horizontal; }
            & #left { width: 78; }
            & ModelFacts { width: 1fr; height: 100%; }
        }
        &.low ModelFacts { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "load", "Use the model in the editor, for all texts"),
        Binding("a", "automatic", "Automatic: each text has the model it calls for"),
        Binding("c", "compare", "Compare two models on the open document"),
        Binding("i", "import", "Import a model from a folder"),
        Binding("d,delete", "remove", "Remove an imported model, or a run"),
        Binding("s", "sort", "Sort by name or by bits a character"),
        Binding("shift+up", "scroll_facts(-1)", "Scroll what is told of the model"),
        Binding("shift+down", "scroll_facts(1)", "Scroll what is told of the model"),
        Binding("f1", "help", "Show the keys"),
        Binding("escape,f3", "close", "Back to the editor"),
        Binding("ctrl+q", "quit", "Quit"),
    ]

    WIDE = 130
    """From so many columns on what is told of a model is beside the list, not below it."""
    LOW = 14
    """In fewer lines there is the list alone."""

    def __init__(self, document: str, text: Callable[[], str], *, fixed: bool) -> None:
        super().__init__()
        self._fixed = fixed
        self._document = document
        self._text = text
        self._order: Order = "name"
        self._listed: tuple[Listed, ...] = ()
        self._dates: dict[Path, str] = {}
        self._used: Path | None = None
        self._wanted: Path | None = None
        self._told: Path | None = None
        self._busy = False

    def compose(self) -> ComposeResult:
        """The list, what is told of one beside or below it, and the keys."""
        with Container(id="main"):
            with Vertical(id="left") as left:
                left.border_title = "Models"
                left.border_subtitle = f"{_AUTOMATIC[self._fixed]}  s sorts"
                yield Static(id="heading")
                yield ModelList()
            yield ModelFacts()
        yield Static(id="hints")

    def on_mount(self) -> None:
        """Look which there are."""
        self._list.focus()
        self._draw()
        self._look()

    def on_resize(self) -> None:
        """Use the room there is."""
        self.set_class(self.size.width >= self.WIDE, "wide")
        self.set_class(self.size.height < self.LOW, "low")
        self.call_after_refresh(self._draw)

    def hear(self, event: object) -> None:
        """Which one is in use: the cursor begins there."""
        if isinstance(event, InUse) and event.path != self._used:
            if self._used is None and self._wanted is None:
                self._wanted = event.path
            self._used = event.path
            self._draw()

    @property
    def _list(self) -> ModelList:
        return self.query_one(ModelList)

    # What there is, and how it looks.

    def _look(self, prefer: Path | None = None) -> None:
        """Have the list brought up to date, the cursor on the one preferred."""
        self._wanted = prefer or self._wanted
        self._start(self._find, "look")

    async def _find(self) -> None:
        self._listed = await asyncio.to_thread(catalogue)
        self._dates = {
            one.path: date(one.written) for one in self._listed if isinstance(one, ModelEntry)
        }
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        listed = in_order(self._listed, self._order)
        used = next((one.path for one in listed if is_same(one.path, self._used)), None)
        wanted = next((one.path for one in listed if is_same(one.path, self._wanted)), None)
        self._list.show(listed, self._dates, used, wanted)
        if wanted is not None:
            self._wanted = None
        self.query_one("#heading", Static).update(heading(self._list.row_cells, self._order))
        self._tell()

    @on(ModelList.Changed)
    def _tell(self) -> None:
        """Tell of the one that is chosen."""
        one = self._list.chosen
        self.query_one("#hints", Static).update(hints(one, self._list.marked, self._used))
        self._start(partial(self._tell_of, one), "tell")

    async def _tell_of(self, one: Listed | None) -> None:
        told = self.query_one(ModelFacts)
        if one is None:
            told.show(None)
            return
        told.show(
            About(
                one=one,
                folder=short(one.path),
                card=await asyncio.to_thread(card, one.path) if isinstance(one, ModelEntry) else "",
                date=self._dates.get(one.path, ""),
                used=is_same(one.path, self._used),
            )
        )
        if one.path != self._told:
            self._told = one.path
            told.go_up()

    # What the keys do.

    @on(ModelList.LoadWanted)
    def action_load(self) -> None:
        """Have the editor's ghosts come from the chosen one."""
        match self._list.chosen:
            case ModelEntry(path=path):
                self.dismiss(Leave(use=str(path)))
            case DamagedModel(fault=fault):
                self._complain(fault)
            case _:
                self._complain("there is no model to load")

    def action_automatic(self) -> None:
        """Have each text continued by the model that it calls for."""
        self.dismiss(Leave(automatic=True))

    def action_mark(self) -> None:
        """Mark the chosen one, wherever the focus is."""
        self._list.action_mark()

    def action_compare(self) -> None:
        """Compare the two that are marked, or the marked one and the chosen one."""
        chosen, pair = self._list.chosen, self._list.marked
        if len(pair) < 2 and isinstance(chosen, ModelEntry) and chosen not in pair:
            pair.append(chosen)
            self._list.action_mark()
        if isinstance(chosen, DamagedModel) and len(pair) < 2:
            self._complain(chosen.fault)
        elif len(pair) < 2:
            self._say("choose another one, and press c again")
        elif not (text := self._text()):
            self._complain("the document is empty: there is nothing to compare them on")
        else:
            # Here and not above: listing does without.
            from tui.screens.comparing import ComparingScreen

            models = [(one.name, one.path) for one in pair]
            self.app.push_screen(ComparingScreen(models, self._document, text), self._compared)

    def _compared(self, leave: bool | None) -> None:
        if leave:
            self.action_quit()

    def action_import(self) -> None:
        """Copy a checkpoint from a folder to the user's own."""
        self._do(self._import)

    async def _import(self) -> None:
        from tui.screens.prompt import PathPrompt

        path = await self.app.push_screen_wait(
            PathPrompt("Import a model from which folder?", "", folder_fault)
        )
        if path is None:
            return
        name = called(locate(path.absolute()))
        question = f"What is the model from {path} to be called?"
        if model_name_fault(name) and not (name := await self._ask_name(question, "")):
            return
        while True:
            self._say(f"importing {name}…")
            try:
                kept = await asyncio.to_thread(import_model, path, name)
            except NameTakenError as error:
                if not (name := await self._ask_name(f"{error}.", name)):
                    return
            else:
                break
        self._say(await asyncio.to_thread(imported, kept))
        self._look(kept)

    async def _ask_name(self, question: str, start: str) -> str:
        from tui.screens.naming import NamePrompt

        def check(name: str) -> str:
            taken = any(one.name == name for one in self._listed)
            fault = f"there is a model called {name} already" if taken else ""
            return model_name_fault(name) or fault

        return await self.app.push_screen_wait(NamePrompt(question, start, check))

    def action_remove(self) -> None:
        """Remove the chosen one, once the person has said so."""
        self._do(self._remove)

    async def _remove(self) -> None:
        from tui.screens.confirm import Choice, Confirm

        one = self._list.chosen
        if one is None:
            return
        if why := kept_because(one, self._used):
            self._complain(why)
            return
        choices = [Choice(key="d", label="Delete")]
        if await self.app.push_screen_wait(Confirm(loss(one), choices, at_stake=True)) == "d":
            await asyncio.to_thread(remove, one)
            self._say(f"{one.name} is removed")
            self._look()

    def action_sort(self) -> None:
        """List them in another order."""
        self._order = "bits" if self._order == "name" else "name"
        self._draw()

    def action_scroll_facts(self, pages: int) -> None:
        """Scroll what is told of a model, where it does not fit."""
        box = self.query_one(ModelFacts)
        box.scroll_relative(y=pages * max(1, box.size.height - 1), animate=False)

    def action_help(self) -> None:
        """Show the keys."""
        from tui.screens.help import Help

        self.app.push_screen(Help([self.BINDINGS[0], *ModelList.BINDINGS, *self.BINDINGS[1:]]))

    def action_close(self) -> None:
        """Back to the editor."""
        self.dismiss(Leave())

    def action_quit(self) -> None:
        """Leave the program, by way of the editor, which may have a text to save."""
        self.dismiss(Leave(quit=True))

    def _do(self, act: Work) -> None:
        """Do something that may fail, and say so where it does; one thing at a time."""
        # What is copied can't be stopped half way, and whoever began it wants to hear of its end.
        if self._busy:
            self._say("that has to wait: what was begun before is not done yet")
            return
        self._busy = True

        async def done() -> None:
            try:
                await act()
            except (CharlmError, OSError) as error:
                self._complain(str(error))
                self._look()
            except MemoryError:
                self._complain("not enough memory")
            finally:
                self._busy = False

        self._start(done, "do")

    def _start(self, work: Work, group: str) -> Worker[None]:
        """Do something in the background, in place of whatever of its group is under way."""
        return self.run_worker(work, group=group, exclusive=True)

    def _complain(self, what: str) -> None:
        self.notify(visible(what), severity="warning", markup=False)

    def _say(self, what: str) -> None:
        self.notify(visible(what), markup=False)


def hints(one: Listed | None, marked: list[Listed], used: Path | None) -> Content:
    """What can be done with this one, in a line to be clicked too, of at most 78 cells."""
    entry = isinstance(one, ModelEntry)
    told = [
        ("Enter", "load", "load", entry),
        ("Space", "mark", "mark", entry),
        ("c", "compare", "compare", entry or len(marked) > 1),
        ("i", "import", "import", True),
        ("d", "remove", "remove", one is not None and not kept_because(one, used)),
        ("F1", "keys", "help", True),
        ("Esc", "back", "close", True),
    ]
    return key_line((key, label, action) for key, label, action, shown in told if shown)
