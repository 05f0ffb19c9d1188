"""What stands beside the editor or below it, shows what the model thinks, and takes keys."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

NARROW = 60
"""A screen of fewer columns has its panel below the text instead of beside it."""
WIDE = 120
"""One of as many has room for a panel with more in it."""


class Panel(VerticalScroll):
    """Beside the editor, which keeps its ghost while the panel has the keys.

    On a narrow screen it is below the text and has the class `-narrow`, on a wide one `-wide`.
    """

    DEFAULT_CSS = """
    Panel {
        split: right;
        width: 34;
        max-width: 60%;
        background: $surface;
        border-left: vkey $primary;
        padding: 0 1;
        &.-narrow {
            split: bottom;
            width: 100%;
            max-width: 100%;
            height: 60%;
            border-left: none;
            border-top: hkey $primary;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Panel: back to the text"),
        Binding("f1", "keys", "Panel: show its keys"),
    ]

    @dataclass
    class Left(Message):
        """The keys are the text's again; the panel stays."""

    @dataclass
    class KeysWanted(Message):
        """Somebody asks what the keys do."""

    @classmethod
    def keys(cls) -> list[BindingType]:
        """What it has keys for, with those of its own kind first."""
        kinds = [kind for kind in cls.__mro__ if issubclass(kind, Panel)]
        return [binding for kind in kinds for binding in kind.BINDINGS]

    def fit(self, columns: int) -> None:
        """Be laid out for a screen of so many columns."""
        self.set_class(columns < NARROW, "-narrow")
        self.set_class(columns >= WIDE, "-wide")

    def action_back(self) -> None:
        """Give the keys back to the text; those that follow at once are not the panel's either."""
        self.screen.set_focus(None)
        self.post_message(self.Left())

    def action_keys(self) -> None:
        """Have somebody show what the keys do."""
        self.post_message(self.KeysWanted())

    async def _on_key(self, event: events.Key) -> None:
        """Do what the key means here or to the screen, at once and in order.

        Textual hands a key's action to the application's own queue, where it falls behind keys
        pressed after it. What a widget inside the panel does with its keys is its own.
        """
        screen = self.app.screen
        focused = screen.focused
        if screen is self.screen and focused is not self and in_panel(focused):
            await super()._on_key(event)
            return
        event.prevent_default()
        # A key that was on its way here when the focus went elsewhere belongs there.
        if screen is not self.screen or focused is not self:
            event.stop()
            (focused or screen)._forward_event(events.Key(event.key, event.character))
            return
        if await self.take_key(event):
            event.stop()
            return
        for node in (self, screen):
            for binding in node._bindings.key_to_bindings.get(event.key, ()):
                if await self.app.run_action(binding.action, node):
                    event.stop()
                    return

    async def take_key(self, event: events.Key) -> bool:
        """Use a key for what no binding says; whether it was."""
        return False


def in_panel(widget: Widget | None) -> bool:
    """Whether a widget is a panel, or part of one."""
    return widget is not None and any(
        isinstance(node, Panel) for node in widget.ancestors_with_self
    )
