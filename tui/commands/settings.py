"""`charlm-tui settings`: where the settings file is, and all that can be set in it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from charlm_core import one_line
from tui.commands.output import emit, json_option, tell
from tui.services.keymap import TABLE, Keymap, action_name, bindings_of
from tui.services.keynames import key_name
from tui.services.knobs import ABOUT as ABOUT_KNOBS
from tui.services.knobs import DEFAULT, PRESETS
from tui.services.knobs import TABLE as SAMPLING
from tui.services.settings import (
    AUTO,
    DIAL_NAMES,
    INDENT_NAMES,
    TAB_WIDTHS,
    THEME_NAMES,
    Settings,
    read_settings,
    settings_path,
)

if TYPE_CHECKING:
    from textual.binding import BindingsMap

ABOUT = {
    "checkpoint": f"the model that ghosts come from: a name, a folder, or {AUTO}, by the document",
    "dial": f"how often ghosts speak: {', '.join(DIAL_NAMES)}",
    "learn": "whether what is written is learned",
    "folders": "texts to remember, files or folders, as if you had just written them",
    "never": "files that teach nothing",
    "theme": f"the colours: {', '.join(THEME_NAMES)}",
    "line_numbers": "whether lines show their numbers",
    "wrap": "whether long lines go on below",
    "tab_width": f"how many columns a tab and an indent take, 1 to {TAB_WIDTHS[-1]}",
    "indent": f"what Tab types: {', '.join(INDENT_NAMES)}, the first as the text does",
    "journal": "whether what is typed is kept on disk until it is saved, against a crash",
    "tour": "whether the next start shows you round; off once one has",
}
"""What each setting is for."""


@click.command(name="settings")
@json_option
def command(as_json: bool) -> None:
    """Show where the settings file is, and every setting and key, as they come.

    Faults in the file are told as well.
    """
    path = settings_path()
    settings, notices = read_settings(path)
    maps = _bindings()
    for notice in (*notices, *Keymap(settings.keys, maps).notices):
        tell(f"note: {notice}")
    defaults = {name: _plain(getattr(Settings(), name)) for name in ABOUT}
    keys = usual_keys(maps)
    knobs = {name: getattr(DEFAULT, name) for name in ABOUT_KNOBS}
    result = {"path": str(path), "settings": defaults, SAMPLING: knobs, TABLE: keys}
    lines = [one_line(f"# {path}"), "# All that can be set there, as it is where it is not.", ""]
    for name, default in defaults.items():
        lines += [f"# {ABOUT[name]}", f"# {name} = {json.dumps(default)}"]
    lines += ["", "# The knobs that ghosts are drawn by, as F2 turns them."]
    lines += [f"# [{SAMPLING}]"]
    for name, value in knobs.items():
        # One that is as the dial has it has no value to tell.
        setting = f"# {name} = 0.3" if value is None else f"{name} = {json.dumps(value)}"
        lines.append(f"# {setting}  # {ABOUT_KNOBS[name]}")
    lines += ["", "# A preset of your own: a table of the same, but for the seed."]
    lines += [f"# [{PRESETS}]", f"# # [{PRESETS}.mine]", "# # temperature = 0.8"]
    lines += ["", "# The keys of each action: one, several in a list, or none."]
    lines += [f"# [{TABLE}]"]
    about = {action_name(one): one.description for one in reversed(bindings_of(maps))}
    for name, named in keys.items():
        shown = json.dumps(named[0] if len(named) == 1 else named, ensure_ascii=False)
        lines.append(f"# {name} = {shown}" + (f"  # {about[name]}" if about[name] else ""))
    emit(result, "\n".join(lines), as_json=as_json)


def usual_keys(maps: "list[BindingsMap]") -> dict[str, list[str]]:
    """The keys of each action that keys can be set for, as people write them."""
    keys: dict[str, dict[str, None]] = {}
    for binding in bindings_of(maps):
        keys.setdefault(action_name(binding), {})[key_name(binding.key)] = None
    return {name: list(named) for name, named in keys.items()}


def _bindings() -> "list[BindingsMap]":
    """What the main screen and the editor have keys for."""
    # Here and not above: `--help` waits for neither.
    from tui.screens.editor import EditorScreen
    from tui.widgets.editor import Editor

    return [map_ for one in (Editor, EditorScreen) if (map_ := one._merged_bindings)]


def _plain(value: object) -> object:
    """A setting as TOML has it, and JSON too."""
    if isinstance(value, tuple):
        return [str(one) if isinstance(one, Path) else one for one in value]
    return value
