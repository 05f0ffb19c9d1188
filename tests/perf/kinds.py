"""How surprised a model is at each kind of text, at each place in a word, and at which words.

    python -m tests.perf.kinds MODEL TEXT --as english|russian|python [--json]

Bits a character, as the model was trained: one running state from zero over all of TEXT, so that
the kinds together make what `charlm-tui eval` says. Prose is told apart by its lines, a program by
what Pygments sees in it.
"""

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, String, Token

from charlm_core import Surprises, load

Bits = npt.NDArray[np.float64]
"""Of each character of the text."""

PIECE_CHARS = 1 << 16
"""So many are read at a time."""

SPEECH_CHARS = 4000
"""In the English texts whole speeches are paragraphs; no other text has such long ones."""

WRAPPED_CHARS = 80
"""Longer lines are not wrapped."""

OFTEN = 20
"""Words that came as often are told of."""

SHORTEST_WORD = 4
"""Shorter ones are guessed as part of what is around them."""

WORDS = 10
"""So many, the least and the most surprising."""

Lines = tuple[tuple[str, Callable[[str], object]], ...]
"""Kinds of lines and what tells them, the first that fits."""

ENGLISH: Lines = (
    (
        f"speeches (paragraphs of more than {SPEECH_CHARS:,} characters)",
        lambda line: len(line) > SPEECH_CHARS,
    ),
    ("dialogue (paragraphs that begin with a quotation mark)", re.compile(r'\s*["“]').match),
    (
        "lists, headings, quotations (lines that begin with a mark or a number)",
        re.compile(r"\s*([>*#|-]|\d+\.)").match,
    ),
    (
        f"wrapped and short lines (up to {WRAPPED_CHARS} characters)",
        lambda line: len(line) <= WRAPPED_CHARS + 1,
    ),
    ("other prose: novels, reports, manuals", lambda _: True),
)

RUSSIAN: Lines = (
    ("dialogue (lines that begin with a dash)", re.compile(r"\s*[-–—]").match),
    (
        "notes, dates, numbers (lines of which 3% or more are digits)",
        lambda line: sum(map(str.isdigit, line)) >= max(2, 0.03 * len(line)),
    ),
    (
        f"wrapped and short lines (up to {WRAPPED_CHARS} characters)",
        lambda line: len(line) <= WRAPPED_CHARS + 1,
    ),
    ("prose in paragraphs", lambda _: True),
)

TOKENS = (
    ("comments", Comment),
    ("docstrings", String.Doc),
    ("other strings", String),
    ("numbers", Number),
    ("keywords", Keyword),
    ("names", Name),
    ("indents, blanks and line ends", Token.Text),
    ("operators and brackets", Token),
)
"""Kinds of a program's characters, the first that fits."""


@dataclass(frozen=True)
class Part:
    """Some of a text's characters."""

    kind: str
    """Which, in words."""
    chars: int
    """How many."""
    bpc: float
    """Bits a character."""


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """What a text is made of, and how surprising it was."""

    chars: int
    """Of all of it."""
    bpc: float
    """Bits a character of all of it."""
    kinds: list[Part]
    """By what is written, the least surprising first."""
    places: list[Part]
    """By the place in a word, likewise."""
    least: list[tuple[str, float]]
    """The least surprising of the words that came often, with bits a character."""
    greatest: list[tuple[str, float]]
    """The most surprising of them."""


def by_line(lines: Lines) -> Callable[[str], Iterator[tuple[str, str]]]:
    """Cuts a text into lines and says of each what it is; an empty one is as the one before."""

    def cut(text: str) -> Iterator[tuple[str, str]]:
        kind = lines[-1][0]
        for line in text.splitlines(keepends=True):
            if line.strip():
                kind = next(name for name, fits in lines if fits(line))
            yield kind, line

    return cut


