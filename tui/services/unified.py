"""What differs between two texts, as a unified diff that is bounded in time and size.

Lines that occur once in each text pair them up, as in a patience diff; what lies between two such
lines is compared closely where it is short, and taken to be replaced as a whole where it is not.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

MOST_LINES = 5_000
"""The diff is cut after so many lines."""
MOST_CHARS = 1_000
"""Each of its lines is cut after so many characters."""
CLOSE_LINES = 400
"""So many lines on either side at most are compared closely."""
CONTEXT = 3
"""Lines shown around what differs."""

Block = tuple[int, int, int, int]
"""Lines `[a:b]` of the old text that became lines `[c:d]` of the new one."""


def unified_diff(old: str, new: str, old_name: str, new_name: str) -> list[str]:
    """The lines of the diff, none of which ends in a line break; empty where nothing differs."""
    if old == new:
        return []
    before, after = old.split("\n"), new.split("\n")
    lines = [f"--- {old_name}", f"+++ {new_name}"]
    for line in _hunks(before, after, list(_blocks(before, after))):
        if len(lines) >= MOST_LINES:
            lines.append("… and more, which is not shown")
            break
        lines.append(line if len(line) <= MOST_CHARS else f"{line[:MOST_CHARS]}…")
    return lines


def _hunks(old: Sequence[str], new: Sequence[str], blocks: Sequence[Block]) -> Iterator[str]:
    """The blocks with the lines around them; near ones share a hunk."""
    index = 0
    while index < len(blocks):
        behind = index + 1
        while behind < len(blocks) and blocks[behind][0] - blocks[behind - 1][1] <= 2 * CONTEXT:
            behind += 1
        hunk = blocks[index:behind]
        index = behind
        # As many lines before and after the first and last block in the one as in the other.
        lead = min(CONTEXT, hunk[0][0])
        trail = min(CONTEXT, len(old) - hunk[-1][1])
        start, end = hunk[0][0] - lead, hunk[-1][1] + trail
        new_start, new_end = hunk[0][2] - lead, hunk[-1][3] + trail
        yield f"@@ -{_span(start, end)} +{_span(new_start, new_end)} @@"
        at = start
        for a, b, c, d in hunk:
            yield from (f" {line}" for line in old[at:a])
            yield from (f"-{line}" for line in _cut(old, a, b))
            yield from (f"+{line}" for line in _cut(new, c, d))
            at = b
        yield from (f" {line}" for line in old[at:end])


def _cut(lines: Sequence[str], start: int, end: int) -> Iterator[str]:
    """Lines of one side of a block; of a huge one the first, so that the other side shows too."""
    most = MOST_LINES // 4
    yield from lines[start : min(end, start + most)]
    if end - start > most:
        yield f"… and {end - start - most:,} more lines"


def _span(start: int, end: int) -> str:
    """A hunk's lines as a diff tells them, counted from 1; there is always one, as a text has."""
    return f"{start + 1},{end - start}"


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    """What differs, in order."""
    top, bottom = 0, 0
    shorter = min(len(old), len(new))
    while top < shorter and old[top] == new[top]:
        top += 1
    while bottom < shorter - top and old[-1 - bottom] == new[-1 - bottom]:
        bottom += 1
    a, c = top, top
    ends = (len(old) - bottom, len(new) - bottom)
    for b, d in [*_anchors(old, new, (top, ends[0]), (top, ends[1])), ends]:
        yield from _between(old, new, (a, b, c, d))
        a, c = b + 1, d + 1


def _between(old: Sequence[str], new: Sequence[str], block: Block) -> Iterator[Block]:
    """What differs between two anchors."""
    a, b, c, d = block
    if a == b and c == d:
        return
    if a == b or c == d or max(b - a, d - c) > CLOSE_LINES:
        yield block
        return
    close = SequenceMatcher(None, old[a:b], new[c:d], autojunk=False)
    for kind, i, j, k, m in close.get_opcodes():
        if kind != "equal":
            yield a + i, a + j, c + k, c + m


def _anchors(
    old: Sequence[str], new: Sequence[str], olds: tuple[int, int], news: tuple[int, int]
) -> list[tuple[int, int]]:
    """Pairs of lines that occur once in either, as many as follow each other in both."""
    (a, b), (c, d) = olds, news
    if max(b - a, d - c) <= CLOSE_LINES:
        return []
    in_old, in_new = Counter(old[a:b]), Counter(new[c:d])
    rows = {line: row for row, line in enumerate(new[c:d], c) if in_new[line] == 1}
    # The longest run of rows that rises: the smallest end of a run of each length, and before it.
    ends: list[int] = []
    pairs: list[tuple[int, int, int]] = []
    at: list[int] = []
    for row in range(a, b):
        line = old[row]
        if in_old[line] != 1 or line not in rows:
            continue
        place = bisect_left(ends, rows[line])
        pairs.append((row, rows[line], at[place - 1] if place else -1))
        if place == len(ends):
            ends.append(rows[line])
            at.append(len(pairs) - 1)
        else:
            ends[place] = rows[line]
            at[place] = len(pairs) - 1
    found = []
    step = at[-1] if at else -1
    while step >= 0:
        row, column, step = pairs[step]
        found.append((row, column))
    return found[::-1]
