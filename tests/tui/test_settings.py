"""The settings file: what a person may write into it, and what they hear where it is wrong."""

import os
import stat
from pathlib import Path

import pytest

from tui.services.settings import Settings, SettingsError, change_settings, read_settings

COMMENTED = """\
# mine
dial = "eager"  # talk to me

folders = ["~/notes"]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is, in a folder that is not there yet."""
    return tmp_path / "config" / "settings.toml"


def written(path: Path, text: str | bytes) -> Path:
    """The file, with these contents."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_nothing_set(path: Path) -> None:
    """Without a file all is as it comes, and nobody hears of it."""
    assert read_settings(path) == (Settings(), ())


def test_all_set(path: Path) -> None:
    """Each setting is taken; `~` is the home folder."""
    text = 'dial = "quiet"\nlearn = false\nfolders = ["~/a", "/b"]\nnever = ["/c.txt"]\n'
    settings, notices = read_settings(written(path, text))
    assert notices == ()
    assert settings == Settings(
        dial="quiet",
        learn=False,
        folders=(Path.home() / "a", Path("/b")),
        never=(Path("/c.txt"),),
    )


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ('\ndial = "loud"', 2, "dial: not one of quiet, balanced, eager"),
        ("dial = ['quiet']", 1, "dial: not one of"),
        ("# x\n\nlearn = 'no'", 3, "learn: not true or false; nothing is learned"),
        ("learn = 1", 1, "learn: not true or false"),
        ("folders = 'notes'", 1, "folders: not a list of paths"),
        ("folders = [\n 1,\n]", 1, "folders: not a list of paths"),
        ("folders = ['notes']", 1, "folders: notes: not a path from the root on"),
        ("folders = ['~nobody-of-this-name/x']", 1, "no such user"),
        ("dial = 'quiet'\ndail = 'eager'", 2, "dail: there is no such setting"),
        ("a = 1\n[learning]\non = true", 2, "learning: there is no such setting"),
    ],
)
def test_what_is_wrong_is_told(path: Path, text: str, line: int, fault: str) -> None:
    """A line names the file, the line and the fault."""
    _, notices = read_settings(written(path, text))
    assert any(n.startswith(f"{path}, line {line}: ") and fault in n for n in notices), notices
    assert all("\n" not in notice for notice in notices)


def test_the_rest_counts(path: Path) -> None:
    """One wrong value takes no other with it."""
    settings, notices = read_settings(written(path, "dial = 5\nfolders = ['/a']"))
    assert settings == Settings(folders=(Path("/a"),))
    assert len(notices) == 1


@pytest.mark.parametrize("text", ["dial = \nlearn = false", "x" * 50, "a = " + "[" * 5000])
def test_no_toml(path: Path, text: str) -> None:
    """Where the file can't be read, learning may have been off in it: it is off."""
    settings, (notice,) = read_settings(written(path, text))
    assert settings == Settings(learn=False)
    assert str(path) in notice
    assert "nothing is learned until that is put right" in notice


def test_the_line_of_a_fault(path: Path) -> None:
    """The line of bad TOML is named once, before the fault."""
    _, (notice,) = read_settings(written(path, "learn = true\ndial = \n"))
    assert notice.startswith(f"{path}, line 2: invalid value;")


@pytest.mark.parametrize("text", ["never = 'x'\nlearn = true", "learn = 'x'", "learn = 0"])
def test_in_doubt_nothing_is_learned(path: Path, text: str) -> None:
    """A value that may have meant `don't` is not taken for `do`."""
    assert not read_settings(written(path, text))[0].learn


@pytest.mark.parametrize("contents", [b"\xff\xfe\0\1", b"dial = '" + b"x" * (1 << 20) + b"'"])
def test_no_text(path: Path, contents: bytes) -> None:
    """A binary or a huge file is told of and left alone."""
    written(path, contents)
    assert len(read_settings(path)[1]) == 1
    with pytest.raises(SettingsError, match="not saved"):
        change_settings(path, {"dial": "quiet"})
    assert path.read_bytes() == contents


def test_no_file(path: Path) -> None:
    """A folder or a pipe in its place is told of; nobody waits for the pipe."""
    path.mkdir(parents=True)
    assert "not a regular file" in read_settings(path)[1][0]
    path.rmdir()
    os.mkfifo(path)
    assert "not a regular file" in read_settings(path)[1][0]


def test_saving(path: Path) -> None:
    """What is saved is read back, from a file for the person's eyes only."""
    change_settings(path, {"dial": "quiet", "never": (Path("/a b"),), "learn": False})
    assert read_settings(path) == (Settings(dial="quiet", learn=False, never=(Path("/a b"),)), ())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.toml"]


def test_comments_survive(path: Path) -> None:
    """Only the value changes."""
    change_settings(written(path, COMMENTED), {"dial": "quiet"})
    assert path.read_text() == COMMENTED.replace("eager", "quiet")


def test_tables_of_others_survive(path: Path) -> None:
    """A setting that is new does not land in a table that happens to be last."""
    change_settings(written(path, "[odd]\nx = 1  # what\n"), {"dial": "quiet"})
    assert read_settings(path)[0].dial == "quiet"
    assert "x = 1  # what" in path.read_text()


def test_a_link_is_followed(path: Path, tmp_path: Path) -> None:
    """A file kept elsewhere stays there."""
    kept = tmp_path / "dotfiles.toml"
    kept.write_text(COMMENTED)
    path.parent.mkdir()
    path.symlink_to(kept)
    change_settings(path, {"learn": False})
    assert path.is_symlink()
    assert "learn = false" in kept.read_text()


def test_damage_is_not_overwritten(path: Path) -> None:
    """A person's half-edited file is not replaced, and the change is said not to be saved."""
    written(path, "dial = \n")
    with pytest.raises(SettingsError, match=r"line 1: .*; the change is not saved"):
        change_settings(path, {"learn": False})
    assert path.read_text() == "dial = \n"


def test_no_room(path: Path) -> None:
    """Where the system refuses, a line says so and nothing is left behind."""
    path.parent.write_text("a file in the folder's place")
    with pytest.raises(SettingsError, match="the change is not saved"):
        change_settings(path, {"learn": False})
