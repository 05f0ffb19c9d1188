"""What became of ghosts, day by day: a person's own numbers, on this machine only.

They are added up in memory and now and then to a file. Two editors at once lose nothing, as each
adds what it has counted since it last saved, under a lock. The file also holds how far use has
moved the least probability of a ghost, as whoever saved last left it.
"""

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tui.services.private import UnreadableError, read_private, write_private

MOST = 10**12
"""Nobody presses so many keys in a day."""

LOCK_SECONDS = 0.5
"""How long another editor may hold the file before counts wait for the next time."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What was typed and accepted, in a day or in all."""

    accepted: int = 0
    """How often a ghost, or a part of one, was accepted."""
    saved: int = 0
    """Keys that were not pressed: characters accepted, less one key each time."""
    typed: int = 0
    """Characters typed with a key each."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            accepted=self.accepted + other.accepted,
            saved=self.saved + other.saved,
            typed=self.typed + other.typed,
        )

    @property
    def share(self) -> float:
        """Which share of all characters cost no key; 0 of none."""
        chars = self.typed + self.accepted + self.saved
        return self.saved / chars if chars else 0.0


Days = dict[str, Usage]
"""By ISO date."""


def tallies_path() -> Path:
    """Where counts are kept."""
    # Here and not above: what only needs the names above does not pay for it.
    import platformdirs

    return platformdirs.user_data_path("charlm-tui", appauthor=False) / "counts.json"


class Tallies:
    """Counts, of this run of the program and of all before it."""

    def __init__(
        self, path: Path, today: Callable[[], datetime.date] = datetime.date.today
    ) -> None:
        self._path = path
        self._today = today
        self._before, self._adjustment, fault = _read(path)
        self._unsaved: Days = {}
        self._told = {self._lament(fault)} if fault else set()
        self.notices: list[str] = [*self._told]
        """What went wrong, a line each, since somebody last emptied it."""

    @property
    def adjustment(self) -> object:
        """What the file said of the adjustment when it was last read, to be checked."""
        return self._adjustment

    @property
    def today(self) -> Usage:
        """What was counted today."""
        day = self._today().isoformat()
        return self._before.get(day, Usage()) + self._unsaved.get(day, Usage())

    @property
    def total(self) -> Usage:
        """What was counted on all days."""
        return sum([*self._before.values(), *self._unsaved.values()], Usage())

    def count(self, usage: Usage) -> None:
        """Add to today's, in memory."""
        day = self._today().isoformat()
        self._unsaved[day] = self._unsaved.get(day, Usage()) + usage

    def save(self, adjustment: Mapping[str, object]) -> None:
        """Add to the file what was counted since the last time. Never raises.

        What can't be saved is counted on, told in a notice, and tried again the next time.
        """
        # Here and not above: the first paint does not wait for it.
        import filelock

        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = self._path.with_name(".counts.lock")
            with filelock.FileLock(lock, timeout=LOCK_SECONDS, mode=0o600):
                days, _, fault = _read(self._path)
                if fault:
                    self._path.replace(self._aside)
                    if (lament := self._lament(fault)) not in self._told:
                        self.notices.append(lament)
                    # All that is known of the days before is what was read when it was whole.
                    days = dict(self._before)
                for day, usage in self._unsaved.items():
                    days[day] = days.get(day, Usage()) + usage
                write_private(self._path, _written(days, adjustment))
        except (OSError, filelock.Timeout) as error:
            reason = "another editor has it" if isinstance(error, filelock.Timeout) else error
            self.notices.append(f"{self._path}: {reason}; counts are not saved")
        else:
            self._before, self._unsaved = days, {}

    @property
    def _aside(self) -> Path:
        """Where a damaged file goes."""
        return self._path.with_name(f"{self._path.name}.damaged")

    def _lament(self, fault: str) -> str:
        return f"{self._path}: {fault}; it is kept as {self._aside.name}"


def _written(days: Days, adjustment: Mapping[str, object]) -> str:
    table = {
        day: {name: min(count, MOST) for name, count in asdict(days[day]).items()}
        for day in sorted(days)
    }
    return json.dumps({"days": table, "adjustment": dict(adjustment)}, indent=1) + "\n"


def _read(path: Path) -> tuple[Days, object, str]:
    """The counts of a file, what it says of the adjustment, and what is wrong with it."""
    try:
        text = read_private(path)
        if text is None:
            return {}, None, ""
        found = json.loads(text)
        days = {day: _usage(day, entry) for day, entry in found["days"].items()}
    except UnreadableError as error:
        return {}, None, str(error)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}, None, "damaged"
    return days, found.get("adjustment"), ""


def _usage(day: str, entry: Mapping[str, object]) -> Usage:
    """A day's counts. Raises ValueError, TypeError or KeyError unless they are some."""
    datetime.date.fromisoformat(day)
    numbers = {name: entry[name] for name in asdict(Usage())}
    counts = {name: n for name, n in numbers.items() if type(n) is int and 0 <= n <= MOST}
    if counts.keys() != numbers.keys():
        raise ValueError(f"{day}: not counts")
    return Usage(**counts)
