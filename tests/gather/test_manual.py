"""Manual pages: what a person reads in them, without what typesets it."""

import random

import pytest

from charlm_core.gather.manual import plain

PAGE = r"""
.\" A comment.
.TH TEA 1 "2024-01-01" "Tea 1.0"
.ds pot the \fIpot\fP
.SH NAME
tea \- make tea
.SH SYNOPSIS
.B tea
.RI [ option ]... " file"
.SH DESCRIPTION
Pours hot water
into \*[pot],
and waits\&.
.PP
It\(aqs quick: see
.BR kettle (8)
and \(lqThe Cup\(rq.
.TP
.B \-m, \-\-milk
Adds milk,
or cream.
.IP "\fBsugar\fR" 4
Two lumps.
.nf
$ tea  \-\-milk
  done
.fi
.if t .B printed only
.if n shown
.ie t \{\
.B not this
nor this
.\}
.el but this
.de XX
.B hidden \\$1
..
.TS
l l.
a	b
.TE
The end.

New.
"""

MDOC = """
.Dd January 1, 2024
.Dt TEA 1
.Os
.Sh NAME
.Nm tea
.Nd make tea
.Sh SYNOPSIS
.Nm
.Op Fl m Ar milk
.Nm
.Fl h
.Sh DESCRIPTION
The
.Nm
program pours
.Pq see Xr kettle 8 .
.Bl -tag -width x
.It Fl m Ar milk , Fl Fl milk
With
.Dq milk .
.El
.Bd -literal
$ tea
.Ed
"""


def test_a_page_reads_as_prose() -> None:
    """Headings, a paragraph on a line each, tags above what they explain, examples as they are."""
    assert "\n".join(line for line in plain(PAGE) if line).split("\n") == [
        "NAME",
        "tea - make tea",
        "SYNOPSIS",
        "tea [option]... file",
        "DESCRIPTION",
        "Pours hot water into the pot, and waits.",
        'It\'s quick: see kettle(8) and "The Cup".',
        "-m, --milk",
        "Adds milk, or cream.",
        "sugar Two lumps.",
        "$ tea  --milk",
        "  done",
        "shown but this The end.",
        "New.",
    ]


def test_a_page_of_bsd_reads_as_prose() -> None:
    """The macros within its lines are words, brackets and dashes."""
    assert [line for line in plain(MDOC) if line] == [
        "NAME",
        "tea - make tea",
        "SYNOPSIS",
        "tea [-m milk]",
        "tea -h",
        "DESCRIPTION",
        "The tea program pours (see kettle(8)).",
        "-m milk, --milk",
        'With "milk".',
        "$ tea",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "",
        ".",
        "\\",
        ".SH",
        '.B "',
        "\\*",
        "\\(a",
        "\\[",
        "\\N'99999999'",
        "\\[uD800]\\[u110000]",
        ".ds a \\*a\n\\*a",
        ".ds a x\\*a\\*a\\*a\\*a\\*a\\*a\\*a\\*a\n\\*a\n" * 20,
        ".ie n \\{\\\n" * 100,
        ".if n .if n .if n x",
        ".if n " * 3000 + "x",
        ".de X\nnever ended",
        ".Op " * 2000,
        ".Xr\n.Fn\n.Fl\n.Nm",
        "." + " " * 100_000 + "x",
        "\\f[" * 50_000,
    ],
    ids=len,
)
def test_a_broken_page_breaks_nothing(source: str) -> None:
    """A page may be wrong, or made to do harm: it gives some text, and soon."""
    assert all("\n" not in line for line in plain(source))


def test_noise_breaks_nothing() -> None:
    """Whatever order the parts of the language come in."""
    parts = [
        *" \n.\\\"'()[]{}*nNfsh-abTPSHIBR",
        "\n.",
        ".if n",
        ".ie t \\{",
        ".el",
        "\\}",
        "\n.IP ",
    ]
    chosen = random.Random(1)
    for _ in range(300):
        source = "".join(chosen.choices(parts, k=200))
        assert isinstance("\n".join(plain(source)), str)
