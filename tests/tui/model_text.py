"""An editor's text without an editor: one string, a cursor in it, and every text there has been.

It says in the plainest way what an edit does to a text, to the cursor and to the ghost, and to what
can be undone. It knows nothing of the editor and shares no code with it.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

Location = tuple[int, int]


class DivergenceError(AssertionError):
    """Editor and model disagree."""


@dataclass(frozen=True, slots=True)
class Past:
    """A text that there has been."""

    mark: tuple[int, int]
    """Its length and hash."""
    after: tuple[int, int]
    """What was selected when an edit had just made it."""


class ModelText:
    """A text being edited; places in it are counted in characters from its start."""

    def __init__(self, text: str = "", indent: str = "    ") -> None:
        self.text = text
        self.anchor = self.cursor = 0
        self.clipboard = ""
        self.indent = indent
        self.read_only = False
        self.ghost = self.accepted = ""
        self.asking = self.dismissed = False
        self.ghosts_on = True
        self.alone = False
        """Whether the last edit is a step of undo by itself."""
        self._pasts: list[Past] = []
        self._where: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._befores: list[tuple[int, int]] = []
        self._at = {0}
        self._remember(Past(self.mark, (0, 0)))

    # What there is.

    @property
    def mark(self) -> tuple[int, int]:
        """What two texts have in common only if they are the same, near enough."""
        return len(self.text), hash(self.text)

    @property
    def span(self) -> tuple[int, int]:
        """What is selected, in order."""
        return min(self.anchor, self.cursor), max(self.anchor, self.cursor)

    @property
    def selected(self) -> bool:
        """Whether anything is."""
        return self.anchor != self.cursor

    @property
    def line(self) -> tuple[int, int]:
        """Start and end of the cursor's line."""
        return self.line_at(self.cursor)

    def line_at(self, place: int) -> tuple[int, int]:
        """Start and end of the line that a place is in."""
        end = self.text.find("\n", place)
        return self.text.rfind("\n", 0, place) + 1, len(self.text) if end < 0 else end

    def location(self, place: int) -> Location:
        """Row and column of a place."""
        row = self.text.count("\n", 0, place)
        return row, place - self.text.rfind("\n", 0, place) - 1

    def place(self, location: Location) -> int:
        """Where a location is."""
        row, column = location
        parts = self.text.split("\n", row)
        if len(parts) <= row or column > len(parts[row].partition("\n")[0]):
            raise DivergenceError(f"there is no {location}")
        return len(self.text) - len(parts[row]) + column

    def whole_lines(self) -> tuple[int, int]:
        """The lines that the selection touches, with the break after the last one."""
        start, end = self.span
        last = self.line_at(end)[1]
        return self.line_at(start)[0], min(last + 1, len(self.text))

    def selected_lines(self, *, own: bool) -> list[tuple[int, int]]:
        """Start and end of each selected line; the last one counts only if some of it is.

        With `own` a cursor's own line counts too.
        """
        start, end = self.span
        lines: list[tuple[int, int]] = []
        first, last = self.line_at(start)
        alone = last >= end
        while first < end or not lines:
            if first < end or (own and alone):
                lines.append((first, last))
            if last >= len(self.text):
                break
            first, last = self.line_at(last + 1)
        return lines

    @property
    def wants_ghost(self) -> bool:
        """Whether a ghost would show."""
        return (
            self.asking
            and self.ghosts_on
            and not self.dismissed
            and not self.read_only
            and not self.selected
            and self.cursor == self.line[1]
        )

    # What happens to it.

    def edit(
        self, edits: Sequence[tuple[int, int, str]], *, keep: bool = False, alone: bool = False
    ) -> None:
        """Replace from and to by a text, all at once; the cursor goes behind, or is kept."""
        if self.read_only:
            return
        before = (self.anchor, self.cursor)
        eaten = ""
        if len(edits) == 1 and edits[0][:2] == (self.cursor, self.cursor) and not self.selected:
            eaten = ghost_after(self.ghost, edits[0][2])
        parts, done, shift = [], 0, 0
        anchor, cursor = before
        for start, end, text in edits:
            parts += [self.text[done:start], text]
            done = end
            shift += len(text) - (end - start)
            anchor, cursor = (
                old + shift if old >= end else end + shift if old >= start else new
                for old, new in zip(before, (anchor, cursor), strict=True)
            )
        self.text = "".join(parts) + self.text[done:]
        if not keep:
            anchor = cursor = edits[-1][1] + shift
        self.anchor, self.cursor = anchor, cursor
        if any(c.isspace() for _, _, text in edits for c in text[:4096]):
            self.dismissed = False
        self.asking, self.ghost, self.accepted = True, eaten, ""
        # Of all the places in the past where it may be, the last one knows what the others do.
        at = max(self._at)
        while len(self._pasts) > at + 1:
            self._where[self._pasts.pop().mark].pop()
            self._befores.pop()
        self._befores.append(before)
        self._remember(Past(self.mark, (anchor, cursor)))
        self._at = {at + 1}
        self.alone = alone

    def type(self, text: str, *, alone: bool = False) -> None:
        """Put a text in the place of what is selected."""
        self.edit([(*self.span, text)], alone=alone)

    def delete(self, start: int, end: int) -> None:
        """Delete what is selected, or else this."""
        start, end = self.span if self.selected else (start, end)
        if start != end:
            self.edit([(start, end, "")])

    def move(self, cursor: int, select: bool = False, *, always: bool = False) -> None:
        """Put the cursor elsewhere."""
        anchor = self.anchor if select else cursor
        if always or (anchor, cursor) != (self.anchor, self.cursor):
            self.dismissed = False
            self.asking, self.ghost, self.accepted = False, "", ""
        self.anchor, self.cursor = anchor, cursor

    def accept(self, count: int) -> bool:
        """Type the ghost's first characters, as a step of its own."""
        taken = self.ghost[:count]
        if taken:
            accepted = self.accepted + taken
            self.edit([(self.cursor, self.cursor, taken)], alone=True)
            self.accepted = accepted
        return bool(taken)

    def give_back(self) -> bool:
        """Make the last word that was accepted a ghost again."""
        if not self.accepted or self.read_only:
            return False
        word = [word for word in re.findall(r"\s*\S* ?", self.accepted) if word][-1]
        ghost, kept = word + self.ghost, self.accepted.removesuffix(word)
        self.edit([(self.cursor - len(word), self.cursor, "")], alone=True)
        self.asking, self.ghost, self.accepted = False, ghost, kept
        return True

    def propose(self, text: str) -> None:
        """A ghost comes."""
        if self.wants_ghost:
            self.ghost = seen(text)

    # What has been.

    def _remember(self, past: Past) -> None:
        self._where[past.mark].append(len(self._pasts))
        self._pasts.append(past)

    def travel(self, text: str, selection: tuple[int, int], *, back: bool) -> None:
        """The editor went back or forth to `text`, which must be one that there has been.

        It went as many edits as are a step to it, one at least.
        """
        mark = (len(text), hash(text))
        found = [
            past
            for past in self._where.get(mark, ())
            if (past < max(self._at) if back else past > min(self._at))
        ]
        if not found:
            raise DivergenceError(f"{'undone' if back else 'redone'} to what there never was")
        if back and self.alone and not {at - 1 for at in self._at}.intersection(found):
            raise DivergenceError("more was undone than one step")
        selections = {
            past: self._befores[past] if back else self._pasts[past].after for past in found
        }
        self._at = {past for past, one in selections.items() if one == selection}
        if not self._at:
            raise DivergenceError(f"selected after it: {selection}, not {selections.values()}")
        self.text = text
        self.anchor, self.cursor = selection
        self.asking, self.ghost, self.accepted = False, "", ""
        self.alone = False

    def stays(self, *, back: bool) -> None:
        """The editor had nothing to take back, or to make again."""
        if (0 if back else len(self._pasts) - 1) not in self._at:
            raise DivergenceError(f"nothing {'undone' if back else 'redone'}, and there was")


_PLAIN = str.maketrans(dict.fromkeys("\u00a0\u2003", " ") | {"’": "'", "–": "-"})


def ghost_after(ghost: str, typed: str) -> str:
    """What stays of a ghost once something was typed, in typographic characters or plain ones."""
    if typed and ghost.translate(_PLAIN).startswith(typed.translate(_PLAIN)):
        return seen(ghost[len(typed) :])
    return ""


def seen(ghost: str) -> str:
    """None where it would be blanks alone."""
    return ghost if "\n" in ghost or ghost.strip() else ""


def storable(text: str) -> str:
    """What a paste puts in."""
    text = re.sub("\r\n?", "\n", text).replace("\0", "")
    return "".join("\N{REPLACEMENT CHARACTER}" if "\ud800" <= c <= "\udfff" else c for c in text)
