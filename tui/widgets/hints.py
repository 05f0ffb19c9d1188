"""The keys of a screen in one line: those that mean something now, to be clicked too."""

from collections.abc import Iterable

from textual.content import Content
from textual.widgets import Static

from charlm_core import RunView


def hints(view: RunView | None, runs: int) -> Content:
    """What can be done with this run, one of so many; never wider than 78 cells."""
    held = view is not None and view.held
    told = [
        ("Enter", "new run", "new", not runs),
        ("n", "new", "new", bool(runs)),
        ("c", "classroom", "seminar", not runs),
        ("Space", "compare", "mark", runs > 1 and view is not None),
        ("p", "go on" if view and view.wish == "pause" else "pause", "pause", held),
        ("s", "stop", "stop", held),
        ("r", "resume", "resume", view is not None and _resumable(view)),
        ("u", "use", "use", view is not None and view.has_model),
        ("d", "delete", "delete", view is not None and not held),
        ("v x", "curves", "unit", bool(runs)),
        ("F1", "keys", "help", True),
        ("Esc", "back", "close", True),
    ]
    return key_line((key, label, action) for key, label, action, shown in told if shown)


def key_line(told: Iterable[tuple[str, str, str]]) -> Content:
    """Keys in a line, each with what it does; to be clicked, too.

    Each is the key, what it does, and the screen's action for it.
    """
    return Content("  ").join(
        Content.from_markup(
            f"[@click=screen.{action}][bold]$key[/] $label[/]", key=key, label=label
        )
        for key, label, action in told
    )


def _resumable(view: RunView) -> bool:
    return not view.held and view.state != "finished" and view.config is not None


class Hints(Static):
    """Shows them."""

    DEFAULT_CSS = """
    Hints {
        height: 1;
        padding: 0 1;
        background: $surface;
        color: $foreground 80%;
        link-style: none;
        link-color: $foreground 80%;
    }
    """
