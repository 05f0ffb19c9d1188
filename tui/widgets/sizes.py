"""The sizes of network to choose from, and what each costs on this machine."""

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from charlm_core import SIZES, Speed
from tui.widgets.amounts import duration, short


def size_row(size: str, speed: Speed | None, chars: int) -> Table:
    """One size: its units, weights, memory, pace and time for a pass over so many characters."""
    cells = [size, f"1 × {SIZES[size].hidden}", "…", "", "", ""]
    if speed:
        per_epoch = duration(chars / speed.chars_per_second) if chars else ""
        cells[2:] = [
            short(speed.parameters),
            f"{short(speed.memory_bytes)}B",
            f"{short(speed.chars_per_second)}/s",
            per_epoch,
        ]
    return _line(cells)


def heading() -> Table:
    """What the columns are."""
    return _line(["size", "units", "weights", "memory", "chars", "epoch"])


def _line(cells: list[str]) -> Table:
    line = Table.grid(padding=(0, 1))
    for index, width in enumerate((7, 8, 8, 7, 7, 8)):
        line.add_column(width=width, justify="left" if index < 2 else "right", no_wrap=True)
    line.add_row(*map(Text, cells))
    return line


class Sizes(OptionList):
    """Chooses a size with the arrows."""

    DEFAULT_CSS = """
    Sizes { height: auto; border: none; padding: 0; background: transparent; }
    """

    def __init__(self, size: str) -> None:
        self._names = list(SIZES)
        super().__init__(*(Option(size_row(name, None, 0), id=name) for name in self._names))
        self._first = self._names.index(size)

    def on_mount(self) -> None:
        """Begin on the size proposed."""
        self.highlighted = self._first

    @property
    def size_chosen(self) -> str:
        """The name of the size."""
        return self._names[self.highlighted if self.highlighted is not None else self._first]

    def show(self, speeds: Mapping[str, Speed], chars: int) -> None:
        """Tell what the sizes cost for a text of so many characters."""
        for index, name in enumerate(self._names):
            self.replace_option_prompt_at_index(index, size_row(name, speeds.get(name), chars))
