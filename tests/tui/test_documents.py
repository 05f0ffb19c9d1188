"""Files opened and saved: nothing lost, nothing half written, every fault told in one line."""

import os
import stat
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
    """A file beyond the limit is refused before it is read; a large one opens with a warning."""
    monkeypatch.setattr(documents, "MAX_BYTES", 20)
    monkeypatch.setattr(documents, "LARGE_BYTES", 10)
    assert "lag" in open_document(write(tmp_path, b"x" * 11)).notice
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


@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
def test_a_failed_save_leaves_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A full disk is told of; the file is as it was and nothing else lies about."""
    path = write(tmp_path, b"precious")
    document = open_document(path)

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path if step == "replace" else os, step, fail)
    with pytest.raises(DocumentError, match="No space left on device; nothing was saved"):
        save(document, "worthless")
    monkeypatch.undo()
    assert path.read_bytes() == b"precious"
    assert [entry.name for entry in tmp_path.iterdir()] == ["note.txt"]


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
