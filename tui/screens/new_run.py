"""The form for a new run: texts, name, cell, size and budget."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Button, Input, Static

from charlm_core import Cell, Speed, runs_directory, training_speeds
from tui.screens.outlook import corpus_fault, doubt, figures, hint, prospect, tally_words
from tui.services.beginnings import Beginning
from tui.services.corpora import CorpusReader, Found
from tui.services.counts import Count, Listing, Tally
from tui.services.paths import absolute, complete, first_folder, is_folder
from tui.services.plan import Plan, budget_fault, name_fault, room_fault, suited_name
from tui.services.speeds import Measure, Measured, Speedometer
from tui.text.visible import visible
from tui.widgets.choices import Choices
from tui.widgets.corpus_tree import CorpusTree
from tui.widgets.folder_line import FolderLine
from tui.widgets.run_form import Budget, Network
from tui.widgets.shelf import Entry
from tui.widgets.sizes import MEASURING, Sizes
from tui.widgets.texts import Texts


class NewRun(Screen[Plan | None]):
    """Asks for a training; answers with a plan, or None.

    `plan` is what it begins with, `taken` the names that runs have already, `beginnings` the models
    whose weights a training can begin with. `measure` tells what the sizes cost on this machine.
    """

    DEFAULT_CSS = """
    NewRun {
        & #main { height: 1fr; overflow-y: auto; }
        & #form { height: auto; padding: 0 2; }
        & #fault { width: 1fr; height: auto; min-height: 1; max-height: 3; }
        & #fault.bad { color: $text-error; }
        & #fault.doubtful { color: $text-warning; }
        & #start { min-width: 14; margin-left: 2; }
        & #last { height: auto; }
        & #hint { height: 1; padding: 0 2; background: $surface; color: $foreground 80%; }
        &.wide {
            & #main { layout: horizontal; }
            & Texts { width: 1fr; }
            & #form { width: 66; height: 1fr; padding: 1 2; }
            & #last { margin-top: 1; }
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "start", "Start the training"),
        Binding("f1", "help", "Show the keys"),
        Binding("escape", "cancel", "Back without a run"),
    ]

    WIDE = 130
    """From so many columns on the texts are beside the rest, not above it."""

    @dataclass
    class Told(Message):
        """A thread has found something."""

        found: Found | Measured
        """What."""

    def __init__(
        self,
        plan: Plan,
        *,
        taken: Collection[str],
        beginnings: Sequence[Beginning] = (),
        measure: Measure = training_speeds,
    ) -> None:
        super().__init__()
        self._plan = plan
        self._taken = taken
        self._beginnings = beginnings
        self._tally = Tally()
        self._speeds: dict[Cell, dict[str, Speed]] = {}
        self._unmeasured = ""
        self._proposed = plan.name
        self._answered = False
        self._said = ""
        self._reader = CorpusReader(self._deliver)
        self._speedometer = Speedometer(measure, self._deliver)

    def compose(self) -> ComposeResult:
        """The texts, and below or beside them the network and its budget."""
        plan = self._plan
        with Container(id="main"):
            yield Texts(first_folder(plan.corpora), plan.corpora, complete)
            with Vertical(id="form"):
                yield Network(
                    plan.name,
                    plan.cell,
                    plan.size,
                    models=[one.name for one in self._beginnings],
                    model=["", *(one.path for one in self._beginnings)].index(plan.begin_with),
                )
                yield Budget(plan.epochs or plan.minutes, "epochs" if plan.epochs else "minutes")
                with Horizontal(id="last"):
                    yield Static(id="fault")
                    yield Button("Start", id="start", variant="primary", compact=True)
        yield Static(id="hint")

    def on_mount(self) -> None:
        """Enter starts from the first moment on, where there is a text to learn from."""
        self.query_one("#start" if self._plan.corpora else "CorpusTree").focus()
        self._reader.open()
        self._reader.choose(self._plan.corpora)
        self._begin_otherwise()

    def on_unmount(self) -> None:
        """Nobody waits any more."""
        self._reader.close()
        self._speedometer.close()

    def on_resize(self) -> None:
        """Use the room there is."""
        wide = self.size.width >= self.WIDE
        self.set_class(wide, "wide")
        self._network.set_class(wide, "roomy")

    def on_descendant_focus(self) -> None:
        """Tell the keys that matter now."""
        self.query_one("#hint", Static).update(Content(hint(self.focused)))

    # What is found in other threads.

    def _deliver(self, found: Found | Measured) -> None:
        self.post_message(self.Told(found))

    @on(Told)
    def _hear(self, message: Told) -> None:
        match message.found:
            case Listing() as listing:
                self._list(listing)
            case Count() as count:
                self.query_one(CorpusTree).tell(count.path, figures(count))
            case Tally() as tally:
                if tally.paths == self.query_one(CorpusTree).chosen:
                    self._tally = tally
                    for count in tally.counts:
                        self.query_one(CorpusTree).tell(count.path, figures(count))
                    self._show()
            case Measured() as measured:
                if measured.cell == self._network.cell:
                    self._unmeasured = measured.fault
                if measured.speed:
                    speeds = self._speeds.setdefault(measured.cell, {})
                    speeds[measured.speed.size] = measured.speed
                self._show()

    def _list(self, listing: Listing) -> None:
        """Show a folder's contents."""
        inner = [Entry(path=one.path, is_folder=one.is_folder) for one in listing.entries]
        remark = listing.fault or ("" if inner else "empty")
        if listing.more:
            remark = f"{listing.more:,} more; type a path above to reach them"
        self.query_one(CorpusTree).put(listing.folder, inner, remark)

    # What the person does.

    @on(CorpusTree.Wanted)
    def _open_folder(self, message: CorpusTree.Wanted) -> None:
        self._reader.list(message.folder, hidden=message.hidden)

    @on(CorpusTree.Viewed)
    def _count(self, message: CorpusTree.Viewed) -> None:
        self._reader.view(message.paths)

    @on(CorpusTree.Ticked)
    def _choose(self, message: CorpusTree.Ticked) -> None:
        self._tally = Tally(paths=message.paths)
        self._reader.choose(message.paths)
        name = self.query_one("#name", Input)
        if name.value == self._proposed and message.paths:
            name.value = self._proposed = suited_name(message.paths, self._taken)
        self._show()

    @on(Choices.Changed, "#from")
    def _begin_otherwise(self) -> None:
        """Of a model that it begins with cell and size are no choice."""
        begun = self._beginning
        self._network.settle(begun.cell if begun else None, begun.size if begun else None)
        self._change_cell()

    @on(Choices.Changed, "#cell")
    def _change_cell(self) -> None:
        self._unmeasured = ""
        self._speedometer.want(self._network.cell)
        self._show()

    @on(Input.Changed, "#name,#amount")
    @on(Choices.Changed, "#unit")
    @on(Sizes.Changed)
    def _recount(self) -> None:
        self._show()

    @on(FolderLine.Candidates)
    def _tell_candidates(self, message: FolderLine.Candidates) -> None:
        self._say("  ".join(message.names))

    @on(FolderLine.Left)
    def _go(self, message: FolderLine.Left) -> None:
        """Show the folder that was typed, or the one of the file that was, and choose that."""
        tree = self.query_one(CorpusTree)
        path = absolute(message.typed) if message.typed else tree.root
        if is_folder(path):
            tree.go_to(path)
        elif os.path.exists(path):  # noqa: PTH110 - the other way raises where nobody may look
            tree.go_to(path.parent, path)
            if path not in tree.chosen:
                tree.tick(path)
        else:
            self._say(f"{path}: no such file or folder", "bad")
            return
        tree.focus()

    @on(Button.Pressed)
    @on(Input.Submitted, "#name,#amount")
    def action_start(self) -> None:
        """Answer with the plan, unless something is wrong with it."""
        fault, field = self._fault()
        if fault:
            self._say(fault, "bad")
            self.query_one(field).focus()
        elif not self._answered:
            self._answered = True
            self.dismiss(self._filled_in())

    def action_help(self) -> None:
        """Show the keys."""
        from tui.screens.help import Help

        self.app.push_screen(Help([*self.BINDINGS, *CorpusTree.BINDINGS]))

    def action_cancel(self) -> None:
        """Answer nothing."""
        if not self._answered:
            self._answered = True
            self.dismiss(None)

    # What is in the form, and what it comes to.

    @property
    def _network(self) -> Network:
        return self.query_one(Network)

    @property
    def _budget(self) -> Budget:
        return self.query_one(Budget)

    @property
    def _beginning(self) -> Beginning | None:
        """The model that it begins with; None where it begins with random weights."""
        return (None, *self._beginnings)[self._network.model]

    @property
    def _speed(self) -> Speed | None:
        """Of the size that is chosen."""
        return self._speeds.get(self._network.cell, {}).get(self._network.size_chosen)

    def _filled_in(self) -> Plan:
        """The plan; nothing is wrong with it."""
        # What turned out to be no text would have the training fail.
        bad = {count.path for count in self._tally.counts if count.fault}
        amount, begun = float(self._budget.amount), self._beginning
        return Plan(
            name=self._network.wanted_name,
            corpora=tuple(path for path in self.query_one(CorpusTree).chosen if path not in bad),
            cell=self._network.cell,
            size=self._network.size_chosen,
            epochs=amount if self._budget.unit == "epochs" else 0.0,
            minutes=amount if self._budget.unit == "minutes" else 0.0,
            begin_with=begun.path if begun else "",
        )

    def _fault(self) -> tuple[str, str]:
        """Why the plan can't be begun, and where to change that; empty where it can."""
        fault = corpus_fault(self.query_one(CorpusTree).chosen, self._tally)
        if fault:
            return fault, "CorpusTree"
        if fault := name_fault(self._network.wanted_name, self._taken):
            return fault, "#name"
        if fault := budget_fault(self._budget.amount):
            return fault, "#amount"
        known = self._beginning or self._speed
        weights = known.parameters if known else 0
        return room_fault(runs_directory(), weights), "Sizes"

    def _show(self) -> None:
        """Bring what the form comes to up to date."""
        tally, speed = self._tally, self._speed
        self.query_one(Texts).show(tally_words(tally))
        self.query_one(Sizes).show(
            self._speeds.get(self._network.cell, {}),
            tally.chars,
            "not measured" if self._unmeasured else MEASURING,
        )
        words = ""
        if speed and tally.chars and not budget_fault(self._budget.amount):
            words = prospect(
                float(self._budget.amount), self._budget.unit, tally.chars / speed.chars_per_second
            )
        self._budget.show(words)
        if fault := self._fault()[0]:
            self._say(fault, "bad")
        else:
            self._say(self._unmeasured or doubt(tally), "doubtful")

    def _say(self, what: str, kind: str = "") -> None:
        line = self.query_one("#fault", Static)
        line.set_classes(kind)
        if what != self._said:
            self._said = what
            line.update(Content(visible(what)))
            # It may take another number of lines, and move on a low screen what one is at.
            self.call_after_refresh(self._keep_in_view)

    def _keep_in_view(self) -> None:
        if self.focused:
            self.focused.scroll_visible(animate=False)
