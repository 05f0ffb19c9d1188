"""A corpus made of what is there: whole or not at all, and the sources as they were."""

import errno
import genericpath
import gzip
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from charlm_core import CorpusError, Counted, Prepared, Source, prepare_corpus, sources
from charlm_core.gather import installed
from charlm_core.gather.document import Document, Skip
from charlm_core.gather.installed import info_text, share_folders, unpacked
from charlm_core.gather.places import usual_sources
from charlm_core.gather.prepare import count_sources, valid_path


def paragraph(number: int) -> str:
    """A paragraph like no other."""
    text = "a paragraph that is long enough to be missed when it is there for the second time."
    return f"{number}: {text}"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A folder of a person's own, with all that may lie in one."""
    folder = tmp_path / "notes"
    (folder / "deep").mkdir(parents=True)
    (folder / "b.md").write_text(f"# B\n\n{paragraph(1)}\n")
    (folder / "deep" / "a.txt").write_text(f"{paragraph(2)}\n\n{paragraph(1)}\n")
    (folder / "run.py").write_text("def f():\n\n\n    return 1\n")
    (folder / "passwords.txt").write_text("hunter2\n")
    (folder / "table.csv").write_text("a,b\n1,2\n")
    (folder / "picture.txt").write_bytes(b"\x89PNG\0\0")
    (folder / "old.txt").write_bytes("Größe".encode("latin-1") * 9)
    (folder / "empty.txt").touch()
    (folder / ".hidden").write_text("hidden\n")
    (folder / "letter.eml").write_text("Subject: x\n\nDear Ben,\n\n> Tea?\n\nyes.\n")
    (folder / "box").write_text(
        "From a Mon\nFrom: a@example.org\n\nFirst.\n\nFrom b\nTo: b\n\n2nd.\n"
    )
    return folder


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All that is in a folder, and when it was changed."""
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def prepared(out: Path, *names: str | Path, held_out: float = 0.0) -> tuple[str, list[Counted]]:
    """The text of the corpus of some sources, and the figures of each."""
    found = sources(list(map(str, names)), {out.absolute(), valid_path(out).absolute()})
    events = list(prepare_corpus(found, out, held_out=held_out))
    assert isinstance(events[-1], Prepared)
    counted = [event for event in events if isinstance(event, Counted) and event.done]
    return out.read_text("utf-8"), counted


def test_a_folder_becomes_a_corpus(notes: Path, tmp_path: Path) -> None:
    """Notes, programs and mails, sorted; what is repeated, secret or no text is left out."""
    before = tree(notes)
    text, (counted,) = prepared(tmp_path / "out.txt", notes)
    assert text == (
        f"# B\n\n{paragraph(1)}\n\nFirst.\n\n2nd.\n\nDear Ben,\n\nyes.\n\n"
        f"def f():\n\n\n    return 1\n\n{paragraph(2)}\n"
    )
    assert counted.files == 6
    assert counted.repeated == len(paragraph(1)) + 1
    told = {notice.removeprefix(f"{notes}/") for notice in counted.notices}
    assert told == {
        "passwords.txt: skipped, looks like a secret",
        "table.csv: skipped, data, not text",
        "picture.txt: skipped, binary",
        "old.txt: skipped, not UTF-8",
        "empty.txt: skipped, empty",
    }
    assert tree(notes) == before
    assert stat.S_IMODE((tmp_path / "out.txt").stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"notes", "out.txt"}


def test_what_proves_no_text_takes_nothing_from_others(tmp_path: Path) -> None:
    """A file that turns out to be binary half-way is left out whole; its paragraphs are new yet."""
    folder = tmp_path / "notes"
    folder.mkdir()
    text = "\n\n".join(map(paragraph, range(10_000)))
    (folder / "a.txt").write_bytes(text.encode() + b"\0")
    (folder / "b.txt").write_text(paragraph(1) + "\n")
    (folder / "c.txt").write_text(paragraph(1) + "\n")
    made, (counted,) = prepared(tmp_path / "out.txt", folder)
    assert made == paragraph(1) + "\n"
    assert counted.files == 2
    assert counted.chars == 2 * len(made)
    assert counted.kept == counted.repeated == len(made)


def test_a_corpus_within_its_own_folder_is_not_read(notes: Path) -> None:
    """Made twice, it is the same."""
    first, _ = prepared(notes / "corpus.txt", notes, held_out=0.2)
    assert valid_path(notes / "corpus.txt").name == "corpus.valid.txt"
    second, _ = prepared(notes / "corpus.txt", notes, held_out=0.2)
    assert second == first


@pytest.mark.parametrize("documents", [1, 100])
def test_the_end_of_each_source_is_held_out(tmp_path: Path, documents: int) -> None:
    """A tenth of each: whole texts of many, whole paragraphs of one; nothing lost or doubled."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        numbers = range(100) if name == "one" else range(100, 200)
        parts = [paragraph(number) for number in numbers]
        for index in range(documents):
            share = parts[index * len(parts) // documents : (index + 1) * len(parts) // documents]
            (tmp_path / name / f"{index:03}.txt").write_text("\n\n".join(share) + "\n")
    out = tmp_path / "out.txt"
    text, _ = prepared(out, tmp_path / "one", tmp_path / "other", held_out=0.1)
    held = valid_path(out).read_text()
    kept, valid = ([part.strip() for part in one.split("\n\n")] for one in (text, held))
    of_one = sum(part in valid for part in map(paragraph, range(100)))
    of_other = len(valid) - of_one
    assert {of_one, of_other} <= {9, 10}
    order = [*range(100 - of_one), *range(100, 200 - of_other)]
    order += [*range(100 - of_one, 100), *range(200 - of_other, 200)]
    assert kept + valid == list(map(paragraph, order))
    assert not held.startswith("\n")


def test_a_letter_is_not_cut_in_two(tmp_path: Path) -> None:
    """Where there is neither blank line nor line end in the last part, nothing is held out."""
    path = tmp_path / "a.txt"
    path.write_text("ё" * 3000 + "\n", "utf-8")
    text, _ = prepared(tmp_path / "out.txt", path, held_out=0.3)
    assert text == "ё" * 3000 + "\n"
    path.write_text("ёлка\n" * 3000, "utf-8")
    text, _ = prepared(tmp_path / "out.txt", path, held_out=0.3)
    held = valid_path(tmp_path / "out.txt").read_text("utf-8")
    assert set(held.split("\n")) == {"ёлка", ""}
    assert (text + held).count("ёлка\n") == 3000
    assert 0.29 < len(held) / len(text + held) < 0.31


def test_a_fault_leaves_what_was_there(notes: Path, tmp_path: Path) -> None:
    """A corpus is replaced once the new one is whole; a source that fails leaves no half."""
    out = tmp_path / "out.txt"
    out.write_text("old")

    def failing(_skip: Skip) -> Iterator[Document]:
        yield Document(name="a", lines=iter([paragraph(1)]))
        raise CorpusError("gone")

    source = Source(name="x", about="", licence="", documents=failing)
    with pytest.raises(CorpusError, match="gone"):
        list(prepare_corpus([source], out, held_out=0.1))
    with pytest.raises(CorpusError, match="nothing is left"):
        list(prepare_corpus(sources([str(notes / "empty.txt")]), out))
    assert out.read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"notes", "out.txt"}


