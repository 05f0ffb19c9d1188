"""The texts that come with a system: Python's own sources, manuals, what packages have to read."""

import bz2
import gzip
import lzma
import os
import platform
import re
import sysconfig
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from charlm_core.errors import CorpusError
from charlm_core.gather.document import Document, Skip, Source, lines_of
from charlm_core.gather.manual import plain
from charlm_core.storage import open_regular
from charlm_core.texts import TextReader, TextSource

MOST_BYTES = 1 << 25
"""No page of a manual is larger, unpacked or not."""

NAMES = ("python", "topics", "man", "doc", "info")
"""What each kind is called."""

_PSF = "Python Software Foundation License"
_PACKAGES = "of each package its own, told in share/doc/PACKAGE/copyright"
_TESTS = re.compile(r"tests?|idle_test|site-packages|dist-packages|__pycache__|\..*")
_TEST_FILE = re.compile(r"test_.*|.*_test\.py")
_SECTION = re.compile(r"man\d\w*")
_INFO = re.compile(r".*\.info(-\d+)?(\.gz|\.bz2|\.xz)?")
_DOC = re.compile(
    r"(?:(?!changelog|copyright|change|licen[cs]e|copying).)*"
    r"(?:\.(?:txt|md|rst|markdown)|(?:^|/)(?:README|NEWS|FAQ|TODO|HACKING|INSTALL|BUGS)[^/]*?)"
    r"(?:\.gz|\.bz2|\.xz)?",
    re.IGNORECASE,
)
_INDEX = re.compile(r"\0\x08\[[^]]*\0\x08\]")
_NODE = re.compile(r"(File|Node): .*(Next|Prev|Up): |Tag Table:|Indirect:|End Tag Table")


def installed() -> list[Source]:
    """Every kind, whether there is anything of it or not."""
    version = platform.python_version()
    return [
        Source(
            name="python",
            about=f"the standard library of Python {version}, tests left out",
            licence=_PSF,
            documents=_library,
        ),
        Source(
            name="topics",
            about=f"what `help()` tells of Python {version}",
            licence=_PSF,
            documents=_topics,
        ),
        Source(
            name="man",
            about="the manual pages of this machine, in English",
            licence=_PACKAGES,
            documents=_pages,
        ),
        Source(
            name="doc",
            about="what installed packages have to read: README, NEWS, text, Markdown",
            licence=_PACKAGES,
            documents=_documentation,
        ),
        Source(
            name="info",
            about="the Info manuals of this machine",
            licence=_PACKAGES,
            documents=_manuals,
        ),
    ]


def share_folders(name: str) -> list[Path]:
    """The folders `share/NAME` beside those that programs are in, each once."""
    found: dict[str, Path] = {}
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        place = Path(os.path.realpath(Path(folder).parent / "share" / name))
        if folder and os.path.isdir(place):  # noqa: PTH112 - its own method may raise
            found.setdefault(str(place), place)
    return list(found.values())


def _library(skip: Skip) -> Iterator[Document]:
    root = Path(sysconfig.get_path("stdlib"))
    for path in sorted(_files(root, skip, leave_out=_TESTS)):
        if path.suffix == ".py" and not _TEST_FILE.fullmatch(path.name):
            name = str(path.relative_to(root))
            reader = TextReader(source=TextSource(name=name, path=path), hashed=False)
            yield Document(name=name, lines=lines_of(reader.pieces()), code=True)


def _topics(_skip: Skip) -> Iterator[Document]:
    try:
        from pydoc_data.topics import topics
    except ImportError:
        return
    for name, text in sorted(topics.items()):
        yield Document(name=name, lines=iter(text.split("\n")))


def _pages(skip: Skip) -> Iterator[Document]:
    for folder in _manual_folders():
        for path in _files(folder, skip, only=_SECTION):
            yield Document(name=str(path), lines=_page(path))


def _manual_folders() -> list[Path]:
    named = [Path(folder) for folder in os.environ.get("MANPATH", "").split(os.pathsep) if folder]
    return named or share_folders("man")


def _page(path: Path) -> Iterator[str]:
    source = unpacked(path)
    # One that only names another page is that page.
    if not source.lstrip().startswith(".so "):
        yield from plain(source)


def _documentation(skip: Skip) -> Iterator[Document]:
    for folder in share_folders("doc"):
        for path in _files(folder, skip):
            if _DOC.fullmatch(path.name):
                yield Document(name=str(path), lines=_unpacked_lines(path))


def _manuals(skip: Skip) -> Iterator[Document]:
    for folder in share_folders("info"):
        for path in _files(folder, skip):
            if _INFO.fullmatch(path.name):
                yield Document(name=str(path), lines=_manual(path))


def _manual(path: Path) -> Iterator[str]:
    yield from info_text(unpacked(path))


def info_text(text: str) -> Iterator[str]:
    """The lines of an Info file, without what leads from node to node."""
    for part in _INDEX.sub("", text).split("\x1f"):
        if not re.match(r"\s*(Tag Table|Indirect):", part):
            yield from (line for line in part.split("\n") if not _NODE.match(line))


def _unpacked_lines(path: Path) -> Iterator[str]:
    yield from unpacked(path).split("\n")


def unpacked(path: Path) -> str:
    """The text of a file, packed or not. Raises CorpusError.

    It is taken for Latin-1 where it is not UTF-8, as older pages are.
    """
    try:
        with open_regular(path) as stream, _UNPACK.get(path.suffix, _as_it_is)(stream) as unpacking:
            data = unpacking.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        fault = error.strerror if isinstance(error, OSError) and error.strerror else "damaged"
        raise CorpusError(f"{path}: {fault}") from error
    if len(data) > MOST_BYTES:
        raise CorpusError(f"{path}: over {MOST_BYTES >> 20} MiB, hardly a text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in _INDEX.sub("", text):
        raise CorpusError(f"{path}: binary")
    return text


def _as_it_is(stream: BinaryIO) -> BinaryIO:
    return stream


_UNPACK: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    ".gz": lambda stream: cast(BinaryIO, gzip.GzipFile(fileobj=stream)),
    ".bz2": lambda stream: cast(BinaryIO, bz2.BZ2File(stream)),
    ".xz": lambda stream: cast(BinaryIO, lzma.LZMAFile(stream)),  # noqa: SIM115 - closed by whoever reads
}


def _files(
    root: Path,
    skip: Skip,
    *,
    leave_out: re.Pattern[str] | None = None,
    only: re.Pattern[str] | None = None,
) -> Iterator[Path]:
    """The files below a folder, sorted; links, which lead to what is there anyway, are left out.

    Folders are passed over whose names `leave_out` matches, or, at the top, `only` does not.
    """
    for place, folders, files in os.walk(
        root, onerror=lambda error: skip(str(error.filename), error.strerror or "unreadable")
    ):
        top = place == str(root)
        folders[:] = sorted(
            name
            for name in folders
            if not (leave_out and leave_out.fullmatch(name))
            and not (only and top and not only.fullmatch(name))
        )
        for name in sorted(files):
            path = Path(place, name)
            # Not by its own method, which raises for what may not be looked at.
            regular = os.path.isfile(path)  # noqa: PTH113
            if regular and not os.path.islink(path) and not (only and top):  # noqa: PTH114
                yield path
