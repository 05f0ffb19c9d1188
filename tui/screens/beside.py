"""A screen with room beside its text: one panel at a time."""

import asyncio
from collections.abc import Callable

from textual import events, on
from textual.widget import Widget

from tui.screens.suiting import SuitingScreen
from tui.widgets.panel import Panel, in_panel


class BesideScreen(SuitingScreen):
    """Shows a panel beside the text, or none."""

    _panel: Panel | None = None

    @property
    def panel(self) -> Panel | None:
        """The one that shows."""
        return self._panel

    def panel_changed(self) -> None:
        """What follows when another panel shows, or none any more."""

    async def turn_panel(self, kind: type[Panel], make: Callable[[], Panel]) -> None:
        """Show the panel of a kind and give it the keys; where it has them already, close it."""
        if not isinstance(self._panel, kind):
            await self.close_panel()
            self._panel = make()
            self._panel.fit(self.size.width)
            await self.mount(self._panel)
        elif in_panel(self.focused):
            await self.close_panel()
            return
        # Textual's own `focus` takes effect after keys that are under way.
        self.set_focus(self._panel)
        self.panel_changed()

    async def close_panel(self) -> None:
        """Show none."""
        if self._panel is not None:
            panel, self._panel = self._panel, None
            self.set_focus(self.editor)
            within = any(
                node._task is asyncio.current_task() for node in panel.walk_children(Widget)
            )
            removed = panel.remove()
            # A key of something inside it would wait for its own end.
            if not within:
                await removed
            self.panel_changed()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the panel out anew."""
        if self._panel is not None:
            self._panel.fit(event.size.width)

    @on(Panel.KeysWanted)
    def _show_keys(self) -> None:
        """The panel's keys, and then those that mean the same everywhere."""
        # Here and not above: the first paint does not wait for it.
        from tui.screens.help import Help
        from tui.services.keymap import bindings_of

        if self._panel is not None:
            self.app.push_screen(Help([*self._panel.keys(), *bindings_of((self._bindings,))]))

    @on(Panel.Left)
    def _return(self) -> None:
        self.set_focus(self.editor)