def test_what_a_killed_one_left_is_cleared_away(notes: Path, tmp_path: Path) -> None:
    """Not what another is writing at that moment, nor anybody's own file."""
    out = tmp_path / "out.txt"
    left = [tmp_path / f".out{part}.txt.0123abcd.tmp" for part in ("", ".valid")]
    for path in [*left, mine := tmp_path / ".out.txt.mine.tmp"]:
        path.write_text("half")
    writing = prepare_corpus(sources([str(notes)]), out)
    next(writing)
    assert not any(path.exists() for path in left)
    prepared(out, notes)
    assert isinstance(list(writing)[-1], Prepared)
    assert {path.name for path in tmp_path.iterdir()} == {"notes", "out.txt", mine.name}


def test_what_turns_out_to_be_no_text_is_left_out_whole(tmp_path: Path) -> None:
    """A file that begins as a text and goes on as something else leaves nothing behind."""
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "a.txt").write_text(paragraph(1))
    (folder / "b.txt").write_text("\n\n".join(map(paragraph, range(2, 9000))) + "\0")
    (folder / "c.txt").write_text(paragraph(9000))
    text, (counted,) = prepared(tmp_path / "out.txt", folder)
    assert text == f"{paragraph(1)}\n\n{paragraph(9000)}\n"
    assert counted.files == 2
    assert "zero byte" in counted.notices[0]


