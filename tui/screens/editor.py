"""The main screen: the editor over the status line, how they look, and the screens beside it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from tui.screens.predicting import Outfit
from tui.screens.touring import TouringScreen
from tui.services.clipboard import SystemClipboard
from tui.services.documents import Document
from tui.services.keymap import Keymap, bindings_of
from tui.services.settings import Settings
from tui.widgets.editor import Editor

if TYPE_CHECKING:
    from tui.screens.memory import MemoryScreen
    from tui.screens.models import Leave as LeaveModels
    from tui.screens.models import ModelsScreen
    from tui.screens.training import Leave, TrainingScreen
    from tui.services.trainings import Seen, Trainings

COUNT_EVERY = 0.05
COUNT_SECONDS = 0.003
"""Of a long text the words are counted for so long each time, between keys."""


class EditorScreen(TouringScreen):
    """Edits documents, one at a time, each with the ghosts of a checkpoint."""

    AUTO_FOCUS = "Editor"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Show the keys"),
        Binding("f3", "models", "Models: use, compare, import and remove"),
        Binding("f4", "train", "Training runs: begin, watch and use"),
        Binding("ctrl+l", "memory", "What was learned, and to forget it"),
        Binding("f10,alt+t", "turn_theme", "Other colours"),
        Binding("alt+m", "line_numbers", "Line numbers; long lines wrapped, or not"),
        Binding("alt+z", "wrap", "Line numbers; long lines wrapped, or not"),
        Binding("alt+x", "suspend", "Back to the shell; fg comes back"),
    ]

    @dataclass
    class RunsSeen(Message):
        """Something happened to the training runs."""

        seen: "Seen"
        """How they stand."""

        def can_replace(self, message: Message) -> bool:
            """Of what has not been shown yet the latest will do, but for an end."""
            return isinstance(message, EditorScreen.RunsSeen) and not self.seen.ended

    def __init__(self, document: Document, outfit: Outfit) -> None:
        super().__init__(document, outfit)
        self._counting: Timer | None = None
        self._trainings: Trainings | None = None
        self._training: TrainingScreen | None = None
        self._memory: MemoryScreen | None = None
        self._models: ModelsScreen | None = None
        self._keymap = Keymap(self.settings.keys, (self._bindings, self._editor._bindings))
        self._keymap.apply(self._bindings)
        self._clipboard = SystemClipboard(lambda text: self.app.copy_to_clipboard(text))
        self.journals = self.settings.journal

    @property
    def settings(self) -> Settings:
        """What the person has set."""
        return self._habits.settings

    def compose(self) -> ComposeResult:
        """The editor above the status line."""
        yield from self.compose_pages()
        yield self._status

    def on_mount(self) -> None:
        """Show the document."""
        self.set_focus(self._editor)
        self._counting = self.set_interval(COUNT_EVERY, self._count, pause=True)
        self.show(self._document)
        self._complain(*self._keymap.notices)

    async def on_key(self, event: events.Key) -> None:
        """Keys typed before the editor had the focus are its own.

        Of others only those come here that mean nothing to it, and still do not.
        """
        if self.focused in (None, self.editor):
            await self._editor.take_key(event)

    def on_paste(self, event: events.Paste) -> None:
        """So is what was pasted then."""
        event.stop()
        self._editor.take_paste(event.text)

    def on_unmount(self) -> None:
        """Trainings go on, but nobody looks any more."""
        if self._trainings:
            self._trainings.close()

    # How an editor looks and what it is given.

    def prepare(self, editor: Editor) -> None:
        """Give an editor its keys and a clipboard."""
        self._keymap.apply(editor._bindings)
        editor.clipboard = self._clipboard

    def opened(self) -> None:
        """Begin with another document."""
        self._heed(self._editor)
        super().opened()

    def _heed(self, editor: Editor) -> None:
        """Have an editor be as it is set."""
        settings = self.settings
        editor.set_tab_width(settings.tab_width)
        editor.indent_width = settings.tab_width
        if settings.indent != "auto":
            editor.indent_type = settings.indent
        editor.show_line_numbers = settings.line_numbers
        editor.wraps = settings.wrap
        if self._counting and not editor.count.done:
            self._counting.resume()

    def _count(self) -> None:
        """Go on counting the words of a long text."""
        self._editor.count.advance(COUNT_SECONDS)
        if self._editor.count.done:
            self._tell()
            if self._counting:
                self._counting.pause()

    # What the keys do.

    def action_help(self) -> None:
        """Show the keys."""
        from tui.screens.help import Help
        from tui.widgets.find_bar import FindBar

        settable = bindings_of((self._editor._bindings, self._bindings))
        # What is done with ghosts comes before what any editor does.
        own = {binding.action for binding in Binding.make_bindings(Editor.BINDINGS)}
        settable.sort(key=lambda binding: binding.action not in own)
        self.app.push_screen(Help([*settable, *FindBar.BINDINGS], settable=True))

    def action_turn_theme(self) -> None:
        """Show all in other colours, from now on."""
        from tui.widgets.themes import turned

        self.app.theme = turned(self.app.theme)
        self._habits.set(theme=self.app.theme)
        self._status.say(self.app.theme)
        self._complain()

    def action_suspend(self) -> None:
        """Stop, and let the shell have the terminal until it is continued."""
        self.app.action_suspend_process()

    def action_line_numbers(self) -> None:
        """Show line numbers, or no longer."""
        self._habits.set(line_numbers=not self.settings.line_numbers)
        self._heed(self._editor)
        self._complain()

    def action_wrap(self) -> None:
        """Have long lines go on below, or beyond the edge."""
        self._habits.set(wrap=not self.settings.wrap)
        self._heed(self._editor)
        self._status.say("wrapped" if self.settings.wrap else "not wrapped")
        self._complain()

    def learned_changed(self) -> None:
        """Show it where it is looked at."""
        if self._memory is not None:
            self._memory.draw()

    def action_memory(self) -> None:
        """Show what was learned."""
        from tui.screens.memory import MemoryScreen

        self._memory = MemoryScreen(self._learning, self._habits)
        self.app.push_screen(self._memory, self._leave_memory)

    async def _leave_memory(self, quit_too: bool | None) -> None:
        """Back from there; what was said there may change the ghost."""
        self._memory = None
        self._complain()
        self._ask()
        if quit_too:
            await self.action_quit()

    def action_models(self) -> None:
        """Show the checkpoints that there are."""
        from tui.screens.models import ModelsScreen
        from tui.services.models import AskInUse

        self._models = ModelsScreen(
            self._document.name, lambda: self._editor.text, fixed=bool(self.fixed)
        )
        self.app.push_screen(self._models, self._leave_models)
        self._predictor.send(AskInUse())

    async def _leave_models(self, leave: "LeaveModels | None") -> None:
        """Back from there, with a checkpoint to use if one was chosen."""
        self._models = None
        if leave and leave.use:
            self.choose(leave.use)
            self.did("used")
        if leave and leave.automatic:
            self.choose_by_document()
        if leave and leave.quit:
            await self.action_quit()

    def heard(self, event: object) -> None:
        """Which model is in use shows where the models are looked at."""
        super().heard(event)
        if self._models is not None:
            self._models.hear(event)

    def action_train(self) -> None:
        """Show the training screen."""
        from tui.screens.training import TrainingScreen
        from tui.services.trainings import Trainings

        if self._trainings is None:
            self._trainings = Trainings(self._deliver_runs)
            self._trainings.open()
        self._training = TrainingScreen(self._trainings, self._document.path, self._in_use)
        self.app.push_screen(self._training, self._leave_training)

    def _deliver_runs(self, seen: "Seen") -> None:
        """Hand over how the runs stand; called in the thread that follows them."""
        self.post_message(self.RunsSeen(seen))

    async def _leave_training(self, leave: "Leave | None") -> None:
        """Back from the training screen, with a checkpoint to use if one was chosen."""
        self._training = None
        if leave and leave.use:
            self.choose(leave.use)
            self.did("used")
        if leave and leave.quit:
            await self.action_quit()

    @on(RunsSeen)
    def _pass_on(self, message: RunsSeen) -> None:
        """Show how the runs stand where they are looked at; elsewhere only tell of an end."""
        if any(view.state == "finished" for view in message.seen.ended):
            self.did("trained")
        if self._training is not None and self._training.is_mounted:
            self._training.show(message.seen)
        elif message.seen.ended:
            from tui.widgets.figures import ending

            for view in message.seen.ended:
                self.tell(f"{ending(view)} – F4 shows it", bad=view.state == "failed")
