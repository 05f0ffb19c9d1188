"""What differs between two texts: all of it where it is short, enough of it where it is huge."""

import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.services import unified
from tui.services.unified import MOST_CHARS, MOST_LINES, unified_diff

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "-", "+x", "@@"]), max_size=30)


def applied(old: str, diff: Sequence[str]) -> str:
    """The old text with the diff applied."""
    before, after, at = old.split("\n"), [], 0
    for line in diff[2:]:
        if line.startswith("@@ "):
            top = int(line.split()[1][1:].partition(",")[0]) - 1
            assert top >= at, "hunks overlap"
            after += before[at:top]
            at = top
        elif line[0] == "+":
            after.append(line[1:])
        else:
            assert before[at] == line[1:]
            at += 1
            if line[0] == " ":
                after.append(line[1:])
    return "\n".join(after + before[at:])


EDITS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 2), LINES.map(lambda lines: lines[:2]))
)


@given(old=LINES, edits=EDITS, close=st.sampled_from([0, 3, 400]))
def test_it_leads_from_the_one_to_the_other(
    old: list[str], edits: list[tuple[int, int, list[str]]], close: int
) -> None:
    """Applied to the old text, the diff gives the new one, however closely it was compared."""
    new = list(old)
    for at, count, lines in edits:
        new[at : at + count] = lines
    before, after = "\n".join(old), "\n".join(new)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unified, "CLOSE_LINES", close)
        diff = unified_diff(before, after, "old", "new")
    assert applied(before, diff) == after
    assert (diff == []) == (before == after)


@pytest.mark.skipif(shutil.which("patch") is None, reason="no patch here")
def test_patch_takes_it(tmp_path: Path) -> None:
    """The program that diffs are made for makes the same of it."""
    generator = random.Random(1)
    old = [str(generator.randrange(2000)) for _ in range(2000)]
    new = list(old)
    for _ in range(40):
        at = generator.randrange(len(new))
        new[at : at + generator.randrange(3)] = ["new"] * generator.randrange(3)
    diff = unified_diff("\n".join(old), "\n".join(new), "old", "new")
    path = tmp_path / "text"
    path.write_text("\n".join([*old, ""]))
    given_to = "\n".join([*diff, ""])
    subprocess.run(["patch", "-s", str(path)], input=given_to, text=True, check=True)
    assert path.read_text() == "\n".join([*new, ""])


def test_changes_far_apart_in_a_huge_text() -> None:
    """A line changed at either end of a long text: two short hunks, not the text twice."""
    old = [f"line {number}" for number in range(200_000)]
    new = ["first", *old[1:100_000], "middle", *old[100_000:-1], "last"]
    diff = unified_diff("\n".join(old), "\n".join(new), "old", "new")
    changed = [line for line in diff[2:] if line[0] in "+-"]
    assert changed == ["-line 0", "+first", "+middle", "-line 199999", "+last"]


def test_two_huge_texts_with_nothing_in_common() -> None:
    """The diff is cut, and both texts show."""
    old = "\n".join(f"old {number}" for number in range(300_000))
    new = "\n".join("new" for _ in range(300_000))
    diff = unified_diff(old, new, "old", "new")
    assert len(diff) <= MOST_LINES + 1
    assert "-old 0" in diff
    assert "+new" in diff
    assert any("more lines" in line for line in diff)


def test_many_changes_are_cut() -> None:
    """A diff that would never end says that there is more."""
    old = "\n".join(f"{number}\nsame {number}" for number in range(20_000))
    diff = unified_diff(old, old.replace("\nsame", "!\nsame"), "old", "new")
    assert len(diff) == MOST_LINES + 1
    assert diff[-1] == "… and more, which is not shown"


def test_a_long_line_is_cut() -> None:
    """A line of a megabyte does not fill the screen, nor the memory."""
    diff = unified_diff("x" * 1_000_000, "y" * 1_000_000, "old", "new")
    assert max(map(len, diff)) == MOST_CHARS + 1
