"""Which texts there are: the kinds that come with a system, and where people keep their own."""

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from charlm_core.gather.document import Source
from charlm_core.gather.installed import NAMES, installed
from charlm_core.gather.own import own

_USUAL = ("Maildir", "Mail", "mail", "mbox", "Notes", "notes", "Documents")


def sources(names: Iterable[str], without: Collection[Path] = ()) -> list[Source]:
    """Sources by name: a kind of text (`NAMES`), or a file, a folder, a pipe, `-`.

    Files `without` which they are to be are left out of folders. Raises CorpusError for what is
    neither.
    """
    kinds = {source.name: source for source in installed()}
    return [kinds[name] if name in NAMES else own(name, without) for name in names]


def usual_sources() -> list[Source]:
    """Every kind, and those places of a person's own texts that there are."""
    home = Path.home()
    places = [home / name for name in _USUAL]
    if mail := os.environ.get("MAIL"):
        places.append(Path(mail))
    there: dict[str, Path] = {}
    for place in places:
        if os.path.exists(place):  # noqa: PTH110 - its own method may raise
            # Where capitals count for nothing, Mail and mail are one.
            there.setdefault(os.path.realpath(place), place)
    return [*installed(), *(own(str(place)) for place in there.values())]
