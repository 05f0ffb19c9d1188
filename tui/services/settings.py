"""What a person has set, in a file that they may edit too.

    checkpoint = "auto"    # whose ghosts: a name, a folder, or as each document calls for
    dial = "balanced"      # how often ghosts speak: quiet, balanced or eager
    learn = true           # whether what is written is learned
    folders = ["~/notes"]  # texts to remember
    never = ["~/diary.md"] # texts that are never learned
    theme = "light"        # and the other fields of Settings
    [keys]                 # see tui.services.keymap
    save = "Ctrl-S"
    [sampling]             # see tui.services.knobs, for presets too
    temperature = 0.8

Reading never fails: what is wrong is told in a line that names file, line and fault, and counts as
not set. Only learning errs on the other side, as a person may have turned it off: nothing is
learned before a damaged file is put right. Writing keeps comments and whatever else is there.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

from charlm_core import CharlmError, one_line
from tui.services.keymap import MAX_NOTICES, KeySetting, read_keys
from tui.services.knobs import DEFAULT, Knobs, Preset, read_knobs, read_presets
from tui.services.private import UnreadableError, read_private, write_private
from tui.services.toml_places import MAX_PARTS, KeyPath, longest_key, places

AUTO = "auto"
"""No checkpoint of that name, but the one that the document calls for."""

LONGEST_CHECKPOINT = 4096
"""Characters; no folder's path is longer."""

Dial = Literal["quiet", "balanced", "eager"]
"""How often ghosts speak."""
DIAL_NAMES: tuple[Dial, ...] = get_args(Dial)

Theme = Literal["auto", "dark", "light", "contrast", "mono", "terminal"]
"""The colours; auto goes by what the terminal says of itself."""
THEME_NAMES: tuple[Theme, ...] = get_args(Theme)

Indent = Literal["auto", "spaces", "tabs"]
"""What Tab types; auto goes by the text."""
INDENT_NAMES: tuple[Indent, ...] = get_args(Indent)

TAB_WIDTHS = range(1, 17)
"""How many columns a tab may be wide."""

MAX_CHARS = 1 << 16
"""A longer file is none that a person wrote; one of this length is read and changed in a moment."""

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "dial": DIAL_NAMES,
    "theme": THEME_NAMES,
    "indent": INDENT_NAMES,
}
_SWITCHES = ("learn", "line_numbers", "wrap", "journal", "tour")
_LEARNING_OFF = "nothing is learned until that is put right"


class SettingsError(CharlmError):
    """Settings can't be saved; the message names the file and the fault."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What can be set."""

    checkpoint: str = AUTO
    """The checkpoint that ghosts come from, a name or a folder; auto goes by the document."""
    dial: Dial = "balanced"
    """How often ghosts speak."""
    learn: bool = True
    """Whether what is written is learned."""
    folders: tuple[Path, ...] = ()
    """Texts to remember, files or folders, each from the root on."""
    never: tuple[Path, ...] = ()
    """Files that are never learned, each from the root on."""
    theme: Theme = "auto"
    """The colours."""
    line_numbers: bool = False
    """Whether lines show their numbers."""
    wrap: bool = True
    """Whether long lines go on below; else they go on beyond the edge."""
    tab_width: int = 4
    """To a multiple of how many columns a tab goes, 1 to 16; and the width of an indent."""
    indent: Indent = "auto"
    """What Tab types."""
    journal: bool = True
    """Whether what is typed is kept on disk until it is saved, against a crash."""
    tour: bool = True
    """Whether the next start shows round; off once one has."""
    keys: tuple[KeySetting, ...] = ()
    """The keys of the actions that have been given others."""
    sampling: Knobs = DEFAULT
    """The knobs that ghosts are drawn by."""
    presets: tuple[Preset, ...] = ()
    """The person's own."""


def settings_path() -> Path:
    """Where settings are."""
    # Here and not above: what only needs the names above does not pay for it.
    import platformdirs

    return platformdirs.user_config_path("charlm-tui", appauthor=False) / "settings.toml"