@pytest.mark.parametrize(
    ("out", "fault"),
    [
        ("no/where/out.txt", "no such folder"),
        (".", "no file"),
        ("/", "not the name of a file"),
    ],
)
def test_where_it_can_t_be_written(
    notes: Path, tmp_path: Path, out: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line says so."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CorpusError, match=fault):
        list(prepare_corpus(sources([str(notes)]), Path(out)))


@pytest.mark.parametrize("out", ["notes.txt", "sub/../notes.txt", "link.txt"])
def test_a_source_is_never_written_over(
    tmp_path: Path, out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is read keeps what it holds, whatever the way to it is called."""
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    Path("notes.txt").write_text(f"{paragraph(1)}\n\n{paragraph(1)}\n")
    Path("link.txt").symlink_to("notes.txt")
    before = Path("notes.txt").read_bytes()
    with pytest.raises(CorpusError, match=r"notes\.txt: can't be read and written at once"):
        list(prepare_corpus(sources(["notes.txt"]), Path(out)))
    Path("notes.txt").rename("notes.valid.txt")
    with pytest.raises(CorpusError, match="can't be read and written at once"):
        list(prepare_corpus(sources(["notes.valid.txt"]), Path("notes.txt"), held_out=0.1))
    assert Path("notes.valid.txt").read_bytes() == before
    # Where nothing is held out it is a text like any other.
    list(prepare_corpus(sources(["notes.valid.txt"]), Path("notes.txt")))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "link.txt",
        "notes.txt",
        "notes.valid.txt",
        "sub",
    ]


def test_a_corpus_is_known_by_any_way_to_it(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier call left in the folder is not read, however it is named now."""
    monkeypatch.chdir(notes)
    out = Path("..", "notes", "out.txt")
    text, _ = prepared(out, ".")
    assert prepared(out, ".")[0] == text


def test_files_of_the_system_keep_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has no size, as /proc/kmsg, is not opened in a folder: it may wait for ever."""
    (tmp_path / "kmsg").touch()
    opened: list[str] = []
    real = Path.open

    def watched(path: Path, *arguments: Any, **options: Any) -> Any:
        opened.append(path.name)
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", watched)
    (counted,) = count_sources(sources([str(tmp_path)]))
    assert counted.notices == (f"{tmp_path / 'kmsg'}: skipped, empty",)
    assert opened == []


def test_folders_that_may_not_be_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one that can be listed and not entered each file is told; the rest is read."""
    folder = tmp_path / "x"
    (folder / "shut").mkdir(parents=True)
    (folder / "shut" / "a.txt").write_text(paragraph(1))
    (folder / "b.txt").write_text(paragraph(2))
    real = os.stat

    def stat_(path: Any, *arguments: Any, **options: Any) -> os.stat_result:
        if isinstance(path, str | Path) and "/shut/" in str(path):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "stat", stat_)
    # Python asks in its own way whether there is a folder, which as root there always is.
    monkeypatch.setattr(os.path, "isdir", genericpath.isdir)
    found = list(count_sources(sources([str(folder)])))[-1]
    assert found.files == 1
    assert "Permission denied" in " ".join(found.notices)
    monkeypatch.setenv("PATH", f"{folder}/shut/bin")
    assert share_folders("doc") == []


def test_a_source_that_is_not_there() -> None:
    """A name that is neither a kind of text nor a file is told at once."""
    with pytest.raises(CorpusError, match="neither a kind of text nor a file"):
        sources(["pyhton"])
    with pytest.raises(CorpusError):
        sources(["a\0b"])


def test_a_hostile_folder_is_walked_through(tmp_path: Path) -> None:
    """Pipes, sockets, loops of links and what may not be read neither stop it nor end it."""
    folder = tmp_path / "x"
    (folder / "locked").mkdir(parents=True)
    (folder / "a.txt").write_text(paragraph(1))
    (folder / "locked" / "b.txt").write_text(paragraph(2))
    (folder / "c.txt").write_text(paragraph(3))
    os.mkfifo(folder / "pipe")
    (folder / "up").symlink_to(folder, target_is_directory=True)
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "none").symlink_to(folder / "gone")
    (folder / "again.txt").symlink_to(folder / "a.txt")
    # A path that fits into a socket's address, which is short.
    here = Path.cwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket")
            (folder / "c.txt").chmod(0)
            (folder / "locked").chmod(0)
            text, (counted,) = prepared(tmp_path / "out.txt", folder)
    finally:
        os.chdir(here)
        (folder / "locked").chmod(0o700)
    expected = [1] if os.geteuid() else [1, 3, 2]
    assert text == "\n\n".join(map(paragraph, expected)) + "\n"
    assert any("loop" in notice for notice in counted.notices)


