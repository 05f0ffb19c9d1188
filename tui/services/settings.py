"""What a person has set, in a file that they may edit too.

    dial = "balanced"      # how often ghosts speak: quiet, balanced or eager
    learn = true           # whether what is written is learned
    folders = ["~/notes"]  # texts to remember
    never = ["~/diary.md"] # texts that are never learned

Reading never fails: what is wrong is told in a line that names file, line and fault, and counts as
not set. Only learning errs on the other side, as a person may have turned it off: nothing is
learned before a damaged file is put right. Writing keeps comments and whatever else is there.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from charlm_core import CharlmError
from tui.services.private import UnreadableError, read_private, write_private

Dial = Literal["quiet", "balanced", "eager"]
"""How often ghosts speak."""
DIAL_NAMES: tuple[Dial, ...] = get_args(Dial)

_LEARNING_OFF = "nothing is learned until that is put right"


class SettingsError(CharlmError):
    """Settings can't be saved; the message names the file and the fault."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What can be set."""

    dial: Dial = "balanced"
    """How often ghosts speak."""
    learn: bool = True
    """Whether what is written is learned."""
    folders: tuple[Path, ...] = ()
    """Texts to remember, files or folders, each from the root on."""
    never: tuple[Path, ...] = ()
    """Files that are never learned, each from the root on."""


def settings_path() -> Path:
    """Where settings are."""
    # Here and not above: what only needs the names above does not pay for it.
    import platformdirs

    return platformdirs.user_config_path("charlm-tui", appauthor=False) / "settings.toml"


def read_settings(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """The settings of a file, and a line for each thing in it that is wrong. Never raises."""
    try:
        text = read_private(path)
        table = {} if text is None else tomllib.loads(text)
    except UnreadableError as error:
        return Settings(learn=False), (f"{path}: {error}; {_LEARNING_OFF}",)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Settings(learn=False), (f"{_place(path, error)}; {_LEARNING_OFF}",)
    settings, notices, doubtful = Settings(), [], False
    names = [field.name for field in fields(Settings)]
    for key, value in table.items():
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
            notices.append(f"{path}, line {_line_of(key, text or '')}: {key}: {fault}")
    return replace(settings, learn=settings.learn and not doubtful), tuple(notices)


def change_settings(path: Path, changes: Mapping[str, object]) -> None:
    """Save the named settings; all else in the file stays, comments too. Raises SettingsError.

    A file that can't be read is left alone.
    """
    # Here and not above: few starts change anything.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(read_private(path) or "")
        for key, value in changes.items():
            document[key] = _plain(value)
        write_private(path, tomlkit.dumps(document))
    except (UnreadableError, TOMLKitError, RecursionError) as error:
        raise SettingsError(f"{_place(path, error)}; the change is not saved") from error
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; the change is not saved") from error


def _checked(key: str, value: object) -> tuple[Any, str]:
    """A setting's value as we keep it, and what is wrong with it; empty where nothing is."""
    match key:
        case "dial":
            return value, "" if value in DIAL_NAMES else f"not one of {', '.join(DIAL_NAMES)}"
        case "learn":
            return value, "" if isinstance(value, bool) else "not true or false"
        case _:
            return _paths(value)


def _paths(value: object) -> tuple[tuple[Path, ...], str]:
    """A list of paths."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return (), "not a list of paths"
    paths = []
    for one in value:
        try:
            path = Path(one).expanduser()
        except RuntimeError:
            return (), f"{one}: no such user"
        if not path.is_absolute():
            return (), f"{one}: not a path from the root on, nor from ~"
        paths.append(path)
    return tuple(paths), ""


def _plain(value: object) -> object:
    """A setting as TOML has it."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(one) for one in value]
    return value


def _place(path: Path, error: Exception) -> str:
    """The file, the line and the fault that a reader of TOML found."""
    fault = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, RecursionError):
        fault = "nested too deep"
    if found := re.search(r" ?\(?at line (\d+),? col(?:umn)? (\d+)\)?", fault):
        fault = fault[: found.start()] + fault[found.end() :]
        return f"{path}, line {found[1]}: {fault[:1].lower()}{fault[1:]}"
    return f"{path}: {fault[:1].lower()}{fault[1:]}"


def _line_of(key: str, text: str) -> int:
    """The line, from 1, on which a key of the file's own table is set."""
    pattern = re.compile(rf"""\s*(?:\[+\s*)?["']?{re.escape(key)}["']?\s*(?:[=.\]]|$)""")
    return next((n for n, line in enumerate(text.split("\n"), 1) if pattern.match(line)), 1)
