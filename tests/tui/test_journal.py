"""What was typed outlives the process, exactly, whatever ended it and wherever it was cut short."""

import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from charlm_core import DocumentError
from tests.tui.test_documents import TEXTS
from tui.services import journal, journal_files
from tui.services.documents import Document, Stamp, open_document, save
from tui.services.journal import (
    Journal,
    Leftover,
    discard,
    journals_folder,
    leftovers,
    recovered_text,
)
from tui.text.buffer import Buffer, Location

EPOCH = 1_700_000_000.0
TEXT = "one\ntwo\nthree"


class Desk:
    """A document being edited, and its journal, in a folder of journals of its own."""

    def __init__(self, folder: Path, document: Document) -> None:
        self.folder = folder
        self.buffer = Buffer(document.text)
        self.document = document
        self.journal = Journal(folder, document)
        self.texts = 0
        """How often the whole text was asked for."""

    def text(self) -> str:
        """All of it."""
        self.texts += 1
        return self.buffer.text

    def edit(self, start: Location, end: Location, text: str) -> None:
        """One edit, noted."""
        self.journal.note([self.buffer.replace(start, end, text)], self.text)

    def type(self, text: str) -> None:
        """Typed at the end, character by character."""
        for character in text:
            self.edit(self.buffer.end, self.buffer.end, character)

    def save(self) -> None:
        """Saved, which the journal is told."""
        self.document = save(self.document, self.buffer.text)
        self.journal.saved(self.document)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the journals are."""
    return tmp_path / "data" / "journals"


@pytest.fixture
def desks(folder: Path) -> Iterator[Callable[[Document], Desk]]:
    """Documents being edited, which are let go in the end."""
    made: list[Desk] = []

    def open_desk(document: Document) -> Desk:
        made.append(Desk(folder, document))
        return made[-1]

    yield open_desk
    for desk in made:
        desk.journal.close()


def killed(folder: Path) -> Path:
    """The journals as a kill at this moment leaves them: nobody holds these."""
    copy = folder.with_name(f"{folder.name}-{time.monotonic_ns()}")
    if folder.exists():
        shutil.copytree(folder, copy)
    return copy


def only(folder: Path) -> Leftover:
    """The one leftover that there is."""
    (leftover,) = leftovers(folder)
    return leftover


def left(folder: Path) -> list[str]:
    """The texts that a start after a kill at this moment offers."""
    return [recovered_text(leftover) for leftover in leftovers(killed(folder))]


def on_disk(folder: Path, suffix: str) -> list[Path]:
    """The journals' files of a kind."""
    return sorted(folder.glob(f"*/*{suffix}"))


def note_file(tmp_path: Path, text: str = TEXT) -> Path:
    """A file to be edited."""
    path = tmp_path / "note.txt"
    path.write_text(text)
    return path