def test_a_pipe_that_is_named_is_read(tmp_path: Path) -> None:
    """As from the shell's <(command)."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Both ends, so that nobody waits.
    descriptor = os.open(pipe, os.O_RDWR)
    reading = iter(prepare_corpus(sources([str(pipe)]), tmp_path / "out.txt"))
    os.write(descriptor, paragraph(1).encode())
    import threading

    threading.Timer(0.2, lambda: os.close(descriptor)).start()
    assert isinstance(list(reading)[-1], Prepared)
    assert (tmp_path / "out.txt").read_text() == paragraph(1) + "\n"


def test_a_maildir_is_read(tmp_path: Path) -> None:
    """With its folders, which are hidden; what is not delivered yet is not."""
    for place in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
        (tmp_path / "Mail" / place).mkdir(parents=True)
    for number, place in enumerate(("cur/1:2,S", "new/2", "tmp/3", ".Sent/cur/4:2,")):
        (tmp_path / "Mail" / place).write_text(f"Subject: x\n\n{paragraph(number)}\n")
    text, (counted,) = prepared(tmp_path / "out.txt", tmp_path / "Mail")
    assert text == "\n\n".join(map(paragraph, (0, 1, 3))) + "\n"
    assert counted.source.about == "mail"


def test_the_standard_library_is_there() -> None:
    """Sorted modules, without tests; and what `help()` tells."""
    python, topics = sources(["python", "topics"])
    names = [document.name for document in python.documents(lambda *_: None)]
    assert {"os.py", "json/decoder.py"} <= set(names)
    assert sorted(map(Path, names)) == [Path(name) for name in names]
    assert not any("test" in Path(name).parts or name.startswith("test") for name in names)
    assert "site-packages" not in "".join(names)
    (*_, counted) = count_sources([topics])
    assert counted.files > 50
    assert counted.chars > 100_000


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small system with manuals of every kind."""
    share = tmp_path / "usr" / "share"
    for place in ("man/man1", "man/de/man1", "doc/tea", "info"):
        (share / place).mkdir(parents=True)
    (tmp_path / "usr" / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "usr" / "bin"))
    monkeypatch.delenv("MANPATH", raising=False)
    page = f".TH TEA 1\n.SH NAME\ntea \\- caf\xe9\n.PP\n{paragraph(1)}\n"
    (share / "man/man1/tea.1.gz").write_bytes(gzip.compress(page.encode("latin-1")))
    (share / "man/man1/chai.1").write_text(".so man1/tea.1\n")
    (share / "man/man1/cut.1.gz").write_bytes(gzip.compress(b"x" * 5000)[:-20])
    (share / "man/man1/link.1.gz").symlink_to("tea.1.gz")
    (share / "man/de/man1/tea.1").write_text(".SH NAME\ndeutsch\n")
    (share / "doc/tea/README").write_text(paragraph(2))
    (share / "doc/tea/copyright").write_text(paragraph(3))
    (share / "doc/tea/changelog.gz").write_bytes(gzip.compress(b"tea (1.0)"))
    (share / "doc/tea/guide.md.gz").write_bytes(gzip.compress(paragraph(4).encode()))
    (share / "info/tea.info.gz").write_bytes(gzip.compress(INFO.encode()))
    return share


INFO = (
    f"This is tea.info.\n\n\x1f\nFile: tea.info,  Node: Top,  Next: Pot,  Up: (dir)\n\n"
    f"{paragraph(5)}\n\0\x08[index\0\x08]\n\x1f\nTag Table:\nNode: Top\x7f9\n\x1f\nEnd Tag Table\n"
)


def test_the_manuals_of_a_system_are_read(system: Path, tmp_path: Path) -> None:
    """Pages in English, once each; documentation that is text; Info without its links."""
    text, (man, doc, info) = prepared(tmp_path / "out.txt", "man", "doc", "info")
    assert text == (
        f"NAME\ntea - café\n\n{paragraph(1)}\n\n{paragraph(2)}\n\n{paragraph(4)}\n\n"
        f"This is tea.info.\n\n{paragraph(5)}\n"
    )
    assert [one.files for one in (man, doc, info)] == [2, 2, 1]
    assert man.notices == (f"{system}/man/man1/cut.1.gz: skipped, damaged",)
    assert share_folders("man") == [system / "man"]


def test_a_page_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes on disk are not let grow into gigabytes."""
    monkeypatch.setattr(installed, "MOST_BYTES", 1000)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"a" * 1001))
    with pytest.raises(CorpusError, match="hardly a text"):
        unpacked(path)
    path.write_bytes(gzip.compress(b"a" * 1000))
    assert unpacked(path) == "a" * 1000
    path.write_bytes(b"no gzip")
    with pytest.raises(CorpusError, match="damaged"):
        unpacked(path)


def test_info_without_its_nodes() -> None:
    """What is left is what the manual says."""
    assert "Node:" not in "\n".join(info_text(INFO))


def test_the_usual_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind, and of a person's own places those there are, each once."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("MAIL", raising=False)
    (tmp_path / "Notes").mkdir()
    (tmp_path / "notes").symlink_to(tmp_path / "Notes")
    names = [source.name for source in usual_sources()]
    assert names == ["python", "topics", "man", "doc", "info", str(tmp_path / "Notes")]
    assert all(source.licence and source.about for source in usual_sources())
