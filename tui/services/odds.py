"""What the next character may be: an errand for the predictor."""

from dataclasses import dataclass

from charlm_core import Odds, SamplingConfig
from tui.services.learner import Learner
from tui.services.mailbox import Overtaken, Tell

KEY = "odds"


@dataclass(frozen=True, kw_only=True)
class OddsFound:
    """The odds behind a text."""

    revision: int
    """Of the editor whose text it is."""
    odds: Odds
    """As the model has them, and as sampling leaves them."""


@dataclass(frozen=True, kw_only=True)
class OddsErrand:
    """Looks at the odds where the session stands, which is where the last prediction was made."""

    revision: int
    """Of the editor that asks."""
    text: str
    """What is before its cursor, as far back as the model reads."""
    sampling: SamplingConfig
    """What becomes of the odds."""
    key: str = KEY
    """Newer odds take the place of older ones."""

    def work(self, learner: Learner, tell: Tell, overtaken: Overtaken) -> bool:
        """Tell them; not where the session has gone elsewhere, as another prediction follows."""
        session = learner.session
        if session.text == self.text:
            tell(OddsFound(revision=self.revision, odds=session.odds(self.sampling)))
        return True