def read_settings(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """The settings of a file, and a line for each thing in it that is wrong. Never raises."""
    try:
        text = _read(path)
        table = _parsed(text)
    except (UnreadableError, ValueError, RecursionError) as error:
        return Settings(learn=False), (one_line(f"{_told(path, error)}; {_LEARNING_OFF}"),)
    source = _Source(path, text)
    settings, faults, doubtful = Settings(), [], False
    names = [field.name for field in fields(Settings)]
    for key, value in table.items():
        if key == "keys":
            read, wrong = read_keys(value)
            settings = replace(settings, keys=tuple(source.key_settings(read)))
            faults += wrong
            continue
        if key == "sampling":
            knobs, wrong = read_knobs(value)
            settings = replace(settings, sampling=knobs)
            faults += wrong
            continue
        if key == "presets":
            presets, wrong = read_presets(value)
            settings = replace(settings, presets=presets)
            faults += wrong
            continue
        if key not in names:
            fault = f"there is no such setting; there are {', '.join(names)}"
        else:
            checked, fault = _checked(key, value)
            if not fault:
                settings = replace(settings, **{key: checked})
            elif key in ("learn", "never"):
                doubtful = True
                fault += f"; {_LEARNING_OFF}"
        if fault:
            faults.append(((key,), fault))
    learn = settings.learn and not doubtful
    return replace(settings, learn=learn), tuple(source.notices(faults))


def change_settings(path: Path, changes: Mapping[str, object]) -> None:
    """Save the named settings; all else in the file stays, comments too. Raises SettingsError.

    Of a table only what is named in it is another; None takes a setting away, and a table that has
    nothing in it any more goes with it. A file that can't be read is left alone.
    """
    # Here and not above: few starts change anything.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    plain = {key: _plain(value) for key, value in changes.items()}
    try:
        text = _read(path)
        table = _parsed(text)
        document = tomlkit.parse(text)
        # Of odd files it makes odd tables, which break in odd ways.
        with suppress(AttributeError, LookupError, TypeError):
            _put(document, plain, tomlkit.table)
        changed = tomlkit.dumps(document)
        _put(table, plain, dict)
        # Whether it writes what it was told is not taken on trust: the file is a person's own.
        if _told_apart(_parsed(changed)) != _told_apart(table):
            raise ValueError(f"set {', '.join(plain)} there by hand")
        write_private(path, changed)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; the change is not saved") from error
    except (UnreadableError, TOMLKitError, ValueError, RecursionError) as error:
        fault = one_line(_told(path, error))
        raise SettingsError(f"{fault}; the change is not saved") from error


def _read(path: Path) -> str:
    """The file's text; empty where there is none. Raises UnreadableError."""
    text = read_private(path) or ""
    if len(text) > MAX_CHARS:
        raise UnreadableError(f"over {MAX_CHARS >> 10} KiB, which it never is")
    return text


def _parsed(text: str) -> dict[str, Any]:
    """What a text in TOML holds. Raises ValueError, whose message may name the line."""
    parts, line = longest_key(text)
    if parts > MAX_PARTS:
        raise ValueError(f"a key of {parts:,} parts (at line {line}, column 1)")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:
        # Python reads no number of so many digits.
        raise ValueError("a number that is too long") from error


# Any: tables of the library's and of Python's alike.
def _put(
    table: MutableMapping[str, Any], changes: Mapping[str, object], empty: Callable[[], Any]
) -> None:
    """Have the changes in a table; tables that are new in it are made by `empty`."""
    for key, value in changes.items():
        if value is None:
            table.pop(key, None)
        elif isinstance(value, Mapping):
            _put_table(table, key, value, empty)
        elif key not in table or not _equal(table[key], value):
            table[key] = value


def _equal(before: object, value: object) -> bool:
    """Whether a value says this already, in whatever way it is written."""
    plain = getattr(before, "unwrap", lambda: before)()
    return repr(plain) == repr(value)


def _put_table(
    table: MutableMapping[str, Any],
    key: str,
    changes: Mapping[str, object],
    empty: Callable[[], Any],
) -> None:
    below = table.get(key)
    if isinstance(below, MutableMapping):
        _put(below, changes, empty)
        if not below and not _has_comments(below):
            del table[key]
        return
    below = empty()
    _put(below, changes, empty)
    # What was no table leaves its place, which is among the settings that are none.
    table.pop(key, None)
    if below:
        table[key] = below


def _has_comments(table: MutableMapping[str, Any]) -> bool:
    """Whether there is more in an empty table than meets the program."""
    written = getattr(table, "as_string", str)()
    return not isinstance(table, dict) or "#" in written


def _told_apart(value: object) -> object:
    """A table as it can be compared: a number may be none, which equals nothing."""
    if isinstance(value, Mapping):
        return {key: _told_apart(one) for key, one in value.items() if one != {}}
    return repr(value)


class _Source:
    """A settings file that can be read, to say where in it something is."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return places(self._text)

    def key_settings(self, read: Mapping[str, tuple[str, ...]]) -> Iterator[KeySetting]:
        """The keys of actions, with the places where they are set."""
        for action, keys in read.items():
            line = self._lines.get(("keys", action), 1)
            yield KeySetting(action=action, keys=keys, place=f"{self._path}, line {line}")

    def notices(self, faults: Sequence[tuple[KeyPath, str]]) -> Iterator[str]:
        """A line for each of the first faults, in the order of the file, and one for the rest."""
        placed = [(self._lines.get(key, 1), key, fault) for key, fault in faults]
        placed.sort(key=lambda one: one[0])
        for line, key, fault in placed[:MAX_NOTICES]:
            name = next(part for part in reversed(key) if isinstance(part, str))
            yield one_line(f"{self._path}, line {line}: {name[:40]}: {fault}")
        if (more := len(placed) - MAX_NOTICES) > 0:
            yield one_line(f"{self._path}: {more:,} more faults")


def _checked(key: str, value: object) -> tuple[Any, str]:
    """A setting's value as we keep it, and what is wrong with it; empty where nothing is."""
    if choices := _CHOICES.get(key):
        return value, "" if value in choices else f"not one of {', '.join(choices)}"
    if key in _SWITCHES:
        return value, "" if isinstance(value, bool) else "not true or false"
    if key == "checkpoint":
        if isinstance(value, str) and 0 < len(value) <= LONGEST_CHECKPOINT:
            return str(Path(value).expanduser()) if value.startswith("~/") else value, ""
        return value, f"neither the name of a model nor a folder nor {AUTO}"
    if key == "tab_width":
        good = isinstance(value, int) and not isinstance(value, bool) and value in TAB_WIDTHS
        return value, "" if good else f"not a whole number from 1 to {TAB_WIDTHS[-1]}"
    return _paths(value)


def _paths(value: object) -> tuple[tuple[Path, ...], str]:
    """A list of paths."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return (), "not a list of paths"
    paths = []
    for one in value:
        try:
            path = Path(one).expanduser()
        except (RuntimeError, ValueError):
            return (), f"{one}: no such user"
        if not path.is_absolute() or "\0" in one:
            return (), f"{one}: not a path from the root on, nor from ~"
        paths.append(path)
    return tuple(paths), ""


def _plain(value: object) -> object:
    """A setting as TOML has it; None where it is to be taken away."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(one) for one in value]
    return value


def _told(path: Path, error: Exception) -> str:
    """The file, the line and the fault that a reader of TOML found."""
    fault = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, RecursionError):
        fault = "nested too deep"
    elif isinstance(error, UnicodeEncodeError):
        fault = "a path that is no text can't be set"
    if found := re.search(r" ?\(?at line (\d+),? col(?:umn)? (\d+)\)?", fault):
        fault = fault[: found.start()] + fault[found.end() :]
        return f"{path}, line {found[1]}: {fault[:1].lower()}{fault[1:]}"
    return f"{path}: {fault[:1].lower()}{fault[1:]}"
