"""Which checkpoint fits a document: told by its name, its first line, or its letters."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import Fit, Suits, fit
from charlm_core.checkpoint import CONFIG_FILE, read_config, write
from charlm_core.errors import CheckpointError, ConfigError
from charlm_core.fitting import (
    CLEAR_MAJORITY,
    ENOUGH_LETTERS,
    LONGEST_SUITED,
    MORE_LETTERS,
    MOST_CHOICES,
    MOST_SUITED,
    UNSAID,
    scripts_of,
)
from charlm_core.widening import widened
from docs.recipes import RECIPES
from tests.support import make_checkpoint

SUITS = {
    "english": Suits(scripts=("Latin",)),
    "python": Suits(files=("*.py", "*.PYI", "SConstruct"), programs=("python",)),
    "russian": Suits(scripts=("Cyrillic",)),
    "mine": UNSAID,
}


def chosen(name: str, text: str) -> tuple[str, str]:
    """Which is chosen to begin with, and why."""
    found = fit(SUITS, name, text)
    return found.checkpoint, found.by


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear all, thank you for coming.", "english"),
        ("Здравствуй, дорогой друг!", "russian"),
        ("Їжак їсть ґудзик і п'є чай.", "russian"),
        ("Ъгълът на къщата е щърбав.", "russian"),
        ("Le garçon a dit « привет », puis il est parti à la gare.", "english"),
        ("Он сказал «hello» и ушёл домой по дороге к реке.", "russian"),
        ("# Заголовок\n\n- [ссылка](http://x.y)\n- ещё одна строка текста\n", "russian"),
        ("Ё", "russian"),
        ("x", "english"),
        ("12:30 привет 99%", "russian"),
    ],
)
def test_prose_goes_by_its_letters(text: str, expected: str) -> None:
    """A text in any language goes to whoever knows its script; a quotation changes nothing."""
    for name in ("", "note.txt", "note.md", "note"):
        assert chosen(name, text) == (expected, "letters")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "🦊🎉 👩‍👩‍👧",
        "2026-11-26: 3.14 €",
        "你好,世界。今天天气很好",
        "Καλημέρα κόσμε",
        "\ud800\udfff",
    ],
)
def test_nothing_speaks_for_any(text: str) -> None:
    """Without letters, or with letters that no checkpoint knows, none is better than another."""
    assert chosen("", text) == ("", "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("stats.py", "python"),
        ("STATS.Py", "python"),
        ("stub.pyi", "python"),
        ("sconstruct", "python"),
        ("\udcff\udc80.py", "python"),
        ("письмо.py", "python"),
        ("stats.py.txt", "english"),
        (".py", "python"),
        ("py", "english"),
        ("[a].txt", "english"),
    ],
)
def test_a_name_comes_before_letters(name: str, expected: str) -> None:
    """However it is written; a Latin text of another name is Latin."""
    assert chosen(name, "def mean(values):")[0] == expected


def test_a_program_with_russian_comments_is_a_program() -> None:
    """Its name says so, or its first line; most of its letters don't."""
    text = "# среднее арифметическое всех значений\nx = 1\n"
    assert chosen("mean.py", text) == ("python", "name")
    assert chosen("mean", f"#!/usr/bin/env python3\n{text}") == ("python", "first line")
    assert chosen("mean", text) == ("russian", "letters")


@pytest.mark.parametrize(
    ("line", "by"),
    [
        ("#!/usr/bin/python", "first line"),
        ("#!/usr/bin/python3.13 -u", "first line"),
        ("#! /usr/bin/env -S python3 -m x", "first line"),
        ("#!/bin/sh python-less", "letters"),
        ("#!/bin/sh", "letters"),
        ("#!", ""),
        (" #!/usr/bin/python", "letters"),
        ("#!" + "x" * 5000 + "/python", "letters"),
    ],
)
def test_a_first_line_that_calls_a_program(line: str, by: str) -> None:
    """The program is known by its name, whatever its version and options."""
    assert fit(SUITS, "", line).by == by


def test_of_several_the_first_is_taken() -> None:
    """A person's own, which come first, before those that are shipped."""
    suits = {"own": Suits(files=("*.py",), scripts=("latin",)), **SUITS}
    assert fit(suits, "a.py", "").checkpoint == "own"
    assert fit(suits, "", "hello").checkpoint == "own"
    both = {"both": Suits(scripts=("Latin", "Cyrillic")), **SUITS}
    assert fit(both, "", "hello мир").checkpoint == "both"


