"""A person's own numbers: counted by the day, never lost, never mixed up."""

import json
import stat
from datetime import date
from pathlib import Path

import filelock
import pytest

from tui.services import tallies as module
from tui.services.tallies import Tallies, Usage

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
ACCEPT = Usage(accepted=1, saved=9)
KEY = Usage(typed=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the counts are, in a folder that is not there yet."""
    return tmp_path / "data" / "counts.json"


def test_day_by_day(path: Path) -> None:
    """Today's and all days' counts are told apart, and outlast the program."""
    first = Tallies(path, lambda: MONDAY)
    first.count(ACCEPT)
    first.count(KEY)
    first.save({})
    second = Tallies(path, lambda: TUESDAY)
    second.count(KEY)
    assert second.today == Usage(typed=1)
    assert second.total == Usage(accepted=1, saved=9, typed=2)
    second.save({})
    days = json.loads(path.read_text())["days"]
    assert days == {
        "2026-01-05": {"accepted": 1, "saved": 9, "typed": 1},
        "2026-01-06": {"accepted": 0, "saved": 0, "typed": 1},
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_over_midnight(path: Path) -> None:
    """What was typed before midnight stays the day's it was typed on."""
    days = iter([MONDAY, TUESDAY, TUESDAY])
    tallies = Tallies(path, lambda: next(days))
    tallies.count(KEY)
    tallies.count(ACCEPT)
    assert tallies.today == ACCEPT
    assert tallies.total == KEY + ACCEPT


def test_two_at_once(path: Path) -> None:
    """Two editors that count at the same time both count."""
    one, other = Tallies(path, lambda: MONDAY), Tallies(path, lambda: MONDAY)
    for _ in range(3):
        one.count(KEY)
        other.count(ACCEPT)
        one.save({})
        other.save({})
    assert Tallies(path, lambda: MONDAY).today == Usage(accepted=3, saved=27, typed=3)


def test_the_share() -> None:
    """Of ten characters, nine of them one accept's, eight cost no key."""
    assert Usage(accepted=1, saved=8, typed=1).share == pytest.approx(0.8)
    assert Usage().share == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1]",
        '{"days": [1]}',
        '{"days": {"2026-01-05": 5}}',
        '{"days": {"someday": {"accepted": 1, "saved": 1, "typed": 1}}}',
        '{"days": {"2026-01-05": {"accepted": 1, "saved": -1, "typed": 1}}}',
        '{"days": {"2026-01-05": {"accepted": true, "saved": 1, "typed": 1}}}',
        "[" * 100_000,
        "\0\x80",
    ],
)
def test_a_damaged_file(path: Path, text: str) -> None:
    """It is told of once, kept under another name, and counting begins anew."""
    path.parent.mkdir()
    path.write_bytes(text.encode("latin-1"))
    tallies = Tallies(path, lambda: MONDAY)
    tallies.count(KEY)
    tallies.save({})
    (notice,) = tallies.notices
    assert notice.startswith(f"{path}: ")
    assert notice.endswith("it is kept as counts.json.damaged")
    assert path.with_name("counts.json.damaged").read_bytes() == text.encode("latin-1")
    assert Tallies(path, lambda: MONDAY).today == KEY


def test_damaged_while_at_work(path: Path) -> None:
    """What was known of the days before is not lost with the file."""
    first = Tallies(path, lambda: MONDAY)
    first.count(ACCEPT)
    first.save({})
    path.write_text("{")
    first.count(KEY)
    first.save({})
    assert len(first.notices) == 1
    assert Tallies(path, lambda: MONDAY).today == ACCEPT + KEY


def test_held_by_another(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another has the file for long, counts wait for the next time."""
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.0)
    tallies = Tallies(path, lambda: MONDAY)
    tallies.count(KEY)
    path.parent.mkdir()
    with filelock.FileLock(path.with_name(".counts.lock")):
        tallies.save({})
    assert tallies.notices == [f"{path}: another editor has it; counts are not saved"]
    assert not path.exists()
    tallies.save({})
    assert Tallies(path, lambda: MONDAY).today == KEY


def test_no_place(path: Path) -> None:
    """Where nothing can be written, a line says so, and the editor goes on."""
    path.parent.write_text("a file in the folder's place")
    tallies = Tallies(path, lambda: MONDAY)
    tallies.notices.clear()
    tallies.count(KEY)
    tallies.save({})
    assert "counts are not saved" in tallies.notices[0]
    assert tallies.today == KEY


def test_the_adjustment_is_kept(path: Path) -> None:
    """How far use moved the dial is there after a restart."""
    tallies = Tallies(path, lambda: MONDAY)
    tallies.save({"dial": "quiet", "factor": 1.25})
    assert Tallies(path, lambda: MONDAY).adjustment == {"dial": "quiet", "factor": 1.25}
