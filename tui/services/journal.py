"""A recovery journal for each text being edited: what was typed outlives the process.

An edit is noted in the thread that makes it, and is on disk a moment later. `leftovers` reads what
processes left behind.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from tui.services.documents import Document, reason, stamp_of
from tui.services.journal_files import ChangedMeanwhileError, Files
from tui.services.leftovers import Leftover as Leftover
from tui.services.leftovers import discard as discard
from tui.services.leftovers import leftovers as leftovers
from tui.services.leftovers import recovered_text as recovered_text
from tui.text.buffer import Change

GATHER_SECONDS = 0.25
"""Edits are written together that come within so long."""
RETRY_SECONDS = 3.0
"""After a fault it is tried again so much later."""
MOST_AT_ONCE = 1_000
"""Of more edits at once than this, the text that they led to is kept: it is quicker to write."""
FLUSH_SECONDS = 10.0
"""A farewell waits so long at most for what is being written."""


def journals_folder() -> Path:
    """Where the journals are, in the user's data folder."""
    # Here and not above: the first paint does not wait for it.
    import platformdirs

    return platformdirs.user_data_path("charlm-tui", appauthor=False) / "journals"


class Journal:
    """The journal of a text that is being edited in this process.

    Its methods are for the thread that edits, and none of them raises; all but `flush` leave the
    disk to a thread of the journal's own. Nothing is written before the first edit.
    """

    def __init__(self, folder: Path, document: Document) -> None:
        """For a document as it was opened; one that has no file yet comes with its text."""
        self.notices: deque[str] = deque()
        """What went wrong, a line each; whoever tells it takes it out."""
        self._folder = folder
        self._files = Files(folder)
        self._closed = False
        self._failing = False
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._disk = threading.Lock()
        """Held while something is written."""
        self._lock = threading.Lock()
        """Held for moments, where what follows is looked at or changed."""
        self._epoch = 0
        """How often what was to be written has been thrown away."""
        self._anew = False
        """Whether what is on disk is worth nothing any more."""
        self._pending: list[Change] = []
        """Edits to be written, behind `_text` where there is one."""
        self._rest(document)

    def _rest(self, document: Document) -> None:
        """There are no edits yet to this document."""
        has_file = document.stamp is not None
        self._document = document.without_text() if has_file else document
        self._untouched = True
        # What the edits apply to; None where that is the file.
        self._text: str | None = None if has_file else document.text
        self._pending = []

    def note(self, changes: Sequence[Change], buffer_text: Callable[[], str]) -> None:
        """Take note of edits, in the order in which they were made, right after they were.

        `buffer_text` gives the text with these edits and no later ones; it is seldom asked. The
        edits are on disk a moment later. Not to be called from a message that another edit or a
        save may overtake: such edits would come twice.
        """
        if self._closed or not changes:
            return
        with self._lock:
            # The edits can't be told from a file that is another by now.
            moved = self._untouched and not _is_as_seen(self._document)
            many = len(changes) > MOST_AT_ONCE
            self._untouched = False
            if moved or many or self._files.baseless or self._files.crowded:
                self._files.baseless = self._files.crowded = False
                self._text, self._pending = buffer_text(), []
                self._epoch += 1
            else:
                self._pending += changes
        if not self._wake.is_set():
            self._wake.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()

    def saved(self, document: Document) -> None:
        """The document's file holds the text by now; the journal begins anew with the next edit."""
        with self._lock:
            self._epoch += 1
            self._anew = self._thread is not None
            self._files.baseless = self._files.crowded = False
            self._rest(document)
        if self._anew:
            self._wake.set()

    def flush(self) -> bool:
        """Put all that was noted on disk; whether it is there. Waits for the disk."""
        if not self._disk.acquire(timeout=FLUSH_SECONDS):
            return False
        try:
            return self._write() and not self._files.baseless
        finally:
            self._disk.release()

    def close(self, *, keep: bool = False) -> None:
        """End the journal.

        It is removed, as the text is saved or thrown away, unless it is to be kept.
        """
        if keep:
            self.flush()
        self._closed = True
        self._hurry.set()
        self._wake.set()
        # While a large text is on its way to a slow disk, the keys do not wait for it.
        if self._disk.acquire(blocking=False):
            self._end(keep)
        else:
            threading.Thread(target=self._end_later, args=[keep], name="journal end").start()

    def _end_later(self, keep: bool) -> None:
        self._disk.acquire()
        self._end(keep)

    def _end(self, keep: bool) -> None:
        try:
            self._files.end(keep=keep)
        finally:
            self._disk.release()

    def _run(self) -> None:
        """Write what was noted, a moment later, until the journal ends."""
        while True:
            self._wake.wait()
            self._hurry.wait(RETRY_SECONDS if self._failing else GATHER_SECONDS)
            with self._disk:
                if self._closed:
                    return
                self._wake.clear()
                if not self._write():
                    self._wake.set()

    def _write(self) -> bool:
        """Write what there is; False where it failed. To be called with the disk held."""
        with self._lock:
            epoch, document, anew = self._epoch, self._document, self._anew
            text, changes, untouched = self._text, self._pending, self._untouched
            self._anew = False
            if not untouched:
                self._text, self._pending = None, []
        if anew:
            self._files.forget()
        if untouched:
            return True
        try:
            if text is not None:
                self._files.begin(document, text, changes)
            elif not self._files.begun:
                self._files.begin_with_file(document, changes)
            elif changes:
                self._files.append(changes)
        except ChangedMeanwhileError:
            # By another program, and the next edit brings the text along; or by a save of ours,
            # which is about to say so.
            if self._put_back(epoch, None, changes):
                self._files.baseless = True
            return True
        except (OSError, ValueError, MemoryError) as error:
            self._put_back(epoch, text, changes)
            self._fail(error)
            return False
        self._failing = False
        return True

    def _put_back(self, epoch: int, text: str | None, changes: list[Change]) -> bool:
        """Have it written later, unless it has been thrown away; whether it has not."""
        with self._lock:
            if epoch != self._epoch:
                return False
            self._text, self._pending = text, changes + self._pending
            return True

    def _fail(self, error: Exception) -> None:
        """Tell the first fault in a row."""
        if not self._failing:
            self.notices.append(
                f"what is typed can't be kept safe in {self._folder} ({reason(error)}): save often;"
                " it is tried again"
            )
        self._failing = True


def _is_as_seen(document: Document) -> bool:
    """Whether the file is as it was when it was opened or saved, or there was none."""
    if document.path is None or document.stamp is None:
        return True
    try:
        return stamp_of(document.path.stat()) == document.stamp
    except (OSError, ValueError):
        return False
