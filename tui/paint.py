"""What goes to the terminal: of each frame only the cells that differ from the one before.

Textual repaints a line from its start wherever it changed. Over a slow link each byte is time, so
this keeps the frame the terminal shows, cell by cell, and writes what is new: a jump to where it
is, a style where it changes, the characters.

Where terminals disagree about how wide a character is, what follows it could end up elsewhere. A
line with such characters is written whole, with a jump after each of them.
"""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from rich.cells import split_graphemes
from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.style import Style
from textual import events
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

Cell = tuple[str, str]
"""What a cell shows, empty where a wider character before it reaches into it; and its style, as
the parameters of the sequence that turns it on."""

UNKNOWN: Cell = ("\0", "")
"""What no cell ever shows."""

GAP = 8
"""Cells that are the same and yet written, as a jump over them would take as many bytes."""

STYLES_KEPT = 4096


class Painter:
    """Follows what one terminal shows."""

    def __init__(self) -> None:
        self._size = Size(0, 0)
        self._frame: list[list[Cell]] = []
        self._styles: dict[tuple[Style, ColorSystem], str] = {}

    def forget(self) -> None:
        """The terminal shows something else: the next whole frame is written whole."""
        self._frame = []

    def render(self, update: CompositorUpdate, colors: ColorSystem, size: Size) -> str | None:
        """What to write for an update of a screen; None where it has to be written as it is."""
        if isinstance(update, LayoutUpdate):
            if not self._frame or self._size != size:
                self._frame = [[UNKNOWN] * size.width for _ in range(size.height)]
                self._size = size
            rows = [(y, 0, strips) for y, strips in enumerate(update.strips)]
        elif isinstance(update, ChopsUpdate) and self._frame and self._size == size:
            rows = _pieces(update)
        else:
            self.forget()
            return None
        return "".join(self._part(y, x, self._cells(strips, colors)) for y, x, strips in rows)

    def _part(self, y: int, x: int, cells: list[Cell]) -> str:
        """What brings a part of a line, from cell `x` on, up to date."""
        if y >= len(self._frame):
            return ""
        line = self._frame[y]
        del cells[max(0, len(line) - x) :]
        old = line[x : x + len(cells)]
        if cells == old:
            return ""
        line[x : x + len(cells)] = cells
        if not (_even(cells) and _even(old)):
            return _written(y, x, cells)
        return "".join(
            _written(y, x + first, cells[first:last]) for first, last in _differences(old, cells)
        )

    def _cells(self, strips: Iterable[Strip], colors: ColorSystem) -> list[Cell]:
        """Strips cell by cell."""
        cells: list[Cell] = []
        for strip in strips:
            for text, style, control in strip:
                if not control:
                    _append(cells, text, self._style(style, colors) if style else "")
        return cells

    def _style(self, style: Style, colors: ColorSystem) -> str:
        """The parameters of the sequence that turns a style on."""
        key = (style, colors)
        if (parameters := self._styles.get(key)) is None:
            if len(self._styles) >= STYLES_KEPT:
                self._styles.clear()
            parameters = self._styles[key] = Strip.render_ansi(style, colors)
        return parameters


def _append(cells: list[Cell], text: str, style: str) -> None:
    """Append the cells of a text in one style."""
    if text.isascii():
        cells += [(character, style) for character in text]
        return
    for start, end, width in split_graphemes(text)[0]:
        if width:
            cells.append((text[start:end], style))
            cells += [("", style)] * (width - 1)
        elif cells:
            # A mark belongs to what is before it.
            cells[-1] = (cells[-1][0] + text[start:end], cells[-1][1])


def _pieces(update: ChopsUpdate) -> list[tuple[int, int, Iterable[Strip]]]:
    """The parts of lines that an update brings: line, first cell, strips."""
    found: list[tuple[int, int, Iterable[Strip]]] = []
    for y, x1, x2 in update.spans:
        chops = update.chops[y]
        for end, (x, strip) in zip(update.chop_ends[y], chops.items(), strict=False):
            if strip is not None and x <= x2 and end > x1:
                found.append((y, x, (strip,)))
    return found


def _even(cells: Sequence[Cell]) -> bool:
    """Whether each cell holds one character of one cell, wherever it is shown."""
    text = "".join([text for text, _ in cells])
    if text.isascii():
        return len(text) == len(cells)
    return all(len(text) == 1 and not _disputed(text) for text, _ in cells)


def _disputed(text: str) -> bool:
    """Whether terminals may differ about a character's width."""
    return len(text) > 1 or (text >= "\u1100" and not "\u2010" <= text <= "\u2bff")


def _differences(old: Sequence[Cell], new: Sequence[Cell]) -> list[tuple[int, int]]:
    """Where two lines differ, as first and last cell; near ones are one."""
    found: list[tuple[int, int]] = []
    for at, (before, now) in enumerate(zip(old, new, strict=True)):
        if before != now:
            if found and at - found[-1][1] <= GAP:
                found[-1] = (found[-1][0], at + 1)
            else:
                found.append((at, at + 1))
    return found


def _written(y: int, x: int, cells: Sequence[Cell]) -> str:
    """The sequences and characters that show cells from a place on."""
    out = [f"\x1b[{y + 1};{x + 1}H"]
    style = ""
    jump = False
    for at, (text, own) in enumerate(cells):
        if not text:
            continue
        if jump:
            out.append(f"\x1b[{y + 1};{x + at + 1}H")
        if own != style:
            # With what was on before turned off, where something was.
            out.append(f"\x1b[{'0;' if style and own else ''}{own}m")
            style = own
        out.append(text)
        jump = _disputed(text)
    if style:
        out.append("\x1b[m")
    return "".join(out)


class Painted(CompositorUpdate):
    """An update that is written as it is."""

    def __init__(self, text: str) -> None:
        self._text = text

    def render_segments(self, console: Console) -> str:
        """The sequences and characters."""
        return self._text


class PaintedApp(App[None]):
    """An application whose terminal gets no more than what changed."""

    def __init__(self) -> None:
        super().__init__()
        self._painter = Painter()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Write what is new of a frame; where nothing is, nothing at all."""
        update: object = renderable
        if isinstance(update, CompositorUpdate) and not self.is_headless:
            colors = self.console._color_system or ColorSystem.TRUECOLOR
            text = self._painter.render(update, colors, self.size)
            if text is not None:
                renderable = cast("RenderableType", Painted(text)) if text else None
        super()._display(screen, renderable)

    def on_resize(self, event: events.Resize) -> None:
        """The terminal may have moved what it showed."""
        self._painter.forget()

    def on_mount(self) -> None:
        """Another program may have had the terminal."""
        self.app_resume_signal.subscribe(self, self._resumed)

    def _resumed(self, _: object) -> None:
        self._painter.forget()
        self.refresh()


def paint_now(screen: Screen[Any], *widgets: Widget) -> None:
    """Paint what changed of these widgets, rather than when a frame is due.

    A key waits for a frame a tenth of the time that it takes. Where more than they has changed,
    it is left to the frame.
    """
    waits = screen._layout_required or screen._scroll_required or screen._repaint_required
    if screen.is_current and screen.app._batch_count == 0 and not waits:
        screen._compositor.update_widgets(set(widgets))
        screen._compositor_refresh()
