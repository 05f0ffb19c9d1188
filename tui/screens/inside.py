"""A screen that shows what the model makes of the text."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui.screens.sampling import SamplingScreen
from tui.services.predictor import Predictor
from tui.widgets.editor import Editor

if TYPE_CHECKING:
    from tui.screens.inspecting import Inspection
    from tui.widgets.inside import InsidePanel


class InsideScreen(SamplingScreen):
    """A screen that shows what the model makes of the text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6", "inside", "Look inside: surprise, units, sources"),
    ]

    _inspection: "Inspection | None" = None

    @property
    def inspection(self) -> "Inspection | None":
        """What is found inside; None while that was never looked at."""
        return self._inspection

    @property
    def predictor(self) -> Predictor:
        """Whoever has the model."""
        return self._predictor

    @property
    def model_gone(self) -> bool:
        """Whether there is none, nor one on its way."""
        return self._model_gone

    def look_inside(self) -> None:
        """Have the present text predicted, and the model looked into."""
        self._ask()

    async def action_inside(self) -> None:
        """Look inside, or no longer."""
        # Here and not above: the first paint does not wait for it.
        from tui.screens.inspecting import Inspection
        from tui.widgets.inside import InsidePanel

        if self._inspection is None:
            self._inspection = Inspection(self)
        await self.turn_panel(InsidePanel, InsidePanel)
        if self.panel is not None:
            self.did("inside")

    def panel_changed(self) -> None:
        """Look inside while there is a panel for it."""
        super().panel_changed()
        if self._inspection is not None:
            self._inspection.panel_is(self.panel)

    def heard(self, event: object) -> None:
        """Show what was found."""
        super().heard(event)
        if self._inspection is not None:
            self._inspection.heard(event)

    def opened(self) -> None:
        """Look at another document."""
        super().opened()
        if self._inspection is not None:
            self._inspection.turned()

    @on(Editor.Changed)
    def _read_anew(self, message: Editor.Changed) -> None:
        if self._inspection is not None:
            self._inspection.changed(message.editor)

    # By name and not by `on`: the panel's module is not imported yet.

    def on_inside_panel_reshaped(self) -> None:
        """Draw for the room there is now."""
        if self._inspection is not None:
            self._inspection.draw()

    def on_inside_panel_wanted(self, message: "InsidePanel.Wanted") -> None:
        """Go to one of the most surprising words."""
        if self._inspection is not None:
            self._inspection.go_to_word(message.word)
        if message.leave:
            self.set_focus(self.editor)

    def on_inside_panel_surprise_wanted(self, message: "InsidePanel.SurpriseWanted") -> None:
        """Go to a surprising place."""
        going = self._inspection
        if going is not None and not going.go_to_surprise(backwards=message.backwards):
            self._status.say("no surprise over 8 bits")
