"""Which checkpoint fits a document: by its file's name, by its first line, or by its letters.

Each checkpoint says in its config what it suits; nothing here knows any of them. A choice by
letters is made early, on a few of them, and the oftener it has been made the more letters speak for
another before that takes its place: a quotation changes nothing, and nobody sees it change for
long.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal

from charlm_core.errors import ConfigError

MOST_SUITED = 256
"""Of each kind a config names no more."""
LONGEST_SUITED = 100
"""Characters in one of them."""

ENOUGH_LETTERS = 12
"""A choice by so many letters is one; by fewer it is a guess."""
MORE_LETTERS = 16
"""So many times more it takes to make it again."""
MOST_CHOICES = 3
"""More often it is not made: nobody looks at so many letters."""

MAJORITY = 0.5
"""Of a text's letters, to begin with a checkpoint."""
CLEAR_MAJORITY = 0.75
"""Of its letters, to go over to another."""

By = Literal["name", "first line", "letters", ""]
"""What a choice goes by; empty where nothing speaks for any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suits:
    """What a checkpoint is for. Raises ConfigError, naming the field, for what can't be meant."""

    files: tuple[str, ...] = ()
    """File names, as `*.py` or `Makefile`; capitals count for nothing."""
    programs: tuple[str, ...] = ()
    """What a first line `#!` calls, without a version, as `python`."""
    scripts: tuple[str, ...] = ()
    """Whose letters it knows: the first word of their names in Unicode, as `Latin`."""

    def __post_init__(self) -> None:
        for field in ("files", "programs", "scripts"):
            found = getattr(self, field)
            if len(found) > MOST_SUITED:
                raise ConfigError(f"suits.{field}: {len(found):,} of them, at most {MOST_SUITED}")
            if not all(one.strip() and len(one) <= LONGEST_SUITED for one in found):
                raise ConfigError(f"suits.{field}: one of them is empty or too long")

    @property
    def words(self) -> str:
        """The same in a line; empty where nothing is said."""
        calls = [f"#!{program}" for program in self.programs]
        letters = [f"{script} letters" for script in self.scripts]
        return ", ".join([*self.files, *calls, *letters])


UNSAID = Suits()
"""Of a checkpoint that says nothing of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """A choice."""

    checkpoint: str
    """Which; empty where none is better than another."""
    by: By
    """Why."""
    choices: int = 0
    """How often it has been made by enough letters, this time included."""


def fit(
    suits: Mapping[str, Suits], name: str, sample: str, *, held: str = "", choices: int = 0
) -> Fit:
    """Which of these checkpoints fits a document that is called `name` and has this in it.

    `sample` is its beginning, and whatever else of it tells; what is `held` was chosen before, by
    enough letters so many times. Of several that fit alike the first is taken.
    """
    if found := _by_name(suits, name):
        return Fit(checkpoint=found, by="name", choices=choices)
    if found := _by_first_line(suits, sample):
        return Fit(checkpoint=found, by="first line", choices=choices)
    if held and not sample:
        # What it was chosen by is gone: the next letters count as the first ones.
        return Fit(checkpoint=held, by="", choices=0)
    letters = scripts_of(sample)
    total = sum(letters.values())
    best, share = _by_letters(suits, letters)
    if not held:
        if share < MAJORITY or not best:
            return Fit(checkpoint="", by="", choices=choices)
        return Fit(
            checkpoint=best, by="letters", choices=max(choices, int(total >= ENOUGH_LETTERS))
        )
    enough = choices < MOST_CHOICES and total >= ENOUGH_LETTERS * MORE_LETTERS**choices
    if not enough or share < CLEAR_MAJORITY:
        return Fit(checkpoint=held, by="", choices=choices)
    return Fit(checkpoint=best, by="letters", choices=choices + (best != held))


def scripts_of(text: str) -> Counter[str]:
    """How many of its letters are of which script, by its name in capitals."""
    found: Counter[str] = Counter()
    for character, count in Counter(text).items():
        if script := _script(character):
            found[script] += count
    return found


@lru_cache(maxsize=1 << 12)
def _script(character: str) -> str:
    """A letter's script; empty for what is no letter."""
    if not character.isalpha():
        return ""
    return unicodedata.name(character, "").partition(" ")[0]


def _by_letters(suits: Mapping[str, Suits], letters: Counter[str]) -> tuple[str, float]:
    """The checkpoint for most of these letters, and for which share of them."""
    best, most = "", 0
    for checkpoint, suited in suits.items():
        known = sum(letters[script] for script in {one.upper() for one in suited.scripts})
        if known > most:
            best, most = checkpoint, known
    return best, most / max(1, sum(letters.values()))


def _by_name(suits: Mapping[str, Suits], name: str) -> str:
    low = name.lower()
    for checkpoint, suited in suits.items():
        if low and any(fnmatchcase(low, pattern.lower()) for pattern in suited.files):
            return checkpoint
    return ""


def _by_first_line(suits: Mapping[str, Suits], sample: str) -> str:
    first = sample[:LONGEST_SUITED].partition("\n")[0]
    if not first.startswith("#!"):
        return ""
    # The program's own name, or what `env` is to look for: `/usr/bin/env -S python3 -u`.
    words = {re.sub(r"[\d.]+$", "", word.rpartition("/")[2]) for word in first[2:].split()}
    for checkpoint, suited in suits.items():
        if words & set(suited.programs):
            return checkpoint
    return ""