def wait_until(true: Callable[[], object]) -> None:
    """Give the journal's threads their time."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_nothing_is_written_before_the_first_edit(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """Looking at a file leaves no trace."""
    desk = desks(open_document(note_file(tmp_path)))
    assert desk.journal.flush()
    desk.journal.saved(desk.document)
    assert not folder.exists()
    assert leftovers(folder) == []


def test_typed_text_comes_back(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """After a kill the text is there to the last character, with the file it belongs to."""
    path = note_file(tmp_path)
    desk = desks(open_document(path))
    before = time.time()
    desk.type(" four\nfive")
    desk.edit((0, 1), (1, 1), "X")
    desk.edit((0, 0), (0, 0), "Ж👩‍💻\ud800\r")
    assert desk.journal.flush()
    copy = killed(folder)
    leftover = only(copy)
    assert recovered_text(leftover) == desk.buffer.text == "Ж👩‍💻\ud800\roXwo\nthree four\nfive"
    assert leftover.path == path
    assert before <= leftover.when <= time.time()
    assert leftover.whole
    assert desk.texts == 0
    assert path.read_text() == TEXT
    discard(leftover)
    assert leftovers(copy) == []
    assert list(copy.iterdir()) == []


def test_it_is_on_disk_without_being_asked(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """Nobody has to flush: a moment after a key it is safe."""
    desk = desks(open_document(note_file(tmp_path)))
    desk.type("!")
    wait_until(lambda: left(folder) == [f"{TEXT}!"])
    desk.type("?")
    wait_until(lambda: left(folder) == [f"{TEXT}!?"])


def test_a_text_without_a_name(folder: Path, desks: Callable[[Document], Desk]) -> None:
    """What was never saved anywhere is offered as a text without a name."""
    desk = desks(Document())
    desk.type("hello\nworld")
    assert desk.journal.flush()
    leftover = only(killed(folder))
    assert leftover.path is None
    assert recovered_text(leftover) == "hello\nworld"
    # All of it taken away again, there is nothing to offer.
    desk.edit((0, 0), desk.buffer.end, "")
    assert desk.journal.flush()
    assert left(folder) == []


def test_a_document_that_begins_with_a_text(
    folder: Path, desks: Callable[[Document], Desk]
) -> None:
    """A text that has no file yet is kept whole, not only what is typed into it."""
    desk = desks(Document(text="given"))
    desk.type(" more")
    assert desk.journal.flush()
    assert left(folder) == ["given more"]


def test_a_new_file(folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]) -> None:
    """A path where nothing is yet is remembered with the text."""
    desk = desks(open_document(tmp_path / "new.txt"))
    desk.type("begun")
    assert desk.journal.flush()
    assert only(killed(folder)).path == tmp_path / "new.txt"
    assert left(folder) == ["begun"]
    desk.save()
    assert left(folder) == []


@pytest.mark.parametrize("codec", TEXTS)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_endings(
    folder: Path, tmp_path: Path, codec: str, newline: str, desks: Callable[[Document], Desk]
) -> None:
    """The text comes back from a file in any encoding, with what is needed to save it so."""
    path = tmp_path / "note.txt"
    path.write_bytes((TEXTS[codec] * 2).replace("\n", newline).encode(codec))
    document = open_document(path)
    desk = desks(document)
    desk.type("x\n")
    assert desk.journal.flush()
    leftover = only(killed(folder))
    assert recovered_text(leftover) == TEXTS[codec] * 2 + "x\n"
    assert (leftover.encoding, leftover.newline) == (document.encoding, document.newline)


def test_a_save_leaves_nothing_to_offer(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """A kill after a save offers nothing; one after more typing offers just that."""
    desk = desks(open_document(note_file(tmp_path)))
    desk.type(" four")
    assert desk.journal.flush()
    # Killed between the file's being in place and the journal's hearing of it.
    desk.document = save(desk.document, desk.buffer.text)
    copy = killed(folder)
    assert leftovers(copy) == []
    assert list(copy.iterdir()) == []
    desk.journal.saved(desk.document)
    assert left(folder) == []
    assert desk.journal.flush()
    assert left(folder) == []
    assert on_disk(folder, "edits") == []
    desk.type(" five")
    assert left(folder) == []
    assert desk.journal.flush()
    assert left(folder) == [f"{TEXT} four five"]
    assert len(on_disk(folder, "edits")) == 1


def test_edits_in_flight_do_not_outlive_a_save(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """What was typed before a save and not yet written is in the file, and nowhere twice."""
    desk = desks(open_document(note_file(tmp_path)))
    desk.type("a")
    desk.save()
    desk.type("b")
    assert desk.journal.flush()
    assert left(folder) == [f"{TEXT}ab"]


def test_typing_that_comes_to_nothing(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """Typed and undone: the file holds just that, and nothing is offered."""
    desk = desks(open_document(note_file(tmp_path)))
    desk.type("x")
    desk.edit((2, 5), (2, 6), "")
    assert desk.journal.flush()
    assert left(folder) == []
    desk.edit((0, 0), (0, 1), "O")
    assert desk.journal.flush()
    assert left(folder) == ["One\ntwo\nthree"]


def test_the_end_of_a_journal(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """Thrown away on purpose, nothing stays; kept, the next start offers it."""
    first, second = desks(open_document(note_file(tmp_path))), desks(Document())
    first.type("x")
    second.type("kept")
    assert first.journal.flush()
    first.journal.close()
    second.journal.close(keep=True)
    first.type("late")
    assert not first.journal.flush() or left(folder) == ["kept"]
    assert recovered_text(only(folder)) == "kept"


def test_a_living_process_is_not_robbed(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """What somebody is typing elsewhere at the moment is not offered, nor removed."""
    desk = desks(open_document(note_file(tmp_path)))
    desk.type("x")
    assert desk.journal.flush()
    found = only(killed(folder))
    assert leftovers(folder) == []
    (living,) = folder.iterdir()
    discard(Leftover(**{name: getattr(found, name) for name in found.__dataclass_fields__}))
    object.__setattr__(found, "folder", living)
    discard(found)
    assert left(folder) == [f"{TEXT}x"]


def test_a_file_that_changed_before_the_first_edit(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """Another program wrote the file: the text on the screen is kept, not that of the file."""
    path = note_file(tmp_path)
    for change in (lambda: path.write_text("foreign words"), path.unlink):
        path.write_text(TEXT)
        desk = desks(open_document(path))
        change()
        desk.type("!")
        desk.type("?")
        assert desk.journal.flush()
        assert desk.texts == 1
        assert left(folder) == [f"{TEXT}!?"]
        desk.journal.close()


def test_a_file_that_changes_between_the_edit_and_its_copy(
    folder: Path,
    tmp_path: Path,
    desks: Callable[[Document], Desk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The copy notices, and the next key brings the whole text along."""
    path = note_file(tmp_path)
    for small in (1 << 20, 0):
        monkeypatch.setattr(journal_files, "SMALL_BYTES", small)
        path.write_text(TEXT)
        desk = desks(open_document(path))
        with desk.journal._disk:
            desk.type("!")
            path.write_text("foreign words")
        if small:
            assert not desk.journal.flush()
        else:
            desk.journal.flush()
            wait_until(lambda desk=desk: not desk.journal.flush())  # type: ignore[misc]
        desk.type("?")
        assert desk.journal.flush()
        assert left(folder) == [f"{TEXT}!?"]
        desk.journal.close()


