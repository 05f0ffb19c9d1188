"""Which checkpoint a document is to have: what there is to be tried, the best first.

For the thread that loads them: it reads what each says of itself, not its weights.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charlm_core import DEFAULT_CHECKPOINT
from tui.services.events import By, Wanted

if TYPE_CHECKING:
    from charlm_core import ModelEntry


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A checkpoint to try."""

    checkpoint: str
    """Its name or its folder."""
    by: By
    """Why it."""
    choices: int = 0
    """How often it has been chosen by letters."""


class Suiting:
    """Remembers what there is, and what of that was no good. Owned by one thread."""

    def __init__(self) -> None:
        self._entries: tuple[ModelEntry, ...] = ()
        self._faults: tuple[str, ...] = ()
        self._broken: set[str] = set()
        self._told: set[str] = set()

    def offers(self, wanted: Wanted) -> Iterator[Offer]:
        """What to try, until one can be had."""
        if wanted.checkpoint:
            yield Offer(checkpoint=wanted.checkpoint, by="choice", choices=wanted.choices)
            if not wanted.or_fitting:
                return
        # Whoever looks again while somebody types does not look at the disk.
        if not (wanted.held and self._entries):
            self._look()
        # Here and not above: the first paint does not wait for it.
        from charlm_core import fit

        suits = {
            str(one.path): one.config.suits
            for one in self._entries
            if str(one.path) not in self._broken
        }
        held = wanted.held
        while True:
            found = fit(suits, wanted.name, wanted.sample, held=held, choices=wanted.choices)
            if not found.checkpoint:
                break
            yield Offer(checkpoint=found.checkpoint, by=found.by, choices=found.choices)
            suits.pop(found.checkpoint, None)
            held = ""
        for one in sorted(self._entries, key=_unusual):
            if str(one.path) not in self._broken:
                yield Offer(checkpoint=str(one.path), by="", choices=wanted.choices)

    def no_good(self, offer: Offer) -> None:
        """Don't offer it again before the disk was looked at again."""
        self._broken.add(offer.checkpoint)

    def notices(self, offer: Offer, name: str, faults: list[str]) -> tuple[str, ...]:
        """What a person should hear, who got this one, called `name`: each fault once."""
        # Of one that can't be read nobody knows what it suits: where none does it may be that.
        found = [*faults, *(self._faults if not offer.by else ())]
        fresh = [fault for fault in dict.fromkeys(found) if fault not in self._told]
        self._told.update(fresh)
        return tuple(f"{fault}; {name} is used instead" for fault in fresh)

    def _look(self) -> None:
        """See what there is."""
        from charlm_core import DamagedModel, ModelEntry, catalogue

        found = catalogue()
        self._entries = tuple(one for one in found if isinstance(one, ModelEntry))
        self._faults = tuple(
            one.fault for one in found if isinstance(one, DamagedModel) and one.origin == "shipped"
        )
        self._broken.clear()


def _unusual(one: "ModelEntry") -> tuple[bool, bool, bool]:
    """Sorts what a document has that nothing is known of: the usual one, then what is shipped."""
    return one.name != DEFAULT_CHECKPOINT, one.shadowed, one.origin != "shipped"
