"""The settings file: what a person may write into it, and what they hear where it is wrong."""

import os
import stat
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from tui.services.keymap import MAX_NOTICES, KeySetting
from tui.services.knobs import Knobs, Preset, knobs_table, preset_table
from tui.services.settings import (
    Settings,
    SettingsError,
    change_settings,
    read_settings,
)

COMMENTED = """\
# mine
dial = "eager"  # talk to me

folders = ["~/notes"]
"""

ALL = """\
dial = "quiet"
learn = false
folders = ["~/a", "/b"]
never = ["/c.txt"]
theme = "contrast"
line_numbers = true
wrap = false
tab_width = 8
indent = "tabs"
journal = false
checkpoint = "~/m"
[keys]
save = "F6"
accept_word = [
  "Alt-F",
  "F2",
]
quit = []
[sampling]
mode = "sample"
temperature = 0.8
top_k = 40
top_p = 0.95
length = 32
confidence = 0
seed = 12
locked = false
[presets.mine]
top_k = 3
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
    settings, notices = read_settings(written(path, ALL))
    assert notices == ()
    assert settings == Settings(
        checkpoint=str(Path.home() / "m"),
        dial="quiet",
        learn=False,
        folders=(Path.home() / "a", Path("/b")),
        never=(Path("/c.txt"),),
        theme="contrast",
        line_numbers=True,
        wrap=False,
        tab_width=8,
        indent="tabs",
        journal=False,
        keys=(
            KeySetting(action="save", keys=("f6",), place=f"{path}, line 13"),
            KeySetting(action="accept_word", keys=("alt+f", "f2"), place=f"{path}, line 14"),
            KeySetting(action="quit", keys=(), place=f"{path}, line 18"),
        ),
        sampling=Knobs(
            mode="sample",
            temperature=0.8,
            top_k=40,
            top_p=0.95,
            length=32,
            confidence=0.0,
            seed=12,
            locked=False,
        ),
        presets=(Preset(name="mine", knobs=Knobs(top_k=3)),),
    )


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ('\ndial = "loud"', 2, "dial: not one of quiet, balanced, eager"),
        ("dial = ['quiet']", 1, "dial: not one of"),
        ("# x\n\nlearn = 'no'", 3, "learn: not true or false; nothing is learned"),
        ("checkpoint = ''", 1, "checkpoint: neither the name of a model nor a folder nor auto"),
        ("checkpoint = false", 1, "checkpoint: neither the name of a model"),
        (f"checkpoint = '{'x' * 4097}'", 1, "checkpoint: neither the name of a model"),
        ("learn = 1", 1, "learn: not true or false"),
        ("folders = 'notes'", 1, "folders: not a list of paths"),
        ("folders = [\n 1,\n]", 1, "folders: not a list of paths"),
        ("folders = ['notes']", 1, "folders: notes: not a path from the root on"),
        ("folders = ['~nobody-of-this-name/x']", 1, "no such user"),
        ("dial = 'quiet'\ndail = 'eager'", 2, "dail: there is no such setting"),
        ("a = 1\n[learning]\non = true", 2, "learning: there is no such setting"),
        ("theme = 'pink'", 1, "theme: not one of auto, dark, light, contrast, mono, terminal"),
        ("indent = 4", 1, "indent: not one of auto, spaces, tabs"),
        ("\ntab_width = 0", 2, "tab_width: not a whole number from 1 to 16"),
        ("tab_width = 17", 1, "tab_width: not a whole number"),
        ("tab_width = 4.0", 1, "tab_width: not a whole number"),
        ("tab_width = true", 1, "tab_width: not a whole number"),
        ("wrap = 'yes'", 1, "wrap: not true or false"),
        ("journal = 0", 1, "journal: not true or false"),
        ("line_numbers = []", 1, "line_numbers: not true or false"),
        ('folders = ["~a\\u0000b"]', 1, "folders: ~a␀b: no such user"),
        ('never = ["/a\\u0000b"]', 1, "never: /a␀b: not a path from the root on"),
        ("keys = 'F2'", 1, "keys: not a table of actions and their keys"),
        ("# c\nkeys = {save = 'F6', open = 'nokey'}", 2, "open: 'nokey' is no key"),
        ("keys.open = 'F1'\nkeys.save = 'x'", 2, "save: X types a character"),
        ("[keys]\nsave = [\n 'F6', # one\n\n 'nokey']", 5, "save: 'nokey' is no key"),
        ("[keys]\nsave = [\n 'F6', 7]", 2, "save: neither a key nor a list of keys"),
        ("x = '''\nkeys = 1'''\n[ 'keys' ]\n\"sa\\u0076e\" = 'Enter'", 4, "save: Enter begins"),
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


@pytest.mark.parametrize(
    "text",
    [
        "dial = \nlearn = false",
        "x" * 50,
        "a = " + "[" * 5000,
        "a = " + "9" * 5000,
        "a." * 50_000 + "b = 1",
        "a = 1\n" * 30_000,
    ],
    ids=["no value", "no key", "deep", "long number", "long key", "long file"],
)
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


def test_no_name_of_a_file(path: Path) -> None:
    """A path whose name is no text can't be saved; that is told, and the file is as it was."""
    change_settings(path, {"dial": "quiet"})
    with pytest.raises(SettingsError, match="a path that is no text can't be set; the change is"):
        change_settings(path, {"never": (Path("/a\udcff"),)})
    assert read_settings(path) == (Settings(dial="quiet"), ())


