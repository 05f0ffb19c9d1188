"""Files opened and saved: nothing lost, nothing half written, every fault told in one line."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import DocumentError
from tui.services import documents
from tui.services.documents import (
    ChangedOnDiskError,
    Document,
    UnencodableError,
    as_utf8,
    changed_on_disk,
    difference,
    open_document,
    recover,
    renamed,
    save,
)
from tui.services.encodings import decode

TEXTS = {
    "utf-8": "Привет, мир! 👩‍💻\n",
    "utf-8-sig": "mark\n",
    "utf-16": "sixteen ж\n",
    "utf-32": "thirty-two ж\n",
    "latin-1": "Ein Café für Zoë\n",
    "cp1252": "“quoted” – dash\n",
    "cp1251": "Привет, как дела? Это обычный русский текст.\n",
    "koi8_r": "Привет, как дела? Это обычный русский текст.\n",
    "euc_jp": "こんにちは世界。今日はいい天気ですね。\n",
}


def write(folder: Path, data: bytes) -> Path:
    """A file that holds these bytes."""
    path = folder / "note.txt"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("codec", TEXTS)
def test_encodings_come_back_as_they_were(tmp_path: Path, codec: str) -> None:
    """A file in any of these encodings shows its text and is saved in the same encoding."""
    text = TEXTS[codec]
    path = write(tmp_path, text.encode(codec))
    document = open_document(path)
    assert document.text == text
    assert bool(document.notice) == (not codec.startswith("utf"))
    save(document, text + text)
    raw = path.read_bytes()
    assert raw.removeprefix(document.encoding.mark).decode(document.encoding.codec) == text + text
    assert raw.startswith(text.encode(codec))


def test_latin_1_is_told() -> None:
    """A Latin-1 file says what it was taken for."""
    decoded = decode(b"caf\xe9\n")
    assert decoded is not None
    assert decoded[1].label == "Latin-1"


@given(
    raw=st.binary(max_size=200) | st.text("aé\r\n\x1b\x0c\x85\u2028字", max_size=60).map(str.encode)
)
def test_untouched_text_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    """Whatever opens is saved, untouched, byte for byte as it was."""
    path = write(tmp_path_factory.mktemp("any"), raw)
    try:
        document = open_document(path)
    except DocumentError:
        assert b"\0" in raw
        return
    save(document, document.text)
    assert path.read_bytes() == raw


@pytest.mark.parametrize(
    ("raw", "shown", "edited"),
    [
        (b"a\nb", "a\nb", b"a\nb\nc"),
        (b"a\r\nb\r\n", "a\nb\n", b"a\r\nb\r\n\r\nc"),
        (b"a\rb\r", "a\nb\n", b"a\rb\r\rc"),
        (b"a\r\nb\n", "a\r\nb\n", b"a\r\nb\n\nc"),
        (b"", "", b"\nc"),
    ],
)
def test_line_endings_are_kept(tmp_path: Path, raw: bytes, shown: str, edited: bytes) -> None:
    """New lines end as the others do; in a mixed file every old line keeps its ending."""
    path = write(tmp_path, raw)
    document = open_document(path)
    assert document.text == shown
    assert ("mixed" in document.notice) == ("\r" in shown)
    save(document, shown + "\nc")
    assert path.read_bytes() == edited


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "a folder"),
        (lambda path: path.write_bytes(b"\x7fELF\0\0"), "binary"),
        (lambda path: path.parent.rmdir(), "there is no folder"),
        (lambda path: os.mkfifo(path), "not a regular file"),
        (lambda path: path.symlink_to(path), "symbolic links"),
    ],
)
def test_what_does_not_open_says_why(tmp_path: Path, make: object, words: str) -> None:
    """A folder, a binary file and their like are refused with one line that names them."""
    path = tmp_path / "folder" / "thing"
    path.parent.mkdir()
    assert callable(make)
    make(path)
    with pytest.raises(DocumentError) as caught:
        open_document(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beyond the limit is refused before it is read; one up to it opens without a word."""
    monkeypatch.setattr(documents, "MAX_BYTES", 20)
    assert open_document(write(tmp_path, b"x" * 20)).notice == ""
    with pytest.raises(DocumentError, match="opens files up to"):
        open_document(write(tmp_path, b"x" * 21))


