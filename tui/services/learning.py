"""What is learned of the texts being edited: which of them, how much, and what a person may say.

Between the editor, which tells what happens to a text, and the predictor, which learns.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from charlm_core import LEARNED_CHARS
from tui.services.events import LearnedChanged
from tui.services.habits import Habits
from tui.services.keeping import UNTITLED, Keeping, learned_name, never_learned, text_without


class Pupil(Protocol):
    """Who learns."""

    def learn(self, on: bool) -> None:
        """Learn from now on, or no longer."""

    def keep(self, document: str, text: str) -> None:
        """Learn what is new in a document."""

    def save(self) -> None:
        """Save what is learned."""

    def rename(self, document: str, name: str) -> None:
        """Know a document by another name."""

    def forget(self, document: str) -> None:
        """Unlearn a document."""

    def forget_all(self) -> None:
        """Unlearn every document."""

    def look(self) -> None:
        """Tell what was learned."""


class Learning:
    """Follows the document in the editor, one at a time."""

    def __init__(self, pupil: Pupil, habits: Habits, keeping: Keeping) -> None:
        self._pupil = pupil
        self._habits = habits
        self._keeping = keeping
        self._path: Path | None = None
        self._kept = False
        self._paused: set[str] = set()
        self.known: LearnedChanged | None = None
        """What was learned, as last told; None before that."""

    @property
    def document(self) -> str:
        """What the document in the editor is learned as."""
        return learned_name(self._path)

    @property
    def on(self) -> bool:
        """Whether anything is learned."""
        return self._habits.settings.learn

    @property
    def why_not(self) -> str:
        """Why the document in the editor is not learned; empty where it is."""
        if not self.on:
            return "learning is off"
        if self.document in self._paused:
            return "turned off for this text"
        return never_learned(self._path, self._habits.settings.never)

    @property
    def waiting(self) -> bool:
        """Whether something is to be learned once the keys rest."""
        return self._keeping.waiting

    # What the editor tells.

    def opened(self, path: Path | None, edits: int) -> None:
        """Another document is in the editor, after so many edits."""
        self._path = path
        self._kept = False
        # Of one that has no name nobody has said anything yet.
        self._paused.discard(UNTITLED)
        self._keeping.restart(edits)

    def followed(self, edits: int, row: int) -> None:
        """There was a key: so many edits there were so far, and there the cursor is now."""
        self._keeping.follow(edits, row)

    def rested(self, lines: Sequence[str], row: int, chars: int) -> None:
        """Some time went by: these are the lines, the one under the cursor, and their size."""
        whole = self._keeping.due()
        # Of a text that is too long to be learned no copy is made while somebody types.
        if whole is not None and chars <= LEARNED_CHARS:
            self._keep("\n".join(lines) if whole else text_without(lines, row))

    def saved(self, path: Path, text: str) -> None:
        """The document was saved, maybe under another name: all of it stays."""
        first_name = self._path is None
        self._path = path
        if first_name:
            self._named()
        self._keeping.kept()
        self._keep(text)
        if self.on:
            self._pupil.save()

    def _named(self) -> None:
        """It has a name now, and what was said and learned before is of that."""
        if UNTITLED in self._paused:
            self._paused.remove(UNTITLED)
            self._paused.add(self.document)
        if self._kept:
            if never_learned(self._path, self._habits.settings.never):
                self._pupil.forget(UNTITLED)
            else:
                self._pupil.rename(UNTITLED, self.document)

    def before_written(self, text: Callable[[], str]) -> None:
        """The model is about to write into the text: what the person wrote so far is kept."""
        if self._keeping.waiting:
            self.left(text())

    def written(self, edits: int) -> None:
        """The model wrote into it: so many edits there were so far.

        What it wrote counts as the person's once they go on with the text, or save it.
        """
        self._keeping.written(edits)

    def left(self, text: str) -> None:
        """The document is let go, and its text was not thrown away."""
        if self._keeping.waiting:
            self._keeping.kept()
            self._keep(text)

    # What the person says.

    def learn(self, on: bool) -> None:
        """Learn, from this document and others, or no longer; for good."""
        self._habits.learn(on)
        self._pupil.learn(on)

    def learn_here(self, on: bool) -> None:
        """Learn from this document, or no longer; for good where it has a path."""
        self._paused.discard(self.document)
        if self._path is not None:
            self._habits.learn_from(self._path.absolute(), on)
        elif not on:
            self._paused.add(self.document)

    def forget(self, document: str) -> None:
        """Unlearn a document; the one in the editor is not learned again until that is wanted."""
        if document == self.document:
            self._paused.add(document)
        self._pupil.forget(document)

    def forget_all(self) -> None:
        """Unlearn every document; the one in the editor as by `forget`."""
        self._paused.add(self.document)
        self._pupil.forget_all()

    def look(self) -> None:
        """Have it told what was learned."""
        self._pupil.look()

    def _keep(self, text: str) -> None:
        if text and not self.why_not:
            self._kept = True
            self._pupil.keep(self.document, text)
