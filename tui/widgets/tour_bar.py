"""The line of a tour: what to try next. It takes no keys: they are the text's."""

from textual.content import Content
from textual.widgets import Static

from tui.widgets.hints import key_line


class TourBar(Static):
    """Stands above the status line."""

    DEFAULT_CSS = """
    TourBar {
        split: bottom;
        height: auto;
        max-height: 60%;
        padding: 0 1;
        background: $surface;
        color: $foreground;
        border-top: solid $primary;
        link-style: none;
        link-background-hover: $primary;
    }
    """

    def show(self, title: str, text: str, keys: list[tuple[str, str, str]]) -> None:
        """Tell a step; of `keys` each is a key, what it does, and the screen's action for it."""
        head = Content.assemble(Content.styled(title, "bold"), "   ", key_line(keys))
        self.update(Content("\n").join([head, Content(text)]))
