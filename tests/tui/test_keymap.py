"""Keys that a person has chosen: how they write them, what they hear of, and what the keys do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual.binding import Binding, BindingsMap
from textual.keys import Keys, _character_to_key

from tests.tui.support import running
from tui.screens.editor import EditorScreen
from tui.screens.help import HOW_TO_CHANGE, key_rows
from tui.services.keymap import (
    MAX_NOTICES,
    Keymap,
    KeySetting,
    action_name,
    bindings_of,
    read_keys,
)
from tui.services.keynames import KeyFaultError, key_name, keys_of
from tui.widgets.editor import Editor


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("ctrl+s", "ctrl+s"),
        ("Ctrl-S", "ctrl+s"),
        ("C-s", "ctrl+s"),
        ("<c-s>", "ctrl+s"),
        ("CONTROL-s", "ctrl+s"),
        ("Alt-F", "alt+f"),
        ("M-f", "alt+f"),
        ("shift+ctrl+left", "ctrl+shift+left"),
        ("Ctrl-Shift-←", "ctrl+shift+left"),
        ("Alt-]", "alt+right_square_bracket"),
        ("alt+right_square_bracket", "alt+right_square_bracket"),
        ("Ctrl--", "ctrl+minus"),
        ("Ctrl-+", "ctrl+plus"),
        ("ctrl++", "ctrl+plus"),
        ("F9", "f9"),
        ("Shift-Tab", "shift+tab"),
        ("S-Enter", "shift+enter"),
        ("Page Up", "pageup"),
        ("PgUp", "pageup"),
        ("esc", "escape"),
        ("Alt-é", "alt+é"),
        ("Alt-1", "alt+1"),
    ],
)
def test_ways_to_write_a_key(written: str, key: str) -> None:
    """As Textual, as Emacs, as vim and as people write it, in capitals or not."""
    assert keys_of(written) == (key,)


def test_keys_that_terminals_send_in_two_ways() -> None:
    """Either will do."""
    assert set(keys_of("Ctrl-Space")) == set(keys_of("ctrl+@")) == {"ctrl+space", "ctrl+@"}
    assert set(keys_of("Ctrl-/")) == {"ctrl+slash", "ctrl+underscore"}


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("a", "A types a character"),
        ("Shift-A", "Shift-A types a character"),
        ("é", "É types a character"),
        ("+", "+ types a character"),
        ("Space", "Space types a character"),
        ("enter", "Enter begins a new line"),
        ("Return", "Enter begins a new line"),
        ("Ctrl-M", "terminals send Ctrl-M as Enter"),
        ("ctrl+i", "terminals send Ctrl-I as Tab"),
        ("Ctrl-[", "terminals send Ctrl-[ as Esc"),
        ("C-h", "terminals send Ctrl-H as Backspace"),
        ("escpe", "'escpe' is no key; did you mean escape?"),
        ("ctrl+pagdown", "'ctrl+pagdown' is no key; did you mean pagedown?"),
        ("Ctrl-K Ctrl-S", "is no key: several go into a list"),
        ("F1, F2", "is no key: several go into a list"),
        ("", "'' is no key"),
        ("ctrl+", "'ctrl+' is no key"),
        ("Alt-\u202e", "is no key"),
        ("Alt-\x1b", "is no key"),
        ("x" * 5000, f"'{'x' * 39}…' is no key"),
    ],
)
def test_keys_that_are_none(written: str, fault: str) -> None:
    """What types, what terminals can't send and what is no key is told apart, in a few words."""
    with pytest.raises(KeyFaultError) as raised:
        keys_of(written)
    assert fault in str(raised.value)
    assert len(str(raised.value)) < 120


REFUSED = {"enter", "space", "ctrl+h", "ctrl+i", "ctrl+m"}


def test_names_are_those_of_the_library() -> None:
    """Each key that Textual knows of is known here by the same name, and shown by one that is."""
    theirs = {key.value for key in Keys if not key.value.startswith("<")}
    theirs -= {Keys.Return.value, Keys.ControlSpace.value}
    signs = {_character_to_key(chr(code).lower()) for code in range(33, 127)}
    for key in sorted((theirs | {f"alt+{sign}" for sign in signs}) - REFUSED):
        assert key in keys_of(key)
        assert key in keys_of(key_name(key))
    for key in REFUSED:
        with pytest.raises(KeyFaultError):
            keys_of(key)


