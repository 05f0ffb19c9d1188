"""The main screen: the editor over the status line, with the services they need."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker

from charlm_core import DocumentError
from tui.services.documents import (
    ChangedOnDiskError,
    Document,
    UnencodableError,
    as_utf8,
    open_document,
    renamed,
    save,
)
from tui.services.predictor import (
    Event,
    Failed,
    Loading,
    LoadModel,
    Prediction,
    Predictor,
    Ready,
    Request,
)
from tui.widgets.editor import Editor
from tui.widgets.status import StatusLine
from tui.widgets.visible import visible

if TYPE_CHECKING:
    from tui.screens.training import Leave, TrainingScreen
    from tui.services.trainings import Seen, Trainings

NOTICE_SECONDS = 12.0
"""How long a notice stays on the screen."""


class EditorScreen(Screen[None]):
    """Edits one document at a time."""

    AUTO_FOCUS = "Editor"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Show the keys"),
        Binding("f4", "train", "Train: begin, watch and use training runs"),
        Binding("ctrl+s", "save", "Save"),
        Binding("f12,ctrl+shift+s,alt+s", "save_as", "Save as"),
        Binding("ctrl+o", "open", "Open"),
        Binding("ctrl+n", "new", "New text"),
        Binding("ctrl+q", "quit", "Quit"),
    ]

    @dataclass
    class Predicted(Message):
        """Something happened in the predictor's thread."""

        event: Event
        """What."""

    @dataclass
    class RunsSeen(Message):
        """Something happened to the training runs."""

        seen: "Seen"
        """How they stand."""

        def can_replace(self, message: Message) -> bool:
            """Of what has not been shown yet the latest will do, but for an end."""
            return isinstance(message, EditorScreen.RunsSeen) and not self.seen.ended

    def __init__(
        self, document: Document, checkpoint: str, load_model: LoadModel | None = None
    ) -> None:
        super().__init__()
        self._document = document
        self._flow: Worker[None] | None = None
        self._model_gone = False
        self._answered = -1
        self._editor = Editor(id="editor")
        self._status = StatusLine()
        self._trainings: Trainings | None = None
        self._training: TrainingScreen | None = None
        self._predictor = Predictor(checkpoint, self._deliver, load_model=load_model)
        self._say_loading(checkpoint)

    @property
    def document(self) -> Document:
        """The document as it is on disk."""
        return self._document

    @property
    def unsaved(self) -> str | None:
        """The text, where it is not what is on disk."""
        text = self._editor.text
        return text if self._editor.modified and text != self._document.text else None

    @property
    def settled(self) -> bool:
        """Whether the ghost and the figures shown belong to the text as it is now."""
        return self._model_gone or self._answered == self._editor.revision

    def compose(self) -> ComposeResult:
        """The editor above the status line."""
        yield self._editor
        yield self._status

    def on_mount(self) -> None:
        """Show the document; the model waits until it has been painted."""
        self.set_focus(self._editor)
        self._show(self._document)
        self.call_after_refresh(self._predictor.start)

    async def on_key(self, event: events.Key) -> None:
        """Keys typed before the editor had the focus are its own.

        Of others only those come here that mean nothing to it, and still do not.
        """
        await self._editor.take_key(event)

    def on_unmount(self) -> None:
        """End the threads; trainings go on."""
        self._predictor.stop()
        if self._trainings:
            self._trainings.close()

    def _show(self, document: Document) -> None:
        self._document = document
        self._editor.load(document.text)
        self._tell()
        if document.notice:
            self._notify(f"{document.name}: {document.notice}")

    def _tell(self) -> None:
        """Bring the status line up to date with the editor."""
        row, column = self._editor.cursor_location
        self._status.update(
            file=self._document.name,
            modified=self._editor.modified,
            line=row + 1,
            column=column + 1,
            ghosts_on=self._editor.ghosts_on,
        )

    def _say_loading(self, checkpoint: str) -> None:
        path = Path(checkpoint)
        # A training run keeps its checkpoint in a folder of its own, RUN/best.
        name = path.parent.name if path.name == "best" and path.parent.name else path.name
        self._status.update(model=f"loading {name}…", loading=True)

    def _notify(self, what: str, *, bad: bool = False) -> None:
        self.notify(
            visible(what),
            severity="error" if bad else "information",
            timeout=NOTICE_SECONDS,
            markup=False,
        )

    # Between the editor and the predictor.

    @on(Editor.ContextChanged)
    def _follow(self, message: Editor.ContextChanged) -> None:
        """Have the changed text predicted."""
        self._tell()
        # Behind a burst of keys only the last one's text is worth a prediction.
        if message.revision == self._editor.revision:
            self._ask()

    def _ask(self) -> None:
        """Have the present text predicted."""
        if not self._model_gone:
            self._answered = -1
            self._status.await_answer(True)
            self._predictor.ask(
                Request(
                    revision=self._editor.revision,
                    text=self._editor.context(),
                    ghost=self._editor.wants_ghost,
                )
            )

    def _deliver(self, event: Event) -> None:
        """Hand over what the predictor's thread says; called in that thread."""
        self.post_message(self.Predicted(event))

    @on(Predicted)
    def _hear(self, message: Predicted) -> None:
        """Show what the predictor says."""
        match message.event:
            case Loading(checkpoint=name):
                self._say_loading(name)
            case Ready(checkpoint=name):
                self._model_gone = False
                self._status.update(model=name, loading=False)
                self._ask()
            case Failed(reason=reason, left=left) if left:
                self._status.update(model=left, loading=False)
                self._notify(f"{left} goes on: {reason}", bad=True)
                self._ask()
            case Failed(reason=reason):
                self._model_gone = True
                self._status.await_answer(False)
                self._status.update(model=f"no model: {reason}", loading=False)
                self._notify(f"No ghost text: {reason}", bad=True)
            case Prediction(revision=revision) as prediction if revision == self._editor.revision:
                self._answered = revision
                self._status.await_answer(False)
                self._status.update(perplexity=prediction.perplexity)
                if prediction.ghost:
                    self._status.update(latency_ms=prediction.latency_ms)
                self._editor.show_ghost(revision, prediction.text, prediction.probabilities)

    # What the keys do. Each flow may ask questions; one runs at a time.

    def action_help(self) -> None:
        """Show the keys."""
        from tui.screens.help import Help

        self.app.push_screen(Help([*self.BINDINGS, *Editor.BINDINGS]))

    def action_train(self) -> None:
        """Show the training screen."""
        from tui.screens.training import TrainingScreen
        from tui.services.trainings import Trainings

        if self._trainings is None:
            self._trainings = Trainings(self._deliver_runs)
            self._trainings.open()
        self._training = TrainingScreen(self._trainings, self._document.path)
        self.app.push_screen(self._training, self._leave_training)

    def _deliver_runs(self, seen: "Seen") -> None:
        """Hand over how the runs stand; called in the thread that follows them."""
        self.post_message(self.RunsSeen(seen))

    async def _leave_training(self, leave: "Leave | None") -> None:
        """Back from the training screen, with a checkpoint to use if one was chosen."""
        self._training = None
        if leave and leave.use:
            self._predictor.switch(leave.use)
        if leave and leave.quit:
            await self.action_quit()

    @on(RunsSeen)
    def _pass_on(self, message: RunsSeen) -> None:
        """Show how the runs stand where they are looked at; elsewhere only tell of an end."""
        if self._training is not None and self._training.is_mounted:
            self._training.show(message.seen)
        elif message.seen.ended:
            from tui.widgets.figures import ending

            for view in message.seen.ended:
                self._notify(f"{ending(view)} – F4 shows it", bad=view.state == "failed")

    async def action_save(self) -> None:
        """Save, under a new name where there is none."""
        await self._begin(self._save)

    async def action_save_as(self) -> None:
        """Save under another name."""
        await self._begin(self._save_as)

    async def action_open(self) -> None:
        """Open another file."""
        await self._begin(self._open)

    async def action_new(self) -> None:
        """Begin an empty document."""
        await self._begin(self._new)

    async def action_quit(self) -> None:
        """Leave."""
        await self._begin(self._quit)

    async def _begin(self, flow: Callable[[], Awaitable[object]]) -> None:
        """Start a flow, unless one is at work, and let it come to its end or its first question.

        The key after this one then meets what this one did.
        """
        if self._flow is not None and self._flow.is_running:
            return

        async def run() -> None:
            await flow()

        self._flow = self.run_worker(run(), group="files")
        await asyncio.sleep(0)

    async def _quit(self) -> None:
        if await self._may_leave():
            self.app.exit()

    async def _new(self) -> None:
        if await self._may_leave():
            self._show(Document())

    async def _open(self) -> None:
        from tui.screens.prompt import PathPrompt

        if not await self._may_leave():
            return
        path = await self.app.push_screen_wait(PathPrompt("Open", self._folder(), _cannot_open))
        if path is not None:
            try:
                self._show(open_document(path))
            except DocumentError as error:
                self._notify(str(error), bad=True)

    async def _may_leave(self) -> bool:
        """Whether the text may be let go: it is saved, or the person said so."""
        if self.unsaved is None:
            return True
        question = f"{self._document.name} has changes that are not saved."
        answer = await self._confirm(question, {"s": "Save", "d": "Don't save"})
        return answer == "d" or (answer == "s" and await self._save())

    async def _save(self) -> bool:
        if self._document.path is None:
            return await self._save_as()
        return await self._write(self._document)

    async def _save_as(self) -> bool:
        from tui.screens.prompt import PathPrompt

        start = str(self._document.path or self._folder())
        path = await self.app.push_screen_wait(PathPrompt("Save as", start, _cannot_save))
        if path is None:
            return False
        exists = path.exists()
        question = f"{path} exists already."
        if exists and not await self._confirm(question, {"r": "Replace it"}, at_stake=True):
            return False
        return await self._write(renamed(self._document, path), force=exists)

    async def _write(self, document: Document, *, force: bool = False) -> bool:
        """Save the text as this document, asking about what stands in the way."""
        while True:
            text = self._editor.text
            try:
                self._document = save(document, text, force=force)
            except ChangedOnDiskError as fault:
                if not await self._confirm(f"{fault}.", {"o": "Overwrite it"}, at_stake=True):
                    return False
                force = True
            except UnencodableError as fault:
                choices = {} if as_utf8(document) == document else {"u": "Save as UTF-8"}
                if not await self._confirm(f"{fault}.", choices):
                    return False
                document = as_utf8(document)
            except DocumentError as fault:
                self._notify(str(fault), bad=True)
                return False
            else:
                self._editor.mark_saved(text)
                self._tell()
                self._status.say("saved")
                return True

    async def _confirm(
        self, question: str, choices: dict[str, str], *, at_stake: bool = False
    ) -> str:
        from tui.screens.confirm import Choice, Confirm

        answers = [Choice(key=key, label=label) for key, label in choices.items()]
        return await self.app.push_screen_wait(Confirm(question, answers, at_stake=at_stake))

    def _folder(self) -> str:
        """Where a path to be typed begins: the document's folder, unless it is the current one."""
        if self._document.path is None or self._document.path.parent == Path():
            return ""
        return f"{self._document.path.parent}/"


def _cannot_open(path: Path) -> str:
    """Why the file can't be opened; empty where it can."""
    try:
        open_document(path)
    except DocumentError as error:
        return str(error)
    return ""


def _cannot_save(path: Path) -> str:
    """Why nothing can be saved at a path, as far as one can tell beforehand."""
    try:
        if path.is_dir():
            return f"{path}: a folder; type a file's name after it"
        if not path.parent.is_dir():
            return f"{path}: there is no folder {path.parent}"
    except (OSError, ValueError) as error:
        return f"{path}: {error}"
    return ""
