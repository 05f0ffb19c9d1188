"""What the table of kinds of text says is what was surprising."""

from itertools import groupby

import numpy as np
import pytest

from tests.perf.kinds import KINDS, frequent_words, places, summed

ENGLISH = (
    'A story of no length.\n\n"No!" said he.\n- one\n' + "word " * 20 + "\n" + "so " * 2000 + "\n"
)
RUSSIAN = "Он шёл домой.\n\n- Куда? - спросила она.\n    271\n" + "слово " * 20 + "\n"
PYTHON = 'def f(x):\n    """Say."""\n    return "y" + 1  # why\n'


def kinds(language: str, text: str) -> list[tuple[str, str]]:
    """The first word of each kind and all of what is of it, in order."""
    pieces = list(KINDS[language](text))
    assert "".join(piece for _, piece in pieces) == text
    runs = groupby(pieces, lambda pair: pair[0].split()[0])
    return [(kind, "".join(piece for _, piece in run)) for kind, run in runs]


def test_english_is_told_apart_by_its_lines() -> None:
    """An empty line belongs to the one before."""
    assert [kind for kind, _ in kinds("english", ENGLISH)] == [
        "wrapped",
        "dialogue",
        "lists,",
        "other",
        "speeches",
    ]
    assert kinds("english", ENGLISH)[0][1] == "A story of no length.\n\n"


def test_russian_dialogue_begins_with_a_dash() -> None:
    """Notes are what is full of digits."""
    found = [kind for kind, _ in kinds("russian", RUSSIAN)]
    assert found == ["wrapped", "dialogue", "notes,", "prose"]


def test_a_program_is_told_apart_by_its_tokens() -> None:
    """Nothing of it is lost, whatever it is."""
    found = dict(kinds("python", PYTHON))
    assert found["docstrings"] == '"""Say."""'
    assert found["comments"] == "# why"
    assert found["numbers"] == "1"
    assert kinds("python", "\n\n  ?\x00 'open\n")


def test_places_in_a_word() -> None:
    """The first three letters, the later ones, what comes behind, and all else."""
    assert [place.split()[0] for place, _ in places("abcde f 12")] == [
        "first",
        "second",
        "third",
        "later",
        "later",
        "what",
        "first",
        "what",
        "digits",
        "digits",
    ]


def test_sums_are_over_counts() -> None:
    """Each kind's mean weighs its characters, and together they make the whole."""
    bits = np.array([1.0, 2.0, 3.0, 10.0])
    parts = summed([("a", "xy"), ("b", "z"), ("a", "w")], bits)
    assert [(part.kind, part.chars, part.bpc) for part in parts] == [
        ("b", 1, 3.0),
        ("a", 3, pytest.approx(13 / 3)),
    ]


def test_words_that_come_often() -> None:
    """A word that came rarely, or is short, is not told of."""
    text = "easy hard of " * 20 + "once"
    bits = np.array([{"h": 9.0}.get(character, 1.0) for character in text])
    assert frequent_words(text, bits) == [("easy", 1.0), ("hard", 3.0)]
