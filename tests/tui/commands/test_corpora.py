"""`charlm-tui corpora`: what there is to train on, and a corpus of it."""

from pathlib import Path

import pytest

from tests.tui.commands.conftest import Charlm

LONG = "A paragraph that is long enough to be told from another one when it comes a second time."


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A folder with two notes, one of which repeats the other, and a secret."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text(f"{LONG}\n")
    (folder / "b.md").write_text(f"{LONG}\n")
    (folder / "secret.txt").write_text("hunter2\n")
    return folder


def test_counts(charlm: Charlm, notes: Path) -> None:
    """How much there is, how much of it twice, whose it is; what is passed over is told."""
    outcome = charlm("corpora", notes)
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        f"{notes}           178 characters in 2 texts, 50% repeated",
        "             a folder; licence: your own",
    ]
    assert outcome.err == f"note: {notes}/secret.txt: skipped, looks like a secret\n"


def test_counts_for_a_program(charlm: Charlm, notes: Path) -> None:
    """One JSON object holds the same."""
    assert charlm("corpora", "--json", notes).json == {
        "sources": [
            {
                "name": str(notes),
                "about": "a folder",
                "licence": "your own",
                "files": 2,
                "chars": 178,
                "kept": 89,
                "repeated": 0.5,
                "secret_chars": 0,
                "skipped": 1,
            }
        ],
        "path": None,
        "valid": None,
        "bytes": None,
        "valid_bytes": None,
    }


def test_prepares(charlm: Charlm, notes: Path, tmp_path: Path) -> None:
    """The corpus is where it was asked for, and says so."""
    out = tmp_path / "out.txt"
    outcome = charlm("corpora", "--prepare", out, notes)
    assert outcome.out.splitlines()[-1] == f"{out}: 89 bytes to train on"
    assert out.read_text() == f"{LONG}\n"


def test_holds_out(charlm: Charlm, tmp_path: Path) -> None:
    """A file beside it holds what validates."""
    text = tmp_path / "a.txt"
    text.write_text("\n\n".join(f"{number}: {LONG}" for number in range(20)) + "\n")
    found = charlm(
        "corpora", "--prepare", tmp_path / "out.txt", "--held-out", "0.12", "--json", text
    ).json
    assert found["valid"] == str(tmp_path / "out.valid.txt")
    held = (tmp_path / "out.valid.txt").read_text()
    assert held == f"18: {LONG}\n\n19: {LONG}\n"
    assert found["valid_bytes"] == len(held)
    assert found["bytes"] == len((tmp_path / "out.txt").read_text())


def test_refuses(charlm: Charlm, notes: Path, tmp_path: Path) -> None:
    """What can't be done is told in a line, and what makes no sense is wrong usage."""
    charlm("corpora", "nowhere").assert_refused("nowhere: neither a kind of text")
    charlm("corpora", "--prepare", tmp_path / "no" / "x", notes).assert_refused("no such folder")
    assert charlm("corpora", "--prepare", "x").code == 2
    assert charlm("corpora", "--held-out", "0.1", notes).code == 2
    assert charlm("corpora", "--prepare", "x", "--held-out", "0.9", notes).code == 2
    for name in (".", "", "/"):
        charlm("corpora", "--prepare", name, notes).assert_refused("not the name of a file")
