"""Manual pages as plain text: a paragraph a line, without the programs that typeset them.

Knows as much of roff, and of its packages man and mdoc, as the prose of pages needs. Tables and
drawings are left out, macros that a page defines itself are passed over.
"""

import re
from collections.abc import Iterator

from charlm_core.gather.document import LONGEST_LINE
from charlm_core.gather.escapes import unescaped
from charlm_core.gather.mdoc import INLINE, inline

LONGEST_STRING = 256
"""What stands for more than so many characters is cut."""

_REQUEST = re.compile(r"[.'][ \t]*(\S+)[ \t]*(.*)", re.DOTALL)
_ARGUMENT = re.compile(r'"((?:[^"]|"")*)"?|((?:\\ |\S)+)')

_PARAGRAPHS = {
    "PP",
    "P",
    "LP",
    "HP",
    "Pp",
    "sp",
    "Sp",
    "IP",
    "TP",
    "TQ",
    "It",
    "RS",
    "RE",
    "Bl",
    "El",
}
_HEADINGS = {"SH", "SS", "Sh", "Ss"}
_VERBATIM = {"nf", "EX", "Vb", "Bd"}
_FILLED = {"fi", "EE", "Ve", "Ed"}
_FONTS = {"B", "I", "R", "SM", "SB", "CW", "C"}
_MIXED = {"BR", "RB", "BI", "IB", "IR", "RI"}
_SKIPPED_TO = {
    "de": "..",
    "de1": "..",
    "am": "..",
    "ig": "..",
    "TS": ".TE",
    "EQ": ".EN",
    "PS": ".PE",
}


def plain(source: str) -> Iterator[str]:
    """The lines of a page's text: headings, paragraphs on a line each, blank lines between."""
    return _Page().read(source)


class _Page:
    """One page as it is read."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._out: list[str] = []
        self._filling = True
        self._tag = False
        self._strings: dict[str, str] = {}
        self._name = ""
        self._synopsis = False
        self._skipping_to = ""
        self._braces = 0
        self._else = False

    def read(self, source: str) -> Iterator[str]:
        """The page's lines."""
        for line in source.replace("\\\n", "").split("\n"):
            self._line(line)
            yield from self._given()
        self._break()
        yield from self._given()

    def _given(self) -> Iterator[str]:
        out, self._out = self._out, []
        yield from out

    def _line(self, line: str) -> None:
        if self._skipping_to:
            if line.rstrip().replace(". ", ".") == self._skipping_to:
                self._skipping_to = ""
            return
        if self._braces:
            self._braces += line.count("\\{") - line.count("\\}")
            return
        line = line[:LONGEST_LINE].replace("\\}", "")
        while (found := _REQUEST.match(line)) and found[1] in {"if", "ie", "el"}:
            line = self._condition(found[1], found[2])
        if found:
            self._request(found[1], found[2])
        elif line[:1] not in {"", ".", "'"} or not line.strip():
            self._text(unescaped(line, self._strings))

    def _text(self, text: str) -> None:
        if not self._filling:
            self._out.append(text.rstrip())
        elif not text.strip():
            self._paragraph()
        else:
            if text[0] == " ":
                self._break()
            self._words.append(text.strip())
        if self._tag and text.strip():
            self._tag = False
            self._break()

    def _break(self) -> None:
        """End the line."""
        if self._words:
            self._out.append(" ".join(" ".join(self._words).split()))
            self._words.clear()

    def _paragraph(self) -> None:
        self._break()
        self._out.append("")

    def _request(self, name: str, rest: str) -> None:
        if name in _SKIPPED_TO:
            self._skipping_to = _SKIPPED_TO[name]
        elif name in {"ds", "as"}:
            key, _, value = rest.partition(" ")
            # Read at once: one that names itself stands for what it stood for before.
            value = unescaped(value.removeprefix('"'), self._strings)
            self._strings[key] = value[:LONGEST_STRING]
        elif name in _HEADINGS:
            self._filling, self._tag = True, False
            self._paragraph()
            self._out.append(heading := self._joined(rest))
            self._synopsis = heading == "SYNOPSIS"
        elif name in _PARAGRAPHS:
            self._filling = self._filling or name != "IP"
            self._begin(name, rest)
        elif name in _VERBATIM and not (name == "Bd" and "iled" in rest):
            self._break()
            self._filling = False
        elif name in _FILLED:
            self._filling = True
            self._paragraph()
        elif name == "br":
            self._break()
        elif name in _FONTS:
            self._text(self._joined(rest))
        elif name in _MIXED:
            self._text("".join(self._arguments(rest)))
        elif name in {"UR", "MT", "URL", "Lk", "Mt"}:
            self._text(self._joined(rest))
        elif name in {"SY", "OP"}:
            self._text(f"[{self._joined(rest)}]" if name == "OP" else self._joined(rest))
        elif name in INLINE:
            self._mdoc(name, rest)

    def _begin(self, name: str, rest: str) -> None:
        """A paragraph, with a tag in front of some."""
        self._break() if name == "TQ" else self._paragraph()
        if name == "TP":
            self._tag = True
        elif name == "IP":
            if tag := "".join(self._arguments(rest)[:1]).strip():
                self._words.append(tag)
        elif name == "It" and rest:
            self._mdoc("No", rest)
            self._break()

    def _mdoc(self, name: str, rest: str) -> None:
        arguments = self._arguments(rest)
        if name == "Nm":
            # A page names itself once.
            self._name = self._name or "".join(arguments[:1])
            arguments = arguments or [self._name]
            if self._synopsis:
                self._break()
        self._text(inline([name, *arguments]))

    def _condition(self, name: str, rest: str) -> str:
        """What is left to read of a line that depends on something.

        Of what a terminal shows and what a printer prints, the first is read.
        """
        if name == "el":
            met, then = self._else, rest
        else:
            test, _, then = rest.partition(" ")
            met = test in {"n", "!t", "1"}
            self._else = not met
        then = then.strip()
        if then.startswith("\\{"):
            if not met:
                self._braces = 1 + then.count("\\{", 2) - then.count("\\}")
            then = then[2:].lstrip()
        # A line that says nothing, not a blank one.
        return (then if met else "") or "."

    def _arguments(self, rest: str) -> list[str]:
        rest = re.sub(r'\\["#].*', "", rest, flags=re.DOTALL)
        found = [
            one[1].replace('""', '"') if one[0].startswith('"') else one[2]
            for one in _ARGUMENT.finditer(rest)
        ]
        return [unescaped(argument, self._strings) for argument in found]

    def _joined(self, rest: str) -> str:
        return " ".join(self._arguments(rest))
