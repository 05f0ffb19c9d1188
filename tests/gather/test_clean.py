"""Cleaning: what is repeated, secret or no language goes, and the rest stays as it is."""

import random

import pytest

from charlm_core.gather import clean
from charlm_core.gather.clean import LONGEST_PARAGRAPH, Cleaner, Seen, unwrapped
from charlm_core.gather.document import LONGEST_LINE, lines_of

FOX = "The quick brown fox jumps over the lazy dog, and the dog, being lazy, lets it jump again."
KEY = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4\n\nMIIEow\nqg8w\n-----END RSA PRIVATE KEY-----"


def cleaned(*texts: str, code: bool = False, unwrap: bool = False) -> str:
    """What is left of some texts, one after another."""
    cleaner = Cleaner(unwrap=unwrap)
    return "".join("".join(cleaner.clean(iter(text.split("\n")), code=code)) for text in texts)


def test_a_text_with_nothing_wrong_stays() -> None:
    """Paragraphs, a blank line between, whatever white space was around them."""
    assert cleaned(f"\n\n{FOX}  \n\n\n\nIt did.\nTwice.\n\n") == f"{FOX}\n\nIt did.\nTwice.\n"
    assert cleaned("") == ""
    assert cleaned("\n \n\t\n") == ""


def test_a_repeated_paragraph_is_left_out() -> None:
    """In the same text and in another one, and where only its white space differs."""
    assert cleaned(f"{FOX}\n\nAnd\n\n{FOX}\n\nOn.") == f"{FOX}\n\nAnd\n\nOn.\n"
    assert cleaned(FOX, f"New.\n\n{FOX.replace(', ', ',  ')}") == f"{FOX}\nNew.\n"


def test_a_short_one_is_not() -> None:
    """People do say yes more than once."""
    assert cleaned("Yes.\n\nYes.") == "Yes.\n\nYes.\n"


def test_what_is_left_out_is_counted() -> None:
    """The figures are of the text's own characters."""
    cleaner = Cleaner()
    text = f"{FOX}\n\n{FOX}\n\npassword: hunter2x\n"
    kept = "".join(cleaner.clean(iter(text.split("\n"))))
    found = cleaner.cleaned
    assert kept == f"{FOX}\n"
    assert (found.chars, found.kept) == (2 * len(FOX) + 2, len(kept))
    assert (found.repeated, found.secret) == (len(FOX) + 1, len("password: hunter2x\n"))
    assert found.repeated_share == 0.5


def test_secrets_are_left_out() -> None:
    """A private key from its first line to its last, blank ones within, and a password's line."""
    assert cleaned(f"Mine:\n{KEY}\nKeep it.") == "Mine:\nKeep it.\n"
    assert cleaned("Host: a\nPassword: s3cret!x\nPort: 5") == "Host: a\nPort: 5\n"


def test_what_is_no_language_is_left_out() -> None:
    """Encoded data and controls go; a ruled line and a tab stay."""
    assert cleaned("a\n" + "QUJD" * 20 + "\nb") == "a\nb\n"
    assert cleaned("a\x1b[1mb\x00\x7fc\td") == "a[1mbc\td\n"
    assert cleaned("=" * 70) == "=" * 70 + "\n"


def test_code_keeps_its_lines() -> None:
    """Indents and the two blank lines between functions; never joined."""
    text = "import os\n\n\n\ndef f():\n    return 1\n\n\nclass A:\n\n    x = 1\n"
    kept = "import os\n\n\ndef f():\n    return 1\n\n\nclass A:\n\n    x = 1\n"
    assert cleaned(text, code=True, unwrap=True) == kept


WRAPPED = [
    "The quick brown fox jumps over the lazy dog, and the dog, being",
    "lazy, lets it jump again. It was a fine day in the old garden,",
    "and nobody minded.",
]


def test_hard_wrapped_lines_are_joined() -> None:
    """A line that was broken for want of room goes on; the paragraph's end is its end."""
    assert unwrapped(WRAPPED) == [" ".join(WRAPPED)]
    assert cleaned("\n".join(WRAPPED), unwrap=True) == " ".join(WRAPPED) + "\n"
    assert cleaned("\n".join(WRAPPED)) == "\n".join(WRAPPED) + "\n"


@pytest.mark.parametrize(
    "lines",
    [
        ["Roses are red,", "violets are blue,", "sugar is sweet."],
        ["- one thing that takes almost all of the line that there is here", "- another thing"],
        ["    indented as code is, and quite as long as any other line here", "    so it stays"],
        ["Dear Anna,", "we were so glad to have your letter, and it came in good time too."],
        ["1. One of the first things to be done in the morning is breakfast", "2. Tea"],
        ["x" * 300, "y" * 300],
        ["A single line that is as long as a hard-wrapped one would be, or so."],
    ],
    ids=["verse", "list", "indented", "greeting", "numbered", "not wrapped", "single"],
)
def test_lines_that_were_meant_stay(lines: list[str]) -> None:
    """Verses, lists, examples and greetings are no wrapped prose."""
    assert unwrapped(lines) == lines


def test_examples_in_markdown_stay() -> None:
    """What stands between fences is kept line by line, blank lines and all."""
    others = [[*reversed(WRAPPED)], ["x, " + WRAPPED[0], *WRAPPED[1:]], ["y, " + WRAPPED[0]]]
    block = "\n\n".join(["```\n" + "\n".join(WRAPPED), *map("\n".join, others)]) + "\n```"
    assert cleaned(block, unwrap=True) == block + "\n"
    after = [line.replace("garden", "forest") for line in WRAPPED]
    assert cleaned(f"{block}\n\n" + "\n".join(after), unwrap=True).endswith(
        f"```\n\n{' '.join(after)}\n"
    )


def test_what_there_has_been_is_known_by_its_text() -> None:
    """Thousands of paragraphs: each is new once."""
    chosen = random.Random(1)
    paragraphs = {"".join(chosen.choices("abcdef ", k=100)) for _ in range(5000)}
    seen = Seen()
    assert all(seen.add(paragraph) for paragraph in paragraphs)
    assert not any(seen.add(paragraph) for paragraph in paragraphs)


def test_the_table_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is full the earliest are forgotten, not the latest."""
    monkeypatch.setattr(clean, "BUCKETS", 1)
    seen = Seen()
    for number in range(6):
        seen.add(f"paragraph {number}")
    assert not any(seen.add(f"paragraph {number}") for number in (2, 3, 4, 5))
    assert seen.add("paragraph 0")


def test_a_text_without_ends_is_taken_in_pieces() -> None:
    """Neither a line nor a paragraph of any length is held in memory."""
    pieces = iter(["x" * 100_000] * 20)
    lines = list(lines_of(pieces))
    assert max(map(len, lines)) <= LONGEST_LINE
    assert "".join(lines) == "x" * 2_000_000
    many = iter(["word " * 10] * 20_000)
    assert max(map(len, Cleaner().clean(many))) < 2 * LONGEST_PARAGRAPH


def test_lines_come_whole_from_pieces() -> None:
    """Wherever a text is cut on the way, its lines are its lines."""
    text = "one\n\ntwo three\n\n\nfour"
    for size in range(1, len(text) + 1):
        pieces = (text[start : start + size] for start in range(0, len(text), size))
        assert list(lines_of(pieces)) == text.split("\n")
