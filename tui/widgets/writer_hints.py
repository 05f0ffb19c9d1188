"""The keys of the pane in which the model writes, in one line."""

from typing import Literal, get_args

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from tui.widgets.panel import Panel

Want = Literal[
    "previous",
    "next",
    "stop",
    "put",
    "again",
    "new_seed",
    "branch",
    "fork",
    "drop",
    "faster",
    "slower",
    "longer",
    "shorter",
    "mode",
    "into_text",
]
"""What a key of the pane asks for."""

HINTS: tuple[tuple[str, str, str], ...] = (
    ("Space", "", "stop"),
    ("Enter", "put in", "put"),
    ("r", "again", "again"),
    ("n", "new", "new_seed"),
    ("b", "branch", "branch"),
    ("x", "drop", "drop"),
    ("p", "prompt", ""),
    ("m", "mode", "mode"),
    ("+", "faster", "faster"),
    ("]", "longer", "longer"),
    ("d", "into the text", "into_text"),
    ("f", "fork", "fork"),
    ("-", "slower", "slower"),
    ("[", "shorter", "shorter"),
)
"""Keys, what they do, and what each wants, if it is not a prompt; what matters most first. The
first one stops a branch or has it go on."""


class WriterHints(Static):
    """The keys, to be clicked too."""

    DEFAULT_CSS = """
    WriterHints {
        height: 1;
        padding: 0 1;
        background: $surface;
        color: $foreground 80%;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        link-style: none;
        link-color: $foreground 80%;
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._active = False

    def on_resize(self) -> None:
        """Tell as many as there is room for."""
        self._draw()

    def show(self, *, active: bool) -> None:
        """Tell what can be done with a branch, which is being written or not."""
        if active != self._active:
            self._active = active
            self._draw()

    def _draw(self) -> None:
        self.update(hints(self.size.width - 2, active=self._active))

    async def action_press(self, what: str) -> None:
        """Do what the pane does for a key."""
        pane = next(node for node in self.ancestors if isinstance(node, Panel))
        self.screen.set_focus(pane)
        wanted = what in get_args(Want)
        await self.app.run_action(f"want('{what}')" if wanted else what, pane)


def hints(width: int, *, active: bool) -> Content:
    """As many of the keys as there is room for, then the way out."""
    # The way out, and F1 for those that are left out.
    last = [("F1", "keys", "screen.help"), ("Esc", "back", "back")]
    room = width - sum(cell_len(f"{key} {label}  ") for key, label, _ in last)
    shown = []
    for key, told, want in HINTS:
        label = told or ("stop" if active else "go on")
        room -= cell_len(f"{key} {label}  ")
        if room < -2:
            break
        shown.append((key, label, want or "prompt"))
    markup = "[@click=press('{}')][bold]$key[/] $label[/]"
    return Content("  ").join(
        Content.from_markup(markup.format(action), key=key, label=label)
        for key, label, action in [*shown, *last]
    )
