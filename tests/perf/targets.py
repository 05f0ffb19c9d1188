"""What the figures of `tests.perf.keys` are to be, and whether they are."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from tests.perf.sessions import Session, Typed

Figures = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """One of them."""

    what: str
    limit: float
    found: float | None
    """None where it was not measured."""
    met: bool | None


def percentile(values: Iterable[float], share: float) -> float | None:
    """The value that this share of them does not exceed; None where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def spread(values: Sequence[float], digits: int = 2) -> Figures:
    """Median, 90th and 99th percentile."""
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
    found = {name: percentile(values, share) for name, share in shares.items()}
    return {name: None if one is None else round(one, digits) for name, one in found.items()}


def figures(places: Sequence[Typed]) -> Figures:
    """What the keys at these places were answered with, taken together."""
    answers = [answer for typed in places for answer in typed.answers]
    bursts = [(typed.burst, len(typed.text) - len(typed.answers)) for typed in places]
    found: Figures = {
        "keys": len(answers),
        "first_ms": spread([answer.first * 1e3 for answer in answers if answer.first]),
        "last_ms": spread([answer.last * 1e3 for answer in answers if answer.last]),
        "bytes": spread([answer.bytes for answer in answers], 0),
        "ghosts": _share(places),
        "burst_ms_per_key": _middle(b.last * 1e3 / n for b, n in bursts if b and b.last and n),
        "burst_bytes_per_key": _middle(b.bytes / n for b, n in bursts if b and b.last and n),
    }
    if faults := [typed.fault for typed in places if typed.fault]:
        found["faults"] = faults
    return found


def told(session: Session) -> Figures:
    """All about a session: each place by itself, and together."""
    found: Figures = {
        "program": session.program.name,
        "size": session.size,
        "shape": session.shape,
        "open_s": session.open_s and round(session.open_s, 3),
        "memory_mib": session.memory,
        "idle_bytes_in_3_s": session.idle_bytes,
    }
    if session.places:
        found |= {"all": figures(list(session.places.values()))}
        found |= {place: figures([typed]) for place, typed in session.places.items()}
    return found


def ratios(sessions: Sequence[Session]) -> dict[str, float]:
    """Of median times from key to paint: ours in a long text and in a short one, and ours to the
    others' at each size."""
    medians = {
        (one.program.name, one.size, one.shape): _middle(
            answer.first * 1e3
            for typed in one.places.values()
            for answer in typed.answers
            if answer.first
        )
        for one in sessions
    }
    found = {}
    for (program, size, shape), ours in medians.items():
        if program != "ours" or ours is None:
            continue
        pairs = {f"ours {size} {shape} / ours 1K {shape}": ("ours", "1K", shape)}
        pairs |= {
            f"ours / {name}, {size} {shape}": (name, size, shape) for name in ("stock", "vim")
        }
        for name, key in pairs.items():
            theirs = medians.get(key)
            if theirs and key != (program, size, shape):
                found[name] = round(ours / theirs, 2)
    return found


def targets(sessions: Sequence[Session], extras: Figures) -> list[Target]:
    """Each target, with what was found. Only ours has any."""
    found = []
    ours = {one.size: one for one in sessions if one.program.ghosts and one.shape == "prose"}
    for size, one in ours.items():
        all_keys = figures(list(one.places.values()))
        found += [
            _at_most(f"key to paint, p50, {size}, ms", 4, all_keys["first_ms"]["p50"]),
            _at_most(f"key to paint, p99, {size}, ms", 16, all_keys["first_ms"]["p99"]),
            _at_most(f"bytes a key, median, {size}", 400, all_keys["bytes"]["p50"]),
            _at_most(f"idle bytes in 3 s, {size}", 0, one.idle_bytes),
        ]
    ratio = extras["ratios"].get("ours 1M prose / ours 1K prose")
    found.append(_at_most("key to paint, p50, 1M / 1K", 1.25, ratio))
    long = ours.get("50M")
    found += [
        _at_most("open 50M to first paint, s", 1.5, long.open_s if long else None),
        _at_most("memory with 50M open, MiB", 400, long.memory.get("opened") if long else None),
        _at_most("memory with 50M typed into, MiB", 400, long.memory.get("now") if long else None),
        _at_most("paste 1 MB, s", 0.5, extras["paste_s"].get("ours")),
        _at_most("first paint, median, ms", 350, extras["startup"]["first_paint_ms"]["p50"]),
        _at_most("first ghost, median, ms", 900, extras["startup"]["first_ghost_ms"]["p50"]),
    ]
    return found


def plain(found: Sequence[Target]) -> list[Figures]:
    """For JSON."""
    return [asdict(target) for target in found]


def _share(places: Sequence[Typed]) -> float | None:
    """After how many of the keys a ghost showed; None where none was looked for."""
    looked = [typed for typed in places if typed.ghosts is not None]
    keys = sum(len(typed.answers) for typed in looked)
    return round(sum(typed.ghosts or 0 for typed in looked) / keys, 3) if keys else None


def _at_most(what: str, limit: float, found: float | None) -> Target:
    return Target(what, limit, found, None if found is None else found <= limit)


def _middle(values: Iterable[float]) -> float | None:
    """The median; None where there are none."""
    known = list(values)
    return round(median(known), 3) if known else None