def test_a_large_letter_is_told_from_a_small_one() -> None:
    """Panels have keys for n and for N, and letters are written large."""
    assert [key_name(key) for key in ("n", "N", "alt+n", "alt+shift+n")] == [
        "N",
        "Shift-N",
        "Alt-N",
        "Alt-Shift-N",
    ]


PIECES = ["ctrl", "+", "-", "alt", "s", "C", "A", "<", ">", "@", "←"]


@given(st.text(max_size=8) | st.lists(st.sampled_from(PIECES)).map("".join))
@example("Alt-İ")
def test_whatever_is_written(written: str) -> None:
    """Anything is a key or a fault; what is shown of a key can be written, and is safe to show."""
    try:
        keys = keys_of(written)
    except KeyFaultError:
        return
    for key in keys:
        assert key_name(key).isprintable()
        assert key in keys_of(key_name(key))


def test_what_the_table_may_hold() -> None:
    """A key, a list of keys, or none; of what is wrong the rest takes no harm."""
    table = {
        "save": "Ctrl-S",
        "accept_word": ["Ctrl-→", "Alt-F", "alt-f"],
        "quit": [],
        "open": 5,
        "new": ["F2", 3],
        "undo": ["F5", "nokey"],
        "redo": "a",
    }
    read, faults = read_keys(table)
    assert read == {"save": ("ctrl+s",), "accept_word": ("ctrl+right", "alt+f"), "quit": ()}
    assert [path for path, _ in faults] == [
        ("keys", "open"),
        ("keys", "new"),
        ("keys", "undo", 1),
        ("keys", "redo"),
    ]
    assert read_keys("Ctrl-S")[1][0][0] == ("keys",)


def bindings(*those: Binding) -> BindingsMap:
    """Those of a widget."""
    return BindingsMap(those)


def settings(**keys: tuple[str, ...]) -> list[KeySetting]:
    """Settings, one a line."""
    return [
        KeySetting(action=action, keys=named, place=f"file, line {line}")
        for line, (action, named) in enumerate(keys.items(), 1)
    ]


def table_of(map_: BindingsMap) -> dict[str, str]:
    """Each key and what it does."""
    return {key: binding.action for key, binding in map_}


@pytest.fixture
def editor() -> BindingsMap:
    """A widget's keys."""
    return bindings(
        Binding("tab", "indent", "Indent"),
        Binding("ctrl+right,alt+f", "accept_word_or_move", "Accept a word", id="accept_word"),
        Binding("ctrl+z,super+z", "undo", "Undo"),
        Binding("f3", "step(-1)", "Back"),
    )


@pytest.fixture
def screen() -> BindingsMap:
    """A screen's keys."""
    return bindings(
        Binding("ctrl+s", "save", "Save"),
        Binding("ctrl+q", "quit", "Quit"),
        Binding("tab", "app.focus_next", "Focus next"),
    )


def test_a_key_is_given(editor: BindingsMap, screen: BindingsMap) -> None:
    """It does that, the old ones do nothing, and the others what they did."""
    keymap = Keymap(settings(accept_word=("f2",), save=("f4", "f5")), (editor, screen))
    keymap.apply(editor)
    keymap.apply(screen)
    assert keymap.notices == ()
    # In the order they were in, as the help lists them.
    assert list(table_of(editor).items()) == [
        ("tab", "indent"),
        ("f2", "accept_word_or_move"),
        ("ctrl+z", "undo"),
        ("super+z", "undo"),
        ("f3", "step(-1)"),
    ]
    assert table_of(screen)["f4"] == table_of(screen)["f5"] == "save"
    assert "ctrl+s" not in table_of(screen)


def test_the_classes_own_keys_stay(editor: BindingsMap) -> None:
    """What one editor goes by changes no other."""
    copy = editor.copy()
    Keymap(settings(undo=("f2",), indent=("ctrl+z",)), (copy,)).apply(copy)
    assert table_of(editor)["ctrl+z"] == "undo"
    assert table_of(editor)["tab"] == "indent"


def test_no_key_at_all(screen: BindingsMap) -> None:
    """An empty list takes an action's keys away; nobody is told what they said themselves."""
    keymap = Keymap(settings(quit=()), (screen,))
    keymap.apply(screen)
    assert keymap.notices == ()
    assert "quit" not in table_of(screen).values()


