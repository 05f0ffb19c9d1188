"""`charlm-tui settings`: what can be set, as a person may copy it."""

import re
from dataclasses import fields, replace
from pathlib import Path

from tests.tui.commands.conftest import Charlm
from tui.services.settings import Settings, read_settings


def test_what_it_prints_can_be_set(charlm: Charlm, home: Path) -> None:
    """Without its comment signs it is a settings file, which changes nothing."""
    outcome = charlm("settings")
    assert outcome.code == 0
    path = home / "config" / "charlm-tui" / "settings.toml"
    assert outcome.out.startswith(f"# {path}\n")
    text = "".join(
        f"{line.removeprefix('# ')}\n"
        for line in outcome.out.splitlines()
        if re.match(r"# (?:\[\w+\]|[\w-]+ = )", line)
    )
    path.parent.mkdir(parents=True)
    path.write_text(text)
    settings, notices = read_settings(path)
    assert notices == ()
    assert replace(settings, keys=()) == Settings()
    for name in (field.name for field in fields(Settings)):
        assert re.search(rf"^\[?{name}(?:\]| = )", text, re.MULTILINE), name
    assert "save_as = [" in text
    assert "select_all = " in text
    # No key is given to two actions as it comes, either.
    assert charlm("settings").err == ""


def test_json(charlm: Charlm) -> None:
    """The same as one object: the path, the settings, and the keys by action."""
    found = charlm("settings", "--json").json
    assert found["settings"]["theme"] == "auto"
    assert found["settings"]["tab_width"] == 4
    assert found["keys"]["save"] == ["Ctrl-S"]
    assert found["sampling"]["temperature"] == 1.0
    assert found["sampling"]["confidence"] is None
    assert found["path"].endswith("settings.toml")


def test_faults_are_told(charlm: Charlm, home: Path) -> None:
    """What is wrong in the file, in lines of their own, beside what can be set."""
    path = home / "config" / "charlm-tui" / "settings.toml"
    path.parent.mkdir(parents=True)
    path.write_text(
        'them = "dark"\n[keys]\nsav = "F2"\nopen = "F23"\nnew = "F23"\n"\\u001b[31m" = "F4"'
    )
    outcome = charlm("settings")
    assert outcome.code == 0
    assert outcome.err.count("\n") == 4
    assert f"{path}, line 1: them: there is no such setting" in outcome.err
    assert f"{path}, line 3: sav: there is no such action; did you mean save?" in outcome.err
    assert f"{path}, line 5: new: F23 is given to open already" in outcome.err
    assert "\x1b" not in outcome.err
