"""Reading corpora: what is text is read exactly, what is not is refused in one line."""

import hashlib
import io
import os
import sys
import threading
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import texts
from charlm_core.errors import CorpusError
from charlm_core.texts import TextReader, TextSource, TextSources


def read(path: Path) -> tuple[str, TextReader]:
    """The whole of a file, and its reader."""
    reader = TextReader(source=TextSource(name=path.name, path=path))
    return "".join(reader.pieces()), reader


@given(text=st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs", "Cc"])))
def test_utf8_text_is_read_exactly(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Any Unicode comes out as it went in, but for a byte-order mark at the start."""
    path = tmp_path_factory.mktemp("text") / "t.txt"
    raw = text.encode()
    path.write_bytes(raw)
    found, reader = read(path)
    assert found == text.removeprefix("\ufeff")
    assert reader.bad_bytes == 0
    facts = reader.facts()
    assert (facts.chars, facts.bytes) == (len(found), len(raw))
    assert facts.sha256 == hashlib.sha256(raw).hexdigest()


def test_how_a_file_is_cut_into_pieces_does_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Characters, line ends and faults that straddle two pieces are read as one."""
    path = tmp_path / "t.txt"
    path.write_bytes("\ufeffпривет 🎉\r\nzwei\rdrei\n\ufffd ".encode() + b"\xff ok " * 3)
    found = []
    for size in (1, 2, 3, 5, 7, 1000):
        monkeypatch.setattr(texts, "PIECE_BYTES", size)
        text, reader = read(path)
        found.append((text, reader.bad_bytes, reader.crlf, reader.byte_order_mark, reader.chars))
    expected = "привет 🎉\nzwei\ndrei\n\ufffd " + "\ufffd ok " * 3
    assert found == [(expected, 3, True, True, len(expected))] * len(found)


def test_what_was_changed_is_told(tmp_path: Path) -> None:
    """Bad bytes, a byte-order mark and CRLF each give a line that names the file."""
    path = tmp_path / "t.txt"
    path.write_bytes(b"\xef\xbb\xbfcaf\xe9, and then a good deal more of it\r\n")
    text, reader = read(path)
    assert text == "caf\ufffd, and then a good deal more of it\n"
    assert [note.split(":")[0] for note in reader.notices()] == ["t.txt"] * 3


@pytest.mark.parametrize(
    "raw",
    [b"\x7fELF\0\0", b"text\0", Random(1).randbytes(4000) + b"\0", b"\x90" * 50],
    ids=["program", "zero", "noise", "slide"],
)
def test_a_binary_file_is_refused(tmp_path: Path, raw: bytes) -> None:
    """What is not text is not trained on; the line names the file."""
    path = tmp_path / "t.bin"
    path.write_bytes(raw)
    with pytest.raises(CorpusError, match=r"t\.bin: a binary file"):
        read(path)


def test_a_file_that_vanishes_is_told(tmp_path: Path) -> None:
    """A file that goes between being named and being read gives one line."""
    path = tmp_path / "t.txt"
    path.write_text("hello")
    with TextSources([path]) as sources:
        path.unlink()
        with pytest.raises(CorpusError, match="No such file"):
            list(TextReader(source=sources.sources[0]).pieces())


def test_a_folder_is_its_text_files_sorted(tmp_path: Path) -> None:
    """Hidden, binary, empty and foreign files are left out, the visible ones told of."""
    for name in ("b.txt", "a.md", "sub/c.py", ".hidden", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "image.png").write_bytes(b"\x89PNG\0")
    (tmp_path / "empty.txt").touch()
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    with TextSources([tmp_path]) as sources:
        names = [os.path.relpath(source.name, tmp_path) for source in sources.sources]
        skipped = sorted(Path(note.split(": ")[0]).name for note in sources.notices)
    assert names == ["a.md", "b.txt", "sub/c.py"]
    assert skipped == ["empty.txt", "image.png", "latin.txt"]


def test_a_character_cut_by_the_look_into_a_file_is_no_fault(tmp_path: Path) -> None:
    """A text file is found even when its first 64 KiB end inside a character."""
    (tmp_path / "ru.txt").write_text("x" + "ж" * 40_000, encoding="utf-8")
    with TextSources([tmp_path]) as sources:
        assert len(sources.sources) == 1


def test_standard_input_is_read_and_can_be_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` is standard input, kept so that the trainer can go over it again."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("héllo\r\n".encode())))
    with TextSources(["-"]) as sources:
        (source,) = sources.sources
        for _ in range(2):
            assert "".join(TextReader(source=source).pieces()) == "héllo\n"
        assert source.name == "standard input"
    assert not source.path.exists()


def test_a_pipe_is_read(tmp_path: Path) -> None:
    """The shell's <(command) works like a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("from a pipe",))
    writer.start()
    with TextSources([pipe]) as sources:
        assert "".join(TextReader(source=sources.sources[0]).pieces()) == "from a pipe"
    writer.join()


@pytest.mark.parametrize(
    ("name", "fault"), [("missing.txt", "no such file or folder"), ("void", "without text files")]
)
def test_what_is_not_there_is_told(tmp_path: Path, name: str, fault: str) -> None:
    """A missing file and an empty folder each give one line."""
    (tmp_path / "void").mkdir()
    with pytest.raises(CorpusError, match=fault), TextSources([tmp_path / name]):
        pass


def test_an_empty_name_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a shell gives it for a variable that is not set: all that lies here is not meant."""
    (tmp_path / "a.txt").write_text("not meant")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CorpusError, match="no text named"), TextSources([""]):
        pass


def test_a_text_need_not_be_hashed(tmp_path: Path) -> None:
    """Whoever wants no facts gets the same text, sooner."""
    path = tmp_path / "t.txt"
    path.write_text("hello")
    source = TextSource(name="t.txt", path=path)
    assert "".join(TextReader(source=source, hashed=False).pieces()) == "hello"


def test_what_cannot_be_looked_at_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    """A link to nothing, one that goes in a circle, a pipe: the text files are read."""
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "nothing").symlink_to(tmp_path / "gone")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    os.mkfifo(tmp_path / "pipe")
    with TextSources([tmp_path]) as sources:
        assert [source.path.name for source in sources.sources] == ["a.txt"]
        assert [Path(note.split(": ")[0]).name for note in sources.notices] == ["circle"]


def test_a_text_that_a_folder_held_can_be_left_out(tmp_path: Path) -> None:
    """One that was named can't, nor the last one of a folder."""
    for name in ("sub/a.txt", "sub/b.txt", "named.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    with TextSources([tmp_path / "sub", tmp_path / "named.txt"]) as sources:
        first, second, named = sources.sources
        sources.leave_out(first, CorpusError(f"{first.name}: gone"))
        assert sources.sources == [second, named]
        assert sources.notices == [f"{first.name}: skipped, gone"]
        with pytest.raises(CorpusError, match="gone"):
            sources.leave_out(named, CorpusError(f"{named.name}: gone"))
        with pytest.raises(CorpusError, match="sub: a folder without text files"):
            sources.leave_out(second, CorpusError(f"{second.name}: gone"))