def test_many_faults(path: Path) -> None:
    """The first ones are told, and how many more there are."""
    _, notices = read_settings(written(path, "".join(f"s{n} = 1\n" for n in range(100))))
    assert len(notices) == MAX_NOTICES + 1
    assert "line 8: s7: there is no such setting" in notices[-2]
    assert notices[-1] == f"{path}: {100 - MAX_NOTICES} more faults"


def test_what_others_wrote_is_shown_and_not_obeyed(path: Path) -> None:
    """A name that would give the terminal orders is shown as signs, in one line, cut short."""
    name = "\\u001b]52;c;aGk=\\u0007\\u202e"
    for text in (f'"{name}" = 1', f'dial = 1\n[keys]\n"{name}" = "{name * 2000}"'):
        notice = read_settings(written(path, text))[1][-1]
        assert notice.isprintable()
        assert "]52;c;aGk=" in notice
        assert len(notice) <= 1000


# Settings as they may be after an accident, or a joke.
SCALARS = [
    "1",
    "true",
    '"quiet"',
    "'F2'",
    "[]",
    "['~/a', '/b']",
    "{save = 'F3'}",
    "nan",
    "[[], {}]",
    "{top_k = 3}",
    "{a = {top_k = 3}}",
]
NAMES = [
    *["dial", "learn", "never", "theme", "tab_width", "keys", "keys.save", "other", "'dial'"],
    *["sampling", "sampling.top_k", "top_k", "presets", "presets.a", "presets.a.top_k"],
]
LINE = st.one_of(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(SCALARS)).map(" = ".join),
    st.sampled_from(["[keys]", "[other.keys]", "[[other]]", "# dial = 1", "", "[dial]"]),
    st.sampled_from(["[sampling]", "[presets]", "[presets.a]", "[[presets.a]]", "[[sampling]]"]),
    st.text(alphabet="aF2=.'\"\\[]{},# \t\u202e\r\x1b", max_size=12),
)


@bounds(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINE, max_size=8), raw=st.binary(max_size=8))
def test_whatever_is_in_the_file(path: Path, lines: list[str], raw: bytes) -> None:
    """Reading tells in safe words what is wrong; a change is saved without harm, or not at all."""
    text = "\n".join(lines)
    written(path, text.encode() + raw)
    _, notices = read_settings(path)
    assert all(notice.isprintable() and len(notice) <= 1000 for notice in notices)
    before = path.read_bytes()
    try:
        change_settings(path, {"theme": "light", "tab_width": 2})
    except SettingsError as error:
        told = str(error)
    else:
        told = ""
    assert told.isprintable()
    if told:
        assert path.read_bytes() == before
        return
    after = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    kept = tomllib.loads(before.decode("utf-8-sig").replace("\r\n", "\n"))
    assert repr(after.pop("theme")) + repr(after.pop("tab_width")) == "'light'2"
    for name in ("theme", "tab_width"):
        kept.pop(name, None)
    assert {key: repr(value) for key, value in after.items()} == {
        key: repr(value) for key, value in kept.items()
    }
    # What is raw goes on where the last line ends.
    comments = {line for line in lines[:-1] if line.startswith("#")}
    assert comments <= {line.strip() for line in path.read_text().splitlines()}


@bounds(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINE, max_size=8), top_k=st.integers(0, 3), dropped=st.booleans())
def test_whatever_is_in_the_tables(path: Path, lines: list[str], top_k: int, dropped: bool) -> None:
    """Knobs and presets are saved, one of them gone, and all else stays; or nothing is done."""
    before = written(path, "\n".join(lines)).read_bytes()
    knobs, mine = Knobs(top_k=top_k), Preset(name="mine", knobs=Knobs(top_k=2))
    presets = {"mine": preset_table(mine), **({"a": None} if dropped else {})}
    try:
        change_settings(path, {"sampling": knobs_table(knobs), "presets": presets})
    except SettingsError as error:
        told = str(error)
    else:
        told = ""
    assert told.isprintable()
    if told:
        assert path.read_bytes() == before
        return
    kept = tomllib.loads(before.decode())
    after = tomllib.loads(path.read_text())
    settings, _ = read_settings(path)
    assert settings.sampling == knobs
    assert mine in settings.presets
    assert not dropped or "a" not in after["presets"]
    for table in (kept, after):
        # What else is in those tables is nobody's business.
        for name in ("sampling", "presets"):
            below = table.pop(name, None)
            others = {"top_k", "mine", *(["a"] if dropped else [])}
            if isinstance(below, dict) and (left := below.keys() - others):
                table[name] = {key: below[key] for key in sorted(left)}
    assert repr(after) == repr(kept)


def test_the_readme_is_right(path: Path) -> None:
    """What it shows of the file can be set."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (block,) = (part for part in readme.split("```") if part.startswith("toml\ndial"))
    settings, notices = read_settings(written(path, block.removeprefix("toml\n")))
    assert notices == ()
    tables = {"keys", "sampling", "presets"}
    assert all(
        f"\n{field.name} = " in block for field in fields(Settings) if field.name not in tables
    )
    assert [one.action for one in settings.keys] == ["save", "find", "quit"]