def test_a_key_is_taken_from_another(editor: BindingsMap, screen: BindingsMap) -> None:
    """What a person gives goes before what the key did, there or elsewhere; they hear what it did.

    Unless that has another key left.
    """
    keymap = Keymap(settings(undo=("ctrl+q",), indent=("alt+f",)), (editor, screen))
    keymap.apply(editor)
    keymap.apply(screen)
    assert "ctrl+q" not in table_of(screen)
    assert table_of(editor)["ctrl+q"] == "undo"
    assert table_of(editor)["ctrl+right"] == "accept_word_or_move"
    assert table_of(editor)["alt+f"] == "indent"
    assert keymap.notices == (
        "file, line 1: undo: takes Ctrl-Q from quit, which has no other key: give it one, or "
        "quit = []",
    )


def test_two_actions_change_keys(editor: BindingsMap, screen: BindingsMap) -> None:
    """Each gets the other's, and there is nothing to complain of."""
    keymap = Keymap(settings(undo=("ctrl+s",), save=("ctrl+z",)), (editor, screen))
    keymap.apply(editor)
    keymap.apply(screen)
    assert keymap.notices == ()
    assert table_of(editor)["ctrl+s"] == "undo"
    assert table_of(screen)["ctrl+z"] == "save"
    assert "ctrl+z" not in table_of(editor)


def test_a_screens_own_key_can_be_taken(editor: BindingsMap, screen: BindingsMap) -> None:
    """Moving the focus is Textual's; it has no name here, but its key is free to give."""
    keymap = Keymap(settings(save=("tab",), app_focus_next=("f9",)), (editor, screen))
    keymap.apply(screen)
    assert table_of(screen)["tab"] == "save"
    assert "app.focus_next" not in table_of(screen).values()
    assert any("there is no such action" in notice for notice in keymap.notices)


@pytest.mark.parametrize(
    ("keys", "notice"),
    [
        ({"sav": ("f2",)}, "file, line 1: sav: there is no such action; did you mean save?"),
        (
            {"zzz": ("f2",)},
            "file, line 1: zzz: there is no such action; `charlm-tui settings` lists",
        ),
        (
            {"save": ("f2",), "undo": ("f5", "f2")},
            "file, line 2: undo: F2 is given to save already",
        ),
    ],
)
def test_faults_are_told(
    keys: dict[str, tuple[str, ...]], notice: str, editor: BindingsMap, screen: BindingsMap
) -> None:
    """By file and line; the entry counts as not there."""
    before = table_of(editor)
    keymap = Keymap(settings(**keys), (editor, screen))
    keymap.apply(editor)
    (told,) = keymap.notices
    assert told.startswith(notice)
    assert table_of(editor) == before


def test_what_is_applied_stays(editor: BindingsMap) -> None:
    """A page that comes up again goes by the same keys as before."""
    keymap = Keymap(settings(undo=("ctrl+q", "f2"), indent=()), (editor,))
    keymap.apply(editor)
    once = table_of(editor)
    keymap.apply(editor)
    assert table_of(editor) == once


def test_a_fault_keeps_no_key(editor: BindingsMap) -> None:
    """A key that an entry at fault names can be given by the next."""
    keymap = Keymap(settings(nothing=("f2",), undo=("f2",)), (editor,))
    keymap.apply(editor)
    assert table_of(editor)["f2"] == "undo"
    assert len(keymap.notices) == 1


def test_names_of_actions_from_a_file_are_harmless(editor: BindingsMap) -> None:
    """An escape sequence in the place of a name is shown as such, in one line."""
    (notice,) = Keymap(settings(**{"a\x1b]0;b\x07\n" * 2000: ("f2",)}), (editor,)).notices
    assert notice.isprintable()
    assert len(notice) <= 1000


def test_one_name_for_a_key_is_enough() -> None:
    """What terminals send in two ways is one key to a person; what does one thing is one row."""
    rows = key_rows(
        [
            Binding("ctrl+space,ctrl+@", "ask", "Ask"),
            Binding("ctrl+z,super+z", "undo", "Undo, redo"),
            Binding("ctrl+y", "redo", "Undo, redo"),
            Binding("f3", "nothing", ""),
        ]
    )
    assert rows == [("Ctrl-Space", "Ask"), ("Ctrl-Z, Ctrl-Y", "Undo, redo")]


