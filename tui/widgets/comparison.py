"""Two models side by side, drawn."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from charlm_core import Compared
from tui.text.comparison import LABELS, rows, scope
from tui.text.visible import visible
from tui.widgets.figures import bar

LABEL_CELLS = 24
MOST_CELLS = 22
"""No column is wider."""

BETTER = "✓"


def table(
    names: Sequence[str],
    document: str,
    chars: int,
    found: Compared | None,
    width: int,
    *,
    dense: bool = False,
) -> Content:
    """The figures of models, as far as they are known, on a document of so many characters.

    A sign stands behind the better figure of each row. Where it is dense no line is left empty.
    """
    gap = [] if dense else [Content()]
    column = max(8, min(MOST_CELLS, (width - LABEL_CELLS) // len(names)))
    head = "".join(f"{_right(visible(name), column - 3)}   " for name in names)
    lines = [
        Content.assemble((visible(document), "bold"), f", {chars:,} characters"),
        *gap,
        Content.assemble(" " * LABEL_CELLS, (head, "bold")),
    ]
    if found is None:
        empty = f"{'–':>{column - 3}}   " * len(names)
        return Content("\n").join(
            [*lines, *(Content(f"{label:{LABEL_CELLS}}{empty}") for label in LABELS)]
        )
    for row in rows(found):
        cells = [Content(f"{row.label:{LABEL_CELLS}}")]
        for place, cell in enumerate(row.cells):
            better = place == row.best
            sign = BETTER if better else " "
            cells.append(Content.styled(f"{cell:>{column - 3}} {sign} ", "bold" if better else ""))
        lines.append(Content("").join(cells))
    lines += gap
    if found.progress < 1:
        share = f" {found.progress:4.0%}"
        lines.append(bar(found.progress, max(4, min(40, width - len(share)))) + Content(share))
    lines.append(Content(scope(found, chars)))
    return Content("\n").join(lines)


def _right(text: str, cells: int) -> str:
    """The text at the right of so many cells, cut where it is longer."""
    if cell_len(text) > cells:
        text = set_cell_size(text, cells - 1) + "…"
    return " " * (cells - cell_len(text)) + text
