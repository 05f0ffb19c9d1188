"""What a person has set and what their use has made of it: settings, counts, adjustment.

All of it is in small files that are read at the start and written when something changed. Whatever
goes wrong is a line in `notices`, never an exception: ghosts are not worth a text.
"""

import datetime
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from charlm_core import DIALS, SuggestConfig
from tui.services.adjustment import restored
from tui.services.knobs import (
    BUILT_IN,
    PRESETS,
    TABLE,
    Knobs,
    Preset,
    knobs_table,
    preset_table,
)
from tui.services.settings import (
    Settings,
    SettingsError,
    change_settings,
    read_settings,
    settings_path,
)
from tui.services.tallies import Tallies, Usage, tallies_path

SAVE_SECONDS = 60.0
"""Counts go to disk no more often than this, and at the end."""
REST_SECONDS = 1.0
"""Knobs do once they have not been turned for so long, and at the end."""


class Habits:
    """Reads both files when it is made."""

    def __init__(
        self,
        *,
        today: Callable[[], datetime.date] = datetime.date.today,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = settings_path()
        self._settings, notices = read_settings(self._path)
        self._tallies = Tallies(tallies_path(), today)
        self._adjustment = restored(self._settings.dial, self._tallies.adjustment)
        self._clock = clock
        self._saved_at = clock()
        self._unsaved = False
        self._saved_knobs = self._settings.sampling
        self._turned_at = 0.0
        self._disk = threading.Lock()
        self._writing: threading.Thread | None = None
        self._notices = [*notices]
        self._told: set[str] = set()

    @property
    def settings(self) -> Settings:
        """What is set."""
        return self._settings

    @property
    def dial(self) -> str:
        """The dial, and by how much use has moved it; or the confidence that was set by hand."""
        if self.knobs.confidence is not None:
            return f"confidence {self.knobs.words('confidence', 0.0)}"
        return self._adjustment.words

    @property
    def knobs(self) -> Knobs:
        """How the knobs stand that ghosts are drawn by."""
        return self._settings.sampling

    @property
    def dial_confidence(self) -> float:
        """The least probability of a ghost's first word, as the dial has it."""
        return self._adjustment.config(DIALS).threshold

    @property
    def presets(self) -> tuple[Preset, ...]:
        """Those that everybody has, and the person's own."""
        return (*BUILT_IN, *self._settings.presets)

    @property
    def today(self) -> Usage:
        """Today's counts."""
        return self._tallies.today

    @property
    def total(self) -> Usage:
        """The counts of all days."""
        return self._tallies.total

    def config(self, dials: Mapping[str, SuggestConfig]) -> SuggestConfig:
        """What to ask a model for, given what each dial stands for."""
        return self.knobs.ghosts(self._adjustment.config(dials))

    def take_notices(self) -> list[str]:
        """What went wrong since the last time this was asked, each fault once."""
        found = [*self._notices, *self._tallies.notices]
        self._notices.clear()
        self._tallies.notices.clear()
        fresh = [notice for notice in dict.fromkeys(found) if notice not in self._told]
        self._told.update(fresh)
        return fresh

    def turn_dial(self) -> None:
        """Have ghosts speak less, more, or as at first, and no longer as was set by hand."""
        if self.knobs.confidence is not None:
            self.turn(replace(self.knobs, confidence=None))
        self._adjustment = self._adjustment.turned()
        self._unsaved = True
        self._change(replace(self._settings, dial=self._adjustment.dial))

    def turn(self, knobs: Knobs) -> None:
        """Have the knobs stand like this; on disk a while after the last turn."""
        self._settings = replace(self._settings, sampling=knobs)
        self._turned_at = self._clock()

    def keep_preset(self, preset: Preset) -> None:
        """Have a preset of the person's own, in place of one of the same name."""
        names = [one.name for one in self._settings.presets]
        others = [one for one in self._settings.presets if one.name != preset.name]
        at = names.index(preset.name) if preset.name in names else len(names)
        presets = (*others[:at], preset, *others[at:])
        self._settings = replace(self._settings, presets=presets)
        self._write({PRESETS: {preset.name: preset_table(preset)}})

    def drop_preset(self, name: str) -> None:
        """Have one no longer."""
        presets = tuple(one for one in self._settings.presets if one.name != name)
        self._settings = replace(self._settings, presets=presets)
        self._write({PRESETS: {name: None}})

    def set(self, **settings: object) -> None:
        """Have these settings from now on."""
        self._change(replace(self._settings, **settings))  # type: ignore[arg-type]

    def learn(self, on: bool) -> None:
        """Have what is written learned, or not."""
        self._change(replace(self._settings, learn=on))

    def learn_from(self, path: Path, on: bool) -> None:
        """Have this file learned, or never."""
        others = tuple(one for one in self._settings.never if one != path)
        self._change(replace(self._settings, never=others if on else (*others, path)))

    def count_accept(self, chars: int) -> None:
        """So many characters of a ghost were accepted with a key."""
        # What becomes of ghosts that the dial did not call for says nothing of the dial.
        if self.knobs.confidence is None:
            self._adjustment = self._adjustment.accepted()
        self._count(Usage(accepted=1, saved=chars - 1))

    def count_typed(self, *, over: bool) -> None:
        """A character was typed; `over` a ghost that said something else, or not."""
        if over and self.knobs.confidence is None:
            self._adjustment = self._adjustment.typed_over()
        self._count(Usage(typed=1))

    @property
    def unsaved(self) -> bool:
        """Whether there is something to save, or being saved."""
        writing = self._writing is not None and self._writing.is_alive()
        return self._unsaved or self._knobs_unsaved or writing

    def save(self, *, now: bool = True) -> None:
        """Write knobs and counts to disk; unless it must be `now`, only where they may rest."""
        if self._knobs_unsaved and (now or self._clock() - self._turned_at >= REST_SECONDS):
            self._saved_knobs = self.knobs
            changes = {TABLE: knobs_table(self.knobs)}
            # The disk may take longer than a key may wait.
            self._writing = threading.Thread(target=self._write, args=(changes,), daemon=True)
            self._writing.start()
        if now and self._writing is not None:
            self._writing.join()
        if self._unsaved and (now or self._clock() - self._saved_at >= SAVE_SECONDS):
            self._saved_at = self._clock()
            self._unsaved = False
            self._tallies.save(asdict(self._adjustment))

    def _count(self, usage: Usage) -> None:
        self._tallies.count(usage)
        self._unsaved = True

    def _change(self, settings: Settings) -> None:
        """Set this, on disk too, as far as it differs."""
        old, new = asdict(self._settings), asdict(settings)
        self._settings = settings
        changes = {key: new[key] for key in new if new[key] != old[key]}
        if changes:
            self._write(changes)

    @property
    def _knobs_unsaved(self) -> bool:
        """Whether the file would say something else of the knobs."""
        return knobs_table(self.knobs) != knobs_table(self._saved_knobs)

    def _write(self, changes: Mapping[str, object]) -> None:
        """Have these settings on disk."""
        try:
            # What one thread has read, no other may have changed before it is written.
            with self._disk:
                change_settings(self._path, changes)
        except SettingsError as error:
            self._notices.append(str(error))
