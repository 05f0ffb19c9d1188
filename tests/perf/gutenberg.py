"""A book of Project Gutenberg as one would type it: a paragraph a line, quotes straight.

python -m tests.perf.gutenberg 2701.txt --from "Call me Ishmael" --chars 300000 > moby.txt
"""

import argparse
import re
import sys
from pathlib import Path

QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})


def prepared(raw: bytes) -> str:
    """The book's text."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    text = text.replace("\r\n", "\n")
    text = re.split(r"\*\*\*\s*START[^\n]*\*\*\*", text, maxsplit=1)[-1]
    text = re.split(r"\*\*\*\s*END|\nEnd of (?:the )?Project Gutenberg", text, maxsplit=1)[0]
    text = re.sub(r"(?<!\w)_(.+?)_(?!\w)", r"\1", text.translate(QUOTES), flags=re.S)
    text = text.replace("--", "—")
    paragraphs = [re.sub(r"\s*\n\s*", " ", part).strip() for part in re.split(r"\n\s*\n", text)]
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def main() -> None:
    """Write part of the book to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("book", type=Path)
    parser.add_argument("--from", dest="start", default="")
    parser.add_argument("--chars", type=int)
    arguments = parser.parse_args()
    text = prepared(arguments.book.read_bytes())
    text = text[text.index(arguments.start) :]
    sys.stdout.write(text[: arguments.chars])


if __name__ == "__main__":
    main()
