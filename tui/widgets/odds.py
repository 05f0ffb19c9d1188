"""The odds of the next character as bars, before and after sampling has had its way with them."""

import unicodedata
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from charlm_core import Odds
from tui.text.visible import visible
from tui.widgets.runs import BOLD, FAINT, FIRST, PLAIN, SECOND, Run, RunsWidget

KEPT, GAINED, LOST, CUT, SLIVER = "▇", "▒", "░", "·", "▏"
"""What a bar is made of: odds that stay, that come, that go, that are cut off; and next to none."""

LEGEND: tuple[Run, ...] = (
    (KEPT, FIRST),
    (" kept ", PLAIN),
    (GAINED, SECOND),
    (" gained ", PLAIN),
    (LOST, FAINT),
    (" lost ", PLAIN),
    (CUT, FAINT),
    (" cut", PLAIN),
)

NAME_CELLS = 2
"""For a character and, where it is narrow, a blank."""
LEAST_BAR = 4
ROUNDING = 1e-9
"""What comes of reckoning the same odds in two ways."""


def bars(odds: Odds, width: int, height: int) -> list[Sequence[Run]]:
    """As many lines as there is height for: how unsure the model is, and bars of the likeliest.

    Where sampling changes nothing, what is before is all there is.
    """
    pairs = zip(odds.before, odds.after, strict=True)
    changed = any(abs(before - after) > ROUNDING for before, after in pairs)
    lines: list[Sequence[Run]] = [*_heading(odds, changed), *([LEGEND] if changed else [])]
    shown = list(zip(odds.characters, odds.before, odds.after, strict=True))
    shown = shown[: max(0, height - len(lines))]
    most = max((max(before, after) for _, before, after in shown), default=1.0)
    lines += [_bar(*one, most=most, changed=changed, width=width) for one in shown]
    return lines[:height]


def character_name(character: str) -> str:
    """A character as it is shown, two cells wide."""
    if character == " ":
        shown = "␣"
    elif character == "\n":
        shown = "⏎"
    elif character.isspace() and character != "\t":
        shown = "⍽"
    else:
        shown = visible(character).replace("\t", "␉")
    if unicodedata.combining(shown[0]) or not cell_len(shown):
        # On a letter's place of its own.
        shown = f"◌{shown}"
    return set_cell_size(shown, NAME_CELLS)


def percent(odds: float) -> str:
    """In three characters at most, without the sign."""
    value = 100 * odds
    if value >= 9.95:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 0.095 else "<.1" if value else "0"


def _heading(odds: Odds, changed: bool) -> list[Sequence[Run]]:
    choices, bits = f"{odds.choices_before:.1f}", f"{odds.entropy_before:.2f}"
    if changed:
        choices += f" → {odds.choices_after:.1f}"
        bits += f" → {odds.entropy_after:.2f}"
    return [
        [("Next: ", BOLD), (f"about {choices} choices", PLAIN)],
        [(f"entropy {bits} bits", FAINT)],
    ]


def _bar(
    character: str, before: float, after: float, *, most: float, changed: bool, width: int
) -> Sequence[Run]:
    cut = changed and not after
    if changed:
        figures = f" {percent(before):>3}→{'cut' if cut else percent(after) + '%':<4}"
    else:
        figures = f" {percent(before):>3}%"
    room = max(LEAST_BAR, width - NAME_CELLS - len(figures))
    was, now = (round(room * one / most) for one in (before, after))
    parts: list[Run]
    if cut:
        parts = [(CUT * max(1, was), FAINT)]
    elif not was and not now:
        parts = [(SLIVER, FIRST)]
    else:
        parts = [
            (KEPT * min(was, now), FIRST),
            (GAINED * (now - was), SECOND),
            (LOST * (was - now), FAINT),
        ]
    filled = sum(len(text) for text, _ in parts)
    name = character_name(character)
    return [
        (name, FAINT if cut else BOLD),
        *parts,
        (" " * (room - filled), PLAIN),
        (figures, FAINT if cut else PLAIN),
    ]


class OddsBars(RunsWidget):
    """Shows them, as many as there is room for."""

    DEFAULT_CSS = """
    OddsBars { height: 1fr; min-height: 6; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._odds: Odds | None = None
        self._otherwise = ""
        self._drawn: tuple[object, list[Sequence[Run]]] = (None, [])

    @property
    def odds(self) -> Odds | None:
        """Those that show."""
        return self._odds

    def show(self, odds: Odds | None, otherwise: str = "") -> None:
        """Show these; say something else where there are none."""
        if (odds, otherwise) != (self._odds, self._otherwise):
            self._odds, self._otherwise = odds, otherwise
            self.refresh()

    def runs(self, y: int) -> Sequence[Run]:
        """A heading and the bars."""
        shown = (self._odds, self._otherwise, self.size)
        if self._drawn[0] != shown:
            self._drawn = (shown, self._lines())
        lines = self._drawn[1]
        return lines[y] if y < len(lines) else ()

    def _lines(self) -> list[Sequence[Run]]:
        if self._odds is None or not self._odds.characters:
            otherwise = self._otherwise if self._odds is None else "nothing that it may write"
            return [[("Next: ", BOLD), (otherwise, FAINT)]]
        return bars(self._odds, self.size.width, self.size.height)
