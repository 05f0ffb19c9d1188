"""How likely a ghost must be: what the dial says, moved a little by what becomes of ghosts.

Each accept lowers the least probability, each ghost that is typed over raises it: who takes most of
what is shown sees more, who passes it by sees less. It moves slowly, within bounds, and what moved
is on show. Pure values.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from charlm_core import SuggestConfig
from tui.services.settings import DIAL_NAMES, Dial

ACCEPTED = 0.98
"""What an accept multiplies the least probability by."""
TYPED_OVER = 1.01
"""What a ghost that was typed over multiplies it by."""
LEAST, MOST = 0.5, 2.0
"""How far it may get from what the dial says."""
STEP = 0.05
"""It takes effect in steps of this size: a ghost that is shown goes on only as long as what is
asked for stays the same."""


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """A dial, and how far use has moved what it says."""

    dial: Dial = "balanced"
    """How often ghosts speak."""
    factor: float = 1.0
    """What the dial's least probability is multiplied by, LEAST to MOST, before it is rounded."""

    def accepted(self) -> "Adjustment":
        """After a ghost, or a part of one, was accepted."""
        return replace(self, factor=max(LEAST, self.factor * ACCEPTED))

    def typed_over(self) -> "Adjustment":
        """After a ghost was shown and something else was typed."""
        return replace(self, factor=min(MOST, self.factor * TYPED_OVER))

    def turned(self) -> "Adjustment":
        """The next dial, as if never used."""
        return Adjustment(dial=DIAL_NAMES[(DIAL_NAMES.index(self.dial) + 1) % len(DIAL_NAMES)])

    @property
    def effective(self) -> float:
        """The factor as it takes effect, a multiple of STEP."""
        return round(self.factor / STEP) * STEP

    def config(self, dials: Mapping[str, SuggestConfig]) -> SuggestConfig:
        """What to ask a model for, given what each dial stands for."""
        config = dials[self.dial]
        return replace(config, threshold=min(1.0, config.threshold * self.effective))

    @property
    def words(self) -> str:
        """The dial, and by how much its least probability is moved: `balanced +10%`."""
        moved = round((self.effective - 1) * 100)
        return f"{self.dial} {moved:+}%" if moved else self.dial


def restored(dial: Dial, saved: object) -> Adjustment:
    """The adjustment of a dial, given what was saved of one; begins anew where that is no use."""
    match saved:
        case {"dial": saved_dial, "factor": float(factor)} if saved_dial == dial:
            if math.isfinite(factor):
                return Adjustment(dial=dial, factor=min(MOST, max(LEAST, factor)))
    return Adjustment(dial=dial)