def test_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be read is told of."""
    path = write(tmp_path, b"secret")

    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DocumentError, match="Permission denied"):
        open_document(path)


def test_a_new_file_is_made(tmp_path: Path) -> None:
    """A path where nothing is opens empty and is created on saving, as other programs would."""
    path = tmp_path / "new.txt"
    document = save(open_document(path), "hello")
    assert path.read_text() == "hello"
    (tmp_path / "other").touch()
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode
    save(document, "again")
    assert path.read_text() == "again"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["new.txt", "other"]


def test_mode_and_links_are_kept(tmp_path: Path) -> None:
    """The file keeps its permissions, and a symbolic link goes on pointing at it."""
    path = write(tmp_path, b"x")
    path.chmod(0o751)
    link = tmp_path / "link"
    link.symlink_to(path.name)
    save(open_document(link), "y")
    assert link.is_symlink()
    assert path.read_bytes() == b"y"
    assert stat.S_IMODE(path.stat().st_mode) == 0o751


def test_changed_on_disk(tmp_path: Path) -> None:
    """A file that another program wrote meanwhile is not overwritten unasked."""
    path = write(tmp_path, b"one")
    document = open_document(path)
    path.write_bytes(b"two!")
    with pytest.raises(ChangedOnDiskError):
        save(document, "three")
    assert path.read_bytes() == b"two!"
    saved = save(document, "three", force=True)
    assert path.read_bytes() == b"three"
    save(saved, "four")


def test_vanished(tmp_path: Path) -> None:
    """A file deleted meanwhile is written anew."""
    path = write(tmp_path, b"one")
    document = open_document(path)
    path.unlink()
    save(document, "two")
    assert path.read_bytes() == b"two"


def test_a_new_name_is_not_overwritten_unasked(tmp_path: Path) -> None:
    """Saving under the name of another file needs force."""
    path = write(tmp_path, b"one")
    with pytest.raises(ChangedOnDiskError):
        save(renamed(Document(), path), "two")


@pytest.mark.parametrize("step", ["open", "fchown", "fchmod", "write", "fsync", "replace"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_failed_save_leaves_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, times: int
) -> None:
    """A full disk is told of; the file is as it was and nothing else lies about."""
    path = write(tmp_path, b"precious")
    document = open_document(path)
    monkeypatch.setattr(documents, "_PIECE", 2)
    calls = 0
    real = getattr(os, step)

    def fail(*args: object, **kwargs: object) -> object:
        nonlocal calls
        calls += 1
        if calls == times:
            raise OSError(28, "No space left on device")
        return real(*args, **kwargs)

    monkeypatch.setattr(os, step, fail)
    try:
        save(document, "worthless")
    except DocumentError as error:
        told = str(error)
    else:
        told = ""
    monkeypatch.undo()
    assert [entry.name for entry in tmp_path.iterdir()] == ["note.txt"]
    # Once the file is in its place, a folder that can't be synced is no reason to say it is not.
    in_place = calls < times or (step, times) in {("open", 2), ("fsync", 2)}
    assert path.read_bytes() == (b"worthless" if in_place else b"precious")
    what = "No space left on device; nothing was saved; free some space, or save under another name"
    assert told == ("" if in_place else f"{path}: {what} with F12")


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EDQUOT, "your quota there is used up"),
        (errno.EROFS, "nothing can be written there"),
        (errno.EACCES, "its folder takes nothing from you"),
        (errno.EPERM, "its folder takes nothing from you"),
        (errno.ENAMETOOLONG, "save under a shorter name with F12"),
        (errno.EIO, "the disk may be failing"),
        (errno.ENOENT, "make it again"),
        (errno.ETXTBSY, "save under another name with F12"),
    ],
)
def test_what_to_do_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    """Whatever the system refuses, the one line about it ends in what can be done."""
    path = write(tmp_path, b"precious")
    document = open_document(path)

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(DocumentError) as caught:
        save(document, "worthless")
    told = str(caught.value)
    assert told.startswith(f"{path}: {os.strerror(number)}; nothing was saved; ")
    assert advice in told
    assert "F12" in told
    assert "\n" not in told


def test_a_folder_that_vanished(tmp_path: Path) -> None:
    """Its folder removed, a document can't be saved there, and the way out is told."""
    folder = tmp_path / "folder"
    folder.mkdir()
    path = write(folder, b"one")
    document = open_document(path)
    path.unlink()
    folder.rmdir()
    with pytest.raises(DocumentError, match="nothing was saved; its folder is gone: make it again"):
        save(document, "two")
    folder.mkdir()
    save(document, "two")
    assert path.read_bytes() == b"two"


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    """A name that the file system does not take asks for a shorter one."""
    with pytest.raises(DocumentError, match=r"File name too long.*shorter name with F12"):
        save(Document(path=tmp_path / ("n" * 300)), "text")
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_none(tmp_path: Path) -> None:
    """A path that no system call takes is told like any other fault."""
    for name in ("a\0b", "a\ud800b"):
        with pytest.raises(DocumentError, match="nothing was saved"):
            save(Document(path=tmp_path / name), "text")
        assert not changed_on_disk(Document(path=tmp_path / name))


