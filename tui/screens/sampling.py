"""A screen whose ghosts are drawn by knobs, with the panel that turns them."""

import random
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from charlm_core import DECODINGS
from tui.screens.beside import BesideScreen
from tui.services.events import Failed, Prediction
from tui.services.knobs import (
    BUILT_IN,
    DEFAULT,
    LABELS,
    PRESET,
    ROLLS,
    KnobError,
    Knobs,
    Preset,
    name_fault,
    preset_at,
)
from tui.text.visible import visible

if TYPE_CHECKING:
    from tui.widgets.sampling import SamplingPanel


class SamplingScreen(BesideScreen):
    """Draws its ghosts by knobs, which keys turn wherever one is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "sampling", "Sampling: turn the knobs, see the odds"),
        Binding("alt+e", "turn_knob('temperature', -1)", "Temperature down, up", id="cooler"),
        Binding("alt+shift+e", "turn_knob('temperature', 1)", "Temperature down, up", id="hotter"),
        Binding("alt+k", "turn_knob('top_k', -1)", "Top-k down, up", id="fewer_k"),
        Binding("alt+shift+k", "turn_knob('top_k', 1)", "Top-k down, up", id="more_k"),
        Binding("alt+u", "turn_knob('top_p', -1)", "Top-p down, up", id="less_p"),
        Binding("alt+shift+u", "turn_knob('top_p', 1)", "Top-p down, up", id="more_p"),
        Binding("alt+a", "turn_knob('length', -1)", "Ghosts shorter, longer", id="shorter"),
        Binding("alt+shift+a", "turn_knob('length', 1)", "Ghosts shorter, longer", id="longer"),
        Binding("alt+c", "turn_knob('confidence', -1)", "Confidence down, up", id="bolder"),
        Binding("alt+shift+c", "turn_knob('confidence', 1)", "Confidence down, up", id="surer"),
        Binding("alt+v", "turn_knob('seed', -1)", "Seed down, up; roll, lock", id="seed_less"),
        Binding("alt+shift+v", "turn_knob('seed', 1)", "Seed down, up; roll, lock", id="seed_more"),
        Binding("alt+r", "roll_seed", "Seed down, up; roll, lock"),
        Binding("alt+shift+r", "lock_seed", "Seed down, up; roll, lock"),
        Binding("alt+o", "turn_knob('mode', 1)", "Greedy, sample or beam; next preset", id="mode"),
        Binding("alt+q", "turn_preset", "Greedy, sample or beam; next preset"),
    ]

    _preset = ""
    """The name of the one that was gone to last."""
    _drawn_for = -1
    """The state of the text that the present seed was rolled for."""

    @property
    def knobs(self) -> Knobs:
        """How they stand."""
        return self._habits.knobs

    @property
    def sampling_panel(self) -> "SamplingPanel | None":
        """The panel that shows, if it is the one that turns knobs."""
        panel = self.panel
        if panel is None:
            return None
        # Here and not above: the first paint does not wait for it.
        from tui.widgets.sampling import SamplingPanel

        return panel if isinstance(panel, SamplingPanel) else None

    async def action_sampling(self) -> None:
        """Show the knobs; where they have the keys already, put them away."""
        # Here and not above: the first paint does not wait for it.
        from tui.widgets.sampling import SamplingPanel

        await self.turn_panel(SamplingPanel, SamplingPanel)

    def panel_changed(self) -> None:
        """Fill the panel when it comes."""
        super().panel_changed()
        self._show_knobs()
        if panel := self.sampling_panel:
            self._say_why_none(panel)
            self._look_at_odds()
        else:
            self._predictor.call_back("odds")

    # The knobs.

    def turn_knobs(self, knobs: Knobs) -> None:
        """Have ghosts drawn by these from now on, the one at the cursor too."""
        self._habits.turn(knobs)
        self._adjust()
        self._show_knobs()
        self._editor.action_ask()
        if knobs == replace(DEFAULT, seed=knobs.seed, locked=knobs.locked):
            self.did("as_they_come")

    def action_turn_knob(self, knob: str, steps: int) -> None:
        """Turn a knob by steps, and say where it stands."""
        self._turn(knob, steps)
        self._say(knob)

    def action_roll_seed(self) -> None:
        """Draw by another seed; whether it stays is as it was."""
        self.turn_knobs(replace(self.knobs, seed=self._other_seed()))
        self._say("seed")

    def action_lock_seed(self) -> None:
        """Keep the seed, or have another one for each ghost."""
        self.turn_knobs(replace(self.knobs, locked=not self.knobs.locked))
        self._say("seed")

    def action_turn_preset(self) -> None:
        """Set the knobs to the next preset."""
        self._turn_preset(1)
        self._status.say(visible(self._preset))

    def action_turn_dial(self) -> None:
        """Have ghosts speak less, more, or as at first, whatever the knob said."""
        super().action_turn_dial()
        self._show_knobs()

    def _turn(self, knob: str, steps: int, *, coarse: bool = False) -> None:
        dial = self._habits.dial_confidence
        self.turn_knobs(self.knobs.turned(knob, steps, dial=dial, coarse=coarse))
        self.did("knob")

    def _turn_preset(self, steps: int) -> None:
        presets, now = self._habits.presets, self._present
        at = presets.index(now) + steps if now else 0 if steps > 0 else -1
        self._go_to(presets[at % len(presets)])

    def _go_to(self, preset: Preset) -> None:
        """Set all knobs to a preset."""
        self._preset = preset.name
        self.turn_knobs(preset.over(self.knobs))
        self.did("preset")

    @property
    def _present(self) -> Preset | None:
        """The preset that the knobs stand at; of several alike the one that was gone to last."""
        presets = self._habits.presets
        last = [one for one in presets if one.name == self._preset]
        return preset_at(self.knobs, [*last, *presets])

    def _say(self, knob: str) -> None:
        """Tell in the status line how a knob stands, unless the panel does."""
        if not self.sampling_panel:
            knobs, words = self.knobs, self.knobs.words(knob, self._habits.dial_confidence)
            note = "" if knobs.counts(knob) else f", not for {knobs.mode}"
            if knob == "seed" and not knobs.locked:
                note = ", not locked"
            self._status.say(f"{LABELS[knob]} {words}{note}")

    def _other_seed(self) -> int:
        return random.choice([seed for seed in ROLLS if seed != self.knobs.seed])

    def _ask(self, *, alternatives: bool = False) -> None:
        """Have the present text predicted; a ghost that is new may have a seed of its own."""
        if self.knobs.rolls and not alternatives and self._drawn_for != self._editor.edits:
            self._drawn_for = self._editor.edits
            # What was typed as the ghost says leaves it as it is.
            if not self._editor.ghost:
                self._habits.turn(replace(self.knobs, seed=self._other_seed()))
                self._predictor.configure(self.ghost_config)
                self._show_knobs()
        super()._ask(alternatives=alternatives)

    # The panel.

    def heard(self, event: object) -> None:
        """Keep the odds in the panel those of the text at the cursor."""
        super().heard(event)
        panel = self.sampling_panel
        if panel is None:
            return
        # Here and not above: the first paint does not wait for it.
        from tui.services.odds import OddsFound

        match event:
            case Prediction():
                self._look_at_odds()
            case Failed():
                self._say_why_none(panel)
            case OddsFound(revision=revision, odds=odds) if revision == self._editor.revision:
                panel.bars.show(odds)

    def _say_why_none(self, panel: "SamplingPanel") -> None:
        """Say why there are no odds, as long as there are none."""
        panel.bars.show(panel.bars.odds, "no model" if self._model_gone else "no model yet")

    def _look_at_odds(self) -> None:
        """Have the odds at the cursor looked at, if there is a model."""
        from tui.services.odds import OddsErrand

        self._predictor.send(
            OddsErrand(
                revision=self._editor.revision,
                text=self._editor.context(),
                sampling=self.knobs.weighing,
            )
        )

    async def on_sampling_panel_turned(self, message: "SamplingPanel.Turned") -> None:
        """Turn a knob."""
        if message.knob == PRESET:
            self._turn_preset(message.steps)
        else:
            self._turn(message.knob, message.steps, coarse=message.coarse)

    async def on_sampling_panel_entered(self, message: "SamplingPanel.Entered") -> None:
        """Set a knob to what was typed, or say to what it can be."""
        if message.knob in ("mode", PRESET):
            self._set_to(message.knob, int(message.text) - 1)
            return
        try:
            self.turn_knobs(self.knobs.typed(message.knob, message.text))
            self.did("knob")
        except KnobError as fault:
            self._tell_panel(f"{LABELS[message.knob].capitalize()}: {fault}")

    async def on_sampling_panel_reset(self, message: "SamplingPanel.Reset") -> None:
        """Have a knob as it comes, or all of them."""
        if message.knob == PRESET:
            self._go_to(next(one for one in BUILT_IN if one.knobs == DEFAULT))
        else:
            self.turn_knobs(self.knobs.reset(message.knob))

    async def on_sampling_panel_asked(self, message: "SamplingPanel.Asked") -> None:
        """Do what else there is."""
        match message.deed:
            case "lock":
                self.action_lock_seed()
            case "reroll":
                self.action_roll_seed()
            case "preset":
                self._turn_preset(1)
            case "keep":
                self._keep_preset(message.name)
            case "drop":
                self._drop_preset()

    def _set_to(self, row: str, place: int) -> None:
        """Set the mode, or all knobs, to one of those there are."""
        if row == "mode":
            self.turn_knobs(replace(self.knobs, mode=DECODINGS[place]))
        elif place < len(self._habits.presets):
            self._go_to(self._habits.presets[place])
        else:
            self._tell_panel(f"There are {len(self._habits.presets)} presets")

    def _keep_preset(self, name: str) -> None:
        if fault := name_fault(name):
            self._tell_panel(f"Not saved: {fault}")
            return
        # Like all presets without a seed.
        knobs = replace(self.knobs, seed=DEFAULT.seed, locked=DEFAULT.locked)
        self._habits.keep_preset(Preset(name=name, knobs=knobs))
        self._preset = name
        self._show_knobs()
        self._tell_panel(f"Saved as {visible(name)}")
        self._complain()

    def _drop_preset(self) -> None:
        now = self._present
        if now in self._habits.settings.presets:
            self._habits.drop_preset(now.name)
            self._show_knobs()
            self._tell_panel(f"{visible(now.name)} is deleted; the knobs stay")
            self._complain()

    def _tell_panel(self, what: str) -> None:
        if panel := self.sampling_panel:
            panel.tell(what)

    def _show_knobs(self) -> None:
        """Bring the panel up to date, where it shows."""
        if panel := self.sampling_panel:
            now = self._present
            own = now is not None and now in self._habits.settings.presets
            # Here and not above: the first paint does not wait for it.
            from tui.screens.knob_rows import knob_rows

            rows = knob_rows(self.knobs, self._habits.dial_confidence, now, self._habits.presets)
            panel.show(rows, now.name if now and own else "")
