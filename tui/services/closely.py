"""Close looks at the characters of a text, in as few bytes as a page can afford."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlm_core import Close, Inside, Suggestion

Numbers = npt.NDArray[np.generic]

MOVED = 8
"""Of so many units that moved most each step is kept, with their gates."""

STRIP = 128
"""So many units are kept at every character: those that moved most over all of them."""

TOLD = 3
"""So many characters are kept of what each part said, the likeliest."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CloseLooks:
    """What was seen at n characters that follow each other, quantised."""

    arrays: dict[str, Numbers]
    """By name, each with n as its first axis; `CloseNotes` says what they are."""
    units: tuple[int, ...]
    """Which units `strip` holds, counted through all layers."""
    gates: tuple[str, ...]
    """The names of the gates in `gates`; empty where the cell has none."""
    opinions: tuple[str, ...]
    """The names of the parts that predict."""
    ghosts: tuple[Suggestion, ...]
    """What would have been proposed at each character."""


class CloseNotes:
    """Takes close looks one by one. Values are quantised as they come, in bytes:

    a state of -1 to 1 in steps of 1/127; a gate of 0 to 1 in steps of 1/255, a candidate, -1 to 1,
    likewise; a probability as 255 times its square root; bits and weights in thousandths.
    """

    def __init__(self) -> None:
        self._hidden: list[Numbers] = []
        self._rows: dict[str, list[Numbers]] = {}
        self._ghosts: list[Suggestion] = []
        self._gates: tuple[str, ...] = ()
        self._opinions: tuple[str, ...] = ()
        self._travel: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self._ghosts)

    def take(self, close: Close, symbol: int) -> None:
        """Note the look at the next character, whose symbol was `symbol`."""
        self._ghosts.append(close.ghost)
        self._note_opinions(close.before, symbol)
        self._note_units(close.after)

    def looks(self) -> CloseLooks:
        """All that was noted, with the units chosen that moved most."""
        travel = np.zeros(0) if self._travel is None else self._travel
        units = np.sort(np.argsort(-travel, kind="stable")[:STRIP])
        arrays = {name: np.stack(rows) for name, rows in self._rows.items()}
        if self._hidden:
            arrays["strip"] = np.stack(self._hidden)[:, units]
        return CloseLooks(
            arrays=arrays,
            units=tuple(units.tolist()),
            gates=self._gates,
            opinions=self._opinions,
            ghosts=tuple(self._ghosts),
        )

    def _note(self, name: str, values: Numbers) -> None:
        self._rows.setdefault(name, []).append(values)

    def _note_opinions(self, before: Inside, symbol: int) -> None:
        """What each part said of the character that came, and what it expected."""
        self._opinions = tuple(opinion.name for opinion in before.opinions)
        said = np.stack([opinion.log_probabilities for opinion in before.opinions])  # (parts, V)
        likeliest = np.argsort(-said, axis=1, kind="stable")[:, :TOLD]
        chances = np.exp(np.take_along_axis(said, likeliest, axis=1))
        weights = np.array([opinion.weight for opinion in before.opinions])
        self._note("said", thousandths(said[:, symbol] / -np.log(2)))
        self._note("weight", np.clip(np.round(weights * 1000), -32768, 32767).astype(np.int16))
        self._note("told", likeliest.astype(np.uint16))
        self._note("told_chance", rooted(chances))
        self._note("matched", np.array([before.matched], dtype=np.uint8))

    def _note_units(self, after: Inside) -> None:
        """Where the units stand, and which of them moved most."""
        hidden = np.concatenate([layer.hidden for layer in after.layers])
        earlier = np.concatenate([layer.before for layer in after.layers])
        moved = np.abs(hidden - earlier)
        self._travel = moved + (0 if self._travel is None else self._travel)
        most = np.argsort(-moved, kind="stable")[:MOVED]
        self._hidden.append(steps(hidden))
        self._note("unit", most.astype(np.uint16))
        self._note("from", steps(earlier[most]))
        self._note("to", steps(hidden[most]))
        self._gates = tuple(after.layers[0].gates)
        if self._gates:
            gates = [
                np.concatenate([layer.gates[name] for layer in after.layers])[most]
                for name in self._gates
            ]
            values = np.stack(gates, axis=1)  # (MOVED, gates)
            candidate = self._gates.index("candidate")
            values[:, candidate] = (values[:, candidate] + 1) / 2
            self._note("gates", np.round(values * 255).astype(np.uint8))


def steps(values: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
    """Values from -1 to 1 in steps of 1/127."""
    return np.round(values * 127).astype(np.int8)


def rooted(chances: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """Probabilities as 255 times their square roots: small ones keep their first digit."""
    found: npt.NDArray[np.uint8] = np.round(255 * np.sqrt(np.clip(chances, 0, 1))).astype(np.uint8)
    return found


def thousandths(bits: npt.NDArray[np.floating]) -> npt.NDArray[np.uint16]:
    """Bits in thousandths; 65.535 stands for all that is more."""
    found: npt.NDArray[np.uint16] = np.round(np.clip(bits, 0, 65.535) * 1000).astype(np.uint16)
    return found
