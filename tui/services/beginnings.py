"""The models that a training can begin with."""

from dataclasses import dataclass, replace

from charlm_core import SIZES, Cell, ModelEntry, catalogue


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """A model that a training can begin with."""

    name: str
    """What it is called."""
    path: str
    """Its folder."""
    cell: Cell
    """Its recurrence."""
    size: str
    """Its name in SIZES; empty where it is of none of them."""
    parameters: int
    """How many weights it has."""


def beginnings() -> tuple[Beginning, ...]:
    """The models to propose to begin with: those that are shipped, and the newest of one's own."""
    entries = [one for one in catalogue() if isinstance(one, ModelEntry) and not one.shadowed]
    shipped = [one for one in entries if one.origin == "shipped"]
    own = [one for one in entries if one.origin != "shipped"]
    newest = sorted(own, key=lambda one: -one.written)[:1]
    return tuple(map(_beginning, [*shipped, *newest]))


def _beginning(entry: ModelEntry) -> Beginning:
    shape = entry.config.model
    sizes = (name for name, size in SIZES.items() if replace(size, cell=shape.cell) == shape)
    return Beginning(
        name=entry.name,
        path=str(entry.path),
        cell=shape.cell,
        size=next(sizes, ""),
        parameters=entry.parameters,
    )
