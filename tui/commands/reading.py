"""What the commands share that read a text as a whole."""

from tui.commands.output import tell


def read_text(file: str) -> str:
    """The text of one file, or with `-` of standard input; notices about it go to stderr.

    Raises CorpusError.
    """
    from charlm_core import CorpusError, TextReader, TextSources

    parts: list[str] = []
    with TextSources([file]) as sources:
        for notice in sources.notices:
            tell(f"note: {notice}")
        for source in sources.sources:
            reader = TextReader(source=source, hashed=False)
            parts.extend(reader.pieces())
            for notice in reader.notices():
                tell(f"note: {notice}")
    if not any(parts):
        raise CorpusError(f"{file}: empty")
    return "".join(parts)