def test_without_checkpoints() -> None:
    """Then there is none to choose."""
    assert fit({}, "a.py", "hello") == Fit(checkpoint="", by="", choices=0)
    assert fit({"mine": UNSAID}, "a.py", "hello").checkpoint == ""


# While somebody types.


class Typed:
    """A document that is looked at after every piece that is typed."""

    def __init__(self, held: str = "english") -> None:
        self.text = ""
        self.has = Fit(checkpoint=held, by="")
        self.changes: list[str] = []

    def type(self, *pieces: str) -> str:
        """The checkpoint after these."""
        for piece in pieces:
            self.text += piece
            before = self.has.checkpoint
            self.has = fit(SUITS, "", self.text, held=before, choices=self.has.choices)
            if self.has.checkpoint != before:
                self.changes.append(self.has.checkpoint)
        return self.has.checkpoint


def test_it_changes_once_it_is_clear() -> None:
    """A few letters are too few; a dozen of them are enough, and early enough to be of use."""
    it = Typed()
    assert it.type(*"Привет! Как ") == "english"
    assert it.type(*"твои дела?") == "russian"
    assert it.changes == ["russian"]
    assert len(it.text) < 2 * ENOUGH_LETTERS


def test_a_quotation_changes_nothing() -> None:
    """Nor does a second one; the text goes on in its own language."""
    it = Typed()
    quotation = "He said: It was the best of times, it was the worst of times. "
    it.type(*"Он написал мне письмо, вот оно: ", *quotation)
    it.type(*"А потом ещё одно, такое же длинное, как и первое: ", *quotation)
    assert it.changes == ["russian"]


def test_another_language_for_good_is_followed() -> None:
    """A text that goes on in another one gets its checkpoint, a while later."""
    it = Typed()
    it.type(*"Здравствуйте, коллеги!\n")
    assert it.type(*("All that follows is written in English. " * 12)) == "english"
    assert it.changes == ["russian", "english"]


@given(
    st.lists(st.sampled_from(["hello there ", "привет всем ", "12, ", "日本", "\n"]), max_size=60)
)
def test_it_never_goes_on_changing(pieces: list[str]) -> None:
    """Whatever is typed, it changes a few times at most."""
    it = Typed()
    it.type(*(piece * 8 for piece in pieces))
    assert len(it.changes) <= MOST_CHOICES


def test_changes_come_ever_later() -> None:
    """Each takes many times more letters than the one before; in the end there are none."""
    other = {"english": "привет", "russian": "hello"}
    held, choices = "english", 0
    for _ in range(MOST_CHOICES):
        need = ENOUGH_LETTERS * MORE_LETTERS**choices
        word = other[held]
        few, enough = (word * need)[: need - 1], (word * need)[:need]
        assert fit(SUITS, "", few, held=held, choices=choices).checkpoint == held
        found = fit(SUITS, "", enough, held=held, choices=choices)
        assert (found.checkpoint != held, found.choices) == (True, choices + 1)
        held, choices = found.checkpoint, found.choices
    text = other[held] * 100_000
    assert fit(SUITS, "", text, held=held, choices=choices).checkpoint == held


def test_a_text_that_was_emptied_begins_anew() -> None:
    """Whoever takes back all they wrote need not write hundreds of letters to be understood."""
    it = Typed()
    assert it.type(*"Привет! Как твои дела?") == "russian"
    it.text = ""
    assert it.type("") == "russian"
    assert it.type(*"How are you?") == "russian"
    assert it.type(*" Fine!") == "english"


def test_a_mixture_changes_nothing() -> None:
    """Where neither has a clear majority the one that is there stays."""
    text = "слово word " * 50
    for held in ("english", "russian", "python"):
        assert fit(SUITS, "", text, held=held).checkpoint == held
    clear = "ж" * round(400 * CLEAR_MAJORITY) + "x" * round(400 * (1 - CLEAR_MAJORITY))
    assert fit(SUITS, "", clear, held="english").checkpoint == "russian"


