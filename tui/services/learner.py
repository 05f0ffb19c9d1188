"""A model at work, with what it has learned: owned by one thread.

A fault in learning never takes the ghosts away: the model goes on without what it had learned, and
a notice says so.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from charlm_core import CharlmError
from tui.services.events import KnownText, LearnedChanged
from tui.services.model import Cancelled, Learned, Model, Session


class Learner:
    """A model's session, and what it learns as long as it is `learning`.

    It remembers texts while it learns; where it is `always_recalling`, at all times.
    """

    def __init__(
        self, model: Model, session: Session, *, learning: bool, always_recalling: bool = False
    ) -> None:
        self.model = model
        """Whose session it is."""
        self._always_recalling = always_recalling
        # Any: each model takes indexes of its own kind.
        self._texts: tuple[Any, ...] = ()
        self._learned: Learned | None = None
        self._changed = False
        self._told: tuple[str, ...] = ()
        self._notices: list[str] = []
        self.session = session
        """The running session; another one after `learn` and `recall`."""
        if learning:
            self.learn(True)

    @property
    def name(self) -> str:
        """The model's."""
        return self.model.name

    @property
    def learning(self) -> bool:
        """Whether it learns, and predicts with what it learned."""
        return self._learned is not None

    def learn(self, on: bool) -> None:
        """Learn from now on, or no longer: then all is as if nothing had ever been learned."""
        if on == self.learning:
            return
        if on:
            with self._told_of("learning is off"):
                self._begin(self._texts)
        else:
            self.close()
            self.session = self.model.start()
            with self._told_of("texts are not remembered"):
                self._begin_without(self._texts)

    def recall(self, texts: tuple[Any, ...], faults: tuple[str, ...]) -> None:
        """Predict with these texts too; of what kept others from it a person hears."""
        self._notices += faults
        # What was learned is opened anew, and must be on disk for that.
        if texts and self._saved():
            with self._told_of("texts are not remembered"):
                if self._learned is not None:
                    before = self._learned
                    self._begin(texts)
                    before.close()
                else:
                    self._begin_without(texts)
                self._texts = texts

    def _begin(self, texts: tuple[Any, ...]) -> None:
        """A session that learns."""
        learned = self.model.learned(texts)
        self.session, self._learned = self.model.start(learned=learned), learned

    def _begin_without(self, texts: tuple[Any, ...]) -> None:
        """A session with these texts alone, where they are remembered at all times."""
        if self._always_recalling and texts:
            self.session = self.model.start(learned=self.model.mixture(texts))

    def keep(self, document: str, text: str, cancelled: Cancelled) -> bool:
        """Learn what is new in a document; False when it was cancelled on the way."""
        done = True
        if self._learned is not None:
            self._changed = True
            with self._told_of("a text is not learned"):
                done = self._learned.keep(document, text, cancelled)
        return done

    def rename(self, document: str, name: str) -> None:
        """Know a document by another name, in memory and on disk; also where it does not learn."""
        with self._told_of(f"{name} is still known as {document}"), self._opened() as learned:
            learned.rename(document, name)
            learned.save()

    def forget(self, document: str | None) -> None:
        """Unlearn a document, or all, in memory and on disk; also where it does not learn."""
        with self._told_of("it is not all forgotten"), self._opened() as learned:
            if document is None:
                learned.forget_all()
            else:
                learned.forget(document)
            learned.save()

    def knows(self, document: str) -> bool:
        """Whether it has learned of a document; also where it does not learn now."""
        names: list[str] = []
        with self._told_of("what was learned can't be read"), self._opened() as learned:
            names += (text.name for text in learned.documents)
        return document in names

    def save(self) -> None:
        """Write what was learned to disk; where that fails it is tried again the next time."""
        self._saved()

    def _saved(self) -> bool:
        """Save, unless there is nothing to; False where that fails."""
        if self._learned is not None and self._changed:
            try:
                self._learned.save()
            except (CharlmError, OSError) as error:
                self._notices.append(f"what was learned is not saved: {error}")
                return False
            self._changed = False
        return True

    def close(self, *, saving: bool = True) -> None:
        """Save what was learned, and let it go."""
        if self._learned is not None:
            if saving:
                self.save()
            self._learned.close()
            self._learned = None

    def heard(self) -> LearnedChanged:
        """What has been learned, as far as it is open, and what a person should hear now."""
        return self.look() if self.learning else self._with_notices()

    def look(self) -> LearnedChanged:
        """What has been learned, opened for that if need be, and what a person should hear now."""
        found = LearnedChanged(checkpoint=self.name)
        with self._told_of("what was learned can't be read"), self._opened() as learned:
            gain = learned.gain
            fresh = [notice for notice in learned.notices if notice not in self._told]
            self._told = (*self._told, *fresh)
            self._notices += fresh
            found = LearnedChanged(
                checkpoint=self.name,
                seen=True,
                documents=tuple(
                    KnownText(name=text.name, chars=text.chars) for text in learned.documents
                ),
                chars=learned.chars,
                bytes=learned.bytes,
                gain_chars=gain.static.chars,
                static_bpc=gain.static.bpc,
                adaptive_bpc=gain.adaptive.bpc,
            )
        return self._with_notices(found)

    def _with_notices(self, found: LearnedChanged | None = None) -> LearnedChanged:
        notices, self._notices = tuple(self._notices), []
        return replace(found or LearnedChanged(checkpoint=self.name), notices=notices)

    @contextmanager
    def _opened(self) -> Iterator[Learned]:
        """What was learned, opened for a moment where it is not open anyway."""
        if self._learned is not None:
            yield self._learned
            return
        learned = self.model.learned()
        try:
            yield learned
        finally:
            learned.close()

    @contextmanager
    def _told_of(self, consequence: str) -> Iterator[None]:
        """Within it a fault is told of; after one of our own the model goes on without learning."""
        try:
            yield
        except (CharlmError, OSError) as error:
            self._notices.append(f"{consequence}: {error}")
        except Exception as error:
            what = f"{type(error).__name__}: {error}".splitlines()[0]
            self._notices.append(f"learning stopped: {what}")
            if self._learned is not None:
                # In whatever state it is, what it saved before is whole.
                self.close(saving=False)
                self.session = self.model.start()
