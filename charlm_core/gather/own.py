"""The texts in the files and folders that a person points at: notes, programs, mails."""

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from charlm_core.confidential import looks_secret
from charlm_core.errors import CorpusError
from charlm_core.gather.document import Document, Skip, Source, lines_of
from charlm_core.gather.mail import HEAD_BYTES, MOST_BYTES, is_maildir, is_mbox, split_mbox, written
from charlm_core.storage import read_regular
from charlm_core.texts import TextReader, TextSource, TextSources, text_fault

CODE = frozenset(
    {
        *(".bash", ".c", ".cc", ".cpp", ".cs", ".css", ".el", ".go", ".h", ".hpp", ".hs"),
        *(".html", ".java", ".js", ".jsx", ".kt", ".lua", ".m", ".ml", ".php", ".pl", ".py"),
        *(".pyi", ".r", ".rb", ".rs", ".scala", ".scm", ".sh", ".sql", ".swift", ".tex", ".toml"),
        *(".ts", ".tsx", ".vim", ".yaml", ".yml", ".zsh"),
    }
)
"""What names of programs end in: their line breaks are kept."""

DATA = frozenset(
    {
        *(
            ".csv",
            ".geojson",
            ".ics",
            ".ipynb",
            ".json",
            ".jsonl",
            ".lock",
            ".log",
            ".map",
            ".po",
            ".srt",
        ),
        *(".svg", ".tsv", ".vcf", ".vtt", ".xml"),
    }
)
"""What names of data end in, which is nothing anybody writes."""

YOURS = "your own"


def own(name: str, without: Collection[Path] = ()) -> Source:
    """The texts of a file, a folder, a pipe, or `-` for standard input.

    Files that look like secrets, data and what is no text are left out of folders, and so are those
    `without` which it is to be. Raises CorpusError for what is not there.
    """
    path = Path(name)
    without = {Path(os.path.realpath(one)) for one in without}
    try:
        folder = path.is_dir()
        if not folder and name != "-" and not path.exists():
            raise CorpusError(f"{name}: neither a kind of text nor a file or folder")
    except OSError as error:
        raise CorpusError(f"{name}: {error.strerror}") from error
    except ValueError as error:
        raise CorpusError(f"{name}: {error}") from error
    if folder:
        about = "mail" if is_maildir(path) else "a folder"
        return Source(
            name=name,
            about=about,
            licence=YOURS,
            documents=lambda skip: _of_folder(path, without, skip),
        )
    about = "standard input" if name == "-" else "a file"
    return Source(
        name=name,
        about=about,
        licence=YOURS,
        documents=lambda skip: _of_file(name, skip),
        path=None if name == "-" else path,
    )


def _of_file(name: str, skip: Skip) -> Iterator[Document]:
    """What a file holds that was named itself; it is what it is, whatever its name says."""
    with TextSources([name]) as sources:
        for source in sources.sources:
            if (mails := _mails(source.path, source.name, skip)) is not None:
                yield from mails
            else:
                yield _text(source, code=Path(name).suffix.lower() in CODE)


def _of_folder(folder: Path, without: Collection[Path], skip: Skip) -> Iterator[Document]:
    """The texts of a folder and those below it, sorted; links to folders are not followed."""
    names = {one.name for one in without}
    for place, folders, files in os.walk(
        folder, onerror=lambda error: skip(str(error.filename), error.strerror or "unreadable")
    ):
        here = Path(place)
        if is_maildir(here):
            # The folders of a Maildir are hidden in it.
            folders[:] = sorted(name for name in folders if is_maildir(here / name))
            for part in ("cur", "new"):
                yield from _of_maildir(here / part, skip)
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = here / name
            # Only where the name is the same is it worth asking the system.
            is_out = name in names and Path(os.path.realpath(path)) in without
            if not name.startswith(".") and not is_out:
                yield from _found(path, skip)


def _found(path: Path, skip: Skip) -> Iterator[Document]:
    """A file that a folder holds, as a text, as mails, or as nothing."""
    suffix = path.suffix.lower()
    if looks_secret(path):
        skip(str(path), "looks like a secret")
    elif suffix in DATA:
        skip(str(path), "data, not text")
    elif (mails := _mails(path, str(path), skip)) is not None:
        yield from mails
    elif fault := text_fault(path):
        skip(str(path), fault)
    elif fault is not None:
        yield _text(TextSource(name=str(path), path=path), code=suffix in CODE)


def _text(source: TextSource, *, code: bool) -> Document:
    reader = TextReader(source=source, hashed=False)
    return Document(name=source.name, lines=lines_of(reader.pieces()), code=code)


def _mails(path: Path, name: str, skip: Skip) -> Iterator[Document] | None:
    """The mails in a file, where it holds any."""
    if path.suffix.lower() == ".eml":
        return _of_message(path, skip)
    try:
        status = path.stat()
        # What has no size holds no mails, and may, as /proc/kmsg, keep a reader waiting.
        if not (stat.S_ISREG(status.st_mode) and status.st_size):
            return None
        with path.open("rb") as stream:
            if not is_mbox(stream.read(HEAD_BYTES)):
                return None
    except OSError:
        # Whoever reads it as a text tells why it can't be read.
        return None
    return _of_mbox(path, name, skip)


def _of_mbox(path: Path, name: str, skip: Skip) -> Iterator[Document]:
    try:
        with path.open("rb") as stream:
            for number, message in enumerate(split_mbox(stream), 1):
                if text := written(message):
                    yield _mail(f"{name}:{number}", text)
    except OSError as error:
        skip(name, error.strerror or "unreadable")


def _of_maildir(folder: Path, skip: Skip) -> Iterator[Document]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        skip(str(folder), error.strerror or "unreadable")
        return
    for path in paths:
        if not path.name.startswith("."):
            yield from _of_message(path, skip)


def _of_message(path: Path, skip: Skip) -> Iterator[Document]:
    try:
        message = read_regular(path, MOST_BYTES, "hardly a text")
    except OSError as error:
        skip(str(path), error.strerror or "unreadable")
        return
    if text := written(message):
        yield _mail(str(path), text)


def _mail(name: str, text: str) -> Document:
    return Document(name=name, lines=iter(text.split("\n")))
