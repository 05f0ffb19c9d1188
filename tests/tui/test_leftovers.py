"""What lies in the folder of journals is not trusted: cut short, damaged or made to do harm."""

import os
import struct
import time
import tracemalloc
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import DocumentError
from tui.services import encodings
from tui.services.documents import Document
from tui.services.encodings import CODECS
from tui.services.journal_files import Files
from tui.services.leftovers import Leftover, leftovers, recovered_text
from tui.services.records import MAGIC, Edit, Header, encode_header, framed
from tui.text.buffer import Buffer, Change

EPOCH = 1_700_000_000.0
TEXT = "one\ntwo\nthree"


NESTED = b"\x98" + msgspec.msgpack.encode(Edit(EPOCH, 0, 0, 0, 0, 0, b"x"))[1:] + b"\x91" * 100_000
"""An edit with one field more than there is, and that without end."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the journals are."""
    return tmp_path / "journals"


def only(folder: Path) -> Leftover:
    """The one leftover that there is."""
    (leftover,) = leftovers(folder)
    return leftover


TYPED = st.text(alphabet="ab\n\tж👩\ud800\r", max_size=6)


@given(data=st.data())
def test_cut_short_anywhere(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever was edited, and wherever the last write was cut: one of the texts there were."""
    tmp_path = tmp_path_factory.mktemp("cut")
    folder = tmp_path / "journals"
    # A sync per example would be most of the time that this takes.
    files = Files(folder)
    buffer = Buffer(data.draw(TYPED))
    document = Document(text=buffer.text)
    files.begin(document, buffer.text)
    states = [buffer.text]
    for _ in range(data.draw(st.integers(1, 4))):
        changes: list[Change] = []
        for _ in range(data.draw(st.integers(1, 4))):
            place = st.tuples(st.integers(0, 5), st.integers(0, 8)).map(buffer.clamp)
            start, end = sorted((data.draw(place), data.draw(place)))
            follow = bool(changes) and data.draw(st.booleans())
            if follow:
                start = end = changes[-1].stop
            changes.append(buffer.replace(start, end, data.draw(TYPED)))
            states.append(buffer.text)
        files.append(changes)
    (edits,) = folder.glob("*/*.edits")
    whole = edits.read_bytes()
    files.end(keep=True)
    found = leftovers(folder)
    assert [recovered_text(leftover) for leftover in found] == ([states[-1]] if states[-1] else [])
    if not found:
        return
    header = len(MAGIC) + 8 + struct.unpack_from("<I", whole, len(MAGIC))[0]
    edits.write_bytes(whole[: data.draw(st.integers(header, len(whole)))])
    for leftover in leftovers(folder):
        assert recovered_text(leftover) in states


@given(
    damage=st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 255), st.integers(0, 3)), max_size=4
    ),
    checksums=st.booleans(),
)
def test_damage_gives_a_text_or_a_line(
    damage: Sequence[tuple[int, int, int]],
    checksums: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A journal with any bytes changed never ends in more than one line that names it."""
    folder = tmp_path_factory.mktemp("damage") / "journals"
    edits = hostile(
        folder,
        [Edit(EPOCH, 0, 1, 0, 2, 1, b"abc"), Edit(EPOCH, 1, 0, 2, 0, 4, "ж".encode())],
        base=TEXT.encode(),
    )
    raw = bytearray(edits.read_bytes())
    for at, byte, more in damage:
        raw[at % len(raw) : at % len(raw) + more] = bytes([byte])
    if checksums:
        raw = with_checksums(raw)
    edits.write_bytes(raw)
    for leftover in leftovers(folder):
        assert isinstance(leftover.when, float)
        time.localtime(leftover.when)
        told = ""
        try:
            told = f"{folder}" if recovered_text(leftover) is not None else ""
        except DocumentError as error:
            told = str(error)
        assert str(folder) in told
        assert "\n" not in told


def with_checksums(raw: bytearray) -> bytearray:
    """The same with checksums that fit, as somebody would make it who means harm."""
    at = len(MAGIC)
    while at + 8 <= len(raw):
        (length,) = struct.unpack_from("<I", raw, at)
        struct.pack_into("<I", raw, at + 4, zlib.crc32(raw[at + 8 : at + 8 + length]))
        at += 8 + length
    return raw


def hostile(
    folder: Path,
    edits: Sequence[Edit] = (),
    *,
    base: bytes = b"",
    after: bytes = b"",
    header: Mapping[str, object] | None = None,
) -> Path:
    """A journal as somebody might make it, that means harm."""
    path = folder / ("0" * 16) / "1.edits"
    path.parent.mkdir(parents=True)
    (path.parent / "1.base").write_bytes(base)
    fields: dict[str, object] = {
        "path": b"",
        "codec": "utf-8",
        "mark": b"",
        "newline": "\n",
        "stamp": None,
        "base_bytes": len(base),
        "began": EPOCH,
        **(header or {}),
    }
    begin = encode_header(Header(**fields))  # type: ignore[arg-type]
    records = b"".join(framed(msgspec.msgpack.encode(edit)) for edit in edits)
    path.write_bytes(begin + records + after)
    return path


@pytest.mark.parametrize(
    "edit",
    [
        Edit(EPOCH, 9, 0, 9, 0, 0, b"x"),
        Edit(EPOCH, 0, 9, 0, 9, 0, b"x"),
        Edit(EPOCH, -1, 0, 0, 0, 0, b"x"),
        Edit(EPOCH, 0, -1, 0, 0, 0, b"x"),
        Edit(EPOCH, 1, 0, 0, 0, 0, b"x"),
        Edit(EPOCH, 0, 0, 1 << 62, 1 << 62, 0, b"x"),
        Edit(EPOCH, 0, 0, 0, 2, 1, b"x"),
        Edit(EPOCH, 0, 0, 0, 0, -1, b"x"),
        Edit(float("nan"), 0, 0, 0, 0, 0, b"x"),
        Edit(1e300, 0, 0, 0, 0, 0, b"x"),
        Edit(EPOCH, 0, 0, 0, 0, 0, b"\xff"),
    ],
)
def test_edits_that_do_not_fit(folder: Path, edit: Edit) -> None:
    """What comes before an edit that makes no sense is recovered, and nothing behind it."""
    good = Edit(EPOCH, 0, 0, 0, 0, 0, b"good ")
    hostile(folder, [good, edit, good], base=TEXT.encode())
    assert recovered_text(only(folder)) == f"good {TEXT}"


@pytest.mark.parametrize(
    "after",
    [
        b"\xff\xff\xff\xff\0\0\0\0",
        struct.pack("<II", 1 << 30, 0) + b"x" * 100,
        b"\0" * 4096,
        framed(b"\xc6\xff\xff\xff\xff"),
        framed(b"\xdd\xff\xff\xff\xff"),
        framed(b"\x91" * 100_000),
        framed(NESTED),
        b"x",
    ],
)
def test_sizes_that_are_claimed(folder: Path, after: bytes) -> None:
    """A length in the billions is not believed; the text before it is recovered."""
    hostile(folder, [Edit(EPOCH, 0, 0, 0, 0, 0, b"good")], after=after)
    tracemalloc.start()
    leftover = only(folder)
    assert not leftover.whole
    assert recovered_text(leftover) == "good"
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_a_damaged_letter_is_not_taken_for_what_was_typed(folder: Path) -> None:
    """One bit of an edit changed on the disk: the text ends before that edit."""
    edits = [Edit(EPOCH, 0, 0, 0, 0, 0, text) for text in (b"behind", b"before ")]
    path = hostile(folder, edits[::-1])
    path.write_bytes(path.read_bytes().replace(b"behind", b"behinD"))
    leftover = only(folder)
    assert not leftover.whole
    assert recovered_text(leftover) == "before "


@pytest.mark.parametrize(
    "header",
    [
        {"codec": "punycode"},
        {"codec": "zip"},
        {"newline": "x"},
        {"mark": b"12345"},
        {"path": b"relative"},
        {"path": b"/a\0b"},
        {"base_bytes": 1 << 62},
        {"base_bytes": -1},
        {"began": float("inf")},
    ],
)
def test_headers_that_make_no_sense(folder: Path, header: dict[str, object]) -> None:
    """A journal of no document that could be is not offered, or gives a line when it is."""
    hostile(folder, [Edit(EPOCH, 0, 0, 0, 0, 0, b"x")], base=b"base", header=header)
    for leftover in leftovers(folder):
        with pytest.raises(DocumentError):
            recovered_text(leftover)
    assert "base_bytes" in header or leftovers(folder) == []


def test_foreign_things_are_left_alone(folder: Path, tmp_path: Path) -> None:
    """What is not ours is neither offered nor removed, and a link is not followed."""
    elsewhere = tmp_path / "elsewhere"
    hostile(elsewhere, [Edit(EPOCH, 0, 0, 0, 0, 0, b"x")])
    folder.mkdir(parents=True)
    (folder / ("1" * 16)).symlink_to(elsewhere / ("0" * 16))
    (folder / "letters").mkdir()
    (folder / "file").touch()
    (folder / ("2" * 16)).mkdir()
    os.mkfifo(folder / ("2" * 16) / "1.edits")
    (folder / ("3" * 16)).mkdir()
    (folder / ("3" * 16) / "diary").touch()
    before = sorted(tmp_path.rglob("*"))
    assert leftovers(folder) == []
    assert sorted(tmp_path.rglob("*")) == before
    # With its edits gone, nothing of a journal is worth keeping.
    (folder / ("4" * 16)).mkdir()
    (folder / ("4" * 16) / "1.base").touch()
    assert leftovers(folder) == []
    assert sorted(tmp_path.rglob("*")) == before


def test_an_unfinished_beginning_is_cleared_away(folder: Path) -> None:
    """A process that was killed as it began leaves nothing for good."""
    unfinished = folder / f".{'0' * 16}.new"
    unfinished.mkdir(parents=True)
    assert leftovers(folder) == []
    assert unfinished.exists()
    os.utime(unfinished, (EPOCH, EPOCH))
    assert leftovers(folder) == []
    assert not unfinished.exists()


def test_an_earlier_number_counts_while_the_next_is_unfinished(folder: Path) -> None:
    """Cut short as it began anew, the journal is as it was before that."""
    edits = hostile(folder, [Edit(EPOCH, 0, 0, 0, 0, 0, b"earlier")])
    (edits.parent / "2.base").write_text("later")
    (edits.parent / "2.edits").write_bytes(MAGIC + b"\x10")
    assert recovered_text(only(folder)) == "earlier"


def test_every_encoding_that_opens_is_read_back() -> None:
    """No encoding that a document may be opened in is refused in its journal."""
    known = {codec for _, codec in encodings._BYTE_ORDER_MARKS}
    known |= {*encodings._DENSE_SCRIPTS, *encodings._LABELS, encodings.UTF_8.codec}
    assert known == CODECS
