"""Lines in pieces of one style each, drawn without a detour: a panel is painted with each key."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.widgets.strips import StripWidget

PLAIN, BOLD, FAINT, CHOSEN, CHOSEN_BOLD, FIRST, SECOND = (
    "",
    "runs--bold",
    "runs--faint",
    "runs--chosen",
    "runs--chosen-bold",
    "runs--first",
    "runs--second",
)
"""What a piece can look like: as the widget does, and so on; the last two are for bars."""

Run = tuple[str, str]
"""A piece of a line, and what it looks like."""


def text_of(runs: Sequence[Run]) -> str:
    """What a line says."""
    return "".join(text for text, _ in runs)


class RunsWidget(StripWidget):
    """Draws the lines that `lines_of` says, cut to its width."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        BOLD,
        FAINT,
        CHOSEN,
        CHOSEN_BOLD,
        FIRST,
        SECOND,
    }
    DEFAULT_CSS = """
    RunsWidget {
        & .runs--bold { text-style: bold; }
        & .runs--faint { color: $foreground 60%; }
        & .runs--chosen { color: $block-cursor-foreground; background: $block-cursor-background; }
        & .runs--chosen-bold {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: bold;
        }
        & .runs--first { color: $primary; }
        & .runs--second { color: $success; }
    }
    """

    def runs(self, y: int) -> Sequence[Run]:
        """The pieces of a line, from the left; none below the last."""
        return ()

    def render_line(self, y: int) -> Strip:
        """A line, filled up with blanks."""
        ground = self.rich_style
        segments = [Segment(text, self._look(name, ground)) for text, name in self.runs(y) if text]
        return Strip(segments).adjust_cell_length(self.size.width, ground)

    def _look(self, name: str, ground: Style) -> Style:
        return ground + self.get_component_rich_style(name) if name else ground