def test_a_save_that_comes_as_the_file_is_copied(
    folder: Path,
    tmp_path: Path,
    desks: Callable[[Document], Desk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One's own save is no fault: nothing is told, and the next keys are safe as soon as ever."""
    monkeypatch.setattr(journal, "RETRY_SECONDS", 1e6)
    copy = journal_files._copy
    desk = desks(open_document(note_file(tmp_path)))
    saved = threading.Event()

    def late(*arguments: object) -> None:
        if not saved.is_set():
            desk.document = save(desk.document, desk.buffer.text)
            saved.set()
        copy(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(journal_files, "_copy", late)
    desk.type("!")
    saved.wait(60)
    with desk.journal._disk:
        desk.journal.saved(desk.document)
    desk.type("?")
    wait_until(lambda: left(folder) == [f"{TEXT}!?"])
    assert not desk.journal.notices
    assert desk.texts == 0


def test_a_large_file_is_copied_meanwhile(
    folder: Path,
    tmp_path: Path,
    desks: Callable[[Document], Desk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until its copy is there, the file itself does; after that it may change."""
    monkeypatch.setattr(journal_files, "SMALL_BYTES", 4)
    gate = threading.Event()
    copy = journal_files._copy

    def slow(*arguments: object) -> None:
        gate.wait(60)
        copy(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(journal_files, "_copy", slow)
    path = note_file(tmp_path)
    desk = desks(open_document(path))
    desk.type("!")
    assert desk.journal.flush()
    assert on_disk(folder, "base") == []
    assert left(folder) == [f"{TEXT}!"]
    gate.set()
    wait_until(lambda: on_disk(folder, "base"))
    path.write_text("foreign words")
    assert left(folder) == [f"{TEXT}!"]


def test_a_copy_that_comes_too_late(
    folder: Path,
    tmp_path: Path,
    desks: Callable[[Document], Desk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Saved, or closed, while a large file is still being copied: the copy is not kept."""
    monkeypatch.setattr(journal_files, "SMALL_BYTES", 4)
    gate = threading.Event()
    copy, copied = journal_files._copy, []

    def slow(path: Path, stamp: Stamp, to: Path) -> None:
        copy(path, stamp, to)
        gate.wait(60)
        copied.append(to)

    monkeypatch.setattr(journal_files, "_copy", slow)
    desk = desks(open_document(note_file(tmp_path)))
    desk.type("!")
    assert desk.journal.flush()
    wait_until(lambda: on_disk(folder, "tmp"))
    desk.save()
    assert desk.journal.flush()
    gate.set()
    wait_until(lambda: copied and not on_disk(folder, "tmp"))
    assert on_disk(folder, "base") == []
    gate.clear()
    desk.type("?")
    assert desk.journal.flush()
    desk.journal.close()
    gate.set()
    wait_until(lambda: len(copied) == 2 and threading.active_count() == 1)
    assert list(folder.iterdir()) == []


def test_a_text_that_cannot_be_had_is_told(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """Where the text is gone that the edits belong to, one line says so and names the folder."""
    path = note_file(tmp_path)
    desk = desks(open_document(path))
    desk.type("!")
    assert desk.journal.flush()
    copy = killed(folder)
    (base,) = on_disk(copy, "base")
    base.write_bytes(b"short")
    path.write_text("foreign words")
    leftover = only(copy)
    with pytest.raises(DocumentError, match="is gone or damaged") as caught:
        recovered_text(leftover)
    assert str(leftover.folder) in str(caught.value)


def test_two_leftovers_of_one_file(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """Both are offered, the newer one first."""
    path = note_file(tmp_path)
    first, second = desks(open_document(path)), desks(open_document(path))
    first.type("1")
    assert first.journal.flush()
    second.type("2")
    assert second.journal.flush()
    assert left(folder) == [f"{TEXT}2", f"{TEXT}1"]


@pytest.mark.parametrize(("limit", "most"), [("MOST_EDITS_BYTES", 2000), ("MOST_EDITS", 50)])
def test_a_crowded_journal_begins_anew(
    folder: Path,
    tmp_path: Path,
    desks: Callable[[Document], Desk],
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    most: int,
) -> None:
    """A day of typing does not fill the disk; the text is there at every moment of it."""
    monkeypatch.setattr(journal_files, limit, most)
    desk = desks(open_document(note_file(tmp_path)))
    largest = 0
    for index in range(300):
        desk.edit((0, 0), (0, index % 3), f"{index}\n")
        assert desk.journal.flush()
        if not index % 10:
            assert left(folder) == [desk.buffer.text]
        largest = max(largest, sum(file.stat().st_size for file in on_disk(folder, "edits")))
    assert left(folder) == [desk.buffer.text]
    assert largest < 3 * 2000 + len(desk.buffer.text)
    assert 1 < desk.texts < 20


def test_a_thousand_replacements_are_kept_as_a_text(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """Replacing everywhere costs no more than the text is long."""
    desk = desks(open_document(note_file(tmp_path, "a\n" * 3000)))
    changes = [desk.buffer.replace((row, 0), (row, 1), "bc") for row in range(3000)]
    desk.journal.note(changes, desk.text)
    desk.type("!")
    assert desk.journal.flush()
    assert left(folder) == ["bc\n" * 3000 + "!"]
    assert sum(file.stat().st_size for file in on_disk(folder, "edits")) < 1000


def test_nobody_else_may_read_it(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """The journals are for their owner alone."""
    desk = desks(open_document(note_file(tmp_path)))
    desk.type("secret")
    assert desk.journal.flush()
    for path in [folder, *folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_full_disk_is_told_once_and_tried_again(
    folder: Path,
    tmp_path: Path,
    desks: Callable[[Document], Desk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Typing goes on, one line says what is the matter, and later all of it is safe."""
    desk = desks(open_document(note_file(tmp_path)))
    desk.type("a")
    assert desk.journal.flush()
    write = os.write

    def full(descriptor: int, data: memoryview) -> int:
        # As a disk does that has room for a little more.
        if len(data) > 5:
            return write(descriptor, data[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    for key in "bcd":
        desk.type(key)
        assert not desk.journal.flush()
    (notice,) = desk.journal.notices
    assert "No space left on device" in notice
    assert str(folder) in notice
    assert "\n" not in notice
    assert left(folder) == [f"{TEXT}a"]
    monkeypatch.undo()
    desk.type("e")
    assert desk.journal.flush()
    assert left(folder) == [f"{TEXT}abcde"]


def test_keys_that_come_during_a_fault(
    folder: Path,
    tmp_path: Path,
    desks: Callable[[Document], Desk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is typed while a write fails comes behind what failed; a save then leaves neither."""
    write = os.write
    for what in ("key", "save"):
        desk = desks(open_document(note_file(tmp_path)))
        desk.type("a")
        assert desk.journal.flush()
        failed = False

        def late(descriptor: int, data: memoryview, desk: Desk = desk, what: str = what) -> int:
            nonlocal failed
            if not failed:
                failed = True
                if what == "save":
                    desk.save()
                desk.type("c")
                raise OSError(28, "No space left on device")
            return write(descriptor, data)

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", late)
            desk.type("b")
            assert not desk.journal.flush()
            assert desk.journal.flush()
        assert left(folder) == [f"{TEXT}abc"]
        desk.journal.close()


def test_a_fault_is_tried_again_without_a_key(
    folder: Path,
    tmp_path: Path,
    desks: Callable[[Document], Desk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever stops typing while the disk is full is safe too, once there is room."""
    monkeypatch.setattr(journal, "RETRY_SECONDS", 0.01)
    desk = desks(open_document(note_file(tmp_path)))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", full)
        desk.type("a")
        wait_until(lambda: desk.journal.notices)
    wait_until(lambda: left(folder) == [f"{TEXT}a"])
    assert len(desk.journal.notices) == 1


@pytest.mark.parametrize("call", ["open", "write", "fdatasync", "fsync", "rename", "mkdir"])
def test_a_fault_at_any_step(
    folder: Path,
    tmp_path: Path,
    desks: Callable[[Document], Desk],
    monkeypatch: pytest.MonkeyPatch,
    call: str,
) -> None:
    """Whatever the system refuses, and how often: no key raises, and in the end all is there."""
    for misses in range(6):
        real = getattr(os, call)
        countdown = [misses]

        def fail(
            *arguments: object,
            countdown: list[int] = countdown,
            real: Callable[..., object] = real,
            **options: object,
        ) -> object:
            countdown[0] -= 1
            if countdown[0] == -1:
                raise OSError(5, "Input/output error")
            return real(*arguments, **options)

        desk = desks(open_document(note_file(tmp_path)))
        with monkeypatch.context() as patch:
            patch.setattr(os, call, fail)
            for key in "abc":
                desk.type(key)
                desk.journal.flush()
            desk.journal.note(
                [desk.buffer.replace((0, 0), (0, 0), "x") for _ in range(1001)], desk.text
            )
            desk.journal.flush()
        desk.type("d")
        assert desk.journal.flush()
        assert left(folder) == [desk.buffer.text]
        desk.journal.close()
        assert list(folder.iterdir()) == []


def test_a_folder_that_takes_nothing(
    tmp_path: Path, desks: Callable[[Document], Desk], folder: Path
) -> None:
    """Where no journal can be, typing goes on and a line says so."""
    folder.parent.write_text("in the way")
    desk = desks(Document())
    desk.type("x")
    assert not desk.journal.flush()
    assert len(desk.journal.notices) == 1
    assert leftovers(folder) == []


def test_a_journal_that_somebody_removes(
    folder: Path, tmp_path: Path, desks: Callable[[Document], Desk]
) -> None:
    """A cleaned-up data folder is noticed, and the journal begins anew."""
    desk = desks(open_document(note_file(tmp_path)))
    desk.type("a")
    assert desk.journal.flush()
    shutil.rmtree(folder)
    desk.type("b")
    assert not desk.journal.flush()
    desk.type("c")
    assert desk.journal.flush()
    assert left(folder) == [f"{TEXT}abc"]


def test_a_note_costs_little(tmp_path: Path, folder: Path) -> None:
    """A key does not touch the disk: what it takes is the same while the disk is busy."""
    desk = Desk(folder, Document())
    with desk.journal._disk:
        desk.type("x" * 1000)
        assert not folder.exists()
    assert desk.journal.flush()
    assert left(folder) == ["x" * 1000]
    desk.journal.close()


ROBOT = """
import sys, time
from pathlib import Path
from tui.services.documents import open_document
from tui.services.journal import Journal, journals_folder
from tui.text.buffer import Buffer
document = open_document(Path(sys.argv[1]))
buffer, journal = Buffer(document.text), Journal(journals_folder(), document)
for number in range(10**9):
    journal.note([buffer.replace(buffer.end, buffer.end, f"{number} ")], lambda: buffer.text)
    print(number, flush=True)
    time.sleep(0.002)
"""


def test_kill_9(tmp_path: Path, home: Path) -> None:
    """A process that is killed leaves all but its last moment, in the user's data folder."""
    path = note_file(tmp_path, "")
    generator = random.Random(3)
    for _ in range(3):
        command = [sys.executable, "-c", ROBOT, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as robot:
            assert robot.stdout
            moments: list[float] = []
            while not moments or moments[-1] - moments[0] < 1.2 + generator.random() / 2:
                robot.stdout.readline()
                moments.append(time.monotonic())
            now = time.monotonic()
            robot.send_signal(signal.SIGKILL)
            printed = len(moments) + len(robot.stdout.readlines())
        sure = sum(moment < now - 1 for moment in moments)
        leftover = only(journals_folder())
        assert leftover.path == path
        words = recovered_text(leftover).split(" ")[:-1]
        assert words == [str(number) for number in range(len(words))]
        assert sure <= len(words) <= printed + 1
        discard(leftover)