def test_another_program_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written while the new text is on its way to the disk is not overwritten unasked."""
    path = write(tmp_path, b"one")
    new = tmp_path / "new.txt"
    for document in (open_document(path), open_document(new)):
        sync = os.fsync

        def late(descriptor: int, sync: Callable[[int], None] = sync) -> None:
            sync(descriptor)
            path.write_bytes(b"foreign")
            new.write_bytes(b"foreign")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", late)
            with pytest.raises(ChangedOnDiskError):
                save(document, "two")
        assert path.read_bytes() == new.read_bytes() == b"foreign"
        new.unlink()
    assert [entry.name for entry in tmp_path.iterdir()] == ["note.txt"]


def test_changed_on_disk_before_it_is_saved(tmp_path: Path) -> None:
    """Another program's write shows at once; one's own, a missing file and a new one do not."""
    path = write(tmp_path, b"one")
    document = open_document(path)
    assert not changed_on_disk(document)
    path.chmod(0o640)
    assert not changed_on_disk(document)
    saved = save(document, "two")
    assert not changed_on_disk(saved)
    assert changed_on_disk(document)
    path.write_bytes(b"three")
    assert changed_on_disk(saved)
    path.unlink()
    assert not changed_on_disk(saved)
    assert not changed_on_disk(Document())
    new = open_document(path)
    assert not changed_on_disk(new)
    path.touch()
    assert changed_on_disk(new)


def test_the_group_may_no_more_than_it_could(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where owner or group can't be kept, the new ones get no rights that were the old ones'."""
    path = write(tmp_path, b"x")
    path.chmod(0o6764)

    def refuse(*args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchown", refuse)
    save(open_document(path), "y")
    assert path.read_bytes() == b"y"
    assert stat.S_IMODE(path.stat().st_mode) == 0o744


def test_nobody_reads_a_private_file_as_it_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What will replace a file for nobody else is for nobody else from the start."""
    path = write(tmp_path, b"x")
    path.chmod(0o600)
    modes = []
    real = os.open

    def look(name: str, flags: int, *more: int) -> int:
        descriptor = real(name, flags, *more)
        if flags & os.O_CREAT:
            modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    monkeypatch.setattr(os, "open", look)
    save(open_document(path), "y")
    assert modes == [0o600]


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no extended attributes here")
def test_extended_attributes_are_kept(tmp_path: Path) -> None:
    """What other programs have attached to the file stays with it."""
    path = write(tmp_path, b"x")
    try:
        os.setxattr(path, "user.origin", b"letter")
    except OSError:
        pytest.skip("this file system has none")
    save(open_document(path), "y")
    assert path.read_bytes() == b"y"
    assert os.getxattr(path, "user.origin") == b"letter"


def test_a_text_may_be_dropped(tmp_path: Path) -> None:
    """Whoever has the text elsewhere saves without the document's own copy."""
    path = write(tmp_path, b"a\r\nb")
    document = open_document(path).without_text()
    assert document.text == ""
    save(document, "c\nd")
    assert path.read_bytes() == b"c\r\nd"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 20])