def test_a_first_line_is_seen_when_it_is_typed() -> None:
    """A script without a name becomes one with its first line."""
    assert Typed().type(*"#!/usr/bin/env python3\n") == "python"


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_and_name(text: str) -> None:
    """Whatever it is called and holds, there is an answer, and of its letters each counts once."""
    found = fit(SUITS, text, text, held="python", choices=1)
    assert found.checkpoint in SUITS
    named = sum(scripts_of(text).values())
    assert named <= sum(map(str.isalpha, text))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("letter.txt", "Thank you for your letter.", "english"),
        ("письмо.txt", "Спасибо за письмо.", "russian"),
        ("notes.md", "# Заметки\n\nСегодня всё хорошо.", "russian"),
        ("stats.py", "# среднее значение\n", "python"),
        ("types.pyi", "", "python"),
        ("SConstruct", "", "python"),
        ("run", "#!/usr/bin/env -S uv run --script\n", "python"),
        ("run", "#!/usr/bin/env python3.14\n", "python"),
        ("query.sql", "", "python"),
        ("package.json", '{"name": "x"}', "python"),
        ("tool", "#!/usr/bin/env node\n", "python"),
        ("страница.html", "<p>Здравствуйте, дорогие друзья</p>", "russian"),
        ("index.html", "<p>Dear friends</p>", "english"),
        ("", "", ""),
    ],
)
def test_the_shipped_checkpoints_say_what_they_are_for(name: str, text: str, expected: str) -> None:
    """Their recipes put it into their configs: prose by its letters, Python by its name."""
    suits = {name: recipe.suits for name, recipe in RECIPES.items()}
    assert fit(suits, name, text).checkpoint == expected


# What a checkpoint says of itself.


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"files": ("",)}, "suits.files"),
        ({"programs": (" ",)}, "suits.programs"),
        ({"scripts": ("x" * (LONGEST_SUITED + 1),)}, "suits.scripts"),
        ({"files": ("*.x",) * (MOST_SUITED + 1)}, "suits.files: 257 of them"),
    ],
)
def test_what_can_not_be_meant(fields: dict[str, tuple[str, ...]], words: str) -> None:
    """It is refused, and the field named."""
    with pytest.raises(ConfigError, match=words):
        Suits(**fields)


def written(folder: Path, suits: Suits) -> Path:
    """A checkpoint that says so."""
    made = make_checkpoint()
    write(folder, replace(made.config, suits=suits), made.tensors, card="")
    return folder


def test_it_is_written_and_read(tmp_path: Path) -> None:
    """What a checkpoint suits comes back, and stays when symbols are added to it."""
    suits = Suits(files=("*.py",), programs=("python",), scripts=("Latin", "Greek"))
    assert read_config(written(tmp_path / "one", suits)).suits == suits
    made = make_checkpoint()
    suited = replace(made, config=replace(made.config, suits=suits))
    assert widened(suited, "№€").config.suits == suits


def test_older_checkpoints_say_nothing(tmp_path: Path) -> None:
    """They are read as before, and chosen for nothing."""
    folder = written(tmp_path / "one", Suits(files=("*.py",)))
    file = folder / CONFIG_FILE
    config = json.loads(file.read_bytes())
    del config["suits"]
    file.write_text(json.dumps(config))
    assert read_config(folder).suits == UNSAID


@pytest.mark.parametrize(
    "suits",
    [
        7,
        "*.py",
        {"files": "*.py"},
        {"files": [1]},
        {"files": {"a": 1}},
        {"files": [""]},
        {"files": ["x" * 200]},
        {"scripts": ["x"] * 300},
        {"programs": [["python"]]},
        None,
    ],
)
def test_odd_values_are_told_in_a_line(tmp_path: Path, suits: Any) -> None:
    """The line names the file and the field; nothing breaks."""
    folder = written(tmp_path / "one", UNSAID)
    file = folder / CONFIG_FILE
    file.write_text(json.dumps(json.loads(file.read_bytes()) | {"suits": suits}))
    with pytest.raises(CheckpointError) as caught:
        read_config(folder)
    assert str(caught.value).startswith(f"{file}: ")
    assert "suits" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_hostile_patterns_take_no_time() -> None:
    """Patterns that could send a matcher back for ever do not."""
    suits = {"evil": Suits(files=("*a" * 40 + "b", "[" * 90, "?" * 100, "*" * 99 + "b"))}
    assert fit(suits, "a" * 255, "").checkpoint == ""