def test_many_faults(editor: BindingsMap) -> None:
    """The first ones are told, what was meant guessed for them alone, and the others counted."""
    keymap = Keymap(settings(**{f"act{n}": ("f2",) for n in range(3000)}), (editor,))
    assert len(keymap.notices) == MAX_NOTICES + 1
    assert keymap.notices[-1] == "file, line 1: and 2,992 more faults"
    _, faults = read_keys({f"act{n}": "escpe" for n in range(3000)})
    assert ["mean" in fault for _, fault in faults[:9]] == [True] * MAX_NOTICES + [False]


def all_bindings() -> Iterator[BindingsMap]:
    """What the application's editor and main screen have keys for."""
    for one in (EditorScreen, Editor):
        assert one._merged_bindings is not None
        yield one._merged_bindings


def test_each_action_has_one_name() -> None:
    """No name stands for two actions, and each can be written in TOML without quotes."""
    named: dict[str, str] = {}
    for binding in bindings_of(all_bindings()):
        name = action_name(binding)
        assert name.replace("_", "").replace("-", "").isalnum(), name
        assert named.setdefault(name, binding.action) == binding.action
    assert {"save", "quit", "open", "undo", "cursor_up", "select_up"} <= set(named)


def test_each_key_of_ours_can_be_given_again() -> None:
    """Whatever is a key by default can be written in the file."""
    for binding in bindings_of(all_bindings()):
        if binding.key != "enter":
            assert binding.key in keys_of(key_name(binding.key)), binding


def settings_file(home: Path, text: str) -> Path:
    """The settings, before the application starts."""
    path = home / "config" / "charlm-tui" / "settings.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


async def test_in_the_application(home: Path, tmp_path: Path) -> None:
    """Keys set in the file do their work at the editor and at the screen; the old ones do not."""
    settings_file(home, '[keys]\nsave = "F6"\nundo = ["F5",\n "alt+u"]\n')
    target = tmp_path / "text.txt"
    target.touch()
    async with running(target) as it:
        await it.type("one")
        await it.press("ctrl+s", "ctrl+z")
        assert target.read_text() == ""
        await it.press("f6")
        assert target.read_text() == it.editor.text == "one"
        await it.press("alt+u")
        assert it.editor.text != "one"


async def test_of_many_faults_the_first_are_told(home: Path) -> None:
    """On a small screen the first would be pushed out by the rest; it says who lists that."""
    faults = "".join(f"wrong_{number} = 1\n" for number in range(6))
    settings_file(home, f'{faults}[keys]\nsaev = "F6"\n')
    async with running(size=(80, 24)) as it:
        await it.until(lambda: it.says("There is more wrong"))
        assert it.says("line 1: wrong_0")
        assert it.says("line 2: wrong_1")
        assert not it.says("wrong_2")
        assert not it.says("saev")


async def test_in_another_page(home: Path) -> None:
    """A text that is opened later goes by the same keys."""
    settings_file(home, '[keys]\nundo = "F5"\n')
    async with running() as it:
        await it.type("one")
        await it.press("ctrl+n")
        await it.type("two")
        await it.press("ctrl+z")
        assert it.screen.editor.text == "two"
        await it.press("f5")
        assert it.screen.editor.text != "two"


async def test_faults_show(home: Path) -> None:
    """Who starts the application with faults in the file reads which, and on what lines."""
    path = settings_file(home, '[keys]\nsave = "nokey"\nopn = "F6"\n')
    async with running(size=(100, 24)) as it:
        assert it.says(f"{path}, line 2: save: 'nokey' is no key")
        assert it.says(f"{path}, line 3: opn: there is no such action; did you mean open?")


async def test_the_help_has_them(home: Path) -> None:
    """F1 shows the keys as they are, those of the editor first, and where others can be set."""
    settings_file(home, '[keys]\nsave = "F6"\nask = "Ctrl-Space"\nquit = []\n')
    async with running(size=(80, 100)) as it:
        await it.press("f1")
        rows = [" ".join(line.strip("│ ").split()) for line in it.screen_text()]
        assert "F6 Save" in rows
        assert "Ctrl-Space Ask for a ghost now" in rows
        assert rows.index("Tab Accept the ghost, or indent") < rows.index("F6 Save")
        assert it.says(HOW_TO_CHANGE)
        assert not it.says("Ctrl-Q")
        assert not it.says("Focus Next")