@pytest.mark.parametrize("codec", TEXTS)
def test_pieces_fit_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codec: str, size: int
) -> None:
    """A text written piece by piece holds what it would hold written at once."""
    path = write(tmp_path, (TEXTS[codec] * 3).replace("\n", "\r\n").encode(codec))
    whole = path.read_bytes()
    document = open_document(path)
    monkeypatch.setattr(documents, "_PIECE", size)
    save(document, document.text)
    assert path.read_bytes() == whole


def test_the_difference(tmp_path: Path) -> None:
    """Between the file as another program left it and the text: a unified diff."""
    path = write(tmp_path, b"one\r\ntwo\r\nthree\r\n")
    document = open_document(path)
    assert difference(document, "one\ntwo\nthree\n") == []
    path.write_bytes(b"one\r\n2\r\nthree\r\n")
    assert difference(document, "one\ntwo\nthree\nfour\n") == [
        *("--- on disk", "+++ in the editor", "@@ -1,4 +1,5 @@"),
        *(" one", "-2", "+two", " three", "+four", " "),
    ]
    path.write_bytes(b"\0")
    with pytest.raises(DocumentError, match="binary"):
        difference(document, "text")
    with pytest.raises(DocumentError, match="no name"):
        difference(Document(), "text")


def test_a_read_only_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be written is not replaced behind its owner's back."""
    path = write(tmp_path, b"x")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    document = open_document(path)
    assert "read-only" in document.notice
    with pytest.raises(DocumentError, match="read-only"):
        save(document, "y")
    assert path.read_bytes() == b"x"


def test_what_the_encoding_lacks(tmp_path: Path) -> None:
    """A character that Latin-1 lacks is named, nothing is written, and UTF-8 takes it."""
    path = write(tmp_path, b"caf\xe9")
    document = open_document(path)
    with pytest.raises(UnencodableError, match="'☃' can't be written in Latin-1"):
        save(document, "café ☃")
    assert path.read_bytes() == b"caf\xe9"
    save(as_utf8(document), "café ☃")
    assert path.read_text() == "café ☃"


def test_nameless(tmp_path: Path) -> None:
    """A buffer without a name can't be saved before it has one."""
    with pytest.raises(DocumentError, match="no name"):
        save(Document(), "x")


@pytest.mark.parametrize("name", ["n" * 255, "ж" * 127, "字" * 85])
def test_recover_a_text_with_the_longest_of_names(tmp_path: Path, name: str) -> None:
    """A name that leaves no room for the suffix is cut, not the text lost."""
    for text in ("one", "two"):
        path = recover(Document(path=tmp_path / name), text, tmp_path / "data")
        assert path.read_text() == text
        assert path.parent == tmp_path
        assert ".charlm-recovered" in path.name


def test_a_file_that_is_being_written_is_not_opened_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another program changes while it is read is told, not taken for the whole."""
    path = tmp_path / "note.txt"
    path.write_text("one")
    status = os.fstat

    def grow(descriptor: int) -> os.stat_result:
        found = status(descriptor)
        with path.open("a") as stream:
            stream.write("more")
        return found

    monkeypatch.setattr(os, "fstat", grow)
    with pytest.raises(DocumentError, match="another program is writing"):
        open_document(path)


def test_recover_beside_the_file_or_elsewhere(tmp_path: Path) -> None:
    """What was not saved goes beside the file, never over anything, or into a folder of ours."""
    document = Document(path=tmp_path / "note.txt")
    first = recover(document, "one", tmp_path / "data")
    second = recover(document, "two", tmp_path / "data")
    assert (first.name, second.name) == ("note.txt.charlm-recovered", "note.txt.charlm-recovered-1")
    assert (first.read_text(), second.read_text()) == ("one", "two")
    gone = Document(path=tmp_path / "gone" / "note.txt")
    assert recover(gone, "three", tmp_path / "data").parent == tmp_path / "data"
    assert recover(Document(), "four\ud800", tmp_path / "data").read_text() == "four?"
