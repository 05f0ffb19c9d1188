"""What goes to the terminal, against an emulator that is told no more than that."""

from collections.abc import Sequence

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from tests.tui.support import running
from tui.paint import Painter

SIZE = Size(24, 4)
STYLES = [Style(), Style(bold=True), Style(color="#ff0000"), Style(color="#00ff00", reverse=True)]
TEXT = st.text("abc  é字", max_size=24)
LINE = st.lists(st.tuples(TEXT, st.sampled_from(STYLES)), max_size=4)
FRAME = st.lists(LINE, min_size=SIZE.height, max_size=SIZE.height)

Frame = Sequence[Sequence[tuple[str, Style]]]


def strips(frame: Frame) -> list[Strip]:
    """A frame's lines, each as wide as the screen."""
    lines = [Strip([Segment(*run) for run in line]) for line in frame]
    return [line.adjust_cell_length(SIZE.width, Style()) for line in lines]


def whole(frame: Frame) -> CompositorUpdate:
    """An update that brings all of a frame."""
    return LayoutUpdate([[strip] for strip in strips(frame)], Region(0, 0, *SIZE))


def part(frame: Frame, rows: Sequence[int]) -> CompositorUpdate:
    """An update that brings some lines of a frame."""
    chops = [{0: strip} for strip in strips(frame)]
    spans = [(row, 0, SIZE.width) for row in rows]
    return ChopsUpdate(chops, spans, [[SIZE.width]] * SIZE.height)


class Terminal:
    """A painter before an emulator."""

    def __init__(self) -> None:
        self.painter = Painter()
        self.screen = pyte.Screen(*SIZE)
        self._stream = pyte.Stream(self.screen)

    def show(self, update: CompositorUpdate) -> str:
        """Paint, and say what was written."""
        written = self.painter.render(update, ColorSystem.TRUECOLOR, SIZE)
        assert written is not None
        self._stream.feed(written)
        return written

    def cells(self) -> list[list[tuple[str, str, bool, bool]]]:
        """What each cell shows: character, colour, whether it is bold, and reversed."""
        rows = (self.screen.buffer[y] for y in range(SIZE.height))
        return [
            [(c.data, c.fg, c.bold, c.reverse) for c in (row[x] for x in range(SIZE.width))]
            for row in rows
        ]


@given(frames=st.lists(FRAME, min_size=1, max_size=4), data=st.data())
def test_the_screen_shows_the_last_frame(frames: list[Frame], data: st.DataObject) -> None:
    """Whatever came before, each cell is as if the frame had been written on an empty screen."""
    terminal = Terminal()
    shown = [[] for _ in range(SIZE.height)] if not frames else list(frames[0])
    terminal.show(whole(shown))
    for frame in frames[1:]:
        rows = sorted(data.draw(st.sets(st.integers(0, SIZE.height - 1), min_size=1)))
        for row in rows:
            shown[row] = frame[row]
        terminal.show(whole(shown) if len(rows) == SIZE.height else part(shown, rows))
    fresh = Terminal()
    fresh.show(whole(shown))
    assert terminal.cells() == fresh.cells()
    assert terminal.show(whole(shown)) == ""


def test_a_character_costs_a_character() -> None:
    """Of a line in which one cell changed one cell is written, in its style."""
    terminal = Terminal()
    terminal.show(whole([[("some text", STYLES[2])], [], [], []]))
    written = terminal.show(part([[("some test", STYLES[2])], [], [], []], [0]))
    assert written == "\x1b[1;8H\x1b[38;2;255;0;0ms\x1b[m"


def test_a_character_of_disputed_width_moves_nothing() -> None:
    """What follows one is put where it belongs, however wide the terminal made it."""
    terminal = Terminal()
    written = terminal.show(whole([[("a❤\ufe0fb", STYLES[0])], [], [], []]))
    assert "❤\ufe0f\x1b[1;4Hb" in written


def test_after_another_program_all_is_written() -> None:
    """Nothing is taken for granted once the terminal was resized or lent."""
    terminal = Terminal()
    frame = [[("text", STYLES[0])], [], [], []]
    terminal.show(whole(frame))
    terminal.painter.forget()
    # Where that is not known to be a whole frame it is left to whoever knows.
    assert terminal.painter.render(part(frame, [0]), ColorSystem.TRUECOLOR, SIZE) is None
    assert "text" in terminal.show(whole(frame))


async def test_a_new_size_begins_anew() -> None:
    """A resize has the application write its whole screen."""
    async with running(text="some text") as it:
        painter = it.app._painter
        painter.render(whole([[], [], [], []]), ColorSystem.TRUECOLOR, SIZE)
        assert painter.render(part([[], [], [], []], [0]), ColorSystem.TRUECOLOR, SIZE) == ""
        await it.pilot.resize_terminal(60, 20)
        await it.settle()
        assert painter.render(part([[], [], [], []], [0]), ColorSystem.TRUECOLOR, SIZE) is None
