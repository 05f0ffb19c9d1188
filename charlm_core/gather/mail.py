"""What people have written in mails: mbox files, Maildir folders, single messages.

Of each the plain text, without what it quotes and without the signature. Only ever read.
"""

import email.policy
import os
import re
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 1 << 25
"""A larger message is passed over, which is hardly a text."""

HEAD_BYTES = 1 << 12

LONGEST_FIELD = 1 << 11
"""No honest field that says what a part is has more bytes; the library reads it in square time."""

LONGEST_ATTRIBUTION = 500
"""No line that says who is quoted has more characters."""

_PARSER: "BytesParser[EmailMessage]" = BytesParser(policy=email.policy.default)
_HEADER = re.compile(rb"^(From|To|Subject|Date|Message-ID|Received|Return-Path):", re.I | re.M)
_LONG_FIELD = re.compile(rb"^Content-(?:[^\n]|\n[ \t]){%d}" % LONGEST_FIELD, re.I | re.M)
_SIGNATURE = re.compile(r"-- ?|_{20,}")
_FORWARDED = re.compile(
    r"-{3,} ?(Original Message|Forwarded message|Исходное сообщение|Пересылаемое сообщение) ?-{3,}",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    r"(On .+ wrote|.+ (пишет|писал\(?а?\)?)|.+ schrieb.*|Le .+ a écrit ?):\s*"
)


def is_maildir(folder: Path) -> bool:
    """Whether a folder is one that mails are delivered to."""
    # Unlike the path's own method this never raises: a folder may be one that can't be entered.
    parts = (folder / name for name in ("cur", "new", "tmp"))
    return all(map(os.path.isdir, parts))


def is_mbox(head: bytes) -> bool:
    """Whether a file that begins so holds mails, one after another."""
    return head.startswith(b"From ") and _HEADER.search(head) is not None


def split_mbox(stream: BinaryIO) -> Iterator[bytes]:
    """The messages of an mbox file; one that is too large comes empty."""
    lines: list[bytes] = []
    size, blank, begun = 0, True, False
    # A line of a gigabyte is read piece by piece.
    while line := stream.readline(1 << 16):
        if blank and line.startswith(b"From "):
            if begun:
                yield b"".join(lines)
            lines, size, begun = [], 0, True
        elif begun and size <= MOST_BYTES:
            size += len(line)
            lines.append(line[1:] if line.startswith(b">From ") else line)
            if size > MOST_BYTES:
                lines.clear()
        blank = line in {b"\n", b"\r\n"}
    if begun:
        yield b"".join(lines)


def written(message: bytes) -> str:
    """The text that the sender wrote; empty where there is none that can be read."""
    if _LONG_FIELD.search(message):
        return ""
    try:
        parsed = _PARSER.parsebytes(message)
        part = parsed.get_body(("plain",))
        if part is None or part.get_content_type() != "text/plain":
            return ""
        text = _decoded(part)
        flowed = part.get_param("format") == "flowed"
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError, IndexError):
        # Whatever is wrong with it, it is one mail of many, and the library has its own faults.
        return ""
    return own_words(text, flowed=flowed)


def _decoded(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except LookupError:
        # A character set that there is not, and most often is this.
        data = part.get_payload(decode=True)
        return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""


def own_words(text: str, *, flowed: bool = False) -> str:
    """A mail's text without quotations, the lines that introduce them, and the signature."""
    kept: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if _SIGNATURE.fullmatch(line) or _FORWARDED.match(line.strip()):
            break
        if line.startswith((">", "|")) or line.lstrip().startswith("> "):
            _drop_attribution(kept)
            continue
        # RFC 3676: a line that ends in a space goes on below, but for a signature's.
        if flowed and kept and kept[-1].endswith(" ") and line:
            kept[-1] += line
        else:
            kept.append(line)
    return "\n".join(kept).strip()


def _drop_attribution(kept: list[str]) -> None:
    """Take off the end who is quoted, on one line or on two."""
    while kept and not kept[-1].strip():
        kept.pop()
    for count in (1, 2):
        line = " ".join(kept[-count:]).strip()
        short = len(line) <= LONGEST_ATTRIBUTION
        if short and _ATTRIBUTION.fullmatch(line) and len(kept) >= count:
            del kept[-count:]
            return
