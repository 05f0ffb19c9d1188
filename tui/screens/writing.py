"""A screen whose text the model writes on: in a pane below it, or in the text itself."""

import random
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer

from charlm_core import GenerateConfig
from tui.screens.inside import InsideScreen
from tui.services.knobs import Knobs
from tui.text.buffer import Location
from tui.text.visible import storable
from tui.widgets.editor import Editor
from tui.widgets.panel import Panel, in_panel

if TYPE_CHECKING:
    from tui.screens.scratch import Scratch
    from tui.text.branch import Branch
    from tui.widgets.columns import Columns
    from tui.widgets.writer import Writer
    from tui.widgets.writer_hints import Want

TICK_SECONDS = 0.05
"""How often what is written may go on, while something is."""

MOST_SEED = 1_000_000
"""New seeds are below this, so that they are easy to read and to type."""

Place = tuple[Editor, int, Location]
"""A cursor in a text, after so many edits of it."""


class WritingScreen(InsideScreen):
    """Has the model write on behind the cursor, in branches. What that takes is made at need."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "write", "Let the model write on, below the text"),
    ]

    _scratch: "Scratch | None" = None
    _pace: Timer | None = None
    _place: Place | None = None
    _into: "tuple[Editor, Branch] | None" = None
    """The text that is written into, and by which branch."""
    _put_in = 0
    """How much of that branch is in it."""

    def generate_config(self) -> GenerateConfig:
        """How what is written next is drawn."""
        seed = self.knobs.seed if self.knobs.locked else self.new_seed()
        return GenerateConfig(sampling=self.knobs.sampling, seed=seed)

    def new_seed(self) -> int:
        """A seed that nobody chose."""
        return random.randrange(MOST_SEED)

    @property
    def scratch(self) -> "Scratch | None":
        """What the model wrote, once it has been asked to."""
        return self._scratch

    @property
    def writer(self) -> "Writer | None":
        """The pane, while it shows."""
        panel = self.panel
        if panel is None:
            return None
        # Here and not above: the first paint does not wait for it.
        from tui.widgets.writer import Writer

        return panel if isinstance(panel, Writer) else None

    # The pane.

    async def action_write(self) -> None:
        """Show the pane, with a branch from here; where it has the keys already, put it away."""
        # Here and not above: the first paint does not wait for it.
        from tui.widgets.writer import Writer

        showed = self.writer is not None
        await self.turn_panel(Writer, lambda: Writer(self._do, self._begin_with))
        if self.writer is None:
            return
        scratch = self._made_scratch()
        if not showed and self._place != self._here:
            scratch.clear()
        if not scratch.branches or self._place != self._here:
            self._begin("")
        self._show_writing()

    def panel_changed(self) -> None:
        """What nobody sees is not written on."""
        super().panel_changed()
        if self._scratch and self.writer is None and self._into is None:
            self._scratch.stop()

    def _made_scratch(self) -> "Scratch":
        if self._scratch is None:
            # Here and not above: the first paint does not wait for it.
            from tui.screens.scratch import Scratch

            self._scratch = Scratch(
                self._predictor.send, self.generate_config, self.new_seed, self._clock
            )
            self._pace = self.set_interval(TICK_SECONDS, self._let_go_on, pause=True)
        return self._scratch

    @property
    def _here(self) -> Place:
        return self._editor, self._editor.edits, self._editor.cursor_location

    def _begin(self, typed: str) -> None:
        """Begin a branch behind what was typed, or else behind the text before the cursor."""
        scratch, editor = self._made_scratch(), self._editor
        self._place = self._here
        before = typed or editor.buffer.text_between((0, 0), editor.cursor_location)
        self._say_why_not(scratch.begin(before, typed=bool(typed)))

    def _say_why_not(self, fault: str) -> None:
        if fault:
            self._status.say(fault)

    def _show_writing(self) -> None:
        """Bring the pane up to date, where it shows."""
        if (scratch := self._scratch) is None:
            return
        if writer := self.writer:
            writer.show(scratch.branches, scratch.chosen, scratch.manner)
        if self._pace and scratch.active:
            self._pace.resume()

    def _let_go_on(self) -> None:
        """A little time went by."""
        scratch = self._scratch
        if scratch is None:
            return
        if self._into and not (self._into[0].streaming and self._into[1].active):
            self._leave_text()
        if self._model_gone:
            scratch.end("no model")
        scratch.tick()
        if not scratch.active and self._pace:
            self._pace.pause()
        self._show_writing()

    def heard(self, event: object) -> None:
        """Take what was written."""
        super().heard(event)
        if self._scratch is None:
            return
        branch = self._scratch.heard(event)
        if branch:
            self._tell_deeds(branch)
            if self._into and branch is self._into[1]:
                self._stream()
        self._show_writing()

    def _tell_deeds(self, branch: "Branch") -> None:
        """Tell what a tour may wait for."""
        self.did("write")
        if branch.loop:
            self.did("loop")
        sampling = branch.config.sampling
        if branch.config.decoding == "sample" and sampling.temperature:
            if sampling.temperature != 1.0:
                self.did("cool" if sampling.temperature < 1.0 else "hot")
            if sampling.top_k:
                self.did("top_k")

    def turn_knobs(self, knobs: Knobs) -> None:
        """What is written next is drawn by these."""
        super().turn_knobs(knobs)
        self._show_writing()

    def leaving(self) -> None:
        """Another text comes in the place of this one: nothing goes on."""
        if self._scratch:
            self._leave_text()
            self._scratch.stop()
            self._show_writing()
            if self.writer and in_panel(self.focused):
                self.set_focus(self._editor)
        super().leaving()

    @on(Panel.Left)
    def _stop_writing(self) -> None:
        if self._scratch and self.writer:
            self._scratch.stop()
            self._show_writing()

    # What the pane's keys ask for.

    async def on_columns_chosen(self, message: "Columns.Chosen") -> None:
        """Turn to another branch."""
        if self._scratch:
            self._scratch.choose(message.index)
            self._show_writing()

    async def _begin_with(self, typed: str) -> None:
        """Begin a branch with what was typed."""
        self._begin(storable(typed))
        self._show_writing()

    async def _do(self, what: "Want") -> None:
        """Do what a key asks for; what was on its way when the pane went means nothing."""
        if self.writer is None:
            return
        scratch = self._made_scratch()
        if scratch.branch is None and what in ("stop", "again", "new_seed", "branch"):
            # All were dropped: each of these has the model write.
            self._begin("")
            self._show_writing()
            return
        match what:
            case "previous":
                scratch.turn(-1)
            case "next":
                scratch.turn(1)
            case "stop":
                self._say_why_not(scratch.toggle())
            case "again":
                scratch.again(new_seed=False)
            case "new_seed":
                scratch.again(new_seed=True)
            case "branch":
                self._say_why_not(scratch.branch_off())
            case "fork":
                self._say_why_not(scratch.fork())
            case "drop":
                scratch.drop()
            case "faster":
                scratch.turn_speed(1)
            case "slower":
                scratch.turn_speed(-1)
            case "longer":
                scratch.turn_length(1)
            case "shorter":
                scratch.turn_length(-1)
            case "mode":
                scratch.turn_mode()
            case "put":
                await self._put()
            case "into_text":
                await self._go_on_in_text()
        self._show_writing()

    # What is written comes into the text.

    async def _put(self) -> None:
        """Put the chosen branch in at the cursor, as one step of undo; the others are dropped."""
        branch = self._to_be_put()
        if branch is None or self._scratch is None:
            return
        editor, cursor = self._editor, self._editor.cursor_location
        self._learning.before_written(lambda: editor.text)
        editor.replace(cursor, cursor, storable(branch.text))
        self._learning.written(editor.edits)
        self._scratch.clear()
        await self.close_panel()
        self._status.say("put in; Ctrl-Z takes it out")

    async def _go_on_in_text(self) -> None:
        """Put the chosen branch in at the cursor, and what is still to come of it as well."""
        branch, editor = self._to_be_put(coming=True), self._editor
        if branch is None or self._scratch is None:
            return
        self._learning.before_written(lambda: editor.text)
        editor.begin_stream()
        self._into, self._put_in = (editor, branch), 0
        self._scratch.stop(but=branch)
        if branch.state == "stopped":
            self._scratch.toggle()
        self._status.update(note="the model writes; any key stops it")
        # Before the pane goes, which takes a moment: time may go by in it, and keys come.
        self._stream()
        await self.close_panel()

    def _to_be_put(self, *, coming: bool = False) -> "Branch | None":
        """The chosen branch, if it can come into the text; else it is said why not.

        It may have no text yet where that is still `coming`.
        """
        branch = self._scratch.branch if self._scratch else None
        if branch is None:
            return None
        if self._editor.read_only:
            self._say_why_not("read-only: F11 changes that")
            return None
        if not branch.text and not (coming and branch.active):
            self._say_why_not("nothing is written yet")
            return None
        return branch

    def _stream(self) -> None:
        """Bring the text up to what is written, as long as nothing else happens to it."""
        if self._into is None:
            return
        editor, branch = self._into
        if editor.stream(branch.text[self._put_in :]):
            self._put_in = len(branch.text)
            self._learning.written(editor.edits)
            if branch.loop:
                note = f"↻ repeats every {branch.loop.period}; any key stops it"
                self._status.update(note=note)
        if not (editor.streaming and branch.active):
            self._leave_text()

    def _leave_text(self) -> None:
        """Write no more into it."""
        if self._into is None or self._scratch is None:
            return
        editor, branch = self._into
        self._into = None
        editor.end_stream()
        self._scratch.clear()
        repeats = f"; it repeats itself every {branch.loop.period}" if branch.loop else ""
        self._status.say(f"written; Ctrl-Z takes it out{repeats}")
