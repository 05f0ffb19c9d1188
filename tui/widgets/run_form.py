"""The fields of the form for a new run, its texts aside: the network, and how long it learns."""

from collections.abc import Sequence
from typing import cast, get_args

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from charlm_core import Cell
from tui.text.visible import visible
from tui.widgets.choices import Choices
from tui.widgets.sizes import Sizes

CELLS: tuple[Cell, ...] = tuple(reversed(get_args(Cell)))
UNITS = ("minutes", "epochs")


SCRATCH = "scratch"
"""What a training starts from that is given no model: random weights."""

LONGEST_SHOWN = 12
"""Of a longer name the beginning is shown, so that four have room in a line."""


def shown_name(model: str) -> str:
    """What a model is called among the choices."""
    name = visible(model)
    # One that is called so is told apart from what the first word means.
    name = f"{name}…" if name == SCRATCH else name
    return name if len(name) <= LONGEST_SHOWN else f"{name[: LONGEST_SHOWN - 1]}…"


class Network(Vertical):
    """What is trained: its name, its cell, its size, and which of some `models` it begins with.

    `model` is the number of the one to propose, from 1; 0 for none.
    """

    DEFAULT_CSS = """
    Network {
        height: auto;
        & #named { height: 1; margin-bottom: 1; layout: horizontal; }
        &.several #named { margin-bottom: 0; }
        & .label { width: 8; }
        & .field { height: 1; width: 1fr; }
        & .field.cell { width: 37; }
        & #name { width: 1fr; margin-right: 4; }
        & #begun { height: 1; margin-bottom: 1; }
        & #name:focus { background: $primary 30%; }
        &.roomy {
            & #named { layout: vertical; height: 4; margin-bottom: 0; }
            & .field { margin-bottom: 1; }
            & #begun { height: 2; margin-bottom: 0; }
            & #name { margin-right: 0; }
        }
    }
    """

    def __init__(
        self, name: str, cell: Cell, size: str, *, models: Sequence[str] = (), model: int = 0
    ) -> None:
        super().__init__()
        self._given = name, cell, size
        self.set_class(bool(models), "several")
        self._words = (SCRATCH, *map(shown_name, models))
        self._word = self._words[model]

    def compose(self) -> ComposeResult:
        """Name and cell above what it begins with, and the table of sizes."""
        name, cell, size = self._given
        with Container(id="named"):
            with Horizontal(classes="field"):
                yield Static("Name", classes="label")
                yield Input(name, id="name", compact=True)
            with Horizontal(classes="field cell"):
                yield Static("Cell", classes="label")
                yield Choices(CELLS, cell, "cell")
        with Horizontal(id="begun") as begun:
            begun.display = len(self._words) > 1
            yield Static("From", classes="label")
            yield Choices(self._words, self._word, "from")
        yield Sizes(size)

    def settle(self, cell: Cell | None = None, size: str | None = None) -> None:
        """Show those of the model that it begins with, which are no choice; None gives them free.

        The size is empty where it is none of SIZES.
        """
        self.query_one("#cell", Choices).settle(cell)
        self.query_one(Sizes).settle(size)

    @property
    def model(self) -> int:
        """The number of the model that it begins with, from 1; 0 where it begins with nothing."""
        return self._words.index(self.query_one("#from", Choices).chosen)

    @property
    def wanted_name(self) -> str:
        """The name, as it stands."""
        return self.query_one("#name", Input).value.strip()

    @property
    def cell(self) -> Cell:
        """The cell that is chosen."""
        return cast(Cell, self.query_one("#cell", Choices).chosen)

    @property
    def size_chosen(self) -> str:
        """The size that is."""
        return self.query_one(Sizes).chosen


class Budget(Horizontal):
    """How long it is to learn."""

    DEFAULT_CSS = """
    Budget {
        height: 1;
        margin-top: 1;
        & .label { width: 8; }
        & #amount { width: 10; margin-right: 3; }
        & #amount:focus { background: $primary 30%; }
        & #prospect { width: 1fr; margin-left: 4; color: $foreground 70%; }
    }
    """

    def __init__(self, amount: float, unit: str) -> None:
        super().__init__()
        self._given = amount, unit

    def compose(self) -> ComposeResult:
        """A number, its unit, and what that comes to."""
        amount, unit = self._given
        yield Static("Budget", classes="label")
        yield Input(f"{amount:g}", id="amount", compact=True)
        yield Choices(UNITS, unit, "unit")
        yield Static(id="prospect")

    @property
    def amount(self) -> str:
        """The number, as it stands."""
        return self.query_one("#amount", Input).value.strip()

    @property
    def unit(self) -> str:
        """`minutes` or `epochs`."""
        return self.query_one("#unit", Choices).chosen

    def show(self, prospect: str) -> None:
        """Tell what the budget comes to."""
        self.query_one("#prospect", Static).update(Content(prospect))
