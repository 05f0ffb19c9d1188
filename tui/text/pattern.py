"""What is looked for in a line: a text as it stands, or a regular expression. Pure.

No expression can hang who uses it: what it costs is looked at before it is compiled, and each step
of a match has a time limit.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    import regex

Case = Literal["smart", "exact", "any"]
"""Whether case counts; `smart`: where the pattern has an upper-case letter."""
Span = tuple[int, int]
"""First column, and the one after the last."""

STEP_SECONDS = 0.1
"""For one match of an expression in one line."""
LONGEST = 2_000
"""Characters of an expression."""
MOST_PARTS = 10_000
"""Of an expression, with what is counted out in braces: the library copies each of those."""
LONG_LINE = 10_000
"""In lines longer than this other threads may run while an expression is matched; in shorter ones
getting the turn back would take longer than that."""

_BLOCK = 256
"""Lines that are looked through in one go."""
_BLOCK_CHARS = 1 << 20
"""Unless they have more characters than this in all."""
_BLOCK_SECONDS = 0.02
"""For an expression in as many lines."""

# What may match in a line though it does not in several that are joined: it looks at what is around
# it, or never takes back what it has matched. Some that are harmless are among them.
_LINE_BOUND = re.compile(r"\(\?(?!:|P?<\w)|\(\*|[*+?}]\+|\\[AGKRXZz]|\{(?!\d*,?\d*\})")
_CLASS = re.compile(r"\\[pPN]\{[^}]*\}")

_WORD = r"[\w\u0300-\u036f]"
"""A character of a word, or a mark on one."""

# The parts of an expression: an escape, a set, a count in braces, a parenthesis, anything else.
_PARTS = re.compile(
    r"\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|(?P<count>\{\d+(?:,\d*)?\})|(?P<paren>[()])|.",
    re.DOTALL,
)
# Letters in these are no letters to be found.
_NO_LETTERS = re.compile(r"\\[pPN]\{[^}]*\}|\\.|\(\?P?[<=>&]?\w+[>)]", re.DOTALL)


class SearchError(ValueError):
    """Why a search came to nothing, in one line."""


class PatternError(SearchError):
    """What is wrong with a pattern."""

    def __init__(self, what: str, position: int | None = None) -> None:
        where = "" if position is None else f" at character {position + 1}"
        super().__init__(f"{what}{where}")
        self.position = position
        """Where in the pattern, from 0, if that is known."""


class TooSlowError(SearchError):
    """An expression took too long to match."""


class Found(NamedTuple):
    """A match in a line."""

    start: int
    """Its first column."""
    end: int
    """The column after its last; the same where the match is empty."""
    expand: Callable[[str], str]
    """What takes its place, by a template. Raises PatternError."""


class Matcher(Protocol):
    """Finds matches in a line, from left to right, each beginning where the last one ended."""

    def found(self, line: str) -> Iterator[Found]:
        """All of them, one after the other. Raises TooSlowError."""

    def rows(self, lines: Sequence[str], rows: range) -> Iterator[int | None]:
        """Those of these rows, one apart, that may have any; None now and then between them."""


@dataclass(frozen=True)
class Pattern:
    """What to look for. A match lies within one line, so that a line break is never a part of it.

    Raises PatternError.
    """

    text: str
    """As it was typed."""
    regular: bool = False
    """Whether it is a regular expression, in the notation of the `regex` package."""
    case: Case = "smart"
    """Whether case counts."""
    words: bool = False
    """Whether neither side of a match may touch a letter, a digit or an underscore."""

    def __post_init__(self) -> None:
        if not self.text:
            raise PatternError("nothing to look for")
        _ = self.matcher

    @property
    def exact(self) -> bool:
        """Whether case counts in fact."""
        if self.case != "smart":
            return self.case == "exact"
        text = _NO_LETTERS.sub("", self.text) if self.regular else self.text
        return text != text.lower()

    @cached_property
    def matcher(self) -> Matcher:
        """What finds it."""
        return _Regular(self) if self.regular else _Literal(self)


def folded(text: str) -> str:
    """The text with case taken out, character by character, so that columns agree."""
    # These two are all that does not fold by itself: one becomes two characters, the other
    # depends on what follows.
    return text.replace("İ", "i").lower().replace("ς", "σ")


class _Literal:
    """Finds a text as it stands."""

    def __init__(self, pattern: Pattern) -> None:
        self._exact = pattern.exact
        self._text = self._seen(pattern.text)
        alone = rf"(?<!{_WORD}){re.escape(self._text)}(?!{_WORD})"
        self._alone = re.compile(alone) if pattern.words else None

    def _seen(self, text: str) -> str:
        return text if self._exact else folded(text)

    def found(self, line: str) -> Iterator[Found]:
        line, text = self._seen(line), self._text
        if self._alone:
            for match in self._alone.finditer(line):
                yield Found(match.start(), match.end(), str)
            return
        start = line.find(text)
        while start >= 0:
            end = start + len(text)
            yield Found(start, end, str)
            start = line.find(text, end)

    def rows(self, lines: Sequence[str], rows: range) -> Iterator[int | None]:
        for row in _rows(lines, rows, self._is_in):
            # A line without it is told sooner than looked through.
            yield row if row is None or self._text in self._seen(lines[row]) else None

    def _is_in(self, text: str) -> bool:
        text = self._seen(text)
        return bool(self._alone.search(text)) if self._alone else self._text in text


class _Regular:
    """Finds what a regular expression matches."""

    def __init__(self, pattern: Pattern) -> None:
        # The package is seldom needed, and not before something is looked for.
        import regex

        if len(pattern.text) > LONGEST:
            raise PatternError(f"longer than {LONGEST:,} characters")
        if _parts(pattern.text) > MOST_PARTS:
            raise PatternError("too many repetitions")
        flags = regex.VERSION0 | (0 if pattern.exact else regex.IGNORECASE)
        self._error = regex.error
        self._joined: regex.Pattern[str] | None = None
        text = pattern.text
        try:
            self._compiled = regex.compile(text, flags)
            if pattern.words:
                # The whole is put in a group only once it is known to be one.
                text = rf"(?<!{_WORD})(?:{text})(?!{_WORD})"
                self._compiled = regex.compile(text, flags)
            if not _LINE_BOUND.search(_CLASS.sub("", pattern.text)):
                self._joined = regex.compile(text, flags | regex.MULTILINE)
        except regex.error as error:
            raise PatternError(error.msg, error.pos) from error
        except RecursionError as error:
            raise PatternError("too deeply nested") from error
        except (ArithmeticError, LookupError, MemoryError, TypeError, ValueError) as error:
            # The library has no other word for some expressions.
            raise PatternError("not a regular expression") from error

    def found(self, line: str) -> Iterator[Found]:
        # The limit is for all of one iterator's matches, and for what else the processor does in
        # between: as long as there was one, a new iterator goes on behind it.
        start, again = 0, False
        while True:
            any_found, known = False, again
            matches = self._compiled.finditer(
                line, start, timeout=STEP_SECONDS, concurrent=len(line) > LONG_LINE
            )
            try:
                for match in matches:
                    if known:
                        known = False
                        continue
                    any_found = True
                    first, start = match.span()
                    yield Found(first, start, self._expansion(match))
                    # A new iterator finds an empty match where it begins once more.
                    again = first == start
            except TimeoutError as error:
                if not any_found:
                    raise TooSlowError("too slow") from error
            except MemoryError as error:
                raise TooSlowError("takes too much memory") from error
            else:
                return

    def _expansion(self, match: "regex.Match[str]") -> Callable[[str], str]:
        def expand(template: str) -> str:
            try:
                return str(match.expand(template))
            except self._error as error:
                raise PatternError(f"replacement: {error.msg}", error.pos) from error
            except (LookupError, OverflowError, ValueError) as error:
                raise PatternError(f"replacement: {error}") from error

        return expand

    def rows(self, lines: Sequence[str], rows: range) -> Iterator[int | None]:
        yield from _rows(lines, rows, self._may_be_in, each=self._joined is None)

    def _may_be_in(self, text: str) -> bool:
        """Whether a line may match that is one of those joined in the text."""
        if self._joined is None:
            return True
        try:
            return bool(self._joined.search(text, timeout=_BLOCK_SECONDS, concurrent=False))
        except (TimeoutError, MemoryError):
            self._joined = None
            return True


def _rows(
    lines: Sequence[str], rows: range, may_be_in: Callable[[str], bool], *, each: bool = False
) -> Iterator[int | None]:
    """Rows that may have matches: some lines in one string are looked through as quickly as one.

    None between those blocks; `each` where it is no use to look.
    """
    if each:
        yield from rows
        return
    for first in range(0, len(rows), _BLOCK):
        block = rows[first : first + _BLOCK]
        low = min(block[0], block[-1])
        some = lines[low : low + len(block)]
        if sum(map(len, some)) > _BLOCK_CHARS or may_be_in("\n".join(some)):
            yield from block
        yield None


def _parts(text: str) -> int:
    """How many parts an expression has with all that is counted out, or a few more."""
    # For each open parenthesis the parts inside it so far, and the last of them.
    levels = [[0, 0]]
    for part in _PARTS.finditer(text):
        if part["paren"] == "(":
            levels.append([0, 0])
        elif part["paren"] == ")":
            inside, last = levels.pop() if len(levels) > 1 else (0, 0)
            levels[-1][0] += levels[-1][1]
            levels[-1][1] = inside + last
        elif part["count"]:
            most = max(int(count[:9]) for count in part["count"][1:-1].split(",") if count)
            levels[-1][1] *= max(1, most)
        else:
            levels[-1][0] += levels[-1][1]
            levels[-1][1] = 1
        if sum(map(sum, levels)) > MOST_PARTS:
            break
    return sum(map(sum, levels))
