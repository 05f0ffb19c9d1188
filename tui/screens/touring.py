"""A screen that shows somebody round: what to try next stands below the text."""

import re
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.screens.writing import WritingScreen
from tui.services.keymap import action_name, bindings_of
from tui.services.keynames import key_name
from tui.services.tour import FIRST, TOURS, Deed, Tour

if TYPE_CHECKING:
    from tui.widgets.tour_bar import TourBar


STEP_SECONDS = 20.0
"""So long a step is told where its bar does not show."""


class TouringScreen(WritingScreen):
    """Has tours, and begins the first one when it is told that this is the first start."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+j", "tour_on", "Tour: the next step"),
        Binding("alt+y", "tour", "Tours: begin one, or end it"),
    ]

    welcoming = False
    """Whether to show somebody round who is here for the first time."""
    _tour: Tour | None = None
    _tour_bar: "TourBar | None" = None

    @property
    def tour(self) -> Tour | None:
        """The one that is going on."""
        return self._tour

    def on_mount(self) -> None:
        """Begin the first tour, if this is the first time; once, whatever becomes of it."""
        if self.welcoming and self._habits.settings.tour:
            self._habits.set(tour=False)
            self._complain()
            self.call_after_refresh(self._go_on, FIRST)

    def did(self, deed: Deed) -> None:
        """Go on where the tour has waited for that."""
        super().did(deed)
        if self._tour is not None:
            after = self._tour.after(deed)
            if after is not self._tour:
                # At once, so that what is done next counts for the next step.
                self._stand_at(after)
                self.call_later(self._show_step)

    async def action_tour_on(self) -> None:
        """One step on, done or not."""
        if self._tour is not None:
            await self._go_on(self._tour.next())

    async def action_tour(self) -> None:
        """End the tour; where there is none, or at its last step, ask which one to begin."""
        going_on = self._tour is not None and not self._tour.next().over
        await self._go_on(None)
        if not going_on:
            self.run_worker(self._choose_tour(), exclusive=True, group="tour")

    async def _choose_tour(self) -> None:
        choices = {tour.name[0].lower(): f"{tour.name}: {tour.about}" for tour in TOURS}
        letter = await self.ask("Which way round?", choices)
        await self._go_on(next((one for one in TOURS if one.name[0].lower() == letter), None))

    async def _go_on(self, tour: Tour | None) -> None:
        """Be at this step of a tour, and show it; on none where there is none, or it is over."""
        self._stand_at(tour)
        await self._show_step()

    def _stand_at(self, tour: Tour | None) -> None:
        self._tour = None if tour is None or tour.over else tour

    async def _show_step(self) -> None:
        """Show where the tour stands, or take the bar away where there is none."""
        tour = self._tour
        if tour is None:
            if self._tour_bar is not None:
                bar, self._tour_bar = self._tour_bar, None
                await bar.remove()
            return
        if self._tour_bar is None:
            # Here and not above: few starts need it.
            from tui.widgets.tour_bar import TourBar

            self._tour_bar = TourBar()
            # Before a panel, so that it has all of the width below that one.
            panel = self.panel
            await self.mount(self._tour_bar, before=panel if panel and panel.parent else None)
        self._tell_step(tour, self._tour_bar)

    def _tell_step(self, tour: Tour, bar: "TourBar") -> None:
        """Write the step into the bar, keys by the names that they have now."""
        keys = self._key_names()
        title = f"{tour.name} {tour.at + 1}/{len(tour.steps)}: {tour.step.title}"
        text = re.sub(
            r"\[(\w+)\]", lambda found: keys.get(found[1], f"({found[1]})"), tour.step.text
        )
        if self.app.screen is not self:
            # The bar is behind what shows now.
            self.app.notify(text, title=title, timeout=STEP_SECONDS, markup=False)
        last = tour.at + 1 == len(tour.steps)
        told = [(keys.get("tour_on", "click"), "done" if last else "next", "tour_on")]
        if not last:
            told.append((keys.get("tour", "click"), "end", "tour"))
        bar.show(title, text, told)

    def _key_names(self) -> dict[str, str]:
        """The first key of each action, by the action's name."""
        found: dict[str, str] = {}
        for one in bindings_of((self._editor._bindings, self._bindings)):
            found.setdefault(action_name(one), key_name(one.key))
        return found
