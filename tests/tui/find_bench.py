"""Hands for the bars below the editor, and eyes for what they show."""

from textual.geometry import Offset
from textual.widget import Widget

from tests.tui.support import Bench
from tui.screens.bars import Bars
from tui.text.buffer import Location
from tui.widgets.field import Field
from tui.widgets.find_bar import FindBar

TEXT = "The cat sat on the mat.\n\nA cat, a Cat; concatenate.\nthe end"


def bars(it: Bench) -> Bars:
    """The bars."""
    return it.screen.query_one(Bars)


def bar(it: Bench) -> FindBar:
    """The bar to find with."""
    return it.screen.query_one(FindBar)


def fields(it: Bench) -> list[Field]:
    """What to find, and what to replace it with."""
    return list(bar(it).query(Field))


async def done(it: Bench) -> None:
    """Wait until all is found and counted."""
    await it.pilot.pause()
    await it.until(lambda: bars(it).settled)
    await it.settle()


async def press(it: Bench, *keys: str) -> None:
    """Press keys, and wait for what is found."""
    for key in keys:
        await it.press(key)
        await done(it)


async def type_in(it: Bench, text: str) -> None:
    """Type a text into a bar, and wait for what is found."""
    await it.type(text)
    await done(it)


def selected(it: Bench) -> tuple[Location, Location]:
    """From where to where the editor's text is selected."""
    start, end = it.editor.selection
    return start, end


def rows(it: Bench) -> list[str]:
    """The bar's rows."""
    region = bars(it).region
    return [line.strip() for line in it.screen_text()[region.y : region.bottom]]


def marked(it: Bench) -> list[str]:
    """What the editor shows as found, line by line."""
    found = []
    for line in it.editor._shown:
        found += [line.text[first:last] for first, last in line.found]
    return found


async def click(it: Bench, widget: Widget, word: str) -> None:
    """Click a word of a widget."""
    line = it.screen_text()[widget.region.y]
    column = line.index(word, widget.region.x)
    await it.pilot.click(offset=Offset(column, widget.region.y))
    await done(it)


async def open_replace(it: Bench, sought: str, template: str, *keys: str) -> None:
    """Have a text to find and one to replace it with in the bar."""
    await press(it, "alt+h", *keys)
    await type_in(it, sought)
    await press(it, "tab")
    await type_in(it, template)
