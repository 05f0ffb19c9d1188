"""Which keys do what, as a person has set it in the settings file.

    [keys]
    save = "Ctrl-S"
    accept_word = ["Ctrl-→", "Alt-F"]
    quit = []                            # no key at all

An action keeps its keys unless it is named here; a key that is named here is taken from whatever
had it. An action is called by its binding's `id`, or by the binding's action where it has none.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from charlm_core import one_line
from tui.services.keynames import KeyFaultError, key_name, keys_of
from tui.services.toml_places import KeyPath

if TYPE_CHECKING:
    from textual.binding import Binding, BindingsMap

TABLE = "keys"
"""The table of the settings file that this is about."""
MAX_NOTICES = 8
"""So many faults of one file are told."""


@dataclass(frozen=True, kw_only=True)
class KeySetting:
    """The keys of one action, as the file has them."""

    action: str
    """Its name."""
    keys: tuple[str, ...]
    """Textual's names of its keys."""
    place: str
    """Where in the file, for whoever must be told of a fault."""


def read_keys(value: object) -> tuple[dict[str, tuple[str, ...]], list[tuple[KeyPath, str]]]:
    """The keys of each action that the table names, and what is wrong where.

    An action with a fault is left out. Which actions there are is not known here.
    """
    if not isinstance(value, Mapping):
        return {}, [((TABLE,), 'not a table of actions and their keys, as in save = "Ctrl-S"')]
    read: dict[str, tuple[str, ...]] = {}
    faults: list[tuple[KeyPath, str]] = []
    for action, written in value.items():
        listed = [written] if isinstance(written, str) else written
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            faults.append(((TABLE, action), "neither a key nor a list of keys"))
            continue
        keys: dict[str, None] = {}
        for place, one in enumerate(listed):
            try:
                # What was meant takes a while to find, and only the first faults are told.
                found = keys_of(one, guess=len(faults) < MAX_NOTICES)
                keys.update(dict.fromkeys(found))
            except KeyFaultError as fault:
                path = (TABLE, action) if listed is not written else (TABLE, action, place)
                faults.append((path, str(fault)))
                break
        else:
            read[action] = tuple(keys)
    return read, faults


class Keymap:
    """What a person has set, applied to the bindings of widgets and screens.

    `bindings` are those whose actions can be given keys, with the keys that they have before
    anything is applied.
    """

    def __init__(self, settings: Iterable[KeySetting], bindings: "Iterable[BindingsMap]") -> None:
        usual: dict[str, list[str]] = {}
        for binding in bindings_of(bindings):
            usual.setdefault(action_name(binding), []).append(binding.key)
        self._chosen: dict[str, tuple[str, ...]] = {}
        self._owner: dict[str, KeySetting] = {}
        faulty = []
        for setting in settings:
            if setting.action not in usual or self._taken(setting):
                faulty.append(setting)
                continue
            self._chosen[setting.action] = setting.keys
            self._owner.update(dict.fromkeys(setting.keys, setting))
        notices = [self._notice(setting, list(usual)) for setting in faulty[:MAX_NOTICES]]
        notices += self._bereft(usual)
        if (more := len(faulty) - MAX_NOTICES) > 0:
            notices.append(f"{faulty[0].place}: and {more:,} more faults")
        self.notices = tuple(map(one_line, notices))
        """What is wrong with the settings, a line each."""

    def apply(self, bindings: "BindingsMap") -> None:
        """Have the widget or the screen whose bindings these are go by these keys."""
        fresh: dict[str, list[Binding]] = {}
        done = set()
        for key, binding in bindings:
            name = action_name(binding) if _is_ours(binding) else ""
            if name not in self._chosen:
                if key not in self._owner:
                    fresh.setdefault(key, []).append(binding)
            elif name not in done:
                done.add(name)
                for one in self._chosen[name]:
                    fresh.setdefault(one, []).append(replace(binding, key=one, key_display=None))
        # A table of its own: the lists in the old one are the class's.
        bindings.key_to_bindings = fresh

    def _taken(self, setting: KeySetting) -> str:
        """Which of its keys is another's already; empty where none is."""
        return next((key for key in setting.keys if key in self._owner), "")

    def _notice(self, setting: KeySetting, names: Sequence[str]) -> str:
        """What is wrong with a setting that counts as not set."""
        fault = _no_action(setting.action, names)
        if setting.action in names:
            key = self._taken(setting)
            fault = f"{key_name(key)} is given to {self._owner[key].action} already"
        return f"{setting.place}: {setting.action[:40]}: {fault}"

    def _bereft(self, usual: Mapping[str, Sequence[str]]) -> list[str]:
        """A line for each action that has lost its last key to another, without a word."""
        lines = []
        for action, keys in usual.items():
            real = [key for key in keys if "super+" not in key]
            if real and action not in self._chosen and all(key in self._owner for key in real):
                taker = self._owner[real[0]]
                lines.append(
                    f"{taker.place}: {taker.action}: takes {key_name(real[0])} from {action}, "
                    f"which has no other key: give it one, or {action} = []"
                )
        return lines


def bindings_of(bindings: "Iterable[BindingsMap]") -> "list[Binding]":
    """Those of several widgets and screens that keys can be set for, one for each of their keys."""
    return [binding for each in bindings for _, binding in each if _is_ours(binding)]


def action_name(binding: "Binding") -> str:
    """What the settings file calls what a binding does."""
    if binding.id:
        return binding.id
    # What moves the cursor selects with Shift.
    action = re.sub(r"^cursor_(\w+)\(True\)$", r"select_\1", binding.action)
    return re.sub(r"[^\w-]+", "_", action).strip("_").lower()


def _is_ours(binding: "Binding") -> bool:
    """Whether a key can be set for it; what Textual does with focus and screens is its own."""
    return "." not in binding.action


def _no_action(name: str, names: Sequence[str]) -> str:
    # Here and not above: it is for faults alone.
    import difflib

    close = difflib.get_close_matches(name[:40], names, 1)
    meant = f"; did you mean {close[0]}?" if close else "; `charlm-tui settings` lists them"
    return f"there is no such action{meant}"