def by_token(text: str) -> Iterator[tuple[str, str]]:
    """Cuts a program into what it is written of, and says what each piece is."""
    # Nothing of it may be left out or put in, or the pieces would no longer lie in their places.
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    for token, piece in lexer.get_tokens(text):
        yield next(name for name, family in TOKENS if token in family), piece


KINDS: Mapping[str, Callable[[str], Iterator[tuple[str, str]]]] = {
    "english": by_line(ENGLISH),
    "russian": by_line(RUSSIAN),
    "python": by_token,
}
"""How a text is cut into pieces, each with its kind."""


def surprise(model: str | Path, text: str) -> Bits:
    """The bits of each character, (len(text),)."""
    surprises = Surprises(load(model))
    pieces = (text[start : start + PIECE_CHARS] for start in range(0, len(text), PIECE_CHARS))
    return np.concatenate([surprises.feed(piece) for piece in pieces]).astype(np.float64)


def summed(pieces: Iterable[tuple[str, str]], bits: Bits) -> list[Part]:
    """Characters and bits a character of each kind, the least surprising first.

    `pieces` are the text's, in order, all of it.
    """
    chars: dict[str, int] = defaultdict(int)
    total: dict[str, float] = defaultdict(float)
    sums, at = np.concatenate(([0.0], np.cumsum(bits))), 0
    for kind, piece in pieces:
        chars[kind] += len(piece)
        total[kind] += float(sums[at + len(piece)] - sums[at])
        at += len(piece)
    assert at == len(bits)
    found = [Part(kind, chars[kind], total[kind] / chars[kind]) for kind in chars]
    return sorted(found, key=lambda part: part.bpc)


def places(text: str) -> Iterator[tuple[str, str]]:
    """Each character with its place: which letter of a word, or what else it is."""
    names = ("first letter of a word", "second letter", "third letter")
    letter = 0
    for character in text:
        if character.isalpha():
            yield names[letter] if letter < len(names) else "later letters", character
            letter += 1
            continue
        if letter:
            yield "what follows a word", character
        elif character.isdigit():
            yield "digits", character
        else:
            yield "other blanks and marks", character
        letter = 0


def frequent_words(text: str, bits: Bits) -> list[tuple[str, float]]:
    """The words that came often, with bits a character, the least surprising first."""
    came: dict[str, list[float]] = defaultdict(list)
    for found in re.finditer(rf"[^\W\d_]{{{SHORTEST_WORD},}}", text):
        came[found.group()].append(float(bits[found.start() : found.end()].mean()))
    means = [(word, sum(each) / len(each)) for word, each in came.items() if len(each) >= OFTEN]
    return sorted(means, key=lambda one: one[1])


def measure(model: str | Path, text: str, language: str) -> Kinds:
    """Read `text`, of one character at least, and tell its kinds as those of `language`."""
    bits = surprise(model, text)
    words = frequent_words(text, bits)
    return Kinds(
        chars=len(text),
        bpc=float(bits.mean()),
        kinds=summed(KINDS[language](text), bits),
        places=summed(places(text), bits),
        least=words[:WORDS],
        greatest=words[: -WORDS - 1 : -1],
    )


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("text", type=Path)
    parser.add_argument("--as", dest="language", choices=sorted(KINDS), required=True)
    parser.add_argument("--json", action="store_true", help="Print one JSON object.")
    arguments = parser.parse_args()
    found = measure(arguments.model, arguments.text.read_text("utf-8"), arguments.language)
    if arguments.json:
        print(json.dumps(asdict(found)))
        return
    print(f"{found.chars:,} characters, {found.bpc:.4f} bits/char")
    for part in (*found.kinds, *found.places):
        print(f"{part.bpc:7.3f}  {part.chars:9,}  {part.kind}")
    for end, words in (("least", found.least), ("greatest", found.greatest)):
        print(f"{end}: {', '.join(f'{word} {bpc:.2f}' for word, bpc in words)}")


if __name__ == "__main__":
    main()
