"""A line to type in whose keys take effect in the order in which they were pressed."""

from collections.abc import Callable
from typing import Any

from textual import events
from textual.widgets import Input

from tui.text.visible import storable


class OrderedInput(Input):
    """A key means what it means to the widgets around it, to the line, or to the screen.

    Textual hands a key's action to the application's own queue, where it falls behind letters that
    were pressed after it: Ctrl-U and a name, typed fast, would clear the name. `submit` is called
    at once when Enter is pressed, so that keys that follow are for whatever comes next.
    """

    def __init__(
        self, value: str = "", *, submit: Callable[[], None] | None = None, **named: Any
    ) -> None:
        super().__init__(value, **named)
        self._submit = submit

    async def _on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        # A key that was on its way here when the focus went elsewhere belongs there.
        screen = self.app.screen
        if screen is not self.screen or screen.focused is not self:
            forward = screen.focused or screen
            forward._forward_event(events.Key(event.key, event.character))
            return
        around = [node for node in self.ancestors if node is not self.app]
        for node in (*around[:-1], self, around[-1]):
            for binding in node._bindings.key_to_bindings.get(event.key, ()):
                if await self.app.run_action(binding.action, node):
                    return
        modified = event.key.startswith(("alt+", "ctrl+", "super+", "hyper+", "meta+"))
        if event.is_printable and event.character and not modified:
            self._put(event.character)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._put(event.text)

    def action_paste(self) -> None:
        """Paste from the application's clipboard."""
        self._put(self.app.clipboard)

    async def action_submit(self) -> None:
        """Have what was typed taken."""
        if self._submit is None:
            await super().action_submit()
        else:
            self._submit()

    def _put(self, text: str) -> None:
        """Put a text's first line in the place of what is selected, as far as there is room."""
        start, end = sorted(self.selection)
        line = storable(text).partition("\n")[0]
        if self.max_length:
            line = line[: max(0, self.max_length - len(self.value) + end - start)]
        self.replace(line, start, end)
